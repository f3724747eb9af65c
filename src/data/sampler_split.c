/* Which rows are trained, validated and tested. */
#include "data/sampler_private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "data/folds.h"

int32_t *sampler_all_rows(int n)
{
    int32_t *rows = xcalloc((size_t)n, sizeof *rows);
    for (int i = 0; i < n; i++)
        rows[i] = i;
    return rows;
}

/* The rows of one class, in order; returns how many. */
static int rows_of_class(const struct rows *from, const int32_t *rows, int n, int label,
                         int32_t *found)
{
    int n_found = 0;
    for (int i = 0; i < n; i++)
        if (from->y[rows[i]] == label)
            found[n_found++] = rows[i];
    return n_found;
}

static int compare_numbers(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return a < b ? -1 : a > b;
}

/* How many rows of each class make up n_taken of all n: the largest remainder gets what
 * the rounding leaves, ties going to the lower class. */
static void apportion(const int *counts, int n_labels, int n, int n_taken, int *shares)
{
    int left = n_taken;
    for (int c = 0; c < n_labels; c++)
        left -= shares[c] = (int)((int64_t)counts[c] * n_taken / n);

    for (; left > 0; left--) {
        int best = -1;
        int64_t most = -1;
        for (int c = 0; c < n_labels; c++) {
            int64_t owed = (int64_t)counts[c] * n_taken - (int64_t)shares[c] * n;
            if (shares[c] < counts[c] && owed > most) {
                most = owed;
                best = c;
            }
        }
        shares[best]++;
    }
}

/* How many rows of each class to take, of these n; the caller's to free. */
static int *class_shares(const struct rows *from, int n_labels, const int32_t *rows,
                         int n, int n_taken)
{
    int *counts = xcalloc((size_t)n_labels, sizeof *counts);
    int *shares = xcalloc((size_t)n_labels, sizeof *shares);
    rows_count(from, rows, n, n_labels, counts);
    apportion(counts, n_labels, n, n_taken, shares);
    free(counts);
    return shares;
}

/* Splits rows into so many of each class, drawn at random, and the rest (left in rows);
 * both in ascending order. */
static void take_stratified(const struct rows *from, int n_labels, struct rng rng,
                            int32_t *rows, int *n, const int *shares, int32_t *taken)
{
    int32_t *class_rows = xcalloc((size_t)*n, sizeof *class_rows);
    int32_t *rest = xcalloc((size_t)*n, sizeof *rest);
    int at = 0, n_rest = 0;

    for (int label = 0; label < n_labels; label++) {
        int of_class = rows_of_class(from, rows, *n, label, class_rows);
        rng.row = (uint32_t)label;
        rng_shuffle(&rng, class_rows, of_class);
        for (int i = 0; i < of_class; i++)
            if (i < shares[label])
                taken[at++] = class_rows[i];
            else
                rest[n_rest++] = class_rows[i];
    }

    qsort(taken, (size_t)at, sizeof *taken, compare_numbers);
    qsort(rest, (size_t)n_rest, sizeof *rest, compare_numbers);
    memcpy(rows, rest, (size_t)n_rest * sizeof *rows);
    *n = n_rest;
    free(class_rows);
    free(rest);
}

/* Takes as many rows of each class as take_stratified would, but from as few chunks as
 * have them; they become the first of `rows`, in ascending order. */
static void take_chunks(const struct rows *from, int n_labels, struct rng rng,
                        int32_t *rows, int n, int n_taken)
{
    int all_chunks = from->n / from->chunk_rows + 1, at = 0;
    int *shares = class_shares(from, n_labels, rows, n, n_taken);
    sampler_shuffle_chunks(from, rng, all_chunks, rows, n);
    for (int i = 0; i < n; i++)
        if (shares[from->y[rows[i]]]-- > 0)
            rows[at++] = rows[i];
    qsort(rows, (size_t)at, sizeof *rows, compare_numbers);
    free(shares);
}

/* The same of rows with several labels, which no number of chunks has in their shares:
 * they are drawn from all. */
static void take_multi_label(const struct rows *from, struct rng rng, int32_t *rows,
                             int n, int n_taken)
{
    int32_t *taken = xcalloc((size_t)n, sizeof *taken);
    sampler_take_multi_label(from, rng, rows, &n, n_taken, taken);
    memcpy(rows, taken, (size_t)n_taken * sizeof *rows);
    free(taken);
}

/* A stratified, deterministic subset of `limit` rows. */
static void limit_rows(const struct sampler *sampler, enum dataset_part part,
                       int64_t limit, int32_t *rows, int *n)
{
    const struct sampler_config *config = &sampler->config;
    const struct rows *from = &sampler->data->part[part];
    int n_labels = sampler->data->facts.n_labels;
    if (limit <= 0 || limit >= *n)
        return;

    struct rng rng = {.seed = config->seed, .purpose = RNG_LIMIT, .step = (uint32_t)part};
    if (from->multi_hot) {
        take_multi_label(from, rng, rows, *n, (int)limit);
    } else if (config->shuffle == SHUFFLE_WINDOW) {
        take_chunks(from, n_labels, rng, rows, *n, (int)limit);
    } else {
        int32_t *taken = xcalloc((size_t)*n, sizeof *taken);
        int *shares = class_shares(from, n_labels, rows, *n, (int)limit), n_rest = *n;
        take_stratified(from, n_labels, rng, rows, &n_rest, shares, taken);
        memcpy(rows, taken, (size_t)limit * sizeof *rows);
        free(taken);
        free(shares);
    }
    *n = (int)limit;
}

/* Rows from int(n (1 - split)) on, as Keras's validation_split. */
static int take_tail(double split, int32_t *rows, int *n, int32_t *taken)
{
    int at = (int)(*n * (1 - split)), n_taken = *n - at;
    memcpy(taken, rows + at, (size_t)n_taken * sizeof *taken);
    *n = at;
    return n_taken;
}

/* Shares round to nothing for rare classes. Where that leaves fewer than two classes to
 * validate, every class that has two rows gives one. */
static void share_with_rare(const struct sampler_config *config, const int *counts,
                            int n_labels, int *shares)
{
    int n_classes = 0;
    for (int c = 0; c < n_labels; c++)
        n_classes += shares[c] > 0;

    bool is_enough = n_classes > 1 || (n_classes == 1 && config->allow_one_class);
    for (int c = 0; c < n_labels && !is_enough && config->validation_split > 0; c++)
        if (shares[c] == 0 && counts[c] > 1)
            shares[c] = 1;
}

static void take_share_of_each(struct sampler *sampler)
{
    const struct rows *train = &sampler->data->part[DATASET_TRAIN];
    const struct sampler_config *config = &sampler->config;
    struct rng rng = {.seed = config->seed, .purpose = RNG_SPLIT};
    int n_labels = sampler->data->facts.n_labels, n = sampler->n_train;
    int n_taken = (int)(n * config->validation_split + 0.5);
    if (train->multi_hot) {
        sampler_take_multi_label(train, rng, sampler->train, &sampler->n_train, n_taken,
                                 sampler->validation);
        sampler->n_validation = n_taken;
        return;
    }

    int *counts = xcalloc((size_t)n_labels, sizeof *counts);
    int *shares = class_shares(train, n_labels, sampler->train, n, n_taken);

    rows_count(train, sampler->train, n, n_labels, counts);
    share_with_rare(config, counts, n_labels, shares);
    take_stratified(train, n_labels, rng, sampler->train, &sampler->n_train, shares,
                    sampler->validation);
    sampler->n_validation = n - sampler->n_train;
    free(counts);
    free(shares);
}

/* Classes that validation rows are of; of labels, those that some of them have and others
 * have not. */
static int n_classes_in(const struct sampler *sampler)
{
    int n_labels = sampler->data->facts.n_labels, n = 0;
    int most = sampler->data->facts.multi_label ? sampler->n_validation - 1 : INT_MAX;
    int *counts = xcalloc((size_t)n_labels, sizeof *counts);
    rows_count(&sampler->data->part[sampler->validation_part], sampler->validation,
               sampler->n_validation, n_labels, counts);
    for (int label = 0; label < n_labels; label++)
        n += counts[label] > 0 && counts[label] <= most;
    free(counts);
    return n;
}

/* Whether the score of the validation rows would say anything. */
static int check_labels(const struct sampler *sampler)
{
    if (n_classes_in(sampler) > 0)
        return OK;
    return fail(ERR_USAGE,
                "all %d validation rows have the same labels, so their score says "
                "nothing: give another --validation or --validation-split, or force it "
                "with --allow-one-class",
                sampler->n_validation);
}

static int check_validation(const struct sampler *sampler)
{
    const struct dataset *data = sampler->data;
    if (sampler->config.rule == VALIDATION_NONE)
        return OK;
    if (sampler->n_validation == 0)
        return fail(ERR_USAGE,
                    "the validation set is empty: raise --validation-split, or give "
                    "--validation none");
    if (sampler->config.allow_one_class)
        return OK;
    if (data->facts.multi_label)
        return check_labels(sampler);
    if (n_classes_in(sampler) > 1)
        return OK;

    int label = data->part[sampler->validation_part].y[sampler->validation[0]];
    return fail(
        ERR_USAGE,
        "all %d validation rows are of class %s, so val_acc says nothing: %s, or "
        "force it with --allow-one-class",
        sampler->n_validation, data->facts.labels[label],
        sampler->config.rule == VALIDATION_STRATIFIED
            ? "no other class has two training rows, one of which could validate: "
              "give more rows of them, use --validation none"
            : "use --validation stratified");
}

/* The rows of one fold validate, those of the others are trained. */
static int take_fold(struct sampler *sampler, const uint64_t *hashes)
{
    const struct sampler_config *config = &sampler->config;
    const struct folds_rows rows = {sampler->data, hashes, sampler->train,
                                    sampler->n_train};
    uint8_t *fold = xcalloc((size_t)rows.n + 1, sizeof *fold);
    int n_rest = 0;

    sampler->validation = xcalloc((size_t)rows.n + 1, sizeof *sampler->validation);
    int rc = folds_deal(&rows, config->folds, config->seed, fold);
    for (int i = 0; i < rows.n && !rc; i++)
        if (fold[i] == config->fold - 1)
            sampler->validation[sampler->n_validation++] = sampler->train[i];
        else
            sampler->train[n_rest++] = sampler->train[i];
    sampler->n_train = n_rest;
    free(fold);
    return rc;
}

/* The validation rows, which training gives up unless they are a part of their own. */
static int split_validation(struct sampler *sampler, const uint64_t *hashes)
{
    const struct sampler_config *config = &sampler->config;
    const struct dataset *data = sampler->data;
    sampler->validation_part = DATASET_TRAIN;
    if (config->fold)
        return take_fold(sampler, hashes);

    switch (config->rule) {
    case VALIDATION_OWN:
        sampler->validation_part = DATASET_VALIDATION;
        sampler->n_validation = data->part[DATASET_VALIDATION].n;
        sampler->validation = sampler_all_rows(sampler->n_validation);
        if (sampler->n_validation == 0)
            return fail(ERR_USAGE, "--validation own: %s has no /validation part",
                        data->path);
        break;
    case VALIDATION_AUTO:
    case VALIDATION_STRATIFIED:
        sampler->validation = xcalloc((size_t)sampler->n_train, sizeof(int32_t));
        take_share_of_each(sampler);
        break;
    case VALIDATION_KERAS_TAIL:
        sampler->validation = xcalloc((size_t)sampler->n_train, sizeof(int32_t));
        sampler->n_validation = take_tail(config->validation_split, sampler->train,
                                          &sampler->n_train, sampler->validation);
        break;
    case VALIDATION_NONE:
        break;
    }
    return OK;
}

int sampler_split(struct sampler *sampler, const uint64_t *hashes)
{
    const struct sampler_config *config = &sampler->config;
    const struct dataset *data = sampler->data;
    sampler->n_train = data->part[DATASET_TRAIN].n;
    sampler->n_test = data->part[DATASET_TEST].n;
    sampler->train = sampler_all_rows(sampler->n_train);
    sampler->test = sampler_all_rows(sampler->n_test);
    limit_rows(sampler, DATASET_TRAIN, config->limit_train, sampler->train,
               &sampler->n_train);
    limit_rows(sampler, DATASET_TEST, config->limit_test, sampler->test,
               &sampler->n_test);

    int rc = split_validation(sampler, hashes);
    if (rc)
        return rc;
    if (sampler->n_train == 0)
        return fail(ERR_USAGE,
                    "no rows are left to train on: raise --limit-train or lower "
                    "--validation-split");
    return check_validation(sampler);
}
