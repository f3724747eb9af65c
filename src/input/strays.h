/* Names of what is no data, wherever it stands. */
#ifndef RNNTRAIN_INPUT_STRAYS_H
#define RNNTRAIN_INPUT_STRAYS_H

#include "base/base.h"

/* Whether a path holds a name that systems, editors and tools leave behind: Thumbs.db,
 * __MACOSX/, x.bak, x~. */
bool strays_of_system(const char *path);

/* Whether a file's name says that it tells about data, or works on it: README, LICENSE,
 * train.py, report.pdf. It is no file of records; in a class folder it is a document. */
bool strays_beside(const char *path);

#endif
