#include "train/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "saved/checkpoint.h"
#include "files/file.h"

/* The state in a checkpoint, see trainer_save.c. */

static uint64_t from_hex(const json_t *value)
{
    const char *text = json_string_value(value);
    return text ? strtoull(text, NULL, 16) : 0;
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

/* The numbers of a state, against what the run can have come to. */
static int read_state(const json_t *root, const char *source,
                      const struct trainer *trainer, struct progress *progress)
{
    enum { EPOCH, STEP, BATCH, CORRECT, ROWS, WAIT, BEST_EPOCH, FIELDS };
    const struct sampler *sampler = &trainer->sampler;
    const struct {
        const char *key;
        int64_t most;
    } fields[] = {
        [EPOCH] = {"epoch", 1000000},
        [STEP] = {"step", INT64_MAX},
        [BATCH] = {"batch", sampler_batches(sampler)},
        [CORRECT] = {"correct", sampler->n_train},
        [ROWS] = {"n", sampler->n_train},
        [WAIT] = {"wait", 1000000},
        [BEST_EPOCH] = {"best_epoch", 1000000},
    };
    int64_t value[FIELDS] = {0};
    int rc = OK;
    for (int i = 0; i < FIELDS && !rc; i++)
        rc = read_integer(root, source, fields[i].key, fields[i].most, &value[i]);

    const json_t *best = json_object_get(root, "best");
    const json_t *loss = json_object_get(root, "loss");
    json_t *history = json_object_get(root, "history");
    if (!rc && (!json_is_array(history) || !json_is_number(loss) ||
                !(json_is_number(best) || json_is_null(best))))
        rc = fail(ERR_FORMAT, "%s: /rnntrain/state is not complete", source);
    if (rc)
        return rc;

    *progress = (struct progress){
        .epoch = (int)value[EPOCH],
        .step = value[STEP],
        .batch = (int)value[BATCH],
        .score = {json_number_value(loss), value[CORRECT], (int)value[ROWS]},
        .wait = (int)value[WAIT],
        .best_epoch = (int)value[BEST_EPOCH],
        .best = json_is_null(best) ? -(double)INFINITY : json_number_value(best),
        .best_hash = from_hex(json_object_get(root, "best_weights")),
        .skipped = json_integer_value(json_object_get(root, "skipped")),
        .rollbacks = (int)json_integer_value(json_object_get(root, "rollbacks")),
        .moments_steps = json_integer_value(json_object_get(root, "moments_steps")),
        .history = json_incref(history),
    };
    return OK;
}

/* What must be as it was. */

static const char *const may_change[] = {"epochs", "patience", "on_nan"};

static bool is_free(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(may_change); i++)
        if (!strcmp(key, may_change[i]))
            return true;
    return false;
}

static int check_options(const char *before, const char *now, const char *source)
{
    json_t *old = json_loads(before, 0, NULL), *new = json_loads(now, 0, NULL);
    const char *key;
    json_t *value;
    int rc = OK;
    json_object_foreach(new, key, value)
    {
        const json_t *was = json_object_get(old, key);
        if (json_equal(was, value) || is_free(key))
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
    return fail(
        ERR_USAGE,
        "%s was computed by the kernel set %s, this is %s: the run would not end "
        "with the bits of an uninterrupted one; give --isa or OPENBLAS_CORETYPE, or "
        "--allow-other-bits to go on all the same",
        source, before, trainer->kernel_set);
}

static int check_data(const struct trainer *trainer, const struct facts *model,
                      const json_t *state, const char *source)
{
    const struct dataset *data = &trainer->data;
    if (from_hex(json_object_get(state, "data")) == data->hash &&
        facts_agree(model, &data->facts))
        return OK;
    return fail(ERR_USAGE,
                "%s was trained on other data than %s: name the data set that "
                "the run began with",
                source, trainer->config->data);
}

/* Reading. */

/* The hash of the weights in a file of the run, which are now best_weights; 0: it cannot
 * be read. */
static uint64_t read_best_file(struct trainer *trainer, const char *name)
{
    struct checkpoint info = {0};
    char *path = trainer_path(trainer, name);
    int rc = checkpoint_open(path, &info);
    if (!rc)
        rc =
            checkpoint_load(&info, trainer->params, (float *)trainer->best_weights, NULL);
    checkpoint_release(&info);
    free(path);
    return rc ? 0 : params_hash(trainer->params, trainer->best_weights);
}

/* Weights of that hash into best_weights: the checkpoint's own, or those beside them, or,
 * as it was in older versions, those of best.h5 and the generation before it. Hash 0:
 * there are none yet. */
static int load_best(struct trainer *trainer, const struct checkpoint *info,
                     uint64_t hash)
{
    const struct params *params = trainer->params;
    real *best = trainer->best_weights;
    trainer->best_file = read_best_file(trainer, "best.h5");
    if (hash == 0 || trainer->best_file == hash)
        return OK;
    memcpy(best, trainer->weights, params->size * sizeof(real));
    if (params_hash(params, best) == hash)
        return OK;
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

/* All of one generation; the trainer's progress changes only on success. */
static int load_generation(struct trainer *trainer, const char *path, int64_t *log_bytes)
{
    struct checkpoint info = {0};
    json_t *state = NULL, *provenance = NULL;
    float *slots[2] = {(float *)trainer->optim.slot[0], (float *)trainer->optim.slot[1]};
    int rc = checkpoint_open(path, &info);
    if (!rc) {
        state = json_loads(info.state, 0, NULL);
        provenance = json_loads(info.provenance, 0, NULL);
        rc = check_options(info.config, trainer->config->record, path);
    }
    if (!rc)
        rc = check_data(trainer, &info.facts, state, path);
    if (!rc)
        rc = check_kernels(trainer, provenance, path);
    if (!rc && info.n_slots != trainer->optim.n_slots)
        rc = fail(ERR_FORMAT, "%s: it has %d optimizer arrays, expected %d", path,
                  info.n_slots, trainer->optim.n_slots);
    struct progress progress = {.history = NULL};
    if (!rc)
        rc = read_state(state, path, trainer, &progress);
    if (!rc)
        rc = checkpoint_load(&info, trainer->params, (float *)trainer->weights, slots);
    if (!rc)
        rc = load_best(trainer, &info, progress.best_hash);
    if (!rc) {
        *log_bytes = json_integer_value(json_object_get(provenance, "log_bytes"));
        json_decref(trainer->progress.history);
        trainer->progress = progress;
    } else {
        json_decref(progress.history);
    }
    json_decref(state);
    json_decref(provenance);
    checkpoint_release(&info);
    return rc;
}

/* Whether the log says, behind what the checkpoint knows, that the run came to its
 * end. */
static bool has_ended(const char *log, int64_t from)
{
    char *bytes = NULL;
    size_t n = 0;
    if (file_read(log, &bytes, &n) || from < 0 || (size_t)from > n) {
        free(bytes);
        return false;
    }
    const char *end = strstr(bytes + from, "\"event\":\"end\"");
    bool ended = end && !strstr(end, "\"reason\":\"stopped\"");
    free(bytes);
    return ended;
}

static bool is_damage(int rc)
{
    return rc == ERR_FORMAT || rc == ERR_IO;
}

/* A damaged last.h5 must not become the previous generation: the good one is that now. */
static void put_aside(struct trainer *trainer)
{
    char *from = trainer_path(trainer, "last.h5"),
         *to = trainer_path(trainer, "last.damaged.h5");
    if (rename(from, to) != 0)
        report_tell(&trainer->report, "%s cannot be renamed to %s", from, to);
    free(from);
    free(to);
}

/* Rank 0: the newest generation that is whole. A run whose options or data are others is
 * not tried in its older generation. */
static int find_generation(struct trainer *trainer, struct resumed *resumed)
{
    static const char *const names[] = {"last.h5", "last.prev.h5"};
    char *damage = NULL;
    int rc = OK;
    for (size_t i = 0; i < COUNT_OF(names) && !resumed->from; i++) {
        char *path = trainer_path(trainer, names[i]);
        if (access(path, F_OK) == 0) {
            rc = load_generation(trainer, path, &resumed->log_bytes);
            if (!rc)
                resumed->from = xstrdup(path);
            else if (is_damage(rc) && !damage)
                damage = xstrdup(fail_message());
        }
        free(path);
        if (rc && !is_damage(rc))
            break;
    }
    if (!rc && resumed->from && damage) {
        report_tell(&trainer->report, "%s: going on from %s", damage, resumed->from);
        put_aside(trainer);
    }
    free(damage);
    return rc;
}

/* Collective. */
static void share_progress(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    json_t *history = trainer->progress.history;
    size_t n_bytes = trainer->params->size * sizeof(real);
    comm_broadcast(comm, &trainer->progress, sizeof trainer->progress);
    trainer->progress.history = history; /* rank 0 keeps it */
    comm_broadcast(comm, trainer->weights, n_bytes);
    comm_broadcast(comm, trainer->best_weights, n_bytes);
    for (int i = 0; i < trainer->optim.n_slots; i++)
        comm_broadcast(comm, trainer->optim.slot[i], n_bytes);
    trainer->optim.n_before = trainer->progress.moments_steps;
    model_pack(trainer->model, trainer->weights);
    trainer_set_rate(trainer);
}

/* Rank 0. What a resumed run needs beside last.h5 and may have lost. */
static int mend_files(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    int rc = OK;
    if (progress->batch == 0)
        rc = trainer_mark_epoch(trainer, strrchr(trainer->resumed.from, '/') + 1);
    if (!rc && progress->best_hash != 0 && trainer->best_file == 0) {
        report_tell(&trainer->report, "%s/best.h5 cannot be read: it is written again",
                    trainer->config->run_dir);
        rc = trainer_save_best(trainer);
        trainer->best_file = progress->best_hash;
    }
    return rc;
}

int trainer_resume(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    struct resumed *resumed = &trainer->resumed;
    int rc = comm_agree(comm, comm->rank == 0 ? find_generation(trainer, resumed) : OK);
    if (rc)
        return rc;
    resumed->is_resumed = resumed->from != NULL;
    if (resumed->is_resumed) {
        char *log = trainer_path(trainer, "log.jsonl");
        resumed->is_finished =
            trainer_is_done(trainer) && has_ended(log, resumed->log_bytes);
        free(log);
    }
    comm_broadcast(comm, &resumed->is_resumed, sizeof resumed->is_resumed);
    comm_broadcast(comm, &resumed->is_finished, sizeof resumed->is_finished);
    if (resumed->is_resumed)
        share_progress(trainer);
    if (comm->rank == 0 && resumed->is_resumed && !resumed->is_finished)
        rc = mend_files(trainer);
    return comm_agree(comm, rc);
}

/* Rollback. */

void trainer_set_rate(struct trainer *trainer)
{
    trainer->optim.config.learning_rate =
        ldexp(trainer->config->optim.learning_rate, -trainer->progress.rollbacks);
}

/* Rank 0. */
static int load_epoch(struct trainer *trainer)
{
    int epoch = trainer->progress.epoch;
    int64_t log_bytes = 0;
    char *path = trainer_path(trainer, "epoch.h5");
    int rc = load_generation(trainer, path, &log_bytes);
    if (!rc && (trainer->progress.epoch != epoch || trainer->progress.batch != 0))
        rc = fail(ERR_FORMAT, "%s: it is not of the end of epoch %d", path, epoch);
    if (rc)
        rc = fail(ERR_DIVERGED, "epoch %d cannot begin again: %s", epoch + 1,
                  fail_message());
    free(path);
    return rc;
}

int trainer_begin_epoch_again(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    int rollbacks = trainer->progress.rollbacks + 1, rc = OK;
    if (trainer->progress.epoch == 0) {
        rc = trainer_begin(trainer);
    } else {
        rc = comm_agree(comm, comm->rank == 0 ? load_epoch(trainer) : OK);
        if (!rc)
            share_progress(trainer);
    }
    trainer->progress.rollbacks = rollbacks;
    trainer_set_rate(trainer);
    return rc;
}
