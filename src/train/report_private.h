/* What report_open.c (the log taken), report.c (the log's lines), console.c (what people
 * see while it goes on) and events.c (each event, for both) share. */
#ifndef RNNTRAIN_TRAIN_REPORT_PRIVATE_H
#define RNNTRAIN_TRAIN_REPORT_PRIVATE_H

#include "train/report.h"

/* ERR_EXISTS: what has the log's name is something else. */
int report_no_log(const char *path, const char *what) NODISCARD;

#endif
