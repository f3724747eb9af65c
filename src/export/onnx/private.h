/* What the parts of the ONNX writer share: onnx.c (the file), properties.c (what it says
 * of itself), ensemble.c (several models in one), graph.c (the chain of layers), kind.h
 * and a source a kind of layer, mask.c (what is asked about words), nodes.c and tensors.c
 * (messages) and check.c (the file read back).
 *
 * The messages are protobuf-c's, generated from the onnx.proto of the ONNX project. Each
 * owns what it points to, so onnx__model_proto__free_unpacked frees a whole model.
 */
#ifndef RNNTRAIN_EXPORT_ONNX_PRIVATE_H
#define RNNTRAIN_EXPORT_ONNX_PRIVATE_H

#include <onnx.pb-c.h>

#include "data/facts.h"
#include "layers/chain.h"
#include "layers/params.h"
#include "model/ensemble.h"
#include "text/ngrams.h"

/* A model whose graph grows. Names of new values and constants are <scope>/<name>,
 * without scope NULL; scopes are Keras's layer names, "mask", and ONNX_HEAD. */
struct onnx {
    const struct chain_config *chain;
    const struct params *params;
    const float *weights;        /* (params->size) */
    const struct ngrams *ngrams; /* that it reads; NULL: it reads ids */
    char prefix[24];             /* of its names in the file; "": it is alone */
    Onnx__GraphProto *graph;     /* borrowed from the model that it belongs to */
    const char *scope;
};

/* What is written: a model, or several whose judgements are one. */
struct onnx_export {
    struct onnx *members; /* (n) borrowed, as all is */
    int n;
    const struct ensemble_config *rule;     /* of n > 1; or a decision */
    const struct facts *facts;              /* of their data */
    const struct text_tokenizer *tokenizer; /* that cuts words; NULL: nobody knows */
};

/* Where a vector a position becomes one a row, which a chain does once. */
#define ONNX_HEAD "head"

/* A name in the scope; the caller's to free. The names that others return are the
 * graph's. */
char *onnx_scoped(const struct onnx *onnx, const char *name);

/* A node with one output; the names of its inputs follow, then NULL. */
Onnx__NodeProto *onnx_add_node(struct onnx *onnx, const char *kind, const char *output,
                               ...) __attribute__((sentinel));
/* The same; returns the name of its output. */
#define onnx_value(...) (onnx_add_node(__VA_ARGS__)->output[0])
/* One more input. */
void onnx_add_input(Onnx__NodeProto *node, const char *name);
/* The node gives its second output, of that name, instead of the first. */
void onnx_take_second_output(struct onnx *onnx, Onnx__NodeProto *node, const char *name);

/* The operator is of another domain than ONNX's own. */
#define ONNX_ML "ai.onnx.ml"
void onnx_set_domain(Onnx__NodeProto *node, const char *domain);

void onnx_set_int(Onnx__NodeProto *node, const char *name, int64_t value);
void onnx_set_ints(Onnx__NodeProto *node, const char *name, size_t n,
                   const int64_t *values);
void onnx_set_text(Onnx__NodeProto *node, const char *name, const char *value);
void onnx_set_float(Onnx__NodeProto *node, const char *name, float value);
void onnx_set_floats(Onnx__NodeProto *node, const char *name, size_t n,
                     const float *values);
void onnx_set_texts(Onnx__NodeProto *node, const char *name, size_t n,
                    const char *const *values);

/* A constant of one dimension. */
const char *onnx_add_ints(struct onnx *onnx, const char *name, size_t n,
                          const int64_t *values);
/* A number, which any shape can be multiplied by. */
const char *onnx_add_number(struct onnx *onnx, const char *name, double value);
/* A tensor of zeros, to be filled. */
float *onnx_add_floats(struct onnx *onnx, const char *name, size_t n_dims,
                       const int64_t *dims);
/* A tensor of weights as it is in Keras, under its name. */
const char *onnx_add_tensor(struct onnx *onnx, const struct tensor *tensor);

/* Nodes that need a setting: from integers or claims to numbers of a type; dimensions in
 * another order; dimensions of other lengths, where 0 stands for one that stays. */
const char *onnx_cast(struct onnx *onnx, const char *output, const char *input,
                      Onnx__TensorProto__DataType type);
const char *onnx_transpose(struct onnx *onnx, const char *output, const char *input,
                           size_t n, const int64_t *order);
const char *onnx_reshape(struct onnx *onnx, const char *output, const char *input,
                         size_t n, const int64_t *dims);

/* What a graph takes or gives: (N, columns), N any number of rows; columns 0: T, any
 * number too. */
Onnx__ValueInfoProto *onnx_matrix(const char *name, int type, int columns);

/* Writes the file, as export_onnx. */
int onnx_write(const struct onnx_export *export, const char *path,
               char **checked) NODISCARD;

/* What the file says of itself, under keys. */
void onnx_add_properties(Onnx__ModelProto *model, const struct onnx_export *export);

/* The members' graphs and what joins them, from what they read to "probabilities". */
void onnx_add_ensemble(const struct onnx_export *export, Onnx__GraphProto *graph);

/* From "ids", or "words" of n-grams, to "probabilities". */
void onnx_add_classifier(struct onnx *onnx);

/* Reads the n bytes of a model and compares: every weight must be there, bit for bit, and
 * every node's inputs must be known before it. ERR_INTERNAL. */
int onnx_check(const struct onnx_export *export, const char *path, const char *bytes,
               size_t n) NODISCARD;

#endif
