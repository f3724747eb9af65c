/* What a data set keeps of its rows for people. */
#include "job.h"

#include <stdlib.h>
#include <string.h>

/* Documents' texts stand one behind the other in the order of documents. */
static int read_text(struct job *job, int32_t number, const char **text, size_t *n)
{
    const struct corpus *corpus = &job->corpus;
    int64_t at = corpus->documents[number].text_at;
    int64_t end = number + 1 < corpus->n_documents ? corpus->documents[number + 1].text_at
                                                   : job->texts.n;

    *n = (size_t)(end - at);
    return text_spool_read(&job->texts, at, *n, text);
}

static int read_note(void *context, enum dataset_part part, enum row_note note, int row,
                     const char **text, size_t *n)
{
    struct job_notes *notes = context;
    const struct corpus *corpus = &notes->job->corpus;
    int32_t number = corpus->rows[notes->first[part] + row];

    if (note == ROW_TEXT)
        return read_text(notes->job, number, text, n);
    free(notes->origin);
    notes->origin = corpus_origin(corpus, &corpus->documents[number], notes->skipped);
    *text = notes->origin;
    *n = strlen(notes->origin);
    return OK;
}

void job_take_notes(struct job *job, struct dataset *data, struct job_notes *notes)
{
    int first = 0;

    *notes = (struct job_notes){.job = job, .source = {read_note, notes}};
    for (int part = 0; part < DATASET_PARTS; part++) {
        notes->first[part] = first;
        first += job->corpus.n_of_part[part];
    }
    notes->skipped = corpus_common_folders(&job->corpus, job->n_sources);
    data->notes[ROW_ORIGIN] = job->settings->keep_origin;
    data->notes[ROW_TEXT] = job->settings->keep_text;
    data->notes_source = &notes->source;
}

void job_forget_notes(struct job_notes *notes)
{
    free(notes->skipped);
    free(notes->origin);
}
