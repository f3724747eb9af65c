/* Groups of rows that say the same are dealt, those of the rarest label first, each to
 * the fold that has the fewest rows of that label, or of all where several have as few:
 * iterative stratification (sampler_multi_label.c) for K sides. */
#include "data/folds.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

int folds_hash_rows(const struct dataset *data, uint64_t **hashes)
{
    const struct rows *rows = &data->part[DATASET_TRAIN];
    struct dataset_reader *reader = NULL;
    size_t maxlen = (size_t)rows->maxlen;
    uint64_t *made = xcalloc((size_t)rows->n + 1, sizeof *made);
    int32_t *ids = xcalloc(maxlen + 1, sizeof *ids);
    void *room = xcalloc(dataset_row_bytes(data) + 1, 1);

    int rc = rows->x ? OK : dataset_reader_open(data, DATASET_TRAIN, &reader);
    for (int row = 0; row < rows->n && !rc; row++) {
        int n = rows->length[row];
        if (reader)
            rc = dataset_reader_row(reader, row, room);
        if (!rc)
            rows_ids(rows, reader ? room : rows_at(rows, row), rows_first_word(rows, row),
                     n, ids);
        made[row] = XXH64(ids, (size_t)n * sizeof *ids, 0);
    }

    dataset_reader_close(reader);
    free(room);
    free(ids);
    if (rc)
        free(made);
    else
        *hashes = made;
    return rc;
}

/* A row by what decides its place among all. */
struct keyed {
    uint64_t key;
    int32_t place; /* in `rows` */
};

struct label {
    int n, number;
};

struct deal {
    const struct folds_rows *all;
    const struct rows *from;
    int n_labels, n_folds;
    struct keyed *sorted; /* (n) */
    int n_groups;
    int *first;           /* (n_groups + 1) in `sorted` */
    int *start, *groups;  /* label c: groups[start[c]] .. groups[start[c + 1] - 1] */
    struct label *labels; /* (C) the rarest first */
    int *n_of;            /* (n_folds, C) rows that folds have of each label */
    int *n_in;            /* (n_folds) and of all */
    uint8_t *fold;        /* (n), FOLDS_MOST: not dealt */
};

/* The first label of a row from c on; C: it has no more. */
static int next_label(const struct deal *deal, int place, int c)
{
    int row = deal->all->rows[place];
    if (!deal->from->n_labels)
        return c <= deal->from->y[row] ? deal->from->y[row] : deal->n_labels;

    const uint8_t *labels = rows_multi_hot(deal->from, row);
    while (c < deal->n_labels && !labels[c])
        c++;
    return c;
}

static int compare_keys(const void *left, const void *right)
{
    const struct keyed *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->place - b->place;
}

static int compare_labels(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    return a->n != b->n ? a->n - b->n : a->number - b->number;
}

/* The order is another for another seed. */
static void group(struct deal *deal, uint64_t seed)
{
    const struct folds_rows *all = deal->all;
    size_t n = (size_t)all->n;

    deal->sorted = xcalloc(n + 1, sizeof *deal->sorted);
    deal->first = xcalloc(n + 1, sizeof *deal->first);
    for (int i = 0; i < all->n; i++) {
        uint64_t hash = all->hashes[all->rows[i]];
        deal->sorted[i] = (struct keyed){XXH64(&hash, sizeof hash, seed), i};
    }
    qsort(deal->sorted, n, sizeof *deal->sorted, compare_keys);
    for (int i = 0; i < all->n; i++)
        if (i == 0 || deal->sorted[i].key != deal->sorted[i - 1].key)
            deal->first[deal->n_groups++] = i;
    deal->first[deal->n_groups] = all->n;
}

/* The groups of each label, once a row that has it. */
static void list_groups(struct deal *deal)
{
    size_t n_labels = (size_t)deal->n_labels;
    int *at = xcalloc(n_labels + 1, sizeof *at);

    deal->labels = xcalloc(n_labels, sizeof *deal->labels);
    deal->start = xcalloc(n_labels + 1, sizeof *deal->start);
    for (int i = 0; i < deal->all->n; i++)
        for (int c = next_label(deal, i, 0); c < deal->n_labels;
             c = next_label(deal, i, c + 1))
            deal->labels[c].n++;
    for (int c = 0; c < deal->n_labels; c++) {
        deal->labels[c].number = c;
        deal->start[c + 1] = deal->start[c] + deal->labels[c].n;
        at[c] = deal->start[c];
    }

    deal->groups = xcalloc((size_t)deal->start[n_labels] + 1, sizeof *deal->groups);
    for (int g = 0; g < deal->n_groups; g++)
        for (int i = deal->first[g]; i < deal->first[g + 1]; i++)
            for (int c = next_label(deal, deal->sorted[i].place, 0); c < deal->n_labels;
                 c = next_label(deal, deal->sorted[i].place, c + 1))
                deal->groups[at[c]++] = g;
    qsort(deal->labels, n_labels, sizeof *deal->labels, compare_labels);
    free(at);
}

/* -1: rows without a label. */
static int rows_of(const struct deal *deal, int fold, int label)
{
    return label < 0 ? deal->n_in[fold] : deal->n_of[fold * deal->n_labels + label];
}

static int choose_fold(const struct deal *deal, int label)
{
    int best = 0;

    for (int f = 1; f < deal->n_folds; f++) {
        int n = rows_of(deal, f, label), least = rows_of(deal, best, label);
        if (n < least || (n == least && deal->n_in[f] < deal->n_in[best]))
            best = f;
    }
    return best;
}

/* Unless it is dealt. */
static void deal_group(struct deal *deal, int g, int label)
{
    if (deal->fold[deal->sorted[deal->first[g]].place] != FOLDS_MOST)
        return;
    int fold = choose_fold(deal, label);

    for (int i = deal->first[g]; i < deal->first[g + 1]; i++) {
        int place = deal->sorted[i].place;
        deal->fold[place] = (uint8_t)fold;
        deal->n_in[fold]++;
        for (int c = next_label(deal, place, 0); c < deal->n_labels;
             c = next_label(deal, place, c + 1))
            deal->n_of[fold * deal->n_labels + c]++;
    }
}

static int n_texts(const struct deal *deal, int c)
{
    int n = 0;

    for (int i = deal->start[c]; i < deal->start[c + 1]; i++)
        n += i == deal->start[c] || deal->groups[i] != deal->groups[i - 1];
    return n;
}

/* Of several labels some are so rare that no fold need have them. */
static int check(const struct deal *deal)
{
    const struct facts *facts = &deal->all->data->facts;
    int texts = 0;

    for (int c = 0; c < deal->n_labels && !facts->multi_label; c++)
        for (int f = 0; f < deal->n_folds; f++)
            if ((texts = n_texts(deal, c)) > 0 && rows_of(deal, f, c) == 0)
                return fail(ERR_USAGE,
                            "--folds %d: class %s has %d different text%s, and each fold "
                            "wants one: give %smore texts of it, or leave it out",
                            deal->n_folds, facts->labels[c], texts, texts > 1 ? "s" : "",
                            texts > 1 ? "fewer folds, " : "");
    if (deal->n_groups < deal->n_folds)
        return fail(ERR_USAGE, "--folds %d: there are %d different texts: give fewer",
                    deal->n_folds, deal->n_groups);
    return OK;
}

int folds_deal(const struct folds_rows *rows, int n_folds, uint64_t seed, uint8_t *fold)
{
    const struct dataset *data = rows->data;
    struct deal deal = {.all = rows,
                        .from = &data->part[DATASET_TRAIN],
                        .n_labels = data->facts.n_labels,
                        .n_folds = n_folds,
                        .fold = fold};
    deal.n_in = xcalloc((size_t)n_folds, sizeof *deal.n_in);
    deal.n_of = xcalloc((size_t)n_folds, (size_t)deal.n_labels * sizeof *deal.n_of);
    memset(fold, FOLDS_MOST, (size_t)rows->n);
    group(&deal, seed);
    list_groups(&deal);

    for (int l = 0; l < deal.n_labels; l++) {
        int c = deal.labels[l].number;
        for (int i = deal.start[c]; i < deal.start[c + 1]; i++)
            deal_group(&deal, deal.groups[i], c);
    }
    for (int g = 0; g < deal.n_groups; g++)
        deal_group(&deal, g, -1);

    int rc = check(&deal);
    free(deal.sorted);
    free(deal.first);
    free(deal.start);
    free(deal.groups);
    free(deal.labels);
    free(deal.n_of);
    free(deal.n_in);
    return rc;
}
