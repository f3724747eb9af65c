/* The last Dense, which says what the classes' probabilities are. */
#include "keras/dense.h"

#include <stdlib.h>
#include <string.h>

/* Of one unit without activation it may be anything's; of more they are those of classes,
 * the greatest first whatever the numbers are, unless the loss says otherwise. */
static int refuse_linear(const struct keras_reading *reading,
                         const struct keras_layer *layer, int units, enum keras_loss loss,
                         const char *name)
{
    if (loss == KERAS_LOSS_OF_NUMBERS)
        return keras_refuse(reading, layer,
                            "is linear and was trained with the loss %.64s: a "
                            "regression, which has numbers, not classes; rnntrain has "
                            "classifiers",
                            name);
    if (loss == KERAS_LOSS_OF_MARGINS)
        return keras_refuse(reading, layer,
                            "is linear and was trained with the loss %.64s, whose "
                            "numbers are margins and tell classes, not probabilities: "
                            "--logits takes them for logits, which keeps the classes",
                            name);

    if (units == 1 && loss == KERAS_LOSS_UNKNOWN)
        return keras_refuse(reading, layer,
                            "is linear, and its loss (%.64s) does not say whether it is "
                            "a regression or gives logits (from_logits=True): give "
                            "--logits to import where it is a classifier",
                            name ? name : "none is named");
    return OK;
}

static int check_logits(struct keras_reading *reading, const struct keras_layer *layer,
                        int units)
{
    char *name = NULL;
    enum keras_loss loss = keras_read_loss(reading, &name);

    int rc =
        reading->hints->logits ? OK : refuse_linear(reading, layer, units, loss, name);
    if (!rc && loss == KERAS_LOSS_OF_PROBABILITIES && !reading->hints->logits)
        keras_note(reading,
                   "layer \"%s\": it is linear, and its loss, %.64s without "
                   "from_logits=True, took its numbers for probabilities; here they are "
                   "taken for logits, which makes %s",
                   layer->name, name,
                   units == 1 ? "0, and not 0.5, the border between the classes"
                              : "probabilities of them: the classes are the same");
    else if (!rc)
        keras_note(reading,
                   "layer \"%s\": it gives logits; here they become probabilities",
                   layer->name);
    free(name);
    return rc;
}

static void note_loss(struct keras_reading *reading, const struct keras_layer *layer)
{
    char *name = NULL;
    enum keras_loss loss = keras_read_loss(reading, &name);

    if (loss == KERAS_LOSS_OF_NUMBERS || loss == KERAS_LOSS_OF_MARGINS)
        keras_note(reading,
                   "layer \"%s\": its loss, %s, is one of numbers; here it gives "
                   "probabilities of classes",
                   layer->name, name);
    free(name);
}

static int read_output(struct keras_reading *reading, const struct keras_layer *layer)
{
    const char *activation = keras_dense_activation(reading, layer);
    bool is_logit = !strcmp(activation, "linear");
    struct keras_part *part = NULL;
    int units = 0;

    int rc = keras_dense_read(reading, layer, LAYER_OUTPUT, &part, &units);
    if (rc)
        return rc;
    bool is_binary = units == 1 && (is_logit || !strcmp(activation, "sigmoid"));
    bool is_softmax = units > 1 && (is_logit || !strcmp(activation, "softmax"));
    if (!is_binary && !is_softmax)
        return keras_refuse(reading, layer,
                            "is the last one, with %d units and the activation %s: "
                            "expected 1 and sigmoid, or more and softmax",
                            units, activation);

    part->is_pair = units == 2;
    part->config.output.units = part->is_pair ? 1 : units;
    part->config.output.loss = units <= 2 ? LOSS_BINARY : LOSS_CATEGORICAL;
    if (is_logit)
        rc = check_logits(reading, layer, units);
    else
        note_loss(reading, layer);
    if (part->is_pair)
        keras_note_training(
            reading,
            "layer \"%s\": Dense(2, softmax) becomes Dense(1, sigmoid): the same "
            "probabilities, other steps when trained further",
            layer->name);
    return rc;
}

static json_t *write_output(const struct chain_config *chain,
                            const struct layer_config *layer)
{
    bool is_binary = layer->output.loss == LOSS_BINARY;

    (void)chain;
    return keras_dense_write(layer, layer->output.units,
                             is_binary ? "sigmoid" : "softmax", true);
}

static json_t *describe_output(const struct keras_group *group,
                               const struct keras_hints *hints, bool sequences)
{
    (void)hints;
    (void)sequences;
    return keras_dense_describe(group,
                                group->array[0]->shape[1] == 1 ? "sigmoid" : "softmax");
}

static int find_output(struct keras_reading *reading, struct keras_part *part)
{
    reading->is_plain &= !part->is_pair;
    return keras_dense_find(reading, part);
}

/* Two softmax units become one sigmoid: softmax(a, b) = (1 - p, p) with p = sigmoid(b -
 * a). */
static int copy_pair(struct keras_reading *reading, const struct keras_part *part,
                     const struct tensor *tensors)
{
    const struct keras_array *kernel = part->array[0][0], *bias = part->array[0][1];
    float *weights = reading->model->weights;
    size_t rows = tensors[0].shape[0];

    int rc = keras_check_array(reading, part->layer, "kernel", kernel, 2, rows, 2);
    if (!rc && bias)
        rc = keras_check_array(reading, part->layer, "bias", bias, 1, 2, 1);

    for (size_t r = 0; r < rows && !rc; r++)
        weights[tensors[0].offset + r] =
            kernel->values[2 * r + 1] - kernel->values[2 * r];
    if (!rc && bias)
        weights[tensors[1].offset] = bias->values[1] - bias->values[0];
    return rc;
}

static int copy_output(struct keras_reading *reading, const struct keras_part *part,
                       const struct tensor *tensors)
{
    return part->is_pair ? copy_pair(reading, part, tensors)
                         : keras_dense_copy(reading, part, tensors);
}

const struct keras_kind keras_output = {
    .read = read_output,
    .write = write_output,
    .describe = describe_output,
    .find = find_output,
    .copy = copy_output,
};
