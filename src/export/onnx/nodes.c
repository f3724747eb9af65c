/* Nodes as messages. */
#include "export/onnx/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *onnx_scoped(const struct onnx *onnx, const char *name)
{
    return onnx->scope ? xasprintf("%s/%s", onnx->scope, name) : xstrdup(name);
}

void onnx_add_input(Onnx__NodeProto *node, const char *name)
{
    node->input = xrealloc(node->input, node->n_input + 1, sizeof *node->input);
    node->input[node->n_input++] = xstrdup(name);
}

Onnx__NodeProto *onnx_add_node(struct onnx *onnx, const char *kind, const char *output,
                               ...)
{
    Onnx__GraphProto *graph = onnx->graph;
    Onnx__NodeProto *node = xcalloc(1, sizeof *node);
    onnx__node_proto__init(node);
    node->op_type = xstrdup(kind);
    node->name = onnx_scoped(onnx, output);
    node->output = xcalloc(1, sizeof *node->output);
    node->output[node->n_output++] = onnx_scoped(onnx, output);

    va_list inputs;
    va_start(inputs, output);
    for (const char *name = va_arg(inputs, const char *); name;
         name = va_arg(inputs, const char *))
        onnx_add_input(node, name);
    va_end(inputs);

    graph->node = xrealloc(graph->node, graph->n_node + 1, sizeof(Onnx__NodeProto *));
    graph->node[graph->n_node++] = node;
    return node;
}

void onnx_take_second_output(struct onnx *onnx, Onnx__NodeProto *node, const char *name)
{
    free(node->output[0]);
    node->output = xrealloc(node->output, 2, sizeof *node->output);
    node->output[0] = xstrdup(""); /* one that is left out */
    node->output[1] = onnx_scoped(onnx, name);
    node->n_output = 2;
}

static Onnx__AttributeProto *add_attribute(Onnx__NodeProto *node, const char *name,
                                           Onnx__AttributeProto__AttributeType type)
{
    size_t n = node->n_attribute;
    Onnx__AttributeProto *attribute = xcalloc(1, sizeof *attribute);
    onnx__attribute_proto__init(attribute);
    attribute->name = xstrdup(name);
    attribute->has_type = true;
    attribute->type = type;
    node->attribute = xrealloc(node->attribute, n + 1, sizeof(Onnx__AttributeProto *));
    node->attribute[node->n_attribute++] = attribute;
    return attribute;
}

static void *copy_of(const void *values, size_t n, size_t size)
{
    return memcpy(xcalloc(n, size), values, n * size);
}

static ProtobufCBinaryData bytes_of(const char *text)
{
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)xstrdup(text)};
}

void onnx_set_domain(Onnx__NodeProto *node, const char *domain)
{
    node->domain = xstrdup(domain);
}

void onnx_set_int(Onnx__NodeProto *node, const char *name, int64_t value)
{
    Onnx__AttributeProto *attribute =
        add_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    attribute->has_i = true;
    attribute->i = value;
}

void onnx_set_ints(Onnx__NodeProto *node, const char *name, size_t n,
                   const int64_t *values)
{
    Onnx__AttributeProto *attribute =
        add_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    attribute->n_ints = n;
    attribute->ints = copy_of(values, n, sizeof *values);
}

void onnx_set_text(Onnx__NodeProto *node, const char *name, const char *value)
{
    Onnx__AttributeProto *attribute =
        add_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);
    attribute->has_s = true;
    attribute->s = bytes_of(value);
}

void onnx_set_float(Onnx__NodeProto *node, const char *name, float value)
{
    Onnx__AttributeProto *attribute =
        add_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    attribute->has_f = true;
    attribute->f = value;
}

void onnx_set_floats(Onnx__NodeProto *node, const char *name, size_t n,
                     const float *values)
{
    Onnx__AttributeProto *attribute =
        add_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS);
    attribute->n_floats = n;
    attribute->floats = copy_of(values, n, sizeof *values);
}

void onnx_set_texts(Onnx__NodeProto *node, const char *name, size_t n,
                    const char *const *values)
{
    Onnx__AttributeProto *attribute =
        add_attribute(node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS);
    attribute->n_strings = n;
    attribute->strings = xcalloc(n, sizeof *attribute->strings);
    for (size_t i = 0; i < n; i++)
        attribute->strings[i] = bytes_of(values[i]);
}

const char *onnx_cast(struct onnx *onnx, const char *output, const char *input,
                      Onnx__TensorProto__DataType type)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, "Cast", output, input, NULL);
    onnx_set_int(node, "to", type);
    return node->output[0];
}

const char *onnx_transpose(struct onnx *onnx, const char *output, const char *input,
                           size_t n, const int64_t *order)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, "Transpose", output, input, NULL);
    onnx_set_ints(node, "perm", n, order);
    return node->output[0];
}

const char *onnx_reshape(struct onnx *onnx, const char *output, const char *input,
                         size_t n, const int64_t *dims)
{
    char name[64];
    snprintf(name, sizeof name, "%s_shape", output);
    const char *shape = onnx_add_ints(onnx, name, n, dims);
    return onnx_value(onnx, "Reshape", output, input, shape, NULL);
}
