/* What tf-idf sees of rows: their n-grams of words alone. Those of characters are several
 * times as many and would take most of a row's length of 1; log-count ratios, which no
 * length holds back, are of both. */
#include "train/private.h"

#include <stdlib.h>

void trainer_find_spelled(struct trainer *trainer)
{
    const struct ngrams *ngrams = &trainer->linear.ngrams; /* rank 0's */
    size_t n = (size_t)trainer->data.facts.n_ngrams;
    int characters = ngrams->characters;

    comm_broadcast(trainer->comm, &characters, sizeof characters);
    if (!characters)
        return;
    bool *is_spelled = trainer->comm->rank == 0 ? ngrams_find_spelled(ngrams)
                                                : xcalloc(n, sizeof *is_spelled);
    comm_broadcast(trainer->comm, is_spelled, n * sizeof *is_spelled);
    trainer->linear.words.is_spelled = is_spelled;
}

static void make_rows(const struct sparse *all, struct linear_words *words)
{
    size_t n_ones = (size_t)all->start[all->n_rows], n = 0;
    uint64_t *start = xcalloc(all->n_rows + 1, sizeof *start);
    uint32_t *index = xcalloc(n_ones, sizeof *index);

    for (size_t row = 0; row < all->n_rows; row++) {
        for (uint64_t i = all->start[row]; i < all->start[row + 1]; i++)
            if (!words->is_spelled[all->index[i]])
                index[n++] = all->index[i];
        start[row + 1] = n;
    }
    words->start = start;
    words->index = index;
    words->rows = (struct sparse){.n_rows = all->n_rows,
                                  .n_features = all->n_features,
                                  .start = start,
                                  .index = index};
}

const struct sparse *trainer_rows_of_words(struct trainer *trainer)
{
    const struct sparse *all = &trainer->linear.rows[DATASET_TRAIN];
    struct linear_words *words = &trainer->linear.words;

    if (!words->is_spelled)
        return all;
    if (!words->start)
        make_rows(all, words);
    return &words->rows;
}

void trainer_keep_words(const struct trainer *trainer, real *idf)
{
    const bool *is_spelled = trainer->linear.words.is_spelled;
    size_t n = (size_t)trainer->data.facts.n_ngrams;

    for (size_t i = 0; i < n && is_spelled; i++)
        if (is_spelled[i])
            idf[i] = 0;
}

void trainer_release_words(struct linear_words *words)
{
    free(words->is_spelled);
    free(words->start);
    free(words->index);
    *words = (struct linear_words){0};
}
