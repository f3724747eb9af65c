#include "export/onnx/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *scoped(const struct onnx *onnx, const char *name)
{
    return onnx->scope ? xasprintf("%s/%s", onnx->scope, name) : xstrdup(name);
}

/* Nodes. */

static void add_input(Onnx__NodeProto *node, const char *name)
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
    node->name = scoped(onnx, output);
    node->output = xcalloc(1, sizeof *node->output);
    node->output[node->n_output++] = scoped(onnx, output);
    va_list inputs;
    va_start(inputs, output);
    for (const char *name = va_arg(inputs, const char *); name;
         name = va_arg(inputs, const char *))
        add_input(node, name);
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
    node->output[1] = scoped(onnx, name);
    node->n_output = 2;
}

/* Attributes. */

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

/* Constants. */

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "raw_data of ONNX is little-endian"
#endif

/* A tensor of zeros with elements of `size` bytes. */
static Onnx__TensorProto *add_tensor(struct onnx *onnx, const char *name, int type,
                                     size_t size, size_t n_dims, const int64_t *dims)
{
    Onnx__GraphProto *graph = onnx->graph;
    Onnx__TensorProto *tensor = xcalloc(1, sizeof *tensor);
    onnx__tensor_proto__init(tensor);
    tensor->name = scoped(onnx, name);
    tensor->has_data_type = true;
    tensor->data_type = type;
    tensor->n_dims = n_dims;
    tensor->dims = copy_of(dims, n_dims, sizeof *dims);
    size_t n = 1;
    for (size_t i = 0; i < n_dims; i++)
        n *= (size_t)dims[i];
    tensor->has_raw_data = true;
    tensor->raw_data = (ProtobufCBinaryData){n * size, xcalloc(n, size)};
    graph->initializer = xrealloc(graph->initializer, graph->n_initializer + 1,
                                  sizeof(Onnx__TensorProto *));
    return graph->initializer[graph->n_initializer++] = tensor;
}

const char *onnx_add_ints(struct onnx *onnx, const char *name, size_t n,
                          const int64_t *values)
{
    int64_t dims[] = {(int64_t)n};
    Onnx__TensorProto *tensor =
        add_tensor(onnx, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, sizeof *values,
                   COUNT_OF(dims), dims);
    memcpy(tensor->raw_data.data, values, n * sizeof *values);
    return tensor->name;
}

float *onnx_add_floats(struct onnx *onnx, const char *name, size_t n_dims,
                       const int64_t *dims)
{
    Onnx__TensorProto *tensor = add_tensor(
        onnx, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, sizeof(float), n_dims, dims);
    return (float *)(void *)tensor->raw_data.data;
}

const char *onnx_add_tensor(struct onnx *onnx, const struct tensor *tensor)
{
    int64_t dims[] = {(int64_t)tensor->shape[0], (int64_t)tensor->shape[1]};
    float *values = onnx_add_floats(onnx, tensor->name, (size_t)tensor->n_dims, dims);
    memcpy(values, onnx->weights + tensor->offset, tensor->size * sizeof *values);
    return onnx->graph->initializer[onnx->graph->n_initializer - 1]->name;
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

/* Inputs and outputs. */

static Onnx__TensorShapeProto__Dimension *dimension(const char *name, int value)
{
    Onnx__TensorShapeProto__Dimension *dim = xcalloc(1, sizeof *dim);
    onnx__tensor_shape_proto__dimension__init(dim);
    if (name) {
        dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        dim->dim_param = xstrdup(name);
    } else {
        dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        dim->dim_value = value;
    }
    return dim;
}

static Onnx__TypeProto *tensor_type(int type, Onnx__TensorShapeProto *shape)
{
    Onnx__TypeProto__Tensor *tensor = xcalloc(1, sizeof *tensor);
    onnx__type_proto__tensor__init(tensor);
    tensor->has_elem_type = true;
    tensor->elem_type = type;
    tensor->shape = shape;
    Onnx__TypeProto *any = xcalloc(1, sizeof *any);
    onnx__type_proto__init(any);
    any->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    any->tensor_type = tensor;
    return any;
}

Onnx__ValueInfoProto *onnx_matrix(const char *name, int type, int columns)
{
    Onnx__TensorShapeProto *shape = xcalloc(1, sizeof *shape);
    onnx__tensor_shape_proto__init(shape);
    shape->n_dim = 2;
    shape->dim = xcalloc(shape->n_dim, sizeof(Onnx__TensorShapeProto__Dimension *));
    shape->dim[0] = dimension("N", 0);
    shape->dim[1] = dimension(NULL, columns);
    Onnx__ValueInfoProto *value = xcalloc(1, sizeof *value);
    onnx__value_info_proto__init(value);
    value->name = xstrdup(name);
    value->type = tensor_type(type, shape);
    return value;
}
