/* rnnprep: from a corpus to a data set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "programs.h"
#include "words/crew.h"
#include "words/encode.h"
#include "words/fit.h"
#include "words/intake.h"
#include "corpus/lines.h"
#include "settings.h"
#include "corpus/stop_words.h"
#include "summary.h"

#include "files/file.h"

enum { MOST_SOURCES = 1024 };

/* Everything between the options and the data set. */
struct job {
    const struct settings *settings;
    struct source sources[MOST_SOURCES];
    char *class_names[MOST_SOURCES]; /* of --class; owned */
    int n_sources, n_threads;
    struct records_options records;
    char separator[16];
    struct text_tokenizer *tokenizer;
    struct reader *reader;
    struct corpus corpus;
    struct vocabulary vocabulary;
    int64_t n_forgotten;
    struct spool spool;
    int32_t *map; /* (n_numbers) from the spool's numbers to the tokenizer's */
    int32_t n_numbers;
    struct tally tally;
};

/* What will be written is known to be writable before hours of reading. */
static int check_targets(const struct settings *settings)
{
    int rc = file_check_target(settings->output);
    if (!rc && settings->report)
        rc = file_check_target(settings->report);
    if (!rc && settings->save_tokenizer)
        rc = file_check_target(settings->save_tokenizer);
    return rc;
}

/* Sources. */

static int add_source(struct job *job, const char *path, const char *class_name, int part)
{
    struct stat a, b;
    const char *output = job->settings->output;
    if (job->n_sources == MOST_SOURCES)
        return fail(ERR_USAGE, "more than %d sources", MOST_SOURCES);
    if (stat(output, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
        a.st_ino == b.st_ino)
        return fail(ERR_USAGE, "--output %s would replace the corpus", output);
    job->sources[job->n_sources++] = (struct source){path, class_name, part};
    return OK;
}

/* The lines of --class: NAME=FILE. */
static int add_classes(struct job *job)
{
    const char *line = job->settings->classes;
    int rc = OK;
    while (line && *line && !rc) {
        size_t n = strcspn(line, "\n");
        char *name = xstrndup(line, n), *equals = strchr(name, '=');
        if (!equals || equals == name || !equals[1])
            rc = fail(ERR_USAGE, "--class %s: expected NAME=FILE", name);
        if (equals)
            *equals = '\0';
        job->class_names[job->n_sources] = name;
        if (!rc)
            rc = add_source(job, equals + 1, name, DATASET_TRAIN);
        else
            job->n_sources++; /* for release */
        line += n + 1;
    }
    return rc;
}

static int find_sources(struct job *job, const char *corpus)
{
    const struct settings *settings = job->settings;
    if (!corpus && !settings->classes)
        return fail(ERR_USAGE,
                    "an operand is missing; usage: rnnprep CORPUS [options], or "
                    "--class NAME=FILE for each class");
    int rc = corpus ? add_source(job, corpus, NULL, -1) : OK;
    if (!rc)
        rc = add_classes(job);
    if (!rc && settings->test)
        rc = add_source(job, settings->test, NULL, DATASET_TEST);
    if (!rc && settings->validation)
        rc = add_source(job, settings->validation, NULL, DATASET_VALIDATION);
    return rc;
}

static void find_records(struct job *job)
{
    const struct settings *settings = job->settings;
    const char *given = settings->separator;
    bool is_tab = given && (!strcmp(given, "tab") || !strcmp(given, "\\t"));
    bool is_blank = given && (!strcmp(given, "blank") || !strcmp(given, "space"));
    snprintf(job->separator, sizeof job->separator, "%s",
             is_tab     ? "\t"
             : is_blank ? " "
             : given    ? given
                        : "");
    job->records = (struct records_options){.format = (enum format)settings->format,
                                            .separator = given ? job->separator : NULL,
                                            .header = (enum choice)settings->header,
                                            .quoting = (enum choice)settings->quoting,
                                            .text_column = settings->text_column,
                                            .label_column = settings->label_column,
                                            .text_field = settings->text_field,
                                            .label_field = settings->label_field};
}

/* The tokenizer. */

/* With the settings, not yet fitted. */
static int make_tokenizer(struct job *job)
{
    const struct settings *settings = job->settings;
    struct text_options options = {.tags = (enum text_tags)settings->tags,
                                   .form = (enum text_form)settings->normalize,
                                   .segment = (enum text_segment)settings->segment,
                                   .filters = settings->filters,
                                   .split = settings->split,
                                   .lower = settings->lower,
                                   .oov_token = settings->oov_token,
                                   .num_words = (int)settings->num_words,
                                   .pad_pre = settings->padding == 0,
                                   .truncate_pre = settings->truncating == 0,
                                   .maxlen = (int)settings->maxlen};
    if (settings->char_level)
        options.segment = TEXT_SEGMENT_CHAR;
    int rc = settings->stop_words
                 ? stop_words_read(settings->stop_words, &options.stop_words,
                                   &options.n_stop_words)
                 : OK;
    if (rc)
        return rc;
    job->tokenizer = text_new(&options);
    lines_release(options.stop_words, options.n_stop_words);
    return OK;
}

/* The data set's padding, unless the settings have another than the usual one. */
static void set_padding(const struct settings *settings, struct facts *facts)
{
    struct settings usual = {0};
    options_init(&cmd_prepare_table, &usual);
    if (settings->maxlen != usual.maxlen)
        facts->maxlen = (int)settings->maxlen;
    if (settings->padding != usual.padding)
        facts->pad_pre = settings->padding == 0;
    if (settings->truncating != usual.truncating)
        facts->truncate_pre = settings->truncating == 0;
    options_release(&cmd_prepare_table, &usual);
}

/* Of a data set or of a JSON file. */
static int load_tokenizer(struct job *job)
{
    const struct settings *settings = job->settings;
    const char *path = settings->tokenizer;
    struct text_options padding = {.maxlen = (int)settings->maxlen,
                                   .pad_pre = settings->padding == 0,
                                   .truncate_pre = settings->truncating == 0};
    char first[4] = "", *bytes = NULL;
    size_t n = 0;
    int fd = -1, rc = file_open(path, &fd, &n);
    if (rc)
        return rc;
    bool is_hdf5 = pread(fd, first, sizeof first, 0) == sizeof first &&
                   !memcmp(first, "\x89HDF", sizeof first);
    close(fd);
    if (is_hdf5) {
        struct dataset data = {0};
        rc = dataset_open(path, DATASET_WORDS_ALL, &data);
        if (!rc)
            set_padding(job->settings, &data.facts);
        if (!rc)
            rc = dataset_tokenizer(&data, &job->tokenizer);
        dataset_release(&data);
        return rc;
    }
    rc = file_read(path, &bytes, &n);
    if (rc)
        return rc;
    char *json = xstrndup(bytes, n);
    rc = text_from_json(json, path, &padding, &job->tokenizer);
    free(json);
    free(bytes);
    return rc;
}

/* What would make a data set that no reader takes. */
static int check_vocabulary(const struct job *job)
{
    const struct text_tokenizer *tokenizer = job->tokenizer;
    const struct text_options *options = text_settings(tokenizer);
    if (text_n_words(tokenizer) == (options->oov_token ? 1 : 0))
        return fail(ERR_FORMAT, "%s: its training documents hold no word",
                    job->sources[0].path);
    if (options->num_words && text_max_id(tokenizer) >= options->num_words)
        return fail(ERR_USAGE,
                    "--oov-token %s: the corpus has this word, with the id %d that "
                    "--num-words %d leaves out: choose a token that is no word",
                    options->oov_token, text_max_id(tokenizer), options->num_words);
    return OK;
}

/* The steps. */

static int read_corpus(struct job *job)
{
    const struct settings *settings = job->settings;
    job->reader =
        reader_new(job->sources, job->n_sources, &job->records, settings->encoding);
    job->corpus.sources = job->sources;
    job->vocabulary.limit = settings->vocab_limit;
    struct intake intake = {.tokenizer = job->tokenizer,
                            .reader = job->reader,
                            .corpus = &job->corpus,
                            .vocabulary = &job->vocabulary,
                            .spool = &job->spool,
                            .encoding = settings->encoding,
                            .strict = settings->strict,
                            .shows_progress = !settings->quiet && isatty(STDERR_FILENO),
                            .n_threads = job->n_threads};
    int rc = spool_open(&job->spool, settings->output);
    return rc ? rc : intake_run(&intake);
}

static int settle_corpus(struct job *job)
{
    const struct settings *settings = job->settings;
    struct corpus_options options = {settings->labels, settings->test_split,
                                     settings->validation_split,
                                     settings->drop_duplicates};
    return corpus_settle(&job->corpus, job->n_sources, &options,
                         reader_notes(job->reader));
}

static int fit(struct job *job)
{
    const struct settings *settings = job->settings;
    bool is_fitted = settings->tokenizer != NULL;
    int rc = fit_tokenizer(&job->corpus, &job->spool, &job->vocabulary, is_fitted,
                           settings->min_count, job->tokenizer, &job->map);
    job->n_numbers = job->vocabulary.n_numbers;
    job->n_forgotten = (int64_t)job->vocabulary.n_forgotten;
    vocabulary_release(&job->vocabulary);
    return rc || is_fitted ? rc : check_vocabulary(job);
}

/* SHA-256 of the corpus, options, documents of each class. */
static char *provenance(const struct job *job)
{
    const struct corpus *corpus = &job->corpus;
    json_t *root = json_object(), *documents = json_object();
    char *digest = corpus_digest(corpus);
    char *options = options_to_json(&cmd_prepare_table, job->settings);
    for (int part = 0; part < DATASET_PARTS; part++) {
        if (!corpus->n_of_part[part])
            continue;
        json_t *counts = json_object();
        for (int c = 0; c < corpus->n_classes; c++)
            json_object_set_new(counts, corpus->classes[c],
                                json_integer(corpus->n_of_class[part][c]));
        json_object_set_new(documents, dataset_part_names[part], counts);
    }
    json_object_set_new(root, "corpus_sha256", json_string(digest));
    json_object_set_new(root, "documents", documents);
    json_object_set_new(root, "options", json_loads(options, 0, NULL));
    json_object_set_new(root, "rnnprep", json_string(RNNTRAIN_VERSION));
    char *text = json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(root);
    free(options);
    free(digest);
    return text;
}

static int write_dataset(struct job *job)
{
    const struct text_options *options = text_settings(job->tokenizer);
    struct encoding encoding = {&job->corpus,   &job->spool,    job->map,
                                job->n_numbers, job->tokenizer, job->n_threads};
    int num_words =
        options->num_words ? options->num_words : text_n_words(job->tokenizer) + 1;
    struct dataset data = {.path = job->settings->output,
                           .facts = {.num_words = num_words,
                                     .maxlen = options->maxlen,
                                     .n_labels = job->corpus.n_classes,
                                     .labels = job->corpus.classes,
                                     .pad_pre = options->pad_pre,
                                     .truncate_pre = options->truncate_pre},
                           .provenance = provenance(job)};
    for (int part = 0; part < DATASET_PARTS; part++) {
        struct rows *split = &data.part[part];
        split->n = job->corpus.n_of_part[part];
        split->y = xcalloc((size_t)split->n, sizeof *split->y);
        split->length = xcalloc((size_t)split->n, sizeof *split->length);
    }
    int rc = encode_write(&encoding, &data, &job->tally);
    if (!rc && job->settings->save_tokenizer)
        rc = file_replace(job->settings->save_tokenizer, data.tokenizer,
                          strlen(data.tokenizer), false);
    for (int part = 0; part < DATASET_PARTS; part++) {
        free(data.part[part].y);
        free(data.part[part].length);
    }
    free(data.tokenizer);
    free(data.kept);
    free(data.provenance);
    return rc;
}

static int summarise(const struct job *job)
{
    const struct settings *settings = job->settings;
    struct summary summary = {.corpus = &job->corpus,
                              .notes = reader_notes(job->reader),
                              .tokenizer = job->tokenizer,
                              .tally = &job->tally,
                              .n_forgotten = job->n_forgotten,
                              .is_fitted = !settings->tokenizer,
                              .output = settings->output};
    if (!settings->quiet)
        summary_print(&summary);
    if (!settings->report)
        return OK;
    char *json = summary_json(&summary);
    int rc = file_replace(settings->report, json, strlen(json), false);
    free(json);
    return rc;
}

static void release(struct job *job)
{
    for (int i = 0; i < job->n_sources; i++)
        free(job->class_names[i]);
    reader_free(job->reader);
    text_free(job->tokenizer);
    vocabulary_release(&job->vocabulary);
    spool_close(&job->spool);
    corpus_release(&job->corpus);
    free(job->tally.lengths);
    free(job->map);
    free(job);
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    int rc = settings_check(settings);
    if (!rc)
        rc = check_targets(settings);
    if (rc)
        return rc;
    struct job *job = xcalloc(1, sizeof *job);
    job->settings = settings;
    job->n_threads = settings->threads ? (int)settings->threads : crew_cores();
    find_records(job);
    rc = find_sources(job, n ? operands[0] : NULL);
    if (!rc)
        rc = settings->tokenizer ? load_tokenizer(job) : make_tokenizer(job);
    if (!rc)
        rc = read_corpus(job);
    if (!rc)
        rc = settle_corpus(job);
    if (!rc)
        rc = fit(job);
    if (!rc)
        rc = write_dataset(job);
    if (!rc)
        rc = summarise(job);
    release(job);
    return rc;
}

int cmd_prepare(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_prepare_table, &settings, argc, argv, run);
}

static const struct command commands[] = {COMMAND_LIST(COMMAND_ELEMENT)};

static const struct program rnnprep = {
    .name = "rnnprep",
    .about =
        "Makes data sets for rnntrain: from a corpus in any common form to rows of word "
        "numbers.\n",
    .commands = commands,
    .n_commands = (int)COUNT_OF(commands),
};

int main(int argc, char **argv)
{
    return program_main(&rnnprep, argc, argv);
}
