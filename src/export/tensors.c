#include "export/tensors.h"

#include <stdio.h>
#include <string.h>

const struct tensor *export_tensor(const struct params *params,
                                   const struct layer_config *layer, int direction,
                                   const char *name)
{
    char full[sizeof params->tensors->name];
    if (layer->kind == LAYER_RECURRENT && layer->recurrent.bidirectional)
        snprintf(full, sizeof full, "%s_%s/%s", direction ? "backward" : "forward",
                 cell_kinds[layer->recurrent.cell].name, name);
    else
        snprintf(full, sizeof full, "%s", name);

    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        if (!strcmp(tensor->layer, layer->name) && !strcmp(tensor->name, full))
            return tensor;
    }
    die("%s has no %s", layer->name, full);
}
