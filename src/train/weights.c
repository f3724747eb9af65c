/* Weights, best weights and what the optimizer keeps: where they are, and when they are
 * up to date. A model with a large vocabulary has one copy of them a node; all others
 * have one a rank, so that ranks that drift apart are noticed. */
#include "train/private.h"

#include <stdlib.h>

/* A multiple of 16 reals. */
static size_t stride_of(const struct trainer *trainer)
{
    return (trainer->params->size + 15) / 16 * 16;
}

/* Whether few of the table's rows are touched by a lane, of a model whose first tensor
 * has a row for each id. */
static bool has_table(const struct trainer *trainer)
{
    enum { FEW = 4 };
    size_t rows = trainer->params->tensors[0].shape[0];

    return !trainer_is_linear(trainer) && trainer->config->reduction == COMM_CANONICAL &&
           rows > FEW * model_most_touched(trainer->model);
}

static struct optim_config optimizer_of(const struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    struct optim_config optim = config->optim;
    int64_t batches = sampler_batches(&trainer->sampler);

    optim.total_steps = config->epochs * batches;
    optim.warmup_steps = (int64_t)(config->warmup_epochs * (double)batches + 0.5);
    return optim;
}

static void make_own(struct trainer *trainer)
{
    size_t n = trainer->params->size;
    const struct optim_config config = optimizer_of(trainer);

    trainer->weights = xaligned(n, sizeof(real));
    trainer->best_weights = xaligned(n, sizeof(real));
    if (!trainer_is_linear(trainer))
        optim_new(&config, trainer->kernels, n, &trainer->optim);
}

/* Where a node's memory cannot be shared, each rank has its own. */
static int open_state(struct trainer *trainer, size_t n)
{
    const struct comm *comm = trainer->comm;
    int rc = comm_window_open(comm, n, &trainer->state);

    if (rc && comm->size > 1)
        rc = comm_agree(comm, comm_window_open_alone(n, &trainer->state));
    return rc;
}

static int make_shared(struct trainer *trainer)
{
    const struct optim_config config = optimizer_of(trainer);
    const struct tensor *table = &trainer->params->tensors[0];
    const struct comm *comm = trainer->comm;
    size_t stride = stride_of(trainer);
    size_t arrays = 2 + (size_t)optim_arrays_of(&config);

    int rc = open_state(trainer, arrays * stride * sizeof(real));
    if (rc)
        return rc;

    bool shares = trainer_shares_weights(trainer);
    trainer->weights = trainer->state.bytes;
    trainer->best_weights = trainer->weights + stride;
    optim_new_in(&config, trainer->kernels, trainer->params->size,
                 trainer->weights + 2 * stride, stride, &trainer->optim);
    optim_watch_table(&trainer->optim, table->shape[0], table->shape[1],
                      shares ? comm->node_rank : 0, shares ? comm->node_size : 1);
    trainer->batch_rows = xcalloc((table->shape[0] + 63) / 64, sizeof(uint64_t));
    return OK;
}

int trainer_make_weights(struct trainer *trainer)
{
    trainer->has_table = has_table(trainer);
    if (trainer->has_table)
        return make_shared(trainer);
    make_own(trainer);
    return OK;
}

void trainer_release_weights(struct trainer *trainer)
{
    optim_release(&trainer->optim);
    free(trainer->batch_rows);
    if (trainer->has_table) {
        comm_window_close(trainer->comm, &trainer->state);
        return;
    }
    free(trainer->weights);
    free(trainer->best_weights);
}

void trainer_sync_weights(struct trainer *trainer)
{
    if (trainer_shares_weights(trainer))
        comm_window_sync(trainer->comm, &trainer->state);
}

/* Rows of the table that a batch of training rows touches; as many as it may where ids
 * are read ahead. */
static size_t rows_of_batch(const struct trainer *trainer)
{
    const struct rows *rows = &trainer->data.part[DATASET_TRAIN];
    const struct sampler *sampler = &trainer->sampler;
    int n = sampler->config.batch_size;
    size_t table = trainer->optim.table.rows, found = 0;
    size_t most =
        (size_t)sampler_lanes(&sampler->config) * model_most_touched(trainer->model);
    if (trainer->stream)
        return most < table ? most : table;

    uint64_t *bits = xcalloc((table + 63) / 64, sizeof *bits);
    for (int i = 0; i < n && i < sampler->n_train; i++)
        for (int t = 0; t < rows->maxlen; t++) {
            int32_t id = rows_id(rows, sampler->train[i], t);
            found += !id_bits_has(bits, id);
            id_bits_set(bits, id);
        }
    free(bits);
    return found;
}

size_t trainer_table_bytes(const struct trainer *trainer)
{
    enum { PROGRAM = 24 << 20 }; /* code and data of its own, and of the libraries */
    const struct optim_table *table = &trainer->optim.table;
    size_t copies = trainer->comm->size > 1 ? 6 : 2; /* a lane, the tree, messages */

    return PROGRAM + rows_of_batch(trainer) * table->width * copies * sizeof(real) +
           table->rows * sizeof *table->seen;
}

static void share_part(const struct trainer *trainer, real *array, size_t n)
{
    if (trainer_shares_weights(trainer))
        comm_broadcast_hosts(trainer->comm, array, n * sizeof *array);
    else
        comm_broadcast(trainer->comm, array, n * sizeof *array);
}

void trainer_share_array(const struct trainer *trainer, real *array)
{
    share_part(trainer, array, trainer->params->size);
}

void trainer_share_others(const struct trainer *trainer)
{
    size_t table = trainer->params->tensors[0].size;

    share_part(trainer, trainer->weights + table, trainer->params->size - table);
}

void trainer_draw_rows(struct trainer *trainer)
{
    const struct optim_table *table = &trainer->optim.table;
    size_t first = table->rows * table->rank / table->size;
    size_t end = table->rows * (table->rank + 1) / table->size;

    model_init_rows(trainer->model, sampler_seed(&trainer->config->sampler), first,
                    end - first, trainer->weights);
    trainer_sync_weights(trainer);
}

void trainer_settle(struct trainer *trainer)
{
    if (!trainer->has_table)
        return;
    optim_catch_up(&trainer->optim, NULL, trainer->weights);
    trainer_sync_weights(trainer);
}

/* Of batch b's n rows; the pad's too, which stands in no text. */
static void find_rows(struct trainer *trainer, int n, const void *ids)
{
    enum { SOME = 512 };
    const struct rows *rows = &trainer->data.part[DATASET_TRAIN];
    size_t row_bytes = dataset_row_bytes(&trainer->data);
    size_t words = (trainer->optim.table.rows + 63) / 64;
    int32_t some[SOME];

    memset(trainer->batch_rows, 0, words * sizeof *trainer->batch_rows);
    id_bits_set(trainer->batch_rows, 0);
    for (int r = 0; r < n; r++) {
        const void *row = ids ? (const char *)ids + (size_t)r * row_bytes
                              : rows_at(rows, trainer->sampler.lanes[r]);
        for (int t = 0; t < rows->maxlen; t += SOME) {
            int count = rows->maxlen - t < SOME ? rows->maxlen - t : SOME;
            rows_ids(rows, row, t, count, some);
            for (int i = 0; i < count; i++)
                id_bits_set(trainer->batch_rows, some[i]);
        }
    }
}

void trainer_ready_batch(struct trainer *trainer, int n, const void *ids)
{
    if (!trainer->has_table)
        return;
    double began = trace_begin();
    find_rows(trainer, n, ids);
    optim_catch_up(&trainer->optim, trainer->batch_rows, trainer->weights);
    trainer_sync_weights(trainer);
    trace_end(TRACE_UPDATE, began);
}
