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

void left_out_note(const struct left_out *left, const char *program, FILE *out)
{
    for (int i = 0; i < left->n; i++)
        say_line(out, "%s: note: left out: %lld %s, the first is %s", program,
                 (long long)left->reasons[i].n, left->reasons[i].what,
                 left->reasons[i].first);
}

void left_out_release(struct left_out *left)
{
    for (int i = 0; i < left->n; i++)
        free(left->reasons[i].first);
    free(left->reasons);
    *left = (struct left_out){0};
}
