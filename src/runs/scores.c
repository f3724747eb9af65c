#include "runs/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "files/file.h"

struct report_score scores_of(const struct score *score)
{
    return (struct report_score){score->loss, score_accuracy(score), score_f1(score)};
}

static double number(const json_t *line, const char *prefix, const char *key)
{
    char name[32];
    snprintf(name, sizeof name, "%s%s", prefix, key);
    return json_number_value(json_object_get(line, name));
}

static struct report_score read_score(const json_t *line, const char *prefix)
{
    return (struct report_score){number(line, prefix, "loss"),
                                 number(line, prefix, "acc"), number(line, prefix, "f1")};
}

/* A line of a job's log. */
static void read_model(const json_t *line, struct scores *scores)
{
    scores->several_labels = json_object_get(line, "val_f1") != NULL;
    scores->is_validated = json_object_get(line, "val_loss") != NULL;
    scores->validation = read_score(line, "val_");
    scores->is_tested = json_object_get(line, "test_loss") != NULL;
    scores->test = read_score(line, "test_");
}

/* A line of a run's log, of which the last one that says the same counts. */
static void read_line(const struct run *run, const json_t *line, struct scores *scores)
{
    const char *event = json_string_value(json_object_get(line, "event"));
    const char *which = json_string_value(json_object_get(line, "which"));
    json_int_t epoch = json_integer_value(json_object_get(line, "epoch"));
    const char *result = run->config.result_is_last ? "last" : "best";
    int wanted =
        run->config.result_is_last ? run->summary.epochs : run->summary.best_epoch;

    if (run->job) { /* of several models, which judge as one */
        const char *name = json_string_value(json_object_get(line, "name"));
        if (event && name && !strcmp(event, "model") && !strcmp(name, "ensemble"))
            read_model(line, scores);
        return;
    }
    if (event && !strcmp(event, "epoch") && epoch == wanted &&
        json_object_get(line, "val_loss")) {
        scores->validation = read_score(line, "val_");
        scores->is_validated = true;
        scores->several_labels = json_object_get(line, "f1") != NULL;
    }
    if (event && !strcmp(event, "test") && which && !strcmp(which, result)) {
        scores->test = read_score(line, "");
        scores->is_tested = true;
    }
}

struct scores scores_of_run(const struct run *run)
{
    struct scores scores = {.is_tested = false};
    char *path = xasprintf("%s/log.jsonl", run->config.run_dir), *bytes = NULL;
    size_t n = 0;

    if (!file_read(path, &bytes, &n))
        for (char *line = bytes, *end; *line; line = end) {
            end = line + strcspn(line, "\n");
            end += *end ? 1 : 0;
            json_t *read = json_loadb(line, (size_t)(end - line), 0, NULL);
            read_line(run, read, &scores);
            json_decref(read);
        }
    free(bytes);
    free(path);
    return scores;
}

static void add(const struct job *job, json_t *line, const char *prefix,
                const struct report_score *score)
{
    const struct {
        const char *key;
        double value;
        bool is_said;
    } values[] = {{"loss", score->loss, true},
                  {"acc", score->acc, true},
                  {"f1", score->f1, job->multi_label}};

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        char *key = xasprintf("%s%s", prefix, values[i].key);
        if (values[i].is_said && isfinite(values[i].value))
            json_object_set_new(line, key, json_real(values[i].value));
        free(key);
    }
}

/* "val_loss 0.3012  val_acc 0.8812  "; the caller's. */
static char *describe(const struct job *job, bool is_there, const char *prefix,
                      const struct report_score *score)
{
    if (!is_there)
        return xstrdup("");
    return xasprintf("  %sloss %.4f  %s%s %.4f", prefix, score->loss, prefix,
                     job->multi_label ? "f1" : "acc",
                     job->multi_label ? score->f1 : score->acc);
}

int scores_report(struct job *job, const char *name, const struct scores *scores)
{
    char *validation = describe(job, scores->is_validated, "val_", &scores->validation);
    char *test = describe(job, scores->is_tested, "test_", &scores->test);
    json_t *line = json_pack("{s:s,s:s}", "event", "model", "name", name);

    if (scores->is_validated)
        add(job, line, "val_", &scores->validation);
    if (scores->is_tested)
        add(job, line, "test_", &scores->test);
    if (*validation || *test)
        report_say(&job->report, "%-11s%s%s", name, validation, test);
    free(validation);
    free(test);
    return report_write(&job->report, line, false);
}

/* Of n numbers, with n - 1 degrees of freedom. */
struct spread {
    double mean, deviation;
};

static struct spread spread_of(const double *values, int n)
{
    struct spread spread = {0, 0};
    for (int i = 0; i < n; i++)
        spread.mean += values[i] / n;
    for (int i = 0; i < n; i++)
        spread.deviation += (values[i] - spread.mean) * (values[i] - spread.mean);
    spread.deviation = n > 1 ? sqrt(spread.deviation / (n - 1)) : 0;
    return spread;
}

struct scores_spread scores_spread_begin(const char *event, int n)
{
    return (struct scores_spread){.said = xasprintf("%d %s", n, event),
                                  .line = json_pack("{s:s,s:i}", "event", event, "n", n),
                                  .values = xcalloc((size_t)n, sizeof(double)),
                                  .n = n};
}

void scores_spread_add(struct scores_spread *all, const char *key)
{
    struct spread spread = spread_of(all->values, all->n);
    char *deviation = xasprintf("%s_deviation", key);
    char *longer =
        xasprintf("%s  %s %.4f +- %.4f", all->said, key, spread.mean, spread.deviation);

    json_object_set_new(all->line, key, json_real(spread.mean));
    json_object_set_new(all->line, deviation, json_real(spread.deviation));
    free(deviation);
    free(all->said);
    all->said = longer;
}

void scores_spread_accuracy(const struct job *job, const struct scores *scores,
                            struct scores_spread *all)
{
    bool several = job->multi_label;

    for (int i = 0; i < all->n; i++)
        all->values[i] = several ? scores[i].validation.f1 : scores[i].validation.acc;
    if (scores->is_validated)
        scores_spread_add(all, several ? "val_f1" : "val_acc");
    for (int i = 0; i < all->n; i++)
        all->values[i] = several ? scores[i].test.f1 : scores[i].test.acc;
    if (scores->is_tested)
        scores_spread_add(all, several ? "test_f1" : "test_acc");
}

int scores_spread_report(struct job *job, struct scores_spread *all)
{
    report_say(&job->report, "%s", all->said);
    free(all->said);
    free(all->values);
    return report_write(&job->report, all->line, false);
}
