/* Sparse rows that come one after the other, as texts are cut. */
#ifndef RNNTRAIN_DATA_SPARSE_LIST_H
#define RNNTRAIN_DATA_SPARSE_LIST_H

#include "data/sparse.h"

/* Owned arrays; zeroed at first, sparse_list_release. A list without rows may have no
 * arrays. */
struct sparse_list {
    size_t n_rows;
    uint64_t *start; /* (n_rows + 1) */
    uint32_t *index; /* (start[n_rows]) */
    size_t room[2];  /* private: rows and ones that there is memory for */
};

/* Appends a row of n features that ascend. */
void sparse_list_add(struct sparse_list *list, const uint32_t *features, size_t n);

/* The list as rows, which borrow its arrays until the next row is added. */
struct sparse sparse_list_rows(const struct sparse_list *list, size_t n_features);

/* No rows; the memory is kept for others. */
void sparse_list_clear(struct sparse_list *list);
void sparse_list_release(struct sparse_list *list);

#endif
