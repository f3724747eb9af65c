/* Files of names, one a line: stop words, class labels. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_LINES_H
#define RNNTRAIN_PREPROCESS_CORPUS_LINES_H

#include "base/base.h"

/* The lines that are not empty, in valid UTF-8, without line ends (LF, CR LF, CR), blanks
 * around them and a byte order mark, which may be one of UTF-16 or UTF-32. `what` stands
 * in messages: "the stop words". The caller's to release. */
int lines_read(const char *path, const char *what, char ***lines, int *n) NODISCARD;
/* The same; ERR_FORMAT where a line stands there twice. */
int lines_read_distinct(const char *path, const char *what, char ***lines,
                        int *n) NODISCARD;
void lines_release(char **lines, int n);

#endif
