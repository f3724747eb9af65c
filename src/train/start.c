#include "train/private.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/say.h"
#include "files/h5.h"
#include "model/summary.h"
#include "train/linear_fit.h"

/* Rows of each class; the caller's to free. */
static int *count_classes(const struct trainer *trainer, enum dataset_part part,
                          const int32_t *rows, int n)
{
    int n_labels = trainer->data.facts.n_labels;
    int *counts = xcalloc((size_t)n_labels, sizeof *counts);
    if (n > 0)
        rows_count(&trainer->data.part[part], rows, n, n_labels, counts);
    return counts;
}

static int *count_validation(const struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    return count_classes(trainer, sampler->validation_part, sampler->validation,
                         sampler->n_validation);
}

enum { MOST_SHOWN = 20 }; /* classes */

/* "stratified: neg 1250, pos 1250", of many classes the first ones and how many more */
static char *describe_validation(const struct trainer *trainer)
{
    static const char *const rules[] = {"stratified", "keras-tail", "own", "none",
                                        "auto"};
    const struct sampler *sampler = &trainer->sampler;
    const struct facts *facts = &trainer->data.facts;
    int *counts = count_validation(trainer);
    char *text = NULL;
    size_t size = 0;

    FILE *out = open_memstream(&text, &size);
    if (!out)
        die("no memory for the line on the validation rows");
    fputs(rules[sampler->config.rule], out);
    int n = sampler->n_validation > 0 ? facts->n_labels : 0;
    for (int c = 0; c < n && c < MOST_SHOWN; c++)
        say(out, "%s %s %d", c ? "," : ":", facts->labels[c], counts[c]);
    if (n > MOST_SHOWN)
        say(out, " and %d more", n - MOST_SHOWN);
    fclose(out);

    free(counts);
    return text;
}

/* Classes that training sees and validation does not; NULL: there are none. */
static char *describe_unseen(const struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    const struct facts *facts = &trainer->data.facts;
    int *train = count_classes(trainer, DATASET_TRAIN, sampler->train, sampler->n_train);
    int *validation = count_validation(trainer);
    int n_unseen = 0, last = 0;

    for (int c = 0; c < facts->n_labels && sampler->n_validation > 0; c++)
        if (validation[c] == 0 && train[c] > 0) {
            n_unseen++;
            last = c;
        }
    free(train);
    free(validation);

    if (n_unseen == 0)
        return NULL;
    char *others =
        n_unseen > 1 ? xasprintf(" (nor of %d more)", n_unseen - 1) : xstrdup("");
    char *text = xasprintf("no validation row is of class %s%s: val_loss and val_acc say "
                           "nothing of that; a greater --validation-split may have some",
                           facts->labels[last], others);
    free(others);
    return text;
}

/* What --window-rows should be where a window has too few of the file's chunks; 0: it has
 * enough, or all rows. */
static int wanted_window(const struct trainer *trainer)
{
    enum { ENOUGH_CHUNKS = 8 };
    const struct sampler_config *config = &trainer->config->sampler;
    int chunk_rows = trainer->data.part[DATASET_TRAIN].chunk_rows;
    int64_t all = (int64_t)sampler_batches(&trainer->sampler) * config->batch_size;
    int64_t enough = (int64_t)ENOUGH_CHUNKS * chunk_rows;
    if (!trainer->stream || config->window_rows >= enough || config->window_rows >= all)
        return 0;
    return (int)(enough < all ? enough : all);
}

/* Positions of an epoch's rows to train on, and of those to validate with. */
struct positions {
    double train, validation;
};

static struct positions epoch_positions(const struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    struct lane train = {&trainer->data.part[DATASET_TRAIN], sampler->train,
                         sampler->n_train, NULL};
    struct lane validation = {&trainer->data.part[sampler->validation_part],
                              sampler->validation, sampler->n_validation, NULL};

    return (struct positions){model_positions(trainer->model, &train, true),
                              model_positions(trainer->model, &validation, false)};
}

double trainer_epoch_flops(const struct trainer *trainer)
{
    const struct chain_config *chain = model_chain(trainer->model);
    const struct sampler *sampler = &trainer->sampler;
    struct positions positions = epoch_positions(trainer);
    double ways = trainer->config->loss.adversarial > 0 ? 2 : 1;

    return ways * model_flops(chain, positions.train, sampler->n_train) +
           model_forward_flops(chain, positions.validation, sampler->n_validation);
}

/* Bytes of a rank's vectors on their way up and, in training, down: written and read. */
static double epoch_moved(const struct trainer *trainer)
{
    const struct chain_config *chain = model_chain(trainer->model);
    double numbers = 0;

    if (trainer_is_linear(trainer))
        return 0;
    struct positions positions = epoch_positions(trainer);
    for (int i = 0; i < chain->n_layers; i++) {
        struct outline outline = chain_outline(chain, i);
        numbers += (double)outline.width * outline.length / chain->length;
    }
    return numbers * sizeof(real) * (4 * positions.train + 2 * positions.validation) /
           trainer->comm->size;
}

/* What ranks read and write of arrays as large as the weights in an epoch, each at its
 * own memory: a lane's gradient is written and added to another's, and Adam reads and
 * writes weights and moments. Few lanes have many of the table's rows. */
static double epoch_bytes(const struct trainer *trainer)
{
    if (trainer_is_linear(trainer))
        return 0;
    const struct sampler *sampler = &trainer->sampler;
    const struct params *params = trainer->params;
    double lanes = sampler_lanes(&sampler->config) / (double)trainer->comm->size;
    double all = (double)params->size, dense = all - (double)params->tensors[0].size;
    double arrays = 2 * optim_arrays(&trainer->optim) + 4; /* twice the gradient */

    if (trainer->has_table) /* which few steps touch */
        all = dense;
    return sampler_batches(sampler) * (4 * dense * lanes + arrays * all) * sizeof(real);
}

/* Of a rank: the workspace, the sum, weights and moments. */
static size_t workspace_bytes(const struct trainer *trainer)
{
    const struct chain_config *chain = model_chain(trainer->model);
    if (trainer_is_linear(trainer))
        return (size_t)linear_fit_bytes((size_t)chain->n_ngrams, chain_outputs(chain),
                                        trainer->comm->size) +
               2 * trainer->params->size * sizeof(real) +
               (trainer->data.facts.has_characters /* linear_words.c */
                    ? sparse_block_bytes(&trainer->data, DATASET_TRAIN)
                    : 0);

    size_t own = model_bytes(trainer->model) + comm_sum_bytes(trainer->sum);
    if (trainer->has_table)
        return own + trainer_table_bytes(trainer) +
               (trainer_shares_weights(trainer) ? 0 : trainer->state.n);

    size_t arrays = 2 + (size_t)optim_arrays(&trainer->optim);
    return own + arrays * trainer->params->size * sizeof(real);
}

static bool has_hard_sigmoid(const struct chain_config *chain)
{
    for (int i = 0; i < chain->n_layers; i++)
        if (chain->layer[i].kind == LAYER_RECURRENT &&
            chain->layer[i].recurrent.hard_sigmoid)
            return true;
    return false;
}

/* In a node's memory. */
static size_t data_bytes(const struct trainer *trainer)
{
    if (trainer_is_linear(trainer))
        return trainer_ngram_bytes(trainer);
    return trainer->stream ? stream_bytes(trainer->stream)
                           : dataset_bytes(&trainer->data, DATASET_ALL);
}

/* What the log and the console say first. Texts are borrowed. */
static struct report_start describe(const struct trainer *trainer, const char *hosts,
                                    const char *validation, bool crowded)
{
    const struct trainer_config *config = trainer->config;
    const struct sampler *sampler = &trainer->sampler;

    return (struct report_start){
        .config = trainer->record,
        .origin = trainer_origin(trainer),
        .hosts = hosts,
        .kernels = trainer->kernel_set,
        .bf16 = trainer->kernels->pack_pairs != NULL,
        .plain_bf16 = !kernels_are_native(trainer->kernels),
        .shares_cores = crowded,
        .reproducible = config->reduction == COMM_CANONICAL,
        .validation = validation,
        .ranks = trainer->comm->size,
        .lanes = sampler_lanes(&config->sampler),
        .classes = trainer->data.facts.n_labels,
        .n_train = sampler->n_train,
        .n_validation = sampler->n_validation,
        .n_test = sampler->n_test,
        .watched = monitor_names[trainer->progress.monitor],
        .parameters = trainer->params->size,
        .bytes = workspace_bytes(trainer),
        .node_bytes = trainer_shares_weights(trainer) ? trainer->state.n : 0,
        .data_bytes = data_bytes(trainer),
        .n_ngrams = trainer_is_linear(trainer) ? (size_t)trainer->data.facts.n_ngrams : 0,
        .window_rows = trainer->stream ? sampler_window_rows(sampler) : 0,
        .chunk_rows = trainer->data.part[DATASET_TRAIN].chunk_rows,
        .wanted_rows = wanted_window(trainer),
        .data_hash = trainer->data.hash,
        .epoch_flops = trainer->epoch_flops,
        .epoch_moved = epoch_moved(trainer),
        .epoch_bytes = epoch_bytes(trainer),
        .peak_gflops = trainer->peak_gflops,
        .core_share = trainer_was_busy(trainer) ? trainer->core_share : 1,
        .resumed_from = trainer->resumed.from,
        .beginning = trainer->beginning,
        .hard_sigmoid = has_hard_sigmoid(model_chain(trainer->model)),
        .epoch = trainer->progress.epoch + 1,
        .batch = trainer->progress.batch,
        .step = trainer->progress.step,
    };
}

void trainer_tell_unsealed(struct trainer *trainer, const char *path)
{
    char *note = h5_unsealed_note(path);
    report_tell(&trainer->report, "note: %s", note);
    free(note);
}

static int begin_log(struct trainer *trainer, const struct report_start *start)
{
    int rc = report_check_owner(&trainer->report, trainer->data.hash);
    if (!rc)
        rc = report_cut(&trainer->report, trainer->resumed.log_bytes);
    return rc ? rc : report_start(&trainer->report, start);
}

/* Rank 0. */
static int write_start(struct trainer *trainer, const char *hosts, bool crowded)
{
    char *validation = describe_validation(trainer);
    char *unseen = describe_unseen(trainer);
    char *layers = model_summary(model_chain(trainer->model));
    char *class_weights = trainer_describe_class_weights(trainer);
    struct report_start start = describe(trainer, hosts, validation, crowded);
    start.unseen = unseen;
    start.layers = layers;
    start.class_weights = class_weights;

    if (trainer->data.is_unsealed)
        trainer_tell_unsealed(trainer, trainer->config->data);
    report_to_console(&trainer->report, stdout, trainer->config->quiet);
    trainer->report.is_verbose = trainer->config->verbose;
    int rc = OK;
    if (trainer->config->dry_run)
        report_say_start(&trainer->report, &start);
    else
        rc = begin_log(trainer, &start);
    free(validation);
    free(layers);
    free(unseen);
    free(class_weights);
    return rc;
}

static void say_finished(const struct trainer *trainer)
{
    if (trainer->comm->rank == 0 && !trainer->config->quiet)
        say_line(stdout, "%s is finished, after %d epoch%s: nothing is left to resume",
                 trainer->config->run_dir, trainer->progress.epoch,
                 plural(trainer->progress.epoch));
}

int trainer_start_report(struct trainer *trainer)
{
    const struct comm *comm = trainer->comm;
    if (trainer->resumed.is_finished) {
        int rc = trainer->config->dry_run ? OK : trainer_check_result(trainer);
        if (!rc)
            say_finished(trainer);
        return rc;
    }

    char *hosts = comm_hosts(comm);
    double share = (double)comm->node_size / comm->node_cores;
    bool crowded = comm_max(comm, share) > 1;
    int rc = comm->rank == 0 ? write_start(trainer, hosts, crowded) : OK;
    free(hosts);
    return comm_agree(comm, rc);
}
