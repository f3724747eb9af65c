#include "vectors/cooccurrence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blocks.h"

enum { CHUNK = 4 << 20 /* ranks that are counted at a time */, ROWS = 256 /* a block */ };

/* A pair counts in the row of its rarer word, in the column of the other: rows stay
 * short. */
struct row {
    int32_t n, room;
    int32_t *columns;
    uint64_t *counts;
};

struct counter {
    int32_t n_words;
    int window, n_parts;
    uint64_t weights[COOCCURRENCE_MOST_WINDOW + 1];
    struct row *rows;     /* (n_words) */
    const int32_t *ranks; /* (n) of this chunk, from 1; 0: a gap */
    size_t n;
    uint64_t *sums; /* (n_words) x_i. */
};

static uint64_t divisor(uint64_t a, uint64_t b)
{
    return b ? divisor(b, a % b) : a;
}

/* 1/k as multiples of one over their least common multiple. */
static void set_weights(struct counter *counter)
{
    uint64_t multiple = 1;

    for (uint64_t k = 1; k <= (uint64_t)counter->window; k++)
        multiple = multiple / divisor(multiple, k) * k;
    for (uint64_t k = 1; k <= (uint64_t)counter->window; k++)
        counter->weights[k] = multiple / k;
}

/* The pairs of this chunk in the rows of one part: those that leave its number when
 * divided by n_parts. */
struct met {
    int64_t *start;  /* (rows of the part + 1) */
    uint32_t *pairs; /* column and distance, row by row */
};
enum { DISTANCE_BITS = 5 };

static int32_t part_rows(const struct counter *counter, int part)
{
    return (counter->n_words - part + counter->n_parts - 1) / counter->n_parts;
}

/* Calls for each pair of the part; the row is counted within the part. */
#define FOR_PAIRS(counter, part, row, column, k)                                         \
    for (size_t at = 0; at < (counter)->n; at++)                                         \
        for (int32_t k = 1, row, column;                                                 \
             next_pair(counter, part, at, &k, &row, &column); k++)

/* The next k from *k on at which a word stands whose pair with that at `at` is of the
 * part. Gaps are as long as the window, so nothing is looked at beyond the end. */
static inline bool next_pair(const struct counter *counter, int part, size_t at,
                             int32_t *k, int32_t *row, int32_t *column)
{
    int32_t word = counter->ranks[at] - 1;

    for (; word >= 0 && *k <= counter->window; (*k)++) {
        int32_t other = counter->ranks[at + (size_t)*k] - 1;
        if (other < 0)
            return false;
        *row = word > other ? word : other;
        *column = word > other ? other : word;
        if (counter->n_parts == 1 || *row % counter->n_parts == part) {
            *row /= counter->n_parts;
            return true;
        }
    }
    return false;
}

static struct met find_met(const struct counter *counter, int part)
{
    size_t n_rows = (size_t)part_rows(counter, part);
    struct met met = {.start = xcalloc(n_rows + 2, sizeof *met.start)};

    FOR_PAIRS(counter, part, row, column, k)
    met.start[row + 2]++;
    for (size_t i = 2; i < n_rows + 2; i++)
        met.start[i] += met.start[i - 1];
    met.pairs = xrealloc(NULL, (size_t)met.start[n_rows + 1] + 1, sizeof *met.pairs);

    FOR_PAIRS(counter, part, row, column, k)
    met.pairs[met.start[row + 1]++] = (uint32_t)column << DISTANCE_BITS | (uint32_t)k;
    return met;
}

static void add_column(struct row *row, int32_t column)
{
    if (row->n == row->room) {
        row->room = row->room + row->room / 2 + 8;
        row->columns = xrealloc(row->columns, (size_t)row->room, sizeof *row->columns);
        row->counts = xrealloc(row->counts, (size_t)row->room, sizeof *row->counts);
    }
    row->columns[row->n++] = column;
}

/* Adds pairs to a row; `sums` (n_words) is 0 before and behind. */
static void add_pairs(const struct counter *counter, struct row *row,
                      const uint32_t *pairs, int64_t n, uint64_t *sums)
{
    for (int32_t i = 0; i < row->n; i++)
        sums[row->columns[i]] = row->counts[i];
    for (int64_t i = 0; i < n; i++) {
        int32_t column = (int32_t)(pairs[i] >> DISTANCE_BITS);
        if (sums[column] == 0)
            add_column(row, column);
        sums[column] += counter->weights[pairs[i] & ((1U << DISTANCE_BITS) - 1)];
    }
    for (int32_t i = 0; i < row->n; i++) {
        row->counts[i] = sums[row->columns[i]];
        sums[row->columns[i]] = 0;
    }
}

static void count_part(void *context, int part)
{
    const struct counter *counter = context;
    struct met met = find_met(counter, part);
    uint64_t *sums = xcalloc((size_t)counter->n_words, sizeof *sums);
    int32_t n_rows = part_rows(counter, part);

    for (int32_t i = 0; i < n_rows; i++) {
        int64_t n = met.start[i + 1] - met.start[i];
        if (n)
            add_pairs(counter, &counter->rows[i * counter->n_parts + part],
                      met.pairs + met.start[i], n, sums);
    }
    free(sums);
    free(met.start);
    free(met.pairs);
}

static int count_all(const struct texts *texts, int n_threads, struct counter *counter)
{
    size_t room = CHUNK + COOCCURRENCE_MOST_WINDOW;
    int32_t *ranks = xrealloc(NULL, room, sizeof *ranks);
    struct spool_reader reader = {0};
    int64_t next = 0;
    int rc = OK;

    counter->ranks = ranks;
    while (!rc && next < texts->n) {
        rc = texts_read(texts, &reader, counter->window, &next, room, ranks, &counter->n);
        if (!rc)
            blocks_run(counter->n_parts, n_threads, count_part, counter);
    }
    spool_reader_release(&reader);
    free(ranks);
    return rc;
}

static void find_sums(struct counter *counter)
{
    for (int32_t i = 0; i < counter->n_words; i++) {
        const struct row *row = &counter->rows[i];
        for (int32_t e = 0; e < row->n; e++) {
            uint64_t count = row->counts[e];
            counter->sums[i] += count;
            counter->sums[row->columns[e]] += count; /* with itself: both ways */
        }
    }
}

/* row[i] and column[j]; a word that meets none has no element that would need them. */
static void find_shares(const struct counter *counter, struct cooccurrence *result)
{
    double all = 0;

    for (int32_t i = 0; i < counter->n_words; i++)
        all += sqrt((double)counter->sums[i]) * sqrt(sqrt((double)counter->sums[i]));
    for (int32_t i = 0; i < counter->n_words; i++) {
        double sum = counter->sums[i] ? (double)counter->sums[i] : 1;
        result->row[i] = (float)log(sum);
        result->column[i] = (float)(0.75 * log(sum) - log(all > 0 ? all : 1));
    }
}

struct taking {
    const struct counter *counter;
    struct cooccurrence *result;
    float **logs; /* (n_words) of each row's elements */
};

/* Leaves the elements of some rows that count, with their logarithms. */
static void take_logs(void *context, int block)
{
    const struct taking *taking = context;
    const struct cooccurrence *result = taking->result;
    int32_t first = block * ROWS, end = first + ROWS;

    for (int32_t i = first; i < end && i < taking->counter->n_words; i++) {
        struct row *row = &taking->counter->rows[i];
        float *logs = xrealloc(NULL, (size_t)row->n + 1, sizeof *logs);
        int32_t n = 0;
        for (int32_t e = 0; e < row->n; e++) {
            int32_t j = row->columns[e];
            uint64_t count = row->counts[e] << (i == j);
            float value = (float)log((double)count);
            if (value <= result->row[i] + result->column[j] &&
                value <= result->row[j] + result->column[i])
                continue;
            row->columns[n] = j;
            logs[n++] = value;
        }
        row->n = n;
        free(row->counts);
        row->counts = NULL;
        taking->logs[i] = logs;
    }
}

/* Where the elements of each row will stand, those below the diagonal in front; both
 * ways: each stands on both sides of it. `upper`: where the others begin. */
static void lay_out(const struct counter *counter, struct cooccurrence *result,
                    int64_t *upper)
{
    for (int32_t i = 0; i < result->n; i++)
        for (int32_t e = 0; e < counter->rows[i].n; e++) {
            int32_t j = counter->rows[i].columns[e];
            result->start[j + 1]++;
            result->start[i + 1] += i != j;
            upper[i] += i != j;
        }
    for (int32_t i = 0; i < result->n; i++) {
        result->start[i + 1] += result->start[i];
        upper[i] += result->start[i];
    }
}

/* Columns ascend whatever the order in which pairs were met: what is above the diagonal
 * comes row by row, and what is below it out of that. */
static void fill(const struct counter *counter, float *const *logs,
                 struct cooccurrence *result)
{
    size_t n = (size_t)result->n + 1;
    int64_t *upper = xcalloc(n, sizeof *upper), *next = xcalloc(n, sizeof *next);

    lay_out(counter, result, upper);
    memcpy(next, upper, n * sizeof *next);
    size_t n_elements = (size_t)result->start[result->n] + 1;
    result->columns = xrealloc(NULL, n_elements, sizeof *result->columns);
    result->logs = xrealloc(NULL, n_elements, sizeof *result->logs);
    for (int32_t i = 0; i < result->n; i++)
        for (int32_t e = 0; e < counter->rows[i].n; e++) {
            int64_t at = next[counter->rows[i].columns[e]]++;
            result->columns[at] = i;
            result->logs[at] = logs[i][e];
        }

    memcpy(next, result->start, n * sizeof *next);
    for (int32_t j = 0; j < result->n; j++)
        for (int64_t e = upper[j]; e < result->start[j + 1]; e++) {
            int32_t i = result->columns[e];
            if (i == j)
                continue;
            result->columns[next[i]] = j;
            result->logs[next[i]++] = result->logs[e];
        }
    free(upper);
    free(next);
}

static void finish(struct counter *counter, int n_threads, struct cooccurrence *result)
{
    size_t n = (size_t)counter->n_words + 1;
    struct taking taking = {counter, result, xcalloc(n, sizeof *taking.logs)};

    *result = (struct cooccurrence){.n = counter->n_words,
                                    .start = xcalloc(n + 1, sizeof *result->start),
                                    .row = xcalloc(n, sizeof *result->row),
                                    .column = xcalloc(n, sizeof *result->column)};
    find_sums(counter);
    find_shares(counter, result);
    blocks_run((counter->n_words + ROWS - 1) / ROWS, n_threads, take_logs, &taking);
    fill(counter, taking.logs, result);

    for (int32_t i = 0; i < counter->n_words; i++)
        free(taking.logs[i]);
    free(taking.logs);
}

int cooccurrence_count(const struct texts *texts, int window, int n_threads,
                       struct cooccurrence *result)
{
    struct counter counter = {
        .n_words = texts->words.n, .window = window, .n_parts = n_threads};
    size_t n = (size_t)counter.n_words + 1;
    counter.rows = xcalloc(n, sizeof *counter.rows);
    counter.sums = xcalloc(n, sizeof *counter.sums);
    set_weights(&counter);

    int rc = count_all(texts, n_threads, &counter);
    if (!rc)
        finish(&counter, n_threads, result);
    for (int32_t i = 0; i < counter.n_words; i++) {
        free(counter.rows[i].columns);
        free(counter.rows[i].counts);
    }
    free(counter.rows);
    free(counter.sums);
    return rc;
}

void cooccurrence_release(struct cooccurrence *cooccurrence)
{
    free(cooccurrence->start);
    free(cooccurrence->columns);
    free(cooccurrence->logs);
    free(cooccurrence->row);
    free(cooccurrence->column);
    *cooccurrence = (struct cooccurrence){0};
}
