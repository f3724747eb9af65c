#include "export/c/kind.h"

#include <stdlib.h>

/* How a step is computed. */
enum step { STEP_LSTM, STEP_GRU, STEP_GRU_RESET_AFTER, STEP_SIMPLE, STEPS };

/* Its part of the template, its function, and how many times H numbers it keeps: h and c
 * or r h of the state, and sums of gates. */
static const struct {
    const char *part, *function;
    int kept;
} steps[] = {
    [STEP_LSTM] = {"LSTM", "lstm_step", 2 + 4},
    [STEP_GRU] = {"GRU", "gru_step", 2 + 3},
    [STEP_GRU_RESET_AFTER] = {"GRU_RESET_AFTER", "gru_step_reset_after", 1 + 3 + 3},
    [STEP_SIMPLE] = {"SIMPLE", "simple_step", 1 + 1},
};
_Static_assert(COUNT_OF(steps) == STEPS, "a step has no function");

static enum step step_of(const struct layer_config *layer)
{
    switch (layer->recurrent.cell) {
    case CELL_LSTM:
        return STEP_LSTM;
    case CELL_GRU:
        return layer->recurrent.reset_after ? STEP_GRU_RESET_AFTER : STEP_GRU;
    case CELL_SIMPLE:
        return STEP_SIMPLE;
    case CELL_KINDS:
        break;
    }
    die("a cell of an unknown kind");
}

/* The function that stands for an activation or merges directions, and its part of the
 * template. */
static const char *const activations[] = {[CELL_TANH] = "tanh_of",
                                          [CELL_RELU] = "relu_of",
                                          [CELL_SIGMOID] = "sigmoid",
                                          [CELL_LINEAR] = "itself"};
_Static_assert(COUNT_OF(activations) == CELL_ACTIVATIONS, "an activation is missing");

static const struct {
    const char *part, *function;
} merges[] = {[MERGE_CONCAT] = {NULL, NULL},
              [MERGE_SUM] = {"MERGE_SUM", "join_sum"},
              [MERGE_AVE] = {"MERGE_AVE", "join_ave"},
              [MERGE_MUL] = {"MERGE_MUL", "join_mul"}};
_Static_assert(COUNT_OF(merges) == MERGE_MODES, "a merge mode is missing");

static void parts(const struct layer_config *layer, struct c_parts *parts)
{
    for (int i = 0; i < STEPS; i++)
        c_part(parts, steps[i].part, step_of(layer) == (enum step)i);

    bool has_gates = layer->recurrent.cell != CELL_SIMPLE;
    bool is_hard = has_gates && layer->recurrent.hard_sigmoid;
    enum cell_activation activation = layer->recurrent.activation;
    bool is_tanh = activation == CELL_TANH;
    bool is_sigmoid = (has_gates && !is_hard) || activation == CELL_SIGMOID;
    c_part(parts, "SIGMOID", is_sigmoid);
    c_part(parts, "HARD_SIGMOID", is_hard);
    c_part(parts, "TANH", is_tanh);
    c_part(parts, "POLYNOMIAL", is_tanh || is_sigmoid);
    c_part(parts, "CLAMP", is_tanh || is_sigmoid || is_hard);
    c_part(parts, "RELU_CELL", activation == CELL_RELU);
    c_part(parts, "LINEAR_CELL", activation == CELL_LINEAR);

    for (int mode = MERGE_SUM; mode < MERGE_MODES; mode++)
        c_part(parts, merges[mode].part, layer->recurrent.merge == (enum merge_mode)mode);
    c_part(parts, "MERGE", layer->recurrent.merge != MERGE_CONCAT);
    c_part(parts, "TURNED", layer->recurrent.backwards && layer->recurrent.sequences);
    c_part(parts, "TWO_DIRECTIONS", layer->recurrent.bidirectional);
    c_part(parts, "ALL_STATES", layer->recurrent.sequences);
    c_part(parts, "LAST_STATE", !layer->recurrent.sequences);
}

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    enum cell_activation activation = layer->recurrent.activation;
    enum merge_mode merge = layer->recurrent.merge;

    fprintf(out, "%s%s(%d%s%s%s%s%s%s%s%s)",
            layer->recurrent.bidirectional ? "Bidirectional " : "",
            cell_kinds[layer->recurrent.cell].class_name, layer->recurrent.units,
            activation != CELL_TANH ? ", " : "",
            activation != CELL_TANH ? cell_activation_names[activation] : "",
            layer->recurrent.reset_after ? ", reset_after" : "",
            layer->recurrent.hard_sigmoid ? ", hard_sigmoid" : "",
            merge != MERGE_CONCAT ? ", " : "",
            merge != MERGE_CONCAT ? merge_mode_names[merge] : "",
            layer->recurrent.backwards ? ", backwards" : "",
            layer->recurrent.sequences ? ", all states" : "");
}

static size_t state(const struct layer_config *layer)
{
    return (size_t)steps[step_of(layer)].kept * (size_t)layer->recurrent.units;
}

static void declare_cell(FILE *out, const struct c_place *place, int direction)
{
    static const char *const weights[] = {"kernel", "recurrent_kernel", "bias"};
    const struct layer_config *layer = place->layer;
    char *name = c_layer_name(place->member, layer, direction);

    fprintf(out, "static const struct cell %s = {\n", name);
    fprintf(out,
            "    .length = %d,\n    .inputs = %d,\n    .units = %d,\n"
            "    .reads_backward = %s,\n",
            place->in.length, place->in.width, layer->recurrent.units,
            layer_reads_back(layer, direction) ? "true" : "false");
    if (layer->recurrent.backwards && layer->recurrent.sequences)
        fputs("    .is_turned = true,\n", out);
    if (place->has_mask)
        fputs("    .skips_pads = true,\n", out);
    if (layer->recurrent.bidirectional && place->has_mask)
        fputs("    .is_one_of_two = true,\n", out);
    if (direction && layer->recurrent.merge != MERGE_CONCAT)
        fprintf(out, "    .join = %s,\n", merges[layer->recurrent.merge].function);

    fprintf(out, "    .step = %s,\n", steps[step_of(layer)].function);
    if (layer->recurrent.cell != CELL_SIMPLE)
        fprintf(out, "    .gate = %s,\n",
                layer->recurrent.hard_sigmoid ? "hard_sigmoid" : "sigmoid");
    fprintf(out, "    .activation = %s,\n", activations[layer->recurrent.activation]);

    for (size_t i = 0; i < COUNT_OF(weights); i++) {
        char *tensor = c_weights_name(place, direction, weights[i]);
        fprintf(out, "    .%s = %s,\n", weights[i], tensor);
        free(tensor);
    }
    fputs("};\n\n", out);
    free(name);
}

static void declare(FILE *out, const struct c_place *place)
{
    for (int d = 0; d < layer_directions(place->layer); d++)
        declare_cell(out, place, d);
}

/* The directions' states stand side by side, or the second's are joined with the
 * first's. */
static void call(FILE *out, const struct c_place *place)
{
    const struct layer_config *layer = place->layer;
    for (int d = 0; d < layer_directions(layer); d++) {
        char *name = c_layer_name(place->member, layer, d);
        char *y = d && layer->recurrent.merge == MERGE_CONCAT
                      ? xasprintf("%s + %d", place->y, layer->recurrent.units)
                      : xstrdup(place->y);

        if (layer->recurrent.sequences)
            fprintf(out, "    run(&%s, %s, %s, %d, work);\n", name, place->x, y,
                    place->out.width);
        else
            fprintf(out, "    run_to_end(&%s, %s, %s, work);\n", name, place->x, y);
        free(y);
        free(name);
    }
}

extern const char c_template_recurrent_c[];
static const char *const templates[] = {c_template_recurrent_c, NULL};

const struct c_kind c_recurrent = {.functions = templates,
                                   .parts = parts,
                                   .describe = describe,
                                   .state = state,
                                   .declare = declare,
                                   .call = call};
