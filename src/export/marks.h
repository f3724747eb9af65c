/* Punctuation that stands in n-grams as words of its own. */
#ifndef RNNTRAIN_EXPORT_MARKS_H
#define RNNTRAIN_EXPORT_MARKS_H

#include "text/ngrams.h"

/* All of it side by side, UTF-8, "" for none; the caller's to free. */
char *export_marks(const struct text_tokenizer *tokenizer, const struct ngrams *ngrams);

#endif
