#include "keras/kind.h"

#include <string.h>

const struct keras_class_info keras_classes[] = {
    [KERAS_INPUT_LAYER] = {"InputLayer", "input_layer", KERAS_ROLE_INPUT, 0},
    [KERAS_EMBEDDING] = {"Embedding", "embedding", KERAS_ROLE_LAYER, LAYER_EMBEDDING},
    [KERAS_DROPOUT] = {"Dropout", "dropout", KERAS_ROLE_LAYER, LAYER_DROPOUT},
    [KERAS_SPATIAL_DROPOUT] = {"SpatialDropout1D", "spatial_dropout1d", KERAS_ROLE_LAYER,
                               LAYER_DROPOUT},
    [KERAS_LSTM] = {"LSTM", "lstm", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [KERAS_GRU] = {"GRU", "gru", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [KERAS_CUDNN_LSTM] = {"CuDNNLSTM", "cu_dnnlstm", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [KERAS_CUDNN_GRU] = {"CuDNNGRU", "cu_dnngru", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [KERAS_BIDIRECTIONAL] = {"Bidirectional", "bidirectional", KERAS_ROLE_LAYER,
                             LAYER_RECURRENT},
    [KERAS_FLATTEN] = {"Flatten", "flatten", KERAS_ROLE_LAYER, LAYER_FLATTEN},
    [KERAS_GLOBAL_MAX_POOLING] = {"GlobalMaxPooling1D", "global_max_pooling1d",
                                  KERAS_ROLE_LAYER, LAYER_POOLING},
    [KERAS_GLOBAL_AVERAGE_POOLING] = {"GlobalAveragePooling1D",
                                      "global_average_pooling1d", KERAS_ROLE_LAYER,
                                      LAYER_POOLING},
    [KERAS_DENSE] = {"Dense", "dense", KERAS_ROLE_LAYER, LAYER_DENSE},
    [KERAS_ACTIVATION] = {"Activation", "activation", KERAS_ROLE_ACTIVATION, 0},
    [KERAS_SEQUENTIAL] = {"Sequential", "sequential", KERAS_ROLE_MODEL, 0},
    [KERAS_FUNCTIONAL] = {"Functional", "functional", KERAS_ROLE_MODEL, 0},
    [KERAS_OLD_FUNCTIONAL] = {"Model", "functional", KERAS_ROLE_MODEL, 0},
};
_Static_assert(COUNT_OF(keras_classes) == KERAS_CLASSES, "a class has no name");

#define KERAS_KIND(NAME, stem) [LAYER_##NAME] = &keras_##stem,
const struct keras_kind *const keras_kinds[] = {LAYER_KIND_LIST(KERAS_KIND)};
#undef KERAS_KIND
_Static_assert(COUNT_OF(keras_kinds) == LAYER_KINDS, "a kind is not Keras's");

enum keras_class keras_class_of(const char *name)
{
    enum keras_class found = 0;

    while (found < KERAS_CLASSES && !(name && !strcmp(name, keras_classes[found].name)))
        found++;
    return found;
}
