#include "saved/kind.h"

#include <stdlib.h>
#include <unistd.h>

#include "files/file.h"
#include "files/h5_foreign.h"
#include "files/mapped.h"

static enum saved_kind kind_of(bool is_checkpoint, bool has_format)
{
    return is_checkpoint ? SAVED_CHECKPOINT : has_format ? SAVED_DATASET : SAVED_OTHER;
}

struct source {
    const char *path, *bytes;
    size_t n;
};

static int ask(const void *context, struct bounded_bytes *result)
{
    const struct source *source = context;
    struct h5_foreign *file = NULL;
    int rc = h5_open_foreign(source->path, source->bytes, source->n, &file);
    if (rc)
        return rc;

    enum saved_kind kind = kind_of(h5_reaches(file, "/rnntrain"),
                                   h5_has_foreign_attribute(file, "/", "format"));
    enum h5_ending ending = H5_SEALED;
    h5_close_foreign(file);
    if (kind != SAVED_OTHER)
        rc = h5_find_ending(source->path, source->bytes, source->n, &ending);

    const char answer[] = {(char)kind, ending == H5_UNSEALED};
    bounded_append(result, answer, sizeof answer);
    return rc;
}

/* What is no file of ours may end as it likes. */
static int look_unsealed(const char *path, struct saved_look *look)
{
    struct mapped file = {0};
    char *kind = NULL;
    size_t n_kind = 0;

    int rc = mapped_file(path, &file);
    struct source source = {path, file.bytes, file.n};
    if (!rc)
        rc = bounded_run(path, file.n, ask, &source, 2, &kind, &n_kind);
    if (!rc && n_kind == 2 && kind[0] > SAVED_OTHER && kind[0] <= SAVED_DATASET) {
        look->kind = (enum saved_kind)kind[0];
        look->ending = kind[1] ? H5_UNSEALED : H5_SEALED;
    }

    free(kind);
    mapped_release(&file);
    return rc;
}

static int look_sealed(const char *path, struct saved_look *look)
{
    struct h5 *file = NULL;
    unsigned char digest[FILE_DIGEST_BYTES];
    int rc = h5_open_on_disk(path, true, digest, &file);
    if (!rc)
        look->kind =
            kind_of(h5_exists(file, "/rnntrain"), h5_has_attribute(file, "/", "format"));
    h5_close(file);
    return rc;
}

int saved_look(const char *path, struct saved_look *result)
{
    struct saved_look look = {.kind = SAVED_OTHER};
    char first[8] = "", last[FILE_TRAILER_BYTES] = "";
    size_t n = 0;
    int fd = -1, rc = file_open(path, &fd, &n);
    if (rc)
        return rc;

    ssize_t n_first = pread(fd, first, sizeof first, 0), n_last = 0;
    if (n >= sizeof last)
        n_last = pread(fd, last, sizeof last, (off_t)(n - sizeof last));
    close(fd);

    bool is_sealed = n_last == sizeof last && file_has_seal(last, sizeof last);
    look.is_h5 = n_first == sizeof first && h5_is_one(first, sizeof first);
    if (look.is_h5)
        rc = is_sealed ? look_sealed(path, &look) : look_unsealed(path, &look);
    if (!rc)
        *result = look;
    return rc;
}
