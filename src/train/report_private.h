/* What report_open.c (the log taken), report.c (the log's lines), console.c (what people
 * see while it goes on), figures.c, epoch_line.c (of an epoch) and events.c (each event,
 * for both) share. */
#ifndef RNNTRAIN_TRAIN_REPORT_PRIVATE_H
#define RNNTRAIN_TRAIN_REPORT_PRIVATE_H

#include "train/report.h"

/* Figures of rows (JUDGE_FIGURES, or NULL) at the end of a line, each where it is known,
 * by names with a prefix: "val_auc". */
void report_add_figures(json_t *line, const char *prefix, bool multi_label,
                        const double *figures);

/* ERR_EXISTS: what has the log's name is something else. */
int report_no_log(const char *path, const char *what) NODISCARD;

/* An epoch to people. */
void report_say_epoch(struct report *report, const struct report_epoch *epoch);

#endif
