/* A language model judges no texts, and is exported to nothing. */
#include "export/onnx/kind.h"

const struct onnx_kind onnx_next_word = {.add = NULL};
