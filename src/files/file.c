#define _GNU_SOURCE /* F_OFD_SETLK */
#include "files/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <nettle/sha2.h>

enum { MAGIC_BYTES = 8, LENGTH_BYTES = 8 };
static const char trailer_magic[MAGIC_BYTES + 1] = "rnnEND\r\n";

static void encode_length(uint64_t length, unsigned char bytes[LENGTH_BYTES])
{
    for (int i = 0; i < LENGTH_BYTES; i++)
        bytes[i] = (unsigned char)(length >> (8 * i));
}

static void make_trailer(const void *content, size_t n,
                         unsigned char trailer[FILE_TRAILER_BYTES])
{
    struct sha256_ctx sha;
    memcpy(trailer, trailer_magic, MAGIC_BYTES);
    encode_length(n, trailer + MAGIC_BYTES);
    sha256_init(&sha);
    sha256_update(&sha, n, content);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, trailer + MAGIC_BYTES + LENGTH_BYTES);
}

void file_seal(char *content, size_t n)
{
    make_trailer(content, n, (unsigned char *)content + n);
}

static int unsealed(const char *path)
{
    return fail(ERR_FORMAT,
                "%s: its trailer is missing: the file was cut short, or neither rnnprep "
                "nor rnntrain wrote it; make it again",
                path);
}

static int damaged(const char *path, size_t n)
{
    return fail(
        ERR_FORMAT,
        "%s: damaged: the SHA-256 of its %zu bytes is not the one in its trailer; "
        "copy or make it again",
        path, n);
}

bool file_has_seal(const char *bytes, size_t n)
{
    return n > FILE_TRAILER_BYTES &&
           !memcmp(bytes + n - FILE_TRAILER_BYTES, trailer_magic, MAGIC_BYTES);
}

int file_check_seal(const char *path, const char *bytes, size_t n)
{
    unsigned char expected[FILE_TRAILER_BYTES];
    if (!file_has_seal(bytes, n))
        return unsealed(path);
    make_trailer(bytes, n - FILE_TRAILER_BYTES, expected);
    return memcmp(bytes + n - FILE_TRAILER_BYTES, expected, FILE_TRAILER_BYTES)
               ? damaged(path, n - FILE_TRAILER_BYTES)
               : OK;
}

static int read_all(int fd, char *bytes, size_t n, const char *path)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = read(fd, bytes + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(ERR_IO, "%s: cannot read: %s", path, strerror(errno));
        if (got == 0)
            return fail(ERR_IO, "%s: became shorter while it was read", path);
        done += (size_t)got;
    }
    return OK;
}

int file_open(const char *path, int *fd, size_t *n)
{
    struct stat status;
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would wait */
    if (opened < 0)
        return fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));
    if (fstat(opened, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(opened);
        return fail(ERR_NO_INPUT, "%s: not a regular file", path);
    }
    *fd = opened;
    *n = (size_t)status.st_size;
    return OK;
}

int file_read(const char *path, char **bytes, size_t *n)
{
    int fd = -1;
    size_t size = 0;
    int rc = file_open(path, &fd, &size);
    if (rc)
        return rc;
    char *content = xrealloc(NULL, size + 1, 1);
    content[size] = '\0';
    rc = read_all(fd, content, size, path);
    close(fd);
    if (rc) {
        free(content);
        return rc;
    }
    *bytes = content;
    *n = size;
    return OK;
}

/* SHA-256 of the first n bytes of a file, which are read piece by piece. */
static int hash_file(int fd, uint64_t n, unsigned char digest[SHA256_DIGEST_SIZE])
{
    enum { PIECE = 1 << 20 };
    struct sha256_ctx sha;
    unsigned char *piece = xcalloc(PIECE, 1);
    uint64_t done = 0;
    ssize_t got = 1;
    sha256_init(&sha);
    while (done < n && got > 0) {
        size_t wanted = n - done < PIECE ? (size_t)(n - done) : PIECE;
        got = pread(fd, piece, wanted, (off_t)done);
        if (got < 0 && errno == EINTR) {
            got = 1;
            continue;
        }
        if (got > 0)
            sha256_update(&sha, (size_t)got, piece);
        if (got == 0)
            errno = EIO; /* it became shorter */
        done += got > 0 ? (uint64_t)got : 0;
    }
    sha256_digest(&sha, SHA256_DIGEST_SIZE, digest);
    free(piece);
    return done == n ? 0 : -1;
}

int file_read_seal(int fd, const char *path, size_t size, bool check,
                   unsigned char digest[FILE_DIGEST_BYTES])
{
    unsigned char trailer[FILE_TRAILER_BYTES], length[LENGTH_BYTES];
    unsigned char found[SHA256_DIGEST_SIZE];
    const unsigned char *sealed = trailer + MAGIC_BYTES + LENGTH_BYTES;
    size_t n = size > FILE_TRAILER_BYTES ? size - FILE_TRAILER_BYTES : 0;
    if (n == 0 || pread(fd, trailer, sizeof trailer, (off_t)n) != sizeof trailer ||
        memcmp(trailer, trailer_magic, MAGIC_BYTES))
        return unsealed(path);
    encode_length(n, length);
    if (memcmp(trailer + MAGIC_BYTES, length, LENGTH_BYTES))
        return damaged(path, n);
    if (check && hash_file(fd, n, found))
        return fail(ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    if (check && memcmp(sealed, found, sizeof found))
        return damaged(path, n);
    memcpy(digest, sealed, FILE_DIGEST_BYTES);
    return OK;
}

int file_append(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        n -= (size_t)written;
    }
    return 0;
}

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return xstrdup(".");
    return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

/* best.h5 -> best.prev.h5 */
static char *previous_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    if (!dot || (slash && dot < slash))
        return xasprintf("%s.prev", path);
    return xasprintf("%.*s.prev%s", (int)(dot - path), path, dot);
}

static int sync_directory(const char *path)
{
    char *directory = directory_of(path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    close(fd);
    return rc;
}

/* The old file gets its second name first, so that one valid generation stands at every
 * moment; where the file system knows no hard links it is renamed. */
static int keep_generation(const char *path)
{
    char *previous = previous_of(path);
    char *linked = xasprintf("%s.tmp.%ld", previous, (long)getpid());
    unlink(linked); /* of a process with this number that was killed */
    int rc = link(path, linked);
    if (rc == 0)
        rc = rename(linked, previous);
    else if (errno == ENOENT)
        rc = 0; /* the first generation */
    else if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK || errno == ENOSYS)
        rc = rename(path, previous);
    int error = errno;
    unlink(
        linked); /* also stays where both were names of one file: rename does nothing then */
    errno = error;
    free(linked);
    free(previous);
    return rc;
}

/* What stands at `path` may be replaced: a regular file, or nothing. */
static int check_target(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return fail(ERR_IO, "%s: cannot be replaced: it is not a regular file", path);
    return OK;
}

int file_check_target(const char *path)
{
    char *directory = directory_of(path);
    int rc = check_target(path);
    if (!rc && access(directory, W_OK | X_OK) != 0)
        rc = fail(ERR_IO, "%s: cannot write: its folder: %s", path, strerror(errno));
    free(directory);
    return rc;
}

/* Creates `temporary`, fills it and makes it durable; -1 and errno on failure. */
static int write_temporary(const char *temporary, const void *bytes, size_t n)
{
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    int rc = file_append(fd, bytes, n), saved = errno;
    if (rc == 0) {
        rc = fsync(fd);
        saved = errno;
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what is read back is the device's */
    if (close(fd) != 0 && rc == 0) {
        rc = -1;
        saved = errno;
    }
    errno = saved;
    return rc;
}

/* Whether a file can be read and holds these bytes and no others. */
static bool holds(const char *path, const void *bytes, size_t n)
{
    char *found = NULL;
    size_t n_found = 0;
    int rc = file_read(path, &found, &n_found);
    bool same = !rc && n_found == n && !memcmp(found, bytes, n);
    free(found);
    return same;
}

int file_replace(const char *path, const void *bytes, size_t n, bool keep_previous)
{
    int rc = check_target(path);
    if (rc)
        return rc;
    char *temporary = xasprintf("%s.tmp.%ld", path, (long)getpid());
    rc = write_temporary(temporary, bytes, n);
    if (rc == 0 && !holds(temporary, bytes, n)) {
        errno = EIO;
        rc = -1;
    }
    /* a try that seemed to fail may have put the bytes there: then nothing is replaced */
    if (rc == 0 && keep_previous && !holds(path, bytes, n))
        rc = keep_generation(path);
    if (rc == 0)
        rc = rename(temporary, path);
    if (rc == 0)
        rc = sync_directory(path);
    if (rc != 0) {
        int error = errno;
        unlink(temporary);
        rc = fail(ERR_IO, "%s: cannot write %zu bytes: %s; what stands there is whole",
                  path, n, strerror(error));
    }
    free(temporary);
    return rc;
}

int file_begin(const char *path, char **temporary)
{
    int rc = check_target(path);
    if (rc)
        return rc;
    char *built = xasprintf("%s.tmp.%ld", path, (long)getpid());
    unlink(built); /* of a process with this number that was killed */
    int fd = open(built, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        rc = fail(ERR_IO, "%s: cannot write: %s", path, strerror(errno));
        free(built);
        return rc;
    }
    close(fd);
    *temporary = built;
    return OK;
}

/* Appends the trailer, makes the file durable and reads it back; -1 and errno on
 * failure. */
static int seal_file(int fd, uint64_t n)
{
    unsigned char trailer[FILE_TRAILER_BYTES], again[SHA256_DIGEST_SIZE];
    unsigned char *digest = trailer + MAGIC_BYTES + LENGTH_BYTES;
    memcpy(trailer, trailer_magic, MAGIC_BYTES);
    encode_length(n, trailer + MAGIC_BYTES);
    if (hash_file(fd, n, digest) || lseek(fd, (off_t)n, SEEK_SET) < 0 ||
        file_append(fd, (const char *)trailer, sizeof trailer) || fsync(fd))
        return -1;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    if (hash_file(fd, n, again))
        return -1;
    errno = EIO;
    return memcmp(digest, again, sizeof again) ? -1 : 0;
}

int file_finish(const char *temporary, const char *path)
{
    struct stat status = {0};
    int fd = open(temporary, O_RDWR | O_CLOEXEC);
    int rc = fd < 0 || fstat(fd, &status) ? -1 : seal_file(fd, (uint64_t)status.st_size);
    int error = errno;
    if (fd >= 0 && close(fd) && rc == 0) {
        rc = -1;
        error = errno;
    }
    if (rc == 0 && (rename(temporary, path) || sync_directory(path))) {
        rc = -1;
        error = errno;
    }
    return rc ? fail(ERR_IO,
                     "%s: cannot write %lld bytes: %s; what stands there is whole", path,
                     (long long)status.st_size, strerror(error))
              : OK;
}

int file_link(const char *from, const char *to)
{
    char *temporary = xasprintf("%s.tmp.%ld", to, (long)getpid());
    unlink(temporary);
    int rc = link(from, temporary);
    if (rc == 0)
        rc = rename(temporary, to);
    if (rc != 0)
        rc = fail(ERR_IO, "%s: cannot be made a name of %s: %s", to, from,
                  strerror(errno));
    unlink(temporary);
    free(temporary);
    return rc;
}

/* "last.h5.tmp.1234" of "last.h5" */
static bool is_temporary(const char *name, const char *const *of, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(of[i]);
        if (!strncmp(name, of[i], length) && !strncmp(name + length, ".tmp.", 5))
            return true;
    }
    return false;
}

void file_remove_temporaries(const char *folder, const char *const *of, size_t n)
{
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (is_temporary(entry->d_name, of, n))
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
}

enum file_lock file_lock(int fd, double patience)
{
    double began = seconds_now();
    for (;;) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
            return FILE_LOCKED;
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return FILE_NO_LOCKS;
        if (seconds_now() - began >= patience)
            return FILE_LOCKED_BY_OTHER;
        usleep(100000);
    }
}

int64_t file_free_bytes(const char *folder)
{
    struct statvfs status;
    if (statvfs(folder, &status) != 0 || status.f_blocks == 0) /* 0: without a limit */
        return -1;
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}
