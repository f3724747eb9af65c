/* The n-grams of a data set that is made: counted, or another's. */
#include "job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "words/ngram_order.h"

#include "files/h5.h"

bool job_keeps_marks(const struct job *job)
{
    return job->brings_ngrams ? job->ngrams.punctuation
                              : job->settings->ngram_punctuation;
}

/* The words of the vocabulary have their places, marks those behind them. */
static const char *place_text(const void *context, int32_t place)
{
    const struct words *words = context;
    return place < words->n ? words_text(words, place) : text_mark(place - words->n);
}

/* From the spool's numbers and from marks to places. */
static void map_places(const struct job *job, struct ngram_texts *texts)
{
    int32_t *map = vocabulary_places(&job->vocabulary);
    for (int32_t i = 0; i < job->vocabulary.n_numbers; i++)
        if (job->map[i] == TEXT_STOP)
            map[i] = NGRAM_SKIPPED;
        else if (map[i] == VOCABULARY_FORGOTTEN)
            map[i] = NGRAM_UNKNOWN;

    *texts = (struct ngram_texts){.corpus = &job->corpus,
                                  .unlabelled = &job->unlabelled.corpus,
                                  .spool = &job->spool,
                                  .has_marks = job_keeps_marks(job),
                                  .map = map,
                                  .n_numbers = job->vocabulary.n_numbers};
    for (int i = 0; i < TEXT_MARKS; i++)
        texts->marks[i] = job->vocabulary.words.n + i;
}

static int count(struct job *job)
{
    const struct settings *settings = job->settings;
    const struct ngram_counting options = {
        .n = (int)settings->ngrams,
        .min_documents = (int32_t)settings->ngram_min_count,
        .limit = settings->ngram_limit,
        .n_threads = job->n_threads,
        .shows_progress = !settings->quiet && isatty(STDERR_FILENO)};
    const struct ngram_order order = {(int)settings->ngrams, settings->ngram_punctuation,
                                      place_text, &job->vocabulary.words};
    struct ngram_texts texts = {0};
    struct ngram_kept kept = {0};

    map_places(job, &texts);
    int rc = ngram_count(&texts, job->vocabulary.words.n + TEXT_MARKS, &options, &kept);
    if (!rc && kept.n == 0)
        rc = fail(ERR_USAGE,
                  "%s: no n-gram stands in %d training documents: give a smaller "
                  "--ngram-min-count, or leave --ngrams out",
                  job->sources[0].path, options.min_documents);
    if (!rc)
        ngram_order(&kept, &order, &job->ngrams);
    if (!rc && job->ngrams.n_bytes > H5_MOST_TEXT)
        rc = fail(ERR_USAGE,
                  "%s: the words of its n-grams have %zu bytes, more than %d: give a "
                  "larger --ngram-min-count, or --segment icu if they are no words",
                  job->sources[0].path, job->ngrams.n_bytes, H5_MOST_TEXT);

    job->ngram_tally = kept.tally;
    ngram_kept_release(&kept);
    ngram_texts_release(&texts);
    return rc;
}

static int32_t word_of_place(const struct job *job, const struct ngram_table *table,
                             int32_t place)
{
    if (place < 0)
        return place;
    const char *text = place_text(&job->vocabulary.words, place);
    return ngram_table_find_word(table, text, strlen(text));
}

int job_find_ngrams(struct job *job)
{
    struct ngram_texts texts = {0};
    int rc = job->settings->ngrams ? count(job) : OK;
    if (rc || !job->ngrams.n)
        return rc;

    struct ngram_table *table = ngram_table_new(&job->ngrams);
    map_places(job, &texts);
    for (int32_t i = 0; i < texts.n_numbers; i++)
        texts.map[i] = word_of_place(job, table, texts.map[i]);
    for (int i = 0; i < TEXT_MARKS; i++)
        texts.marks[i] = word_of_place(job, table, texts.marks[i]);

    rc = ngram_rows_find(&texts, table, job->settings->output, job->n_threads,
                         &job->ngram_rows);
    ngram_texts_release(&texts);
    ngram_table_free(table);
    return rc;
}
