/* What the parts of the ONNX writer share: export_onnx.c (the file), export_onnx_graph.c
 * (the operators), export_onnx_weights.c (the weights in ONNX's order),
 * export_onnx_parts.c (nodes, attributes and constants as messages) and
 * export_onnx_check.c (the file read back).
 *
 * The messages are protobuf-c's, generated from the onnx.proto of the ONNX project. Each
 * owns what it points to, so onnx__model_proto__free_unpacked frees a whole model.
 */
#ifndef RNNTRAIN_EXPORT_ONNX_PRIVATE_H
#define RNNTRAIN_EXPORT_ONNX_PRIVATE_H

#include <onnx.pb-c.h>

#include "model/model.h"

/* A graph that grows. Names of new values and constants are <scope>/<name>, without scope
 * NULL; scopes are Keras's layer names, and "mask" and "head". */
struct onnx {
    const struct model_config *config;
    const struct params *params;
    const float *weights;    /* (params->size) */
    Onnx__GraphProto *graph; /* borrowed from the model that it belongs to */
    const char *scope;
};

/* Number of values of a position behind recurrent layer i. */
static inline int onnx_width(const struct onnx *onnx, int i)
{
    return model_directions(onnx->config) * onnx->config->units[i];
}

/* Index of the kernel of recurrent layer i, of direction d; recurrent kernel and bias
 * follow. */
static inline int onnx_recurrent_tensor(const struct onnx *onnx, int i, int d)
{
    return 1 + 3 * (i * model_directions(onnx->config) + d);
}

/* Index of the first tensor behind the recurrent layers. */
static inline int onnx_dense_tensor(const struct onnx *onnx)
{
    return onnx_recurrent_tensor(onnx, onnx->config->layers, 0);
}

/* Parts. Returned names are the graph's. */

/* A node with one output; the names of its inputs follow, then NULL. */
Onnx__NodeProto *onnx_add_node(struct onnx *onnx, const char *kind, const char *output,
                               ...) __attribute__((sentinel));
/* The same; returns the name of its output. */
#define onnx_value(...) (onnx_add_node(__VA_ARGS__)->output[0])
/* The node gives its second output, of that name, instead of the first. */
void onnx_take_second_output(struct onnx *onnx, Onnx__NodeProto *node, const char *name);
void onnx_set_int(Onnx__NodeProto *node, const char *name, int64_t value);
void onnx_set_ints(Onnx__NodeProto *node, const char *name, size_t n,
                   const int64_t *values);
void onnx_set_text(Onnx__NodeProto *node, const char *name, const char *value);
void onnx_set_floats(Onnx__NodeProto *node, const char *name, size_t n,
                     const float *values);
void onnx_set_texts(Onnx__NodeProto *node, const char *name, size_t n,
                    const char *const *values);
/* A constant of one dimension. */
const char *onnx_add_ints(struct onnx *onnx, const char *name, size_t n,
                          const int64_t *values);
/* A tensor of zeros, to be filled. */
float *onnx_add_floats(struct onnx *onnx, const char *name, size_t n_dims,
                       const int64_t *dims);
/* What a graph takes or gives: (N, columns), N any number of rows. */
Onnx__ValueInfoProto *onnx_matrix(const char *name, int type, int columns);

/* The weights of recurrent layer i as <layer>/W, /R and /B; tensor t of one dimension or
 * two as it is in Keras, under its name. */
void onnx_add_recurrent_weights(struct onnx *onnx, int i);
const char *onnx_add_tensor(struct onnx *onnx, int t);

/* From "ids" to "probabilities". */
void onnx_add_classifier(struct onnx *onnx);

/* Reads the n bytes of a model and compares: every weight must be there, bit for bit, and
 * every node's inputs must be known before it. ERR_INTERNAL. */
int onnx_check(const struct onnx *onnx, const char *path, const char *bytes,
               size_t n) NODISCARD;

#endif
