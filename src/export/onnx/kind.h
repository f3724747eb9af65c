/* What the ONNX writer knows of a kind of layer, one source a kind: the operators that it
 * becomes, and how its weights are found again in a file.
 *
 * Letters of shapes: T positions, N rows, D directions, H units of a direction, F numbers
 * of a position or row. A table (onnx_kinds) has all kinds of LAYER_KIND_LIST.
 */
#ifndef RNNTRAIN_EXPORT_ONNX_KIND_H
#define RNNTRAIN_EXPORT_ONNX_KIND_H

#include "export/onnx/private.h"
#include "export/tensors.h"
#include "layers/layer.h"

/* What flows from one layer to the next: the names of the same vectors in the ways that
 * operators take them, NULL for a way in which nobody has written them. */
struct onnx_value {
    struct outline outline; /* as chain_outline */
    const char *steps;   /* (T, N, F) in the order of recurrent operators, see mask.c */
    const char *outputs; /* (T, D, N, H), the same as one of them gives it */
    const char *rows;    /* (N, T, F) as Keras's layers see it; of a row (N, F) */
    enum skipped skipped;
};

/* A file read back. */
struct onnx_reading {
    const struct onnx *onnx; /* what it was made from */
    const Onnx__GraphProto *graph;
    size_t n_compared; /* weights */
};

struct onnx_kind {
    /* The layer's operators; the value becomes what it gives, its outline aside. NULL: it
     * gives what it takes. */
    void (*add)(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value);
    /* Whether the file has the layer's weights bit for bit, written without a look at how
     * `add` puts them there. NULL: it has none. */
    bool (*is_there)(struct onnx_reading *reading, const struct layer_config *layer);
};

#define ONNX_KIND(NAME, stem) extern const struct onnx_kind onnx_##stem;
LAYER_KIND_LIST(ONNX_KIND)
#undef ONNX_KIND
extern const struct onnx_kind *const onnx_kinds[LAYER_KINDS];

/* f(x) of each number, whatever the shape. */
const char *onnx_add_activation(struct onnx *onnx, enum activation how, double alpha,
                                const char *x);

/* Of a layer that treats each vector by itself, its last dimension: the value of rows, or
 * of a sequence in both orders, becomes what `map` adds to each. Names are in the layer's
 * scope, and in one below it for the second order; constants are made before. */
typedef const char *onnx_map(struct onnx *onnx, const struct layer_config *layer,
                             const char *x);
void onnx_map_vectors(struct onnx *onnx, const struct layer_config *layer,
                      struct onnx_value *value, onnx_map *map);

/* The name of a constant or value of the layer, "dense/kernel"; the graph's. */
const char *onnx_name_of(struct onnx *onnx, const struct layer_config *layer,
                         const char *name);

/* x W + b from rows (N, F): what Dense begins with. */
const char *onnx_add_product(struct onnx *onnx, const struct layer_config *layer,
                             const char *rows);

/* "probabilities" of logits (N, 1 or C). */
const char *onnx_add_probabilities(struct onnx *onnx, enum loss loss, const char *logits);

/* The mask's constants and nodes, whose names begin with mask/. What no layer asks for is
 * taken out when the chain is complete. */
void onnx_add_mask(struct onnx *onnx);

/* The ids (N, T) in the order in which recurrent operators take them. */
const char *onnx_ids_by_step(const struct onnx *onnx);

/* Of every row (N, 1), under a mask: whether it has words. */
const char *onnx_add_has_words(struct onnx *onnx);

/* A value as Keras's layers see it, row by row: (N, T, F) or, of one that has `outputs`,
 * (N, T, D, H). With `only_words` what a mask skips is zero. */
const char *onnx_add_rows(struct onnx *onnx, const struct onnx_value *value,
                          bool only_words);

/* Reading: the node and the tensor <layer>/<name>, NULL: there is none; whether the
 * latter is there and holds n floats; whether its number `at` is a weight. */
const Onnx__NodeProto *onnx_find_node(const struct onnx_reading *reading,
                                      const char *layer, const char *name);
const Onnx__TensorProto *onnx_find(const struct onnx_reading *reading, const char *layer,
                                   const char *name);
bool onnx_has_floats(const Onnx__TensorProto *found, size_t n);
bool onnx_same(const Onnx__TensorProto *found, size_t at, const float *weight);

/* Whether a layer's weights `name` are there as they are in Keras. */
bool onnx_same_tensor(struct onnx_reading *reading, const struct layer_config *layer,
                      const char *name);

#endif
