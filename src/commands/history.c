/* rnntrain history RUN... */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/columns.h"
#include "report/past.h"

const struct option_table cmd_history_table = {
    .options = NULL,
    .n_options = 0,
    .program = "rnntrain history",
    .synopsis = "RUN...",
    .example = "  rnntrain history run > epochs.csv\n",
    .about = "The epochs of runs as CSV, a row an epoch, with all that the log says of "
             "it.\n\n"
             "  RUN  the folder of a run, or of a job of several runs\n",
    .min_operands = 1,
    .max_operands = PAST_MOST_RUNS,
};

/* Each "epoch" of a run's log, in its order. */
static void each_epoch(const struct past_run *run,
                       void (*take)(void *context, const struct past_run *run,
                                    json_t *event),
                       void *context)
{
    for (const char *line = run->log; *line;) {
        size_t n = strcspn(line, "\n");
        json_t *event = json_loadb(line, n, 0, NULL);
        if (!strcmp(past_text(event, "event"), "epoch"))
            take(context, run, event);
        json_decref(event);
        line += n + (line[n] == '\n');
    }
}

/* Adds its keys to an object whose keys are the columns, in order. */
static void take_columns(void *context, const struct past_run *run, json_t *event)
{
    const char *key;
    json_t *value;
    (void)run;

    json_object_foreach(event, key, value) if (strcmp(key, "event") != 0 &&
                                               !json_is_object(value) &&
                                               !json_is_array(value))
        json_object_set_new(context, key, json_null());
}

/* A value as a field, with a comma in front. */
static void print_value(const json_t *value)
{
    char number[32];

    if (json_is_string(value)) {
        char *field = columns_field(json_string_value(value), ',');
        say(stdout, ",%s", field);
        free(field);
    } else if (json_is_integer(value)) {
        say(stdout, ",%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        columns_number(json_real_value(value), number);
        say(stdout, ",%s", number);
    } else {
        say(stdout, "%s",
            json_is_true(value)    ? ",true"
            : json_is_false(value) ? ",false"
                                   : ",");
    }
}

static void print_row(void *context, const struct past_run *run, json_t *event)
{
    char *name = columns_field(run->name, ',');
    const char *key;
    json_t *value;

    say(stdout, "%s", name);
    json_object_foreach((json_t *)context, key, value)
        print_value(json_object_get(event, key));
    say_line(stdout, "%s", "");
    free(name);
}

static int run(const void *settings, const char *const *operands, int n)
{
    struct past past = {.n = 0};
    json_t *columns = json_object(), *value;
    const char *key;
    (void)settings;

    int rc = past_read(operands, n, &past);
    for (int i = 0; i < past.n && !rc; i++)
        each_epoch(&past.runs[i], take_columns, columns);
    if (!rc) {
        say(stdout, "run");
        json_object_foreach(columns, key, value)
        {
            char *field = columns_field(key, ',');
            say(stdout, ",%s", field);
            free(field);
        }
        say_line(stdout, "%s", "");
    }

    for (int i = 0; i < past.n && !rc; i++)
        each_epoch(&past.runs[i], print_row, columns);
    json_decref(columns);
    past_release(&past);
    return rc;
}

int cmd_history(int argc, char **argv)
{
    char nothing = 0;
    return program_run(&cmd_history_table, &nothing, argc, argv, run);
}
