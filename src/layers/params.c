#include "layers/params.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <xxhash.h>

/* Appends a tensor of that shape; returns its index. */
static int add(struct params *params, const char *layer, const char *name,
               struct tensor shape)
{
    size_t n = (size_t)params->n_tensors;

    params->tensors = xrealloc(params->tensors, n + 1, sizeof *params->tensors);
    struct tensor *tensor = &params->tensors[n];
    *tensor = shape;
    tensor->offset = params->size;
    snprintf(tensor->layer, sizeof tensor->layer, "%s", layer);
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    params->size += tensor->size;
    return params->n_tensors++;
}

int params_add(struct params *params, const char *layer, const char *name, size_t rows,
               size_t cols)
{
    return add(params, layer, name,
               (struct tensor){.n_dims = cols ? 2 : 1,
                               .shape = {rows, cols},
                               .size = rows * (cols ? cols : 1)});
}

int params_add_windows(struct params *params, const char *layer, const char *name,
                       size_t taps, size_t rows, size_t cols)
{
    return add(params, layer, name,
               (struct tensor){
                   .n_dims = 3, .shape = {taps, rows, cols}, .size = taps * rows * cols});
}
void params_release(struct params *params)
{
    free(params->tensors);
    *params = (struct params){0};
}

uint64_t params_hash(const struct params *params, const real *values)
{
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the hash of weights is defined over little-endian numbers"
#endif
    return XXH64(values, params->size * sizeof *values, 0);
}

uint64_t params_hash_models(const uint64_t *hashes, size_t n)
{
    return n == 1 ? hashes[0] : XXH64(hashes, n * sizeof *hashes, 0);
}

size_t params_first_nonfinite(const struct params *params, const real *values)
{
    size_t i = 0;
    while (i < params->size && isfinite(values[i]))
        i++;
    return i;
}

size_t params_first_beyond(const struct params *params, const real *values, real most)
{
    size_t i = 0;
    while (i < params->size && values[i] >= -most && values[i] <= most)
        i++;
    return i;
}

const struct tensor *params_find(const struct params *params, size_t index)
{
    for (int i = 0; i < params->n_tensors; i++)
        if (index - params->tensors[i].offset < params->tensors[i].size)
            return &params->tensors[i];
    die("parameter %zu of %zu", index, params->size);
}
