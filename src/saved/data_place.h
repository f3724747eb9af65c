/* Where the data set of a run may be that nobody names. Nothing here is collective. */
#ifndef RNNTRAIN_SAVED_DATA_PLACE_H
#define RNNTRAIN_SAVED_DATA_PLACE_H

/* The places in which something is, the likeliest first, by i from 0; NULL: there are no
 * more. `recorded` is what the run says that it learnt of, "" or NULL: nothing; behind it
 * comes dataset.h5 in this folder. Borrowed. */
const char *data_place(const char *recorded, int i);

/* What rnnprep writes where nobody names a file. */
#define DATA_PLACE_USUAL "dataset.h5"

#endif
