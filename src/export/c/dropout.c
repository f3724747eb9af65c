/* Dropout is of training only. */
#include "export/c/kind.h"

const struct c_kind c_dropout = {.functions = NULL};
