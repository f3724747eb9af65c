#include "train/private.h"

#include <stdio.h>
#include <stdlib.h>

#include "saved/checkpoint.h"

/* Of these weights; beside them the best ones, where they are others, and those at which
 * the optimizer stands, where they are averages; or NULL. */
struct contents {
    const real *weights, *best, *trained;
};

/* In memory, or where `target` is one on disk, beside `name`. */
static int make(struct trainer *trainer, const struct contents *contents,
                struct image *image, const char *name, struct file_target **target)
{
    char *provenance = trainer_provenance(trainer);
    char *optimizer = keras_optimizer_json(&trainer->config->optim);
    struct checkpoint info = {.config = xstrdup(trainer->record),
                              .state = trainer_state(trainer),
                              .provenance = provenance,
                              .facts = trainer->data.facts,
                              .tokenizer = trainer->data.tokenizer,
                              .n_slots = trainer->optim.n_slots};
    info.facts.has_ngrams = trainer_is_linear(trainer); /* a network reads ids */
    info.facts.has_characters =
        info.facts.has_ngrams && trainer->data.facts.has_characters;
    const float *slots[2] = {(const float *)trainer->optim.slot[0],
                             (const float *)trainer->optim.slot[1]};

    const struct checkpoint_model model = {.chain = model_chain(trainer->model),
                                           .optimizer = optimizer,
                                           .params = trainer->params,
                                           .weights = (const float *)contents->weights,
                                           .slots = slots,
                                           .best = (const float *)contents->best,
                                           .trained = (const float *)contents->trained,
                                           .ngrams = &trainer->linear.ngrams};
    int rc = target ? checkpoint_build(&info, &model, &trainer->folder, name, target)
                    : checkpoint_image(&info, &model, &image->bytes, &image->n);

    free(info.config);
    free(info.state);
    free(provenance);
    free(optimizer);
    return rc;
}

static struct contents best_contents(const struct trainer *trainer)
{
    return (struct contents){.weights = trainer->best_weights};
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

static struct contents last_contents(const struct trainer *trainer)
{
    const real *weights = trainer_model_weights(trainer);
    return (struct contents){
        .weights = weights,
        .best = other_best(trainer),
        .trained = weights == trainer->weights ? NULL : trainer->weights,
    };
}

int trainer_build_last(struct trainer *trainer, struct file_target **target,
                       bool *is_best)
{
    const struct contents contents = last_contents(trainer);
    *is_best = !contents.best;
    return make(trainer, &contents, NULL, "last.h5", target);
}

int trainer_build_best(struct trainer *trainer, struct file_target **target)
{
    const struct contents contents = best_contents(trainer);
    return make(trainer, &contents, NULL, "best.h5", target);
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

int trainer_put_off(struct trainer *trainer, int rc)
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
    const struct contents contents = best_contents(trainer);
    if (trainer_saves_behind(trainer)) { /* with last.h5, which may hold the same */
        trainer->owes_best = true;
        trainer->is_saved = false;
        return OK;
    }

    trainer_release_image(&trainer->pending_best);
    int rc = make(trainer, &contents, &trainer->pending_best, NULL, NULL);
    if (!rc)
        rc = trainer_put_off(trainer, write_pending_best(trainer));
    return rc;
}

static int write_last(struct trainer *trainer)
{
    struct image image = {NULL, 0};
    const struct contents contents = last_contents(trainer);
    int rc = make(trainer, &contents, &image, NULL, NULL);
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
    int rc = OK;
    if (trainer_saves_behind(trainer))
        rc = trainer_save_behind(trainer, must);
    else
        rc = write_last(trainer);
    trace_end(TRACE_CHECKPOINT, began);
    return must ? rc : trainer_put_off(trainer, rc);
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
