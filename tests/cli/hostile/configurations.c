/* Configurations of one layer or more that we do not have, or that say what cannot be. */
#include "hostile.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct configuration {
    const char *name, *config;
};

static void make_all(const struct configuration *files, size_t n)
{
    for (size_t i = 0; i < n; i++)
        make_configured(files[i].name, "2.2.4", files[i].config);
}

/* The model with another layer, or another size, in its middle. */
static void make_layers(void)
{
#define WITH(layer) CHAIN(EMBEDDING, layer, DENSE("sigmoid"))
#define BOTH_WAYS(rest)                                                                  \
    WITH("{\"class_name\":\"Bidirectional\",\"config\":{\"name\":\"both\","              \
         "\"layer\":" LSTM("") rest "}}")

    static const struct configuration files[] = {
        {"good.h5", GOOD},
        {"conv.h5", WITH(LAYER("Conv2D", "conv", ""))},
        {"escape.h5", WITH(LAYER("Conv\\n1D", "co\\u001b[2Jnv\\nrnntrain: ok", ""))},
        {"elu.h5", WITH(LSTM(",\"activation\":\"elu\""))},
        {"gate.h5", WITH(LSTM_OF(",\"units\":2,\"recurrent_activation\":\"tanh\""))},
        {"max.h5", BOTH_WAYS(",\"merge_mode\":\"max\"")},
        {"unmerged.h5", BOTH_WAYS(",\"merge_mode\":null")},
        {"stateful.h5", WITH(LSTM(",\"stateful\":true"))},
        {"state.h5", WITH(LSTM(",\"return_state\":true"))},
        {"one_way.h5", BOTH_WAYS(",\"merge_mode\":\"sum\",\"backward_layer\":" LSTM(""))},
        {"major.h5", WITH(LSTM(",\"time_major\":true"))},
        {"units.h5", WITH(LSTM_OF(",\"units\":1e300"))},
        {"wide.h5", WITH(LSTM_OF(",\"units\":8193"))},
        {"negative.h5", WITH(LSTM_OF(",\"units\":-2"))},
        {"textual.h5", WITH(LSTM_OF(",\"units\":\"2\""))},
        {"fewer.h5", WITH(LSTM(",\"use_bias\":false"))},
        {"more.h5", WITH(LSTM("") "," LAYER("Dense", "hidden",
                                            ",\"units\":2,\"activation\":\"relu\""))},
        {"flat.h5",
         WITH(LSTM(",\"return_sequences\":true") "," LAYER("Flatten", "flatten", ""))},
        {"shape.h5", WITH(LSTM_OF(",\"units\":3,\"recurrent_activation\":\"sigmoid\""))},
    };

    make_all(files, COUNT_OF(files));
}

/* The model with another beginning or end. */
static void make_ends(void)
{
#define BEGINNING(rest) CHAIN(EMBEDDING_OF(rest), LSTM(""), DENSE("sigmoid"))

    static const struct configuration files[] = {
        {"output.h5", CHAIN(EMBEDDING, LSTM(""), DENSE("tanh"))},
        {"one_word.h5", BEGINNING(",\"input_dim\":1,\"output_dim\":3")},
        {"needs.h5", BEGINNING(",\"input_dim\":2147483647,\"output_dim\":8192")},
        {"long.h5", BEGINNING(",\"batch_input_shape\":[null,99999999999],"
                              "\"input_dim\":10,\"output_dim\":3")},
        {"any_length.h5", BEGINNING(",\"input_dim\":10,\"output_dim\":3")},
    };

    make_all(files, COUNT_OF(files));
}

/* No model, or none of one chain. */
static void make_structures(void)
{
    static const struct configuration files[] = {
        {"inputs.h5",
         "{\"class_name\":\"Model\",\"config\":{\"layers\":["
         "{\"class_name\":\"InputLayer\",\"name\":\"a\",\"config\":{\"name\":\"a\"},"
         "\"inbound_nodes\":[]},{\"class_name\":\"Embedding\",\"name\":\"embedding\","
         "\"config\":{\"name\":\"embedding\",\"input_dim\":10,\"output_dim\":3},"
         "\"inbound_nodes\":[[[\"a\",0,0,{}],[\"b\",0,0,{}]]]}]}}"},
        {"no_class.h5", MODEL("{\"config\":{}}")},
        {"no_layers.h5", "{\"class_name\":\"Sequential\",\"config\":7}"},
        {"no_json.h5", "{\"class_name\":"},
        {"empty_json.h5", ""},
        {"no_model.h5", MODEL("")},
    };

    make_all(files, COUNT_OF(files));
}

static void make_versions(void)
{
    char version[200];

    memset(version, '9', sizeof version - 1);
    version[sizeof version - 1] = '\0';
    make_configured("version.h5", version, GOOD);
    make_configured("garbage_version.h5", "\xff\xfe", GOOD);
}

/* `n` times a piece between a beginning and an end. */
static void make_repeated(const char *name, const char *first, const char *piece,
                          size_t n, const char *last)
{
    size_t length = strlen(piece), before = strlen(first);
    char *text = xcalloc(before + n * length + strlen(last) + 1, 1);

    memcpy(text, first, before);
    for (size_t i = 0; i < n; i++)
        memcpy(text + before + i * length, piece, length);
    memcpy(text + before + n * length, last, strlen(last));
    make_configured(name, "2.2.4", text);
    free(text);
}

static void make_long(void)
{
    static const char head[] = "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[";

    make_repeated("layers.h5", head, LAYER("Dropout", "d", "") ",", 10000,
                  EMBEDDING "]}}");
    make_repeated("nested.h5", "", head, 100, "");
    make_repeated("deep.h5", "", "[", 100000, "");
    make_repeated("nested_whole.h5", head, "{\"class_name\":\"Model\",\"config\":[", 9,
                  "]}]}]}]}]}]}]}]}]}]}}");
    make_repeated("values.h5", "[{}", ",{}", 1700000, "]");
}

void make_configurations(void)
{
    make_layers();
    make_ends();
    make_structures();
    make_versions();
    make_long();
}
