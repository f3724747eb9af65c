#include "words/ngram_bins.h"

#include <stdlib.h>
#include <string.h>

#include "text/pairs.h"

int ngram_bin_of(const struct ngram_met *met)
{
    return (int)(pairs_hash(met->parent, met->word) >> 56);
}

static size_t first_slot(const struct ngram_bin *bin, int32_t parent, int32_t word)
{
    return (size_t)(pairs_hash(parent, word) >> 8) & (bin->n_slots - 1);
}

static void make_slots(struct ngram_bin *bin, size_t n_slots)
{
    free(bin->slots);
    bin->n_slots = n_slots;
    bin->slots = xcalloc(n_slots, sizeof *bin->slots);

    for (int32_t i = 0; i < bin->n; i++) {
        size_t at = first_slot(bin, bin->counted[i].parent, bin->counted[i].word);
        while (bin->slots[at])
            at = (at + 1) & (n_slots - 1);
        bin->slots[at] = i + 1;
    }
}

static int32_t add(struct ngram_bin *bin, const struct ngram_met *met)
{
    if (bin->n == bin->room) {
        if (bin->n > INT32_MAX / 2 - 64)
            die("more than %d n-grams in a bin", bin->n);
        bin->room = 2 * bin->room + 64;
        bin->counted = xrealloc(bin->counted, (size_t)bin->room, sizeof *bin->counted);
    }
    bin->counted[bin->n] = (struct ngram_counted){met->parent, met->word, 0, -1};
    return bin->n++;
}

static struct ngram_counted *find(struct ngram_bin *bin, const struct ngram_met *met)
{
    size_t at = first_slot(bin, met->parent, met->word);
    for (;; at = (at + 1) & (bin->n_slots - 1)) {
        int32_t i = bin->slots[at] - 1;
        if (i < 0) {
            i = add(bin, met);
            bin->slots[at] = i + 1;
        }
        struct ngram_counted *counted = &bin->counted[i];
        if (counted->parent == met->parent && counted->word == met->word)
            return counted;
    }
}

void ngram_bin_count(struct ngram_bin *bin, const struct ngram_met *met, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (2 * (size_t)bin->n >= bin->n_slots)
            make_slots(bin, bin->n_slots ? 4 * bin->n_slots : 256);

        struct ngram_counted *counted = find(bin, &met[i]);
        counted->documents += counted->last != met[i].row;
        counted->last = met[i].row;
    }
}

int64_t ngram_bins_count(const struct ngram_bin bins[NGRAM_BINS])
{
    int64_t n = 0;
    for (int i = 0; i < NGRAM_BINS; i++)
        n += bins[i].n;
    return n;
}

static int compare_falling(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a < b) - (a > b);
}

/* How many documents the last one has that stays, and how many with so many stay. */
static int32_t find_threshold(const struct ngram_bin bins[NGRAM_BINS], int64_t n,
                              int64_t limit, int64_t *n_ties)
{
    int32_t *counts = xcalloc((size_t)n, sizeof *counts);
    int64_t at = 0;
    for (int i = 0; i < NGRAM_BINS; i++)
        for (int32_t k = 0; k < bins[i].n; k++)
            counts[at++] = bins[i].counted[k].documents;
    qsort(counts, (size_t)n, sizeof *counts, compare_falling);

    int32_t threshold = counts[limit - 1];
    *n_ties = 0;
    for (at = limit - 1; at >= 0 && counts[at] == threshold; at--)
        ++*n_ties;
    free(counts);
    return threshold;
}

int64_t ngram_bins_forget(struct ngram_bin bins[NGRAM_BINS], int64_t limit)
{
    int64_t n = ngram_bins_count(bins), n_ties = 0;
    if (!limit || n <= 2 * limit)
        return 0;

    int32_t threshold = find_threshold(bins, n, limit, &n_ties);
    for (int i = 0; i < NGRAM_BINS; i++) {
        struct ngram_bin *bin = &bins[i];
        int32_t kept = 0;
        for (int32_t k = 0; k < bin->n; k++) {
            int32_t documents = bin->counted[k].documents;
            bool stays = documents > threshold || (documents == threshold && n_ties > 0);
            n_ties -= documents == threshold && stays;
            bin->counted[kept] = bin->counted[k];
            kept += stays;
        }
        bin->n = kept;
        if (bin->n_slots)
            make_slots(bin, bin->n_slots);
    }
    return n - limit;
}

void ngram_bins_release(struct ngram_bin bins[NGRAM_BINS])
{
    for (int i = 0; i < NGRAM_BINS; i++) {
        free(bins[i].counted);
        free(bins[i].slots);
    }
    memset(bins, 0, NGRAM_BINS * sizeof *bins);
}
