#include "export/onnx/kind.h"

#include <stdlib.h>

/* Over the positions of (N, T, F). */
static const char *reduce(struct onnx *onnx, const char *kind, const char *output,
                          const char *input)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, kind, output, input, NULL);
    onnx_set_ints(node, "axes", 1, (int64_t[]){1});
    onnx_set_int(node, "keepdims", 0);
    return node->output[0];
}

/* The sum (N, F) over the words, divided by their number, of which there is 1 at
 * least. */
static const char *add_mean_of_words(struct onnx *onnx, const char *output,
                                     const char *rows)
{
    Onnx__NodeProto *sum =
        onnx_add_node(onnx, "ReduceSum", "sum", rows, "mask/axis", NULL);
    onnx_set_int(sum, "keepdims", 0);

    const char *n =
        onnx_cast(onnx, "n_steps", "mask/n_steps", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return onnx_value(onnx, "Div", output, sum->output[0], n, NULL);
}

/* (N, T, F) of a value that may be (N, T, D, H). */
static const char *add_vectors(struct onnx *onnx, const struct onnx_value *value,
                               bool only_words)
{
    const char *rows = onnx_add_rows(onnx, value, only_words);
    if (!value->outputs)
        return rows;
    return onnx_reshape(onnx, "outputs", rows, 3,
                        (int64_t[]){0, 0, value->outline.width});
}

static const char *add_max(struct onnx *onnx, const struct layer_config *below,
                           const struct onnx_value *value, const char *output)
{
    (void)below;
    return reduce(onnx, "ReduceMax", output, add_vectors(onnx, value, false));
}

static const char *add_mean(struct onnx *onnx, const struct layer_config *below,
                            const struct onnx_value *value, const char *output)
{
    (void)below;
    if (onnx->chain->mask)
        return add_mean_of_words(onnx, output, add_vectors(onnx, value, true));
    return reduce(onnx, "ReduceMean", output, add_vectors(onnx, value, false));
}

static const char *add_flatten(struct onnx *onnx, const struct layer_config *below,
                               const struct onnx_value *value, const char *output)
{
    (void)below;
    int64_t n = (int64_t)value->outline.length * value->outline.width;
    return onnx_reshape(onnx, output, onnx_add_rows(onnx, value, false), 2,
                        (int64_t[]){0, n});
}

/* Direction d's states (N, H) of (..., D, H), whose dimension D is number `axis`. */
static const char *add_direction(struct onnx *onnx, const char *states, int axis, int d,
                                 int units)
{
    const char *which =
        onnx_add_ints(onnx, d ? "backward_at" : "forward_at", 1, (int64_t[]){d});
    Onnx__NodeProto *node = onnx_add_node(
        onnx, "Gather", d ? "backward_states" : "forward_states", states, which, NULL);
    onnx_set_int(node, "axis", axis);

    return onnx_reshape(onnx, d ? "backward" : "forward", node->output[0], 2,
                        (int64_t[]){0, units});
}

/* Step `at` of (N, steps, D, H), with a dimension of 1 in its place. */
static const char *add_step(struct onnx *onnx, const char *name, const char *rows, int at)
{
    char *index = xasprintf("%s_at", name);
    const char *which = onnx_add_ints(onnx, index, 1, (int64_t[]){at});
    Onnx__NodeProto *node = onnx_add_node(onnx, "Gather", name, rows, which, NULL);

    onnx_set_int(node, "axis", 1);
    free(index);
    return node->output[0];
}

/* A forward direction's states behind the last step of (N, steps, D, H): under a mask
 * every row has its own. */
static const char *add_forward(struct onnx *onnx, const char *rows, int length, int units)
{
    if (!onnx->chain->mask)
        return add_direction(onnx, add_step(onnx, "end", rows, length - 1), 2, 0, units);

    const char *last = onnx_value(onnx, "Sub", "last", "mask/n_steps", "mask/one", NULL);
    Onnx__NodeProto *ends = onnx_add_node(onnx, "GatherND", "ends", rows, last, NULL);
    onnx_set_int(ends, "batch_dims", 1);
    return add_direction(onnx, ends->output[0], 1, 0, units);
}

/* The state behind the last step, and the one that a reverse direction has at the first;
 * zeros for rows without words. */
static const char *add_last(struct onnx *onnx, const struct layer_config *below,
                            const struct onnx_value *value, const char *output)
{
    int units = below->recurrent.units;
    const char *rows =
        onnx_transpose(onnx, "by_step", value->outputs, 4, (int64_t[]){2, 0, 1, 3});
    const char *last = add_forward(onnx, rows, value->outline.length, units);

    if (layer_directions(below) == 2) {
        const char *begin = add_step(onnx, "begin", rows, 0);
        Onnx__NodeProto *both = onnx_add_node(
            onnx, "Concat", "both", last, add_direction(onnx, begin, 2, 1, units), NULL);
        onnx_set_int(both, "axis", 1);
        last = both->output[0];
    }
    if (!onnx->chain->mask)
        return last;

    const char *keep = onnx_cast(onnx, "keep_last", onnx_add_has_words(onnx),
                                 ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return onnx_value(onnx, "Mul", output, last, keep, NULL);
}

/* The scores of all positions (N, T, 1); `score` is (U, 1), or (1, U). */
static const char *add_scores(struct onnx *onnx, const struct layer_config *layer,
                              const char *rows)
{
    const char *scope = onnx->scope;
    struct layer_config hidden = layer_attention_part(layer, ATTENTION_HIDDEN);
    const struct tensor *tensor = export_tensor(onnx->params, &hidden, 0, "kernel");

    onnx->scope = hidden.name;
    const char *kernel = onnx_add_tensor(onnx, tensor);
    const char *bias = onnx_add_tensor(onnx, tensor + 1);
    const char *u = onnx_value(onnx, "MatMul", "products", rows, kernel, NULL);
    u = onnx_value(onnx, "Tanh", "outputs",
                   onnx_value(onnx, "Add", "sums", u, bias, NULL), NULL);

    struct layer_config score = layer_attention_part(layer, ATTENTION_SCORE);
    onnx->scope = score.name;
    const char *v = onnx_reshape(onnx, "column", onnx_add_tensor(onnx, tensor + 2), 2,
                                 (int64_t[]){layer->pooling.units, 1});
    const char *scores = onnx_value(onnx, "MatMul", "scores", u, v, NULL);
    onnx->scope = scope;
    return scores;
}

/* Shares of positions; pads have none. */
static const char *add_shares(struct onnx *onnx, const char *scores, bool has_mask)
{
    const char *is_word = NULL;

    if (has_mask) {
        const char *axis = onnx_add_ints(onnx, "last_axis", 1, (int64_t[]){2});
        const char *least = onnx_add_number(onnx, "least", -1e9);
        is_word = onnx_value(onnx, "Unsqueeze", "counts", "mask/is_word", axis, NULL);
        scores =
            onnx_value(onnx, "Where", "scores_of_words", is_word, scores, least, NULL);
    }
    Onnx__NodeProto *shares = onnx_add_node(onnx, "Softmax", "shares", scores, NULL);
    onnx_set_int(shares, "axis", 1);
    if (!has_mask)
        return shares->output[0];

    const char *keep =
        onnx_cast(onnx, "words", is_word, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return onnx_value(onnx, "Mul", "shares_of_words", shares->output[0], keep, NULL);
}

static const char *add_attention(struct onnx *onnx, const struct layer_config *below,
                                 const struct onnx_value *value, const char *output)
{
    bool has_mask = onnx->chain->mask;
    const char *rows = add_vectors(onnx, value, has_mask);
    const char *shares = add_shares(onnx, add_scores(onnx, below + 1, rows), has_mask);
    const char *axis = onnx_add_ints(onnx, "step_axis", 1, (int64_t[]){1});
    const char *parts = onnx_value(onnx, "Mul", "parts", rows, shares, NULL);
    Onnx__NodeProto *sum = onnx_add_node(onnx, "ReduceSum", output, parts, axis, NULL);

    onnx_set_int(sum, "keepdims", 0);
    return sum->output[0];
}

/* Each alone is called "features". */
static const struct {
    const char *name;
    const char *(*add)(struct onnx *onnx, const struct layer_config *below,
                       const struct onnx_value *value, const char *output);
} poolings[] = {
    [POOLING_MAX] = {"max", add_max},
    [POOLING_MEAN] = {"mean", add_mean},
    [POOLING_FLATTEN] = {"flat", add_flatten},
    [POOLING_LAST] = {"last_output", add_last},
    [POOLING_ATTENTION] = {"attention", add_attention},
};
_Static_assert(COUNT_OF(poolings) == POOLING_WAYS, "a pooling has no operators");

static const char *join(struct onnx *onnx, const struct layer_config *layer,
                        const struct onnx_value *value)
{
    const char *sides[POOLING_WAYS] = {NULL};

    for (int k = 0; k < layer_poolings(layer); k++) {
        enum pooling how = layer_pooling(layer, k);
        onnx->scope = poolings[how].name;
        sides[k] = poolings[how].add(onnx, layer - 1, value, "features");
    }

    onnx->scope = ONNX_HEAD;
    Onnx__NodeProto *node = onnx_add_node(onnx, "Concat", "features", sides[0], sides[1],
                                          sides[2], sides[3], sides[4], NULL);
    _Static_assert(COUNT_OF(sides) == 5, "a side is not joined");
    onnx_set_int(node, "axis", 1);
    return node->output[0];
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    onnx->scope = ONNX_HEAD;
    value->rows =
        layer_poolings(layer) > 1
            ? join(onnx, layer, value)
            : poolings[layer->pooling.how].add(onnx, layer - 1, value, "features");
    value->outputs = NULL;
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    const struct layer_config hidden = layer_attention_part(layer, ATTENTION_HIDDEN);
    const struct layer_config score = layer_attention_part(layer, ATTENTION_SCORE);

    if (!layer_attends(layer))
        return true;
    const struct tensor *kernel =
        export_tensor(reading->onnx->params, &hidden, 0, "kernel");
    return onnx_same_tensor(reading, &hidden, "kernel") &&
           onnx_same_tensor(reading, &hidden, "bias") &&
           onnx_same_tensor(reading, &score, kernel[2].name);
}

const struct onnx_kind onnx_pooling = {add, is_there};
