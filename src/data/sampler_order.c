/* The order of an epoch's rows. */
#include "data/sampler_private.h"

#include <stdlib.h>
#include <string.h>

/* start[c] .. start[c + 1] - 1: which of the rows, which ascend, are of chunk c. */
static int *chunk_starts(const int32_t *rows, int n, int chunk_rows, int n_chunks)
{
    int *start = xcalloc((size_t)n_chunks + 1, sizeof *start);
    for (int i = 0; i < n; i++)
        start[rows[i] / chunk_rows + 1]++;
    for (int c = 0; c < n_chunks; c++)
        start[c + 1] += start[c];
    return start;
}

void sampler_shuffle_chunks(const struct rows *from, struct rng rng, int stretch,
                            int32_t *rows, int n)
{
    int chunk_rows = from->chunk_rows, at = 0;
    int n_chunks = sampler_divide_up(from->n, chunk_rows);
    int stretches = sampler_divide_up(n_chunks, stretch);
    int *start = chunk_starts(rows, n, chunk_rows, n_chunks);
    int32_t *chunks = sampler_all_rows(stretches * stretch); /* none from n_chunks on */
    int32_t *ascending = xcalloc((size_t)n, sizeof *ascending);
    memcpy(ascending, rows, (size_t)n * sizeof *rows);

    for (int s = 0; s < stretches; s++) {
        rng.row = (uint32_t)s;
        rng_shuffle(&rng, chunks + s * stretch, stretch);
    }

    for (int i = 0; i < stretch; i++)
        for (int s = 0; s < stretches; s++) {
            int c = chunks[s * stretch + i];
            for (int r = c < n_chunks ? start[c] : 0; c < n_chunks && r < start[c + 1];
                 r++)
                rows[at++] = ascending[r];
        }
    free(chunks);
    free(ascending);
    free(start);
}

static int n_windows(const struct sampler *sampler)
{
    int most = sampler->config.window_rows / sampler->config.batch_size;
    return sampler_divide_up(sampler_batches(sampler), most > 0 ? most : 1);
}

int sampler_window_rows(const struct sampler *sampler)
{
    return sampler_divide_up(sampler_batches(sampler), n_windows(sampler)) *
           sampler->config.batch_size;
}

/* The file's chunks, then the rows of each window. */
static void order_windows(const struct sampler *sampler, struct rng within, int32_t *rows)
{
    const struct rows *from = &sampler->data->part[DATASET_TRAIN];
    int n = sampler->n_train, window = sampler_window_rows(sampler);
    struct rng chunks = within;
    chunks.purpose = RNG_SHUFFLE_CHUNKS;
    sampler_shuffle_chunks(from, chunks, n_windows(sampler), rows, n);

    for (int64_t first = 0; first < n; first += window, within.row++)
        rng_shuffle(&within, rows + first,
                    n - first < window ? (int)(n - first) : window);
}

void sampler_order(const struct sampler *sampler, int epoch, int32_t *rows)
{
    struct rng rng = {.seed = sampler_seed(&sampler->config),
                      .purpose = RNG_SHUFFLE,
                      .step = (uint32_t)epoch};
    memcpy(rows, sampler->train, (size_t)sampler->n_train * sizeof *rows);

    switch (sampler->config.shuffle) {
    case SHUFFLE_FULL:
        rng_shuffle(&rng, rows, sampler->n_train);
        break;
    case SHUFFLE_WINDOW:
        order_windows(sampler, rng, rows);
        break;
    case SHUFFLE_NONE:
        break;
    }
}
