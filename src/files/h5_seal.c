/* How an HDF5 file ends: in a trailer, where its content does, or neither.
 *
 * HDF5's superblock says where the content ends. Programs that open a file for writing
 * cut it there, so that a trailer is whole or gone: what stands behind the content and is
 * no trailer was one, or was never ours.
 */
#include "files/h5.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/file_private.h"

enum { HEAD_BYTES = 64 };

/* The two ends of a file of n bytes. */
struct ends {
    unsigned char head[HEAD_BYTES], tail[FILE_TRAILER_BYTES];
    size_t n;
};

static uint64_t little_endian(const unsigned char *bytes, size_t n)
{
    uint64_t number = 0;
    while (n-- > 0)
        number = number << 8 | bytes[n];
    return number;
}

/* Where the content ends, by the superblock; 0: it is of a version that is not known. */
static uint64_t content_end(const unsigned char head[HEAD_BYTES])
{
    enum { VERSION = 8 };
    static const struct {
        size_t width_at, addresses_at;
    } layouts[] = {{13, 24}, {13, 28}, {9, 12}, {9, 12}};

    if (head[VERSION] >= COUNT_OF(layouts))
        return 0;

    size_t width = head[layouts[head[VERSION]].width_at];
    size_t at = layouts[head[VERSION]].addresses_at + 2 * width;
    return width > 8 ? 0 : little_endian(head + at, width);
}

static int find_ending(const char *path, const struct ends *ends, enum h5_ending *ending)
{
    const char *tail = (const char *)ends->tail;
    uint64_t end = content_end(ends->head);

    if (file_has_seal(tail, sizeof ends->tail)) {
        *ending = H5_SEALED;
        return OK;
    }

    if (ends->n != end || file_has_spoilt_seal(tail, ends->n))
        return fail(ERR_FORMAT,
                    "%s: its trailer is missing or changed: the file was cut short or is "
                    "damaged; take another copy or make it again",
                    path);
    *ending = H5_UNSEALED;
    return OK;
}

int h5_find_ending(const char *path, const char *bytes, size_t n, enum h5_ending *ending)
{
    struct ends ends = {.n = n};
    size_t head = n < HEAD_BYTES ? n : HEAD_BYTES;
    size_t tail = n < sizeof ends.tail ? n : sizeof ends.tail;

    memcpy(ends.head, bytes, head);
    memcpy(ends.tail + sizeof ends.tail - tail, bytes + n - tail, tail);
    return find_ending(path, &ends, ending);
}

int h5_find_ending_on_disk(const char *path, int fd, size_t n, enum h5_ending *ending)
{
    struct ends ends = {.n = n};

    if (n < HEAD_BYTES || pread(fd, ends.head, HEAD_BYTES, 0) != HEAD_BYTES ||
        pread(fd, ends.tail, sizeof ends.tail, (off_t)(n - sizeof ends.tail)) !=
            sizeof ends.tail)
        return fail(ERR_FORMAT, "%s: too short for an HDF5 file", path);
    return find_ending(path, &ends, ending);
}

char *h5_unsealed_note(const char *path)
{
    return xasprintf(
        "%s: its seal is missing: it was opened for writing by another program (h5py in "
        "mode r+ or a, h5repack, ...); read as a stranger's file; `rnntrain seal %s` "
        "checks and seals it again",
        path, path);
}

int h5_refuse_unsealed(const char *path)
{
    return fail(ERR_USAGE,
                "%s: its seal is missing: it was opened for writing by another program "
                "(h5py in mode r+ or a, h5repack, ...); `rnntrain seal %s` checks "
                "everything in it and seals it again",
                path, path);
}
