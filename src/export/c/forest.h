/* N-grams as an exported source looks them up: a forest whose nodes are n-grams and whose
 * children have one word more.
 *
 * Nodes of k words stand behind those of k - 1, and the children of a node side by side,
 * by rising words. So a word's node has its number, and a child is found by bisection.
 */
#ifndef RNNTRAIN_EXPORT_C_FOREST_H
#define RNNTRAIN_EXPORT_C_FOREST_H

#include "text/ngrams.h"

struct c_forest {
    int longest;                        /* words of the longest n-gram that is there */
    size_t n_words, n_parents, n_nodes; /* the parents are the first of the nodes */
    const char **texts; /* (n_words) of the words; borrowed from the list */
    uint32_t *number;   /* (n_nodes) its feature, as the layer counts them */
    uint32_t *word;     /* (n_nodes) the last of its words */
    uint32_t *begin;    /* (n_parents + 1) the first of its children */
};

/* `ngrams` was checked. */
void c_forest_make(const struct ngrams *ngrams, struct c_forest *forest);
void c_forest_release(struct c_forest *forest);

#endif
