/* What a corpus became, looked at once the last record was read and before anything is
 * written: whether its classes are what was meant. Each question (examine_private.h) is
 * asked in turn; what is certain is corrected, what cannot be told apart is refused with
 * the option that tells, the rest is a line of the summary. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_EXAMINE_H
#define RNNTRAIN_PREPROCESS_CORPUS_EXAMINE_H

#include "corpus/corpus.h"

/* Documents have their parts, and labels as they were met; `names`: the n classes that
 * the labels file gives, none without one. Labels become those that count: a document's
 * label is again an index of corpus->labels, and rows without one are dropped. */
int corpus_examine(struct corpus *corpus, const struct corpus_options *options,
                   const struct reader_notes *notes, char *const *names, int n) NODISCARD;

/* While it is read: ERR_FORMAT where there are more classes than any data set has. */
int corpus_check_labels(const struct corpus *corpus) NODISCARD;

#endif
