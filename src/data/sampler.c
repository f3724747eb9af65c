#include "data/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

/* Splits. */

static int divide_up(int a, int b)
{
    return (a + b - 1) / b;
}

static int32_t *all_rows(int n)
{
    int32_t *rows = xcalloc((size_t)n, sizeof *rows);
    for (int i = 0; i < n; i++)
        rows[i] = i;
    return rows;
}

/* The rows of one class, in order; returns how many. */
static int rows_of_class(const struct dataset *data, enum dataset_part part,
                         const int32_t *rows, int n, int label, int32_t *found)
{
    int n_found = 0;
    for (int i = 0; i < n; i++)
        if (data->part[part].y[rows[i]] == label)
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

/* The same for rows of a part; the caller's to free. */
static int *class_shares(const struct dataset *data, enum dataset_part part,
                         const int32_t *rows, int n, int n_taken)
{
    int *counts = xcalloc((size_t)data->facts.n_labels, sizeof *counts);
    int *shares = xcalloc((size_t)data->facts.n_labels, sizeof *shares);
    rows_count(&data->part[part], rows, n, data->facts.n_labels, counts);
    apportion(counts, data->facts.n_labels, n, n_taken, shares);
    free(counts);
    return shares;
}

/* Splits rows into n_taken, the same share of each class drawn at random, and the rest
 * (left in rows); both in ascending order. */
static void take_stratified(const struct dataset *data, enum dataset_part part,
                            struct rng rng, int32_t *rows, int *n, int n_taken,
                            int32_t *taken)
{
    int32_t *class_rows = xcalloc((size_t)*n, sizeof *class_rows);
    int32_t *rest = xcalloc((size_t)*n, sizeof *rest);
    int *shares = class_shares(data, part, rows, *n, n_taken), at = 0, n_rest = 0;
    for (int label = 0; label < data->facts.n_labels; label++) {
        int of_class = rows_of_class(data, part, rows, *n, label, class_rows);
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
    free(shares);
}

/* start[c] .. start[c + 1] - 1: which of the rows, which ascend, are of chunk c. */
static int *chunk_starts(const int32_t *rows, int n, int chunk_rows, int n_chunks)
{
    int *start = xcalloc((size_t)n_chunks + 1, sizeof *start);
    for (int i = 0; i < n; i++)
        start[rows[i] / chunk_rows + 1]++;
    for (int c = 0; c < n_chunks; c++)
        start[c + 1] += start[c];
    return start;
}

/* The rows, which ascend, in an order of whole chunks: the file is cut into stretches of
 * so many chunks, and each is shuffled; then come a chunk of every stretch, the next of
 * every stretch, and so on. So whatever the file is sorted by, class or date, is mixed in
 * any n / stretch rows. */
static void shuffle_chunks(const struct dataset *data, enum dataset_part part,
                           struct rng rng, int stretch, int32_t *rows, int n)
{
    int chunk_rows = data->part[part].chunk_rows, at = 0;
    int n_chunks = divide_up(data->part[part].n, chunk_rows);
    int stretches = divide_up(n_chunks, stretch);
    int *start = chunk_starts(rows, n, chunk_rows, n_chunks);
    int32_t *chunks = all_rows(stretches * stretch); /* those from n_chunks on are none */
    int32_t *ascending = xcalloc((size_t)n, sizeof *ascending);
    memcpy(ascending, rows, (size_t)n * sizeof *rows);
    for (int s = 0; s < stretches; s++) {
        rng.row = (uint32_t)s;
        rng_shuffle(&rng, chunks + s * stretch, stretch);
    }
    for (int i = 0; i < stretch; i++)
        for (int s = 0; s < stretches; s++) {
            int c = chunks[s * stretch + i];
            for (int r = c < n_chunks ? start[c] : 0; c < n_chunks && r < start[c + 1];
                 r++)
                rows[at++] = ascending[r];
        }
    free(chunks);
    free(ascending);
    free(start);
}

/* The same share of each class as take_stratified takes, from as few chunks as give
 * it. */
static void take_chunks(const struct dataset *data, enum dataset_part part,
                        struct rng rng, int32_t *rows, int n, int n_taken)
{
    int all_chunks = data->part[part].n / data->part[part].chunk_rows + 1, at = 0;
    int *shares = class_shares(data, part, rows, n, n_taken);
    shuffle_chunks(data, part, rng, all_chunks, rows, n);
    for (int i = 0; i < n; i++)
        if (shares[data->part[part].y[rows[i]]]-- > 0)
            rows[at++] = rows[i];
    qsort(rows, (size_t)at, sizeof *rows, compare_numbers);
    free(shares);
}

/* A stratified, deterministic subset of `limit` rows. */
static void limit_rows(const struct dataset *data, enum dataset_part part,
                       const struct sampler_config *config, int64_t limit, int32_t *rows,
                       int *n)
{
    if (limit <= 0 || limit >= *n)
        return;
    struct rng rng = {.seed = config->seed, .purpose = RNG_LIMIT, .step = (uint32_t)part};
    if (config->shuffle == SHUFFLE_WINDOW) {
        take_chunks(data, part, rng, rows, *n, (int)limit);
    } else {
        int32_t *taken = xcalloc((size_t)*n, sizeof *taken);
        int n_rest = *n;
        take_stratified(data, part, rng, rows, &n_rest, (int)limit, taken);
        memcpy(rows, taken, (size_t)limit * sizeof *rows);
        free(taken);
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

static int n_classes_in(const struct sampler *sampler)
{
    int *counts = xcalloc((size_t)sampler->data->facts.n_labels, sizeof *counts), n = 0;
    rows_count(&sampler->data->part[sampler->validation_part], sampler->validation,
               sampler->n_validation, sampler->data->facts.n_labels, counts);
    for (int label = 0; label < sampler->data->facts.n_labels; label++)
        n += counts[label] > 0;
    free(counts);
    return n;
}

static int check_validation(const struct sampler *sampler)
{
    if (sampler->config.rule == VALIDATION_NONE)
        return OK;
    if (sampler->n_validation == 0)
        return fail(ERR_USAGE,
                    "the validation set is empty: raise --validation-split, or give "
                    "--validation none");
    if (n_classes_in(sampler) > 1 || sampler->config.allow_one_class)
        return OK;
    const char *label =
        sampler->data->facts.labels[sampler->data->part[sampler->validation_part]
                                        .y[sampler->validation[0]]];
    return fail(ERR_USAGE,
                "all %d validation rows are of class %s, so val_acc says nothing: use "
                "--validation stratified, or force it with --allow-one-class",
                sampler->n_validation, label);
}

static int split_rows(struct sampler *sampler)
{
    const struct sampler_config *config = &sampler->config;
    const struct dataset *data = sampler->data;
    struct rng rng = {.seed = config->seed, .purpose = RNG_SPLIT};
    sampler->n_train = data->part[DATASET_TRAIN].n;
    sampler->n_test = data->part[DATASET_TEST].n;
    sampler->train = all_rows(sampler->n_train);
    sampler->test = all_rows(sampler->n_test);
    limit_rows(data, DATASET_TRAIN, config, config->limit_train, sampler->train,
               &sampler->n_train);
    limit_rows(data, DATASET_TEST, config, config->limit_test, sampler->test,
               &sampler->n_test);
    sampler->validation_part =
        config->rule == VALIDATION_OWN ? DATASET_VALIDATION : DATASET_TRAIN;
    switch (config->rule) {
    case VALIDATION_OWN:
        sampler->n_validation = data->part[DATASET_VALIDATION].n;
        sampler->validation = all_rows(sampler->n_validation);
        if (sampler->n_validation == 0)
            return fail(ERR_USAGE, "--validation own: %s has no /validation part",
                        data->path);
        break;
    case VALIDATION_STRATIFIED:
        sampler->validation = xcalloc((size_t)sampler->n_train, sizeof(int32_t));
        sampler->n_validation = (int)(sampler->n_train * config->validation_split + 0.5);
        take_stratified(data, DATASET_TRAIN, rng, sampler->train, &sampler->n_train,
                        sampler->n_validation, sampler->validation);
        break;
    case VALIDATION_KERAS_TAIL:
        sampler->validation = xcalloc((size_t)sampler->n_train, sizeof(int32_t));
        sampler->n_validation = take_tail(config->validation_split, sampler->train,
                                          &sampler->n_train, sampler->validation);
        break;
    case VALIDATION_NONE:
        break;
    }
    if (sampler->n_train == 0)
        return fail(ERR_USAGE,
                    "no rows are left to train on: raise --limit-train or lower "
                    "--validation-split");
    return check_validation(sampler);
}

int sampler_lanes(const struct sampler_config *config)
{
    return divide_up(config->batch_size, config->lane_rows);
}

int sampler_new(const struct dataset *data, const struct sampler_config *config,
                struct sampler *result)
{
    struct sampler sampler = {.config = *config, .data = data};
    int rc = split_rows(&sampler);
    if (rc) {
        sampler_release(&sampler);
        return rc;
    }
    sampler.order = xcalloc((size_t)sampler.n_train, sizeof *sampler.order);
    sampler.lane_start = xcalloc((size_t)sampler_lanes(config) + 1, sizeof(int));
    *result = sampler;
    return OK;
}

void sampler_release(struct sampler *sampler)
{
    free(sampler->train);
    free(sampler->validation);
    free(sampler->test);
    free(sampler->order);
    free(sampler->lane_start);
    *sampler = (struct sampler){0};
}

/* Batches. */

int sampler_batches(const struct sampler *sampler)
{
    return divide_up(sampler->n_train, sampler->config.batch_size);
}

/* Rows that go to a lane together. With a mask a step costs a lane's rows and, once, the
 * step itself: four neighbours of about one length leave together, which saves a tenth of
 * the steps of single rows, while the dearest lane stays at 1.05 of the mean (of eight:
 * 1.24). They divide lane_rows, so that no lane gets more than it has room for. */
static int dealt_together(int lane_rows)
{
    return lane_rows % 4 == 0 ? 4 : lane_rows % 2 == 0 ? 2 : 1;
}

static int batch_rows(const struct sampler *sampler, int b)
{
    int size = sampler->config.batch_size, first = b * size;
    return sampler->n_train - first < size ? sampler->n_train - first : size;
}

/* Lanes of a batch of n rows that get any. */
static int used_lanes(const struct sampler *sampler, int n)
{
    int groups = divide_up(n, dealt_together(sampler->config.lane_rows));
    int lanes = sampler_lanes(&sampler->config);
    return groups < lanes ? groups : lanes;
}

/* How many of the n rows of a batch, which are sorted, lane l gets: a group a round,
 * there and back. They go to `rows` unless that is NULL. */
static int deal_lane(const struct sampler *sampler, int l, int n, const int32_t *sorted,
                     int32_t *rows)
{
    int lanes = sampler_lanes(&sampler->config), at = 0;
    int together = dealt_together(sampler->config.lane_rows);
    for (int round = 0; round * lanes * together < n; round++) {
        int first = (round * lanes + (round % 2 ? lanes - 1 - l : l)) * together;
        for (int i = first; i < first + together && i < n; i++, at++)
            if (rows)
                rows[at] = sorted[i];
    }
    return at;
}

static int n_windows(const struct sampler *sampler)
{
    int most = sampler->config.window_rows / sampler->config.batch_size;
    return divide_up(sampler_batches(sampler), most > 0 ? most : 1);
}

int sampler_window_rows(const struct sampler *sampler)
{
    return divide_up(sampler_batches(sampler), n_windows(sampler)) *
           sampler->config.batch_size;
}

/* The file's chunks, then the rows of each window. */
static void order_windows(const struct sampler *sampler, struct rng within, int32_t *rows)
{
    struct rng chunks = within;
    chunks.purpose = RNG_SHUFFLE_CHUNKS;
    int n = sampler->n_train, window = sampler_window_rows(sampler);
    shuffle_chunks(sampler->data, DATASET_TRAIN, chunks, n_windows(sampler), rows, n);
    for (int64_t first = 0; first < n; first += window, within.row++)
        rng_shuffle(&within, rows + first,
                    n - first < window ? (int)(n - first) : window);
}

static void order_rows(const struct sampler *sampler, int epoch, int32_t *rows)
{
    struct rng rng = {
        .seed = sampler->config.seed, .purpose = RNG_SHUFFLE, .step = (uint32_t)epoch};
    memcpy(rows, sampler->train, (size_t)sampler->n_train * sizeof *rows);
    switch (sampler->config.shuffle) {
    case SHUFFLE_FULL:
        rng_shuffle(&rng, rows, sampler->n_train);
        break;
    case SHUFFLE_WINDOW:
        order_windows(sampler, rng, rows);
        break;
    case SHUFFLE_NONE:
        break;
    }
}

void sampler_begin_epoch(struct sampler *sampler, int epoch)
{
    int32_t *sorted = xcalloc((size_t)sampler->config.batch_size, sizeof *sorted);
    order_rows(sampler, epoch, sampler->order);
    for (int b = 0; b < sampler_batches(sampler); b++) {
        int n = batch_rows(sampler, b);
        int32_t *rows = sampler->order + (size_t)b * (size_t)sampler->config.batch_size;
        memcpy(sorted, rows, (size_t)n * sizeof *rows);
        rows_sort_by_length(&sampler->data->part[DATASET_TRAIN], sorted, n);
        for (int l = 0; l < used_lanes(sampler, n); l++)
            rows += deal_lane(sampler, l, n, sorted, rows);
    }
    free(sorted);
}

int sampler_batch(struct sampler *sampler, int b, int *n_lanes)
{
    int n = batch_rows(sampler, b), lanes = used_lanes(sampler, n);
    sampler->lane_start[0] = 0;
    for (int l = 0; l < lanes; l++)
        sampler->lane_start[l + 1] =
            sampler->lane_start[l] + deal_lane(sampler, l, n, NULL, NULL);
    sampler->lanes = sampler->order + (size_t)b * (size_t)sampler->config.batch_size;
    *n_lanes = lanes;
    return n;
}
