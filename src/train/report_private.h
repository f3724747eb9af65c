/* What report_open.c (the log taken), report.c (the log's lines), console.c (what people
 * see while it goes on) and events.c (each event, for both) share. */
#ifndef RNNTRAIN_TRAIN_REPORT_PRIVATE_H
#define RNNTRAIN_TRAIN_REPORT_PRIVATE_H

#include "train/report.h"

#include <jansson.h>

/* ERR_EXISTS: what has the log's name is something else. */
int report_no_log(const char *path, const char *what) NODISCARD;

/* Releases the line. A failure is returned where the line `must` be written, else told
 * and made good with the next line. */
int report_write(struct report *report, json_t *line, bool must) NODISCARD;

#endif
