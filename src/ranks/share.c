#include "ranks/share.h"

#include <string.h>

size_t share_words(const struct comm_shape *shape)
{
    return (shape->rows + 63) / 64;
}

struct share share_part(const struct share *share, int i, int n)
{
    size_t at = (size_t)i, all = (size_t)n, rest = share->end - share->begin;
    return (struct share){share->shape, share->first_word + at * share->word_step,
                          all * share->word_step, share->begin + rest * at / all,
                          share->begin + rest * (at + 1) / all};
}

struct share share_of(const struct comm_shape *shape, int rank, int size)
{
    const struct share whole = {shape, 0, 1, shape->rows * shape->width, shape->n};
    return share_part(&whole, rank, size);
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
    if (shape->most)
        return lane.table.rows +
               table_rows_place(&lane.table, word * 64 + bit) * shape->width;
    return lane.values + (word * 64 + bit) * shape->width;
}

/* What follows the table, from element `at` of the array on. */
static real *rest_of(const struct comm_shape *shape, struct comm_lane lane, size_t at)
{
    return lane.values + at - (shape->most ? shape->rows * shape->width : 0);
}

/* Words of a share. */
static size_t n_words(const struct share *share)
{
    size_t all = share_words(share->shape);
    return share->first_word < all ? (all - share->first_word - 1) / share->word_step + 1
                                   : 0;
}

size_t share_most_rows(const struct share *share, size_t lanes)
{
    size_t rows = n_words(share) * 64, most = share->shape->most * lanes;
    return most > 0 && most < rows ? most : rows;
}

size_t share_most_packed(const struct share *share, size_t lanes)
{
    return n_words(share) * (sizeof(uint64_t) / sizeof(real)) +
           share_most_rows(share, lanes) * share->shape->width + share->end -
           share->begin;
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

    memcpy(to, rest_of(shape, lane, share->begin), rest * sizeof *to);
    return to + rest;
}

const real *share_unpack_bits(const struct share *share, const real *from,
                              struct comm_lane lane)
{
    size_t words = share_words(share->shape);

    for (size_t w = share->first_word; w < words; w += share->word_step) {
        memcpy(&lane.touched[w], from, sizeof lane.touched[w]);
        from += sizeof lane.touched[w] / sizeof *from +
                (size_t)__builtin_popcountll(lane.touched[w]) * share->shape->width;
    }
    return from + share->end - share->begin;
}

void share_number(const struct share *share, struct comm_lane lane)
{
    if (share->shape->most)
        (void)table_rows_number(&lane.table, share->first_word, share->word_step,
                                share_words(share->shape));
}

const real *share_unpack_values(const struct share *share, const real *from,
                                struct comm_lane lane)
{
    const struct comm_shape *shape = share->shape;
    size_t words = share_words(shape), rest = share->end - share->begin;
    for (size_t w = share->first_word; w < words; w += share->word_step) {
        from += sizeof lane.touched[w] / sizeof *from;
        for (uint64_t bits = lane.touched[w]; bits; from += shape->width)
            memcpy(row_of(shape, lane, w, take_bit(&bits)), from,
                   shape->width * sizeof *from);
    }

    memcpy(rest_of(shape, lane, share->begin), from, rest * sizeof *from);
    return from + rest;
}

const real *share_unpack(const struct share *share, const real *from,
                         struct comm_lane lane)
{
    (void)share_unpack_bits(share, from, lane);
    share_number(share, lane);
    return share_unpack_values(share, from, lane);
}

static size_t rows_there(const struct share *share, struct comm_lane left,
                         struct comm_lane right)
{
    size_t n = 0, words = share_words(share->shape);

    for (size_t w = share->first_word; w < words; w += share->word_step)
        n += (size_t)__builtin_popcountll(left.touched[w] | right.touched[w]);
    return n;
}

/* Where only touched rows are stored left's move up to make room for those that right has
 * besides, last to first, so that none is written over before it has moved. */
static void add_stored_rows(const struct share *share, const struct kernels *kernels,
                            struct comm_lane left, struct comm_lane right)
{
    const struct comm_shape *shape = share->shape;
    size_t width = shape->width, n = n_words(share);
    real *to = left.table.rows + rows_there(share, left, right) * width;

    for (size_t k = n; k-- > 0;) {
        size_t w = share->first_word + k * share->word_step;
        uint64_t all = left.touched[w] | right.touched[w];

        for (uint64_t bits = all; bits;) {
            size_t bit = 63 - (size_t)__builtin_clzll(bits);
            bits ^= UINT64_C(1) << bit;
            to -= width;
            if (left.touched[w] >> bit & 1)
                memmove(to, row_of(shape, left, w, bit), width * sizeof *to);
            else
                memset(to, 0, width * sizeof *to);
            if (right.touched[w] >> bit & 1)
                kernels->add(width, to, row_of(shape, right, w, bit));
        }
        left.touched[w] = all;
        left.table.before[w] = (uint32_t)((size_t)(to - left.table.rows) / width);
    }
}

static void add_rows(const struct share *share, const struct kernels *kernels,
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
}

void share_add(const struct share *share, const struct kernels *kernels,
               struct comm_lane left, struct comm_lane right)
{
    const struct comm_shape *shape = share->shape;

    if (shape->most)
        add_stored_rows(share, kernels, left, right);
    else
        add_rows(share, kernels, left, right);
    kernels->add(share->end - share->begin, rest_of(shape, left, share->begin),
                 rest_of(shape, right, share->begin));
}

void share_clear(const struct share *share, struct comm_lane lane)
{
    const struct comm_shape *shape = share->shape;
    size_t words = share_words(shape);

    for (size_t w = share->first_word; w < words; w += share->word_step) {
        while (lane.touched[w] && !shape->most)
            memset(row_of(shape, lane, w, take_bit(&lane.touched[w])), 0,
                   shape->width * sizeof(real));
        lane.touched[w] = 0;
    }
}

void share_clear_table(const struct comm_shape *shape, struct comm_lane lane)
{
    struct share whole = share_of(shape, 0, 1);
    share_clear(&whole, lane);
}
