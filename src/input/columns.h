/* Which columns of delimited text hold what. */
#ifndef RNNTRAIN_INPUT_COLUMNS_H
#define RNNTRAIN_INPUT_COLUMNS_H

#include "input/sample.h"

/* Whether the first row, cut by one of the separators, has a well-known name of texts. */
bool columns_name_texts(const struct beginning *beginning, const char *separators);

/* Finds the columns of the texts and the labels, and whether the first row names them.
 * The layout has a separator. */
int columns_lay_out(const struct beginning *beginning, struct layout *layout) NODISCARD;

#endif
