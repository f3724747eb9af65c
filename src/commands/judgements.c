#include "commands/judgements.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"
#include "base/say.h"
#include "files/file.h"

struct judgements {
    const char *output;
    struct file_target *target; /* NULL: standard output */
    int64_t n_texts, n_blind, n_words, n_known;
};

void judged_batch_release(struct judged_batch *judged)
{
    free(judged->told.bytes);
    *judged = (struct judged_batch){.n_texts = 0};
}

/* Those of a batch that are judged together. */
struct group {
    const char *texts[PREDICTOR_ROWS];
    struct kept kept[PREDICTOR_ROWS];
    int n;
    int64_t first; /* as in a batch */
};

static int tell_group(struct group *group, struct told_how *how,
                      struct predictor_worker *worker, struct judged_batch *judged)
{
    size_t n_labels = (size_t)how->facts->n_labels;
    double *all = xcalloc((size_t)group->n, n_labels * sizeof *all);
    int classes[PREDICTOR_ROWS], rc = OK;
    predictor_worker_judge(worker, group->texts, group->n, all, classes);

    for (int i = 0; i < group->n; i++) {
        struct judgement judgement = {.probabilities = all + (size_t)i * n_labels,
                                      .class = classes[i],
                                      .number = group->first + i + 1};
        size_t n_unknown = 0;
        predictor_worker_words(worker, i, &judgement.n_words, &n_unknown);
        judgement.n_known = judgement.n_words - n_unknown;
        judged->n_texts++;
        judged->n_blind += judgement.n_known == 0;
        judged->n_words += (int64_t)judgement.n_words;
        judged->n_known += (int64_t)judgement.n_known;
        if (!rc)
            rc = told_add(&judged->told, how, &judgement, &group->kept[i]);
        kept_release(&group->kept[i]);
    }

    free(all);
    return rc;
}

int judgements_judge(struct told_how *how, struct predictor_worker *worker,
                     const struct batch *batch, struct judged_batch *judged)
{
    struct group *group = xcalloc(1, sizeof *group);
    size_t at = 0;
    int rc = OK;
    *judged = (struct judged_batch){.told = {judged->told.bytes, 0, judged->told.room}};

    for (int i = 0; i < batch->n && !rc; i += group->n) {
        int left = batch->n - i;
        group->n = left < PREDICTOR_ROWS ? left : PREDICTOR_ROWS;
        group->first = batch->first + i;
        for (int j = 0; j < group->n; j++)
            group->texts[j] = batch_text(batch, &at, &group->kept[j]);
        rc = tell_group(group, how, worker, judged);
    }
    free(group);
    return rc;
}

int judgements_new(const char *output, struct judgements **result)
{
    struct judgements *judgements = xcalloc(1, sizeof *judgements);
    judgements->output = output;

    int rc = output ? file_check_target(output) : OK;
    if (!rc && output)
        rc = file_begin(output, &judgements->target);
    if (rc)
        judgements_free(judgements);
    else
        *result = judgements;
    return rc;
}

void judgements_free(struct judgements *judgements)
{
    if (!judgements)
        return;
    file_end(judgements->target);
    free(judgements);
}

int judgements_take(struct judgements *judgements, const struct judged_batch *judged)
{
    const struct told *told = &judged->told;
    judgements->n_texts += judged->n_texts;
    judgements->n_blind += judged->n_blind;
    judgements->n_words += judged->n_words;
    judgements->n_known += judged->n_known;

    if (!judgements->target) {
        fwrite(told->bytes, 1, told->n_bytes, stdout);
        return program_output(OK);
    }
    if (file_append(file_target_fd(judgements->target), told->bytes, told->n_bytes))
        return fail(ERR_IO, "%s: cannot write: %s", judgements->output, strerror(errno));
    return OK;
}

int judgements_finish(struct judgements *judgements)
{
    if (!judgements->target)
        return OK;

    int rc = file_finish_plain(judgements->target);
    if (!rc)
        say_line(stdout, "%s: %lld text%s, %lld of %lld word%s known to the model",
                 judgements->output, (long long)judgements->n_texts,
                 plural(judgements->n_texts), (long long)judgements->n_known,
                 (long long)judgements->n_words, plural(judgements->n_words));
    return rc;
}

void judgements_print_notes(const struct judgements *judgements)
{
    if (judgements->n_blind)
        say_line(
            stderr,
            "rnntrain: note: %lld of %lld text%s %s no word that the model knows: %s "
            "(of all %lld word%s it does not know %lld)",
            (long long)judgements->n_blind, (long long)judgements->n_texts,
            plural(judgements->n_texts), judgements->n_blind == 1 ? "holds" : "hold",
            judgements->n_blind == 1 ? "its judgement is that of no word"
                                     : "they all get the same judgement",
            (long long)judgements->n_words, plural(judgements->n_words),
            (long long)(judgements->n_words - judgements->n_known));
}
