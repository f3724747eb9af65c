/* rnnprep: from a corpus to a data set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/say.h"
#include "base/signals.h"
#include "job.h"
#include "programs.h"
#include "summary.h"
#include "words/crew.h"

#include "files/file.h"
#include "files/temporary.h"

/* What will be written is known to be writable before hours of reading. */
static int check_targets(const struct settings *settings)
{
    int rc = OK;
    if (records_named(settings->output))
        rc = fail(
            ERR_USAGE,
            "--output %s has the name of a corpus, and what is written is a data set "
            "in HDF5: give it a name that ends in .h5",
            settings->output);
    if (!rc)
        rc = file_check_target(settings->output);
    if (!rc && settings->report)
        rc = file_check_target(settings->report);
    if (!rc && settings->save_tokenizer)
        rc = file_check_target(settings->save_tokenizer);
    return rc;
}

/* The options as they are recorded: those of n-grams only where some are counted, so that
 * data sets without are what they were before there were any. */
static json_t *recorded_options(const struct settings *settings)
{
    static const char *const names[] = {"ngrams", "ngram_min_count", "ngram_limit",
                                        "ngram_punctuation"};
    char *text = options_to_json(&cmd_prepare_table, settings);
    json_t *options = json_loads(text, 0, NULL);

    for (size_t i = 0; i < COUNT_OF(names) && !settings->ngrams; i++)
        json_object_del(options, names[i]);
    free(text);
    return options;
}

/* SHA-256 of the corpus, options, documents of each class. */
static char *provenance(const struct job *job)
{
    const struct corpus *corpus = &job->corpus;
    json_t *root = json_object(), *documents = json_object();
    char *digest = corpus_digest(corpus);

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
    json_object_set_new(root, "options", recorded_options(job->settings));
    json_object_set_new(root, "rnnprep", json_string(RNNTRAIN_VERSION));
    char *text = json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(root);
    free(digest);
    return text;
}

static int write_dataset(struct job *job)
{
    const struct text_options *options = text_settings(job->tokenizer);
    struct encoding encoding = {
        .corpus = &job->corpus,
        .spool = &job->spool,
        .map = job->map,
        .n_numbers = job->n_numbers,
        .tokenizer = job->tokenizer,
        .ngrams = job->ngrams.n ? &job->ngram_rows : NULL,
        .n_threads = job->n_threads,
    };
    int num_words =
        options->num_words ? options->num_words : text_n_words(job->tokenizer) + 1;
    struct dataset data = {.path = job->settings->output,
                           .facts = {.num_words = num_words,
                                     .maxlen = options->maxlen,
                                     .n_labels = job->corpus.n_classes,
                                     .labels = job->corpus.classes,
                                     .pad_pre = options->pad_pre,
                                     .truncate_pre = options->truncate_pre,
                                     .multi_label = job->corpus.is_multi_label,
                                     .has_ngrams = job->ngrams.n > 0},
                           .provenance = provenance(job),
                           .n_features = (size_t)job->ngrams.n_features,
                           .ngrams = &job->ngrams,
                           .sparse = job->ngram_rows.sparse};

    for (int part = 0; part < DATASET_PARTS; part++) {
        struct rows *rows = &data.part[part];
        rows->n = job->corpus.n_of_part[part];
        rows->n_labels = data.facts.multi_label ? data.facts.n_labels : 0;
        if (rows->n_labels)
            rows->multi_hot = xcalloc((size_t)rows->n, (size_t)rows->n_labels);
        else
            rows->y = xcalloc((size_t)rows->n, sizeof *rows->y);
        rows->length = xcalloc((size_t)rows->n, sizeof *rows->length);
        if (job->ngrams.n)
            data.n_ones[part] = (size_t)job->ngram_rows.start[part][rows->n];
    }

    int rc = encode_write(&encoding, &data, &job->tally);
    if (!rc && job->settings->save_tokenizer)
        rc = file_replace(job->settings->save_tokenizer, data.tokenizer,
                          strlen(data.tokenizer), false);

    for (int part = 0; part < DATASET_PARTS; part++) {
        free(data.part[part].y);
        free(data.part[part].multi_hot);
        free(data.part[part].length);
    }
    free(data.tokenizer);
    free(data.kept);
    free(data.provenance);
    return rc;
}

/* What was corrected or looks odd is said however quiet it shall be. */
static void say_notes(const struct corpus *corpus)
{
    for (int i = 0; i < corpus->n_notes; i++)
        say_line(stderr, "rnnprep: note: %s: %s", corpus->notes[i].about,
                 corpus->notes[i].text);
}

static int summarise(const struct job *job)
{
    const struct settings *settings = job->settings;
    struct summary summary = {.corpus = &job->corpus,
                              .notes = reader_notes(job->reader),
                              .tokenizer = job->tokenizer,
                              .tally = &job->tally,
                              .n_forgotten = job->n_forgotten,
                              .ngrams = job->ngrams.n ? &job->ngrams : NULL,
                              .ngram_tally =
                                  job->brings_ngrams ? NULL : &job->ngram_tally,
                              .is_fitted = !settings_bring_words(settings),
                              .choosing = settings->purpose ? &job->choosing : NULL,
                              .output = settings->output};
    if (settings->quiet)
        say_notes(&job->corpus);
    else
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
    job_forget(job);
    ngrams_release(&job->ngrams);
    ngram_rows_release(&job->ngram_rows);
    choosing_release(&job->choosing);
    free(job->tally.lengths);
    free(job->map);
    free(job);
}

static int run(const void *given, const char *const *operands, int n)
{
    struct job *job = xcalloc(1, sizeof *job);
    const struct settings *settings = job->settings = &job->choosing.settings;
    int rc = choosing_begin(&job->choosing, given);
    if (!rc)
        rc = settings_check(settings);
    if (!rc)
        rc = check_targets(settings);

    job->n_threads = settings->threads ? (int)settings->threads : crew_cores();
    job->records = input_records(&settings->input);
    if (!rc)
        rc = job_find_sources(job, n ? operands[0] : NULL);
    if (!rc)
        rc = job_read(job);
    if (!rc)
        rc = job_fit(job);
    if (!rc)
        rc = write_dataset(job);
    if (!rc)
        rc = summarise(job);

    release(job);
    return rc;
}

int cmd_prepare(int argc, char **argv)
{
    struct settings settings = {.argc = argc, .argv = argv};
    return program_run(&cmd_prepare_table, &settings, argc, argv, run);
}

static const struct command commands[] = {COMMAND_LIST(COMMAND_ELEMENT)};

static const struct program rnnprep = {
    .name = "rnnprep",
    .about = "Makes data sets for rnntrain: from a corpus in any common form to rows of\n"
             "numbers of words.\n",
    .example = "  rnnprep reviews.csv              makes dataset.h5 of a table\n"
               "  rnnprep aclImdb -o imdb.h5       of a folder with a folder a class\n"
               "  mpirun -np 2 rnntrain imdb.h5    trains on it\n",
    .commands = commands,
    .n_commands = (int)COUNT_OF(commands),
    .lists_options = true,
};

SIGNALS_FROM_THE_START

int main(int argc, char **argv)
{
    signals_tidy_by(temporary_remove_all);
    return program_main(&rnnprep, argc, argv);
}
