#include "model/optimizer.h"

const char *const optimizer_names[] = {UPDATE_LIST(OPTIMIZER_NAME)};
_Static_assert(COUNT_OF(optimizer_names) == OPTIM_KINDS, "an optimizer has no name");

const char *const decay_names[] = {DECAY_NAMES};
_Static_assert(COUNT_OF(decay_names) == DECAY_KINDS, "a decay has no name");
