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

/* A line of a run's log, of which the last one that says the same counts. */
static void read_line(const struct run *run, const json_t *line, struct scores *scores)
{
    const char *event = json_string_value(json_object_get(line, "event"));
    const char *which = json_string_value(json_object_get(line, "which"));
    json_int_t epoch = json_integer_value(json_object_get(line, "epoch"));
    const char *result = run->config.result_is_last ? "last" : "best";
    int wanted =
        run->config.result_is_last ? run->summary.epochs : run->summary.best_epoch;

    if (event && !strcmp(event, "epoch") && epoch == wanted &&
        json_object_get(line, "val_loss")) {
        scores->validation = read_score(line, "val_");
        scores->is_validated = true;
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

static void add_spread(json_t *line, const char *key, const struct spread *spread)
{
    char *deviation = xasprintf("%s_deviation", key);
    json_object_set_new(line, key, json_real(spread->mean));
    json_object_set_new(line, deviation, json_real(spread->deviation));
    free(deviation);
}

int scores_report_seeds(struct job *job, const struct scores *scores)
{
    int n = job->config->seeds;
    double *validation = xcalloc(2 * (size_t)n, sizeof *validation),
           *test = validation + n;
    const char *what = job->multi_label ? "f1" : "acc";
    char *said = xasprintf("%d seeds", n);
    json_t *line = json_pack("{s:s,s:i}", "event", "seeds", "n", n);

    for (int i = 0; i < n; i++) {
        const struct scores *own = &scores[i];
        validation[i] = job->multi_label ? own->validation.f1 : own->validation.acc;
        test[i] = job->multi_label ? own->test.f1 : own->test.acc;
    }

    const double *values[] = {validation, test};
    const bool are_there[] = {scores->is_validated, scores->is_tested};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct spread spread = spread_of(values[i], n);
        if (!are_there[i])
            continue;

        char *key = xasprintf("%s_%s", i ? "test" : "val", what);
        char *longer =
            xasprintf("%s  %s %.4f +- %.4f", said, key, spread.mean, spread.deviation);
        free(said);
        said = longer;
        add_spread(line, key, &spread);
        free(key);
    }
    report_say(&job->report, "%s", said);
    free(said);
    free(validation);
    return report_write(&job->report, line, false);
}
