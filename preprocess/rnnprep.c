/* rnnprep: from a corpus to a data set. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>
#include <nettle/sha2.h>

#include "clean.h"
#include "commands.h"
#include "corpus.h"
#include "summary.h"

#include "rnntrain/options.h"
#include "rnntrain/report.h"
#include "rnntrain/text.h"

struct settings {
    char *output, *test, *filters, *oov_token, *stop_words;
    int64_t num_words, maxlen;
    int tags, padding, truncating;
    bool lower, strict, quiet;
};

static const char *const side_choices[] = {"pre", "post", NULL};

#define FIELD(name) offsetof(struct settings, name)

static const struct option table_options[] = {
    {"output", OPTION_STRING, FIELD(output), "dataset.h5", 0, 0, NULL,
     "file to write, replaced if it is there; -o for short", "Files", true},
    {"test", OPTION_STRING, FIELD(test), NULL, 0, 0, NULL,
     "folder or archive with the test documents, if CORPUS has none", "Files", true},
    {"stop-words", OPTION_STRING, FIELD(stop_words), NULL, 0, 0, NULL,
     "file with one word a line; these words are left out", "Files", true},
    {"num-words", OPTION_INT, FIELD(num_words), "3800", 0, 100000000, NULL,
     "ids: the num_words - 1 most frequent words are kept, as Keras does; 0: all words",
     "Tokenizer", false},
    {"maxlen", OPTION_INT, FIELD(maxlen), "380", 1, 65536, NULL, "ids in a row",
     "Tokenizer", false},
    {"tags", OPTION_CHOICE, FIELD(tags), "remove", 0, 0, text_tag_names,
     "what becomes of <...>: removed, as in the notebook, replaced by a space, or kept",
     "Tokenizer", false},
    {"filters", OPTION_STRING, FIELD(filters), NULL, 0, 0, NULL,
     "characters that separate words (default: Keras's)", "Tokenizer", false},
    {"lower", OPTION_BOOL, FIELD(lower), "true", 0, 0, NULL,
     "lower-case first; --no-lower keeps the case", "Tokenizer", false},
    {"oov-token", OPTION_STRING, FIELD(oov_token), NULL, 0, 0, NULL,
     "a token that stands for unknown words (id 1); without it they are dropped",
     "Tokenizer", false},
    {"padding", OPTION_CHOICE, FIELD(padding), "pre", 0, 0, side_choices,
     "where short rows are padded", "Tokenizer", false},
    {"truncating", OPTION_CHOICE, FIELD(truncating), "pre", 0, 0, side_choices,
     "which end long rows lose", "Tokenizer", false},
    {"strict", OPTION_BOOL, FIELD(strict), "false", 0, 0, NULL,
     "refuse invalid UTF-8 instead of replacing it", "Other", true},
    {"quiet", OPTION_BOOL, FIELD(quiet), "false", 0, 0, NULL, "print no summary", "Other",
     true},
};

static const struct option_table table = {
    table_options,
    (int)COUNT_OF(table_options),
    "rnnprep",
    "CORPUS [options]    CORPUS: folder or tar of train|test/<class>/*.txt\n"
    "       rnnprep inspect FILE [--rows N]\n"
    "       rnnprep sample FOLDER [--documents N] [--seed S]\n"
    "       rnnprep baseline FILE",
    "RNNPREP_",
    1,
    1};

/* Stop words. */

static int read_stop_words(const char *path, struct text_options *options)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return fail(ERR_NO_INPUT, "%s: cannot open the stop words: %s", path,
                    strerror(errno));
    char *line = NULL;
    size_t capacity = 0;
    int n_lines = 0, rc = OK;
    while (getline(&line, &capacity, file) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        n_lines++;
        if (!*line)
            continue;
        if (!text_is_utf8(line)) {
            rc = fail(ERR_FORMAT, "%s: line %d is not valid UTF-8", path, n_lines);
            break;
        }
        options->stop_words =
            xrealloc(options->stop_words, (size_t)options->n_stop_words + 1,
                     sizeof *options->stop_words);
        options->stop_words[options->n_stop_words++] = xstrdup(line);
    }
    if (!rc && ferror(file))
        rc = fail(ERR_IO, "%s: cannot read the stop words: %s", path, strerror(errno));
    free(line);
    fclose(file);
    return rc;
}

/* A tokenizer with the settings, not yet fitted. */
static int make_tokenizer(const struct settings *settings,
                          struct text_tokenizer **tokenizer)
{
    struct text_options options = {.tags = (enum text_tags)settings->tags,
                                   .filters = settings->filters,
                                   .lower = settings->lower,
                                   .oov_token = settings->oov_token,
                                   .num_words = (int)settings->num_words,
                                   .pad_pre = settings->padding == 0,
                                   .truncate_pre = settings->truncating == 0,
                                   .maxlen = (int)settings->maxlen};
    if (!text_is_utf8(settings->filters) || !text_is_utf8(settings->oov_token))
        return fail(ERR_USAGE, "--filters and --oov-token must be valid UTF-8");
    int rc = settings->stop_words ? read_stop_words(settings->stop_words, &options) : OK;
    if (!rc)
        *tokenizer = text_new(&options);
    for (int i = 0; i < options.n_stop_words; i++)
        free(options.stop_words[i]);
    free(options.stop_words);
    return rc;
}

/* Provenance. */

/* SHA-256 over all documents in row order: "part/class/name", 0, the valid text, 0. */
static char *corpus_digest(const struct corpus *corpus)
{
    struct sha256_ctx sha;
    unsigned char digest[SHA256_DIGEST_SIZE];
    char *text = xcalloc(2 * SHA256_DIGEST_SIZE + 1, 1);
    sha256_init(&sha);
    for (int i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        char *name = xasprintf("%s/%s/%s", corpus_part_names[document->part],
                               document->class_name, document->name);
        sha256_update(&sha, strlen(name) + 1, (const uint8_t *)name);
        sha256_update(&sha, document->n, (const uint8_t *)document->text);
        sha256_update(&sha, 1, (const uint8_t *)"");
        free(name);
    }
    sha256_digest(&sha, sizeof digest, digest);
    for (int i = 0; i < SHA256_DIGEST_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return text;
}

static json_t *class_counts(const struct corpus *corpus, int part)
{
    json_t *counts = json_object();
    for (int c = 0; c < corpus->n_classes; c++) {
        int n = 0;
        for (int i = 0; i < corpus->n_documents; i++)
            n +=
                (int)corpus->documents[i].part == part && corpus->documents[i].label == c;
        json_object_set_new(counts, corpus->classes[c], json_integer(n));
    }
    return counts;
}

static char *provenance(const struct corpus *corpus, const struct settings *settings)
{
    json_t *root = json_object(), *documents = json_object();
    char *digest = corpus_digest(corpus), *options = options_to_json(&table, settings);
    for (int part = 0; part < DATASET_PARTS; part++)
        if (corpus->n_of_part[part])
            json_object_set_new(documents, corpus_part_names[part],
                                class_counts(corpus, part));
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

/* The job. */

/* What would make a data set that no reader takes. */
static int check_vocabulary(const struct text_tokenizer *tokenizer, const char *path)
{
    const struct text_options *options = text_settings(tokenizer);
    if (text_n_words(tokenizer) == 0)
        return fail(ERR_FORMAT, "%s: its training documents hold no word", path);
    if (options->num_words && text_max_id(tokenizer) >= options->num_words)
        return fail(ERR_USAGE,
                    "--oov-token %s: the corpus has this word, with the id %d that "
                    "--num-words %d leaves out: choose a token that is no word",
                    options->oov_token, text_max_id(tokenizer), options->num_words);
    return OK;
}

static void store_row(const struct dataset *data, const int32_t *row, void *to)
{
    for (int t = 0; t < data->maxlen; t++)
        if (data->id_bytes == 2)
            ((uint16_t *)to)[t] = (uint16_t)row[t];
        else
            ((int32_t *)to)[t] = row[t];
}

/* Encodes and pads every document into the arrays of `storage`. */
static void fill_arrays(const struct corpus *corpus,
                        const struct text_tokenizer *tokenizer, struct dataset *data,
                        void *storage, struct tally *tally)
{
    int32_t *row = xcalloc((size_t)data->maxlen, sizeof *row);
    struct text_ids ids = {0};
    dataset_attach(data, storage);
    for (int i = 0, first = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        if (i && document->part != corpus->documents[i - 1].part)
            first = i;
        const struct dataset_split *part = &data->part[document->part];
        size_t at = (size_t)(i - first),
               n_bytes = (size_t)(data->maxlen * data->id_bytes);
        text_encode(tokenizer, document->text, document->n, &ids);
        int kept = text_pad(text_settings(tokenizer), ids.ids, ids.n, row);
        store_row(data, row, (char *)part->x + at * n_bytes);
        part->y[at] = document->label;
        part->length[at] = kept;
        tally->n_ids += (int64_t)ids.n;
        tally->n_words += (int64_t)ids.n_words;
        tally->n_unknown += (int64_t)ids.n_unknown;
        tally->n_truncated += (int64_t)ids.n - kept;
        tally->n_longer += (int)ids.n > kept;
        tally->n_empty += ids.n == 0;
    }
    text_ids_release(&ids);
    free(row);
}

static int write_dataset(const struct corpus *corpus,
                         const struct text_tokenizer *tokenizer,
                         const struct settings *settings, struct tally *tally)
{
    const struct text_options *options = text_settings(tokenizer);
    int num_words = options->num_words ? options->num_words : text_n_words(tokenizer) + 1;
    struct dataset data = {.path = settings->output,
                           .num_words = num_words,
                           .maxlen = options->maxlen,
                           .n_labels = corpus->n_classes,
                           .labels = corpus->classes,
                           .pad_pre = options->pad_pre,
                           .truncate_pre = options->truncate_pre,
                           .id_bytes = num_words <= 65536 ? 2 : 4,
                           .tokenizer = text_to_json(tokenizer, false),
                           .kept = text_to_json(tokenizer, true),
                           .provenance = provenance(corpus, settings)};
    for (int part = 0; part < DATASET_PARTS; part++)
        data.part[part].rows = corpus->n_of_part[part];
    void *storage = xaligned(dataset_bytes(&data), 1);
    fill_arrays(corpus, tokenizer, &data, storage, tally);
    int rc = dataset_write(&data);
    free(storage);
    free(data.tokenizer);
    free(data.kept);
    free(data.provenance);
    return rc;
}

/* The output must not be what is read. */
static int check_output(const char *output, const char *input)
{
    struct stat a, b;
    if (input && stat(output, &a) == 0 && stat(input, &b) == 0 && a.st_dev == b.st_dev &&
        a.st_ino == b.st_ino)
        return fail(ERR_USAGE, "--output %s would replace the corpus", output);
    return OK;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const char *path = operands[0];
    (void)n;
    if (settings->num_words == 1)
        return fail(ERR_USAGE,
                    "--num-words 1 keeps no word: expected 0 (all) or 2 and more");
    struct corpus corpus = {0};
    struct repairs repairs = {0};
    struct tally tally = {0};
    struct text_tokenizer *tokenizer = NULL;
    int rc = check_output(settings->output, path);
    if (!rc)
        rc = check_output(settings->output, settings->test);
    if (!rc)
        rc = make_tokenizer(settings, &tokenizer);
    if (!rc)
        rc = corpus_read(&corpus, path, false);
    if (!rc && settings->test)
        rc = corpus_read(&corpus, settings->test, true);
    if (!rc)
        rc = corpus_sort(&corpus, path);
    if (!rc)
        rc = clean_corpus(&corpus, settings->strict, &repairs);
    if (rc)
        goto out;
    for (int i = 0; i < corpus.n_documents; i++)
        if (corpus.documents[i].part == DATASET_TRAIN)
            text_fit(tokenizer, corpus.documents[i].text, corpus.documents[i].n);
    text_freeze(tokenizer);
    tally.n_duplicates = summary_duplicates(&corpus);
    rc = check_vocabulary(tokenizer, path);
    if (!rc)
        rc = write_dataset(&corpus, tokenizer, settings, &tally);
    if (!rc && !settings->quiet)
        summary_print(&corpus, tokenizer, &repairs, &tally, settings->output);
out:
    text_free(tokenizer);
    corpus_release(&corpus);
    free(repairs.examples);
    return rc;
}

/* -o stands for --output. */
static void expand_short_options(int argc, char **argv)
{
    static char output[] = "--output";
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], "-o"))
            argv[i] = output;
}

static int command_prepare(int argc, char **argv)
{
    struct settings settings = {0};
    expand_short_options(argc, argv);
    return options_run(&table, &settings, argc, argv, run);
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    int rc;
    if (!strcmp(command, "inspect"))
        rc = command_inspect(argc - 2, argv + 2);
    else if (!strcmp(command, "sample"))
        rc = command_sample(argc - 2, argv + 2);
    else if (!strcmp(command, "baseline"))
        rc = command_baseline(argc - 2, argv + 2);
    else if (!strcmp(command, "--version"))
        rc = puts("rnnprep " RNNTRAIN_VERSION) < 0;
    else
        rc = command_prepare(argc - 1, argv + 1);
    rc = report_output(rc);
    if (rc)
        report_failure("rnnprep");
    return rc;
}
