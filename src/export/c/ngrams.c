#include "export/c/kind.h"

const struct c_kind c_ngrams = {.call = NULL};
