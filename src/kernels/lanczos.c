#include "kernels/lanczos.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/eigen.h"

struct lanczos {
    int steps, n_threads;
    size_t n;            /* columns of a block */
    struct tall *blocks; /* (steps + 1), the last a room for what comes next */
    double *inner;       /* (steps n, steps n): basis^T operator basis, its upper part */
    double *part;        /* (n, n) */
};

static struct tall *new_blocks(const struct tall *like, int n)
{
    struct tall *blocks = xcalloc((size_t)n, sizeof *blocks);

    for (int i = 0; i < n; i++)
        blocks[i] = tall_new(like->n_rows, like->n_columns);
    return blocks;
}

/* Takes what the first `count` blocks span out of one behind them. What was taken of each
 * is kept in `inner`, NULL: its squares a column in `squares`. */
static void orthogonalise(struct lanczos *lanczos, struct tall *block, int count,
                          double *inner, double *squares)
{
    size_t n = lanczos->n, stride = (size_t)lanczos->steps * n;

    for (int i = 0; i < count; i++) {
        tall_products(&lanczos->blocks[i], block, lanczos->n_threads, lanczos->part);
        for (size_t a = 0; a < n * n; a++) {
            double taken = lanczos->part[a];
            if (inner)
                inner[((size_t)i * n + a / n) * stride + a % n] = taken;
            else
                squares[a % n] += taken * taken;
            lanczos->part[a] = -taken;
        }
        tall_add(block, &lanczos->blocks[i], lanczos->n_threads, lanczos->part);
    }
}

/* Columns that are nothing but rounding, as most of them lies in what was there before,
 * become zero. */
static void clear_rounding(struct tall *block, const double *squares)
{
    size_t n = (size_t)block->n_columns;

    for (size_t c = 0; c < n; c++)
        if (squares[c] > 0.5)
            for (size_t i = 0; i < (size_t)block->n_rows; i++)
                block->values[i * n + c] = 0;
}

/* The next block, from what the operator made of the one before: twice, since the first
 * time leaves the rounding of what it took. */
static void normalise(struct lanczos *lanczos, int count)
{
    struct tall *block = &lanczos->blocks[count];
    double *squares = xcalloc(lanczos->n, sizeof *squares);

    tall_orthonormalise(block, lanczos->n_threads);
    orthogonalise(lanczos, block, count, NULL, squares);
    clear_rounding(block, squares);
    tall_orthonormalise(block, lanczos->n_threads);
    free(squares);
}

/* Fills the blocks and `inner`. */
static void build_basis(struct lanczos *lanczos, lanczos_operator *apply, void *context)
{
    for (int step = 0; step < lanczos->steps; step++) {
        struct tall *next = &lanczos->blocks[step + 1];

        normalise(lanczos, step);
        apply(context, &lanczos->blocks[step], next);
        orthogonalise(lanczos, next, step + 1, lanczos->inner + (size_t)step * lanczos->n,
                      NULL);
    }
}

/* vectors = basis times the first eigenvectors of `inner`. */
static void turn(struct lanczos *lanczos, struct tall *vectors)
{
    size_t n = lanczos->n, all = (size_t)lanczos->steps * n;
    size_t width = (size_t)vectors->n_columns;
    double *values = xcalloc(all, sizeof *values);
    double *axes = xcalloc(all * all, sizeof *axes);
    double *right = xcalloc(n * width, sizeof *right);

    for (size_t a = 0; a < all; a++)
        for (size_t b = 0; b < a; b++)
            lanczos->inner[a * all + b] = lanczos->inner[b * all + a];
    eigen_symmetric((int)all, lanczos->inner, values, axes);

    memset(vectors->values, 0, (size_t)vectors->n_rows * width * sizeof(float));
    for (int i = 0; i < lanczos->steps; i++) {
        for (size_t a = 0; a < n; a++)
            for (size_t c = 0; c < width; c++)
                right[a * width + c] = axes[c * all + (size_t)i * n + a];
        tall_add(vectors, &lanczos->blocks[i], lanczos->n_threads, right);
    }
    free(values);
    free(axes);
    free(right);
}

void lanczos_eigenvectors(lanczos_operator *apply, void *context, struct tall *start,
                          int steps, int n_threads, struct tall *vectors)
{
    size_t n = (size_t)start->n_columns, all = (size_t)steps * n;
    struct lanczos lanczos = {.steps = steps,
                              .n_threads = n_threads,
                              .n = n,
                              .blocks = new_blocks(start, steps + 1),
                              .inner = xcalloc(all * all, sizeof(double)),
                              .part = xcalloc(n * n, sizeof(double))};

    apply(context, start, &lanczos.blocks[0]);
    build_basis(&lanczos, apply, context);
    turn(&lanczos, vectors);

    for (int i = 0; i <= steps; i++)
        free(lanczos.blocks[i].values);
    free(lanczos.blocks);
    free(lanczos.inner);
    free(lanczos.part);
}
