/* What the parts of dataset.h share: dataset.c opens files, dataset_unsealed.c those
 * that lost their trailer, dataset_rows.c reads their ids, dataset_load.c fills memory
 * with them, dataset_write.c makes files. */
#ifndef RNNTRAIN_DATA_DATASET_PRIVATE_H
#define RNNTRAIN_DATA_DATASET_PRIVATE_H

#include "data/dataset.h"
#include "files/file.h"
#include "files/h5.h"
#include "files/h5_write.h"

enum { DATASET_FORMAT_VERSION = 1 };
#define DATASET_FORMAT "rnntrain-dataset"

static inline enum h5_type dataset_id_type(const struct dataset *data)
{
    return facts_id_bytes(&data->facts) == 2 ? H5_UINT16 : H5_INT32;
}

/* The shape of a part's ids in the file. */
static inline void dataset_id_shape(const struct dataset *data, enum dataset_part part,
                                    size_t shape[2])
{
    shape[0] = (size_t)data->part[part].n;
    shape[1] = (size_t)data->facts.maxlen;
}

/* The labels of a part in the file and in memory: the type, how many dimensions, and the
 * shape, of which the rest is not set. */
struct dataset_labels {
    enum h5_type type;
    int n_dims;
    size_t shape[2];
};
struct dataset_labels dataset_labels_of(const struct rows *rows);

/* The path of a part's array, such as "/train/x". */
enum { DATASET_PATH_BYTES = 32 };
void dataset_array_path(enum dataset_part part, const char *name,
                        char path[DATASET_PATH_BYTES]);

/* Reads and checks all but the arrays of data->file, and as much of the tokenizer. */
int dataset_read_head(struct dataset *data, enum dataset_words words) NODISCARD;

/* As dataset_open, of a file without its trailer: all that is in it is read and checked
 * in a child process first, and its digest is that of the file as it stands, so that a
 * file that was only looked at keeps its own. */
int dataset_open_unsealed(const char *path, enum dataset_words words,
                          unsigned char digest[FILE_DIGEST_BYTES],
                          struct dataset *data) NODISCARD;

/* Opens the chunks of a part's ids. */
int dataset_open_chunks(const struct dataset *data, enum dataset_part part,
                        struct h5_chunks **chunks) NODISCARD;

/* The paths of what sparse.h describes, and their shapes in the head of a file. */
#define DATASET_NGRAMS "/ngrams"
#define DATASET_START "ngrams/start"
#define DATASET_INDEX "ngrams/index"
int dataset_read_ngrams_head(struct dataset *data) NODISCARD;

/* The same of what own_vectors.h describes. */
#define DATASET_VECTORS "/vectors"
#define DATASET_VECTORS_KNOWN "/vectors_known"
int dataset_read_vectors_head(struct dataset *data) NODISCARD;
void dataset_write_vectors(struct h5_writer *file, const struct dataset *data);

/* Which notes of rows a file has (row_notes.h); and those that data->notes says, by a
 * chunk in memory at a time. */
int dataset_read_notes_head(struct dataset *data) NODISCARD;
int row_notes_write(struct h5_writer *file, const struct dataset *data) NODISCARD;

/* Arrays in memory begin at multiples of 64 bytes. */
static inline size_t dataset_padded_bytes(size_t n)
{
    return (n + 63) / 64 * 64;
}

#endif
