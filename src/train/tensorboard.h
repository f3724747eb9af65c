/* The numbers of a run's log for TensorBoard: an event file in the run's folder, a record
 * an epoch, each with the numbers that the log has of it, by their names there. Nothing
 * here is collective.
 *
 * A record is TFRecord's: its length, a CRC-32C of that, the bytes, and one of them, both
 * masked; the bytes are a protobuf message, Event of tensorflow/core/util/event.proto
 * with a Summary of simple values.
 */
#ifndef RNNTRAIN_TRAIN_TENSORBOARD_H
#define RNNTRAIN_TRAIN_TENSORBOARD_H

#include <jansson.h>

#include "base/base.h"
#include "files/directory.h"

#define TENSORBOARD_FILE "events.out.tfevents.rnntrain"

struct tensorboard;

/* Begins the file anew or, where the run goes on, behind its last whole record.
 * ERR_IO. */
int tensorboard_open(const struct directory *run_dir, bool goes_on,
                     struct tensorboard **board) NODISCARD;
void tensorboard_close(struct tensorboard *board); /* NULL is fine */

/* An event of the log, of which "resume", "epoch", "test" and "validation" are taken:
 * epochs behind the one that is gone on with count no more. ERR_IO: it is not in the
 * file, and nor are later ones, which are passed over. NULL is fine. */
int tensorboard_take(struct tensorboard *board, const json_t *event) NODISCARD;

/* CRC-32C (Castagnoli) of n bytes, as it is masked in records. */
uint32_t tensorboard_checksum(const void *bytes, size_t n);

#endif
