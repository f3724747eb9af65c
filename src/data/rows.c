#include "data/rows.h"

#include <stdlib.h>

struct by_length {
    int32_t length, row;
};

static int compare_lengths(const void *left, const void *right)
{
    const struct by_length *a = left, *b = right;
    if (a->length != b->length)
        return a->length > b->length ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

void rows_sort_by_length(const struct rows *rows, int32_t *numbers, int n)
{
    struct by_length *pairs = xcalloc((size_t)n, sizeof *pairs);
    for (int i = 0; i < n; i++)
        pairs[i] = (struct by_length){rows->length[numbers[i]], numbers[i]};

    qsort(pairs, (size_t)n, sizeof *pairs, compare_lengths);
    for (int i = 0; i < n; i++)
        numbers[i] = pairs[i].row;
    free(pairs);
}

void rows_count(const struct rows *rows, const int32_t *numbers, int n, int n_labels,
                int *counts)
{
    memset(counts, 0, (size_t)n_labels * sizeof *counts);
    for (int i = 0; i < n && !rows->multi_hot; i++)
        counts[rows->y[numbers[i]]]++;

    for (int i = 0; i < n && rows->multi_hot; i++) {
        const uint8_t *labels = rows_multi_hot(rows, numbers[i]);
        for (int c = 0; c < n_labels; c++)
            counts[c] += labels[c];
    }
}
