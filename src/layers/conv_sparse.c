/* The pass back of a dL/dz that is mostly zero, element by element: behind a maximum no
 * more than one a filter and maximum is not.
 *
 *   W_f += dL/dz * (window p of x)         for each of position p and filter f
 *   window p of dx += dL/dz * W_f
 *
 * Elements are taken in blocks, whose parts of x and W stay in a near cache, filter by
 * filter for the first and position by position for the second sum, so that one row of a
 * result after the other is added up in registers. */
#include "layers/conv_private.h"

#include <string.h>

#include "layers/positions.h"

enum { BLOCK_POSITIONS = 128, BLOCK_FILTERS = 64, BLOCK = 4096 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int depth_of(const struct conv_layer *conv)
{
    return conv->linear.inputs;
}

static int filters_of(const struct conv_layer *conv)
{
    return conv->linear.out_width;
}

void conv_sparse_layout(struct conv_layer *conv, struct space *space)
{
    struct conv_sparse *sparse = &conv->sparse;
    size_t filters = (size_t)filters_of(conv), n = filters * (size_t)depth_of(conv);
    size_t positions = (size_t)conv->layer.out.length;

    sparse->w = arena_take(&space->backward, n, sizeof(real));
    sparse->dw = arena_take(&space->backward, n, sizeof(real));
    sparse->first = arena_take(&space->backward, BLOCK + 1, sizeof(int32_t));
    sparse->position = arena_take(&space->backward, BLOCK + 1, sizeof(int32_t));
    sparse->value = arena_take(&space->backward, BLOCK + 1, sizeof(real));
    sparse->first_at = arena_take(&space->backward, positions + 2, sizeof(int32_t));
    sparse->filter_at = arena_take(&space->backward, BLOCK, sizeof(int32_t));
    sparse->value_at = arena_take(&space->backward, BLOCK, sizeof(real));
}

void conv_sparse_pack(struct conv_layer *conv, const real *kernel)
{
    size_t filters = (size_t)filters_of(conv), depth = (size_t)depth_of(conv);

    for (int d = 0; d < linear_source_rows(&conv->linear); d++, kernel += filters) {
        real *to = conv->sparse.w + linear_padded_row(&conv->linear, d);
        for (size_t f = 0; f < filters; f++)
            to[f * depth] = kernel[f];
    }
}

void conv_sparse_begin(struct conv_layer *conv)
{
    size_t n = (size_t)filters_of(conv) * (size_t)depth_of(conv);

    if (conv->sparse.is_used)
        memset(conv->sparse.dw, 0, n * sizeof *conv->sparse.dw);
    conv->sparse.is_used = false;
}

void conv_sparse_end(const struct conv_layer *conv, real *kernel)
{
    size_t filters = (size_t)filters_of(conv), depth = (size_t)depth_of(conv);

    if (!conv->sparse.is_used)
        return;
    for (int d = 0; d < linear_source_rows(&conv->linear); d++, kernel += filters) {
        const real *from = conv->sparse.dw + linear_padded_row(&conv->linear, d);
        for (size_t f = 0; f < filters; f++)
            kernel[f] += from[f * depth];
    }
}

/* Of row r: vectors p0 to below p0 + n of dz, and some filters from f0 on. */
struct block {
    int r, p0, n, f0, filters;
    int low, high; /* its first position, and behind its last */
};

/* Lists the block's elements filter by filter. */
static void list_filters(struct conv_layer *conv, const int32_t *where, const real *dz,
                         struct block *block)
{
    struct conv_sparse *sparse = &conv->sparse;
    size_t row = (size_t)conv->layer.out.row;
    int32_t n = 0, low = INT32_MAX, high = -1;

    for (int f = 0; f < block->filters; f++) {
        size_t at = (size_t)block->p0 * row + (size_t)(block->f0 + f);

        sparse->first[f] = n;
        for (int p = block->p0; p < block->p0 + block->n; p++, at += row) {
            int32_t t = where ? where[at] : p;
            sparse->position[n] = t;
            sparse->value[n] = dz[at];
            n += dz[at] != 0;
            low = t < low ? t : low;
            high = t > high ? t : high;
        }
    }
    sparse->first[block->filters] = n;
    block->low = low;
    block->high = high + 1;
}

/* The same elements position by position: counted, and put where they belong. */
static void list_positions(struct conv_sparse *sparse, const struct block *block)
{
    int32_t *first = sparse->first_at;
    int n = block->high - block->low;

    memset(first, 0, (size_t)(n + 2) * sizeof *first);
    for (int i = 0; i < sparse->first[block->filters]; i++)
        first[sparse->position[i] - block->low + 2]++;
    for (int t = 2; t <= n; t++)
        first[t] += first[t - 1];

    for (int f = 0; f < block->filters; f++)
        for (int i = sparse->first[f]; i < sparse->first[f + 1]; i++) {
            int32_t to = first[sparse->position[i] - block->low + 1]++;
            sparse->filter_at[to] = f;
            sparse->value_at[to] = sparse->value[i];
        }
}

static void add_block(struct conv_layer *conv, const struct block *block)
{
    struct conv_sparse *sparse = &conv->sparse;
    const struct kernels *kernels = conv->linear.kernels;
    size_t depth = (size_t)depth_of(conv), stride = (size_t)conv->linear.row;
    size_t filter = (size_t)block->f0 * depth;
    const struct matmul_sparse dw = {
        .rows = block->filters,
        .vectors = (int)depth / kernels->width,
        .first = sparse->first,
        .column = sparse->position,
        .value = sparse->value,
        .b = conv_row(conv, conv->x, block->r),
        .b_row = stride,
        .c = sparse->dw + filter,
        .c_row = depth,
    };
    const struct matmul_sparse dx = {
        .rows = block->high - block->low,
        .vectors = dw.vectors,
        .first = sparse->first_at,
        .column = sparse->filter_at,
        .value = sparse->value_at,
        .b = sparse->w + filter,
        .b_row = depth,
        .c = conv_row(conv, conv->dx, block->r) + (size_t)block->low * stride,
        .c_row = stride,
    };

    kernels->matmul_sparse(&dw);
    kernels->matmul_sparse(&dx);
}

/* As many vectors at once as there are positions in a block, if they are evenly spread;
 * and of one vector as many filters as there is room for. */
void conv_sparse_add_row(struct conv_layer *conv, int r, int n, const int32_t *where,
                         const real *dz)
{
    int filters = filters_of(conv), length = conv->layer.out.length;
    int vectors = least(n, BLOCK_POSITIONS * n / length + 1);
    int some = n == 1 ? BLOCK : least(BLOCK_FILTERS, BLOCK / vectors);

    conv->sparse.is_used = true;
    for (int p = 0; p < n; p += vectors)
        for (int f = 0; f < filters; f += some) {
            struct block block = {.r = r,
                                  .p0 = p,
                                  .n = least(vectors, n - p),
                                  .f0 = f,
                                  .filters = least(some, filters - f)};
            list_filters(conv, where, dz, &block);
            list_positions(&conv->sparse, &block);
            add_block(conv, &block);
        }
}
