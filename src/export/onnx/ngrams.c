/* N-grams: words become numbers, which of the n-grams a row has one or zero each, and
 * those a product with the weights.
 *
 * ONNX's TfIdfVectorizer in its mode IDF without weights says whether a row has an n-gram
 * and not how often. Sums are in double, so that their order does not matter.
 */
#include "export/onnx/kind.h"

#include <stdlib.h>
#include <string.h>

/* As the operators take them: n-grams by their numbers of words. */
struct pool {
    size_t n_words, n_grams;
    int64_t *words;   /* (n_words) of all n-grams, first to last, from 1 */
    int64_t *columns; /* (n_grams) the features */
    int64_t counts[NGRAMS_MOST_WORDS]; /* where those of so many words begin in `words` */
    int longest;
};

/* Those of n words. */
static void add_level(const struct ngrams *ngrams, int n, struct pool *pool)
{
    pool->counts[n - 1] = (int64_t)pool->n_words;

    for (int32_t i = 0; i < ngrams->n_features; i++) {
        int32_t words[NGRAMS_MOST_WORDS];
        if (ngrams_words_of(ngrams, i, words) != n)
            continue;

        for (int k = 0; k < n; k++)
            pool->words[pool->n_words++] = words[k] + 1;
        pool->columns[pool->n_grams++] = i;
        pool->longest = n;
    }
}

static void pool_make(const struct ngrams *ngrams, struct pool *pool)
{
    size_t n = (size_t)ngrams->n_features;
    *pool = (struct pool){
        .words = xcalloc(n, (size_t)ngrams_longest(ngrams) * sizeof *pool->words),
        .columns = xcalloc(n, sizeof *pool->columns)};
    for (int k = 1; k <= ngrams_longest(ngrams); k++)
        add_level(ngrams, k, pool);
}

static void pool_release(struct pool *pool)
{
    free(pool->words);
    free(pool->columns);
}

/* Words as numbers from 1; 0 for others, which part those on their sides. */
static const char *add_numbers(struct onnx *onnx, const char *words)
{
    const struct ngrams *ngrams = onnx->ngrams;
    size_t n = (size_t)ngrams->n_words;
    const char **keys = xcalloc(n, sizeof *keys), *word = ngrams->words;
    int64_t *values = xcalloc(n, sizeof *values);

    for (size_t i = 0; i < n; i++, word += strlen(word) + 1) {
        keys[i] = word;
        values[i] = (int64_t)i + 1;
    }

    Onnx__NodeProto *node = onnx_add_node(onnx, "LabelEncoder", "numbers", words, NULL);
    onnx_set_domain(node, ONNX_ML);
    onnx_set_texts(node, "keys_strings", n, keys);
    onnx_set_ints(node, "values_int64s", n, values);
    onnx_set_int(node, "default_int64", 0);
    free(keys);
    free(values);
    return node->output[0];
}

/* (N, F): 1 where a row has the n-gram. */
static const char *add_presence(struct onnx *onnx, const char *numbers)
{
    struct pool pool;
    pool_make(onnx->ngrams, &pool);

    Onnx__NodeProto *node = onnx_add_node(onnx, "TfIdfVectorizer", "has", numbers, NULL);
    onnx_set_text(node, "mode", "IDF");
    onnx_set_int(node, "min_gram_length", 1);
    onnx_set_int(node, "max_gram_length", pool.longest);
    onnx_set_int(node, "max_skip_count", 0);
    onnx_set_ints(node, "ngram_counts", (size_t)pool.longest, pool.counts);
    onnx_set_ints(node, "ngram_indexes", pool.n_grams, pool.columns);
    onnx_set_ints(node, "pool_int64s", pool.n_words, pool.words);
    pool_release(&pool);
    return onnx_cast(onnx, "ones", node->output[0],
                     ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE);
}

static bool has_idf(const struct onnx *onnx, const struct layer_config *layer)
{
    const struct tensor *idf = export_tensor(onnx->params, layer, 0, "idf");
    for (size_t i = 0; i < idf->size; i++)
        if (onnx->weights[idf->offset + i] != 0)
            return true;
    return false;
}

/* (N, 1): the root of the sum of idf^2, 1 where that is 0. */
static const char *add_lengths(struct onnx *onnx, const struct layer_config *layer,
                               const char *ones)
{
    const char *idf = onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "idf"));
    const char *zero = onnx_add_number(onnx, "zero", 0);
    const char *one = onnx_add_number(onnx, "one", 1);

    idf = onnx_cast(onnx, "idf_double", idf, ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE);
    zero = onnx_cast(onnx, "zero_double", zero, ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE);
    one = onnx_cast(onnx, "one_double", one, ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE);
    idf = onnx_reshape(onnx, "idf_column", idf, 2, (int64_t[]){-1, 1});

    const char *squares = onnx_value(onnx, "Mul", "idf_squares", idf, idf, NULL);
    const char *square = onnx_value(onnx, "MatMul", "square", ones, squares, NULL);
    const char *root = onnx_value(onnx, "Sqrt", "root", square, NULL);
    const char *is_some = onnx_value(onnx, "Greater", "is_some", square, zero, NULL);
    return onnx_value(onnx, "Where", "lengths", is_some, root, one, NULL);
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    const char *kernel =
        onnx_add_tensor(onnx, export_tensor(onnx->params, layer, 0, "kernel"));
    const char *ones = add_presence(onnx, add_numbers(onnx, value->rows));

    kernel =
        onnx_cast(onnx, "kernel_double", kernel, ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE);
    const char *sums = onnx_value(onnx, "MatMul", "sums", ones, kernel, NULL);
    if (has_idf(onnx, layer))
        sums = onnx_value(onnx, "Div", "scaled_sums", sums,
                          add_lengths(onnx, layer, ones), NULL);
    value->rows = onnx_cast(onnx, "outputs", sums, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
}

static const Onnx__AttributeProto *find_attribute(const Onnx__NodeProto *node,
                                                  const char *name)
{
    for (size_t i = 0; node && i < node->n_attribute; i++)
        if (!strcmp(node->attribute[i]->name, name))
            return node->attribute[i];
    return NULL;
}

static bool has_words(const struct onnx_reading *reading,
                      const struct layer_config *layer)
{
    const struct ngrams *ngrams = reading->onnx->ngrams;
    const Onnx__AttributeProto *keys =
        find_attribute(onnx_find_node(reading, layer->name, "numbers"), "keys_strings");
    const char *word = ngrams->words;
    if (!keys || keys->n_strings != (size_t)ngrams->n_words)
        return false;

    for (size_t i = 0; i < keys->n_strings; i++, word += strlen(word) + 1)
        if (keys->strings[i].len != strlen(word) ||
            memcmp(keys->strings[i].data, word, strlen(word)))
            return false;
    return true;
}

/* Each n-gram's words, in whatever order n-grams stand. */
static bool has_ngrams(const struct onnx_reading *reading,
                       const struct layer_config *layer)
{
    const struct ngrams *ngrams = reading->onnx->ngrams;
    const Onnx__NodeProto *node = onnx_find_node(reading, layer->name, "has");
    const Onnx__AttributeProto *columns = find_attribute(node, "ngram_indexes");
    const Onnx__AttributeProto *pool = find_attribute(node, "pool_int64s");
    size_t at = 0;
    if (!columns || !pool || columns->n_ints != (size_t)ngrams->n_features)
        return false;

    for (size_t i = 0; i < columns->n_ints; i++) {
        int32_t words[NGRAMS_MOST_WORDS];
        int n = ngrams_words_of(ngrams, (int32_t)columns->ints[i], words);
        for (int k = 0; k < n; k++, at++)
            if (at >= pool->n_ints || pool->ints[at] != words[k] + 1)
                return false;
    }
    return at == pool->n_ints;
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    const struct onnx *onnx = reading->onnx;
    if (!has_words(reading, layer) || !has_ngrams(reading, layer))
        return false;

    if (has_idf(onnx, layer))
        return onnx_same_tensor(reading, layer, "kernel") &&
               onnx_same_tensor(reading, layer, "idf");
    reading->n_compared += export_tensor(onnx->params, layer, 0, "idf")->size;
    return onnx_same_tensor(reading, layer, "kernel");
}

const struct onnx_kind onnx_ngrams = {add, is_there};
