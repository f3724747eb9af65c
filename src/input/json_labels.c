#include "input/json_labels.h"

#include <stdlib.h>
#include <string.h>

#include "input/multi_labels.h"

char *json_label_text(const json_t *value)
{
    if (!value || json_is_object(value) || json_is_array(value) || json_is_null(value))
        return NULL;
    return json_is_string(value)
               ? xstrdup(json_string_value(value))
               : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
}

int json_label_truth(const json_t *value)
{
    char *text = json_label_text(value);
    int truth = text ? multi_labels_truth(text, strlen(text)) : -1;
    free(text);
    return truth;
}

static bool are_truths(json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (json_label_truth(value) < 0)
            return false;
    }
    return json_object_size(object) > 0;
}

bool json_labels_are_several(json_t *value)
{
    return json_is_array(value) ? json_array_size(value) > 1
                                : json_is_object(value) && are_truths(value);
}

/* Whether a list says of each label in turn whether the text has it: its items are 0 and
 * 1, and one of them stands there twice, as no label does. */
static bool is_vector(json_t *list)
{
    size_t n_of[2] = {0}, i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        int truth = json_label_truth(item);
        if (truth < 0)
            return false;
        n_of[truth]++;
    }
    return n_of[0] > 1 || n_of[1] > 1;
}

static const char *take_list(json_t *list, struct words *labels)
{
    json_t *item;
    size_t i;
    if (is_vector(list))
        return "says 0 or 1 of each label in turn: --label-columns NAME.0,NAME.1,... "
               "takes its places";
    json_array_foreach(list, i, item)
    {
        char *text = json_label_text(item);
        if (!text)
            return "holds something else than strings and numbers; of a list of objects "
                   "NAME.KEY takes a key of each";
        multi_labels_add(labels, text, strlen(text));
        free(text);
    }
    return NULL;
}

static const char *take_truths(json_t *object, struct words *labels)
{
    const char *key;
    json_t *value;
    if (!are_truths(object))
        return "is an object whose values are not all 0 or 1, false or true";
    json_object_foreach(object, key, value)
    {
        if (json_label_truth(value) == 1)
            multi_labels_add(labels, key, strlen(key));
    }
    return NULL;
}

const char *json_labels_take(json_t *value, const char *separator, struct words *labels)
{
    if (json_is_array(value))
        return take_list(value, labels);
    if (json_is_object(value))
        return take_truths(value, labels);

    char *text = json_label_text(value);
    if (text)
        multi_labels_take(labels, text, strlen(text), separator);
    free(text);
    return NULL;
}
