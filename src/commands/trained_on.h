/* The data set that a command reads where none is named. Nothing here is collective. */
#ifndef RNNTRAIN_COMMANDS_TRAINED_ON_H
#define RNNTRAIN_COMMANDS_TRAINED_ON_H

#include <stdbool.h>

/* What the model of a path, or a cross-validation, was trained on, if it is still where
 * it was, else dataset.h5 in this folder. A note on standard error says so where it is
 * another file than that and `notes` is set. The caller's to free. */
char *trained_on(const char *model, bool notes);

#endif
