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

/* Words as ngram_table_features has them. */
static size_t find_words(struct explain_ngrams *ngrams, const struct predictor *predictor,
                         const struct text_cut *cut)
{
    size_t n = 0;

    if (ngrams->words_room < cut->n) {
        ngrams->words_room = 2 * cut->n;
        ngrams->words =
            xrealloc(ngrams->words, ngrams->words_room, sizeof *ngrams->words);
        ngrams->word_of =
            xrealloc(ngrams->word_of, ngrams->words_room, sizeof *ngrams->word_of);
    }
    for (size_t i = 0; i < cut->n; i++) {
        const struct word *word = &cut->words[i];
        if (text_is_stop(predictor->tokenizer, word->text, word->n))
            continue;
        ngrams->words[n] = ngram_table_find_word(predictor->table, word->text, word->n);
        ngrams->word_of[n++] = i;
    }
    return n;
}

static void find_places(struct explain_ngrams *ngrams, const struct predictor *predictor,
                        size_t n_words)
{
    size_t most = (size_t)predictor->ngrams.n;

    if (ngrams->room < n_words * most) {
        ngrams->room = 2 * n_words * most;
        ngrams->places = xrealloc(ngrams->places, ngrams->room, sizeof *ngrams->places);
        ngrams->features =
            xrealloc(ngrams->features, ngrams->room, sizeof *ngrams->features);
        ngrams->shares = xrealloc(ngrams->shares, ngrams->room, sizeof *ngrams->shares);
    }

    ngrams->n = 0;
    for (size_t i = 0; i < n_words; i++)
        for (size_t k = 1; k <= most && i + k <= n_words; k++) {
            int32_t feature = ngram_table_feature(predictor->table, ngrams->words + i, k);
            if (feature >= 0)
                ngrams->places[ngrams->n++] =
                    (struct ngram_place){feature, (int)i, (int)k};
        }
}

void explain_ngrams_find(struct explain_ngrams *ngrams, const struct predictor *predictor,
                         const struct text_cut *cut)
{
    find_places(ngrams, predictor, find_words(ngrams, predictor, cut));
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

/* Its words with blanks between them. */
static char *text_of(const struct predictor *predictor, int32_t feature)
{
    int32_t words[NGRAMS_MOST_WORDS] = {0};
    int n = ngrams_words_of(&predictor->ngrams, feature, words);
    char *text = xstrdup(ngram_table_word(predictor->table, words[0]));

    for (int i = 1; i < n; i++) {
        char *longer =
            xasprintf("%s %s", text, ngram_table_word(predictor->table, words[i]));
        free(text);
        text = longer;
    }
    return text;
}

static int by_size(const void *a, const void *b)
{
    const struct explained_ngram *one = a, *other = b;
    double x = fabs(one->share), y = fabs(other->share);

    return (x < y) - (x > y);
}

void explain_ngrams_tell(const struct explain_ngrams *ngrams,
                         const struct predictor *predictor,
                         struct explanation *explanation)
{
    size_t at = 0;

    explanation->n_ngrams = ngrams->n_features;
    explanation->ngrams = xcalloc(ngrams->n_features, sizeof *explanation->ngrams);
    for (size_t f = 0; f < ngrams->n_features; f++) {
        int32_t feature = ngrams->features[f];
        size_t end = at;
        while (end < ngrams->n && ngrams->places[end].feature == feature)
            end++;

        explanation->ngrams[f] =
            (struct explained_ngram){text_of(predictor, feature), ngrams->shares[f]};
        for (size_t i = at; i < end; i++) {
            const struct ngram_place *place = &ngrams->places[i];
            double part = ngrams->shares[f] / (double)(end - at) / place->n;
            for (int k = 0; k < place->n; k++)
                explanation->words[ngrams->word_of[place->first + k]].share += part;
        }
        at = end;
    }

    if (explanation->n_ngrams > 0)
        qsort(explanation->ngrams, explanation->n_ngrams, sizeof *explanation->ngrams,
              by_size);
}

void explain_ngrams_release(struct explain_ngrams *ngrams)
{
    free(ngrams->places);
    free(ngrams->words);
    free(ngrams->word_of);
    free(ngrams->features);
    free(ngrams->shares);
    *ngrams = (struct explain_ngrams){0};
}
