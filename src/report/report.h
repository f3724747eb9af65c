/* Runs as one page of HTML that needs nothing else: no network, no script. What it shows
 * is found in the runs' folders (past.h) and, where that is there, in the data set.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_REPORT_REPORT_H
#define RNNTRAIN_REPORT_REPORT_H

#include <jansson.h>

#include "base/base.h"

struct report_settings {
    const char *data;  /* the runs' data set; NULL: dataset.h5, if it is theirs */
    const char *trace; /* of the run that is shown in full; NULL: RUN/trace.json */
    int resamples;     /* for the intervals of the run that is shown in full; 0: none */
    uint64_t seed;     /* of them */
    int mistakes;      /* that are shown */
    /* The command that makes a run of a configuration (JSON); the caller's. */
    char *(*command)(const json_t *config);
};

/* ERR_NO_INPUT, ERR_FORMAT: a folder holds no run, or a file of one is damaged; ERR_IO:
 * the page cannot be written. */
int report_page(const char *const *folders, int n, const struct report_settings *settings,
                const char *output) NODISCARD;

#endif
