/* Rows of a data set that stay in the file: their ids, window after window, in the order
 * in which they are wanted.
 *
 * A pass goes over a list of rows that is cut into windows. Each node holds two windows
 * in memory that its ranks share: the one at work, and the next one, which threads of a
 * few ranks (each its share of the rows) read meanwhile. What is read depends on the list
 * alone; so do the bits.
 */
#ifndef RNNTRAIN_TRAIN_STREAM_H
#define RNNTRAIN_TRAIN_STREAM_H

#include "base/base.h"
#include "ranks/comm.h"
#include "data/dataset.h"

struct stream;

/* Collective. Windows of at most `window_rows` rows of `data`, which the node's first
 * `readers` ranks have open, and all have in memory but for the ids. Comm and data
 * outlive the stream. */
int stream_new(const struct comm *comm, const struct dataset *data, int readers,
               int window_rows, struct stream **stream) NODISCARD;
/* Collective; NULL is fine. */
void stream_free(struct stream *stream);

/* Rows of the greatest window that is a multiple of `rows` and fits; at least `rows`:
 * what `window_rows` must leave room for. */
int stream_window_rows(int window_rows, int rows);

/* Bytes that a node's windows take. */
size_t stream_bytes(const struct stream *stream);

/* Begins a pass over n rows of a part, `per_window` a window, which another call ends.
 * `rows` is borrowed by calls of stream_window until then, and must not change between
 * them. */
void stream_begin(struct stream *stream, enum dataset_part part, const int32_t *rows,
                  int n, int per_window);

/* Collective. The ids of window w, dataset_row_bytes a row, in the order of `rows`: valid
 * until the next call. Windows may be taken in any order, but only the one after it is
 * read ahead. A failure of any reader is everybody's. */
int stream_window(struct stream *stream, int w, const void **ids) NODISCARD;

#endif
