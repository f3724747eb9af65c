/* What the C writer knows of a kind of layer, one source a kind: its functions, which are
 * a template, and how the forward pass calls them. A table (c_kinds) has all kinds of
 * LAYER_KIND_LIST.
 *
 * In the written source a layer takes and gives arrays of doubles: (LENGTH, width), or
 * (width) where the outline's length is 0. What a mask skips holds what Keras's layers
 * see there.
 */
#ifndef RNNTRAIN_EXPORT_C_KIND_H
#define RNNTRAIN_EXPORT_C_KIND_H

#include "export/c/private.h"
#include "export/tensors.h"

/* A layer in its place. */
struct c_place {
    const struct c_member *member;
    const struct layer_config *layer;
    struct outline in, out;
    bool has_mask;     /* pads are skipped, which the ids tell */
    const char *x, *y; /* names of the arrays that it takes and gives */
};

struct c_kind {
    const char *const *functions; /* templates, NULL behind them; NULL: none */
    /* The template's parts that the layer needs; NULL: it has none. */
    void (*parts)(const struct layer_config *layer, struct c_parts *parts);
    /* "LSTM(6)"; NULL: nobody need know of the layer. */
    void (*describe)(FILE *out, const struct c_member *member,
                     const struct layer_config *layer);
    /* Numbers that the layer keeps while it works; NULL: none. */
    size_t (*state)(const struct layer_config *layer);
    /* Constants that its calls name; NULL: none. */
    void (*declare)(FILE *out, const struct c_place *place);
    /* Its calls, a line each; NULL: it gives the array that it takes. */
    void (*call)(FILE *out, const struct c_place *place);
};

#define C_KIND(NAME, stem) extern const struct c_kind c_##stem;
LAYER_KIND_LIST(C_KIND)
#undef C_KIND
extern const struct c_kind *const c_kinds[LAYER_KINDS];

/* The names, to be freed, of a layer's constants, or of those of a direction of it; and
 * of one of its tensors. */
char *c_layer_name(const struct c_member *member, const struct layer_config *layer,
                   int direction);
char *c_tensor_name(const struct c_member *member, const struct tensor *tensor);
/* The same of the tensor `name` of a place's layer, see export_tensor. */
char *c_weights_name(const struct c_place *place, int direction, const char *name);

/* Whether pads are skipped anywhere. */
bool c_uses_mask(const struct c_export *export);

/* Writes "function(x, inputs, kernel, bias, units, y);" of a Dense layer. */
void c_call_product(FILE *out, const struct c_place *place, const char *function);

#endif
