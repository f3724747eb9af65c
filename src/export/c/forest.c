#include "export/c/forest.h"

#include <stdlib.h>
#include <string.h>

/* An n-gram that waits for its node. */
struct waiting {
    uint64_t key; /* its parent's node, then its last word */
    uint32_t feature;
};

static int compare_keys(const void *left, const void *right)
{
    const struct waiting *a = left, *b = right;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* The words of each n-gram. */
static uint8_t *find_lengths(const struct ngrams *ngrams)
{
    uint8_t *lengths = xcalloc((size_t)ngrams->n_features, sizeof *lengths);
    for (int32_t i = 0; i < ngrams->n_features; i++)
        lengths[i] =
            (uint8_t)(ngrams->parent[i] < 0 ? 1 : lengths[ngrams->parent[i]] + 1);
    return lengths;
}

static void add_node(struct c_forest *forest, uint32_t feature, uint32_t word,
                     uint32_t *node_of)
{
    node_of[feature] = (uint32_t)forest->n_nodes;
    forest->number[forest->n_nodes] = feature;
    forest->word[forest->n_nodes++] = word;
}

/* Nodes for the n-grams of k words; those of fewer have theirs. */
static void add_level(const struct ngrams *ngrams, const uint8_t *lengths, int k,
                      uint32_t *node_of, struct c_forest *forest)
{
    struct waiting *waiting = xcalloc((size_t)ngrams->n_features, sizeof *waiting);
    size_t n = 0;

    for (int32_t i = 0; i < ngrams->n_features; i++) {
        if (lengths[i] != k)
            continue;
        uint64_t parent = k > 1 ? node_of[ngrams->parent[i]] : 0;
        waiting[n++] =
            (struct waiting){parent << 32 | (uint32_t)ngrams->last[i], (uint32_t)i};
    }

    qsort(waiting, n, sizeof *waiting, compare_keys);
    for (size_t i = 0; i < n; i++)
        add_node(forest, waiting[i].feature, (uint32_t)waiting[i].key, node_of);
    free(waiting);
}

static void find_children(const struct ngrams *ngrams, const uint32_t *node_of,
                          struct c_forest *forest)
{
    size_t child = forest->n_words;
    forest->begin = xcalloc(forest->n_parents + 1, sizeof *forest->begin);

    for (size_t node = 0; node < forest->n_parents; node++) {
        forest->begin[node] = (uint32_t)child;
        while (child < forest->n_nodes &&
               node_of[ngrams->parent[forest->number[child]]] == node)
            child++;
    }
    forest->begin[forest->n_parents] = (uint32_t)child;
}

static void find_texts(const struct ngrams *ngrams, struct c_forest *forest)
{
    const char *text = ngrams->words;
    forest->texts = xcalloc(forest->n_words, sizeof *forest->texts);
    for (size_t i = 0; i < forest->n_words; i++, text += strlen(text) + 1)
        forest->texts[i] = text;
}

void c_forest_make(const struct ngrams *ngrams, struct c_forest *forest)
{
    size_t n = (size_t)ngrams->n_features;
    uint8_t *lengths = find_lengths(ngrams);
    uint32_t *node_of = xcalloc(n, sizeof *node_of);
    *forest = (struct c_forest){.n_words = (size_t)ngrams->n_words,
                                .number = xcalloc(n, sizeof *forest->number),
                                .word = xcalloc(n, sizeof *forest->word)};

    while (forest->n_nodes < n) {
        forest->n_parents = forest->n_nodes;
        add_level(ngrams, lengths, ++forest->longest, node_of, forest);
    }
    find_children(ngrams, node_of, forest);
    find_texts(ngrams, forest);
    free(lengths);
    free(node_of);
}

void c_forest_release(struct c_forest *forest)
{
    free(forest->texts);
    free(forest->number);
    free(forest->word);
    free(forest->begin);
    *forest = (struct c_forest){0};
}
