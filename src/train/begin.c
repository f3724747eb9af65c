#include "train/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "saved/checkpoint.h"
#include "saved/record.h"

/* Steps that a checkpoint's moments have seen. */
static int64_t steps_of(const struct checkpoint *info)
{
    json_t *state = json_loads(info->state, 0, NULL);
    int64_t steps = trainer_read_count(state, "step", TRAINER_MOST_STEPS) +
                    trainer_read_count(state, "moments_steps", TRAINER_MOST_STEPS);
    json_decref(state);
    return steps > TRAINER_MOST_STEPS ? 0 : steps;
}

/* Whether the moments of a checkpoint are those of the run's optimizer. */
static bool has_moments(const struct trainer *trainer, const struct checkpoint *info)
{
    const struct record_source source = {info->path, info->provenance};
    struct record record;
    return trainer->config->init_optimizer &&
           !record_read(info->config, &source, &record) && record.knows_training &&
           record.optim.kind == trainer->config->optim.kind &&
           info->n_slots == trainer->optim.n_slots;
}

/* One line more, with its '\n', of which both strings are taken; `note` may be NULL. */
static char *with_note(char *lines, char *note)
{
    if (!note)
        return lines;
    char *longer = xasprintf("%s%s\n", lines, note);
    free(lines);
    free(note);
    return longer;
}

/* Lines, each with its '\n'; `classes` is one more, taken, or NULL. */
static void describe_beginning(struct trainer *trainer, const struct checkpoint *info,
                               bool moments, char *classes)
{
    const char *from = trainer->config->init_from;
    char *steps = moments ? xasprintf(" and moments of %s, after %lld steps", from,
                                      (long long)trainer->progress.moments_steps)
                          : xasprintf(" of %s", from);

    char *training = checkpoint_training_notes(info);

    free(trainer->beginning);
    trainer->beginning = xasprintf("weights%s\n%s%s", steps,
                                   info->keras ? info->keras->notes : "", training);
    free(training);
    trainer->beginning = with_note(trainer->beginning, classes);
    trainer->beginning = with_note(
        trainer->beginning,
        checkpoint_note_of_words(info, trainer->config->data,
                                 "rnntrain import --tokenizer has them compared"));
    free(steps);
}

/* Rank 0. */
static int load_initial(struct trainer *trainer)
{
    struct checkpoint_hints hints = {.labels = trainer->config->init_labels,
                                     .labels_option = "--init-labels",
                                     .facts = &trainer->data.facts,
                                     .keras =
                                         keras_hints_of(model_chain(trainer->model))};
    float *slots[2] = {(float *)trainer->optim.slot[0], (float *)trainer->optim.slot[1]};
    struct checkpoint info = {0};
    bool is_again = trainer->beginning != NULL; /* after a rollback: all was said */
    char *classes = NULL;

    int rc = trainer_check_beginning(trainer);
    if (!rc)
        rc = checkpoint_import(trainer->config->init_from, &hints, &info);
    bool moments = !rc && has_moments(trainer, &info);
    if (!rc)
        rc = checkpoint_check_words(&info, &trainer->data);
    if (!rc)
        rc = checkpoint_load(&info, trainer->params, (float *)trainer->weights,
                             moments ? slots : NULL);

    if (!rc)
        rc = trainer_take_classes(trainer, &info, &classes);

    if (!rc && moments)
        trainer->progress.moments_steps = steps_of(&info);
    if (!rc)
        describe_beginning(trainer, &info, moments, classes);
    if (!rc && info.is_unsealed && !is_again)
        trainer_tell_unsealed(trainer, info.path);

    checkpoint_release(&info);
    return rc;
}

/* Rank 0 draws the weights, as libm's log and cos may differ between nodes; a large
 * vocabulary's rows, which need neither, are there already. */
static int make_initial(struct trainer *trainer)
{
    uint64_t seed = sampler_seed(&trainer->config->sampler);
    if (trainer->config->init_from)
        return load_initial(trainer);
    if (trainer_is_linear(trainer))
        return OK; /* each fit begins at nothing */

    if (trainer->has_table)
        model_init_others(trainer->model, seed, trainer->weights);
    else
        model_init_weights(trainer->model, seed, trainer->weights);
    return trainer->config->vectors ? trainer_take_vectors(trainer) : OK;
}

/* They are zeros at first, and pages of large ones are not even there. */
static void clear_moments(struct trainer *trainer, bool is_again)
{
    const struct comm *comm = trainer->comm;
    bool is_mine = !trainer_shares_weights(trainer) || comm->node_rank == 0;

    for (int i = 0; i < trainer->optim.n_slots && is_again && is_mine; i++)
        memset(trainer->optim.slot[i], 0, trainer->params->size * sizeof(real));
}

void trainer_reset_progress(struct trainer *trainer)
{
    json_decref(trainer->progress.history);
    trainer->progress =
        (struct progress){.best = -(double)INFINITY,
                          .monitor = trainer->config->monitor,
                          .spares_one_class = trainer->config->spares_one_class,
                          .history = json_array()};
}

/* Collective. */
static int make_weights(struct trainer *trainer)
{
    const struct comm *comm = trainer->comm;
    const struct trainer_config *config = trainer->config;
    bool draws_rows = trainer->has_table && !config->init_from;
    if (draws_rows)
        trainer_draw_rows(trainer);

    int rc = comm_agree(comm, comm->rank == 0 ? make_initial(trainer) : OK);
    if (!rc && draws_rows && !config->vectors)
        trainer_share_others(trainer);
    else if (!rc)
        trainer_share_array(trainer, trainer->weights);
    return rc;
}

int trainer_begin(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    bool is_again = trainer->progress.history != NULL; /* after a rollback */
    trainer_reset_progress(trainer);
    clear_moments(trainer, is_again);

    int rc = make_weights(trainer);
    if (rc)
        return rc;

    if (trainer->config->init_from) {
        comm_broadcast(comm, &trainer->progress.moments_steps,
                       sizeof trainer->progress.moments_steps);
        for (int i = 0; i < trainer->optim.n_slots; i++)
            trainer_share_array(trainer, trainer->optim.slot[i]);
    }

    if (!trainer_shares_weights(trainer) || comm->node_rank == 0)
        optim_begin_average(&trainer->optim, trainer->weights);
    optim_start_table(&trainer->optim, trainer->progress.moments_steps == 0);
    trainer_sync_weights(trainer);
    trainer->optim.n_before = trainer->progress.moments_steps;
    model_pack(trainer->model, trainer->weights);
    return OK;
}
