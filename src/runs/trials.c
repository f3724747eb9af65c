#include "runs/trials.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runs/halving.h"

const struct trial_rung *trial_last(const struct trial *trial)
{
    const struct trial_rung *last = NULL;
    for (int r = 0; r < TRIALS_MOST_RUNGS; r++)
        if (trial->rungs[r].epochs > 0)
            last = &trial->rungs[r];
    return last;
}

int trial_log(struct job *job, const struct trial *trials, int i, int rung,
              double elapsed)
{
    const struct trial_rung *came_to = &trials[i].rungs[rung];
    json_t *value = isfinite(came_to->value) ? json_real(came_to->value) : json_null();

    return report_write(&job->report,
                        json_pack("{s:s,s:i,s:s,s:i,s:i,s:o,s:f,s:f}", "event", "trial",
                                  "trial", i + 1, "options", trials[i].draw.said,
                                  "epochs", came_to->epochs, "best_epoch",
                                  came_to->best_epoch, "value", value, "seconds",
                                  came_to->seconds, "elapsed", elapsed),
                        false);
}

json_t *trials_read_log(const struct job *job, double *elapsed)
{
    char *log = job_read_log(job);
    json_t *lines = json_array();

    *elapsed = 0;
    for (char *line = log, *end; line && *line; line = end) {
        end = line + strcspn(line, "\n");
        json_t *read = json_loadb(line, (size_t)(end - line), 0, NULL);
        end += *end ? 1 : 0;
        if (!read)
            continue;
        *elapsed = fmax(*elapsed, json_number_value(json_object_get(read, "elapsed")));
        json_array_append_new(lines, read);
    }
    free(log);
    return lines;
}

/* Rungs before that one which had as many epochs. */
static int rungs_alike(const struct trial *trial, int rung, int epochs)
{
    int n = 0;
    for (int r = 0; r < rung; r++)
        n += trial->rungs[r].epochs == epochs;
    return n;
}

bool trial_was(const json_t *lines, int i, const struct trial *trial, int rung,
               int epochs, struct trial_rung *was)
{
    size_t at;
    const json_t *line;
    int found = 0;

    json_array_foreach(lines, at, line)
    {
        const char *event = json_string_value(json_object_get(line, "event"));
        const json_t *value = json_object_get(line, "value");
        if (!event || strcmp(event, "trial") != 0 ||
            json_integer_value(json_object_get(line, "trial")) != i + 1 ||
            json_integer_value(json_object_get(line, "epochs")) != epochs)
            continue;

        found++;
        *was = (struct trial_rung){
            .epochs = epochs,
            .best_epoch = (int)json_integer_value(json_object_get(line, "best_epoch")),
            .value = json_is_number(value) ? json_number_value(value) : -(double)INFINITY,
            .seconds = json_number_value(json_object_get(line, "seconds"))};
    }
    return found > rungs_alike(trial, rung, epochs);
}

/* Of all rungs. */
static double cost(const struct trial *trial)
{
    double seconds = 0;
    for (int r = 0; r < TRIALS_MOST_RUNGS; r++)
        seconds += trial->rungs[r].seconds;
    return seconds;
}

enum { MOST_SAID = 30 };

/* Which trials the table shows: the best of all and those of the best last values, so
 * many; the caller's to free. */
static bool *choose_said(const struct trial *trials, int n, int best)
{
    bool *is_said = xcalloc((size_t)n + 1, sizeof *is_said);
    struct halved *all = xcalloc((size_t)n + 1, sizeof *all);

    for (int i = 0; i < n; i++) {
        const struct trial_rung *last = trial_last(&trials[i]);
        double value = last ? last->value : -(double)INFINITY;
        all[i] =
            (struct halved){.trial = i, .value = i == best ? (double)INFINITY : value};
    }
    (void)halving_best(all, n);
    for (int i = 0; i < n && i < MOST_SAID; i++)
        is_said[all[i].trial] = true;
    free(all);
    return is_said;
}

void trials_say(struct job *job, const struct trial *trials, int n, int best)
{
    enum monitor monitor = job->config->network->monitor;
    const char *watched = monitor_names[monitor];
    int width = (int)strlen(watched) > 8 ? (int)strlen(watched) : 8;
    bool is_loss = monitor_is_loss(monitor);

    report_say(&job->report, "trial    epochs  best  %*s  seconds  options", width,
               watched);
    bool *is_said = choose_said(trials, n, best);
    for (int i = 0; i < n; i++) {
        const struct trial_rung *last = trial_last(&trials[i]);
        if (last && is_said[i])
            report_say(&job->report, "%5d%c  %7d  %4d  %*.4f  %7.1f  %s", i + 1,
                       i == best ? '*' : ' ', last->epochs, last->best_epoch, width,
                       is_loss ? -last->value : last->value, cost(&trials[i]),
                       trials[i].draw.said);
    }
    free(is_said);
    if (n > MOST_SAID)
        report_say(&job->report,
                   "%d trials judged worse are not shown: log.jsonl has all %d",
                   n - MOST_SAID, n);
}
