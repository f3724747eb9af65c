/* Files of names, one a line: stop words, class labels. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_LINES_H
#define RNNTRAIN_PREPROCESS_CORPUS_LINES_H

#include "base/base.h"

/* The lines that are not empty, in valid UTF-8, without line ends. `what` stands in
 * messages: "the stop words". The caller's to release. */
int lines_read(const char *path, const char *what, char ***lines, int *n) NODISCARD;
void lines_release(char **lines, int n);

#endif
