/* Other programs, which must end in time. */
#ifndef RNNTRAIN_EXPORT_C_RUN_H
#define RNNTRAIN_EXPORT_C_RUN_H

#include "base/base.h"

enum {
    RUN_TIME_IS_UP = -1, /* it was killed */
    RUN_NOT_STARTED = 126,
    RUN_NOT_FOUND = 127
};

/* Runs a program, NULL behind its arguments, with its input, output and errors in files
 * of a folder, where its temporary files are too. It ends with this one, by a signal.
 * *code is its exit code, 256 and more for a signal, or one of the above. */
int c_run(const char **command, const char *folder, char *const streams[3],
          double seconds, int *code) NODISCARD;

#endif
