#include "model/private.h"

#include <stdlib.h>
#include <string.h>

#include "layers/embedding.h"

/* What the layers' own checks rest on. */
static int check_chain(const struct chain_config *chain)
{
    int last = chain->n_layers - 1;

    if (chain->vocabulary < 2 || chain->length < 1)
        return fail(ERR_USAGE, "a model needs 2 ids and 1 position or more");
    if (last < 1 || chain->layer[last].kind != LAYER_OUTPUT ||
        (chain->layer[0].kind != LAYER_EMBEDDING && !chain_is_linear(chain)))
        return fail(ERR_USAGE, "a model begins with an Embedding and ends in its output");
    return OK;
}

void model_tensors(const struct chain_config *chain, struct params *params)
{
    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_ops *ops = layer_kinds[chain->layer[i].kind];
        int first = params->n_tensors;
        if (ops->tensors)
            ops->tensors(chain, i, params);
        for (int t = first; t < params->n_tensors; t++)
            params->tensors[t].place = i;
    }
}

/* Layers have their tensors in the order of the chain. */
static int count_tensors(const struct params *params, int place)
{
    int n = 0;

    for (int i = 0; i < params->n_tensors; i++)
        n += params->tensors[i].place == place;
    return n;
}

/* Whether pads are skipped: a mask that the first layer which might has no use for ends
 * there. */
static bool skips_pads(const struct chain_config *chain)
{
    for (int i = 1; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        if (layer_kinds[layer->kind]->skips_pads)
            return chain->mask && layer_kinds[layer->kind]->skips_pads(layer);
    }
    return chain->mask;
}

/* Makes the layers, each from the shape of what the one below it gives. */
static int add_layers(struct model *model)
{
    struct shape given = {0};
    int n_tensors = 0, rc = OK;

    for (int i = 0; i < model->chain.n_layers && !rc; i++) {
        const struct layer_config *config = &model->chain.layer[i];
        const struct layer_ops *ops = layer_kinds[config->kind];
        struct layer *layer = xcalloc(1, ops->size);

        model->layer[model->n_layers++] = layer;
        layer->ops = ops;
        layer->config = config;
        layer->frame = &model->frame;
        layer->below = i > 0 ? model->layer[i - 1] : NULL;
        layer->in = given;
        layer->first_tensor = n_tensors;
        n_tensors += count_tensors(model->frame.params, i);
        rc = ops->shape(layer);
        if (layer->out.stage < layer->in.stage)
            layer->out.stage = layer->in.stage;
        given = layer->out;
    }
    return rc;
}

/* The first layer that goes through a sequence is the one that asks for ids: it reads the
 * embedding, or what drops elements of it. */
static enum plan_kind widest_plan(const struct model *model)
{
    for (int i = 0; i < model->n_layers; i++) {
        const struct layer *layer = model->layer[i];
        if (layer->n_directions > 0)
            return layer->plan[layer->n_directions - 1] == PLAN_SHORT ? PLAN_SHORT
                                                                      : PLAN_WHOLE;
    }
    return PLAN_WHOLE;
}

/* A stage of plans for each layer that changes the length. */
static void add_stages(struct model *model)
{
    int n = 0;

    model->behind = xcalloc((size_t)model->n_layers, sizeof *model->behind);
    for (int i = 0; i < model->n_layers; i++)
        if (model->layer[i]->out.length > 0 && model->layer[i]->out.stage > n)
            plans_init_behind(&model->behind[n++], model->layer[i]->out.length);
    model->n_behind = n;
}

static void layout(struct model *model, struct space *space)
{
    const struct chain_config *chain = &model->chain;

    plans_layout(&model->plans, chain, model->frame.rows, &space->lane);
    for (int i = 0; i < model->n_behind; i++)
        plans_layout_behind(&model->behind[i], model->frame.rows, &space->lane);
    model->known = arena_take(&space->weights, id_bits_words(chain->vocabulary),
                              sizeof *model->known);
    for (int i = 0; i < model->n_layers; i++)
        if (model->layer[i]->ops->layout)
            model->layer[i]->ops->layout(model->layer[i], space);
}

/* More than the host has would be asked for page by page, until something else dies of
 * it. */
static int check_memory(const struct model *model)
{
    size_t n_bytes = model->n_bytes + model_params(model)->size * sizeof(real);
    double host = (double)host_memory();
    double gib = (double)(1 << 30);
    if ((double)n_bytes <= host)
        return OK;
    return fail(
        ERR_USAGE,
        "the model's weights and workspace would take %.0f GiB a rank, this host has "
        "%.0f: "
        "lower --units, --layers or --lane-rows, or make the data set with a "
        "smaller --maxlen",
        (double)n_bytes / gib, host / gib);
}

/* Sizes first, then memory for what this model has; another's weights are at
 * `weights`. */
static int take_space(struct model *model, char *weights)
{
    struct space size = {0}, *space = &model->space;

    layout(model, &size);
    model->n_bytes = size.lane.used + (weights ? 0 : size.weights.used) +
                     (model->frame.trains ? size.backward.used : 0);
    int rc = check_memory(model);
    if (rc)
        return rc;

    space->weights.base = weights ? weights : xaligned(size.weights.used, 1);
    space->lane.base = xaligned(size.lane.used, 1);
    space->backward.base = model->frame.trains ? xaligned(size.backward.used, 1) : NULL;
    layout(model, space);
    return OK;
}

/* `owner`: of the weights that this model shares; NULL: it has its own. */
static int new_model(const struct chain_config *chain, const struct kernels *kernels,
                     int lane_rows, bool trains, const struct model *owner,
                     struct model **result)
{
    int rc = check_chain(chain);
    if (rc)
        return rc;

    struct model *model = xcalloc(1, sizeof *model);
    model->chain = *chain;
    model->owner = owner;
    if (owner)
        model->params = owner->params;
    else
        model_tensors(&model->chain, &model->params);
    model->frame = (struct frame){.kernels = kernels,
                                  .chain = &model->chain,
                                  .params = &model->params,
                                  .rows = lane_rows,
                                  .trains = trains,
                                  .mask = skips_pads(&model->chain)};

    rc = add_layers(model);
    for (int i = 0; i < model->n_layers; i++)
        if (model->layer[i]->looks_up)
            model->learner = model->layer[i];
    if (!rc) {
        add_stages(model);
        plans_init(&model->plans, &model->chain, model->frame.mask, widest_plan(model));
        rc = take_space(model, owner ? owner->space.weights.base : NULL);
    }
    if (rc)
        model_free(model);
    else
        *result = model;
    return rc;
}

int model_new(const struct chain_config *chain, const struct kernels *kernels,
              int lane_rows, struct model **model)
{
    return new_model(chain, kernels, lane_rows, true, NULL, model);
}

int model_new_evaluator(const struct chain_config *chain, const struct kernels *kernels,
                        int lane_rows, struct model **model)
{
    return new_model(chain, kernels, lane_rows, false, NULL, model);
}

/* Kernels' weights are where the owner has them, and layers find their tensors in the
 * flat array as they do when they pack. */
int model_new_sharer(const struct model *owner, struct model **result)
{
    struct model *model = NULL;
    int rc = new_model(&owner->chain, owner->frame.kernels, owner->frame.rows, false,
                       owner, &model);
    if (rc)
        return rc;

    model->weights = owner->weights;
    model->pads_known = owner->pads_known;
    for (int i = 0; i < model->n_layers; i++)
        if (model->layer[i]->ops->share)
            model->layer[i]->ops->share(model->layer[i], model->weights);
    *result = model;
    return OK;
}

void model_free(struct model *model)
{
    if (!model)
        return;

    if (!model->owner) {
        params_release(&model->params);
        free(model->space.weights.base);
    }
    perturbation_release(&model->perturbation);
    free(model->kept);
    free(model->behind);
    free(model->space.lane.base);
    free(model->space.backward.base);
    for (int i = 0; i < model->n_layers; i++)
        free(model->layer[i]);
    free(model);
}

void model_perturb_embeddings(struct model *model, double epsilon)
{
    const struct chain_config *chain = &model->chain;
    size_t n = model->params.size - model->params.tensors[0].size;

    perturbation_new(epsilon, model->frame.rows, chain->length,
                     chain->layer[0].embedding.width, &model->perturbation);
    model->kept = xaligned(n, sizeof *model->kept);
    embedding_set_perturbation(model->layer[0], &model->perturbation);
    model_output(model)->joins =
        false; /* the second way would take the first one's slot */
    model->n_bytes += n * sizeof *model->kept + perturbation_bytes(&model->perturbation);
}

const struct chain_config *model_chain(const struct model *model)
{
    return &model->chain;
}

const struct params *model_params(const struct model *model)
{
    return &model->params;
}

int model_lane_rows(const struct model *model)
{
    return model->frame.rows;
}

const struct kernels *model_kernels(const struct model *model)
{
    return model->frame.kernels;
}

size_t model_bytes(const struct model *model)
{
    return model->n_bytes;
}

static void init_from(const struct model *model, int first, uint64_t seed, real *weights)
{
    for (int i = first; i < model->n_layers; i++)
        if (model->layer[i]->ops->init)
            model->layer[i]->ops->init(model->layer[i], seed, weights);
}

void model_init_weights(const struct model *model, uint64_t seed, real *weights)
{
    init_from(model, 0, seed, weights);
}

void model_init_others(const struct model *model, uint64_t seed, real *weights)
{
    init_from(model, 1, seed, weights);
}

void model_init_rows(const struct model *model, uint64_t seed, size_t first, size_t n,
                     real *weights)
{
    embedding_init_rows(model->layer[0], seed, first, n, weights);
}

void model_pack(struct model *model, const real *weights)
{
    model->weights = weights;
    model->pads_known = false;
    memset(model->known, 0,
           id_bits_words(model->chain.vocabulary) * sizeof *model->known);

    for (int i = 0; i < model->n_layers; i++)
        if (model->layer[i]->ops->pack)
            model->layer[i]->ops->pack(model->layer[i], weights);
}

static double flops(const struct chain_config *chain, double positions, double rows,
                    bool trains)
{
    struct work sum = {0, 0};

    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_ops *ops = layer_kinds[chain->layer[i].kind];
        struct work work = {0, 0};
        if (ops->work)
            work = ops->work(chain, i, trains);
        sum.position += work.position;
        sum.row += work.row;
    }
    return sum.position * positions + sum.row * rows;
}

double model_flops(const struct chain_config *chain, double positions, double rows)
{
    return flops(chain, positions, rows, true);
}

double model_forward_flops(const struct chain_config *chain, double positions,
                           double rows)
{
    return flops(chain, positions, rows, false) / 3;
}
