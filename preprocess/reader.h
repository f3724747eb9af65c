/* Labelled documents, block by block, from whatever the sources are: class folders or files
 * of records, plain, packed in archives or compressed. */
#ifndef PREPROCESS_READER_H
#define PREPROCESS_READER_H

#include "decode.h"
#include "place.h"
#include "records.h"

struct source {
    const char *path; /* a folder, a file or an archive; "-": standard input */
    const char
        *class_name; /* every line is a text of this class; NULL: texts have labels */
    int part; /* -1: as names say; else of all texts, and those of other parts are left out */
};

/* A document of a block; the offsets are into block->strings, where strings end in 0. */
struct block_document {
    int source;
    enum place_kind kind;
    int part; /* -1: nothing says */
    size_t
        folder; /* of a whole file: where it stands; of a record: its file, "" the source */
    size_t name;         /* of a whole file */
    size_t label;        /* of a record */
    int64_t line;        /* of a record, from 1 */
    size_t text, n_text; /* in block->text, as it was read, unless: */
    bool is_unread;      /* the text is still in its file */
    size_t n_bad,
        first_bad; /* invalid sequences and the byte of the first, once loaded */
};

/* What one thread works on: some hundred KiB of text. */
struct block {
    char *text, *strings;
    size_t n_text, text_room, n_strings, strings_room;
    struct block_document *documents;
    size_t n, room;
};

struct reader; /* opaque */

/* Borrows everything. */
struct reader *reader_new(const struct source *sources, int n_sources,
                          const struct records_options *options, const char *encoding);
void reader_free(struct reader *reader);

/* The next documents, into an empty block; *end: there are none. One thread at a time. */
int reader_take(struct reader *reader, struct block *block, bool *end) NODISCARD;

/* Memory for reader_load; all-zero at first, one a thread. */
struct reader_memory {
    char *bytes, *clean;
    size_t room;
    struct decoder decoder;
};

/* The text of a document, in valid UTF-8: borrowed until the next call. Any thread. */
int reader_load(const struct reader *reader, const struct block *block,
                struct block_document *document, struct reader_memory *memory,
                const char **text, size_t *n) NODISCARD;
void reader_memory_release(struct reader_memory *memory);

/* What else was met, once everything was taken. */
struct reader_notes {
    char **layouts; /* how each file of records was read: "reviews.csv: csv, ..." */
    int n_layouts;
    struct reader_folder { /* what looks like a class folder, with documents or without */
        int source;
        char *path;
    } * folders;
    int n_folders;
    int64_t n_unlabelled; /* files in train/unsup */
    int64_t n_beside;     /* files beside class folders */
    char *beside;         /* the first of them; NULL: none */
    int64_t n_bad; /* sequences that --encoding does not have, in files of records */
    char *bad;     /* where the first is */
};
const struct reader_notes *reader_notes(const struct reader *reader);

/* "corpus/train/pos/1_9.txt", "reviews.csv: line 12": a document in messages; the caller's to
 * free. */
char *reader_name(const char *source, const char *folder, const char *name, int64_t line);

void block_clear(struct block *block);
void block_release(struct block *block);

#endif
