/* What the labels came to one by one, where a text may have several. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_COMMANDS_LABEL_REPORT_H
#define RNNTRAIN_COMMANDS_LABEL_REPORT_H

#include "data/facts.h"
#include "train/evaluate.h"

/* Precision, recall, F1 and number of each label, and the means, to standard output: a
 * table behind the line of the part, or one JSON object. `by_label` (facts->n_labels). */
void label_report_print(const char *part, const struct score *score,
                        const struct facts *facts, const struct label_counts *by_label,
                        bool json);

#endif
