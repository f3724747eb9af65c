#include "saved/ensemble.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

/* Whether the run that wrote a checkpoint ends with its last weights, as the notebook. */
static bool ends_with_last(const char *path)
{
    struct checkpoint info = {0};
    if (checkpoint_open(path, &info))
        return false;

    json_t *config = json_loads(info.config, 0, NULL);
    bool is_last = json_is_true(json_object_get(config, "notebook"));
    json_decref(config);
    checkpoint_release(&info);
    return is_last;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool has(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    bool is_there = access(path, F_OK) == 0;
    free(path);
    return is_there;
}

int checkpoint_check_path(const char *path)
{
    if (!is_folder(path))
        return OK;

    if (has(path, "saved_model.pb"))
        return fail(ERR_FORMAT,
                    "%s: a SavedModel of TensorFlow, which is a folder: expected a file "
                    "of Keras, which tf_keras.models.load_model(\"%s\").save(\"model."
                    "keras\") makes of it",
                    path, path);
    if (has(path, "fold-1/.")) /* a folder */
        return fail(ERR_NO_INPUT,
                    "%s: a cross-validation, which has no model: name a fold of it, "
                    "%s/fold-1, or train on all rows, without --folds",
                    path, path);
    if (has(path, "last.h5"))
        return fail(ERR_NO_INPUT,
                    "%s: a run that has not finished an epoch, so that it has no best.h5 "
                    "yet: --resume goes on with it, %s/last.h5 is where it stands",
                    path, path);
    return fail(ERR_NO_INPUT,
                "%s: not a regular file: expected a model of Keras, or the folder of a "
                "run, which has best.h5 or " ENSEMBLE_FILE,
                path);
}

char *checkpoint_path(const char *path)
{
    if (!is_folder(path))
        return xstrdup(path);

    char *best = xasprintf("%s/best.h5", path);
    bool is_run = has(path, "best.h5");
    bool is_last = is_run && has(path, "last.h5") && ends_with_last(best);
    char *found = has(path, ENSEMBLE_FILE) ? xasprintf("%s/" ENSEMBLE_FILE, path)
                  : is_last                ? xasprintf("%s/last.h5", path)
                                           : xstrdup(is_run ? best : path);

    free(best);
    return found;
}
