#include "input/left_out.h"

#include <stdlib.h>
#include <string.h>

#include "base/say.h"

static void add(struct left_out *left, const char *what, int64_t n, char *first)
{
    for (int i = 0; i < left->n; i++)
        if (!strcmp(left->reasons[i].what, what)) {
            left->reasons[i].n += n;
            free(first);
            return;
        }

    left->reasons = xrealloc(left->reasons, (size_t)left->n + 1, sizeof *left->reasons);
    left->reasons[left->n++] = (struct left_out_reason){what, n, first};
}

void left_out_add(struct left_out *left, const char *what, char *first)
{
    add(left, what, 1, first);
}

void left_out_append(struct left_out *left, struct left_out *other)
{
    for (int i = 0; i < other->n; i++) {
        struct left_out_reason *reason = &other->reasons[i];
        add(left, reason->what, reason->n, reason->first);
    }
    free(other->reasons);
    *other = (struct left_out){0};
}

/* `text` with `one` in the place of `several`, where that stands in it; takes it. */
static char *replace(char *text, const char *several, const char *one)
{
    const char *found = strstr(text, several);
    if (!found)
        return text;

    char *result =
        xasprintf("%.*s%s%s", (int)(found - text), text, one, found + strlen(several));
    free(text);
    return result;
}

/* The reason is said of several. */
static char *singular(const char *what)
{
    static const char *const verbs[][2] = {
        {" are ", " is "},   {" have ", " has "},   {" repeat ", " repeats "},
        {" say ", " says "}, {" lead ", " leads "},
    };
    size_t n = strcspn(what, " ,");
    bool is_several = n > 0 && what[n - 1] == 's';
    char *text = xasprintf("%.*s%s", (int)(n - is_several), what, what + n);

    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        text = replace(text, verbs[i][0], verbs[i][1]);
    return text;
}

char *left_out_shown(const struct left_out_reason *reason)
{
    char *what = reason->n == 1 ? singular(reason->what) : xstrdup(reason->what);
    char *shown = xasprintf("%lld %s", (long long)reason->n, what);
    free(what);
    return shown;
}

void left_out_note(const struct left_out *left, const char *program, FILE *out)
{
    for (int i = 0; i < left->n; i++) {
        const struct left_out_reason *reason = &left->reasons[i];
        char *shown = left_out_shown(reason);
        say_line(out, "%s: note: left out: %s%s %s", program, shown,
                 reason->n == 1 ? ":" : ", the first is", reason->first);
        free(shown);
    }
}

void left_out_release(struct left_out *left)
{
    for (int i = 0; i < left->n; i++)
        free(left->reasons[i].first);
    free(left->reasons);
    *left = (struct left_out){0};
}
