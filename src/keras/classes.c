#include "keras/kind.h"

#include <stdlib.h>
#include <string.h>

#define KERAS_KIND(NAME, stem) [LAYER_##NAME] = &keras_##stem,
const struct keras_kind *const keras_kinds[] = {LAYER_KIND_LIST(KERAS_KIND)};
#undef KERAS_KIND
_Static_assert(COUNT_OF(keras_kinds) == LAYER_KINDS, "a kind is not Keras's");

/* Those that are no layer of a chain. */
static const struct keras_class others[] = {
    {"InputLayer", "input_layer", KERAS_ROLE_INPUT, 0},
    {"Sequential", "sequential", KERAS_ROLE_MODEL, 0},
    {"Functional", "functional", KERAS_ROLE_MODEL, 0},
    {"Model", "functional", KERAS_ROLE_MODEL, 0}, /* up to TensorFlow 2.2 */
};

static const struct keras_class *find(const struct keras_class *classes, int n,
                                      const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(name, classes[i].name))
            return &classes[i];
    return NULL;
}

const struct keras_class *keras_class_of(const char *name)
{
    const struct keras_class *found = NULL;

    for (int kind = 0; name && kind < LAYER_KINDS && !found; kind++)
        found = find(keras_kinds[kind]->classes, keras_kinds[kind]->n_classes, name);
    return found || !name ? found : find(others, (int)COUNT_OF(others), name);
}

static char *list_more(char *list, const struct keras_class *classes, int n)
{
    for (int i = 0; i < n; i++) {
        if (classes[i].role != KERAS_ROLE_LAYER &&
            classes[i].role != KERAS_ROLE_ACTIVATION)
            continue;
        char *longer = xasprintf("%s%s%s", list, *list ? ", " : "", classes[i].name);
        free(list);
        list = longer;
    }
    return list;
}

char *keras_class_list(void)
{
    char *list = xstrdup("");

    for (int kind = 0; kind < LAYER_KINDS; kind++)
        list = list_more(list, keras_kinds[kind]->classes, keras_kinds[kind]->n_classes);
    return list_more(list, others, (int)COUNT_OF(others));
}
