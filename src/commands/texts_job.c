#include "commands/texts_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/program.h"

/* What is on its way from the source to the output. */
struct item {
    struct batch batch;
    struct judged_batch judged;
};

static void release_item(void *given)
{
    struct item *item = given;
    batch_release(&item->batch);
    judged_batch_release(&item->judged);
}

/* By a thread of this rank. */
static int judge_here(struct texts_job *job, int worker, const struct batch *batch,
                      struct judged_batch *judged)
{
    struct predictor_worker **own = &job->workers[worker];
    int rc = *own ? OK : predictor_worker_new(job->predictor, own);
    return rc ? rc : judgements_judge(job->how, *own, batch, judged);
}

/* A batch that goes to another rank, in front of a table's columns and the texts; and
 * what comes back, in front of the bytes of the output. */
struct errand {
    int64_t n, first;
    int64_t n_columns; /* bytes */
};
struct verdict {
    int64_t n_texts, n_blind, n_words, n_known;
};

static int judge_there(struct texts_job *job, const struct batch *batch,
                       struct judged_batch *judged)
{
    struct errand errand = {.n = batch->n, .first = batch->first};
    struct errand_answer answer = {.bytes = NULL};
    struct verdict verdict;
    size_t n_columns = 0;

    char *columns = told_pack_columns(job->how, &n_columns);
    errand.n_columns = (int64_t)n_columns;
    char *bytes = xcalloc(sizeof errand + n_columns + batch->n_bytes, 1);
    memcpy(bytes, &errand, sizeof errand);
    memcpy(bytes + sizeof errand, columns, n_columns);
    memcpy(bytes + sizeof errand + n_columns, batch->bytes, batch->n_bytes);
    int rc = errands_send(job->errands, bytes, sizeof errand + n_columns + batch->n_bytes,
                          &answer);
    free(columns);
    free(bytes);
    if (rc)
        return rc;

    memcpy(&verdict, answer.bytes, sizeof verdict);
    judged_batch_release(judged);
    *judged = (struct judged_batch){.n_texts = verdict.n_texts,
                                    .n_blind = verdict.n_blind,
                                    .n_words = verdict.n_words,
                                    .n_known = verdict.n_known};
    judged->told = (struct told){answer.bytes, answer.n - sizeof verdict, answer.n};
    memmove(answer.bytes, answer.bytes + sizeof verdict, judged->told.n_bytes);
    return OK;
}

/* Another rank's side of judge_there. */
static int do_errand(void *context, int worker, const char *bytes, size_t n,
                     struct errand_answer *answer)
{
    struct texts_job *job = context;
    struct judged_batch judged = {.n_texts = 0};
    struct errand errand;

    memcpy(&errand, bytes, sizeof errand);
    size_t at = sizeof errand + (size_t)errand.n_columns;
    struct batch batch = {.bytes = (char *)(uintptr_t)(bytes + at),
                          .n_bytes = n - at,
                          .n = (int)errand.n,
                          .first = errand.first};

    int rc = judge_here(job, worker, &batch, &judged);
    if (!rc) {
        const struct verdict verdict = {judged.n_texts, judged.n_blind, judged.n_words,
                                        judged.n_known};
        answer->n = sizeof verdict + judged.told.n_bytes;
        answer->bytes = xcalloc(answer->n, 1);
        memcpy(answer->bytes, &verdict, sizeof verdict);
        if (judged.told.n_bytes)
            memcpy(answer->bytes + sizeof verdict, judged.told.bytes,
                   judged.told.n_bytes);
    }
    judged_batch_release(&judged);
    return rc;
}

/* Before the first errand, in one thread; the columns of a table stay what they are. */
static void prepare_errands(void *context, const char *bytes)
{
    struct texts_job *job = context;
    struct errand errand;

    memcpy(&errand, bytes, sizeof errand);
    told_take_columns(job->how, bytes + sizeof errand, (size_t)errand.n_columns);
    predictor_share(job->predictor);
}

static int take(void *context, void *given, bool *end)
{
    struct texts_job *job = context;
    struct item *item = given;
    return source_take(job->source, &item->batch, end);
}

static int work(void *context, void *given, int worker)
{
    struct texts_job *job = context;
    struct item *item = given;
    return worker < job->n_threads ? judge_here(job, worker, &item->batch, &item->judged)
                                   : judge_there(job, &item->batch, &item->judged);
}

static int finish(void *context, void *given)
{
    struct texts_job *job = context;
    struct item *item = given;
    return judgements_take(job->judgements, &item->judged);
}

/* By this thread alone until it has met as many words as all that the model would have to
 * learn before others could help: of a few texts that is all. A table's first batch sets
 * its columns here. */
static int judge_first(struct texts_job *job, bool is_alone, bool *end)
{
    struct item item = {.batch.n = 0};
    int64_t n_words = 0, n_learnt = (int64_t)predictor_vocabulary(job->predictor);
    int rc = OK;

    do {
        rc = take(job, &item, end);
        if (rc || *end)
            break;
        rc = judgements_judge(job->how, job->predictor->own, &item.batch, &item.judged);
        if (!rc)
            rc = finish(job, &item);
        n_words += item.judged.n_words;
    } while (!rc && (is_alone || n_words < n_learnt));

    release_item(&item);
    return rc;
}

/* One after another, by one thread. */
static int explain_all(struct texts_job *job)
{
    struct batch batch = {.n = 0};
    bool end = false;
    int rc = OK;

    while (!rc && !(rc = source_take(job->source, &batch, &end)) && !end) {
        size_t at = 0;
        for (int i = 0; i < batch.n; i++) {
            struct kept kept;
            explaining_tell(job->explaining, batch_text(&batch, &at, &kept));
            kept_release(&kept);
        }
        rc = program_output(OK);
    }
    batch_release(&batch);
    if (!rc)
        source_print_notes(job->source);
    if (!rc)
        explaining_print_notes(job->explaining);
    return rc;
}

static int run_all(void *context)
{
    struct texts_job *job = context;
    if (job->explaining)
        return explain_all(job);

    int n_threads = job->n_threads + (job->errands ? errands_room(job->errands) : 0);
    bool end = false;
    int rc = judge_first(job, n_threads == 1, &end);

    if (!rc && !end) {
        const struct crew_job crew = {job,    sizeof(struct item), take, work,
                                      finish, release_item,        0};
        predictor_share(job->predictor);
        rc = crew_run(&crew, n_threads);
    }
    if (!rc)
        rc = judgements_finish(job->judgements);
    if (!rc)
        source_print_notes(job->source);
    if (!rc)
        judgements_print_notes(job->judgements);
    return rc;
}

static int share_out(struct texts_job *job)
{
    const struct errand_job serving = {job, prepare_errands, do_errand};
    int twice = 2 * job->n_threads; /* so that the next one is there when one is done */
    if (job->comm->size == 1)
        return run_all(job);

    job->errands = errands_new(job->comm, twice);
    return job->errands ? errands_run(job->errands, run_all, job)
                        : errands_serve(job->comm, &serving, job->n_threads);
}

int texts_job_run(struct texts_job *job)
{
    job->workers = xcalloc((size_t)job->n_threads, sizeof(struct predictor_worker *));
    int rc = share_out(job);

    for (int i = 0; i < job->n_threads; i++)
        predictor_worker_free(job->workers[i]);
    free(job->workers);
    errands_free(job->errands);
    return rc;
}
