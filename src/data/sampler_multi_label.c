/* Rows of which each may have several labels, split so that both sides have their share
 * of each label.
 *
 * Iterative stratification: of the labels that rows are left of, the rarest is dealt
 * first, each of its rows to the side that is owed most of that label; what a row has
 * besides counts for the labels that follow. Rows without a label fill the sides up.
 *
 * Source: Sechidis, Tsoumakas, Vlahavas, "On the stratification of multi-label data",
 * ECML PKDD 2011, for two sides, with ties decided by numbers of labels.
 */
#include "data/sampler_private.h"

#include <stdlib.h>
#include <string.h>

enum { TAKEN, REST, SIDES, UNDEALT = SIDES };

struct deal {
    const struct rows *from; /* borrowed, as `rows` */
    const int32_t *rows;
    int n, n_labels;
    int64_t wanted[SIDES]; /* rows of a side */
    int64_t has[SIDES];
    int *n_of_label; /* (C) rows that have it; */
    int *n_left;     /* (C) of them, not dealt; */
    int *n_taken;    /* (C) of them, taken */
    int *start;      /* (C + 1) in `places`, of the rows of a label */
    int32_t *places; /* places in `rows` of the rows of each label */
    uint8_t *side;   /* (n) UNDEALT or where a row went */
};

/* The places of each label's rows, one label behind the other. */
static void list_places(struct deal *deal)
{
    int *at = xcalloc((size_t)deal->n_labels, sizeof *at);
    for (int c = 0; c < deal->n_labels; c++) {
        deal->start[c + 1] = deal->start[c] + deal->n_of_label[c];
        at[c] = deal->start[c];
    }

    deal->places = xcalloc((size_t)deal->start[deal->n_labels] + 1, sizeof(int32_t));
    for (int i = 0; i < deal->n; i++) {
        const uint8_t *labels = rows_multi_hot(deal->from, deal->rows[i]);
        for (int c = 0; c < deal->n_labels; c++)
            if (labels[c])
                deal->places[at[c]++] = i;
    }
    free(at);
}

static void begin(struct deal *deal)
{
    size_t n_labels = (size_t)deal->n_labels;
    deal->n_of_label = xcalloc(n_labels, sizeof *deal->n_of_label);
    deal->n_left = xcalloc(n_labels, sizeof *deal->n_left);
    deal->n_taken = xcalloc(n_labels, sizeof *deal->n_taken);
    deal->start = xcalloc(n_labels + 1, sizeof *deal->start);
    deal->side = xcalloc((size_t)deal->n, 1);

    memset(deal->side, UNDEALT, (size_t)deal->n);
    rows_count(deal->from, deal->rows, deal->n, deal->n_labels, deal->n_of_label);
    memcpy(deal->n_left, deal->n_of_label, n_labels * sizeof *deal->n_left);
    list_places(deal);
}

static void end(struct deal *deal)
{
    free(deal->n_of_label);
    free(deal->n_left);
    free(deal->n_taken);
    free(deal->start);
    free(deal->places);
    free(deal->side);
}

/* The label that fewest rows are left of; -1: none is left of any. */
static int rarest(const struct deal *deal)
{
    int best = -1;
    for (int c = 0; c < deal->n_labels; c++)
        if (deal->n_left[c] > 0 && (best < 0 || deal->n_left[c] < deal->n_left[best]))
            best = c;
    return best;
}

/* The side that is owed most rows of the label, or of all where both are owed the same or
 * there is none (-1), unless it is full. Shares are compared as whole numbers, n times
 * themselves. */
static int choose_side(const struct deal *deal, int label)
{
    if (deal->has[TAKEN] == deal->wanted[TAKEN])
        return REST;
    if (deal->has[REST] == deal->wanted[REST])
        return TAKEN;

    int64_t of_label = label < 0 ? 0 : deal->n_of_label[label];
    int64_t taken = label < 0 ? 0 : deal->n_taken[label];
    int64_t rest = label < 0 ? 0 : of_label - deal->n_left[label] - taken;
    int64_t owed_taken = of_label * deal->wanted[TAKEN] - taken * deal->n;
    int64_t owed_rest = of_label * deal->wanted[REST] - rest * deal->n;
    if (owed_taken != owed_rest)
        return owed_taken > owed_rest ? TAKEN : REST;

    int64_t left_taken = deal->wanted[TAKEN] - deal->has[TAKEN];
    int64_t left_rest = deal->wanted[REST] - deal->has[REST];
    return left_taken > left_rest ? TAKEN : REST;
}

static void put(struct deal *deal, int32_t place, int side)
{
    const uint8_t *labels = rows_multi_hot(deal->from, deal->rows[place]);
    deal->side[place] = (uint8_t)side;
    deal->has[side]++;

    for (int c = 0; c < deal->n_labels; c++) {
        deal->n_left[c] -= labels[c];
        deal->n_taken[c] += side == TAKEN ? labels[c] : 0;
    }
}

/* Deals the rows of a list that are not dealt, in an order drawn at random. */
static void deal_list(struct deal *deal, struct rng rng, int label, int32_t *places,
                      int n)
{
    rng.row = label < 0 ? (uint32_t)deal->n_labels : (uint32_t)label;
    rng_shuffle(&rng, places, n);
    for (int i = 0; i < n; i++)
        if (deal->side[places[i]] == UNDEALT)
            put(deal, places[i], choose_side(deal, label));
}

static void deal_unlabelled(struct deal *deal, struct rng rng)
{
    int32_t *places = xcalloc((size_t)deal->n, sizeof *places);
    int n = 0;
    for (int i = 0; i < deal->n; i++)
        if (deal->side[i] == UNDEALT)
            places[n++] = i;
    deal_list(deal, rng, -1, places, n);
    free(places);
}

void sampler_take_multi_label(const struct rows *from, struct rng rng, int32_t *rows,
                              int *n, int n_taken, int32_t *taken)
{
    struct deal deal = {.from = from, .rows = rows, .n = *n, .n_labels = from->n_labels};
    deal.wanted[TAKEN] = n_taken;
    deal.wanted[REST] = *n - n_taken;
    begin(&deal);

    for (int c = rarest(&deal); c >= 0; c = rarest(&deal))
        deal_list(&deal, rng, c, deal.places + deal.start[c], deal.n_of_label[c]);
    deal_unlabelled(&deal, rng);

    int n_rest = 0, at = 0;
    for (int i = 0; i < deal.n; i++)
        if (deal.side[i] == TAKEN)
            taken[at++] = rows[i];
        else
            rows[n_rest++] = rows[i];
    *n = n_rest;
    end(&deal);
}
