/* The questions that are asked about a corpus; see examine.h. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_EXAMINE_PRIVATE_H
#define RNNTRAIN_PREPROCESS_CORPUS_EXAMINE_PRIVATE_H

#include "corpus/examine.h"
#include "corpus/settle_private.h"

/* A label over the documents that stay. */
struct label_facts {
    int32_t n; /* documents */
    int32_t n_of_part[DATASET_PARTS];
    int32_t n_first; /* first rows, which may name columns */
    int32_t first;   /* the first document; -1: none */
    int32_t n_words; /* of the longest text */
    bool is_given;   /* a folder is called so, or the user named it: it is meant */
};

struct examination {
    struct corpus *corpus;
    const struct corpus_options *options;
    const struct reader_notes *notes;
    struct words names;         /* of the labels file; none: there is no such file */
    struct label_facts *labels; /* (corpus->labels.n) */
    int32_t n_documents;        /* that stay */
    int64_t n_words;            /* of all their texts */
    bool is_stale;              /* documents or labels have changed since */
};

enum severity {
    FINDING_NONE,
    FINDING_CORRECTED, /* and said */
    FINDING_WARNING,
    FINDING_REFUSED
};

/* What a question found: a message that begins with a place, or a line of the summary
 * behind `about`. */
struct finding {
    enum severity severity;
    const char *about; /* "labels" */
    char *text;        /* owned */
};

typedef void question(struct examination *examination, struct finding *finding);

/* examine_columns.c. Does a class stand in first rows only, as names of columns do? */
question ask_header;
/* Do tabs or line ends stand in labels? Texts have some. */
question ask_controls;
/* Are there more classes than a data set can have? */
question ask_too_many;
/* Has every other document a class of its own, as where texts or ids are the labels? */
question ask_own_classes;
/* Are there more classes than texts, as where columns are swapped? */
question ask_swapped;

/* examine_several.c. Are labels lists of labels? */
question ask_several;

/* examine_missing.c. Do labels say that there is none: nan, null? */
question ask_missing;
/* Are there classes that are called so? */
question ask_called_missing;

/* examine_spellings.c. Are labels the same but for their spelling? */
question ask_spellings;
/* Is a label that training lacks one of training's but for its spelling? */
question ask_strays;
/* Are classes left that a person would take for one? */
question ask_alike;
/* Do truth values stand beside 0 and 1? */
question ask_truth;
/* Do all labels stand in single quotes, which no format takes for its own? */
question ask_quoted;

static inline const char *examine_label(const struct examination *examination,
                                        int32_t label)
{
    return words_text(&examination->corpus->labels, label);
}

/* Whether the label is among the words that say that there is no label. */
bool examine_says_missing(const char *label);

/* Pieces of a sentence, of which the first three are shown. */
struct list {
    char *text; /* owned; NULL: empty */
    int n;
};
/* Takes the piece over; `between` stands in front of it unless it is the first. */
void list_add(struct list *list, const char *between, char *piece);
/* "a, b, c and 4 more", and empty again; the caller's to free. */
char *list_take(struct list *list);

/* `"NaN" (3)`: a label and its documents; the caller's to free. */
char *examine_show(const struct examination *examination, int32_t label);

/* The first document of a label in messages; the caller's to free. */
char *examine_place(const struct examination *examination, int32_t label);

/* How the file was read in which the label's first document stands, "" if that is not
 * known; borrowed. */
const char *examine_layout(const struct examination *examination, int32_t label);

/* What is said of n classes or more; the caller's to free. */
char *examine_too_many(const struct corpus *corpus, int32_t n);

/* All documents of the label go. */
void examine_drop(struct examination *examination, int32_t label);

#endif
