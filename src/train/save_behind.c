/* Large checkpoints: built on disk while the run waits, which copies the weights into the
 * system's cache; hashed, made durable, read back and put in place by a thread while it
 * goes on. best.h5 is a second name of last.h5 where both hold the same. */
#include "train/private.h"

#include <stdlib.h>

#include "base/thread.h"
#include "files/file.h"

/* A checkpoint that a thread puts in place, whose it is until that is joined. */
struct save_behind {
    pthread_t thread;
    struct file_target *last,
        *best; /* owned; best NULL: it is a name of last, or stays */
    bool links_best, marks_epoch;
    const struct directory *folder;
    double began, seconds; /* from the beginning of the save to its end */
    int rc;
    char *message; /* of rc; owned */
};

/* From so many bytes of weights and moments on. */
static const size_t large = (size_t)64 << 20;

bool trainer_saves_behind(const struct trainer *trainer)
{
    size_t arrays = 1 + (size_t)optim_arrays(&trainer->optim);
    size_t most = trainer->hooks->large > 0 ? (size_t)trainer->hooks->large : large;

    return !trainer_is_linear(trainer) &&
           arrays * trainer->params->size * sizeof(real) >= most;
}

/* last.h5 first: it is enough, and best.h5 may be a name of it. */
static int put_in_place(struct save_behind *save)
{
    int rc = file_finish_keeping(save->last);

    if (!rc && save->marks_epoch)
        rc = directory_link(save->folder, "last.h5", "epoch.h5");
    if (!rc && save->best)
        rc = file_finish_keeping(save->best);
    else if (!rc && save->links_best)
        rc = directory_link_keeping(save->folder, "last.h5", "best.h5");
    return rc;
}

static void *work(void *data)
{
    struct save_behind *save = data;

    save->rc = put_in_place(save);
    if (save->rc)
        save->message = xstrdup(fail_message());
    save->seconds = seconds_now() - save->began;
    return NULL;
}

static void release(struct trainer *trainer)
{
    struct save_behind *save = trainer->behind;

    file_end(save->last);
    file_end(save->best);
    free(save->message);
    free(save);
    trainer->behind = NULL;
}

/* What is to be put in place; each target is built or NULL. */
static int build(struct trainer *trainer, struct save_behind *save)
{
    bool is_best = false;
    int rc = trainer_build_last(trainer, &save->last, &is_best);

    if (!rc && trainer->owes_best && !is_best)
        rc = trainer_build_best(trainer, &save->best);
    save->links_best = trainer->owes_best && is_best;
    save->marks_epoch = trainer->progress.batch == 0;
    save->folder = &trainer->folder;
    return rc;
}

/* The outcome, which the caller may say. */
static int take_outcome(struct trainer *trainer)
{
    struct save_behind *save = trainer->behind;
    int rc = save->rc;

    if (rc)
        rc = fail(rc, "%s", save->message);
    trainer->is_saved = !rc;
    if (rc && (save->best || save->links_best))
        trainer->owes_best = true;
    if (save->seconds > trainer->pace.save)
        trainer->pace.save = save->seconds;
    release(trainer);
    return rc;
}

static int await(struct trainer *trainer)
{
    if (!trainer->behind)
        return OK;
    pthread_join(trainer->behind->thread, NULL);
    return take_outcome(trainer);
}

int trainer_await_save(struct trainer *trainer)
{
    return trainer_put_off(trainer, await(trainer));
}

int trainer_save_behind(struct trainer *trainer, bool must)
{
    int rc = trainer_await_save(trainer);
    if (rc)
        return rc;

    struct save_behind *save = xcalloc(1, sizeof *save);
    trainer->behind = save;
    trainer->is_saved = false;
    save->began = seconds_now();
    rc = build(trainer, save);
    if (rc) {
        release(trainer);
        return rc;
    }

    trainer->owes_best = false; /* an epoch may owe another one before it is done */
    if (!thread_begin(&save->thread, work, save)) {
        (void)work(save);
        rc = take_outcome(trainer);
    } else if (must) {
        rc = await(trainer);
    }
    return rc;
}
