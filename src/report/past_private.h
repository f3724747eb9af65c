/* What past.c (runs as they are), past_log.c (their logs) and past_find.c (where they
 * are) share. */
#ifndef RNNTRAIN_REPORT_PAST_PRIVATE_H
#define RNNTRAIN_REPORT_PAST_PRIVATE_H

#include "report/past.h"

/* Adds the runs of a folder. */
int past_find(const char *folder, struct past *past) NODISCARD;

/* The events of run->log. */
void past_read_log(struct past_run *run);

#endif
