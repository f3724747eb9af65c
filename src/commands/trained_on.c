#include "commands/trained_on.h"

#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#include "base/say.h"
#include "commands/out_of_fold.h"
#include "saved/checkpoint.h"

static const char usual[] = "dataset.h5";

/* What a checkpoint's provenance names; NULL: nothing. The caller's to free. */
static char *recorded(const char *checkpoint)
{
    struct checkpoint info = {0};
    char *path = NULL;

    if (!checkpoint_open(checkpoint, &info)) {
        json_t *provenance =
            info.provenance ? json_loads(info.provenance, 0, NULL) : NULL;
        const char *text = json_string_value(json_object_get(provenance, "data_path"));
        path = text ? xstrdup(text) : NULL;
        json_decref(provenance);
        checkpoint_release(&info);
    }
    return path;
}

char *trained_on(const char *model, bool notes)
{
    if (access(usual, F_OK) == 0)
        return xstrdup(usual);

    char *checkpoint = out_of_fold_is(model) ? xasprintf("%s/fold-1/best.h5", model)
                                             : checkpoint_path(model);
    char *path = recorded(checkpoint);
    free(checkpoint);
    if (!path || access(path, F_OK) != 0) {
        free(path);
        return xstrdup(usual);
    }
    if (notes)
        say_line(stderr, "rnntrain: note: the data is %s, on which the model was trained",
                 path);
    return path;
}
