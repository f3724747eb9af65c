/* From the words of a corpus to those that have ids, its n-grams and the size of rows. */
#include "job.h"

#include <string.h>

#include "input/vectors_write.h"
#include "vectors/make.h"
#include "words/fit.h"
#include "words/lengths.h"

/* Words that vectors would be made of. */
static int count_vectors(const struct job *job)
{
    const struct text_tokenizer *tokenizer = job->tokenizer;
    const struct make_options options = job_vectors_options(job);
    int n = 0;
    for (int index = 1; index <= text_n_words(tokenizer); index++) {
        const char *word = text_word(tokenizer, index);
        n += text_word_count(tokenizer, index) >= options.min_count &&
             vectors_write_takes(word, strlen(word));
    }
    return options.most && n > options.most ? (int)options.most : n;
}

static int choose_counting(struct job *job)
{
    const struct corpus *corpus = &job->corpus;
    struct choose_facts *facts = &job->choosing.facts;
    for (int i = 0; i < corpus->n_of_part[DATASET_TRAIN]; i++)
        facts->n_words += corpus->documents[corpus->rows[i]].n_words;

    facts->segment = text_settings(job->tokenizer)->segment;
    facts->n_known = text_n_words(job->tokenizer);
    facts->n_vectors = count_vectors(job);
    facts->n_outputs =
        corpus->is_multi_label || corpus->n_classes != 2 ? corpus->n_classes : 1;
    choosing_take(&job->choosing, CHOOSE_COUNTING);
    text_set_rows(job->tokenizer, (int)job->settings->num_words,
                  (int)job->settings->maxlen);
    return OK;
}

static int choose_rows(struct job *job)
{
    const struct encoding encoding = {.corpus = &job->corpus,
                                      .spool = &job->spool,
                                      .map = job->map,
                                      .n_numbers = job->n_numbers,
                                      .tokenizer = job->tokenizer};
    int rc =
        lengths_at(&encoding, DATASET_TRAIN, CHOOSE_PERCENT, &job->choosing.facts.length);
    if (rc)
        return rc;

    choosing_take(&job->choosing, CHOOSE_ROWS);
    text_set_rows(job->tokenizer, (int)job->settings->num_words,
                  (int)job->settings->maxlen);
    return OK;
}

int job_fit(struct job *job)
{
    const struct settings *settings = job->settings;
    bool is_fitted = settings_bring_words(settings);
    bool chooses = settings->purpose != PURPOSE_NONE;
    const struct fitting fitting = {
        .corpus = &job->corpus,
        .unlabelled = job->unlabelled.n_sources ? &job->unlabelled.corpus : NULL,
        .spool = &job->spool,
        .vocabulary = &job->vocabulary,
        .is_fitted = is_fitted,
        .min_count = settings->min_count};
    int rc = fit_tokenizer(&fitting, job->tokenizer, &job->map);

    job->n_numbers = job->vocabulary.n_numbers;
    job->n_forgotten = (int64_t)job->vocabulary.n_forgotten;
    if (!rc && chooses)
        rc = choose_counting(job);
    if (!rc && chooses)
        rc = choose_rows(job);
    if (!rc && !is_fitted)
        rc = job_check_vocabulary(job);
    if (!rc)
        rc = job_find_ngrams(job);
    if (!rc)
        rc = job_make_vectors(job);
    vocabulary_release(&job->vocabulary);
    return rc;
}
