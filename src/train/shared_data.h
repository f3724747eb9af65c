/* A data set on all ranks: its file is read once a node, or once a job and broadcast, in
 * shares, into memory that the node's ranks share.
 */
#ifndef RNNTRAIN_TRAIN_SHARED_DATA_H
#define RNNTRAIN_TRAIN_SHARED_DATA_H

#include "data/dataset.h"
#include "ranks/comm.h"

/* Who reads: the first `n` ranks of each node, or of rank 0's alone. */
struct shared_readers {
    int n;
    bool is_once;
};

/* As many as read at once: more would wait for each other. */
struct shared_readers shared_readers_few(const struct comm *comm, bool is_once);

/* Collective. dataset_open on the ranks that read, of which a node's first one checks the
 * file for the others; other ranks learn facts, hash and how many rows there are. Rank 0
 * has `words` of the tokenizer, others none. ERR_FORMAT names a rank that read another
 * file than rank 0. Release `data` whatever is returned. */
int shared_data_open(struct comm *comm, const char *path, enum dataset_words words,
                     struct shared_readers readers, struct dataset *data) NODISCARD;

/* Collective. Its arrays in a window that the caller closes, whatever is returned, where
 * it has bytes; the same `readers` read. ERR_IO where a node has no room: the message
 * ends in what to do, and in `remedy` where that is not NULL. */
int shared_data_load(struct comm *comm, enum dataset_extent extent,
                     struct shared_readers readers, const char *remedy,
                     struct dataset *data, struct comm_window *window) NODISCARD;

#endif
