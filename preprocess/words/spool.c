#define _GNU_SOURCE /* mkostemp */
#include "words/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/file.h"

enum { FRONT = 12 << 20 }; /* numbers: 48 MiB, the 50,000 reviews of IMDB */

int spool_make_file(const char *output, int *made, char **where)
{
    const char *given = getenv("TMPDIR"), *slash = strrchr(output, '/');
    size_t n = slash ? (size_t)(slash - output) + 1 : 0;
    char *folder = given && *given ? xstrdup(given)
                   : n             ? xstrndup(output, n)
                                   : xstrdup(".");

    char *name = xasprintf("%s/.rnnprep.XXXXXX", folder);

    int fd = mkostemp(name, O_CLOEXEC), rc = OK;
    if (fd < 0)
        rc = fail(ERR_IO,
                  "%s: cannot make a temporary file: %s; TMPDIR names another "
                  "folder for it",
                  folder, strerror(errno));
    else
        unlink(name);
    free(name);

    if (rc) {
        free(folder);
        return rc;
    }

    *made = fd;
    *where = folder;
    return OK;
}

int spool_open(struct spool *spool, const char *output)
{
    char *folder = NULL;
    int fd = -1, rc = spool_make_file(output, &fd, &folder);
    if (rc)
        return rc;

    *spool = (struct spool){.fd = fd, .folder = folder};
    spool->front =
        xrealloc(NULL, FRONT, sizeof *spool->front); /* taken as it is filled */
    return OK;
}

void spool_close(struct spool *spool)
{
    if (!spool->folder)
        return;
    close(spool->fd);
    free(spool->front);
    free(spool->folder);
    *spool = (struct spool){0};
}

int spool_cannot_write(const char *folder, int64_t n)
{
    return fail(ERR_IO,
                "%s: cannot write to a temporary file behind %lld bytes: %s; TMPDIR "
                "names another folder for it",
                folder, (long long)n, strerror(errno));
}

int spool_append(struct spool *spool, const int32_t *numbers, size_t n)
{
    if (spool->n == spool->n_front && n <= (size_t)(FRONT - spool->n_front)) {
        if (n)
            memcpy(spool->front + spool->n_front, numbers, n * sizeof *numbers);
        spool->n = spool->n_front += (int64_t)n;
        return OK;
    }

    if (file_append(spool->fd, (const char *)numbers, n * sizeof *numbers))
        return spool_cannot_write(spool->folder, (spool->n - spool->n_front) * 4);
    spool->n += (int64_t)n;
    return OK;
}

int spool_read_at(int fd, char *bytes, size_t n, int64_t offset)
{
    while (n > 0) {
        ssize_t got = pread(fd, bytes, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        bytes += got;
        offset += got;
        n -= (size_t)got;
    }
    return 0;
}

int spool_read(const struct spool *spool, struct spool_reader *reader, int64_t at,
               size_t n, const int32_t **numbers)
{
    enum { WINDOW = 32768 }; /* documents that follow each other are read together */

    if (at < spool->n_front) {
        *numbers = spool->front + at; /* what was appended together is there together */
        return OK;
    }

    if (at < reader->first || at + (int64_t)n > reader->first + (int64_t)reader->n) {
        int64_t left = spool->n - at;
        size_t wanted = n > WINDOW ? n : left < WINDOW ? (size_t)left : WINDOW;
        if (reader->room < wanted) {
            reader->room = wanted;
            reader->numbers = xrealloc(reader->numbers, wanted, sizeof(int32_t));
        }

        if (spool_read_at(spool->fd, (char *)reader->numbers, wanted * sizeof(int32_t),
                          (at - spool->n_front) * (int64_t)sizeof(int32_t)))
            return fail(ERR_IO, "%s: cannot read a temporary file back: %s",
                        spool->folder, strerror(errno));
        reader->first = at;
        reader->n = wanted;
    }
    *numbers = reader->numbers + (at - reader->first);
    return OK;
}

int spool_copy(const struct spool *spool, struct spool_reader *reader, int64_t at,
               size_t n, int32_t *numbers)
{
    int64_t front = at < spool->n_front ? spool->n_front - at : 0;
    size_t n_front = front < (int64_t)n ? (size_t)front : n;
    const int32_t *others = NULL;

    if (n_front)
        memcpy(numbers, spool->front + at, n_front * sizeof *numbers);
    if (n_front == n)
        return OK;

    int rc = spool_read(spool, reader, at + (int64_t)n_front, n - n_front, &others);
    if (!rc)
        memcpy(numbers + n_front, others, (n - n_front) * sizeof *numbers);
    return rc;
}

void spool_reader_release(struct spool_reader *reader)
{
    free(reader->numbers);
    *reader = (struct spool_reader){0};
}
