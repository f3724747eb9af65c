#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/past_private.h"

static double number(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(event, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static int whole(const json_t *event, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(event, key));
    return value < 0 || value > 1000000000 ? 0 : (int)value;
}

static void take_start(struct past_run *run, json_t *event)
{
    json_decref(run->start);
    run->start = json_incref(event);
    run->config = json_object_get(event, "config");
}

static void take_epoch(struct past_run *run, json_t *event)
{
    int epoch = whole(event, "epoch"), i = run->n_epochs;
    if (epoch < 1 || epoch > PAST_MOST_EPOCHS)
        return;

    if (i > 0 && (int)run->epoch[i - 1] >= epoch) /* it was done again */
        while (i > 0 && (int)run->epoch[i - 1] >= epoch)
            i--;
    run->n_epochs = i + 1;
    run->epoch[i] = epoch;
    for (int v = 0; v < PAST_VALUES; v++)
        run->value[v][i] = number(event, past_value_names[v]);

    if (json_object_get(event, "f1"))
        run->several_labels = true;
    if (json_is_true(json_object_get(event, "improved"))) {
        run->best_epoch = epoch;
        snprintf(run->weights, sizeof run->weights, "%s", past_text(event, "weights"));
    }
}

/* Of the weights that are the result: "best" comes first, and "last" counts where the
 * run says that it is the result. */
static void take_result(struct past_run *run, const json_t *event, bool is_test)
{
    const char *which = past_text(event, "which");
    const json_t *notebook = json_object_get(run->config, "notebook");
    bool is_wanted = !strcmp(which, json_is_true(notebook) ? "last" : "best");
    if (run->result.is_there && !is_wanted)
        return;

    run->result = (struct past_result){.is_there = true,
                                       .is_test = is_test,
                                       .epoch = whole(event, "epoch"),
                                       .n = whole(event, "n"),
                                       .loss = number(event, "loss"),
                                       .acc = number(event, "acc"),
                                       .f1 = number(event, "f1")};
    strncpy(run->result.which, which, sizeof run->result.which - 1);
    if (is_wanted && run->result.epoch > 0)
        run->best_epoch = run->result.epoch;
}

static void take_test(struct past_run *run, json_t *event)
{
    take_result(run, event, true);
}

static void take_validation(struct past_run *run, json_t *event)
{
    take_result(run, event, false);
}

static void take_baseline(struct past_run *run, json_t *event)
{
    run->naive_bayes =
        number(json_object_get(event, "naive_bayes"), run->several_labels ? "f1" : "acc");
}

static void take_job(struct past_run *run, json_t *event)
{
    (void)event;
    run->is_joint = true;
}

static void take_joint(struct past_run *run, const json_t *event, const char *prefix)
{
    static const char *const keys[] = {"loss", "acc", "f1"};
    double values[COUNT_OF(keys)];

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        char key[32];
        snprintf(key, sizeof key, "%s%s", prefix, keys[i]);
        values[i] = number(event, key);
    }
    run->result = (struct past_result){.is_there = true,
                                       .is_test = !strcmp(prefix, "test_"),
                                       .which = "best",
                                       .n = whole(event, "n"),
                                       .loss = values[0],
                                       .acc = values[1],
                                       .f1 = values[2]};
}

/* A line of a job's table, of which that of all models as one counts. */
static void take_model(struct past_run *run, json_t *event)
{
    bool is_tested = json_object_get(event, "test_loss") != NULL;
    const char *name = past_text(event, "name");
    if (strcmp(name, "ensemble") != 0 && strcmp(name, "network") != 0)
        return;
    run->several_labels = json_object_get(event, "val_f1") != NULL;
    take_joint(run, event, is_tested ? "test_" : "val_");
}

static void take_together(struct past_run *run, json_t *event)
{
    run->several_labels = json_is_true(json_object_get(event, "multi_label"));
    take_joint(run, event, "");
}

static void take_decision(struct past_run *run, json_t *event)
{
    json_decref(run->decision);
    run->decision = json_incref(event);
}

static void take_end(struct past_run *run, json_t *event)
{
    json_decref(run->end);
    run->end = json_incref(event);
}

static const struct {
    const char *name;
    void (*take)(struct past_run *run, json_t *event);
} events[] = {
    {"start", take_start},           {"resume", take_start},
    {"epoch", take_epoch},           {"test", take_test},
    {"validation", take_validation}, {"end", take_end},
    {"baseline", take_baseline},     {"job", take_job},
    {"model", take_model},           {"decision", take_decision},
    {"out_of_fold", take_together},
};

static void take_line(struct past_run *run, const char *line, size_t n)
{
    json_t *event = json_loadb(line, n, 0, NULL);
    const char *name = past_text(event, "event");

    for (size_t i = 0; i < COUNT_OF(events); i++)
        if (!strcmp(name, events[i].name))
            events[i].take(run, event);
    json_decref(event);
}

void past_read_log(struct past_run *run)
{
    size_t n_lines = 1;
    for (const char *c = run->log; *c; c++)
        n_lines += *c == '\n';

    run->naive_bayes = (double)NAN;
    run->epoch = xcalloc(n_lines, sizeof *run->epoch);
    for (int v = 0; v < PAST_VALUES; v++)
        run->value[v] = xcalloc(n_lines, sizeof *run->value[v]);
    for (const char *line = run->log; *line;) {
        size_t n = strcspn(line, "\n");
        take_line(run, line, n);
        line += n + (line[n] == '\n');
    }
}
