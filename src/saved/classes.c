#include "saved/checkpoint.h"

#include <stdlib.h>

#include "data/classes.h"

static int refuse(const struct checkpoint *info, const struct facts *data,
                  const char *data_path, const char *option)
{
    char *known = classes_shown(&info->facts), *found = classes_shown(data);
    int rc =
        info->facts.n_labels != data->n_labels
            ? fail(ERR_FORMAT,
                   "%s has %d classes (%s), the model of %s has %d (%s): use data with "
                   "the model's classes",
                   data_path, data->n_labels, found, info->path, info->facts.n_labels,
                   known)
            : fail(ERR_FORMAT,
                   "the classes of %s are called %s, those of the model %s are called "
                   "%s: where they are the same, give %s with the data's names of them, "
                   "in the model's order",
                   data_path, found, info->path, known, option);
    free(known);
    free(found);
    return rc;
}

int checkpoint_map_classes(const struct checkpoint *info, const struct facts *data,
                           const char *data_path, const char *option, int32_t *places,
                           char **note)
{
    *note = NULL;
    int rc = facts_check_multi_label(&info->facts, info->path, data, data_path);
    if (rc)
        return rc;
    if (classes_map(&info->facts, data, places))
        return OK;
    if (!info->has_no_names || info->facts.n_labels != data->n_labels)
        return refuse(info, data, data_path, option);

    for (int i = 0; i < data->n_labels; i++)
        places[i] = i;
    char *names = classes_shown(data);
    *note = xasprintf("%s names no classes: they are taken for those of %s in its order, "
                      "%s; %s gives their names",
                      info->path, data_path, names, option);
    free(names);
    return OK;
}
