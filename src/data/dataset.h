/* The HDF5 data set: padded ids, labels, lengths and the tokenizer that made them.
 *
 *   /train/x      (N, maxlen) uint16, or int32 where num_words > 65,536
 *   /train/y      (N) int32, class index      /train/length (N) int32, ids kept
 *                 or, where a text may have several labels, (N, C) uint8, 0 or 1
 *   /test/...     /validation/... (optional)  /labels (C) strings   /tokenizer JSON
 *   /unlabelled/x, length   (optional) more texts, which have no labels
 *   /tokenizer_kept   the same of the words whose ids stand in x: all that training needs
 *   /provenance   JSON: SHA-256 of the corpus, options, documents of each class
 *   /ngrams   /train/ngrams   ...   where rnnprep counted n-grams: see sparse.h
 *   /vectors   /vectors_known   where it made vectors of words: see own_vectors.h
 *   /train/origin   /train/text   ...   where it kept them: see row_notes.h
 *   root attributes: format, format_version, num_words, maxlen, padding, truncating;
 *                    needs "multi_label" where a text may have several labels, and
 *                    "ngrams", "unlabelled", "vectors" where there are some
 *
 * Reading has two steps, so that the processes of a node read together into memory that
 * they share: dataset_open() reads and checks everything but the arrays, dataset_load()
 * fills a part of the memory that the caller provides. The ids may stay in the file, to
 * be read by row (dataset_reader); labels and lengths, 8 bytes a row or C + 4, are always
 * in memory. Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_DATASET_H
#define RNNTRAIN_DATA_DATASET_H

#include "base/base.h"
#include "data/facts.h"
#include "data/rows.h"

struct h5;
struct ngrams;
struct own_vectors;
struct row_notes_source;
struct sparse;

/* Those that have labels, and behind them the one that has none. */
enum dataset_part {
    DATASET_TRAIN,
    DATASET_VALIDATION,
    DATASET_TEST,
    DATASET_PARTS,
    DATASET_UNLABELLED = DATASET_PARTS,
    DATASET_ALL_PARTS
};

/* "train", ..., as folders, files and messages have them, of the labelled parts; NULL
 * behind the last. And of any part. */
extern const char *const dataset_part_names[DATASET_PARTS + 1];
const char *dataset_part_name(enum dataset_part part);

/* What of the tokenizer is read: nothing, the words that have ids, all. */
enum dataset_words { DATASET_WORDS_NONE, DATASET_WORDS_KEPT, DATASET_WORDS_ALL };

/* How much of the arrays is in memory: labels and lengths of all parts; the ids of the
 * labelled ones too; and those of the unlabelled one. */
enum dataset_extent { DATASET_COLUMNS, DATASET_ALL, DATASET_WITH_UNLABELLED };

/* What may be kept of a row for people (row_notes.h). */
enum row_note { ROW_ORIGIN, ROW_TEXT, ROW_NOTES };

struct dataset {
    char *path; /* owned */
    struct facts facts;
    char *tokenizer;  /* JSON, owned; NULL unless asked for; of all words to be written */
    char *kept;       /* JSON of the words with ids, to be written beside it; owned */
    char *provenance; /* JSON object, owned */
    void *storage;    /* of the arrays; owned, NULL unless dataset_read took it */
    uint64_t hash;    /* the first 8 bytes of the file's SHA-256 */
    bool is_unsealed; /* another program opened it for writing (h5.h) */
    struct h5 *file;  /* private: open until all of it is in memory */
    struct rows part[DATASET_ALL_PARTS]; /* n 0: the file has no such part */
    /* With facts.has_ngrams: how many there are, how many ones a part's rows have; and to
     * be written the list and the rows of each part, borrowed. */
    size_t n_features, n_ones[DATASET_ALL_PARTS];
    const struct ngrams *ngrams;
    const struct sparse *sparse; /* (DATASET_ALL_PARTS) */
    /* With facts.has_vectors: how many numbers one has; and to be written all of them,
     * borrowed. */
    int vectors_width;
    const struct own_vectors *vectors;
    /* Which notes of rows there are; and to be written who has them, borrowed. */
    bool notes[ROW_NOTES];
    const struct row_notes_source *notes_source;
};

/* Whether a part has n-grams: each with rows, where the data set has any, but for texts
 * without labels none of which has one, or which were written without. */
static inline bool dataset_has_ngrams(const struct dataset *data, enum dataset_part part)
{
    return data->facts.has_ngrams && data->part[part].n > 0 &&
           (part != DATASET_UNLABELLED || data->n_ones[part] > 0);
}

/* Reads and checks all but the arrays, and as much of the tokenizer's JSON. A file that
 * another program opened for writing is read as a stranger's, whole and in memory, which
 * `is_unsealed` says: say so (h5_unsealed_note). */
int dataset_open(const char *path, enum dataset_words words,
                 struct dataset *data) NODISCARD;
/* As dataset_open, where this or another process of the node has just opened the file: it
 * is not read through again, and has no words. */
int dataset_open_again(const char *path, struct dataset *data) NODISCARD;

/* Bytes that dataset_load needs (a multiple of 64). */
size_t dataset_bytes(const struct dataset *data, enum dataset_extent extent);

/* Sets the pointers into `storage` (dataset_bytes, zeroed, 64-byte aligned, outlives
 * `data`). */
void dataset_attach(struct dataset *data, enum dataset_extent extent, void *storage);

/* Reader `reader` of `readers` reads its share of all rows, contiguous ones of each part,
 * into the attached storage and checks every id, label and length (message: path, data
 * set, row). */
int dataset_load(struct dataset *data, int reader, int readers) NODISCARD;

/* Loads all rows into memory that dataset_release frees. ERR_USAGE if this host's memory
 * cannot hold the ids; the message ends in what to do. */
int dataset_load_alone(struct dataset *data, enum dataset_extent extent,
                       const char *remedy) NODISCARD;

/* dataset_open and dataset_load_alone in one. */
int dataset_read(const char *path, enum dataset_words words, enum dataset_extent extent,
                 struct dataset *data) NODISCARD;

/* Rows of a part from the file; fast where they ascend. `data` has its columns, and
 * outlives the reader. One thread at a time has it. dataset_reader_row: the row's ids
 * (dataset_row_bytes), checked as dataset_load does. */
struct dataset_reader;
int dataset_reader_open(const struct dataset *data, enum dataset_part part,
                        struct dataset_reader **reader) NODISCARD;
int dataset_reader_row(struct dataset_reader *reader, int row, void *ids) NODISCARD;
void dataset_reader_close(struct dataset_reader *reader); /* NULL is fine */

/* XXH64 over all arrays of all parts, however they are packed: reads and checks them all.
 * `data` has its columns. */
int dataset_content(const struct dataset *data, uint64_t *hash) NODISCARD;

static inline size_t dataset_row_bytes(const struct dataset *data)
{
    return facts_row_bytes(&data->facts);
}

/* Writing, chunk by chunk, so that no more than that need be in memory. dataset_create:
 * everything but rows and tokenizer goes into a new file that data->path does not yet
 * name. The tokenizer, as `data` has it by then, follows when dataset_write_tokenizer is
 * called. Chunk k of a part holds its rows from k dataset_chunk_rows() on; its ids stand
 * one row after the other in id_bytes each, zeros behind the part's last row. Chunk k of
 * a part's ones holds the features from k dataset_chunk_ones() on, likewise.
 * dataset_finish: y and length of every part, as `data` has them, where the features of a
 * row begin, as data->sparse has it, and notes of rows; the file takes its name. Whatever
 * dataset_finish returns, the writer is gone; dataset_abandon (NULL is fine) leaves no
 * file. */
struct dataset_writer;
int dataset_create(const struct dataset *data, struct dataset_writer **writer) NODISCARD;
void dataset_write_tokenizer(struct dataset_writer *writer);
size_t dataset_chunk_rows(const struct dataset *data, enum dataset_part part);
void dataset_write_ids(struct dataset_writer *writer, enum dataset_part part,
                       size_t chunk, const void *packed, size_t n_packed);
size_t dataset_chunk_ones(const struct dataset *data, enum dataset_part part);
void dataset_write_ones(struct dataset_writer *writer, enum dataset_part part,
                        size_t chunk, const void *packed, size_t n_packed);
int dataset_finish(struct dataset_writer *writer) NODISCARD;
void dataset_abandon(struct dataset_writer *writer);

/* Packs a chunk of ids for dataset_write_ids, or of ones for dataset_write_ones (any
 * thread; see h5_pack). */
struct h5_packer;
const void *dataset_pack_ones(const struct dataset *data, enum dataset_part part,
                              struct h5_packer *packer, const void *ones,
                              size_t *n_packed);
const void *dataset_pack(const struct dataset *data, enum dataset_part part,
                         struct h5_packer *packer, const void *ids, size_t *n_packed);

/* All of it from memory: data->path is replaced atomically. */
int dataset_write(const struct dataset *data) NODISCARD;

/* Seals an unsealed data set again, at `target`, which may be its own name, after all in
 * it was read and checked. What this version of rnnprep wrote is written anew, which
 * gives equal content its bytes and its hash again, whatever other programs made of the
 * layout. Of another version's the bytes stay, unless it is laid out as rnnprep lays out
 * none. */
int dataset_seal(const char *path, const char *target, bool *is_rewritten) NODISCARD;

/* The tokenizer in `data->tokenizer` with the data set's padding; ERR_FORMAT if it gives
 * ids that num_words does not allow. Free with text_free. */
int dataset_tokenizer(const struct dataset *data,
                      struct text_tokenizer **tokenizer) NODISCARD;

/* data->tokenizer becomes the JSON of the words with ids alone, as a checkpoint has it;
 * ERR_FORMAT as above. */
int dataset_keep_words(struct dataset *data) NODISCARD;

/* Whether the words with ids of `data` are those of the tokenizer that a model at `path`
 * was trained with; where one of them has no tokenizer (NULL) it cannot be told.
 * ERR_FORMAT names the first id that differs, and how to give data the model's ids. */
int dataset_check_words(const struct dataset *data, const struct text_tokenizer *known,
                        const char *path) NODISCARD;

/* Frees what `data` owns: not the storage that dataset_load was given; an all-zero struct
 * is fine. */
void dataset_release(struct dataset *data);

#endif
