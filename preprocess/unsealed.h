/* What is said of a file that another program opened for writing. */
#ifndef RNNPREP_UNSEALED_H
#define RNNPREP_UNSEALED_H

#include <stdbool.h>

/* One line on standard error, where it did. */
void print_unsealed(bool is_unsealed, const char *path);

#endif
