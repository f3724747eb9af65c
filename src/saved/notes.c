#include "saved/checkpoint.h"

#include <stdlib.h>

#include <jansson.h>

/* The text of a key, the caller's, or NULL. */
static char *text_of(const char *json, const char *key)
{
    json_t *root = json_loads(json, 0, NULL);
    const char *text = json_string_value(json_object_get(root, key));
    char *copy = text && *text ? xstrdup(text) : NULL;

    json_decref(root);
    return copy;
}

/* Before --freeze there was, models that were imported said it for people alone. */
static char *frozen_of(const struct checkpoint *info)
{
    char *names = text_of(info->config, "freeze");
    char *told = names ? NULL : text_of(info->provenance, "frozen");
    char *note = NULL;

    if (names)
        note = xasprintf("frozen in the model (trainable=False), and here too when it is "
                         "trained further, unless --freeze says otherwise: %s\n",
                         names);
    else if (told)
        note = xasprintf("frozen in the model (trainable=False), but trained here when "
                         "it is trained further, unless --freeze says otherwise: %s\n",
                         told);
    free(names);
    free(told);
    return note;
}

char *checkpoint_training_notes(const struct checkpoint *info)
{
    char *frozen = frozen_of(info);
    const char *others = info->keras ? info->keras->training_notes : "";
    char *notes = xasprintf("%s%s", others, frozen ? frozen : "");

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
