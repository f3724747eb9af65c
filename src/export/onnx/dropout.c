/* Dropout is of training only. */
#include "export/onnx/kind.h"

const struct onnx_kind onnx_dropout = {NULL, NULL};
