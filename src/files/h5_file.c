/* A file's bytes, in memory or on disk, and where its first object is. */
#include "files/h5_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/file_private.h"

static const char magic[8] = "\x89HDF\r\n\x1a\n";

bool h5_is_one(const char *bytes, size_t n)
{
    return n >= sizeof magic && !memcmp(bytes, magic, sizeof magic);
}

int h5_damaged(const struct h5 *file, const char *name, const char *what)
{
    return fail(ERR_FORMAT, "%s: %s cannot be read: %s; %s: copy or make it again",
                file->path, name, what,
                file->bytes ? "the file is damaged, or was made to do so"
                            : "the file has changed since it was opened, or is damaged");
}

int h5_not_ours(const struct h5 *file, const char *name, const char *what)
{
    return fail(ERR_FORMAT,
                "%s: %s %s, which no file of rnntrain or rnnprep does, so it is not "
                "read: take the file as they wrote it",
                file->path, name, what);
}

static int copy_from_disk(const struct h5 *file, const char *name, uint64_t at, size_t n,
                          char *to)
{
    while (n > 0) {
        ssize_t got = pread(file->fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(ERR_IO, "%s: %s cannot be read: %s: does the device fail?",
                        file->path, name, strerror(errno));
        if (got == 0)
            return h5_damaged(file, name, "the file became shorter since it was opened");

        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return OK;
}

int h5_copy(const struct h5 *file, const char *name, uint64_t at, size_t n, void *to)
{
    if (at > file->n || n > file->n - at)
        return h5_damaged(file, name, "a part of it lies behind the end of the file");
    if (!file->bytes)
        return copy_from_disk(file, name, at, n, to);

    if (n)
        memcpy(to, file->bytes + at, n);
    return OK;
}

const unsigned char *h5_take_bytes(struct h5_cursor *cursor, size_t n)
{
    const unsigned char *bytes = cursor->at;
    if (cursor->is_short || n > cursor->left) {
        cursor->is_short = true;
        return NULL;
    }

    cursor->at += n;
    cursor->left -= n;
    return bytes;
}

uint64_t h5_take(struct h5_cursor *cursor, size_t n)
{
    const unsigned char *bytes = h5_take_bytes(cursor, n);
    uint64_t number = 0;
    while (bytes && n-- > 0)
        number = number << 8 | bytes[n];
    return number;
}

/* Spec II.A: the root group's header stands in its symbol table entry, at the end. */
static int read_superblock(struct h5 *file)
{
    enum { SUPERBLOCK = 96, WIDTHS = 13, BASE = 24, ROOT = 64 };
    unsigned char bytes[SUPERBLOCK];
    int rc = h5_copy(file, "its beginning", 0, sizeof bytes, bytes);
    if (rc)
        return rc;

    if (memcmp(bytes, magic, sizeof magic))
        return fail(ERR_FORMAT, "%s: not an HDF5 file (its first 8 bytes say so)",
                    file->path);
    if (bytes[sizeof magic] != 0)
        return h5_not_ours(file, "its beginning", "is of a later version of HDF5");

    struct h5_cursor widths = {bytes + WIDTHS, 2, false}, base = {bytes + BASE, 8, false};
    struct h5_cursor root = {bytes + ROOT, 8, false};
    if (h5_take(&widths, 1) != 8 || h5_take(&widths, 1) != 8 || h5_take(&base, 8) != 0)
        return h5_not_ours(file, "its beginning", "gives addresses another form");

    file->root = h5_take(&root, 8);
    return OK;
}

static int opened(struct h5 *file, struct h5 **result)
{
    int rc = read_superblock(file);
    if (!rc) {
        *result = file;
        return OK;
    }
    rc = h5_believe(file, rc);
    h5_close(file);
    return rc;
}

static int open_as(const struct h5 *form, const char *path, struct h5 **result)
{
    struct h5 *file = xcalloc(1, sizeof *file);
    *file = *form;
    file->path = xstrdup(path);
    return opened(file, result);
}

int h5_open_image(const char *path, char *bytes, size_t n, struct h5 **file)
{
    struct h5 form = {.bytes = (unsigned char *)bytes, .fd = -1, .n = n};
    return open_as(&form, path, file);
}

int h5_open_lent(const char *path, const char *bytes, size_t n, struct h5 **file)
{
    struct h5 form = {
        .bytes = (unsigned char *)(uintptr_t)bytes, .is_lent = true, .fd = -1, .n = n};
    return open_as(&form, path, file);
}

int h5_open_opened(const char *path, int fd, size_t n, struct h5 **file)
{
    struct h5 form = {.fd = fd, .n = n};
    return open_as(&form, path, file);
}

static int check_sealed(const char *path, const char *bytes, size_t n)
{
    enum h5_ending ending = H5_SEALED;
    if (!h5_is_one(bytes, n))
        return fail(ERR_FORMAT, "%s: not an HDF5 file (its first 8 bytes say so)", path);

    int rc = h5_find_ending(path, bytes, n, &ending);
    if (!rc && ending == H5_UNSEALED)
        rc = h5_refuse_unsealed(path);
    return rc ? rc : file_check_seal(path, bytes, n);
}

int h5_open_bytes(const char *path, const char *bytes, size_t n, struct h5 **file)
{
    int rc = check_sealed(path, bytes, n);
    if (rc)
        return rc;
    n -= FILE_TRAILER_BYTES;
    return h5_open_image(path, memcpy(xrealloc(NULL, n, 1), bytes, n), n, file);
}

int h5_open_taken(const char *path, char *bytes, size_t n, struct h5 **file)
{
    int rc = check_sealed(path, bytes, n);
    if (!rc)
        return h5_open_image(path, bytes, n - FILE_TRAILER_BYTES, file);
    free(bytes);
    return rc;
}

static int check_sealed_on_disk(const char *path, int fd, size_t size, bool check,
                                unsigned char digest[FILE_DIGEST_BYTES])
{
    enum h5_ending ending = H5_SEALED;
    char first[sizeof magic];

    if (pread(fd, first, sizeof first, 0) != sizeof first ||
        !h5_is_one(first, sizeof first))
        return fail(ERR_FORMAT, "%s: not an HDF5 file (its first 8 bytes say so)", path);

    int rc = h5_find_ending_on_disk(path, fd, size, &ending);
    if (!rc && ending == H5_UNSEALED)
        rc = h5_refuse_unsealed(path);
    return rc ? rc : file_read_seal(fd, path, size, check, digest);
}

/* Takes the descriptor over. */
static int open_on_disk(const char *path, int fd, size_t size, bool check,
                        unsigned char digest[FILE_DIGEST_BYTES], struct h5 **file)
{
    int rc = check_sealed_on_disk(path, fd, size, check, digest);
    if (!rc)
        return h5_open_opened(path, fd, size - FILE_TRAILER_BYTES, file);
    close(fd);
    return rc;
}

/* What is read later is the file that was checked, whatever has taken its name since. */
int h5_open_on_disk(const char *path, bool check, unsigned char digest[FILE_DIGEST_BYTES],
                    struct h5 **file)
{
    int fd = -1;
    size_t size = 0;
    int rc = file_open(path, &fd, &size);
    return rc ? rc : open_on_disk(path, fd, size, check, digest, file);
}

static int open_in_memory(const char *path, int fd, struct h5 **file)
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = file_read_opened(fd, path, &bytes, &n);
    return rc ? rc : h5_open_taken(path, bytes, n, file);
}

/* Takes the descriptor over. */
static int open_unchecked(const char *path, int fd, size_t size, struct h5 **file)
{
    unsigned char digest[FILE_DIGEST_BYTES];
    int rc = check_sealed_on_disk(path, fd, size, false, digest);
    if (rc) {
        close(fd);
        return rc;
    }

    struct h5 form = {.fd = fd,
                      .n = size - FILE_TRAILER_BYTES,
                      .seal = file_seal_begin(fd, path, size)};
    return open_as(&form, path, file);
}

static int open_at(int directory, const char *name, const char *path, size_t most,
                   struct h5 **file)
{
    int fd = -1;
    size_t size = 0;
    int rc = file_open_at(directory, name, path, &fd, &size);
    if (rc)
        return rc;
    if (size > most)
        return open_unchecked(path, fd, size, file);

    rc = open_in_memory(path, fd, file);
    close(fd);
    return rc;
}

int h5_believe(struct h5 *file, int rc)
{
    int damage = file->seal ? file_seal_await(file->seal) : OK;

    file->seal = NULL;
    return damage ? damage : rc;
}

/* Known to be whole, or closed. */
static int opened_whole(struct h5 *opened, struct h5 **file)
{
    int rc = h5_believe(opened, OK);
    if (rc)
        h5_close(opened);
    else
        *file = opened;
    return rc;
}

int h5_open(const char *path, struct h5 **file)
{
    struct h5 *opened = NULL;
    int rc = open_at(AT_FDCWD, path, path, H5_MOST_IN_MEMORY, &opened);
    return rc ? rc : opened_whole(opened, file);
}

int h5_open_ahead(const struct directory *directory, const char *name, size_t most,
                  struct h5 **file)
{
    char *path = directory_path(directory, name);
    int rc = open_at(directory->fd, name, path, most, file);
    free(path);
    return rc;
}

int h5_open_in(const struct directory *directory, const char *name, struct h5 **file)
{
    struct h5 *opened = NULL;
    int rc = h5_open_ahead(directory, name, H5_MOST_IN_MEMORY, &opened);
    return rc ? rc : opened_whole(opened, file);
}

void h5_close(struct h5 *file)
{
    if (!file)
        return;
    (void)!h5_believe(file, OK); /* its thread reads the descriptor */
    if (file->fd >= 0)
        close(file->fd);
    if (!file->is_lent)
        free(file->bytes);
    free(file->path);
    free(file);
}

const char *h5_path(const struct h5 *file)
{
    return file->path;
}

size_t h5_bytes(const struct h5 *file)
{
    return (size_t)file->n;
}
