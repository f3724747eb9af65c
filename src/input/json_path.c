#include "input/json_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static json_t *get(json_t *value, const char *path, int depth);

static json_t *get_in_object(json_t *object, const char *path, int depth)
{
    json_t *found = json_incref(json_object_get(object, path));
    for (const char *dot = strchr(path, '.'); dot && !found; dot = strchr(dot + 1, '.')) {
        char *key = xstrndup(path, (size_t)(dot - path));
        found = get(json_object_get(object, key), dot + 1, depth);
        free(key);
    }
    return found;
}

/* What all items have there; NULL where none has it. */
static json_t *get_of_each(json_t *list, const char *path, int depth)
{
    json_t *all = json_array(), *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        json_t *found = get(item, path, depth);
        if (found)
            json_array_append_new(all, found);
    }
    if (json_array_size(all))
        return all;
    json_decref(all);
    return NULL;
}

static json_t *get_in_list(json_t *list, const char *path, int depth)
{
    size_t n_digits = strspn(path, "0123456789");
    if (n_digits == 0 || n_digits > 9 || (path[n_digits] && path[n_digits] != '.'))
        return get_of_each(list, path, depth);

    json_t *item = json_array_get(list, strtoul(path, NULL, 10));
    return path[n_digits] ? get(item, path + n_digits + 1, depth) : json_incref(item);
}

/* A path of many points could be cut in more ways than there is time for. */
static json_t *get(json_t *value, const char *path, int depth)
{
    enum { MOST_DEPTH = 16 };
    if (depth == MOST_DEPTH)
        return NULL;
    return json_is_object(value)  ? get_in_object(value, path, depth + 1)
           : json_is_array(value) ? get_in_list(value, path, depth + 1)
                                  : NULL;
}

json_t *json_path_get(json_t *value, const char *path)
{
    return get(value, path, 0);
}
