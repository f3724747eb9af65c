#include "input/choose_list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/say.h"

static int find(const struct sample *sample, const char *name)
{
    for (int c = 0; c < sample->n_columns; c++)
        if (!strcasecmp(sample->names[c], name))
            return c;
    return -1;
}

bool choose_is_list(const struct sample *sample, const char *given)
{
    return given && strchr(given, ',') && find(sample, given) < 0;
}

static int find_twice(const struct layout_list *list)
{
    for (int i = 1; i < list->n; i++)
        for (int j = 0; j < i; j++)
            if (!strcmp(list->names[i], list->names[j]))
                return i;
    return -1;
}

int choose_cut_list(const char *option, const char *given, struct layout_list *list)
{
    const char *at = given, *comma;
    do {
        comma = strchr(at, ',');
        size_t n = comma ? (size_t)(comma - at) : strlen(at);
        for (; n > 0 && *at == ' '; n--)
            at++;
        while (n > 0 && at[n - 1] == ' ')
            n--;
        if (n == 0)
            return fail(ERR_USAGE, "--%s %s: a name is empty", option, given);

        list->names = xrealloc(list->names, (size_t)list->n + 1, sizeof *list->names);
        list->names[list->n++] = xstrndup(at, n);
        at = comma ? comma + 1 : at;
    } while (comma);

    int twice = find_twice(list);
    return twice < 0 ? OK
                     : fail(ERR_USAGE, "--%s: %s stands there twice", option,
                            list->names[twice]);
}

int choose_list_columns(const struct choose_given *given, const struct sample *sample,
                        const char *option, struct layout_list *list)
{
    list->columns = xcalloc((size_t)list->n, sizeof *list->columns);
    for (int i = 0; i < list->n; i++) {
        int rc = choose_column(given, sample, option, list->names[i], &list->columns[i]);
        if (rc)
            return rc;
        for (int j = 0; j < i; j++)
            if (list->columns[j] == list->columns[i])
                return fail(ERR_USAGE, "%s: --%s names column %d twice", given->name,
                            option, list->columns[i] + 1);
        if (given->has_names) {
            free(list->names[i]);
            list->names[i] = xstrdup(sample->names[list->columns[i]]);
        }
    }
    return OK;
}

char *choose_show_list(const struct layout_list *list, const char *between)
{
    enum { MOST = 8 };
    char *shown = xstrdup("");
    int n = list->n > MOST + 1 ? MOST : list->n;
    for (int i = 0; i < n; i++) {
        char *longer = xasprintf("%s%s%.*s%s", shown, i ? between : "",
                                 SAY_SHORT(list->names[i], 40));
        free(shown);
        shown = longer;
    }
    if (n == list->n)
        return shown;

    char *longer = xasprintf("%s and %d more", shown, list->n - n);
    free(shown);
    return longer;
}
