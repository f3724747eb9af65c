/* What model.c (a lane through the layers) and build.c (layers, workspace, weights)
 * share: the model's inside. Neither knows a kind of layer by name, but that the last
 * gives logits. */
#ifndef RNNTRAIN_MODEL_PRIVATE_H
#define RNNTRAIN_MODEL_PRIVATE_H

#include "model/model.h"

#include "layers/layer.h"
#include "layers/perturbation.h"

/* The workspace: of each layer its part of the weights, of a lane's activations (behind
 * the lane's plans) and of the backward pass; each kind's layout() says what that is. All
 * sizes are fixed by the chain, lane_rows and `trains`. */
struct model {
    struct chain_config chain;
    struct frame frame;
    struct params params;
    struct layer *layer[CHAIN_MOST_LAYERS]; /* owned */
    int n_layers;

    const real *weights;       /* as last packed; borrowed */
    const struct model *owner; /* of params and of space.weights; NULL: this one */
    struct space space;        /* owned */
    size_t n_bytes;

    struct plans plans;   /* of the rows of ids */
    struct plans *behind; /* (n_behind) of the stages behind them; owned */
    int n_behind;
    uint64_t *known; /* bits of ids: those that `learner` has learnt with these weights */
    bool pads_known; /* the same of what pads leave */
    struct perturbation perturbation; /* epsilon 0: none */
    real *kept; /* gradient of a lane's first way, but for the table; NULL: none */
    struct layer *learner; /* the layer with a table of products with ids; NULL: none */
};

static inline struct layer *model_output(const struct model *model)
{
    return model->layer[model->n_layers - 1];
}

/* The plans of what a layer takes. */
static inline const struct plans *model_plans(const struct model *model, int stage)
{
    return stage == 0 ? &model->plans : &model->behind[stage - 1];
}

/* Whether evaluation computes what leading pads do once for all rows. */
static inline bool model_shares_pads(const struct model *model)
{
    return model->layer[0]->out.alike;
}

/* A lane through all layers, and its gradient back, once dL/d(logits) is set. */
void model_forward(struct model *model, const struct lane *lane, const struct pass *pass);
void model_backward(struct model *model, const struct pass *pass);

#endif
