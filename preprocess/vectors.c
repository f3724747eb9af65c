/* rnnprep vectors: from texts, labelled or not, to vectors of their words. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"
#include "files/file.h"
#include "input/input.h"
#include "input/vectors_write.h"
#include "job.h"
#include "programs.h"
#include "vectors/cooccurrence.h"
#include "vectors/factor.h"
#include "vectors/texts.h"
#include "words/crew.h"
#include "words/intake.h"

struct vectors_settings {
    struct settings common;
    char *unlabelled;
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
    {"unlabelled", OPTION_LIST, FIELD(unlabelled), NULL, 0, 0, option_file,
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
    struct job *job; /* what prepare's steps take; one of its corpora at a time */
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

static int read_sources(struct making *making)
{
    struct job *job = making->job;
    const struct settings *settings = job->settings;
    job->reader =
        reader_new(job->sources, job->n_sources, &job->records, settings->input.encoding);
    job->corpus.sources = job->sources;
    struct intake intake = {.tokenizer = job->tokenizer,
                            .reader = job->reader,
                            .corpus = &job->corpus,
                            .vocabulary = &making->texts.vocabulary,
                            .spool = &making->texts.spool,
                            .encoding = settings->input.encoding,
                            .strict = settings->strict,
                            .shows_progress = !settings->quiet && isatty(STDERR_FILENO),
                            .n_threads = job->n_threads};
    return intake_run(&intake);
}

static void forget_sources(struct job *job)
{
    reader_free(job->reader);
    corpus_release(&job->corpus);
    job->reader = NULL;
    job->corpus = (struct corpus){0};
    job->n_sources = 0;
}

/* The training part of the labelled texts. */
static int take_labelled(struct making *making, const char *const *operands, int n)
{
    struct job *job = making->job;
    const struct settings *settings = job->settings;
    struct corpus_options how = {
        .multi_label = settings->input.multi_label == CHOICE_YES,
        .header_is_given = settings->input.header != CHOICE_AUTO,
        .merge_labels = (enum spelling_rule)settings->merge_labels,
        .missing_labels = (enum missing_rule)settings->missing_labels};
    if (n == 0)
        return OK;

    for (job->n_sources = 0; job->n_sources < n; job->n_sources++)
        job->sources[job->n_sources] =
            (struct source){operands[job->n_sources], NULL, -1};
    int rc = read_sources(making);
    if (!rc)
        rc = corpus_settle(&job->corpus, n, &how, reader_notes(job->reader));

    for (int i = 0; !rc && i < job->corpus.n_of_part[DATASET_TRAIN]; i++) {
        const struct document *document = &job->corpus.documents[job->corpus.rows[i]];
        texts_add(&making->texts, document->words_at, document->n_words);
    }
    forget_sources(job);
    return rc;
}

/* Whether it is one file, no folder or archive, whose lines are texts: its name says no
 * other form. */
static int has_lines(const char *path, bool *is_one)
{
    struct input *input = NULL;
    struct input_entry entry = {0};
    bool end = false;

    *is_one = !strcmp(path, "-");
    if (*is_one)
        return OK;
    int rc = input_open(path, &input);
    if (!rc && !input_is_folder(input))
        rc = input_next(input, &entry, &end);
    *is_one = !rc && !input_is_folder(input) && !entry.name && !records_named(path);
    input_close(input);
    return rc;
}

/* All texts of a source without labels. */
static int take_unlabelled(struct making *making, const char *path)
{
    struct job *job = making->job;
    bool is_lines = false;
    int64_t before = making->texts.n;
    int rc = has_lines(path, &is_lines);

    job->records.label_use = LABELS_UNUSED;
    job->sources[0] = (struct source){path, is_lines ? "unlabelled" : NULL, -1};
    job->n_sources = 1;
    if (!rc)
        rc = read_sources(making);
    for (int32_t i = 0; !rc && i < job->corpus.n_documents; i++) {
        const struct document *document = &job->corpus.documents[i];
        if (!document->is_binary)
            texts_add(&making->texts, document->words_at, document->n_words);
    }
    forget_sources(job);
    return rc || making->texts.n > before
               ? rc
               : fail(ERR_FORMAT, "--unlabelled %s: no text in it", path);
}

static int read_texts(struct making *making, const char *const *operands, int n)
{
    const char *given = making->settings->unlabelled;
    int rc = take_labelled(making, operands, n);

    for (const char *line = given ? given : ""; *line && !rc;
         line += strcspn(line, "\n") + 1) {
        char *path = xstrndup(line, strcspn(line, "\n"));
        rc = take_unlabelled(making, path);
        free(path);
    }
    return rc;
}

static int check_words(const struct making *making)
{
    const struct texts *texts = &making->texts;
    if (texts->words.n >= making->settings->dim)
        return OK;
    return fail(ERR_USAGE,
                "--dim %d: the texts have %d word%s that are met %lld times or more: "
                "expected a smaller --dim, or more texts",
                making->settings->dim, texts->words.n, plural(texts->words.n),
                (long long)making->settings->common.min_count);
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

static int make_vectors(struct making *making)
{
    const struct vectors_settings *settings = making->settings;
    struct cooccurrence cooccurrence = {0};
    struct texts *texts = &making->texts;
    int n_threads = making->job->n_threads;

    int rc = texts_rank(texts, making->job->tokenizer, settings->common.num_words,
                        settings->common.min_count);
    if (!rc)
        rc = check_words(making);
    if (!rc)
        rc = cooccurrence_count(texts, settings->window, n_threads, &cooccurrence);
    if (rc)
        return rc;

    float *vectors = factor_vectors(&cooccurrence, settings->dim, settings->deviation,
                                    (uint64_t)settings->seed, n_threads);
    rc = vectors_write(settings->common.output, &texts->words, settings->dim, vectors);
    if (!rc && !settings->common.quiet)
        print_summary(making, cooccurrence.start[cooccurrence.n]);
    free(vectors);
    cooccurrence_release(&cooccurrence);
    return rc;
}

static int check(const struct vectors_settings *settings, int n)
{
    int rc = vectors_write_check(settings->common.output);
    if (!rc && n == 0 && !settings->unlabelled)
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
    making.texts.vocabulary.limit = common.vocab_limit;
    rc = job_make_tokenizer(job);
    if (!rc)
        rc = spool_open(&making.texts.spool, common.output);
    if (!rc)
        rc = read_texts(&making, operands, n);
    if (!rc)
        rc = make_vectors(&making);

    texts_release(&making.texts);
    text_free(job->tokenizer);
    free(job);
    return rc;
}

int cmd_vectors(int argc, char **argv)
{
    struct vectors_settings settings = {0};
    return program_run(&cmd_vectors_table, &settings, argc, argv, run);
}
