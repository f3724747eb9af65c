/* Models of Keras: any bytes through the child that reads them; and files as that child
 * gives them back, whose layers, arrays and hints are anything. What is understood must
 * also judge a row. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "keras/keras.h"
#include "model/model.h"

enum { MOST_ARRAYS = 16, MOST_NUMBERS = 4096 };

static void check_message(int rc)
{
    fuzz_check(rc == OK || *fail_message(), "a message");
}

/* Weights at work: one row of a model that a row has room for. */
static void judge(const struct keras_model *keras)
{
    const struct kernels *kernels = NULL;
    struct model *model = NULL;
    struct chain_config chain = keras->config;

    chain.length = chain.length ? chain.length : 5;
    if (chain.length > 64 || kernels_select("baseline", &kernels) ||
        model_new_evaluator(&chain, kernels, 1, &model))
        return;

    int32_t x[64], y = 0, length = chain.length, row = 0;
    real logits[MOST_NUMBERS];
    for (int t = 0; t < chain.length; t++)
        x[t] = t % chain.vocabulary;
    const struct rows rows = {.n = 1,
                              .maxlen = chain.length,
                              .id_bytes = sizeof *x,
                              .x = x,
                              .y = &y,
                              .length = &length};
    struct lane lane = {&rows, &row, 1, NULL};
    fuzz_check(model_params(model)->size == keras->params.size, "as many weights");
    model_pack(model, keras->weights);
    (void)model_evaluate(model, &lane,
                         chain_outputs(&chain) <= MOST_NUMBERS ? logits : NULL);
    model_free(model);
}

static void understand(const struct keras_file *file, struct fuzz *input)
{
    struct keras_hints hints = {
        .maxlen = fuzz_below(input, 8),
        .head = (enum model_head)fuzz_below(input, MODEL_HEADS + 1),
        .gates = (enum model_gates)fuzz_below(input, MODEL_GATES + 1),
        .mask = fuzz_below(input, 2)};
    struct keras_model keras;
    int rc = keras_model_from(file, &hints, &keras);

    check_message(rc);
    if (!rc)
        judge(&keras);
    keras_model_release(&keras);
}

static void try_bytes(const uint8_t *bytes, size_t n)
{
    struct fuzz none = {bytes, 0};
    struct keras_file file;
    int rc = keras_file_read("model", (const char *)bytes, n, &file);
    check_message(rc);
    if (!rc)
        understand(&file, &none);
    keras_file_release(&file);
}

/* A layer's JSON: mostly one of ours, with a value that may be anything. */
static char *some_layer(struct fuzz *input)
{
    static const char *const classes[] = {
        "Embedding", "LSTM",     "GRU",   "Bidirectional",      "Dense",  "Dropout",
        "Flatten",   "CuDNNGRU", "Dense", "GlobalMaxPooling1D", "Conv1D", "Activation"};
    static const char *const keys[] = {"return_sequences", "use_bias", "go_backwards",
                                       "mask_zero",        "rate",     "input_length"};
    const char *class = classes[fuzz_below(input, (int)COUNT_OF(classes))];
    const char *key = keys[fuzz_below(input, (int)COUNT_OF(keys))];
    const char *inner = fuzz_below(input, 2) ? "LSTM" : "GRU";
    long long units =
        fuzz_below(input, 8) ? 1 + fuzz_below(input, 4) : fuzz_number(input);
    int64_t value = fuzz_below(input, 3) ? fuzz_below(input, 2) : fuzz_number(input);
    const char *activation = fuzz_below(input, 2) ? "sigmoid" : "relu";

    return xasprintf("{\"class_name\":\"%s\",\"config\":{\"name\":\"a\",\"units\":%lld,"
                     "\"input_dim\":%d,\"output_dim\":%d,\"%s\":%s,\"%s\":\"%s\","
                     "\"merge_mode\":\"concat\",\"layer\":{"
                     "\"class_name\":\"%s\",\"config\":{\"units\":%lld,\"%s\":%lld}}}}",
                     class, units, 2 + fuzz_below(input, 6), 1 + fuzz_below(input, 4),
                     key,
                     value == 1   ? "true"
                     : value == 0 ? "false"
                                  : "7",
                     !strcmp(class, "Dense") ? "activation" : "recurrent_activation",
                     activation, inner, units, key, (long long)value);
}

static char *some_config(struct fuzz *input)
{
    int kind = fuzz_below(input, 8);
    if (kind == 0)
        return fuzz_text(input);
    if (kind == 1)
        return NULL;

    char *layers = some_layer(input);
    for (int n = fuzz_below(input, 7); n > 0; n--) {
        char *layer = some_layer(input), *longer = xasprintf("%s,%s", layers, layer);
        free(layer);
        free(layers);
        layers = longer;
    }
    char *config =
        xasprintf("{\"class_name\":\"Sequential\",\"config\":{\"layers\":[%s]}}", layers);

    free(layers);
    return config;
}

/* Arrays whose numbers are one after the other in `values`. */
static void some_arrays(struct fuzz *input, bool by_class, float *values, size_t *used,
                        struct keras_arrays *arrays)
{
    static const char *const groups[] = {"layers/embedding", "layers/lstm/cell",
                                         "layers/gru/cell", "layers/dense",
                                         "layers/bidirectional/forward_layer/cell"};
    int n = fuzz_below(input, MOST_ARRAYS);

    arrays->array = xcalloc(MOST_ARRAYS, sizeof *arrays->array);
    for (int i = 0; i < n; i++) {
        struct keras_array *array = &arrays->array[i];
        size_t rows = (size_t)fuzz_below(input, 17),
               columns = (size_t)fuzz_below(input, 17);
        int group = fuzz_below(input, (int)COUNT_OF(groups));
        array->n_dims = fuzz_below(input, 4);
        array->shape[0] = array->n_dims == 0 ? 1 : array->n_dims == 3 ? 0 : rows;
        array->shape[1] = array->n_dims == 2 ? columns : array->n_dims == 3 ? 0 : 1;
        array->size = array->shape[0] * array->shape[1];
        if (*used + array->size > MOST_NUMBERS)
            break;

        array->values = values + *used;
        *used += array->size;
        array->layer = by_class ? xstrdup(groups[group]) : xasprintf("l%d", i / 3);
        array->name = xasprintf("%d", fuzz_below(input, 4));
        arrays->n++;
    }
}

static void try_built(struct fuzz *input)
{
    static const char *const versions[] = {"1.2.2", "2.0.4", "2.3.1", "2.2.4-tf",
                                           "3.6.0"};
    int version = fuzz_below(input, (int)COUNT_OF(versions) + 1);
    size_t used = 0;
    struct keras_file file = {.path = xstrdup("model"),
                              .config = some_config(input),
                              .by_class = fuzz_below(input, 2),
                              .values = xcalloc(MOST_NUMBERS, sizeof(float))};

    if (version < (int)COUNT_OF(versions))
        file.version = xstrdup(versions[version]);
    if (fuzz_below(input, 2))
        file.training = xstrdup("{\"optimizer_config\":{\"class_name\":\"Adam\"}}");
    for (int i = fuzz_below(input, 64); i > 0; i--)
        file.values[fuzz_below(input, MOST_NUMBERS)] =
            (float)fuzz_number(input) / (float)fuzz_below(input, 4);
    some_arrays(input, file.by_class, file.values, &used, &file.weights);
    some_arrays(input, false, file.values, &used, &file.optimizer);
    understand(&file, input);
    keras_file_release(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz input = {bytes, n};
    if (keras_file_is_one((const char *)bytes, n))
        try_bytes(bytes, n);
    else
        try_built(&input);
    return 0;
}
