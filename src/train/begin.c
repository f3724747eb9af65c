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
    int64_t steps = json_integer_value(json_object_get(state, "step")) +
                    json_integer_value(json_object_get(state, "moments_steps"));
    json_decref(state);
    return steps < 0 ? 0 : steps;
}

/* Whether the moments of a checkpoint are those of the run's optimizer. */
static bool has_moments(const struct trainer *trainer, const struct checkpoint *info)
{
    struct record record;
    return trainer->config->init_optimizer &&
           !record_read(info->config, info->path, &record) &&
           record.optim.kind == trainer->config->optim.kind &&
           info->n_slots == trainer->optim.n_slots;
}

/* The words of the run's data and those of the model must have the same ids. */
static int check_words(const struct trainer *trainer, const struct checkpoint *info)
{
    struct text_tokenizer *known = NULL;
    int rc = checkpoint_tokenizer(info, &known);
    if (!rc)
        rc = dataset_check_words(&trainer->data, known, info->path);
    text_free(known);
    return rc;
}

/* Lines, each with its '\n'. */
static void describe_beginning(struct trainer *trainer, const struct checkpoint *info,
                               bool moments)
{
    const char *from = trainer->config->init_from;
    free(trainer->beginning);
    trainer->beginning =
        moments
            ? xasprintf("weights and moments of %s, after %lld steps\n%s", from,
                        (long long)trainer->progress.moments_steps,
                        info->keras ? info->keras->notes : "")
            : xasprintf("weights of %s\n%s", from, info->keras ? info->keras->notes : "");
}

/* Rank 0. */
static int load_initial(struct trainer *trainer)
{
    struct checkpoint_hints hints = {.facts = &trainer->data.facts,
                                     .keras =
                                         keras_hints_of(model_chain(trainer->model))};
    float *slots[2] = {(float *)trainer->optim.slot[0], (float *)trainer->optim.slot[1]};
    struct checkpoint info = {0};

    int rc = checkpoint_import(trainer->config->init_from, &hints, &info);
    bool moments = !rc && has_moments(trainer, &info);
    if (!rc)
        rc = check_words(trainer, &info);
    if (!rc)
        rc = checkpoint_load(&info, trainer->params, (float *)trainer->weights,
                             moments ? slots : NULL);

    if (!rc && moments)
        trainer->progress.moments_steps = steps_of(&info);
    if (!rc)
        describe_beginning(trainer, &info, moments);

    checkpoint_release(&info);
    return rc;
}

/* Rank 0 draws the weights: libm's log and cos may differ between nodes. */
static int make_initial(struct trainer *trainer)
{
    if (trainer->config->init_from)
        return load_initial(trainer);
    model_init_weights(trainer->model, trainer->config->sampler.seed, trainer->weights);
    return OK;
}

int trainer_begin(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    size_t n_bytes = trainer->params->size * sizeof(real);
    json_decref(trainer->progress.history);
    trainer->progress =
        (struct progress){.best = -(double)INFINITY, .history = json_array()};
    for (int i = 0; i < trainer->optim.n_slots; i++)
        memset(trainer->optim.slot[i], 0, n_bytes);

    int rc = comm_agree(comm, comm->rank == 0 ? make_initial(trainer) : OK);
    if (rc)
        return rc;

    comm_broadcast(comm, trainer->weights, n_bytes);
    if (trainer->config->init_from) {
        comm_broadcast(comm, &trainer->progress.moments_steps,
                       sizeof trainer->progress.moments_steps);
        for (int i = 0; i < trainer->optim.n_slots; i++)
            comm_broadcast(comm, trainer->optim.slot[i], n_bytes);
    }

    trainer->optim.n_before = trainer->progress.moments_steps;
    model_pack(trainer->model, trainer->weights);
    return OK;
}
