/* A row of a data set as people read it: its text where that was kept, else the words of
 * its ids. Nothing here is collective. */
#ifndef RNNTRAIN_REPORT_ROW_TEXT_H
#define RNNTRAIN_REPORT_ROW_TEXT_H

#include "data/dataset.h"
#include "serve/explain.h"

/* A word of a text, bytes start to end of it; `share`: what it adds to the decision, as a
 * part of what the word adds that adds most, 0 where that is not known. */
struct row_word {
    size_t start, end;
    double share;
};

struct row_text {
    char *text;             /* UTF-8, owned; NULL: it is not known */
    char *origin;           /* where it came from; NULL: that was not kept */
    int n_words;            /* 0: they are not told apart */
    struct row_word *words; /* (n_words) owned */
};

/* Of row `row` of a part; `tokenizer` may be NULL: then it has no words. */
int row_text_find(const struct dataset *data, const struct text_tokenizer *tokenizer,
                  enum dataset_part part, int row, struct row_text *text) NODISCARD;
/* Shares of the words of a text that is known. */
void row_text_explain(struct row_text *text, struct explainer *explainer);
void row_text_release(struct row_text *text);

#endif
