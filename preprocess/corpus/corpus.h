/* What is known of every document once the corpus was read: its class, part and place, a
 * hash of its text and where its words stand in the spool; and what becomes of it: which
 * row of which part, or none. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_CORPUS_H
#define RNNTRAIN_PREPROCESS_CORPUS_CORPUS_H

#include "corpus/spelling.h"

#include "input/label_lists.h"
#include "input/left_out.h"
#include "input/reader.h"

#include "text/look.h"
#include "text/words.h"

enum { CORPUS_HASH_BYTES = 16 };

struct document {
    unsigned char hash[CORPUS_HASH_BYTES]; /* of the text: XXH128 */
    int64_t words_at;                      /* in the spool */
    int64_t name;    /* of a file: offset in names; of a record: its line */
    int64_t id;      /* of a record: offset in names; -1: it has none */
    int64_t text_at; /* in the spool of texts, where they are kept */
    int32_t n_words;
    int32_t place;    /* index of places */
    int32_t label;    /* index of labels while it is read, of classes once settled; */
    bool has_set : 1; /* of sets, which hold such: it may have several, or none */
    bool is_first_row : 1; /* of a file that may name its columns there */
    bool is_binary : 1;    /* a file that is no text */
    int8_t part;           /* -1: dropped */
    struct text_look look;
};

/* A folder, or a file of records. */
struct corpus_place {
    int source;
    enum place_kind kind;
    int rank; /* settled: in the order of paths, folders before files */
};

/* How a part or the classes were recognised, and what was read; settled. */
struct corpus_layout {
    char *parts[DATASET_PARTS]; /* "`test` in test_v2.csv"; NULL: nothing said it */
    char *classes;              /* "a folder each"; NULL: labels of records */
    char **read;                /* n_read files of records: "a.csv: csv, ..." */
    int n_read;
    struct left_out left_out;
};

/* Texts that stand in the corpus more than once. */
struct corpus_duplicates {
    int in_part[DATASET_PARTS];  /* documents whose text stands in their part before */
    int in_train[DATASET_PARTS]; /* of other parts: whose text stands in train too */
    int n_conflicts;             /* texts with more than one class */
    char *conflict;              /* "a and b": one such pair; NULL: none */
    int n_dropped;
};

/* Invalid bytes that became U+FFFD. */
struct corpus_repairs {
    int n_documents;
    int64_t n_parts;
    char *examples;       /* "train/neg/7_3.txt (byte 118), ..." at most three */
    struct corpus_guess { /* how many files look like an encoding */
        char name[32];
        int n;
    } guesses[8];
};

/* What was seen in the whole of the corpus, and done about it. */
struct corpus_note {
    const char *about; /* "labels": a constant string of at most ten letters */
    char *text;        /* one line; owned */
};

struct corpus {
    const struct source *sources; /* borrowed */
    struct document *documents;   /* in the order of reading */
    int32_t n_documents, room;
    struct words labels;      /* as met */
    struct words sets;        /* of labels, ascending, an int32_t each; see has_set */
    bool is_multi_label;      /* settled: all documents have a set */
    int32_t *declared;        /* (n_declared) labels that have a column each: classes */
    int32_t n_declared;       /* whether a text has them or not */
    struct words place_names; /* "SOURCE PATH", of lines of a class "SOURCE/ PATH" */
    struct corpus_place *places;
    char *names; /* one after the other, each with a final 0 */
    size_t n_names, names_room;
    struct corpus_repairs repairs;
    struct corpus_note *notes;
    int n_notes;
    /* settled: */
    int32_t *rows; /* documents, part by part, in the order of rows */
    int n_of_part[DATASET_PARTS];
    int *n_of_class[DATASET_PARTS];
    char **classes; /* the index is the label */
    int n_classes;
    struct corpus_duplicates duplicates;
    struct corpus_layout layout;
    bool is_sorted; /* records stand class by class */
};

/* Adds a document; hash, look, words_at and n_words are the caller's to set in the
 * result, which stays until the next call. */
struct document *corpus_add(struct corpus *corpus, const struct block *block,
                            const struct block_document *document);

/* A document's labels: how many, and one of them. */
static inline int32_t corpus_n_labels(const struct corpus *corpus,
                                      const struct document *document)
{
    return document->has_set ? label_lists_count(&corpus->sets, document->label) : 1;
}

static inline int32_t corpus_label(const struct corpus *corpus,
                                   const struct document *document, int32_t i)
{
    return document->has_set ? label_lists_at(&corpus->sets, document->label, i)
                             : document->label;
}

/* A line for the summary; takes the text over. */
void corpus_note(struct corpus *corpus, const char *about, char *text);

/* Where a document of a row stands, as data sets keep it: its path within its source,
 * from behind the `skipped` bytes that all of the source's rows have in common, its line
 * and its id; the caller's to free. And those bytes of each of n sources, the caller's
 * (n): a folder, its tar and its tar within a folder give the same. */
char *corpus_origin(const struct corpus *corpus, const struct document *document,
                    const size_t *skipped);
size_t *corpus_common_folders(const struct corpus *corpus, int n_sources);

/* The encoding that most files with invalid UTF-8 look like; NULL: none. */
const char *corpus_encoding(const struct corpus *corpus);

/* The document's name in messages, the caller's to free. */
char *corpus_name(const struct corpus *corpus, const struct document *document);

/* What --missing-labels says of labels such as NaN; see examine_missing.c. */
enum missing_rule {
    MISSING_AUTO,
    MISSING_SKIP,
    MISSING_KEEP,
    MISSING_REFUSE,
    MISSING_RULES
};
extern const char *const missing_rule_names[MISSING_RULES + 1]; /* NULL at the end */

/* The words of a document, as numbers, borrowed until the next call. */
struct corpus_words {
    int (*read)(void *context, const struct document *document, const int32_t **words);
    void *context;
};

struct corpus_options {
    const char *labels; /* file with the names of classes in their order, or NULL */
    double test_split, validation_split; /* shares of the training documents, 0 .. 1 */
    bool drop_duplicates;
    bool multi_label;     /* texts may have several labels, whether any has or not */
    bool header_is_given; /* the user said whether first rows name columns */
    enum spelling_rule merge_labels;
    enum missing_rule missing_labels;
    const struct corpus_words *words; /* NULL: texts are not compared */
};

/* Decides what becomes of the documents:
 *
 * Layout: which places are the corpus, of which part and class; see input/layout.h.
 * Versions: two of one corpus side by side are refused.
 * Labels: as they were meant; see examine.h.
 * Classes: in the order of the labels file; else sorted, as numbers if all are. Where
 * texts may have several labels, those of all parts, and of columns that no text has.
 * Duplicates: with drop_duplicates, of equal texts one stays: a test document before a
 * validation document before a training document, then the first.
 * Splits: a training document goes to another part if its hash is below the share: the
 * same texts go on whatever else the corpus holds, and equal texts together. Of a class
 * that train would lose, the text with the largest hash stays.
 * Rows: documents of folders by class and name, pos before neg as in the notebook (the
 * order decides ties in the vocabulary); records as they were read. */
int corpus_settle(struct corpus *corpus, int n_sources,
                  const struct corpus_options *options,
                  const struct reader_notes *notes) NODISCARD;

/* Of texts without labels, which are all of one part, DATASET_TRAIN: those that are texts
 * in the order of rows, by source, then documents of folders by path, then records by
 * their file's path as they were read. */
void corpus_settle_unlabelled(struct corpus *corpus);

/* How texts without labels stand to those that have some; empty ones do not count. */
struct corpus_overlap {
    int of_part[DATASET_PARTS]; /* documents whose text is also one without labels */
    int n_again;                /* texts without labels that are among them before */
    int n_dropped; /* by `drop`: those, and those that are a labelled document's too */
};
void corpus_find_overlap(const struct corpus *labelled, struct corpus *unlabelled,
                         bool drop, struct corpus_overlap *overlap);

/* SHA-256 over part, class and hash of every row, as 64 hex digits; the caller's to
 * free. Of texts without labels: over their hashes. */
char *corpus_digest(const struct corpus *corpus);

void corpus_release(struct corpus *corpus);

#endif
