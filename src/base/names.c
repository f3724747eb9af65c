#include "base/names.h"

#include <stdlib.h>
#include <string.h>

int names_find(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

char *names_join(const char *const *names, const char *between)
{
    char *list = xstrdup("");

    for (int i = 0; names[i]; i++) {
        char *longer = xasprintf("%s%s%s", list, i ? between : "", names[i]);
        free(list);
        list = longer;
    }

    return list;
}

static int min3(int a, int b, int c)
{
    int least = a < b ? a : b;
    return least < c ? least : c;
}

/* Edits that turn a into b: insert, delete, replace (Levenshtein 1966). */
static int edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    int row[LONGEST + 1], n = (int)strlen(b);
    if (n > LONGEST)
        return n;

    for (int j = 0; j <= n; j++)
        row[j] = j;

    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int changed = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = min3(row[j] + 1, row[j - 1] + 1, changed);
        }
    }

    return row[n];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t length = strlen(nearest->wanted);
    int distance = edit_distance(nearest->wanted, name);
    int best = nearest->distance ? nearest->distance : (int)length / 2 + 1;
    bool is_begun = !strncmp(nearest->wanted, name, length);

    if (distance < best) {
        nearest->distance = distance;
        nearest->name = name;
    } else if (is_begun && !nearest->name) {
        nearest->name = name;
    }
}
