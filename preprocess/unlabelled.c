#include "unlabelled.h"

#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "words/intake.h"

static bool is_standard_input(const struct source *source)
{
    return !strcmp(source->path, "-");
}

static int check_standard_input(const struct job *job)
{
    const struct unlabelled *unlabelled = &job->unlabelled;
    int n = 0;
    for (int i = 0; i < job->n_sources; i++)
        n += is_standard_input(&job->sources[i]);
    for (int i = 0; i < unlabelled->n_sources; i++)
        n += is_standard_input(&unlabelled->sources[i]);
    return n < 2 ? OK
                 : fail(ERR_USAGE, "--unlabelled -: standard input can be read only "
                                   "once: name a file");
}

/* What has a line a text if it is one file: its name says no other form. */
static struct source source_of(const char *path)
{
    return (struct source){path, records_named(path) ? NULL : "unlabelled", -1};
}

int unlabelled_find(struct job *job)
{
    struct unlabelled *unlabelled = &job->unlabelled;
    const char *line = job->settings->unlabelled;
    int rc = OK;

    while (line && *line && !rc) {
        size_t n = strcspn(line, "\n"), i = (size_t)unlabelled->n_sources++;
        unlabelled->paths = xrealloc(unlabelled->paths, i + 1, sizeof *unlabelled->paths);
        unlabelled->sources =
            xrealloc(unlabelled->sources, i + 1, sizeof *unlabelled->sources);
        unlabelled->paths[i] = xstrndup(line, n);
        unlabelled->sources[i] = source_of(unlabelled->paths[i]);
        rc = job_check_source(job, unlabelled->paths[i]);
        line += n + (line[n] == '\n');
    }
    return rc ? rc : check_standard_input(job);
}

/* Files that are called like tables of texts, and are none that can be read. */
static void note_left_out(struct unlabelled *unlabelled)
{
    const struct reader_notes *notes = reader_notes(unlabelled->reader);
    for (int i = 0; i < notes->n_files; i++)
        if (notes->files[i].trouble)
            corpus_note(&unlabelled->corpus, "left out",
                        xasprintf("of --unlabelled: %s", notes->files[i].trouble));
}

static int check_sources(const struct unlabelled *unlabelled)
{
    const struct corpus *corpus = &unlabelled->corpus;
    bool *has_text = xcalloc((size_t)unlabelled->n_sources, sizeof *has_text);
    int empty = 0;
    for (int32_t i = 0; i < unlabelled_n(unlabelled); i++) {
        const struct document *document = &corpus->documents[corpus->rows[i]];
        has_text[corpus->places[document->place].source] = true;
    }

    while (empty < unlabelled->n_sources && has_text[empty])
        empty++;
    free(has_text);
    if (empty == unlabelled->n_sources)
        return OK;
    return fail(ERR_FORMAT, "--unlabelled %s: no text in it%s%s",
                unlabelled->sources[empty].path, corpus->n_notes ? "; left out " : "",
                corpus->n_notes ? corpus->notes[0].text : "");
}

int unlabelled_read(struct job *job)
{
    struct unlabelled *unlabelled = &job->unlabelled;
    const struct settings *settings = job->settings;
    if (!unlabelled->n_sources)
        return OK;

    unlabelled->records = job->records;
    unlabelled->records.label_use = LABELS_UNUSED;
    unlabelled->corpus.sources = unlabelled->sources;
    unlabelled->reader = reader_new(unlabelled->sources, unlabelled->n_sources,
                                    &unlabelled->records, settings->input.encoding);
    reader_leave(unlabelled->reader, job->sources, job->n_sources);
    struct intake intake = job_intake(job, unlabelled->reader, &unlabelled->corpus);
    int rc = intake_run(&intake);
    if (rc)
        return rc;

    note_left_out(unlabelled);
    corpus_settle_unlabelled(&unlabelled->corpus);
    return check_sources(unlabelled);
}

void unlabelled_release(struct unlabelled *unlabelled)
{
    for (int i = 0; i < unlabelled->n_sources; i++)
        free(unlabelled->paths[i]);
    free(unlabelled->paths);
    free(unlabelled->sources);
    reader_free(unlabelled->reader);
    corpus_release(&unlabelled->corpus);
    *unlabelled = (struct unlabelled){0};
}
