/* Files as strangers could make them: good ones of five kinds, changed where the input
 * says, on every level that a file has.
 *
 *   objects   by HDF5: links of each kind, attributes, arrays of other types, shapes,
 *             layouts and filters, stored elsewhere; groups without end
 *   texts     the JSON in them: numbers, names, types, depth, length, keys twice
 *   fields    of HDF5's own blocks: kinds, counts, sizes, and places of others
 *   bytes     anywhere
 *
 * Objects and texts come first, as HDF5 must still read what it changes. What was changed
 * is sealed again, if it is a file of ours: a seal shows damage, not origin.
 */
#ifndef MUTANT_H
#define MUTANT_H

#include <stdbool.h>

#include "fuzz.h"

enum mutant_kind {
    MUTANT_CHECKPOINT,
    MUTANT_DATASET,
    MUTANT_KERAS_H5,
    MUTANT_KERAS_ZIP,
    MUTANT_KINDS, /* that commands are given */
    MUTANT_PREDICTIONS = MUTANT_KINDS,
    MUTANT_ALL_KINDS
};
extern const char *const mutant_names[MUTANT_ALL_KINDS];

/* Says where the good files are, the folder tests/, and a path, without its extension, of
 * files that nobody may open: what points elsewhere points to <elsewhere>.h5, .txt and
 * .fifo. Both stay the caller's. */
void mutant_begin(const char *tests, const char *elsewhere);

/* A mutant, the caller's to free; the good file itself where the input is used up. With
 * `sealed` it is sealed, which changes made by other programs take away. */
char *mutant_make(enum mutant_kind kind, bool sealed, struct fuzz *input, size_t *n);

#endif
