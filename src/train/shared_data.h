/* A data set on all ranks: each node reads its file once, in shares, into memory that the
 * node's ranks share.
 */
#ifndef RNNTRAIN_TRAIN_SHARED_DATA_H
#define RNNTRAIN_TRAIN_SHARED_DATA_H

#include "data/dataset.h"
#include "ranks/comm.h"

/* Ranks of a node that read at once: with more they would wait for each other. */
int shared_data_readers(const struct comm *comm);

/* Collective. dataset_open on the first `readers` ranks of each node, of which the first
 * one checks the file for the others; other ranks learn facts, hash and how many rows
 * there are. Rank 0 has `words` of the tokenizer, others none. ERR_FORMAT names a rank
 * that read another file than rank 0. Release `data` whatever is returned. */
int shared_data_open(struct comm *comm, const char *path, enum dataset_words words,
                     int readers, struct dataset *data) NODISCARD;

/* Collective. Its arrays in a window that the caller closes, whatever is returned, where
 * it has bytes; the same `readers` read. ERR_IO where a node has no room: the message
 * ends in what to do, and in `remedy` where that is not NULL. */
int shared_data_load(struct comm *comm, enum dataset_extent extent, int readers,
                     const char *remedy, struct dataset *data,
                     struct comm_window *window) NODISCARD;

#endif
