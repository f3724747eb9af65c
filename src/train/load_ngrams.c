#include "train/private.h"

#include <stdlib.h>

#include "train/latent.h"

/* Texts without labels are for the components of all texts alone. */
static bool is_wanted(const struct trainer *trainer, enum dataset_part part)
{
    return dataset_has_ngrams(&trainer->data, part) &&
           (part != DATASET_UNLABELLED ||
            trainer->config->linear.scaling == SCALING_LATENT);
}

/* What the arrays of a part take in the window: starts, then n-grams. */
static size_t bytes_of(const struct dataset *data, enum dataset_part part)
{
    size_t n = (size_t)data->part[part].n;
    size_t bytes = (n + 1) * sizeof(uint64_t) + data->n_ones[part] * sizeof(uint32_t);
    return n ? (bytes + 63) / 64 * 64 : 0;
}

size_t trainer_ngram_bytes(const struct trainer *trainer)
{
    size_t bytes = 0;

    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        if (is_wanted(trainer, (enum dataset_part)part))
            bytes += bytes_of(&trainer->data, (enum dataset_part)part);
    return bytes;
}

static void attach(struct trainer *trainer)
{
    const struct dataset *data = &trainer->data;
    char *at = trainer->linear.window.bytes;

    for (int part = 0; part < DATASET_ALL_PARTS; part++) {
        size_t n = (size_t)data->part[part].n;
        if (!is_wanted(trainer, (enum dataset_part)part))
            continue;
        trainer->linear.rows[part] = (struct sparse){
            n, (size_t)data->facts.n_ngrams, (const uint64_t *)(const void *)at,
            (const uint32_t *)(const void *)(at + (n + 1) * sizeof(uint64_t))};
        trainer->data.part[part].ngrams = &trainer->linear.rows[part];
        at += bytes_of(data, (enum dataset_part)part);
    }
}

/* The first rank of a node reads for all. */
static int load_part(struct trainer *trainer, enum dataset_part part)
{
    const struct sparse *rows = &trainer->linear.rows[part];
    uint64_t *start = (uint64_t *)rows->start;
    uint32_t *index = NULL;

    int rc = sparse_load(&trainer->data, part, 0, rows->n_rows, start, &index);
    if (!rc)
        memcpy((uint32_t *)rows->index, index,
               trainer->data.n_ones[part] * sizeof *index);
    free(index);
    return rc;
}

static int load(struct trainer *trainer)
{
    int rc = OK;

    for (int part = 0; part < DATASET_ALL_PARTS && !rc; part++)
        if (is_wanted(trainer, (enum dataset_part)part))
            rc = load_part(trainer, (enum dataset_part)part);
    return rc;
}

int trainer_load_ngrams(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;

    /* ranks that did not open the file learn how much there is */
    comm_broadcast(comm, trainer->data.n_ones, sizeof trainer->data.n_ones);
    int rc =
        comm_window_open(comm, trainer_ngram_bytes(trainer), &trainer->linear.window);
    if (rc)
        return rc;

    attach(trainer);
    if (comm->node_rank == 0)
        rc = load(trainer);
    if (!rc && comm->rank == 0)
        rc = dataset_ngrams(&trainer->data, &trainer->linear.ngrams);
    comm_window_sync(comm, &trainer->linear.window);
    return comm_agree(comm, rc);
}

void trainer_release_ngrams(struct trainer *trainer)
{
    ngrams_release(&trainer->linear.ngrams);
    latent_free(trainer->linear.latent);
    if (trainer->linear.window.bytes)
        comm_window_close(trainer->comm, &trainer->linear.window);
}
