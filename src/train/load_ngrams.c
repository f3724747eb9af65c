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

size_t trainer_ngram_bytes(const struct trainer *trainer)
{
    size_t bytes = 0;

    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        if (is_wanted(trainer, (enum dataset_part)part))
            bytes += sparse_block_bytes(&trainer->data, (enum dataset_part)part);
    return bytes;
}

/* The rows of all parts, one block behind the other. The first rank of a node reads them
 * for all. */
static int attach(struct trainer *trainer)
{
    const struct dataset *data = &trainer->data;
    char *block = trainer->linear.window.bytes;
    int rc = OK;

    for (int p = 0; p < DATASET_ALL_PARTS && !rc; p++) {
        enum dataset_part part = (enum dataset_part)p;
        if (!data->part[part].n || !is_wanted(trainer, part))
            continue;
        trainer->linear.rows[part] = sparse_block_rows(data, part, block);
        trainer->data.part[part].ngrams = &trainer->linear.rows[part];
        if (trainer->comm->node_rank == 0)
            rc = sparse_block_load(data, part, block);
        block += sparse_block_bytes(data, part);
    }
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

    rc = attach(trainer);
    if (!rc && comm->rank == 0)
        rc = dataset_ngrams(&trainer->data, &trainer->linear.ngrams);
    comm_window_sync(comm, &trainer->linear.window);
    rc = comm_agree(comm, rc);
    if (!rc)
        trainer_find_spelled(trainer);
    return rc;
}

void trainer_release_ngrams(struct trainer *trainer)
{
    ngrams_release(&trainer->linear.ngrams);
    trainer_release_words(&trainer->linear.words);
    latent_free(trainer->linear.latent);
    if (trainer->linear.window.bytes)
        comm_window_close(trainer->comm, &trainer->linear.window);
}
