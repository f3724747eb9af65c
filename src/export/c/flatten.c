/* Nothing is to be done: an array's rows lie one behind the other. */
#include "export/c/kind.h"

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    (void)layer;
    fputs("Flatten", out);
}

const struct c_kind c_flatten = {.describe = describe};
