/* Files of ours that another program wrote last. */
#include "files/h5_foreign.h"
#include "files/h5_reader.h"
#include "files/mapped.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct order {
    const char *path, *bytes;
    size_t n;
    int (*examine)(struct h5 *file);
    struct mapped image; /* where to */
};

static int examine_image(const struct order *order, size_t n)
{
    struct h5 *file = NULL;
    int rc = h5_open_lent(order->path, order->image.bytes, n, &file);
    if (!rc)
        rc = order->examine(file);
    h5_close(file);
    return rc;
}

/* In a child process: gives back how many bytes the image has. */
static int convert(const void *context, struct bounded_bytes *result)
{
    const struct order *order = context;
    struct h5_foreign *file = NULL;
    enum h5_ending ending = H5_UNSEALED;
    size_t n = 0;

    int rc = h5_find_ending(order->path, order->bytes, order->n, &ending);
    if (!rc)
        rc = h5_open_foreign(order->path, order->bytes, order->n, &file);
    if (!rc)
        rc = h5_convert(file, &order->image, &n);
    h5_close_foreign(file);
    if (!rc && order->examine)
        rc = examine_image(order, n);

    bounded_append(result, &n, sizeof n);
    return rc;
}

int h5_open_unsealed(const char *path, const char *bytes, size_t n,
                     int (*examine)(struct h5 *file), struct h5 **file)
{
    struct order order = {path, bytes, n, examine, {0}};
    char *answer = NULL;
    size_t n_answer = 0, n_image = 0;
    int fd = -1;

    int rc = mapped_scratch(path, ((size_t)256 << 20) + 4 * n, &fd, &order.image);
    if (rc)
        return rc;

    rc = bounded_run(path, n, convert, &order, sizeof n_image, &answer, &n_answer);
    mapped_release(&order.image);
    if (!rc && n_answer == sizeof n_image)
        memcpy(&n_image, answer, sizeof n_image);
    free(answer);

    if (!rc)
        return h5_open_opened(path, fd, n_image, file);
    close(fd);
    return rc;
}
