/* What the rows of a pass came to is heard lane by lane, on the rank that computes it,
 * and kept of the pass whose weights become the result: so that no pass is made again.
 * Only where the run was resumed behind that epoch it is. */
#include "train/private.h"

#include <stdlib.h>

#include "saved/predictions.h"

size_t trainer_heard_bytes(int outputs)
{
    return sizeof(int32_t) + (size_t)outputs * sizeof(real);
}

void trainer_hear(void *data, const struct lane *lane, const real *logits)
{
    struct heard *heard = data;
    size_t n = heard->bytes, logits_bytes = heard->record_bytes - sizeof(int32_t);
    size_t wanted = n + (size_t)lane->n_rows * heard->record_bytes;

    if (wanted > heard->room) {
        heard->room = 2 * wanted;
        heard->records = xrealloc(heard->records, heard->room, 1);
    }

    for (int r = 0; r < lane->n_rows; r++) {
        memcpy(heard->records + n, &lane->rows[r], sizeof(int32_t));
        n += sizeof(int32_t);
        memcpy(heard->records + n, (const char *)logits + (size_t)r * logits_bytes,
               logits_bytes);
        n += logits_bytes;
    }
    heard->bytes = n;
}

static void release(struct heard *heard)
{
    free(heard->records);
    *heard = (struct heard){.records = NULL};
}

void trainer_release_heard(struct trainer *trainer)
{
    release(&trainer->heard);
    release(&trainer->validated);
    release(&trainer->tested);
}

/* Whether n rows find their way into the file. */
static bool keeps(const struct trainer *trainer, int n)
{
    return !trainer->config->is_trial &&
           (int64_t)n * trainer->data.facts.n_labels <= PREDICTIONS_MOST;
}

bool trainer_begin_heard(const struct trainer *trainer, int n, struct heard *heard)
{
    if (!keeps(trainer, n))
        return false;
    heard->bytes = 0;
    heard->n_rows = n;
    heard->record_bytes = trainer_heard_bytes(chain_outputs(model_chain(trainer->model)));
    return true;
}

void trainer_keep_heard(struct trainer *trainer, bool improved)
{
    const struct progress *progress = &trainer->progress;
    struct heard before = trainer->validated;
    bool is_result = trainer->config->result_is_last || improved;
    if (!is_result || progress->is_refitted)
        return;

    trainer->validated = trainer->heard;
    trainer->validated.epoch = progress->epoch;
    trainer->heard = before;
}

/* Rows of a part, what was heard of which stands where; `logits` and `probabilities` are
 * room for those of one. */
struct hearsay {
    const struct rows *rows;
    const char **of_row; /* (rows->n) */
    real *logits;
    double *probabilities;
};

static void fill_row(const struct ensemble *ensemble, const struct hearsay *hearsay,
                     int row, struct predictions *predictions,
                     struct predictions_part *part)
{
    const struct rows *rows = hearsay->rows;
    size_t classes = (size_t)predictions->n_labels, i = (size_t)part->n++;
    memcpy(hearsay->logits, hearsay->of_row[row],
           (size_t)ensemble_outputs(ensemble) * sizeof(real));
    int decided = ensemble_judge(ensemble, hearsay->logits, hearsay->probabilities);

    part->row[i] = row;
    predictions_round(hearsay->probabilities, predictions->n_labels,
                      part->probabilities + i * classes);
    if (rows->n_labels) {
        memcpy(part->labels + i * classes, rows_multi_hot(rows, row), classes);
    } else {
        part->label[i] = rows->y[row];
        part->decided[i] = decided;
    }
}

/* Rank 0. Of what all ranks heard, in the order of the rows. */
static void fill(const struct dataset *data, const struct ensemble *ensemble,
                 const char *records, size_t bytes, struct predictions *predictions,
                 struct predictions_part *part)
{
    size_t step = trainer_heard_bytes(ensemble_outputs(ensemble));
    struct hearsay hearsay = {.rows = &data->part[part->of]};
    hearsay.of_row = xcalloc((size_t)hearsay.rows->n, sizeof *hearsay.of_row);
    hearsay.logits = xcalloc(1, step);
    hearsay.probabilities =
        xcalloc((size_t)predictions->n_labels, sizeof *hearsay.probabilities);

    for (size_t at = 0; at < bytes; at += step) {
        int32_t row;
        memcpy(&row, records + at, sizeof row);
        hearsay.of_row[row] = records + at + sizeof row;
    }

    part->n = 0;
    for (int row = 0; row < hearsay.rows->n; row++)
        if (hearsay.of_row[row])
            fill_row(ensemble, &hearsay, row, predictions, part);
    free(hearsay.of_row);
    free(hearsay.logits);
    free(hearsay.probabilities);
}

void trainer_gather_heard(const struct heard *heard, const struct evaluator *by,
                          const struct dataset *data, enum dataset_part of,
                          struct predictions *predictions, enum dataset_part part)
{
    const struct comm *comm = by->comm;
    struct predictions_part *filled = &predictions->part[part];
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts), bytes = 0;
    char *all = comm_gather_bytes(comm, heard->records, heard->bytes, counts);

    for (int r = 0; r < comm->size && comm->rank == 0; r++)
        bytes += counts[r];
    if (bytes > 0) {
        predictions_take_room(predictions, part, (int)(bytes / heard->record_bytes));
        filled->of = of;
        filled->epoch = heard->epoch;
        fill(data, by->ensemble, all, bytes, predictions, filled);
    }
    free(all);
    free(counts);
}

/* Collective. What the result said of the validation rows where no pass was heard that
 * said it, as the run was resumed behind it. A refitted model has learnt them. */
static int hear_validation(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    const struct progress *progress = &trainer->progress;
    bool is_last = trainer->config->result_is_last;
    int epoch = is_last ? progress->epoch : progress->best_epoch;
    bool was_heard = trainer->validated.n_rows > 0 && trainer->validated.epoch == epoch;
    const struct judged_rows rows = {sampler->validation_part, sampler->validation,
                                     sampler->n_validation};
    struct judgement judgement;
    if (was_heard || progress->is_refitted || sampler->n_validation == 0 ||
        !keeps(trainer, sampler->n_validation))
        return OK;

    model_pack(trainer->model,
               is_last ? trainer_model_weights(trainer) : trainer->best_weights);
    trainer->validated.epoch = epoch;
    return trainer_judge(trainer, &rows, &trainer->validated, &judgement);
}

/* The run is whole without the file. */
static void write_file(struct trainer *trainer, const struct predictions *predictions)
{
    bool has_any =
        predictions->part[DATASET_TEST].n + predictions->part[DATASET_VALIDATION].n > 0;

    if (has_any && predictions_write(predictions, &trainer->folder))
        report_tell(&trainer->report, "%s; the run is whole without what it would hold",
                    fail_message());
}

int trainer_write_predictions(struct trainer *trainer)
{
    const struct facts *facts = &trainer->data.facts;
    const struct dataset *data = &trainer->data;
    bool is_last = trainer->config->result_is_last;
    struct ensemble ensemble;
    const struct evaluator by = trainer_evaluator(trainer, &ensemble);
    struct predictions predictions = {
        .which = xstrdup(is_last ? "last" : "best"),
        .data_hash = trainer->data.hash,
        .weights = is_last ? params_hash(trainer->params, trainer_model_weights(trainer))
                           : trainer->progress.best_hash,
        .n_labels = facts->n_labels,
        .labels = facts->labels, /* borrowed */
        .multi_label = facts->multi_label,
    };

    ensemble_init(&ensemble, NULL, &trainer->model);
    int rc = hear_validation(trainer);
    if (!rc) {
        trainer_gather_heard(&trainer->validated, &by, data,
                             trainer->sampler.validation_part, &predictions,
                             DATASET_VALIDATION);
        trainer_gather_heard(&trainer->tested, &by, data, DATASET_TEST, &predictions,
                             DATASET_TEST);
        write_file(trainer, &predictions);
    }
    ensemble_release(&ensemble);
    predictions.labels = NULL;
    predictions_release(&predictions);
    return rc;
}
