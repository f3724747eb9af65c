#include "data/sparse_list.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS, ONES };

static void make_room(struct sparse_list *list, size_t n_ones)
{
    if (list->n_rows + 2 > list->room[ROWS]) {
        list->room[ROWS] = 2 * (list->n_rows + 2);
        list->start = xrealloc(list->start, list->room[ROWS], sizeof *list->start);
    }
    if (n_ones > list->room[ONES]) {
        list->room[ONES] = 2 * n_ones;
        list->index = xrealloc(list->index, list->room[ONES], sizeof *list->index);
    }
}

void sparse_list_add(struct sparse_list *list, const uint32_t *features, size_t n)
{
    size_t first = list->n_rows ? (size_t)list->start[list->n_rows] : 0;

    make_room(list, first + n);
    list->start[list->n_rows] = first;
    list->start[++list->n_rows] = first + n;
    if (n > 0)
        memcpy(list->index + first, features, n * sizeof *features);
}

struct sparse sparse_list_rows(const struct sparse_list *list, size_t n_features)
{
    return (struct sparse){list->n_rows, n_features, list->start, list->index};
}

void sparse_list_clear(struct sparse_list *list)
{
    list->n_rows = 0;
}

void sparse_list_release(struct sparse_list *list)
{
    free(list->start);
    free(list->index);
    *list = (struct sparse_list){0};
}
