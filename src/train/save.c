#include "train/private.h"

#include <stdio.h>
#include <stdlib.h>

#include "saved/checkpoint.h"

/* Of these weights; beside them the best ones, where they are others, and those at which
 * the optimizer stands, where they are averages; or NULL. */
static int make_image(struct trainer *trainer, const real *weights, const real *best,
                      const real *trained, struct image *image)
{
    char *provenance = trainer_provenance(trainer);
    char *optimizer = keras_optimizer_json(&trainer->config->optim);
    struct checkpoint info = {.config = xstrdup(trainer->record),
                              .state = trainer_state(trainer),
                              .provenance = provenance,
                              .facts = trainer->data.facts,
                              .tokenizer = trainer->tokenizer,
                              .n_slots = trainer->optim.n_slots};
    info.facts.has_ngrams = trainer_is_linear(trainer); /* a network reads ids */
    const float *slots[2] = {(const float *)trainer->optim.slot[0],
                             (const float *)trainer->optim.slot[1]};

    const struct checkpoint_model model = {.chain = model_chain(trainer->model),
                                           .optimizer = optimizer,
                                           .params = trainer->params,
                                           .weights = (const float *)weights,
                                           .slots = slots,
                                           .best = (const float *)best,
                                           .trained = (const float *)trained,
                                           .ngrams = &trainer->linear.ngrams};
    int rc = checkpoint_image(&info, &model, &image->bytes, &image->n);

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
    return directory_replace(&trainer->folder, name, image->bytes, image->n, true);
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
    int rc =
        make_image(trainer, trainer->best_weights, NULL, NULL, &trainer->pending_best);
    if (!rc)
        rc = put_off(trainer, write_pending_best(trainer));
    return rc;
}

/* The best weights, unless the last ones are. */
static const real *other_best(const struct trainer *trainer)
{
    const real *weights = trainer_model_weights(trainer);
    uint64_t hash = trainer->progress.best_hash;
    return hash == 0 || hash == params_hash(trainer->params, weights)
               ? NULL
               : trainer->best_weights;
}

static int write_last(struct trainer *trainer)
{
    struct image image = {NULL, 0};
    const real *weights = trainer_model_weights(trainer);
    const real *trained = weights == trainer->weights ? NULL : trainer->weights;
    int rc = make_image(trainer, weights, other_best(trainer), trained, &image);
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
    const struct directory *folder = &trainer->folder;
    struct image image = {NULL, 0};
    int rc = directory_link(folder, name, "epoch.h5");
    if (rc) {
        rc = directory_read(folder, name, &image.bytes, &image.n);
        if (!rc)
            rc = directory_replace(folder, "epoch.h5", image.bytes, image.n, false);
        trainer_release_image(&image);
    }
    return rc;
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
