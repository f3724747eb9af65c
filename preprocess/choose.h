/* Which options fit a corpus: a rule from what is counted of its training part to the
 * options that say how words are made, which n-grams are counted and how long rows are,
 * for what the data set shall serve. README states it; choosing.h obeys it. */
#ifndef PREPROCESS_CHOOSE_H
#define PREPROCESS_CHOOSE_H

#include "text/look.h"
#include "text/text.h"

enum purpose {
    PURPOSE_NONE, /* nothing is chosen: options are what they always are */
    PURPOSE_AUTO, /* networks and linear models */
    PURPOSE_FAST, /* a linear model alone */
    PURPOSE_BEST, /* whatever gives the best of both */
    PURPOSES
};
extern const char *const purpose_names[PURPOSES + 1]; /* NULL at the end */

/* Of the training part; what a stage needs is known before it. */
struct choose_facts {
    int n_texts;
    int n_uncut, n_one_word, n_with_tags, n_with_references; /* see text/look.h */
    /* for CHOOSE_COUNTING: */
    enum text_segment segment;
    int64_t n_words;
    int n_outputs; /* of a model: classes, or 1 for two; or labels */
    int n_known;   /* distinct words that can have an id */
    int n_vectors; /* of them those that would have a vector */
    /* for CHOOSE_ROWS: */
    int length; /* ids that CHOOSE_PERCENT % of the texts have at most */
};
enum { CHOOSE_PERCENT = 98 };

/* Counts one more text. */
void choose_count_look(struct choose_facts *facts, struct text_look look);

/* What cuts these texts into words. */
enum text_segment choose_fitting_segment(const struct choose_facts *facts);

enum choose_stage {
    CHOOSE_CUTTING,  /* before texts are cut into words */
    CHOOSE_COUNTING, /* once words are counted, before n-grams are */
    CHOOSE_ROWS      /* once it is known which words have ids */
};

/* An option that can be chosen. Texts are the caller's to free. */
struct choosable {
    const char *name;
    const char *other; /* a value that is not its default */
    enum choose_stage stage;
    char *(*choose)(enum purpose purpose, const struct choose_facts *facts);
    char *(*reason)(const struct choose_facts *facts); /* a clause */
};
enum { CHOOSE_OPTIONS = 9 };
extern const struct choosable choosables[CHOOSE_OPTIONS];

#endif
