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
#include "base/crew.h"

#include "files/build.h"
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

void job_say_notes(const struct corpus *corpus)
{
    for (int i = 0; i < corpus->n_notes; i++)
        say_line(stderr, "rnnprep: note: %s: %s", corpus->notes[i].about,
                 corpus->notes[i].text);
}

static int summarise(const struct job *job)
{
    const struct settings *settings = job->settings;
    struct summary summary = {
        .corpus = &job->corpus,
        .notes = reader_notes(job->reader),
        .tokenizer = job->tokenizer,
        .tally = &job->tally,
        .unlabelled = job->unlabelled.n_sources ? &job->unlabelled : NULL,
        .unlabelled_tally = &job->unlabelled_tally,
        .n_forgotten = job->n_forgotten,
        .vectors = job->vectors.width ? &job->vectors : NULL,
        .ngrams = job->ngrams.n ? &job->ngrams : NULL,
        .ngram_tally = job->brings_ngrams ? NULL : &job->ngram_tally,
        .is_fitted = !settings_bring_words(settings),
        .choosing = settings->purpose ? &job->choosing : NULL,
        .output = settings->output};
    if (settings->quiet) {
        job_say_notes(&job->corpus);
        job_say_notes(&job->unlabelled.corpus);
    } else {
        summary_print(&summary);
    }
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
    unlabelled_release(&job->unlabelled);
    ngrams_release(&job->ngrams);
    ngram_rows_release(&job->ngram_rows);
    own_vectors_release(&job->vectors);
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
    job->records.keeps_ids = settings->keep_origin;
    job->records.id_column = settings->id_column;
    if (!rc)
        rc = job_find_sources(job, n ? operands[0] : NULL);
    if (!rc)
        rc = job_read(job);
    if (!rc)
        rc = job_fit(job);
    if (!rc)
        rc = job_write(job);
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
    .pages = "rnnprep-corpora(7) rnntrain(1) rnntrain-files(5)",
    .lists_options = true,
    .facts = build_facts,
};

SIGNALS_FROM_THE_START

int main(int argc, char **argv)
{
    signals_tidy_by(temporary_remove_all);
    return program_main(&rnnprep, argc, argv);
}
