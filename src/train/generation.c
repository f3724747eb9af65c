#include "train/private.h"

#include <stdlib.h>

#include "files/h5.h"
#include "saved/ensemble.h"
#include "saved/record.h"

static const char *const may_change[] = {"epochs", "patience", "on_nan"};

static bool is_free(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(may_change); i++)
        if (!strcmp(key, may_change[i]))
            return true;
    return false;
}

/* What may differ between the options that the run began with and those of today. */
static bool may_differ(const struct trainer *trainer, const char *key, const json_t *was,
                       const json_t *state)
{
    bool spares = json_is_true(json_object_get(state, "spares_one_class"));
    if (!strcmp(key, "monitor"))
        return trainer_may_watch(
            trainer, trainer_recorded_monitor(json_string_value(was)), spares);
    return is_free(key);
}

/* A later version's option makes another run than this program can go on with. */
static int check_known(const struct checkpoint *info)
{
    char *key = record_unknown_key(info->config);
    if (!key)
        return ensemble_refuse(info, "--resume");

    char *writer = record_writer(info->provenance);
    int rc =
        fail(ERR_USAGE,
             "%s was trained with the option %s, which this program, " RNNTRAIN_VERSION
             ", does not know: %s wrote it, resume with that "
             "version or a later one",
             info->path, key, writer);
    free(writer);
    free(key);
    return rc;
}

static json_t *complete_record(const char *json)
{
    char *text = record_complete(json);
    json_t *record = json_loads(text, 0, NULL);
    free(text);
    return record;
}

static int check_options(const struct trainer *trainer, const char *before,
                         const json_t *state, const char *source)
{
    json_t *old = complete_record(before);
    json_t *new = complete_record(trainer->config->record);
    const char *key;
    json_t *value;
    int rc = OK;
    json_object_foreach(new, key, value)
    {
        const json_t *was = json_object_get(old, key);
        if (json_equal(was, value) || may_differ(trainer, key, was, state))
            continue;

        char *is = json_dumps(value, JSON_ENCODE_ANY);
        char *had = was ? json_dumps(was, JSON_ENCODE_ANY) : xstrdup("not set");
        rc = fail(
            ERR_USAGE,
            "%s was trained with %s %s, which is now %s: a run is resumed with the "
            "options that it began with, only epochs, patience and on-nan may change; "
            "give them again, or begin another run in another --run-dir",
            source, key, had, is);
        free(is);
        free(had);
        break;
    }

    json_decref(old);
    json_decref(new);
    return rc;
}

static int check_kernels(const struct trainer *trainer, const json_t *provenance,
                         const char *source)
{
    const char *before = json_string_value(json_object_get(provenance, "kernels"));
    if (trainer->config->allow_other_bits || !before ||
        !strcmp(before, trainer->kernel_set))
        return OK;
    return fail(ERR_USAGE,
                "%s was computed by the kernel set %s, this is %s: the run would not end "
                "with the bits of an uninterrupted one; give --isa, --precision or "
                "OPENBLAS_CORETYPE, or --allow-other-bits to go on all the same",
                source, before, trainer->kernel_set);
}

static int check_data(const struct trainer *trainer, const struct facts *facts,
                      const json_t *state, const char *source)
{
    if (trainer_is_state_of(trainer, state) && facts_agree(facts, &trainer->data.facts))
        return OK;

    return fail(ERR_USAGE,
                "%s was trained on other data than %s: name the data set that "
                "the run began with",
                source, trainer->config->data);
}

/* What the run was trained on is known by its hash: where names and words are others all
 * the same, the checkpoint was changed while it had no seal. */
static int check_words(const struct trainer *trainer, const struct checkpoint *info)
{
    const struct facts *data = &trainer->data.facts;
    int rc = OK;

    for (int c = 0; c < data->n_labels && !rc; c++)
        if (strcmp(info->facts.labels[c], data->labels[c]))
            rc = fail(ERR_FORMAT,
                      "%s: class %d is called %s, but %s in %s, on which it was trained: "
                      "it was changed",
                      info->path, c, info->facts.labels[c], data->labels[c],
                      trainer->config->data);
    if (!rc && checkpoint_check_words(info, &trainer->data))
        rc = fail(ERR_FORMAT,
                  "%s: its words are others than those of %s, on which it was trained: "
                  "it was changed",
                  info->path, trainer->config->data);
    return rc;
}

/* Opens a file of the run's, which is read while a thread checks its seal. */
static int open_file(const struct trainer *trainer, const char *name,
                     struct checkpoint *info)
{
    size_t most = trainer->hooks->large > 0 ? (size_t)trainer->hooks->large
                                            : (size_t)H5_MOST_IN_MEMORY;
    return checkpoint_open_ahead(&trainer->folder, name, most, info);
}

/* The hash of the weights in a file of the run, which are now best_weights; 0: it cannot
 * be read. */
static uint64_t read_best_file(struct trainer *trainer, const char *name)
{
    struct checkpoint info = {0};
    int rc = open_file(trainer, name, &info);
    if (!rc) {
        rc =
            checkpoint_load(&info, trainer->params, (float *)trainer->best_weights, NULL);
        rc = checkpoint_believe(&info, rc);
    }
    checkpoint_release(&info);
    return rc ? 0 : params_hash(trainer->params, trainer->best_weights);
}

/* Weights of that hash into best_weights: those of the checkpoint, a file of that name,
 * or those beside them, or, as it was in older versions, those of best.h5 and the
 * generation before it. Hash 0: there are none yet. */
static int load_best(struct trainer *trainer, const struct checkpoint *info,
                     const char *name, uint64_t hash)
{
    const struct params *params = trainer->params;
    real *best = trainer->best_weights, *last = trainer_model_weights(trainer);
    bool is_one = directory_is_same(&trainer->folder, name, "best.h5");
    uint64_t own = hash != 0 || is_one ? params_hash(params, last) : 0;

    trainer->best_file = is_one ? own : read_best_file(trainer, "best.h5");
    if (hash == 0 || (trainer->best_file == hash && !is_one))
        return OK;
    if (own == hash) {
        memcpy(best, last, params->size * sizeof(real));
        return OK;
    }
    if (!checkpoint_load_best(info, params, (float *)best) &&
        params_hash(params, best) == hash)
        return OK;
    if (read_best_file(trainer, "best.prev.h5") == hash)
        return OK;

    return fail(
        ERR_FORMAT,
        "%s: neither it nor best.h5 nor best.prev.h5 holds the best weights that it "
        "names",
        info->path);
}

/* Whether the run can go on from that generation. */
static int check_generation(const struct trainer *trainer, const struct checkpoint *info,
                            const json_t *state, const json_t *provenance)
{
    const char *path = info->path;
    int rc = check_known(info);
    if (!rc)
        rc = check_options(trainer, info->config, state, path);
    if (!rc)
        rc = check_data(trainer, &info->facts, state, path);
    if (!rc)
        rc = check_words(trainer, info);
    if (!rc)
        rc = check_kernels(trainer, provenance, path);
    if (!rc && info->n_slots != trainer->optim.n_slots)
        rc = fail(ERR_FORMAT, "%s: it has %d optimizer arrays, expected %d", path,
                  info->n_slots, trainer->optim.n_slots);
    return rc;
}

static enum monitor monitor_of(const struct checkpoint *info)
{
    json_t *record = complete_record(info->config);
    enum monitor monitor =
        trainer_recorded_monitor(json_string_value(json_object_get(record, "monitor")));
    json_decref(record);
    return monitor;
}

/* Weights, moments, best weights; the trainer's progress changes only on success. */
static int take_generation(struct trainer *trainer, const struct checkpoint *info,
                           const char *name, const json_t *state)
{
    struct progress progress = {.history = NULL};
    float *slots[2] = {(float *)trainer->optim.slot[0], (float *)trainer->optim.slot[1]};
    int rc = trainer_read_state(trainer, state, info->path, &progress);
    if (!rc && trainer_is_linear(trainer) && progress.epoch > LINEAR_MOST_TRIALS)
        rc = fail(ERR_FORMAT, "%s: \"epoch\" in /rnntrain/state is %d, expected 0 to %d",
                  info->path, progress.epoch, LINEAR_MOST_TRIALS);
    if (!rc)
        rc = checkpoint_load(info, trainer->params,
                             (float *)trainer_model_weights(trainer), slots);
    if (!rc && trainer->optim.average)
        rc = checkpoint_load_trained(info, trainer->params, (float *)trainer->weights);
    if (!rc)
        rc = load_best(trainer, info, name, progress.best_hash);
    rc = checkpoint_believe(info, rc);
    if (rc) {
        json_decref(progress.history);
        return rc;
    }

    progress.monitor = monitor_of(info);
    free(trainer->record);
    trainer->record = trainer_record_of(trainer, progress.monitor);
    json_decref(trainer->progress.history);
    trainer->progress = progress;
    return OK;
}

/* How long the log was; 0 where nothing says it. */
static int read_log_bytes(const json_t *provenance, const char *source, int64_t *n)
{
    const json_t *found = json_object_get(provenance, "log_bytes");
    bool is_one = !found || (json_is_integer(found) && json_integer_value(found) >= 0);
    if (!json_is_object(provenance) || !is_one)
        return fail(ERR_FORMAT,
                    "%s: /rnntrain/provenance does not say how long the log was: "
                    "\"log_bytes\" is no number from 0 on; take another copy",
                    source);
    *n = json_integer_value(found);
    return OK;
}

int trainer_load_generation(struct trainer *trainer, const char *name, int64_t *log_bytes)
{
    struct checkpoint info = {0};
    int rc = open_file(trainer, name, &info);
    if (rc)
        return rc;

    json_t *state = json_loads(info.state, 0, NULL);
    json_t *provenance = json_loads(info.provenance, 0, NULL);
    rc = check_generation(trainer, &info, state, provenance);
    if (!rc)
        rc = read_log_bytes(provenance, info.path, log_bytes);
    if (!rc)
        rc = take_generation(trainer, &info, name, state);
    rc = checkpoint_believe(&info, rc);
    json_decref(state);
    json_decref(provenance);
    checkpoint_release(&info);
    return rc;
}
