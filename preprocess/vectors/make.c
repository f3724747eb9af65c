#include "vectors/make.h"

#include "base/say.h"

#include "vectors/cooccurrence.h"
#include "vectors/factor.h"

void make_add_texts(struct texts *texts, const struct corpus *corpus)
{
    for (int32_t i = 0; i < corpus->n_of_part[DATASET_TRAIN]; i++) {
        const struct document *document = &corpus->documents[corpus->rows[i]];
        texts_add(texts, document->words_at, document->n_words);
    }
}

static int check_words(const struct texts *texts, const struct make_options *options)
{
    if (texts->words.n >= options->dim)
        return OK;
    return fail(ERR_USAGE,
                "%s %d: the texts have %d word%s that are met %lld times or more: "
                "expected a smaller %s, or more texts",
                options->dim_option, options->dim, texts->words.n, plural(texts->words.n),
                (long long)options->min_count, options->dim_option);
}

int make_vectors(struct texts *texts, const struct text_tokenizer *tokenizer,
                 const struct make_options *options, float **vectors, int64_t *n_elements)
{
    struct cooccurrence cooccurrence = {0};

    int rc = texts_rank(texts, tokenizer, options->most, options->min_count);
    if (!rc)
        rc = check_words(texts, options);
    if (!rc)
        rc =
            cooccurrence_count(texts, options->window, options->n_threads, &cooccurrence);
    if (rc)
        return rc;

    *vectors = factor_vectors(&cooccurrence, options->dim, options->deviation,
                              options->seed, options->n_threads);
    *n_elements = cooccurrence.start[cooccurrence.n];
    cooccurrence_release(&cooccurrence);
    return OK;
}
