#include "commands/row_ngrams.h"

#include <stdlib.h>

static int check_list(const struct predictor *predictor, const struct dataset *data)
{
    struct ngrams ngrams = {0};
    if (!data->facts.has_ngrams)
        return fail(ERR_FORMAT,
                    "%s has no n-grams, which the model of %s reads: use the data set "
                    "that it was trained on, or name the corpus itself",
                    data->path, predictor->info.path);

    int rc = dataset_ngrams(data, &ngrams);
    if (!rc && !ngrams_are_equal(&ngrams, &predictor->ngrams))
        rc = fail(ERR_FORMAT,
                  "%s: its n-grams are others than those of %s: use the data set that it "
                  "was trained on, or name the corpus itself",
                  data->path, predictor->info.path);
    ngrams_release(&ngrams);
    return rc;
}

static int agree(const struct comm *comm, int rc)
{
    return comm ? comm_agree(comm, rc) : rc;
}

int row_ngrams_load(const struct comm *comm, const struct predictor *predictor,
                    struct dataset *data, enum dataset_part part,
                    struct row_ngrams *ngrams)
{
    bool reads = !comm || comm->node_rank == 0;
    struct comm_window *window = &ngrams->window;
    if (!predictor_reads_ngrams(predictor))
        return OK;

    int rc = agree(comm, reads ? check_list(predictor, data) : OK);
    size_t n = rc ? 0 : sparse_block_bytes(data, part);
    if (n == 0)
        return rc;
    rc = comm ? comm_window_open(comm, n, window) : comm_window_open_alone(n, window);
    if (rc)
        return rc;

    ngrams->rows[part] = sparse_block_rows(data, part, window->bytes);
    data->part[part].ngrams = &ngrams->rows[part];
    if (reads)
        rc = sparse_block_load(data, part, window->bytes);
    if (comm)
        comm_window_sync(comm, window);
    return agree(comm, rc);
}

void row_ngrams_attach(struct row_ngrams *ngrams, struct dataset *data)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        ngrams->rows[part] =
            sparse_list_rows(&ngrams->list[part], (size_t)data->facts.n_ngrams);
        data->part[part].ngrams = &ngrams->rows[part];
    }
}

void row_ngrams_release(const struct comm *comm, struct row_ngrams *ngrams)
{
    if (ngrams->window.bytes)
        comm_window_close(comm, &ngrams->window);
    for (int part = 0; part < DATASET_PARTS; part++)
        sparse_list_release(&ngrams->list[part]);
}
