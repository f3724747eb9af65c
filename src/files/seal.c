/* Trailers: what of a file tells that it is whole. */
#include "files/file_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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
    memcpy(trailer, trailer_magic, MAGIC_BYTES);
    encode_length(n, trailer + MAGIC_BYTES);
    file_digest(content, n, trailer + MAGIC_BYTES + LENGTH_BYTES);
}

void file_digest(const char *bytes, size_t n, unsigned char digest[FILE_DIGEST_BYTES])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, n, (const uint8_t *)bytes);
    sha256_digest(&sha, FILE_DIGEST_BYTES, digest);
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
    return n >= FILE_TRAILER_BYTES &&
           !memcmp(bytes + n - FILE_TRAILER_BYTES, trailer_magic, MAGIC_BYTES);
}

int file_is_sealed(const char *path, bool *is_sealed)
{
    char tail[FILE_TRAILER_BYTES];
    size_t n = 0;
    int fd = -1, rc = file_open(path, &fd, &n);
    if (rc)
        return rc;

    ssize_t got =
        n < sizeof tail ? 0 : pread(fd, tail, sizeof tail, (off_t)(n - sizeof tail));
    if (got < 0)
        rc = fail(ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    *is_sealed = got == sizeof tail && file_has_seal(tail, sizeof tail);
    close(fd);
    return rc;
}

bool file_has_spoilt_seal(const char *tail, size_t n)
{
    enum { MOST_OF_MAGIC = 5 };
    unsigned char length[LENGTH_BYTES];
    int n_equal = 0;

    for (int i = 0; i < MAGIC_BYTES; i++)
        n_equal += tail[i] == trailer_magic[i];

    encode_length(n - FILE_TRAILER_BYTES, length);
    return n_equal >= MOST_OF_MAGIC || !memcmp(tail + MAGIC_BYTES, length, LENGTH_BYTES);
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
            errno = EIO; /* the file became shorter */
        done += got > 0 ? (uint64_t)got : 0;
    }

    sha256_digest(&sha, SHA256_DIGEST_SIZE, digest);
    free(piece);
    return done == n ? 0 : -1;
}

int file_digest_of(const char *path, unsigned char digest[FILE_DIGEST_BYTES])
{
    int fd = -1;
    size_t n = 0;
    int rc = file_open(path, &fd, &n);
    if (rc)
        return rc;

    if (hash_file(fd, n, digest))
        rc = fail(ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    close(fd);
    return rc;
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

int file_append_seal(int fd, uint64_t n)
{
    unsigned char trailer[FILE_TRAILER_BYTES], again[SHA256_DIGEST_SIZE];
    unsigned char *digest = trailer + MAGIC_BYTES + LENGTH_BYTES;

    memcpy(trailer, trailer_magic, MAGIC_BYTES);
    encode_length(n, trailer + MAGIC_BYTES);

    if (hash_file(fd, n, digest) || lseek(fd, (off_t)n, SEEK_SET) < 0 ||
        file_append(fd, (const char *)trailer, sizeof trailer) || fsync(fd))
        return -1;

    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what is read back is the device's */
    if (hash_file(fd, n, again))
        return -1;
    errno = EIO; /* where the two differ */
    return memcmp(digest, again, sizeof again) ? -1 : 0;
}
