#include "train/private.h"

#include <math.h>
#include <stdlib.h>

/* In the order of struct label_counts. */
static const char *const label_count_keys[] = {"true_positives", "false_positives",
                                               "false_negatives"};

static json_t *hex(uint64_t value)
{
    char text[17];
    program_hex(value, text);
    return json_string(text);
}

static char *dump(json_t *root)
{
    char *text =
        json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}

/* As far as there are any. */
static void add_label_counts(json_t *root, const struct label_counts *counts)
{
    const int64_t values[] = {counts->true_positives, counts->false_positives,
                              counts->false_negatives};

    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (values[i])
            json_object_set_new(root, label_count_keys[i],
                                json_integer((json_int_t)values[i]));
}

static struct label_counts read_label_counts(const json_t *root)
{
    int64_t values[COUNT_OF(label_count_keys)];

    for (size_t i = 0; i < COUNT_OF(values); i++)
        values[i] = trainer_read_count(root, label_count_keys[i], INT64_C(1) << 53);
    return (struct label_counts){values[0], values[1], values[2]};
}

char *trainer_state(const struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    json_t *root = json_object();
    json_object_set_new(root, "epoch", json_integer(progress->epoch));
    json_object_set_new(root, "step", json_integer(progress->step));
    json_object_set_new(root, "batch", json_integer(progress->batch));
    if (progress->moments_steps)
        json_object_set_new(root, "moments_steps", json_integer(progress->moments_steps));
    json_object_set_new(root, "skipped", json_integer(progress->skipped));
    json_object_set_new(root, "rollbacks", json_integer(progress->rollbacks));

    json_object_set_new(root, "loss", json_real(progress->score.loss));
    json_object_set_new(root, "correct", json_integer(progress->score.correct));
    json_object_set_new(root, "n", json_integer(progress->score.n));
    add_label_counts(root, &progress->score.labels);

    json_object_set_new(root, "wait", json_integer(progress->wait));
    if (progress->spares_one_class)
        json_object_set_new(root, "spares_one_class", json_true());
    if (progress->is_refitted)
        json_object_set_new(root, "is_refitted", json_true());
    json_object_set_new(root, "best_epoch", json_integer(progress->best_epoch));
    json_object_set_new(root, "best_weights", hex(progress->best_hash));
    json_object_set_new(
        root, "best", isfinite(progress->best) ? json_real(progress->best) : json_null());

    json_object_set(root, "history", progress->history);
    json_object_set_new(root, "data", hex(trainer->data.hash));
    return dump(root);
}

void trainer_note_data(struct trainer *trainer)
{
    json_t *root = json_loads(trainer->data.provenance, 0, NULL);
    const char *corpus = json_string_value(json_object_get(root, "corpus_sha256"));

    trainer->data_path = realpath(trainer->config->data, NULL);
    trainer->corpus = corpus ? xstrdup(corpus) : NULL;
    json_decref(root);
}

struct report_origin trainer_origin(const struct trainer *trainer)
{
    return (struct report_origin){.command = trainer->config->command,
                                  .data_path = trainer->data_path,
                                  .corpus = trainer->corpus,
                                  .build = trainer->build};
}

char *trainer_provenance(const struct trainer *trainer)
{
    const struct report_origin origin = trainer_origin(trainer);
    json_t *root = json_pack("{s:s,s:i,s:s,s:I}", "kernels", trainer->kernel_set, "ranks",
                             trainer->comm->size, "version", RNNTRAIN_VERSION,
                             "log_bytes", (json_int_t)report_bytes(&trainer->report));

    report_add_origin(root, &origin);
    report_add_time(root);
    return dump(root);
}

static uint64_t from_hex(const json_t *value)
{
    const char *text = json_string_value(value);
    return text ? strtoull(text, NULL, 16) : 0;
}

int64_t trainer_read_count(const json_t *root, const char *key, int64_t most)
{
    int64_t count = json_integer_value(json_object_get(root, key));
    return count < 0 || count > most ? 0 : count;
}

static int read_integer(const json_t *root, const char *source, const char *key,
                        int64_t most, int64_t *value)
{
    const json_t *found = json_object_get(root, key);
    if (!json_is_integer(found) || json_integer_value(found) < 0 ||
        json_integer_value(found) > most)
        return fail(ERR_FORMAT,
                    "%s: \"%s\" in /rnntrain/state is no number from 0 to %lld", source,
                    key, (long long)most);
    *value = json_integer_value(found);
    return OK;
}

int trainer_read_state(const struct trainer *trainer, const json_t *root,
                       const char *source, struct progress *progress)
{
    const struct sampler *sampler = &trainer->sampler;
    int64_t epoch = 0, step = 0, batch = 0, correct = 0, n = 0, wait = 0, best_epoch = 0;
    const struct {
        const char *key;
        int64_t most, *value;
    } numbers[] = {
        {"epoch", 1000000, &epoch},
        {"step", TRAINER_MOST_STEPS, &step},
        {"batch", sampler_batches(sampler), &batch},
        {"correct", sampler->n_train, &correct},
        {"n", sampler->n_train, &n},
        {"wait", 1000000, &wait},
        {"best_epoch", 1000000, &best_epoch},
    };
    int rc = OK;
    if (!json_object_get(root, "epoch"))
        rc = fail(ERR_USAGE,
                  "%s is a model, not a point of a run: it was imported, or its weights "
                  "were changed before it was sealed again; begin another run from it by "
                  "--init-from",
                  source);

    for (size_t i = 0; i < COUNT_OF(numbers) && !rc; i++)
        rc =
            read_integer(root, source, numbers[i].key, numbers[i].most, numbers[i].value);
    if (rc)
        return rc;

    const json_t *best = json_object_get(root, "best");
    const json_t *loss = json_object_get(root, "loss");
    json_t *history = json_object_get(root, "history");
    if (!json_is_array(history) || !json_is_number(loss) ||
        !(json_is_number(best) || json_is_null(best)))
        return fail(ERR_FORMAT, "%s: /rnntrain/state is not complete", source);

    *progress = (struct progress){
        .epoch = (int)epoch,
        .step = step,
        .batch = (int)batch,
        .score = {.loss = json_number_value(loss),
                  .correct = correct,
                  .n = (int)n,
                  .labels = read_label_counts(root)},
        .wait = (int)wait,
        .spares_one_class = json_is_true(json_object_get(root, "spares_one_class")),
        .is_refitted = json_is_true(json_object_get(root, "is_refitted")),
        .best_epoch = (int)best_epoch,
        .best = json_is_null(best) ? -(double)INFINITY : json_number_value(best),
        .best_hash = from_hex(json_object_get(root, "best_weights")),
        .skipped = trainer_read_count(root, "skipped", TRAINER_MOST_STEPS),
        .rollbacks = (int)trainer_read_count(root, "rollbacks", 1000000),
        .moments_steps = trainer_read_count(root, "moments_steps", TRAINER_MOST_STEPS),
        .history = json_incref(history),
    };
    return OK;
}

bool trainer_is_state_of(const struct trainer *trainer, const json_t *root)
{
    return from_hex(json_object_get(root, "data")) == trainer->data.hash;
}
