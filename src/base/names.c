#include "base/names.h"

#include <ctype.h>
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

static bool is_joint(char c)
{
    return c == '-' || c == '_';
}

static bool is_same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b) ||
           (is_joint(a) && is_joint(b));
}

bool names_alike(const char *a, const char *b)
{
    while (*a && *b && is_same_letter(*a, *b))
        a++, b++;
    return *a == *b;
}

static bool is_swapped(const char *a, const char *b)
{
    return is_same_letter(a[0], b[1]) && is_same_letter(a[1], b[0]);
}

enum { LONGEST = 64 };

/* Edits that turn a into b: insert, delete, replace a letter, or swap two neighbours
 * (optimal string alignment). More than LONGEST where one of them is too long. */
static int edit_distance(const char *a, const char *b)
{
    int rows[3][LONGEST + 1];
    int n = (int)strlen(b), *two_up = rows[0], *up = rows[1], *row = rows[2];
    if (n > LONGEST)
        return n;

    for (int j = 0; j <= n; j++)
        row[j] = j;

    for (int i = 1; a[i - 1]; i++) {
        int *oldest = two_up;
        two_up = up;
        up = row;
        row = oldest;

        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int least = up[j - 1] + !is_same_letter(a[i - 1], b[j - 1]);
            if (up[j] + 1 < least)
                least = up[j] + 1;
            if (row[j - 1] + 1 < least)
                least = row[j - 1] + 1;
            if (i > 1 && j > 1 && is_swapped(a + i - 2, b + j - 2) &&
                two_up[j - 2] + 1 < least)
                least = two_up[j - 2] + 1;
            row[j] = least;
        }
    }

    return row[n];
}

/* The most edits that are still slips of the hand, for a word of so many letters. */
static int slips(size_t length)
{
    return length >= 9 ? 3 : (int)length / 3;
}

/* Whether `name` begins with `word`, which is half of it or more. */
static bool is_most_of(const char *word, const char *name)
{
    size_t n = strlen(word);
    return n >= 4 && 2 * n >= strlen(name) && !strncmp(word, name, n);
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    int slip = slips(strlen(nearest->wanted));
    int distance = edit_distance(nearest->wanted, name);
    if (distance > slip && is_most_of(nearest->wanted, name))
        distance = slip + 1;
    else if (distance > slip)
        return;

    if (!nearest->name || distance < nearest->distance) {
        nearest->distance = distance;
        nearest->name = name;
    }
}

const char *names_nearest(const char *const *names, const char *wanted)
{
    struct nearest nearest = {.wanted = wanted};
    for (int i = 0; names[i]; i++)
        nearest_offer(&nearest, names[i]);
    return nearest.name;
}
