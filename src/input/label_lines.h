/* Whether lines begin with labels, or are plain texts whose first words are words. */
#ifndef RNNTRAIN_INPUT_LABEL_LINES_H
#define RNNTRAIN_INPUT_LABEL_LINES_H

#include "input/format.h"

/* Few first words, each more than once (or, where a file is sorted by class, one), that
 * do not begin sentences. */
bool label_lines_are(const struct beginning *beginning);

#endif
