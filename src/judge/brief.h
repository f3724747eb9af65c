/* The figures that are looked at while a model trains: those that cost next to nothing.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_JUDGE_BRIEF_H
#define RNNTRAIN_JUDGE_BRIEF_H

#include "judge/figures.h"

/* As judge_compute, of a judge that need not be arranged: what is counted, and ROC AUC
 * and average precision on average, where probabilities were kept. All else is NaN. */
void judge_compute_brief(const struct judge *judge, struct judge_figures *figures);

/* The log loss, added up in the order of the rows: that of figures.h but for rounding. */
double judge_log_loss(const struct judge *judge);

#endif
