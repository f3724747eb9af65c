#include "saved/checkpoint.h"

#include <stdlib.h>

#include <jansson.h>

/* A model of Keras says it, and so does what was imported of it. */
static char *frozen_of(const struct checkpoint *info)
{
    if (info->keras)
        return info->keras->frozen ? xstrdup(info->keras->frozen) : NULL;

    json_t *provenance = json_loads(info->provenance, 0, NULL);
    const char *names = json_string_value(json_object_get(provenance, "frozen"));
    char *copy = names ? xstrdup(names) : NULL;
    json_decref(provenance);
    return copy;
}

char *checkpoint_training_notes(const struct checkpoint *info)
{
    char *frozen = frozen_of(info);
    const char *others = info->keras ? info->keras->training_notes : "";
    char *notes = frozen
                      ? xasprintf("%sfrozen in the model (trainable=False), but trained "
                                  "here when it is trained further: %s\n",
                                  others, frozen)
                      : xstrdup(others);

    free(frozen);
    return notes;
}

char *checkpoint_note_of_words(const struct checkpoint *info, const char *data_path,
                               const char *how)
{
    if (info->tokenizer)
        return NULL;
    return xasprintf(
        "%s has no tokenizer: whether its ids mean the words of %s cannot be "
        "told; %s",
        info->path, data_path, how);
}
