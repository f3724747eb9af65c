/* A language model judges no texts, and is exported to nothing. */
#include "export/c/kind.h"

const struct c_kind c_next_word = {.functions = NULL};
