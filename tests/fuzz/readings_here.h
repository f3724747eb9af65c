/* Readings within the process of a fuzz target. */
#ifndef READINGS_HERE_H
#define READINGS_HERE_H

#include "readings.h"

/* Makes a folder for the files, and goes there. `tests`: the folder of the good ones. */
void readings_here_begin(const char *tests);

/* Reads n bytes as that command or the library does, and checks what came of it: a code
 * of ours and a message, no canary opened or said, nothing said that a terminal obeys.
 * Exporting to C, which starts a compiler, is left to processes. */
void readings_here_try(enum reading reading, enum mutant_kind kind, const char *bytes,
                       size_t n);

/* What a fuzz target does with its input: makes a mutant of that kind, and reads it by
 * one of the commands or by the library, each as often as it is quick. */
void readings_here_fuzz(enum mutant_kind kind, bool sealed, struct fuzz *input);

/* The folder and the good files, once a process; done by readings_here_fuzz. */
void readings_here_prepare(void);

#endif
