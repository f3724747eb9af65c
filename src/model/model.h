/* A chain of layers at work: weights, activations and gradients of the whole classifier,
 * a lane at a time. Which kinds of layers there are, and what each does, layers/chain.h
 * and layers/layer.h say.
 */
#ifndef RNNTRAIN_MODEL_MODEL_H
#define RNNTRAIN_MODEL_MODEL_H

#include "base/base.h"
#include "data/rows.h"
#include "layers/chain.h"
#include "layers/output.h"
#include "kernels/kernels.h"
#include "layers/params.h"

/* The model at work: packed weights and one workspace, taken once, for one lane at a
 * time. Owned by the caller of model_new. A model computes on one thread. */
struct model;

/* Makes the layers and takes the workspace. ERR_USAGE: a layer cannot stand where it
 * does, or the workspace is larger than the host's memory. */
int model_new(const struct chain_config *chain, const struct kernels *kernels,
              int lane_rows, struct model **model) NODISCARD;
/* The same for evaluation only: the weights, and few activations. */
int model_new_evaluator(const struct chain_config *chain, const struct kernels *kernels,
                        int lane_rows, struct model **model) NODISCARD;
void model_free(struct model *model);

/* The tensors of a chain's weights, as model_params has them; the caller's to release. */
void model_tensors(const struct chain_config *chain, struct params *params);

const struct chain_config *model_chain(const struct model *model);
const struct params *model_params(const struct model *model);
size_t model_bytes(const struct model *model);  /* of the workspace */
int model_lane_rows(const struct model *model); /* most rows of a lane */
const struct kernels *model_kernels(const struct model *model);

/* Keras's initial weights, a pure function of the configuration and the seed. */
void model_init_weights(const struct model *model, uint64_t seed, real *weights);
/* The same in shares, of a model whose first layer is an embedding: n of its rows from
 * `first` on, the same numbers on any processor; and all that is not in its table. */
void model_init_rows(const struct model *model, uint64_t seed, size_t first, size_t n,
                     real *weights);
void model_init_others(const struct model *model, uint64_t seed, real *weights);

/* Packs the weights for the kernels; call after each change. `weights` is borrowed until
 * the next call: the embedding is read from it. */
void model_pack(struct model *model, const real *weights);

/* Evaluators of the same weights in other threads. model_learn computes all that
 * evaluating would learn from these weights, so that nobody writes what is shared from
 * then on; `model` is an evaluator. model_new_sharer, in any thread, makes another one
 * with a workspace of its own, to be freed before `model`, which is not packed again
 * meanwhile. */
void model_learn(struct model *model);
int model_new_sharer(const struct model *model, struct model **sharer) NODISCARD;

/* Gradient of the lane's summed loss. Every element of `gradient` is set but the rows of
 * the embedding that the lane does not have: the caller gives the table (the first
 * tensor) zeroed, and the rows of the lane's ids are marked in `touched` (bit id % 64 of
 * word id / 64). With `touched` NULL the table is zeroed here. Dropout masks are
 * functions of (seed, step, row number, element). */
struct lane_result model_gradient(struct model *model, const struct lane *lane,
                                  uint64_t seed, uint32_t step, real *gradient,
                                  uint64_t *touched);

/* The same, where the last model_joint_size elements of gradients are found for many
 * lanes at once (layers/layer.h: join), in two steps. The first one, of the lane with a
 * number, leaves them as they are; the second sets them to their sum over n lanes from
 * number `first` on, a multiple of n, itself a power of two up to MODEL_JOINT_LANES, that
 * have been the last such lanes. */
enum { MODEL_JOINT_LANES = LAYER_JOINT_LANES };
size_t model_joint_size(const struct model *model);
struct lane_gradient {
    real *flat;        /* the flat array */
    uint64_t *touched; /* as model_gradient has it */
    /* With `rows`: where those that are touched go, at most model_most_touched, zeroed
     * here; then the flat array's table is neither read nor written. `touched` is that
     * table's. */
    struct table_rows table;
};
struct lane_result model_lane_gradient(struct model *model, const struct lane *lane,
                                       int number, uint64_t seed, uint32_t step,
                                       const struct lane_gradient *gradient);
/* Rows of the table that a lane touches at most. */
size_t model_most_touched(const struct model *model);
void model_join(struct model *model, int first, int n, real *gradient);

/* Forward only, without dropout. `logits`, if not NULL: (n_rows, 1 or C). */
struct lane_result model_evaluate(struct model *model, const struct lane *lane,
                                  real *logits);

/* What logits (n_rows, 1 or C) of a lane come to, whoever has made them. */
struct lane_result model_score(struct model *model, const struct lane *lane,
                               const real *logits);

/* The class that a row's logits decide for, or the most probable of several labels; sets
 * the probabilities of all. */
int model_judge(const struct model *model, const real *logits, double *probabilities);

/* From now on a row of each class counts so much in training, (C) numbers that are
 * borrowed, where a text has one; NULL: 1 again. */
void model_weigh_classes(struct model *model, const double *weights);

/* From now on a lane's gradient in training is the sum of two: at its embeddings, and at
 * those that are moved so that the loss is larger (layers/perturbation.h). Takes memory
 * for it, and makes model_joint_size 0. Not of a linear model. */
void model_perturb_embeddings(struct model *model, double epsilon);

/* From now on so great a share of each target is spread evenly in training; 0: none. */
void model_smooth_labels(struct model *model, double share);

/* Positions that the lane computes, the mean over layers and directions: rows x T, but
 * only the real ids with `mask`, and in evaluation where the states after leading pads
 * are shared. */
double model_positions(const struct model *model, const struct lane *lane, bool train);

/* Model flops of one training step: 6 G H (D + H) a position, row and direction, and 6 a
 * head weight and row. A forward pass counts a third, and in evaluation not what is
 * looked up instead of computed. */
double model_flops(const struct chain_config *chain, double positions, double rows);
double model_forward_flops(const struct chain_config *chain, double positions,
                           double rows);

#endif
