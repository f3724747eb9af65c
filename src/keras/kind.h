/* What each kind of layer is in Keras: a file a kind has its struct keras_kind, made of
 * what stands here. private.h has the steps of a reading that lead through them.
 *
 * A reading goes layer by layer: Keras's JSON becomes a list of struct keras_layer, these
 * become parts, each a layer as the chain has it, and the file's arrays find their parts.
 */
#ifndef RNNTRAIN_KERAS_KIND_H
#define RNNTRAIN_KERAS_KIND_H

#include "data/facts.h"
#include "keras/keras.h"

#include <jansson.h>

/* What a class is to a reading. */
enum keras_role {
    KERAS_ROLE_LAYER, /* of the kind that has it */
    KERAS_ROLE_INPUT,
    KERAS_ROLE_ACTIVATION, /* of the Dense before it */
    KERAS_ROLE_MODEL       /* has layers itself */
};

/* A class of Keras that rnntrain knows. */
struct keras_class {
    const char *name;
    const char *snake; /* in snake case, by which Keras 3 names arrays */
    enum keras_role role;
    enum layer_kind kind; /* a Dense is LAYER_DENSE here, also where it is the output */
};

/* NULL: it is none of ours. `name` may be NULL. */
const struct keras_class *keras_class_of(const char *name);

/* The classes that a user may have: "Embedding, Dropout, ..."; the caller's. */
char *keras_class_list(void);

/* A layer of the file. */
struct keras_layer {
    const struct keras_class *class;
    const char *class_name, *name; /* borrowed from the JSON */
    const json_t *config;
    bool is_frozen; /* it, or a model that it is in, is not trainable */
    char *group;    /* where Keras 3's layout has its arrays: "layers/lstm_1" */
};

/* Arrays of a cell: kernel, recurrent kernel and bias; in Keras 1 those of each gate. */
enum { KERAS_MOST_CELL_ARRAYS = 12 };

/* A layer as the chain has it, and what the file has of it. */
struct keras_part {
    struct layer_config config; /* without a name until the chain is whole */
    const struct keras_layer *layer;
    bool use_bias;
    bool is_pair; /* an output of two softmax units, which become one sigmoid */

    /* In Keras's order, of each direction; other kinds have array[0] only. */
    const struct keras_array *array[2][KERAS_MOST_CELL_ARRAYS];
};

/* Refusals that are told together (obstacles.c). */
struct keras_obstacles {
    char *text; /* owned; NULL: none */
    int n;
    char *apart; /* owned; names of layers that are apart from the chain; NULL: none */
    int n_apart;
    bool has_unknown; /* one is of a class that is none of ours */
    bool is_lost;     /* what layers stand on cannot be known any more */
    bool is_of_place; /* the last refusal is for what the layer stands on */
};

struct keras_reading {
    const struct keras_file *file;
    bool reads_arrays; /* of the file itself, not its JSON any more */
    const struct keras_hints *hints;
    struct keras_model *model; /* its chain has vocabulary, length and mask first */
    int major, minor;          /* Keras's version */
    bool is_tf;                /* TensorFlow's Keras */
    json_t *root;              /* the model's JSON, or one made from the arrays' shapes */

    struct keras_layer *layers;
    size_t n_layers, room;
    bool has_mask; /* layers take the mask that Embedding(mask_zero=True) makes */

    struct keras_part *parts; /* (CHAIN_MOST_LAYERS) */
    int n_parts;
    bool has_words; /* there is an Embedding */
    bool has_steps; /* the last part gives a vector a position, not one a row */

    bool *is_taken; /* (weights.n) while arrays find their layers */
    size_t n_taken;
    bool is_plain;     /* each array is a tensor as it stands, so moments fit too */
    bool is_hard_told; /* whose hard_sigmoid it is */
    bool is_half_told; /* that Keras rounds to float16 */
    struct keras_obstacles *obstacles; /* owned; keras_list_layers makes them */

    json_t *optimizer; /* its options */
    bool is_adam;      /* moments are those of our Adam */
};

/* The arrays of one layer, in a file without JSON. */
struct keras_group {
    const char *name; /* not terminated */
    size_t n_name;
    const struct keras_array *array[3]; /* the first ones, NULL where there are less */
    int n;                              /* arrays */
    int number;                         /* n of "lstm_n" */
};

/* describe, find, copy and place are NULL where a kind has no weights. */
struct keras_kind {
    const struct keras_class *classes; /* of the kind, by which files name it */
    int n_classes;

    /* Appends the layer to the parts, or leaves it out where it does nothing. There is a
     * part before it, unless it is an Embedding. */
    int (*read)(struct keras_reading *reading, const struct keras_layer *layer);

    /* {"class_name": ..., "config": {"name": ..., ...}}; the caller's. */
    json_t *(*write)(const struct chain_config *chain, const struct layer_config *layer);

    /* The same with less, of a layer that has these arrays; `sequences`: it gives all
     * steps. */
    json_t *(*describe)(const struct keras_group *group, const struct keras_hints *hints,
                        bool sequences);

    /* Finds the part's arrays, and what only their shapes say. */
    int (*find)(struct keras_reading *reading, struct keras_part *part);

    /* Checks the arrays and makes the layer's tensors of them. */
    int (*copy)(struct keras_reading *reading, const struct keras_part *part,
                const struct tensor *tensors);

    /* Where Keras 3 has tensor k of the layer: a group below the layer's, "cell/", and
     * its number there. NULL: it is number k of the layer's own group. */
    const char *(*place)(const struct layer_config *layer, int k, int *number);
};

#define KERAS_KIND(NAME, stem) extern const struct keras_kind keras_##stem;
LAYER_KIND_LIST(KERAS_KIND)
#undef KERAS_KIND
extern const struct keras_kind *const keras_kinds[LAYER_KINDS];

/* For messages: the file that what is read now stands in. */
static inline const char *keras_source(const struct keras_reading *reading)
{
    const struct keras_file *file = reading->file;
    return file->architecture && !reading->reads_arrays ? file->architecture : file->path;
}

/* "`path`: layer \"lstm_1\" (LSTM, Keras 2.1.6) ...": ERR_FORMAT. */
int keras_refuse(const struct keras_reading *reading, const struct keras_layer *layer,
                 const char *format, ...) PRINTF_LIKE(3, 4);
int keras_misplaced(const struct keras_reading *reading, const struct keras_layer *layer);
/* ERR_FORMAT unless the layer stands on steps and takes them as vectors, each position's
 * numbers side by side, and leaves no axis where it pools. */
int keras_check_steps(const struct keras_reading *reading,
                      const struct keras_layer *layer) NODISCARD;

/* Notes the last refusal, and the reading goes on to find others (obstacles.c). */
void keras_take_obstacle(struct keras_reading *reading);

/* A line more for the user; one for who trains the model further. */
void keras_note(struct keras_reading *reading, const char *format, ...) PRINTF_LIKE(2, 3);
void keras_note_training(struct keras_reading *reading, const char *format, ...)
    PRINTF_LIKE(2, 3);
/* That it has no counterpart in training. */
void keras_note_left_out(struct keras_reading *reading, const struct keras_layer *layer,
                         const char *what);

/* Values of a layer's configuration (values.c). Of two keys the second is Keras 1's. */
bool keras_is_set(const json_t *config, const char *key);
bool keras_has_bias(const struct keras_layer *layer);
/* ERR_FORMAT unless it is a whole number from 1 to `most`. */
int keras_read_count(const struct keras_reading *reading, const struct keras_layer *layer,
                     const char *key, const char *old_key, int most,
                     int *count) NODISCARD;
/* 0 unless it lies between 0 and 1. */
double keras_rate(const struct keras_layer *layer, const char *key, const char *old_key);
/* The activation's name; `otherwise` where none is given. */
const char *keras_activation(const json_t *config, const char *key, const char *old_key,
                             const char *otherwise);
/* Sets the length of rows, where the shape (batch, length) of an input says it. */
int keras_read_length(struct keras_reading *reading, const struct keras_layer *layer,
                      const json_t *shape) NODISCARD;

/* What the loss of the file says of the last layer's numbers (loss.c); its name, the
 * caller's, NULL where there is none. */
enum keras_loss {
    KERAS_LOSS_UNKNOWN,
    KERAS_LOSS_OF_NUMBERS,
    KERAS_LOSS_OF_MARGINS,       /* one class is where they are above 0 */
    KERAS_LOSS_OF_PROBABILITIES, /* whatever the numbers were, it took them for these */
    KERAS_LOSS_OF_LOGITS,
};
enum keras_loss keras_read_loss(const struct keras_reading *reading, char **name);
/* Whether a loss of that name (may be NULL) is one of each number for itself. */
bool keras_loss_is_binary(const char *name);

/* Of a Concatenate of poolings (branches.c): the key of its configuration that has their
 * names, in order. Whether a pooling layer gives a vector of all steps (pooling.c). */
#define KERAS_SIDES "rnntrain_sides"
/* Of an additive attention (attention.c): {"hidden": entry, "score": entry or none}; of
 * what is almost one why it is none. Of each entry of a list the name that Keras 3 gives
 * it by how many of its class come before it, "dense_1" (list.c). */
#define KERAS_ATTENTION "rnntrain_attention"
#define KERAS_WHY "rnntrain_why"
#define KERAS_PLACE "rnntrain_place"
bool keras_pools_steps(const json_t *config);

/* Parts (layers.c). Appends a zeroed one; ERR_FORMAT where there are too many. */
int keras_add_part(struct keras_reading *reading, const struct keras_layer *layer,
                   enum layer_kind kind, struct keras_part **part) NODISCARD;
/* The last part before `part` that is no Dropout; `part` may be the end of the parts. */
const struct keras_part *keras_part_below(const struct keras_reading *reading,
                                          const struct keras_part *part);

/* Arrays (weights.c). Array k of a layer; `below` its group in Keras 3's layout, "" or
 * "/cell". */
int keras_find_array(struct keras_reading *reading, const struct keras_layer *layer,
                     const char *below, int k,
                     const struct keras_array **array) NODISCARD;
int keras_check_array(const struct keras_reading *reading,
                      const struct keras_layer *layer, const char *what,
                      const struct keras_array *array, int n_dims, size_t rows,
                      size_t columns) NODISCARD;
/* Copies the array as it stands. */
int keras_copy_array(const struct keras_reading *reading, const struct keras_layer *layer,
                     const struct keras_array *array,
                     const struct tensor *tensor) NODISCARD;

/* JSON (write.c): an object of a class; a configuration that begins with its name; what
 * Keras 3 wants beside a class. */
json_t *keras_object(const char *class_name, json_t *config);
json_t *keras_named(const char *name);
void keras_set_module(json_t *object, const char *module);

#endif
