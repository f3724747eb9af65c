/* Whether the first row of a table names its columns. */
#ifndef RNNTRAIN_INPUT_HEADER_H
#define RNNTRAIN_INPUT_HEADER_H

#include "input/sample.h"

struct records_options;

/* An option says so; else what is known of names, and how the first row differs from the
 * others. */
bool header_is_there(const struct records_options *options, const struct sample *sample);

#endif
