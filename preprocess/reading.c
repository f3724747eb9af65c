/* A corpus on its way in: read, and what is to be read found to be what it is. With --for
 * its texts say by what they are cut. That is known for certain once all are read, so the
 * first of them make a guess, and if it was wrong the corpus is read again. */
#include "job.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "figures.h"

#include "input/load.h"

struct intake job_intake(struct job *job, struct reader *reader, struct corpus *corpus)
{
    const struct settings *settings = job->settings;

    return (struct intake){.tokenizer = job->tokenizer,
                           .reader = reader,
                           .corpus = corpus,
                           .vocabulary = &job->vocabulary,
                           .spool = &job->spool,
                           .encoding = settings->input.encoding,
                           .strict = settings->strict,
                           .keeps_marks = job_keeps_marks(job),
                           .shows_progress = !settings->quiet && isatty(STDERR_FILENO),
                           .n_threads = job->n_threads};
}

static int take_in(struct job *job)
{
    const struct settings *settings = job->settings;
    job->corpus.sources = job->sources;
    job->vocabulary.limit = settings->vocab_limit;
    struct intake intake = job_intake(job, job->reader, &job->corpus);
    intake.first = &job->first;
    intake.texts = settings->keep_text ? &job->texts : NULL;

    int rc = spool_open(&job->spool, settings->output);
    if (!rc && settings->keep_text)
        rc = text_spool_open(&job->texts, settings->output);
    return rc ? rc : intake_run(&intake);
}

struct spooled {
    const struct spool *spool;
    struct spool_reader reader;
};

static int read_words(void *given, const struct document *document, const int32_t **words)
{
    struct spooled *spooled = given;
    return spool_read(spooled->spool, &spooled->reader, document->words_at,
                      (size_t)document->n_words, words);
}

static int settle(struct job *job)
{
    struct spooled spooled = {.spool = &job->spool};
    struct corpus_words words = {read_words, &spooled};
    const struct settings *settings = job->settings;
    struct corpus_options options = {
        .labels = settings->labels,
        .test_split = settings->test_split,
        .validation_split = settings->validation_split,
        .drop_duplicates = settings->drop_duplicates,
        .multi_label = settings->input.multi_label == CHOICE_YES,
        .header_is_given = settings->input.header != CHOICE_AUTO,
        .merge_labels = (enum spelling_rule)settings->merge_labels,
        .missing_labels = (enum missing_rule)settings->missing_labels,
        .words = &words};
    int rc =
        corpus_settle(&job->corpus, job->n_sources, &options, reader_notes(job->reader));
    spool_reader_release(&spooled.reader);
    return rc;
}

/* The texts of the first block, which intake gets afterwards. */
static int look_at_first(struct job *job)
{
    struct choose_facts facts = {0};
    struct load_memory memory = {0};
    struct block *first = &job->first;
    bool end = false;

    block_clear(first);
    int rc = reader_take(job->reader, first, &end);
    for (size_t i = 0; i < first->n && !rc; i++) {
        struct block_document document = first->documents[i];
        const char *text = NULL;
        size_t n = 0;
        rc = load_text(job->sources, job->settings->input.encoding, first, &document,
                       &memory, &text, &n);
        if (!rc)
            choose_count_look(&facts, text_look(text, n));
    }

    job->choosing.facts = facts;
    load_memory_release(&memory);
    return rc;
}

static int read_once(struct job *job, bool is_guess)
{
    job->reader = reader_new(job->sources, job->n_sources, &job->records,
                             job->settings->input.encoding);
    reader_leave(job->reader, job->unlabelled.sources, job->unlabelled.n_sources);
    int rc = is_guess ? look_at_first(job) : OK;
    if (!rc && is_guess)
        choosing_take(&job->choosing, CHOOSE_CUTTING);

    if (!rc)
        rc = settings_bring_words(job->settings) ? job_load_tokenizer(job)
                                                 : job_make_tokenizer(job);
    if (!rc)
        rc = take_in(job);
    return rc ? rc : settle(job);
}

static bool can_be_read_again(const char *path)
{
    struct stat found;
    return strcmp(path, "-") && !stat(path, &found) &&
           (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode));
}

/* What is read once only and does not begin as it goes on. */
static int check_again(const struct job *job)
{
    for (int i = 0; i < job->n_sources; i++) {
        if (can_be_read_again(job->sources[i].path))
            continue;
        char *options = choosing_cutting(&job->choosing);
        int rc = fail(ERR_USAGE,
                      "%s can be read only once, and its first texts are cut otherwise "
                      "than all of them should be: add %s",
                      block_source_name(job->sources[i].path), options);
        free(options);
        return rc;
    }
    return OK;
}

void job_forget(struct job *job)
{
    reader_free(job->reader);
    text_free(job->tokenizer);
    vocabulary_release(&job->vocabulary);
    spool_close(&job->spool);
    text_spool_close(&job->texts);
    corpus_release(&job->corpus);
    block_release(&job->first);
    job->reader = NULL;
    job->tokenizer = NULL;
}

static int read_labelled(struct job *job)
{
    bool chooses = job->settings->purpose != PURPOSE_NONE;
    int rc = read_once(job, chooses);
    if (rc || !chooses)
        return rc;

    job->choosing.facts = figures_looks(&job->corpus);
    if (!choosing_take(&job->choosing, CHOOSE_CUTTING))
        return OK;

    rc = check_again(job);
    if (rc)
        return rc;
    job_forget(job);
    return read_once(job, false);
}

/* Once it is certain by what texts are cut into words. */
static int read_unlabelled(struct job *job)
{
    int rc = unlabelled_read(job);
    if (!rc && job->unlabelled.n_sources)
        corpus_find_overlap(&job->corpus, &job->unlabelled.corpus,
                            job->settings->drop_duplicates, &job->unlabelled.overlap);
    return rc;
}

int job_read(struct job *job)
{
    int rc = read_labelled(job);
    return rc ? rc : read_unlabelled(job);
}
