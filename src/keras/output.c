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

/* What several sigmoid units give: the loss says it, or an option. */
static int find_sigmoids(const struct keras_reading *reading,
                         const struct keras_layer *layer, enum loss *found)
{
    char *name = NULL;
    enum keras_loss loss = keras_read_loss(reading, &name);
    enum keras_outputs outputs = reading->hints->outputs;
    bool is_binary = keras_loss_is_binary(name);
    int rc = OK;

    if (outputs == KERAS_OUTPUTS_AUTO && !is_binary && loss <= KERAS_LOSS_OF_MARGINS)
        rc = keras_refuse(reading, layer,
                          "has several sigmoid units, and its loss (%.64s) does not say "
                          "whether a text has one of the classes or any of the labels: "
                          "give --outputs classes or --outputs labels",
                          name ? name : "none is named");
    else
        *found = outputs == KERAS_OUTPUTS_LABELS ||
                         (outputs == KERAS_OUTPUTS_AUTO && is_binary)
                     ? LOSS_MULTI_LABEL
                     : LOSS_SIGMOIDS;
    free(name);
    return rc;
}

/* Of units without activation, whose loss takes each for itself. */
static bool are_labels(const struct keras_reading *reading)
{
    char *name = NULL;

    (void)keras_read_loss(reading, &name);
    bool is_binary =
        reading->hints->outputs == KERAS_OUTPUTS_LABELS ||
        (reading->hints->outputs == KERAS_OUTPUTS_AUTO && keras_loss_is_binary(name));
    free(name);
    return is_binary;
}

static int refuse_activation(const struct keras_reading *reading,
                             const struct keras_layer *layer, int units,
                             const char *activation)
{
    char *name = NULL;

    (void)keras_read_loss(reading, &name);
    int rc =
        units == 1 && !strcmp(activation, "softmax")
            ? keras_refuse(reading, layer,
                           "is the last one, with one unit and softmax, which is 1 for "
                           "every text: the model judges nothing; one unit needs sigmoid")
            : keras_refuse(reading, layer,
                           "is the last one, with %d unit%s and the activation %s (loss "
                           "%.64s), whose numbers are no probabilities: expected 1 and "
                           "sigmoid, or more and softmax, or sigmoid for several labels "
                           "a text",
                           units, units == 1 ? "" : "s", activation,
                           name ? name : "none is named");
    free(name);
    return rc;
}

/* Of the activation and the number of units; LOSS_KINDS: it is nothing that is known. */
static enum loss kind_of(const struct keras_reading *reading, int units,
                         const char *activation)
{
    bool is_linear = !strcmp(activation, "linear");

    if (units == 1 && (is_linear || !strcmp(activation, "sigmoid")))
        return LOSS_BINARY;
    if (units > 1 &&
        (!strcmp(activation, "sigmoid") || (is_linear && are_labels(reading))))
        return LOSS_MULTI_LABEL;
    if (units > 1 && (is_linear || !strcmp(activation, "softmax")))
        return LOSS_CATEGORICAL;
    return LOSS_KINDS;
}

static void take_output(struct keras_reading *reading, struct keras_part *part, int units,
                        enum loss loss)
{
    part->is_pair = units == 2 && loss == LOSS_CATEGORICAL;
    part->config.output.units = part->is_pair ? 1 : units;
    part->config.output.loss = part->is_pair ? LOSS_BINARY : loss;
    if (part->is_pair)
        keras_note_training(
            reading,
            "layer \"%s\": Dense(2, softmax) becomes Dense(1, sigmoid): the same "
            "probabilities, other steps when trained further",
            part->layer->name);
}

static int read_output(struct keras_reading *reading, const struct keras_layer *layer)
{
    const char *activation = keras_dense_activation(reading, layer);
    bool is_linear = !strcmp(activation, "linear");
    struct keras_part *part = NULL;
    int units = 0;

    int rc = keras_dense_read(reading, layer, LAYER_OUTPUT, &part, &units);
    if (rc)
        return rc;
    enum loss loss = kind_of(reading, units, activation);
    if (loss == LOSS_KINDS)
        return refuse_activation(reading, layer, units, activation);
    if (loss == LOSS_MULTI_LABEL && !is_linear)
        rc = find_sigmoids(reading, layer, &loss);
    if (rc)
        return rc;

    take_output(reading, part, units, loss);
    if (is_linear)
        return check_logits(reading, layer, units);
    if (loss == LOSS_BINARY || loss == LOSS_CATEGORICAL)
        note_loss(reading, layer);
    return OK;
}

static json_t *write_output(const struct chain_config *chain,
                            const struct layer_config *layer)
{
    bool is_softmax = layer->output.loss == LOSS_CATEGORICAL;

    (void)chain;
    return keras_dense_write(layer, layer->output.units,
                             is_softmax ? "softmax" : "sigmoid", true);
}

static json_t *describe_output(const struct keras_group *group,
                               const struct keras_hints *hints, bool sequences)
{
    bool is_sigmoid =
        group->array[0]->shape[1] == 1 || hints->outputs != KERAS_OUTPUTS_AUTO;

    (void)sequences;
    return keras_dense_describe(group, is_sigmoid ? "sigmoid" : "softmax");
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
