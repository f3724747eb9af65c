/* The steps of a reading, in the order in which read.c takes them:
 *
 *   names.c       arrays without JSON -> what the names of their layers tell
 *   describe.c    the same -> the JSON that their shapes tell
 *   obstacles.c   refusals of layers -> one message that tells all
 *   list.c        JSON -> a list of layers, those of models in models in their place
 *   vectorization.c  the layer that makes ids of texts -> a tokenizer
 *   calls.c       what each takes and is called with, and what the model gives
 *   numbers.c     what its numbers are
 *   layers.c      layers -> parts, by kind
 *   loss.c        what training_config says of the last layer's numbers
 *   optimizer.c   what training_config says of the optimizer
 *   weights.c     arrays -> the parts that they belong to
 *   options.c     parts -> a chain, and the options that say it
 *   weights.c     arrays -> the chain's weights, by kind
 *   moments.c     the optimizer's arrays -> moments
 */
#ifndef RNNTRAIN_KERAS_PRIVATE_H
#define RNNTRAIN_KERAS_PRIVATE_H

#include "keras/kind.h"

/* Of a file of weights alone: what the names of its layers tell (names.c), those without
 * weights too. ERR_FORMAT names one that is not supported, or that tells nothing. */
struct keras_told {
    enum model_head head; /* MODEL_HEADS: no name tells it */
    bool has_mask;        /* Keras 3 makes one of the ids */
};
int keras_read_names(const struct keras_reading *reading,
                     struct keras_told *told) NODISCARD;
/* The layer that an array belongs to: *n bytes, not terminated. */
const char *keras_array_layer(const struct keras_file *file,
                              const struct keras_array *array, size_t *n);

/* Whether an entry of a model's list is the TextVectorization that makes ids of texts
 * (vectorization.c); what it does becomes the model's tokenizer. */
bool keras_is_vectorization(const json_t *entry);
int keras_read_vectorization(struct keras_reading *reading,
                             const struct keras_layer *layer) NODISCARD;

/* The JSON is the caller's. */
int keras_describe(struct keras_reading *reading, json_t **root) NODISCARD;

/* Makes additive attention one layer of a functional model's list (attention.c), and
 * poolings side by side another (branches.c). */
void keras_join_attention(json_t *list);
void keras_join_branches(json_t *list);
/* What a reading owns, but the model and the file. */
void keras_reading_release(struct keras_reading *reading);

/* ERR_FORMAT with all refusals that were taken, if there are any. */
int keras_refuse_obstacles(struct keras_reading *reading) NODISCARD;

/* Names within a functional model, while its layers are listed. */
struct keras_names {
    const char *first, *before; /* the layer that it begins with, and the last one */
    const char *mask; /* NotEqual(ids, 0), which Keras 3 hands to every layer; or NULL */
};

/* Whether a layer takes what `from` gives, and no more than the mask beside it; NULL: it
 * takes nothing. */
bool keras_takes(const struct keras_names *names, const json_t *entry, const char *from);
/* What these refuse are obstacles: a call that is none of a chain's, a model that does
 * not give what its last layer gives, and layers apart from the chain, all at once. */
void keras_check_call(struct keras_reading *reading, const struct keras_layer *layer,
                      const json_t *entry, const struct keras_names *names);
void keras_check_outputs(struct keras_reading *reading, const json_t *model,
                         const struct keras_names *names);
void keras_tell_apart(struct keras_reading *reading);
/* ERR_FORMAT: they are quantized. Notes where Keras computes in less than float32. */
int keras_check_numbers(struct keras_reading *reading,
                        const struct keras_layer *layer) NODISCARD;

/* What it refuses are obstacles, which keras_read_layers tells. */
int keras_list_layers(struct keras_reading *reading) NODISCARD;
int keras_read_layers(struct keras_reading *reading) NODISCARD;
/* How the model is compiled, where the file says it; the caller's. */
json_t *keras_training_of(const struct keras_reading *reading);
void keras_read_optimizer(struct keras_reading *reading);
int keras_find_arrays(struct keras_reading *reading) NODISCARD;

/* And the model's record: the options that say it. */
int keras_make_chain(struct keras_reading *reading) NODISCARD;

int keras_take_weights(struct keras_reading *reading) NODISCARD;
/* Where the file has those of these weights, by our Adam. */
void keras_take_moments(struct keras_reading *reading);

/* ERR_FORMAT: layers are missing that every classifier has. */
int keras_no_classifier(const struct keras_reading *reading);

#endif
