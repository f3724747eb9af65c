/* What model.c (forward, backward) and model_build.c (shapes, workspace, weights) share:
 * the model's inside. */
#ifndef RNNTRAIN_MODEL_PRIVATE_H
#define RNNTRAIN_MODEL_PRIVATE_H

#include "model/model.h"

#include "layers/head.h"
#include "layers/layers.h"
#include "layers/recurrent.h"

/* The workspace: of each layer its part of the weights, of a lane's activations (behind
 * the plan of the lane: counts, ids, steps) and of the backward pass (behind the keep
 * bits); recurrent.h draws a layer's. All sizes are fixed by the configuration, lane_rows
 * and `trains`. */
struct model {
    struct model_config config;
    const struct kernels *kernels;
    struct params params;
    int lane_rows, directions;
    const real *weights; /* as last packed; borrowed */
    bool trains;
    const struct model *owner; /* of params and of space.weights; NULL: this one */
    struct space space;        /* owned */
    size_t n_bytes;

    int *count[2],
        *lead[2];          /* (R) of each direction: positions that it computes, and those
                                in front that it does not */
    struct steps steps[2]; /* forward and reverse plan */
    struct steps all;      /* forward plan of what any direction computes */
    int32_t *ids;          /* (slots of `all`) */
    int32_t *row_ids;      /* (T) of one row, on the way there */
    int32_t *words; /* (2 slots) the ids among them, each once; then room for some */
    int n_words;
    uint64_t *seen, *known; /* bits of ids: in `words`; those that the first layer has
                               learnt with these weights */
    bool pads_known;        /* the same of what pads leave */

    int embedding_words, feature_words, dense_words; /* of keep bits a position or row */
    uint32_t *embedding_bits;                        /* (R, T, words) */
    uint32_t *feature_bits, *dense_bits;             /* (R, words) */

    struct recurrent *layer; /* (layers, directions) */
    real **d_layer;          /* (layers, directions) dL/d(outputs) of all but the last */
    struct head head;
    real *features, *d_features; /* (R, features) */
    struct dense dense;
    struct output output;
    real *logits, *d_logits; /* (R, units) */
};

/* Shapes. */

/* Whether evaluation computes what leading pads do once for all rows: the same states for
 * every row, as long as nothing that comes from behind the pads flows into them. */
static inline bool shares_pads(const struct model_config *config)
{
    return !config->mask && config->pad_pre &&
           (!config->bidirectional || config->layers == 1);
}

/* Inputs of recurrent layer i. */
static inline int inputs_of(const struct model_config *config, int i)
{
    return i == 0 ? config->embedding : model_directions(config) * config->units[i - 1];
}

/* Whether the first layer may look up its products with embeddings, see model.h. */
static inline bool looks_up_words(const struct model_config *config)
{
    size_t columns = (size_t)(model_gates(config) * config->units[0]);
    return (size_t)config->vocabulary * columns * sizeof(real) <= config->lookup_bytes;
}

/* Whether it does so in training. */
static inline bool learns_by_words(const struct model_config *config)
{
    return config->embedding_dropout == 0 && looks_up_words(config);
}

static inline struct recurrent *layer_at(const struct model *model, int i, int direction)
{
    return &model->layer[i * model->directions + direction];
}

/* First tensor of a recurrent layer's direction; then those of the dense layers. */
static inline int recurrent_tensor(const struct model *model, int i, int direction)
{
    return 1 + 3 * (i * model->directions + direction);
}

static inline int dense_tensor(const struct model *model)
{
    return recurrent_tensor(model, model->config.layers, 0);
}

static inline int output_tensor(const struct model *model)
{
    return dense_tensor(model) + (model->config.dense ? 2 : 0);
}

static inline const real *tensor_of(const struct model *model, const real *flat,
                                    int index)
{
    return flat + model->params.tensors[index].offset;
}

static inline real *gradient_of(const struct model *model, real *flat, int index)
{
    return flat + model->params.tensors[index].offset;
}

#endif
