/* The classifier as operators. What the shapes' letters mean: T positions, N rows, D
 * directions, E, H and F numbers of a position.
 *
 * Under a mask the words are rolled to the front, where ONNX's sequence_lens takes them,
 * and what Keras would have given at every position is gathered from there: zeros for
 * pads, but pads behind the words of a single direction repeat its last output. A row
 * without words is computed as one pad, because runtimes refuse rows of length 0, and its
 * results are made zero.
 */
#include "export/onnx/private.h"

#include <stdio.h>
#include <stdlib.h>

/* From integers or claims to numbers of that type. */
static const char *cast(struct onnx *onnx, const char *output, const char *input,
                        Onnx__TensorProto__DataType type)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, "Cast", output, input, NULL);
    onnx_set_int(node, "to", type);
    return node->output[0];
}

static const char *transpose(struct onnx *onnx, const char *output, const char *input,
                             size_t n, const int64_t *order)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, "Transpose", output, input, NULL);
    onnx_set_ints(node, "perm", n, order);
    return node->output[0];
}

/* 0 stands for a dimension that stays. */
static const char *reshape(struct onnx *onnx, const char *output, const char *input,
                           size_t n, const int64_t *dims)
{
    char name[64];
    snprintf(name, sizeof name, "%s_shape", output);
    const char *shape = onnx_add_ints(onnx, name, n, dims);
    return onnx_value(onnx, "Reshape", output, input, shape, NULL);
}

/* The mask. */

/* What is asked for about words: of every row, and of every position (N, T). */
static void add_mask(struct onnx *onnx)
{
    onnx->scope = "mask";
    onnx_add_ints(onnx, "zero", 1, (int64_t[]){0});
    onnx_add_ints(onnx, "one", 1, (int64_t[]){1});
    onnx_add_ints(onnx, "axis", 1, (int64_t[]){1});
    onnx_add_node(onnx, "Greater", "is_word", "ids", "mask/zero", NULL); /* (N, T) */
    cast(onnx, "ones", "mask/is_word", ONNX__TENSOR_PROTO__DATA_TYPE__INT64);
    onnx_add_node(onnx, "ReduceSum", "n_words", "mask/ones", "mask/axis",
                  NULL); /* (N, 1) */
    onnx_add_node(onnx, "Max", "n_steps", "mask/n_words", "mask/one", NULL);
    onnx_add_node(onnx, "Squeeze", "flat", "mask/n_steps", "mask/axis", NULL);
    cast(onnx, "lengths", "mask/flat", ONNX__TENSOR_PROTO__DATA_TYPE__INT32); /* (N) */
}

static void add_positions(struct onnx *onnx)
{
    int length = onnx->config->maxlen;
    int64_t *positions = xcalloc((size_t)length, sizeof *positions);
    for (int t = 0; t < length; t++)
        positions[t] = t;
    onnx_add_ints(onnx, "position", (size_t)length, positions);
    free(positions);
}

/* Pads in front: step s of a row is position lead + s, and what stands behind its words
 * is never read. Returns the ids (N, T) in the order of the steps. */
static const char *add_roll(struct onnx *onnx)
{
    int64_t length = onnx->config->maxlen;
    onnx_add_ints(onnx, "maxlen", 1, &length);
    onnx_add_ints(onnx, "end", 1, (int64_t[]){length - 1});
    onnx_add_node(onnx, "Sub", "lead", "mask/maxlen", "mask/n_words", NULL); /* (N, 1) */
    onnx_add_node(onnx, "Add", "behind_lead", "mask/position", "mask/lead", NULL);
    onnx_add_node(onnx, "Min", "position_of_step", "mask/behind_lead", "mask/end", NULL);
    Onnx__NodeProto *words = onnx_add_node(onnx, "GatherElements", "words", "ids",
                                           "mask/position_of_step", NULL);
    onnx_set_int(words, "axis", 1);
    return words->output[0];
}

/* The ids as the steps take them. Pads behind: steps are positions. */
static const char *add_steps(struct onnx *onnx)
{
    const struct model_config *config = onnx->config;
    if (!config->mask)
        return "ids";
    add_mask(onnx);
    if (config->pad_pre || config->head != HEAD_LAST)
        add_positions(onnx);
    return config->pad_pre ? add_roll(onnx) : "ids";
}

/* The step (N, T) whose outputs a position shows: pads in front look at the first word's,
 * pads behind at the last one's. */
static const char *add_step_of_position(struct onnx *onnx)
{
    if (onnx->config->pad_pre) {
        const char *step =
            onnx_value(onnx, "Sub", "behind_lead", "mask/position", "mask/lead", NULL);
        return onnx_value(onnx, "Max", "step", step, "mask/zero", NULL);
    }
    const char *last =
        onnx_value(onnx, "Sub", "last_step", "mask/n_steps", "mask/one", NULL);
    return onnx_value(onnx, "Min", "step", "mask/position", last, NULL);
}

/* Layers. */

static const char *add_embedding(struct onnx *onnx, const char *ids)
{
    onnx->scope = onnx->params->tensors[0].layer;
    const char *table = onnx_add_tensor(onnx, 0);
    const char *steps = transpose(onnx, "ids", ids, 2, (int64_t[]){1, 0});
    return onnx_value(onnx, "Gather", "outputs", table, steps, NULL); /* (T, N, E) */
}

/* Keras 2's clip(0.2 x + 0.5, 0, 1) in place of the sigmoid; the rest is ONNX's
 * default. */
static void set_hard_sigmoid(struct onnx *onnx, Onnx__NodeProto *node)
{
    static const char *const names[] = {"HardSigmoid", "Tanh", "Tanh"};
    static const float alpha[] = {0.2f, 0.2f}, beta[] = {0.5f, 0.5f};
    size_t directions = (size_t)model_directions(onnx->config);
    size_t n = onnx->config->cell == CELL_LSTM ? 3 : 2;
    const char *all[6];
    for (size_t i = 0; i < n * directions; i++)
        all[i] = names[i % n];
    onnx_set_texts(node, "activations", n * directions, all);
    onnx_set_floats(node, "activation_alpha", directions, alpha);
    onnx_set_floats(node, "activation_beta", directions, beta);
}

/* Outputs (T, D, N, H) of recurrent layer i; with `final` only the last states (D, N,
 * H). */
static const char *add_recurrent(struct onnx *onnx, int i, const char *input, bool final)
{
    const struct model_config *config = onnx->config;
    bool lstm = config->cell == CELL_LSTM;
    onnx->scope = onnx->params->tensors[onnx_recurrent_tensor(onnx, i, 0)].layer;
    onnx_add_recurrent_weights(onnx, i);
    char w[64], r[64], b[64];
    snprintf(w, sizeof w, "%s/W", onnx->scope);
    snprintf(r, sizeof r, "%s/R", onnx->scope);
    snprintf(b, sizeof b, "%s/B", onnx->scope);
    Onnx__NodeProto *node = onnx_add_node(onnx, lstm ? "LSTM" : "GRU", "Y", input, w, r,
                                          b, config->mask ? "mask/lengths" : NULL, NULL);
    onnx_set_int(node, "hidden_size", config->units[i]);
    onnx_set_text(node, "direction", config->bidirectional ? "bidirectional" : "forward");
    if (!lstm)
        onnx_set_int(node, "linear_before_reset", config->reset_after);
    if (config->hard_sigmoid)
        set_hard_sigmoid(onnx, node);
    if (final)
        onnx_take_second_output(onnx, node, "Y_h");
    return node->output[node->n_output - 1];
}

/* (T, D, N, H) -> (T, N, D H), what the next layer takes. */
static const char *join_directions(struct onnx *onnx, int i, const char *outputs)
{
    const char *rows = transpose(onnx, "by_row", outputs, 4, (int64_t[]){0, 2, 1, 3});
    return reshape(onnx, "outputs", rows, 3, (int64_t[]){0, 0, onnx_width(onnx, i)});
}

/* The head: features (N, F). */

/* Of every row (N, 1). */
static const char *add_has_words(struct onnx *onnx)
{
    return onnx_value(onnx, "Greater", "has_words", "mask/n_words", "mask/zero", NULL);
}

static const char *add_last(struct onnx *onnx, const char *states)
{
    int width = onnx_width(onnx, onnx->config->layers - 1);
    const char *rows = transpose(onnx, "by_row", states, 3, (int64_t[]){1, 0, 2});
    const char *features = reshape(onnx, "last", rows, 2, (int64_t[]){0, width});
    if (!onnx->config->mask)
        return features;
    const char *keep =
        cast(onnx, "keep", add_has_words(onnx), ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return onnx_value(onnx, "Mul", "features", features, keep, NULL);
}

/* (N, T, 1, 1): 1 where there is an output, 0 where it is zero: at pads in front, at all
 * pads with two directions and for the mean, and everywhere in rows without words. */
static const char *add_keep(struct onnx *onnx)
{
    const struct model_config *config = onnx->config;
    const char *axes = onnx_add_ints(onnx, "keep_axes", 2, (int64_t[]){2, 3});
    bool repeats =
        !config->pad_pre && !config->bidirectional && config->head != HEAD_MEAN;
    const char *kept = repeats ? onnx_value(onnx, "Or", "reached", "mask/is_word",
                                            add_has_words(onnx), NULL)
                               : "mask/is_word";
    kept = onnx_value(onnx, "Unsqueeze", "keep_at", kept, axes, NULL);
    return cast(onnx, "keep", kept, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
}

/* (N, steps, D, H) -> (N, T, D, H), what Keras's layers see. */
static const char *add_unroll(struct onnx *onnx, const char *rows)
{
    const char *axis = onnx_add_ints(onnx, "step_axis", 1, (int64_t[]){2});
    const char *steps = add_step_of_position(onnx);
    steps = onnx_value(onnx, "Unsqueeze", "steps", steps, axis, NULL);
    Onnx__NodeProto *unrolled =
        onnx_add_node(onnx, "GatherND", "at_position", rows, steps, NULL);
    onnx_set_int(unrolled, "batch_dims", 1);
    return onnx_value(onnx, "Mul", "kept", unrolled->output[0], add_keep(onnx), NULL);
}

static const char *reduce(struct onnx *onnx, const char *kind, const char *input)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, kind, "features", input, NULL);
    onnx_set_ints(node, "axes", 1, (int64_t[]){1});
    onnx_set_int(node, "keepdims", 0);
    return node->output[0];
}

/* The sum (N, F) over the words, divided by their number, of which there is 1 at
 * least. */
static const char *add_masked_mean(struct onnx *onnx, const char *outputs)
{
    Onnx__NodeProto *sum =
        onnx_add_node(onnx, "ReduceSum", "sum", outputs, "mask/axis", NULL);
    onnx_set_int(sum, "keepdims", 0);
    const char *n =
        cast(onnx, "n_steps", "mask/n_steps", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return onnx_value(onnx, "Div", "features", sum->output[0], n, NULL);
}

static const char *add_pooling(struct onnx *onnx, const char *outputs)
{
    const struct model_config *config = onnx->config;
    int64_t width = onnx_width(onnx, config->layers - 1);
    const char *rows = transpose(onnx, "by_row", outputs, 4, (int64_t[]){2, 0, 1, 3});
    if (config->mask)
        rows = add_unroll(onnx, rows);
    if (config->head == HEAD_FLATTEN)
        return reshape(onnx, "features", rows, 2, (int64_t[]){0, config->maxlen * width});
    rows = reshape(onnx, "outputs", rows, 3, (int64_t[]){0, 0, width});
    if (config->head == HEAD_MAX)
        return reduce(onnx, "ReduceMax", rows);
    return config->mask ? add_masked_mean(onnx, rows) : reduce(onnx, "ReduceMean", rows);
}

/* x·W + b */
static const char *add_dense(struct onnx *onnx, int t, const char *input)
{
    onnx->scope = onnx->params->tensors[t].layer;
    const char *kernel = onnx_add_tensor(onnx, t), *bias = onnx_add_tensor(onnx, t + 1);
    return onnx_value(onnx, "Gemm", "sums", input, kernel, bias, NULL);
}

static void add_output(struct onnx *onnx, const char *features)
{
    int t = onnx_dense_tensor(onnx);
    if (onnx->config->dense) {
        features = add_dense(onnx, t, features);
        features = onnx_value(onnx, "Relu", "outputs", features, NULL);
        t += 2;
    }
    const char *logits = add_dense(onnx, t, features);
    onnx->scope = NULL;
    if (onnx->config->classes == 2) {
        onnx_add_node(onnx, "Sigmoid", "probabilities", logits, NULL);
        return;
    }
    onnx_set_int(onnx_add_node(onnx, "Softmax", "probabilities", logits, NULL), "axis",
                 1);
}

void onnx_add_classifier(struct onnx *onnx)
{
    const struct model_config *config = onnx->config;
    const char *values = add_embedding(onnx, add_steps(onnx));
    for (int i = 0; i < config->layers; i++) {
        bool is_last = i + 1 == config->layers;
        values = add_recurrent(onnx, i, values, is_last && config->head == HEAD_LAST);
        if (!is_last)
            values = join_directions(onnx, i, values);
    }
    onnx->scope = "head";
    values =
        config->head == HEAD_LAST ? add_last(onnx, values) : add_pooling(onnx, values);
    add_output(onnx, values);
}
