#include "input/label_lists.h"

#include <stdlib.h>

static int compare_labels(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return a < b ? -1 : a > b;
}

int32_t label_lists_add(struct words *lists, int32_t *labels, int32_t n)
{
    int32_t distinct = 0;
    qsort(labels, (size_t)n, sizeof *labels, compare_labels);
    for (int32_t i = 0; i < n; i++)
        if (distinct == 0 || labels[distinct - 1] != labels[i])
            labels[distinct++] = labels[i];
    return words_add(lists, (const char *)labels, (size_t)distinct * sizeof *labels);
}

int32_t label_lists_add_names(struct words *lists, struct words *labels,
                              const char *names, int n)
{
    int32_t *numbers = xcalloc((size_t)n + 1, sizeof *numbers);
    for (int i = 0; i < n; i++) {
        size_t n_bytes = strlen(names);
        numbers[i] = words_add(labels, names, n_bytes);
        names += n_bytes + 1;
    }
    int32_t list = label_lists_add(lists, numbers, n);
    free(numbers);
    return list;
}
