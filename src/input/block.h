/* Some documents on their way from the reader, which is one thread, to those that work on
 * their texts. */
#ifndef RNNTRAIN_INPUT_BLOCK_H
#define RNNTRAIN_INPUT_BLOCK_H

#include "input/place.h"

/* A document of a block; the offsets are into block->strings, where strings end in 0. */
struct block_document {
    int source;
    enum place_kind kind;
    size_t folder; /* of a file: where it stands; of a record: its file, "" the source */
    size_t name;   /* of a whole file */
    size_t label;  /* of a record; 0: it has none, where labels are not required */
    bool is_multi_label; /* it has any number of labels: */
    int n_labels;        /* so many strings, one behind the other, from `label` on */
    int64_t line;        /* of a record, from 1 */
    size_t id;           /* of a record, where ids are kept; 0: it has none */
    bool is_first_row;   /* of a record: its file's first row, taken for no header */
    size_t text, n_text; /* in block->text, as it was read, unless: */
    bool is_unread;      /* the text is still in its file */
    bool is_binary;      /* once loaded: a file that is no text */
    /* Invalid sequences and the byte of the first, once loaded. */
    size_t n_bad, first_bad;
    char encoding[32]; /* of a file with several of them: which it looks like, or "" */
};

/* What one thread works on: some hundred KiB of text. */
struct block {
    char *text, *strings;
    size_t n_text, text_room, n_strings, strings_room;
    struct block_document *documents;
    size_t n, room;
};

void block_clear(struct block *block);
void block_release(struct block *block);

/* Adds a string; the result is its offset, never 0. */
size_t block_add_string(struct block *block, const char *text, size_t n);
/* Adds a document whose text begins where the block's texts end. */
struct block_document *block_add_document(struct block *block);
enum { BLOCK_MOST_TEXT = 64 << 20 }; /* bytes of a document */
/* Fails with the document's name. */
int block_too_long(const char *name) NODISCARD;
/* Room for n more bytes of text. */
void block_need_text(struct block *block, size_t n);

/* A source in messages: "-" is standard input. */
const char *block_source_name(const char *path);
/* That name as an operand of a command to type: `otherwise` for standard input, "-" where
 * the command reads it, "FILE" where what came by it has to be saved first. */
const char *block_operand(const char *name, const char *otherwise);
/* "corpus/train/pos/1_9.txt", "reviews.csv: line 12": a document in messages; the
 * caller's to free. */
char *block_document_name(const char *source, const char *folder, const char *name,
                          int64_t line);

#endif
