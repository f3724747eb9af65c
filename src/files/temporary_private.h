/* What temporary.c (making them), temporary_signal.c (what a handler removes) and
 * temporary_sweep.c (what the dead left) share. */
#ifndef RNNTRAIN_FILES_TEMPORARY_PRIVATE_H
#define RNNTRAIN_FILES_TEMPORARY_PRIVATE_H

#include "files/temporary.h"

#define TEMPORARY_MARK ".tmp."
enum { TEMPORARY_STEM = 200, TEMPORARY_DIGITS = 16 }; /* of its target's name; random */

/* What a signal removes: its slot, or -1 where there is none left; -1 is forgotten. */
int temporary_note(int directory, const char *name);
void temporary_forget(int slot);

/* Removes a file, or a folder with its files; async-signal-safe. */
void temporary_remove(int directory, const char *name);

#endif
