/* Files of ours that another program wrote last. */
#include "files/h5_foreign.h"
#include "files/h5_reader.h"

#include <stdlib.h>
#include <string.h>

struct order {
    const char *path, *bytes;
    size_t n;
    int (*examine)(struct h5 *file);
};

static int examine_image(const struct order *order, const struct bounded_bytes *image)
{
    struct h5 *file = NULL;
    char *copy = memcpy(xrealloc(NULL, image->n, 1), image->bytes, image->n);
    int rc = h5_open_image(order->path, copy, image->n, &file);
    if (!rc)
        rc = order->examine(file);
    h5_close(file);
    return rc;
}

/* In a child process. */
static int convert(const void *context, struct bounded_bytes *image)
{
    const struct order *order = context;
    struct h5_foreign *file = NULL;
    int rc = h5_open_foreign(order->path, order->bytes, order->n, &file);
    if (!rc)
        rc = h5_convert(file, image);
    h5_close_foreign(file);
    return rc || !order->examine ? rc : examine_image(order, image);
}

int h5_open_unsealed(const char *path, const char *bytes, size_t n,
                     int (*examine)(struct h5 *file), struct h5 **file)
{
    const struct order order = {path, bytes, n, examine};
    enum h5_ending ending = H5_UNSEALED;
    char *image = NULL;
    size_t n_image = 0, most = ((size_t)256 << 20) + 4 * n;

    int rc = h5_find_ending(path, bytes, n, &ending);
    if (!rc)
        rc = bounded_run(path, convert, &order, most, &image, &n_image);
    return rc ? rc : h5_open_image(path, image, n_image, file);
}
