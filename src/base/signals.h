/* Signals, from a program's first instruction on. Those that ask it to end (SIGHUP,
 * SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGXCPU) and SIGUSR2 are noted; what was ignored at
 * the start, as under nohup, stays so. SIGPIPE and SIGXFSZ are ignored: a closed pipe and
 * a limit of a file's size are errors of the write that meets them. A library's host
 * keeps its own signals: nothing here is called there.
 */
#ifndef RNNTRAIN_BASE_SIGNALS_H
#define RNNTRAIN_BASE_SIGNALS_H

#include <stdbool.h>

/* A program defines it, once, at file level: libraries are loaded after it. A simulated
 * rank is a library itself, which has no such section. */
#if defined __PIC__ && !defined __PIE__
#define SIGNALS_SECTION ".init_array"
#else
#define SIGNALS_SECTION ".preinit_array"
#endif
#define SIGNALS_FROM_THE_START                                                           \
    __attribute__((section(SIGNALS_SECTION),                                             \
                   used)) static void (*const signals_from_the_start)(void) =            \
        signals_note;

/* From now on signals are noted; forgets those that were. */
void signals_note(void);

/* From now on a signal that asks to end does so; at once where one was noted. */
void signals_end_process(void);
/* What then runs first, in the handler; NULL: nothing. */
void signals_tidy_by(void (*tidy)(void));

/* The signal that asked to end, the last one; 0: none. */
int signals_noted(void);
/* Whether SIGUSR2 has come since the last call. */
bool signals_status_asked(void);

/* In a child, before another program begins in it: as they were at the start. */
void signals_restore(void);

#endif
