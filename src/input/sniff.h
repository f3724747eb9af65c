/* Finds out how records stand in a file, from its beginning and from what the user said.
 * What cannot be told apart is refused, never guessed. */
#ifndef RNNTRAIN_INPUT_SNIFF_H
#define RNNTRAIN_INPUT_SNIFF_H

#include "input/records.h"

/* From the first n bytes; `whole`: there are no others. The layout is the caller's to
 * release, after a failure too. */
int sniff_layout(const struct records_options *options, const char *name,
                 const char *head, size_t n, bool whole, struct layout *layout) NODISCARD;

#endif
