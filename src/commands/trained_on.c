#include "commands/trained_on.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/say.h"
#include "commands/out_of_fold.h"
#include "saved/checkpoint.h"
#include "saved/data_place.h"

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

/* Whether both are one file. */
static bool is_same(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

char *trained_on(const char *model, bool notes)
{
    char *checkpoint = out_of_fold_is(model) ? xasprintf("%s/fold-1/best.h5", model)
                                             : checkpoint_path(model);
    char *said = recorded(checkpoint);
    const char *place = data_place(said, 0);
    char *path = xstrdup(place ? place : DATA_PLACE_USUAL);

    if (notes && place && !is_same(place, DATA_PLACE_USUAL))
        say_line(stderr, "rnntrain: note: the data is %s, on which the model was trained",
                 path);
    free(said);
    free(checkpoint);
    return path;
}
