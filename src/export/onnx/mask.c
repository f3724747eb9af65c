/* Rows under a mask.
 *
 * The words are rolled to the front, where ONNX's sequence_lens takes them, and what
 * Keras would have given at every position is gathered from there: zeros for pads, but
 * pads behind the words of a single direction repeat its last output. A row without words
 * is computed as one pad, because runtimes refuse rows of length 0, and its results are
 * made zero.
 */
#include "export/onnx/kind.h"

#include <stdlib.h>

static void add_positions(struct onnx *onnx)
{
    int length = onnx->chain->length;
    int64_t *positions = xcalloc((size_t)length, sizeof *positions);
    for (int t = 0; t < length; t++)
        positions[t] = t;
    onnx_add_ints(onnx, "position", (size_t)length, positions);
    free(positions);
}

/* Pads in front: step s of a row is position lead + s, and what stands behind its words
 * is never read. */
static void add_roll(struct onnx *onnx)
{
    int64_t length = onnx->chain->length;
    onnx_add_ints(onnx, "maxlen", 1, &length);
    onnx_add_ints(onnx, "end", 1, (int64_t[]){length - 1});
    onnx_add_node(onnx, "Sub", "lead", "mask/maxlen", "mask/n_words", NULL); /* (N, 1) */
    onnx_add_node(onnx, "Add", "behind_lead", "mask/position", "mask/lead", NULL);
    onnx_add_node(onnx, "Min", "position_of_step", "mask/behind_lead", "mask/end", NULL);

    Onnx__NodeProto *words = onnx_add_node(onnx, "GatherElements", "words", "ids",
                                           "mask/position_of_step", NULL);
    onnx_set_int(words, "axis", 1);
}

void onnx_add_mask(struct onnx *onnx)
{
    onnx->scope = "mask";
    onnx_add_ints(onnx, "zero", 1, (int64_t[]){0});
    onnx_add_ints(onnx, "one", 1, (int64_t[]){1});
    onnx_add_ints(onnx, "axis", 1, (int64_t[]){1});

    onnx_add_node(onnx, "Greater", "is_word", "ids", "mask/zero", NULL); /* (N, T) */
    onnx_cast(onnx, "ones", "mask/is_word", ONNX__TENSOR_PROTO__DATA_TYPE__INT64);
    onnx_add_node(onnx, "ReduceSum", "n_words", "mask/ones", "mask/axis",
                  NULL); /* (N, 1) */

    onnx_add_node(onnx, "Max", "n_steps", "mask/n_words", "mask/one", NULL);
    onnx_add_node(onnx, "Squeeze", "flat", "mask/n_steps", "mask/axis", NULL);
    onnx_cast(onnx, "lengths", "mask/flat", ONNX__TENSOR_PROTO__DATA_TYPE__INT32);

    add_positions(onnx);
    if (onnx->chain->pad_pre)
        add_roll(onnx);
}

/* With pads behind, steps are positions. */
const char *onnx_ids_by_step(const struct onnx *onnx)
{
    return onnx->chain->mask && onnx->chain->pad_pre ? "mask/words" : "ids";
}

const char *onnx_add_has_words(struct onnx *onnx)
{
    return onnx_value(onnx, "Greater", "has_words", "mask/n_words", "mask/zero", NULL);
}

/* The step (N, T) whose outputs a position shows: pads in front look at the first word's,
 * pads behind at the last one's. */
static const char *add_step_of_position(struct onnx *onnx)
{
    if (onnx->chain->pad_pre) {
        const char *step =
            onnx_value(onnx, "Sub", "behind_lead", "mask/position", "mask/lead", NULL);
        return onnx_value(onnx, "Max", "step", step, "mask/zero", NULL);
    }

    const char *last =
        onnx_value(onnx, "Sub", "last_step", "mask/n_steps", "mask/one", NULL);
    return onnx_value(onnx, "Min", "step", "mask/position", last, NULL);
}

/* 1 at words, 0 at pads, and with `repeats` 1 at all positions of rows that have words;
 * (N, T) and as many dimensions of 1 behind it as there are axes. */
static const char *add_keep(struct onnx *onnx, bool repeats, size_t n_axes)
{
    const char *axes = onnx_add_ints(onnx, "keep_axes", n_axes, (int64_t[]){2, 3});
    const char *kept = repeats ? onnx_value(onnx, "Or", "reached", "mask/is_word",
                                            onnx_add_has_words(onnx), NULL)
                               : "mask/is_word";
    kept = onnx_value(onnx, "Unsqueeze", "keep_at", kept, axes, NULL);
    return onnx_cast(onnx, "keep", kept, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
}

/* (N, steps, D, H) -> (N, T, D, H). */
static const char *add_unroll(struct onnx *onnx, const char *rows, bool repeats)
{
    const char *axis = onnx_add_ints(onnx, "step_axis", 1, (int64_t[]){2});
    const char *steps = add_step_of_position(onnx);
    steps = onnx_value(onnx, "Unsqueeze", "steps", steps, axis, NULL);

    Onnx__NodeProto *unrolled =
        onnx_add_node(onnx, "GatherND", "at_position", rows, steps, NULL);
    onnx_set_int(unrolled, "batch_dims", 1);
    return onnx_value(onnx, "Mul", "kept", unrolled->output[0],
                      add_keep(onnx, repeats, 2), NULL);
}

/* Whether pads show the output before them; in front of the first word that is zero. */
static bool repeats_output(const struct onnx *onnx, const struct onnx_value *value)
{
    switch (value->skipped) {
    case SKIPPED_PADS:
    case SKIPPED_ZEROS:
    case SKIPPED_OTHER:
        return false;
    case SKIPPED_REPEATS:
        return !onnx->chain->pad_pre;
    }
    die("a value of an unknown kind");
}

const char *onnx_add_rows(struct onnx *onnx, const struct onnx_value *value,
                          bool only_words)
{
    if (value->outputs) {
        const char *rows =
            onnx_transpose(onnx, "by_row", value->outputs, 4, (int64_t[]){2, 0, 1, 3});
        bool repeats = !only_words && repeats_output(onnx, value);
        return onnx->chain->mask ? add_unroll(onnx, rows, repeats) : rows;
    }

    if (!onnx->chain->mask || !only_words)
        return value->rows;
    return onnx_value(onnx, "Mul", "kept", value->rows, add_keep(onnx, false, 1), NULL);
}
