/* Which n-grams rows have: into the chunks of the data set. */
#include "words/ngram_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/crew.h"

#include "files/h5_write.h"

struct packing {
    const struct ngram_rows *rows;
    const struct dataset *data;
    struct dataset_writer *writer;
    struct packer {
        struct spool_reader reader;
        struct h5_packer *packer;
        int32_t *ones;
    } * packers;
    int part; /* of the next chunk */
    size_t chunk;
};

struct packed {
    enum dataset_part part;
    size_t chunk;
    char *bytes;
    size_t n, room;
};

static int take_chunk(void *context, void *given, bool *end)
{
    struct packing *packing = context;
    struct packed *packed = given;
    const struct dataset *data = packing->data;

    while (packing->part < DATASET_ALL_PARTS) {
        enum dataset_part part = (enum dataset_part)packing->part;
        size_t n = data->n_ones[part];
        if (n && packing->chunk * dataset_chunk_ones(data, part) < n) {
            packed->part = part;
            packed->chunk = packing->chunk++;
            return OK;
        }
        packing->part++;
        packing->chunk = 0;
    }
    *end = true;
    return OK;
}

static int pack_chunk(void *context, void *given, int number)
{
    struct packing *packing = context;
    struct packed *packed = given;
    struct packer *packer = &packing->packers[number];
    size_t most = dataset_chunk_ones(packing->data, packed->part);
    size_t first = packed->chunk * most;
    size_t left = packing->data->n_ones[packed->part] - first;
    size_t n = left < most ? left : most, n_packed = 0;

    packer->ones = xrealloc(packer->ones, most, sizeof *packer->ones);
    memset(packer->ones + n, 0, (most - n) * sizeof *packer->ones);
    int rc =
        spool_copy(&packing->rows->spool, &packer->reader,
                   packing->rows->first[packed->part] + (int64_t)first, n, packer->ones);
    if (rc)
        return rc;

    if (!packer->packer)
        packer->packer = h5_packer_new();
    const void *bytes = dataset_pack_ones(packing->data, packed->part, packer->packer,
                                          packer->ones, &n_packed);
    if (packed->room < n_packed) {
        packed->room = n_packed + n_packed / 4;
        packed->bytes = xrealloc(packed->bytes, packed->room, 1);
    }
    memcpy(packed->bytes, bytes, n_packed);
    packed->n = n_packed;
    return OK;
}

static int write_chunk(void *context, void *given)
{
    struct packing *packing = context;
    const struct packed *packed = given;
    dataset_write_ones(packing->writer, packed->part, packed->chunk, packed->bytes,
                       packed->n);
    return OK;
}

static void release_packed(void *given)
{
    struct packed *packed = given;
    free(packed->bytes);
}

int ngram_rows_write(const struct ngram_rows *rows, const struct dataset *data,
                     struct dataset_writer *writer, int n_threads)
{
    struct packing packing = {.rows = rows, .data = data, .writer = writer};
    packing.packers = xcalloc((size_t)n_threads, sizeof *packing.packers);
    const struct crew_job job = {&packing,   sizeof(struct packed), take_chunk,
                                 pack_chunk, write_chunk,           release_packed,
                                 0};
    int rc = crew_run(&job, n_threads);

    for (int i = 0; i < n_threads; i++) {
        spool_reader_release(&packing.packers[i].reader);
        h5_packer_free(packing.packers[i].packer);
        free(packing.packers[i].ones);
    }
    free(packing.packers);
    return rc;
}
