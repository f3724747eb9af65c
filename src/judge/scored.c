#include "judge/scored.h"

#include <math.h>
#include <string.h>

/* By digits, from the last one on, each sort keeping the order of equals: a comparison a
 * row and digit would take five times as long. */
enum { DIGIT_BITS = 11, VALUES = 1 << DIGIT_BITS, DIGITS = 6 };

bool scored_is_possible(const struct judge *judge)
{
    size_t all = (size_t)judge->n * (size_t)judge->classes;

    for (size_t i = 0; i < all && judge->probabilities; i++)
        if (isnan(judge->probabilities[i]))
            return false;
    return judge->probabilities != NULL;
}

static unsigned digit_of(uint64_t key, int digit)
{
    return (unsigned)(key >> (digit * DIGIT_BITS)) & (VALUES - 1);
}

/* Numbers that are not negative are in the order of their bits. */
static uint64_t key_of(double p)
{
    uint64_t bits;

    p += 0; /* of two zeros one */
    memcpy(&bits, &p, sizeof bits);
    return ~bits;
}

/* Counts of a digit's values become the places of their first rows. False: all rows have
 * the same one. */
static bool set_places(uint32_t counts[VALUES], uint32_t n)
{
    uint32_t sum = 0;

    for (int v = 0; v < VALUES; v++) {
        uint32_t count = counts[v];
        if (count == n)
            return false;
        counts[v] = sum;
        sum += count;
    }
    return true;
}

/* Where they then are: `scored` or `other`. */
static struct scored *sort(struct scored *scored, struct scored *other, size_t n)
{
    uint32_t counts[DIGITS][VALUES] = {{0}};

    for (size_t i = 0; i < n; i++)
        for (int d = 0; d < DIGITS; d++)
            counts[d][digit_of(scored[i].key, d)]++;

    for (int d = 0; d < DIGITS; d++) {
        if (!set_places(counts[d], (uint32_t)n))
            continue;
        for (size_t i = 0; i < n; i++)
            other[counts[d][digit_of(scored[i].key, d)]++] = scored[i];
        struct scored *sorted = other;
        other = scored;
        scored = sorted;
    }
    return scored;
}

void scored_rank(const struct judge *judge, int c, struct scored *room, uint32_t *ranks)
{
    size_t n = (size_t)judge->n, width = (size_t)judge->classes;

    for (size_t i = 0; i < n; i++) {
        room[i].key = key_of(judge->probabilities[i * width + (size_t)c]);
        room[i].row = (uint32_t)i;
    }
    const struct scored *sorted = sort(room, room + n, n);
    for (size_t i = 0; i < n; i++) {
        bool is_last = i + 1 == n || sorted[i + 1].key != sorted[i].key;
        ranks[i] = 2 * sorted[i].row + is_last;
    }
}
