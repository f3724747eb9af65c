#include "train/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <xxhash.h>

#include "saved/checkpoint.h"
#include "files/file.h"

/* What a checkpoint holds of the run. */

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

/* The same in equal runs. */
static char *state_json(const struct trainer *trainer)
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
    json_object_set_new(root, "wait", json_integer(progress->wait));
    json_object_set_new(root, "best_epoch", json_integer(progress->best_epoch));
    json_object_set_new(root, "best_weights", hex(progress->best_hash));
    json_object_set_new(
        root, "best", isfinite(progress->best) ? json_real(progress->best) : json_null());
    json_object_set(root, "history", progress->history);
    json_object_set_new(root, "data", hex(trainer->data.hash));
    return dump(root);
}

/* What equal runs may differ in. */
static char *provenance_json(const struct trainer *trainer)
{
    return dump(json_pack("{s:s,s:i,s:s,s:I}", "kernels", trainer->kernel_set, "ranks",
                          trainer->comm->size, "version", RNNTRAIN_VERSION, "log_bytes",
                          (json_int_t)report_bytes(&trainer->report)));
}

/* Of these weights; `best` (or NULL) are the best ones, where they are others. */
static int make_image(struct trainer *trainer, const real *weights, const real *best,
                      struct image *image)
{
    char *provenance = provenance_json(trainer);
    char *optimizer = keras_optimizer_json(&trainer->config->optim);
    struct checkpoint info = {.config = xstrdup(trainer->config->record),
                              .state = state_json(trainer),
                              .provenance = provenance,
                              .facts = trainer->data.facts,
                              .tokenizer = trainer->tokenizer,
                              .n_slots = trainer->optim.n_slots,
                              .best = (const float *)best};
    const float *slots[2] = {(const float *)trainer->optim.slot[0],
                             (const float *)trainer->optim.slot[1]};
    int rc = checkpoint_image(&info, model_configuration(trainer->model), optimizer,
                              trainer->params, (const float *)weights, slots,
                              &image->bytes, &image->n);
    free(info.config);
    free(info.state);
    free(provenance);
    free(optimizer);
    return rc;
}

/* Writing, on rank 0. A write that fails costs nothing but time: the files that stand
 * stay, and the next checkpoint tries again. */

static int write_image(const struct trainer *trainer, const char *name,
                       const struct image *image)
{
    char *path = trainer_path(trainer, name);
    int rc = file_replace(path, image->bytes, image->n, true);
    free(path);
    return rc;
}

void trainer_release_image(struct image *image)
{
    free(image->bytes);
    *image = (struct image){NULL, 0};
}

/* The best.h5 that could not be written before. */
static int write_pending_best(struct trainer *trainer)
{
    int rc = trainer->pending_best.bytes
                 ? write_image(trainer, "best.h5", &trainer->pending_best)
                 : OK;
    if (!rc)
        trainer_release_image(&trainer->pending_best);
    return rc;
}

/* rc, unless it is a failed write that the next checkpoint may make good. */
static int put_off(struct trainer *trainer, int rc)
{
    if (rc == ERR_IO) {
        report_tell(&trainer->report,
                    "%s; training goes on, the next checkpoint tries again",
                    fail_message());
        rc = OK;
    }
    return rc;
}

int trainer_save_best(struct trainer *trainer)
{
    trainer_release_image(&trainer->pending_best);
    int rc = make_image(trainer, trainer->best_weights, NULL, &trainer->pending_best);
    if (!rc)
        rc = put_off(trainer, write_pending_best(trainer));
    return rc;
}

/* The best weights, unless the last ones are. */
static const real *other_best(const struct trainer *trainer)
{
    uint64_t hash = trainer->progress.best_hash;
    return hash == 0 || hash == params_hash(trainer->params, trainer->weights)
               ? NULL
               : trainer->best_weights;
}

static int write_last(struct trainer *trainer)
{
    struct image image = {NULL, 0};
    int rc = make_image(trainer, trainer->weights, other_best(trainer), &image);
    if (!rc)
        rc = write_pending_best(trainer);
    if (!rc)
        rc = write_image(trainer, "last.h5", &image);
    if (!rc && trainer->progress.batch == 0)
        rc = trainer_mark_epoch(trainer, "last.h5");
    trainer_release_image(&image);
    trainer->is_saved = !rc;
    return rc;
}

int trainer_save_last(struct trainer *trainer, bool must)
{
    double began = trace_begin();
    int rc = write_last(trainer);
    trace_end(TRACE_CHECKPOINT, began);
    return must ? rc : put_off(trainer, rc);
}

/* A second name where the file system has them, else a copy. */
int trainer_mark_epoch(struct trainer *trainer, const char *name)
{
    char *from = trainer_path(trainer, name), *to = trainer_path(trainer, "epoch.h5");
    struct image image = {NULL, 0};
    int rc = file_link(from, to);
    if (rc) {
        rc = file_read(from, &image.bytes, &image.n);
        if (!rc)
            rc = file_replace(to, image.bytes, image.n, false);
        trainer_release_image(&image);
    }
    free(from);
    free(to);
    return rc;
}

/* Replicas. */

/* Hashes of all tensors and moments. */
static int hash_parts(const struct trainer *trainer, uint64_t *hashes)
{
    const struct params *params = trainer->params;
    int n = 0;
    for (; n < params->n_tensors; n++)
        hashes[n] = XXH64(trainer->weights + params->tensors[n].offset,
                          params->tensors[n].size * sizeof(real), 0);
    for (int i = 0; i < trainer->optim.n_slots; i++)
        hashes[n++] = params_hash(params, trainer->optim.slot[i]);
    return n;
}

/* The rank whose hashes most ranks have; of equals the lowest. */
static int most_common(const uint64_t *all, int n, int size)
{
    int best = 0, most = 0;
    for (int r = 0; r < size; r++) {
        int same = 0;
        for (int other = 0; other < size; other++)
            same += !memcmp(all + r * n, all + other * n, (size_t)n * sizeof *all);
        if (same > most) {
            most = same;
            best = r;
        }
    }
    return best;
}

/* Rank 0: `all` (size, n). */
static int compare_replicas(const struct trainer *trainer, const uint64_t *all, int n)
{
    const struct comm *comm = trainer->comm;
    const struct params *params = trainer->params;
    const uint64_t *common = all + most_common(all, n, comm->size) * n;
    for (int r = 0; r < comm->size; r++)
        for (int i = 0; i < n; i++) {
            if (all[r * n + i] == common[i])
                continue;
            const struct tensor *tensor =
                i < params->n_tensors ? &params->tensors[i] : NULL;
            char *other = comm->size > 2 ? xstrdup("most ranks")
                                         : xasprintf("rank 0 on %s", comm_host(comm, 0));
            int rc =
                fail(ERR_INTERNAL,
                     "rank %d on %s has drifted: its %s%s%s is not that of %s; memory "
                     "or a processor may be faulty%s. Nothing of this was saved: go on "
                     "from the last checkpoint with --resume, without that host",
                     r, comm_host(comm, r), tensor ? tensor->layer : "optimizer state",
                     tensor ? "/" : "", tensor ? tensor->name : "", other,
                     comm->size > 2 ? "" : ", on either of the two");
            free(other);
            return rc;
        }
    return OK;
}

int trainer_check_replicas(struct trainer *trainer)
{
    const struct comm *comm = trainer->comm;
    if (comm->size == 1)
        return OK;
    uint64_t *mine = xcalloc(
        (size_t)trainer->params->n_tensors + COUNT_OF(trainer->optim.slot), sizeof *mine);
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);
    int n = hash_parts(trainer, mine);
    char *all = comm_gather_bytes(comm, mine, (size_t)n * sizeof *mine, counts);
    int rc = comm->rank == 0
                 ? compare_replicas(trainer, (const uint64_t *)(const void *)all, n)
                 : OK;
    free(all);
    free(counts);
    free(mine);
    return comm_agree(comm, rc);
}

int trainer_save(struct trainer *trainer, bool must)
{
    double began = seconds_now();
    int rc = comm_agree(trainer->comm,
                        trainer->comm->rank == 0 ? trainer_save_last(trainer, must) : OK);
    pace_note(&trainer->pace.save, began);
    trainer->saved_at = seconds_now();
    return rc;
}

int trainer_checkpoint(struct trainer *trainer, bool must)
{
    int rc = trainer_check_replicas(trainer);
    return rc ? rc : trainer_save(trainer, must);
}
