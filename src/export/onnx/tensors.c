/* Constants, and the types of what a graph takes and gives, as messages. */
#include "export/onnx/private.h"

#include <stdlib.h>
#include <string.h>

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
    tensor->name = onnx_scoped(onnx, name);
    tensor->has_data_type = true;
    tensor->data_type = type;
    tensor->n_dims = n_dims;
    tensor->dims = xcalloc(n_dims, sizeof *dims);
    memcpy(tensor->dims, dims, n_dims * sizeof *dims);

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

const char *onnx_add_number(struct onnx *onnx, const char *name, double value)
{
    *onnx_add_floats(onnx, name, 1, (int64_t[]){1}) = (float)value;
    return onnx->graph->initializer[onnx->graph->n_initializer - 1]->name;
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
    int64_t dims[] = {(int64_t)tensor->shape[0], (int64_t)tensor->shape[1],
                      (int64_t)tensor->shape[2]};
    float *values = onnx_add_floats(onnx, tensor->name, (size_t)tensor->n_dims, dims);
    memcpy(values, onnx->weights + tensor->offset, tensor->size * sizeof *values);
    return onnx->graph->initializer[onnx->graph->n_initializer - 1]->name;
}

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
    shape->dim[1] = dimension(columns ? NULL : "T", columns);
    Onnx__ValueInfoProto *value = xcalloc(1, sizeof *value);
    onnx__value_info_proto__init(value);
    value->name = xstrdup(name);
    value->type = tensor_type(type, shape);
    return value;
}
