/* Vectors of a data set's own words: --vectors. Those of `rnnprep vectors` on the same
 * texts, found for each id as rnntrain finds a file's. */
#include "job.h"

#include <stdlib.h>
#include <string.h>

#include "input/vectors_wanted.h"
#include "programs.h"
#include "vectors/make.h"

/* The words of ids, and what was found of each. */
struct search {
    struct words words;
    int32_t *ids; /* (words.n) */
    struct vectors found;
};

static void begin_search(const struct job *job, int num_words, struct search *search)
{
    search->ids = xcalloc((size_t)num_words, sizeof *search->ids);
    own_vectors_words(job->tokenizer, num_words, &search->words, search->ids);
    search->found = (struct vectors){.n = search->words.n,
                                     .match = xcalloc((size_t)search->words.n + 1, 1)};
}

static void end_search(struct search *search)
{
    vectors_release(&search->found);
    words_release(&search->words);
    free(search->ids);
}

/* Row by row, as from a file. */
static void look_up(const struct texts *texts, const float *values, struct search *search,
                    struct own_vectors *own)
{
    struct vectors_wanted wanted;
    size_t width = (size_t)own->width;

    vectors_wanted_new(&search->words, &wanted);
    for (int32_t i = 0; i < texts->words.n; i++) {
        struct word word = {words_text(&texts->words, i), words_length(&texts->words, i)};
        int32_t n = vectors_wanted_find(&wanted, &word, i + 1, &search->found);
        for (int32_t k = 0; k < n; k++) {
            size_t id = (size_t)search->ids[wanted.found[k]];
            memcpy(own->values + id * width, values + (size_t)i * width,
                   width * sizeof *values);
            own->known[id] = 1;
        }
    }
    vectors_wanted_release(&wanted);
}

struct make_options job_vectors_options(const struct job *job)
{
    const struct settings *settings = job->settings;
    struct make_options options = vectors_usual_options();
    options.dim_option = "--vectors";
    options.dim = (int)settings->vectors;
    options.most = text_settings(job->tokenizer)->num_words;
    if (settings->min_count > options.min_count)
        options.min_count = settings->min_count;
    options.n_threads = job->n_threads;
    return options;
}

int job_make_vectors(struct job *job)
{
    struct texts texts = {.spool = &job->spool, .vocabulary = &job->vocabulary};
    struct search search = {0};
    float *values = NULL;
    int64_t n_elements = 0;
    const struct make_options options = job_vectors_options(job);
    if (!options.dim)
        return OK;

    make_add_texts(&texts, &job->corpus);
    make_add_texts(&texts, &job->unlabelled.corpus);
    int rc = make_vectors(&texts, job->tokenizer, &options, &values, &n_elements);
    if (!rc) {
        int num_words = job_num_words(job);
        job->vectors = own_vectors_new(num_words, options.dim);
        begin_search(job, num_words, &search);
        look_up(&texts, values, &search, &job->vectors);
        end_search(&search);
    }
    texts_release(&texts);
    free(values);
    return rc;
}
