#include "model/optimizer.h"

const char *const optimizer_names[] = {UPDATE_LIST(OPTIMIZER_NAME)};
_Static_assert(COUNT_OF(optimizer_names) == OPTIM_KINDS, "an optimizer has no name");
