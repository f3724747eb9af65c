/* The HDF5 data set: padded ids, labels, lengths and the tokenizer that made them.
 *
 *   /train/x      (N, maxlen) uint16, or int32 where num_words > 65,536
 *   /train/y      (N) int32, class index      /train/length (N) int32, ids kept
 *   /test/...     /validation/... (optional)  /labels (C) strings   /tokenizer JSON
 *   /tokenizer_kept   the same of the words whose ids stand in x: all that training needs
 *   /provenance   JSON: SHA-256 of the corpus, options, documents of each class
 *   root attributes: format, format_version, num_words, maxlen, padding, truncating
 *
 * Reading has two steps, so that the processes of a node read together into memory that they
 * share: dataset_open() reads and checks everything but the arrays, dataset_load() fills a
 * part of the memory that the caller provides. Nothing here is collective.
 */
#ifndef RNNTRAIN_DATASET_H
#define RNNTRAIN_DATASET_H

#include <string.h>

#include "rnntrain/base.h"
#include "rnntrain/text.h"

struct h5;

enum dataset_part { DATASET_TRAIN, DATASET_VALIDATION, DATASET_TEST, DATASET_PARTS };

/* What of the tokenizer is read: nothing, the words that have ids, all. */
enum dataset_words { DATASET_WORDS_NONE, DATASET_WORDS_KEPT, DATASET_WORDS_ALL };

struct dataset_split {
    int rows;        /* 0: the file has no such part */
    void *x;         /* (rows, maxlen) ids of id_bytes each; borrowed */
    int32_t *y;      /* (rows) 0 .. n_labels - 1; borrowed */
    int32_t *length; /* (rows) 0 .. maxlen; borrowed */
};

struct dataset {
    char *path;    /* owned */
    int num_words; /* ids are 0 .. num_words - 1 */
    int maxlen;    /* T */
    int n_labels;  /* C */
    char **labels; /* C names, owned */
    bool pad_pre;  /* pads stand in front of the words */
    bool truncate_pre;
    int id_bytes;     /* 2 or 4 */
    char *tokenizer;  /* JSON, owned; NULL unless asked for; of all words to be written */
    char *kept;       /* JSON of the words with ids, to be written beside it; owned */
    char *provenance; /* JSON object, owned */
    void *storage;    /* of the arrays; owned, NULL unless dataset_read took it */
    uint64_t hash;    /* XXH64 over all arrays of all parts, once loaded */
    struct h5 *file;  /* private: open between dataset_open and dataset_load */
    struct dataset_split part[DATASET_PARTS];
};

/* Reads and checks all but the arrays, and as much of the tokenizer's JSON. */
int dataset_open(const char *path, enum dataset_words words,
                 struct dataset *data) NODISCARD;

/* Bytes that dataset_load needs (a multiple of 64). */
size_t dataset_bytes(const struct dataset *data);

/* Sets the pointers into `storage` (dataset_bytes, zeroed, 64-byte aligned, outlives
 * `data`). */
void dataset_attach(struct dataset *data, void *storage);

/* Reader `reader` of `readers` reads its share of all rows, contiguous ones of each part, into
 * the attached storage and checks every id, label and length (message: path, data set, row).
 * Closes the file. */
int dataset_load(struct dataset *data, int reader, int readers) NODISCARD;

/* Once all readers have loaded: sets the hash. */
void dataset_hash(struct dataset *data);

/* The id at position t of a row of a part. */
static inline int dataset_id(const struct dataset *data, enum dataset_part part, int row,
                             int t)
{
    size_t at = (size_t)row * (size_t)data->maxlen + (size_t)t;
    const void *x = data->part[part].x;
    return data->id_bytes == 2 ? ((const uint16_t *)x)[at] : ((const int32_t *)x)[at];
}

/* The n ids from position t on. */
static inline void dataset_ids(const struct dataset *data, enum dataset_part part,
                               int row, int t, int n, int32_t *ids)
{
    size_t at = (size_t)row * (size_t)data->maxlen + (size_t)t;
    const void *x = data->part[part].x;
    if (data->id_bytes == 2)
        for (int i = 0; i < n; i++)
            ids[i] = ((const uint16_t *)x)[at + (size_t)i];
    else
        memcpy(ids, (const int32_t *)x + at, (size_t)n * sizeof *ids);
}

/* Writing, chunk by chunk, so that no more than that need be in memory. dataset_create:
 * everything but the rows goes into a new file that data->path does not yet name. Chunk k of a
 * part holds its rows from k dataset_chunk_rows() on; its ids stand one row after the other in
 * id_bytes each, zeros behind the part's last row. dataset_finish: y and length of every part,
 * as `data` has them; the file takes its name. Whatever dataset_finish returns, the writer is
 * gone; dataset_abandon (NULL is fine) leaves no file. */
struct dataset_writer;
int dataset_create(const struct dataset *data, struct dataset_writer **writer) NODISCARD;
size_t dataset_chunk_rows(const struct dataset *data, enum dataset_part part);
void dataset_write_ids(struct dataset_writer *writer, enum dataset_part part,
                       size_t chunk, const void *packed, size_t n_packed);
int dataset_finish(struct dataset_writer *writer) NODISCARD;
void dataset_abandon(struct dataset_writer *writer);

/* Packs a chunk of ids for dataset_write_ids (any thread; see h5_pack). */
struct h5_packer;
const void *dataset_pack(const struct dataset *data, enum dataset_part part,
                         struct h5_packer *packer, const void *ids, size_t *n_packed);

/* All of it from memory: data->path is replaced atomically. */
int dataset_write(const struct dataset *data) NODISCARD;

/* Opens and loads in one, into memory that dataset_release frees. */
int dataset_read(const char *path, enum dataset_words words,
                 struct dataset *data) NODISCARD;

/* The tokenizer in `data->tokenizer` with the data set's padding; ERR_FORMAT if it gives
 * ids that num_words does not allow. Free with text_free. */
int dataset_tokenizer(const struct dataset *data,
                      struct text_tokenizer **tokenizer) NODISCARD;

/* Frees what `data` owns: not the storage that dataset_load was given; an all-zero struct is
 * fine. */
void dataset_release(struct dataset *data);

#endif
