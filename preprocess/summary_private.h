/* What the files of summary.h share. */
#ifndef PREPROCESS_SUMMARY_PRIVATE_H
#define PREPROCESS_SUMMARY_PRIVATE_H

#include "summary.h"

#include <jansson.h>

enum { SUMMARY_MOST_READ = 20 }; /* files of records, a line each */

void summary_print_notes(const struct corpus *corpus);

/* How files without labels were read, and what was noted; NULL: there are none. */
void summary_print_unlabelled_reading(const struct unlabelled *unlabelled);
/* How many texts without labels there are, and of which labelled ones they are copies. */
void summary_print_unlabelled(const struct summary *summary);
void summary_add_unlabelled(json_t *root, const struct summary *summary);

#endif
