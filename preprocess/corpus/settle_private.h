/* What settle.c, which decides what becomes of the documents, shares with its steps; in
 * the order in which they are taken. See corpus_settle. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_SETTLE_PRIVATE_H
#define RNNTRAIN_PREPROCESS_CORPUS_SETTLE_PRIVATE_H

#include "corpus/corpus.h"

enum { CORPUS_DROPPED = -1 }; /* the part of a document that goes nowhere */

/* Layout: gives every document the part and the label of its place, or drops it. */
int settle_layout(struct corpus *corpus, int n_sources,
                  const struct reader_notes *notes) NODISCARD;

/* What settle_layout drops, file by file, with its reason. */
struct layout_question;
struct layout_source;
int settle_left_out(struct corpus *corpus, const struct layout_question *question,
                    const struct layout_source *answers,
                    const struct reader_notes *notes) NODISCARD;

/* Refuses a corpus without training documents with what was found. */
int settle_no_training(const struct corpus *corpus,
                       const struct reader_notes *notes) NODISCARD;

/* Copies: drops the documents of files of which another file of the part has them all. */
void settle_copies(struct corpus *corpus);

/* Versions: refuses files of one part with the same labels row by row, and texts that
 * have words in common; NULL: nothing is known of words. */
int settle_versions(const struct corpus *corpus,
                    const struct corpus_words *words) NODISCARD;

/* Why a file that could be records is none; NULL: none was tried; borrowed. */
const char *settle_trouble(const struct reader_notes *notes);

/* Splits: gives training documents to other parts, as the options say. */
int settle_splits(struct corpus *corpus, const struct corpus_options *options) NODISCARD;
/* Once classes and rows are settled: says which classes a split left without a row. */
void settle_check_splits(struct corpus *corpus, const struct corpus_options *options);

/* What the labels file names; all-zero without one. */
struct settle_names {
    const char *file;
    char **names; /* (n) owned, until settle_classes takes them over */
    int n;
};

/* Classes: a document's label becomes the index of its class. */
int settle_classes(struct corpus *corpus, const struct settle_names *names,
                   const struct reader_notes *notes) NODISCARD;

/* Rows: puts documents in their order; how many there are. */
int settle_rows(struct corpus *corpus, int32_t *n_rows) NODISCARD;

/* Duplicates: finds equal texts among n rows, empty ones left out; with `drop`, all but
 * one of them go. Returns how many rows stay. */
int32_t settle_duplicates(struct corpus *corpus, int32_t n, bool drop);

/* What messages about the corpus begin with. */
static inline const char *settle_path(const struct corpus *corpus)
{
    return corpus->sources[0].path;
}

/* "SOURCE PATH" */
static inline const char *settle_folder(const struct corpus *corpus, int32_t place)
{
    return words_text(&corpus->place_names, place);
}

static inline bool settle_is_record(const struct corpus *corpus,
                                    const struct document *document)
{
    return corpus->places[document->place].kind != PLACE_FOLDER;
}

#endif
