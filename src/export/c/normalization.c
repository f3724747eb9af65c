#include "export/c/normalization.h"

#include <stdlib.h>

static void write_tensor(FILE *out, const struct c_place *place, const char *name,
                         bool is_there)
{
    char *found = is_there ? c_weights_name(place, 0, name) : NULL;

    fprintf(out, "%s, ", found ? found : "NULL");
    free(found);
}

void c_write_normalization(FILE *out, const struct c_place *place)
{
    write_tensor(out, place, "gamma", !place->layer->normalization.no_scale);
    write_tensor(out, place, "beta", !place->layer->normalization.no_center);
    fprintf(out, "%.17g", place->layer->normalization.epsilon);
}
