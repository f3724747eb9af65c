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

static int characters_of(const struct job *job)
{
    return job->brings_ngrams ? job->ngrams.characters
                              : (int)job->settings->ngram_characters;
}

/* What has a place: the words of the vocabulary, behind them marks, then characters. */
struct places {
    const struct words *words, *characters;
};

static const char *place_text(const void *context, int32_t place)
{
    const struct places *places = context;
    int32_t mark = place - places->words->n, character = mark - TEXT_MARKS;

    return mark < 0        ? words_text(places->words, place)
           : character < 0 ? text_mark(mark)
                           : words_text(places->characters, character);
}

/* Whether a word of a text would be taken for a character. */
static bool poses_as_character(const struct job *job, int32_t place)
{
    const struct words *words = &job->vocabulary.words;
    return characters_of(job) &&
           ngrams_is_character(words_text(words, place), words_length(words, place));
}

/* From the spool's numbers, from marks and from characters to places. */
static void map_places(const struct job *job, struct ngram_texts *texts)
{
    int32_t n_words = job->vocabulary.words.n;
    int32_t *map = vocabulary_places(&job->vocabulary);
    for (int32_t i = 0; i < job->vocabulary.n_numbers; i++)
        if (job->map[i] == TEXT_STOP)
            map[i] = NGRAM_SKIPPED;
        else if (map[i] == VOCABULARY_FORGOTTEN || poses_as_character(job, map[i]))
            map[i] = NGRAM_UNKNOWN;

    *texts = (struct ngram_texts){.corpus = &job->corpus,
                                  .unlabelled = &job->unlabelled.corpus,
                                  .spool = &job->spool,
                                  .has_marks = job_keeps_marks(job),
                                  .map = map,
                                  .n_numbers = job->vocabulary.n_numbers};
    for (int i = 0; i < TEXT_MARKS; i++)
        texts->marks[i] = n_words + i;
    if (characters_of(job))
        ngram_spellings_make(&job->vocabulary, n_words + TEXT_MARKS, &texts->spellings);
}

static int check_characters(const struct job *job)
{
    int n = (int)job->settings->ngram_characters;
    if (!n || text_settings(job->tokenizer)->segment != TEXT_SEGMENT_CHAR)
        return OK;
    return fail(
        ERR_USAGE,
        "--ngram-characters %d is of the characters of words, and with --segment char "
        "characters are words: leave it out, --ngrams %d counts as many of them",
        n, n);
}

static int count(struct job *job)
{
    const struct settings *settings = job->settings;
    const struct ngram_counting options = {
        .n = (int)settings->ngrams,
        .characters = (int)settings->ngram_characters,
        .min_documents = (int32_t)settings->ngram_min_count,
        .limit = settings->ngram_limit,
        .n_threads = job->n_threads,
        .shows_progress = !settings->quiet && isatty(STDERR_FILENO)};
    struct ngram_texts texts = {0};
    struct ngram_kept kept = {0};

    map_places(job, &texts);
    const struct places places = {&job->vocabulary.words, &texts.spellings.characters};
    const struct ngram_order order = {options.n, options.characters,
                                      settings->ngram_punctuation, place_text, &places};
    int32_t n_places = places.words->n + TEXT_MARKS + places.characters->n;
    int rc = ngram_count(&texts, n_places, &options, &kept);
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

static void find_words(const struct places *places, const struct ngram_table *table,
                       int32_t n, int32_t *map)
{
    for (int32_t i = 0; i < n; i++)
        if (map[i] >= 0) {
            const char *text = place_text(places, map[i]);
            map[i] = ngram_table_find_word(table, text, strlen(text));
        }
}

int job_find_ngrams(struct job *job)
{
    struct ngram_texts texts = {0};
    int rc = check_characters(job);
    if (!rc && job->settings->ngrams)
        rc = count(job);
    if (rc || !job->ngrams.n)
        return rc;

    struct ngram_table *table = ngram_table_new(&job->ngrams);
    map_places(job, &texts);
    const struct places places = {&job->vocabulary.words, &texts.spellings.characters};
    find_words(&places, table, texts.n_numbers, texts.map);
    find_words(&places, table, TEXT_MARKS, texts.marks);
    find_words(&places, table, places.characters->n, texts.spellings.map);

    rc = ngram_rows_find(&texts, table, job->settings->output, job->n_threads,
                         &job->ngram_rows);
    ngram_texts_release(&texts);
    ngram_table_free(table);
    return rc;
}
