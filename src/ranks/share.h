/* Arrays of lanes, and the share of one that a rank finishes.
 *
 * An array is a table (rows, width), of whose rows a lane has touched some, and what
 * follows it: comm.h's comm_shape. A share of it is every n-th word of 64 rows, so
 * that frequent and rare rows are dealt out evenly, and a slice of what follows. A share
 * travels packed: for each of its words the 64 bits of touched rows, then those rows;
 * then its slice. Nothing here is collective.
 */
#ifndef RNNTRAIN_RANKS_SHARE_H
#define RNNTRAIN_RANKS_SHARE_H

#include "ranks/comm.h"

struct share {
    const struct comm_shape *shape;
    size_t first_word, word_step; /* of the rows' bits */
    size_t begin, end;            /* the slice, in reals of the array */
};

/* Words of the bits of all rows. */
size_t share_words(const struct comm_shape *shape);

/* Rank's share of `size`; of one rank: the whole. */
struct share share_of(const struct comm_shape *shape, int rank, int size);
/* The i-th of the n shares that a share is cut into. */
struct share share_part(const struct share *share, int i, int n);

/* Rows of the table that it has at most, of a sum of so many lanes. */
size_t share_most_rows(const struct share *share, size_t lanes);
/* At most so many reals is it once packed, of a sum of so many lanes. */
size_t share_most_packed(const struct share *share, size_t lanes);

/* Both return the end of what they wrote or read. Where only touched rows are stored, a
 * lane has none but those of the share that was unpacked. */
real *share_pack(const struct share *share, struct comm_lane lane, real *to);
const real *share_unpack(const struct share *share, const real *from,
                         struct comm_lane lane);

/* The same in two steps, for a lane of all shares: the bits of each; then, once their
 * rows are numbered, what they mark. */
const real *share_unpack_bits(const struct share *share, const real *from,
                              struct comm_lane lane);
void share_number(const struct share *share, struct comm_lane lane);
const real *share_unpack_values(const struct share *share, const real *from,
                                struct comm_lane lane);

/* left += right; rows that only one of them touched are copies, as zeros add nothing.
 * Where only touched rows are stored, lanes have those of the share. */
void share_add(const struct share *share, const struct kernels *kernels,
               struct comm_lane left, struct comm_lane right);

/* The share's rows of the table become zero and untouched; and all of them. */
void share_clear(const struct share *share, struct comm_lane lane);
void share_clear_table(const struct comm_shape *shape, struct comm_lane lane);

#endif
