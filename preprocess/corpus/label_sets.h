/* Labels of documents of which each may have several. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_LABEL_SETS_H
#define RNNTRAIN_PREPROCESS_CORPUS_LABEL_SETS_H

#include "corpus/corpus.h"

/* Where a document that stays has a set, all get one, of their one label; labels that
 * have a column each are known whether a text has them or not. With `all` they get one in
 * any case. */
void label_sets_unify(struct corpus *corpus, bool all, const struct reader_notes *notes);

/* Every label becomes another, becomes[label]. */
void label_sets_relabel(struct corpus *corpus, const int32_t *becomes);

/* Whether the document has the label. */
bool label_sets_hold(const struct corpus *corpus, const struct document *document,
                     int32_t label);

#endif
