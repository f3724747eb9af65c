#include "train/naive_bayes.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/kernels.h"

enum { MOST_NUMBERS = 1 << 24 };

struct naive_bayes {
    int n_ids, classes;
    bool has_several; /* labels a row */
    double *word;     /* (n_ids, C) log-likelihoods; of labels their ratios to absence */
    double *prior;    /* (C) logs; of labels log odds. Infinite: no row, or all of them */
};

/* How often each word stands in rows of each class, (n_ids, C), and in all, (n_ids). */
struct counts {
    double *of_class, *of_all, *rows; /* rows: (C) */
};

static bool has(const struct rows *rows, int row, int c)
{
    return rows->n_labels ? rows_multi_hot(rows, row)[c] != 0 : rows->y[row] == c;
}

static void count_row(const struct naive_bayes *bayes, const struct rows *rows, int row,
                      int32_t *ids, struct counts *counts)
{
    size_t width = (size_t)bayes->classes;
    int length = rows->length[row];
    rows_ids(rows, rows_at(rows, row), rows_first_word(rows, row), length, ids);

    for (int t = 0; t < length; t++)
        counts->of_all[ids[t]]++;
    for (size_t c = 0; c < width; c++) {
        if (!has(rows, row, (int)c))
            continue;
        counts->rows[c]++;
        for (int t = 0; t < length; t++)
            counts->of_class[(size_t)ids[t] * width + c]++;
    }
}

static double sum_of(const double *values, int n_ids, int stride)
{
    double sum = 0;
    for (int id = 0; id < n_ids; id++)
        sum += values[(size_t)id * (size_t)stride];
    return sum;
}

/* How many ids are of any row. */
static int words_of(const struct counts *counts, int n_ids)
{
    int n = 0;
    for (int id = 0; id < n_ids; id++)
        n += counts->of_all[id] > 0;
    return n;
}

static void set_class(struct naive_bayes *bayes, const struct counts *counts, int c,
                      int n)
{
    size_t width = (size_t)bayes->classes;
    double added = words_of(counts, bayes->n_ids), with = counts->rows[c];
    double own = sum_of(counts->of_class + c, bayes->n_ids, bayes->classes);
    double rest = sum_of(counts->of_all, bayes->n_ids, 1) - own;

    bayes->prior[c] = bayes->has_several ? log(with / (n - with)) : log(with / n);
    for (size_t id = 0; id < (size_t)bayes->n_ids; id++) {
        if (counts->of_all[id] == 0)
            continue;
        double times = counts->of_class[id * width + (size_t)c];
        double word = kernels_log((times + 1) / (own + added));
        if (bayes->has_several)
            word -= kernels_log((counts->of_all[id] - times + 1) / (rest + added));
        bayes->word[id * width + (size_t)c] = word;
    }
}

static void learn(struct naive_bayes *bayes, const struct rows *rows,
                  const int32_t *numbers, int n)
{
    size_t n_ids = (size_t)bayes->n_ids, width = (size_t)bayes->classes;
    struct counts counts = {.of_class = xcalloc(n_ids * width, sizeof(double)),
                            .of_all = xcalloc(n_ids, sizeof(double)),
                            .rows = xcalloc(width, sizeof(double))};
    int32_t *ids = xcalloc((size_t)rows->maxlen, sizeof *ids);

    for (int i = 0; i < n; i++)
        count_row(bayes, rows, numbers[i], ids, &counts);
    for (int c = 0; c < bayes->classes; c++)
        set_class(bayes, &counts, c, n);
    free(ids);
    free(counts.of_class);
    free(counts.of_all);
    free(counts.rows);
}

struct naive_bayes *naive_bayes_new(const struct rows *rows, const int32_t *numbers,
                                    int n, int n_ids, int classes)
{
    if (!rows->x || n == 0 || (double)n_ids * classes > MOST_NUMBERS)
        return NULL;

    struct naive_bayes *bayes = xcalloc(1, sizeof *bayes);
    size_t size = (size_t)n_ids * (size_t)classes;
    *bayes = (struct naive_bayes){.n_ids = n_ids,
                                  .classes = classes,
                                  .has_several = rows->n_labels > 0,
                                  .word = xcalloc(size, sizeof *bayes->word),
                                  .prior = xcalloc((size_t)classes, sizeof(double))};
    learn(bayes, rows, numbers, n);
    return bayes;
}

void naive_bayes_free(struct naive_bayes *bayes)
{
    if (!bayes)
        return;
    free(bayes->word);
    free(bayes->prior);
    free(bayes);
}

/* Logs of what is proportional to them become probabilities. */
static void softmax(double *values, int n)
{
    double most = -(double)INFINITY, sum = 0;

    for (int c = 0; c < n; c++)
        most = fmax(most, values[c]);
    for (int c = 0; c < n; c++) {
        values[c] = isinf(values[c]) ? 0 : kernels_exp(values[c] - most);
        sum += values[c];
    }
    for (int c = 0; c < n; c++)
        values[c] /= sum;
}

static double sigmoid(double x)
{
    return isinf(x) ? x > 0 : 1 / (1 + kernels_exp(-x));
}

void naive_bayes_judge(const struct naive_bayes *bayes, const struct rows *rows, int row,
                       double *probabilities)
{
    size_t width = (size_t)bayes->classes;
    int first = rows_first_word(rows, row);
    memcpy(probabilities, bayes->prior, width * sizeof *probabilities);

    for (int t = 0; t < rows->length[row]; t++) {
        size_t id = (size_t)rows_id(rows, row, first + t);
        for (size_t c = 0; c < width; c++)
            probabilities[c] += bayes->word[id * width + c];
    }

    if (!bayes->has_several)
        softmax(probabilities, bayes->classes);
    for (size_t c = 0; c < width && bayes->has_several; c++)
        probabilities[c] = sigmoid(probabilities[c]);
}
