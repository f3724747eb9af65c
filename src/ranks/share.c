#include "ranks/share.h"

#include <string.h>

size_t share_words(const struct comm_shape *shape)
{
    return (shape->rows + 63) / 64;
}

struct share share_of(const struct comm_shape *shape, int rank, int size)
{
    size_t table = shape->rows * shape->width, rest = shape->n - table;
    return (struct share){shape, (size_t)rank, (size_t)size,
                          table + rest * (size_t)rank / (size_t)size,
                          table + rest * ((size_t)rank + 1) / (size_t)size};
}

/* The number of the lowest bit of *bits, which is taken out of it. */
static size_t take_bit(uint64_t *bits)
{
    size_t bit = (size_t)__builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return bit;
}

static real *row_of(const struct comm_shape *shape, struct comm_lane lane, size_t word,
                    size_t bit)
{
    return lane.values + (word * 64 + bit) * shape->width;
}

size_t share_most_packed(const struct share *share)
{
    size_t all = share_words(share->shape);
    size_t words = share->first_word < all
                       ? (all - share->first_word - 1) / share->word_step + 1
                       : 0;
    return words * (sizeof(uint64_t) / sizeof(real) + 64 * share->shape->width) +
           share->end - share->begin;
}

real *share_pack(const struct share *share, struct comm_lane lane, real *to)
{
    const struct comm_shape *shape = share->shape;
    size_t words = share_words(shape), rest = share->end - share->begin;
    for (size_t w = share->first_word; w < words; w += share->word_step) {
        memcpy(to, &lane.touched[w], sizeof lane.touched[w]);
        to += sizeof lane.touched[w] / sizeof *to;
        for (uint64_t bits = lane.touched[w]; bits; to += shape->width)
            memcpy(to, row_of(shape, lane, w, take_bit(&bits)),
                   shape->width * sizeof *to);
    }

    memcpy(to, lane.values + share->begin, rest * sizeof *to);
    return to + rest;
}

const real *share_unpack(const struct share *share, const real *from,
                         struct comm_lane lane)
{
    const struct comm_shape *shape = share->shape;
    size_t words = share_words(shape), rest = share->end - share->begin;
    for (size_t w = share->first_word; w < words; w += share->word_step) {
        memcpy(&lane.touched[w], from, sizeof lane.touched[w]);
        from += sizeof lane.touched[w] / sizeof *from;
        for (uint64_t bits = lane.touched[w]; bits; from += shape->width)
            memcpy(row_of(shape, lane, w, take_bit(&bits)), from,
                   shape->width * sizeof *from);
    }

    memcpy(lane.values + share->begin, from, rest * sizeof *from);
    return from + rest;
}

void share_add(const struct share *share, const struct kernels *kernels,
               struct comm_lane left, struct comm_lane right)
{
    const struct comm_shape *shape = share->shape;
    size_t words = share_words(shape);
    for (size_t w = share->first_word; w < words; w += share->word_step) {
        left.touched[w] |= right.touched[w];
        for (uint64_t bits = right.touched[w]; bits;) {
            size_t bit = take_bit(&bits);
            kernels->add(shape->width, row_of(shape, left, w, bit),
                         row_of(shape, right, w, bit));
        }
    }

    kernels->add(share->end - share->begin, left.values + share->begin,
                 right.values + share->begin);
}

void share_clear_table(const struct comm_shape *shape, struct comm_lane lane)
{
    size_t words = share_words(shape);
    for (size_t w = 0; w < words; w++)
        for (; lane.touched[w];)
            memset(row_of(shape, lane, w, take_bit(&lane.touched[w])), 0,
                   shape->width * sizeof(real));
}
