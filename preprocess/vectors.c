/* rnnprep vectors: from texts, labelled or not, to vectors of their words. */
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "files/file.h"
#include "input/vectors_write.h"
#include "job.h"
#include "programs.h"
#include "vectors/cooccurrence.h"
#include "vectors/make.h"
#include "base/crew.h"
#include "words/intake.h"

struct vectors_settings {
    struct settings common;
    int dim;
    int window;
    double deviation;
    int64_t seed;
};

static const char *const all_word[] = {"all", NULL};
static const char *const cores_word[] = {"cores", NULL};

#define FIELD(name) offsetof(struct vectors_settings, name)
#define GROUP "Vectors"

static const struct option options[] = {
    {"unlabelled", OPTION_LIST, FIELD(common.unlabelled), NULL, 0, 0, option_file,
     "more texts: a file with a text a line, a table or JSON, or a folder or an archive "
     "of such files or of texts; may be given several times",
     "Corpus", true},
    {"strict", OPTION_BOOL, FIELD(common.strict), "false", 0, 0, NULL,
     "refuse invalid bytes instead of replacing them", "Corpus", true},
    {"dim", OPTION_COUNT, FIELD(dim), "64", 1, 4096, NULL, "numbers of a vector", GROUP,
     false},
    {"window", OPTION_COUNT, FIELD(window), "5", 1, COOCCURRENCE_MOST_WINDOW, NULL,
     "words on each side that a word is seen with; one k words away counts 1/k", GROUP,
     false},
    {"deviation", OPTION_DOUBLE, FIELD(deviation), "0.3", 1e-6, 1e6, NULL,
     "standard deviation that the vectors are scaled to", GROUP, false},
    {"seed", OPTION_INT, FIELD(seed), "1", 0, OPTION_HUGE, NULL,
     "seed of the random projections", GROUP, false},
    {"num-words", OPTION_INT, FIELD(common.num_words), "30000", 0, 100000000, all_word,
     "the most frequent words, so many, get vectors", "Tokenizer", false},
    {"min-count", OPTION_INT, FIELD(common.min_count), "2", 1, 1e9, NULL,
     "rarer words get none", "Tokenizer", false},
    {"output", OPTION_STRING, FIELD(common.output), "vectors.bin", 0, 0, option_file,
     "file to write: .bin is word2vec's binary, .vec its text, .txt GloVe's, each also "
     "with .gz behind it; replaced if it is there; -o for short",
     "Output", true},
    {"quiet", OPTION_BOOL, FIELD(common.quiet), "false", 0, 0, NULL, "print no summary",
     "Output", true},
    {"threads", OPTION_INT, FIELD(common.threads), "cores", 0, 1024, cores_word,
     "threads; their number does not change the result", "Output", true},
};

static const struct option_part parts[] = {{&settings_word_options, FIELD(common)},
                                           {&input_options, FIELD(common.input)}};

const struct option_table cmd_vectors_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnnprep vectors",
    .synopsis = "[CORPUS ...] [--unlabelled FILE ...] [options]",
    .example = "  rnnprep vectors aclImdb --unlabelled aclImdb/train/unsup -o imdb.bin\n"
               "  rnntrain imdb.h5 --vectors imdb.bin\n",
    .about =
        "Makes vectors of words out of the words around them: co-occurrences, their\n"
        "positive mutual information, its first singular vectors. Of labelled texts\n"
        "the training part is read, and no label. Give the options of words that the\n"
        "data set was made with, as --tags and --segment.\n\n"
        "  CORPUS  labelled texts, as rnnprep reads them\n",
    .min_operands = 0,
    .max_operands = JOB_MOST_SOURCES,
};

struct making {
    const struct vectors_settings *settings;
    struct job *job; /* what prepare's steps take */
    struct texts texts;
};

/* What each step needs that the options of this command do not say. */
static struct settings complete(const struct settings *given)
{
    struct settings usual = {0}, settings = *given;
    options_init(&cmd_prepare_table, &usual);
    settings.merge_labels = usual.merge_labels;
    settings.missing_labels = usual.missing_labels;
    settings.maxlen = usual.maxlen;
    options_release(&cmd_prepare_table, &usual);
    return settings;
}

static int take_in(struct making *making)
{
    struct job *job = making->job;
    const struct settings *settings = job->settings;
    job->reader =
        reader_new(job->sources, job->n_sources, &job->records, settings->input.encoding);
    reader_leave(job->reader, job->unlabelled.sources, job->unlabelled.n_sources);
    job->corpus.sources = job->sources;
    struct intake intake = job_intake(job, job->reader, &job->corpus);
    return intake_run(&intake);
}

/* The training part of the labelled texts. */
static int read_labelled(struct making *making)
{
    struct job *job = making->job;
    const struct settings *settings = job->settings;
    struct corpus_options how = {
        .multi_label = settings->input.multi_label == CHOICE_YES,
        .header_is_given = settings->input.header != CHOICE_AUTO,
        .merge_labels = (enum spelling_rule)settings->merge_labels,
        .missing_labels = (enum missing_rule)settings->missing_labels};
    if (job->n_sources == 0)
        return OK;

    int rc = take_in(making);
    if (!rc)
        rc = corpus_settle(&job->corpus, job->n_sources, &how, reader_notes(job->reader));
    if (!rc)
        make_add_texts(&making->texts, &job->corpus);
    return rc;
}

static int read_texts(struct making *making, const char *const *operands, int n)
{
    struct job *job = making->job;
    struct texts *texts = &making->texts;
    int rc = OK;
    for (; job->n_sources < n; job->n_sources++)
        job->sources[job->n_sources] =
            (struct source){operands[job->n_sources], NULL, -1};

    for (int i = 0; i < n && !rc; i++)
        rc = job_check_source(job, operands[i]);
    if (!rc)
        rc = unlabelled_find(job);
    if (!rc)
        rc = read_labelled(making);
    if (!rc)
        rc = unlabelled_read(job);
    if (!rc)
        make_add_texts(texts, &job->unlabelled.corpus);
    return rc;
}

static void print_summary(const struct making *making, int64_t n_elements)
{
    const struct texts *texts = &making->texts;
    char n_texts[32], n_words[32], kept[32], elements[32];
    program_thousands(texts->n, n_texts);
    program_thousands(texts->n_words, n_words);
    program_thousands(texts->words.n, kept);
    program_thousands(n_elements, elements);

    say_line(stdout, "texts      %s, %s words", n_texts, n_words);
    say_line(stdout, "vocabulary %s words, %.1f %% of all", kept,
             100 * (double)texts->n_kept / (double)(texts->n_words ? texts->n_words : 1));
    say_line(stdout, "pairs      %s that meet more often than by chance", elements);
    say_line(stdout, "wrote      %s, vectors of %d numbers",
             making->settings->common.output, making->settings->dim);
}

static struct make_options options_of(const struct vectors_settings *settings)
{
    return (struct make_options){.dim_option = "--dim",
                                 .dim = settings->dim,
                                 .window = settings->window,
                                 .deviation = settings->deviation,
                                 .seed = (uint64_t)settings->seed,
                                 .most = settings->common.num_words,
                                 .min_count = settings->common.min_count,
                                 .n_threads = 1};
}

struct make_options vectors_usual_options(void)
{
    struct vectors_settings usual = {0};
    options_init(&cmd_vectors_table, &usual);
    const struct make_options how = options_of(&usual);
    options_release(&cmd_vectors_table, &usual);
    return how;
}

static int make(struct making *making)
{
    const struct vectors_settings *settings = making->settings;
    struct texts *texts = &making->texts;
    float *vectors = NULL;
    int64_t n_elements = 0;
    struct make_options how = options_of(settings);
    how.n_threads = making->job->n_threads;

    int rc = make_vectors(texts, making->job->tokenizer, &how, &vectors, &n_elements);
    if (!rc)
        rc =
            vectors_write(settings->common.output, &texts->words, settings->dim, vectors);
    if (!rc && !settings->common.quiet)
        print_summary(making, n_elements);
    free(vectors);
    return rc;
}

static int check(const struct vectors_settings *settings, int n)
{
    int rc = vectors_write_check(settings->common.output);
    if (!rc && n == 0 && !settings->common.unlabelled)
        rc = fail(ERR_USAGE, "texts are missing; usage: rnnprep vectors CORPUS ... or "
                             "--unlabelled FILE");
    if (!rc)
        rc = input_check(&settings->common.input);
    return rc ? rc : file_check_target(settings->common.output);
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct vectors_settings *settings = given;
    const struct settings common = complete(&settings->common);
    struct making making = {.settings = settings};
    int rc = check(settings, n);
    if (rc)
        return rc;

    struct job *job = making.job = xcalloc(1, sizeof *making.job);
    job->settings = &common;
    job->n_threads = common.threads ? (int)common.threads : crew_cores();
    job->records = input_records(&job->settings->input);
    job->vocabulary.limit = common.vocab_limit;
    making.texts.spool = &job->spool;
    making.texts.vocabulary = &job->vocabulary;
    rc = job_make_tokenizer(job);
    if (!rc)
        rc = spool_open(&job->spool, common.output);
    if (!rc)
        rc = read_texts(&making, operands, n);
    job_say_notes(&job->unlabelled.corpus);
    if (!rc)
        rc = make(&making);

    texts_release(&making.texts);
    unlabelled_release(&job->unlabelled);
    job_forget(job);
    free(job);
    return rc;
}

int cmd_vectors(int argc, char **argv)
{
    struct vectors_settings settings = {0};
    return program_run(&cmd_vectors_table, &settings, argc, argv, run);
}
