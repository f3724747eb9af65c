#include "serve/explain_ngrams.h"

#include <math.h>
#include <stdlib.h>

static int by_feature(const void *a, const void *b)
{
    const struct ngram_place *one = a, *other = b;

    if (one->feature != other->feature)
        return one->feature < other->feature ? -1 : 1;
    return (one->first > other->first) - (one->first < other->first);
}

static void find_places(struct explain_ngrams *ngrams, const struct predictor *predictor,
                        size_t n_words)
{
    size_t most = (size_t)ngrams_longest(&predictor->ngrams);

    if (ngrams->room < n_words * most) {
        ngrams->room = 2 * n_words * most;
        ngrams->places = xrealloc(ngrams->places, ngrams->room, sizeof *ngrams->places);
        ngrams->features =
            xrealloc(ngrams->features, ngrams->room, sizeof *ngrams->features);
        ngrams->shares = xrealloc(ngrams->shares, ngrams->room, sizeof *ngrams->shares);
    }

    const int32_t *words = ngrams->words.words;
    ngrams->n = 0;
    for (size_t i = 0; i < n_words; i++)
        for (size_t k = 1; k <= most && i + k <= n_words; k++) {
            int32_t feature = ngram_table_feature(predictor->table, words + i, k);
            if (feature >= 0)
                ngrams->places[ngrams->n++] =
                    (struct ngram_place){feature, (int)i, (int)k};
        }
}

void explain_ngrams_find(struct explain_ngrams *ngrams, const struct predictor *predictor,
                         const struct text_cut *cut)
{
    size_t n_words =
        ngram_table_words(predictor->table, predictor->tokenizer, cut, &ngrams->words);
    find_places(ngrams, predictor, n_words);
    if (ngrams->n > 0)
        qsort(ngrams->places, ngrams->n, sizeof *ngrams->places, by_feature);

    ngrams->n_features = 0;
    for (size_t i = 0; i < ngrams->n; i++) {
        int32_t feature = ngrams->places[i].feature;
        if (i > 0 && feature == ngrams->places[i - 1].feature)
            continue;
        ngrams->shares[ngrams->n_features] = 0;
        ngrams->features[ngrams->n_features++] = feature;
    }
}

double explain_ngrams_weigh(struct explain_ngrams *ngrams, const struct model *model,
                            const real *weights, int output, double weight)
{
    enum { KERNEL, IDF };
    const struct tensor *tensors = model_params(model)->tensors;
    const real *kernel = weights + tensors[KERNEL].offset;
    const real *idf = weights + tensors[IDF].offset;
    size_t outputs = (size_t)chain_outputs(model_chain(model));
    double square = 0, sum = 0;

    for (size_t i = 0; i < ngrams->n_features; i++) {
        double own = (double)idf[ngrams->features[i]];
        square += own * own;
    }

    double length = square > 0 ? sqrt(square) : 1;
    for (size_t i = 0; i < ngrams->n_features; i++) {
        size_t at = (size_t)ngrams->features[i] * outputs + (size_t)output;
        double share = (double)kernel[at] / length;
        ngrams->shares[i] += weight * share;
        sum += share;
    }
    return sum;
}

static int by_size(const void *a, const void *b)
{
    const struct explained_ngram *one = a, *other = b;
    double x = fabs(one->share), y = fabs(other->share);

    return (x < y) - (x > y);
}

/* The share of feature f at n places: to the list, and dealt to their words. */
static void tell(const struct explain_ngrams *ngrams, const struct predictor *predictor,
                 size_t f, const struct ngram_place *places, size_t n,
                 struct explanation *explanation)
{
    explanation->ngrams[explanation->n_ngrams++] = (struct explained_ngram){
        ngram_table_text(predictor->table, ngrams->features[f]), ngrams->shares[f]};

    for (size_t i = 0; i < n; i++) {
        double part = ngrams->shares[f] / (double)n / places[i].n;
        for (int k = 0; k < places[i].n; k++) {
            int32_t word = ngrams->words.word_of[places[i].first + k];
            explanation->words[word].share += part;
        }
    }
}

void explain_ngrams_tell(const struct explain_ngrams *ngrams,
                         const struct predictor *predictor,
                         struct explanation *explanation)
{
    size_t at = 0;

    explanation->n_ngrams = 0;
    explanation->ngrams = xcalloc(ngrams->n_features, sizeof *explanation->ngrams);
    for (size_t f = 0; f < ngrams->n_features; f++) {
        size_t end = at;
        while (end < ngrams->n && ngrams->places[end].feature == ngrams->features[f])
            end++;
        if (fabs(ngrams->shares[f]) > 0) /* tf-idf has none of characters */
            tell(ngrams, predictor, f, ngrams->places + at, end - at, explanation);
        at = end;
    }

    if (explanation->n_ngrams > 0)
        qsort(explanation->ngrams, explanation->n_ngrams, sizeof *explanation->ngrams,
              by_size);
}

void explain_ngrams_release(struct explain_ngrams *ngrams)
{
    free(ngrams->places);
    ngram_features_release(&ngrams->words);
    free(ngrams->features);
    free(ngrams->shares);
    *ngrams = (struct explain_ngrams){0};
}
