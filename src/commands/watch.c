/* rnntrain watch RUN */
#include "commands/commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/say.h"
#include "files/file.h"
#include "report/past.h"

struct settings {
    double interval;
};

static const struct option options[] = {
    {"interval", OPTION_DOUBLE, offsetof(struct settings, interval), "2", 0.1, 86400,
     NULL, "seconds between looks at the log", "Options", true},
};

const struct option_table cmd_watch_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .program = "rnntrain watch",
    .synopsis = "RUN [options]",
    .example = "  rnntrain watch run\n",
    .about =
        "Follows a run, also from another node: a line an epoch as it ends, what was "
        "so\n"
        "far first. Ends when the run does: with code 0, 75 where it was stopped to "
        "be\n"
        "gone on with, 76 where it diverged.\n\n"
        "  RUN  the run's folder; one that is not there yet is waited for\n",
    .min_operands = 1,
    .max_operands = 1,
};

static double number(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(event, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* "  val_acc 0.8123", or nothing where it is not known. */
static void print_number(const json_t *event, const char *key)
{
    double value = number(event, key);
    if (isfinite(value))
        say(stdout, "  %s %.4f", key, value);
}

static void print_epoch(const json_t *event)
{
    bool has_f1 = json_object_get(event, "f1") != NULL;
    double seconds = number(event, "seconds");

    say(stdout, "epoch %3.0f", number(event, "epoch"));
    print_number(event, "loss");
    print_number(event, has_f1 ? "f1" : "acc");
    print_number(event, "val_loss");
    print_number(event, has_f1 ? "val_f1" : "val_acc");
    say(stdout, "%s", json_is_true(json_object_get(event, "improved")) ? " *" : "");
    if (isfinite(seconds))
        say(stdout, "  %.1f s", seconds);
    say_line(stdout, "%s", "");
}

static void print_result(const json_t *event)
{
    say(stdout, "%s %s weights", past_text(event, "event"), past_text(event, "which"));
    print_number(event, "loss");
    print_number(event, "acc");
    print_number(event, "f1");
    say_line(stdout, "%s", "");
}

static void print_start(const json_t *event)
{
    say_line(stdout, "%s    %.0f rank%s on %s, %.0f rows to train, %.0f to validate",
             past_text(event, "event"), number(event, "ranks"),
             plural((int64_t)number(event, "ranks")), past_text(event, "hosts"),
             number(event, "train"), number(event, "validation"));
}

static void print_nonfinite(const json_t *event)
{
    say_line(stdout, "epoch %3.0f, batch %.0f: the %s is not finite: %s",
             number(event, "epoch"), number(event, "batch"), past_text(event, "what"),
             past_text(event, "action"));
}

static const struct {
    const char *name;
    void (*print)(const json_t *event);
} events[] = {
    {"start", print_start}, {"resume", print_start},      {"epoch", print_epoch},
    {"test", print_result}, {"validation", print_result}, {"nonfinite", print_nonfinite},
};

/* A run's end: the code; else -1. */
static int end_of(const char *folder, const json_t *event)
{
    const char *reason = past_text(event, "reason");
    if (strcmp(past_text(event, "event"), "end") != 0)
        return -1;

    if (!strcmp(reason, "stopped"))
        return fail(ERR_STOPPED, "%s was stopped: it can be gone on with by --resume",
                    folder);
    if (!strcmp(reason, "diverged"))
        return fail(ERR_DIVERGED, "%s diverged: its loss or gradient was not finite",
                    folder);
    say_line(stdout, "end       %s", reason);
    return OK;
}

/* The whole lines behind those that were told; -1: the run goes on. */
static int tell(const char *folder, const char *log, size_t n, size_t *told)
{
    int rc = -1;
    if (n < *told) /* it was cut, to be gone on with */
        *told = n;

    for (const char *end; rc < 0 && (end = memchr(log + *told, '\n', n - *told));) {
        const char *line = log + *told;
        json_t *event = json_loadb(line, (size_t)(end - line), 0, NULL);
        for (size_t i = 0; i < COUNT_OF(events); i++)
            if (!strcmp(past_text(event, "event"), events[i].name))
                events[i].print(event);
        *told = (size_t)(end - log) + 1;
        bool is_last = *told == n; /* an end that was gone on with is none */
        rc = is_last ? end_of(folder, event) : -1;
        json_decref(event);
    }
    fflush(stdout);
    return rc;
}

static void wait_for(double seconds)
{
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    nanosleep(&time, NULL);
}

/* A folder may come into being, a file becomes none. */
static int check_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode)
               ? fail(ERR_NO_INPUT, "%s: a file, expected the folder of a run", path)
               : OK;
}

/* The log is opened anew each time: so a network file system shows what another node has
 * written. */
static int run(const void *given, const char *const *operands, int n_operands)
{
    const struct settings *settings = given;
    char *path = xasprintf("%s/log.jsonl", operands[0]);
    size_t told = 0;
    int rc = -1;
    (void)n_operands;

    if (check_folder(operands[0])) {
        free(path);
        return ERR_NO_INPUT;
    }
    if (access(path, F_OK) != 0)
        say_line(stderr, "rnntrain: note: no run has begun in %s yet: it is waited for",
                 operands[0]);
    while (rc < 0) {
        char *log = NULL;
        size_t n = 0;
        bool is_there = access(path, F_OK) == 0;
        int read = is_there ? file_read(path, &log, &n) : ERR_NO_INPUT;
        if (!read)
            rc = tell(operands[0], log, n, &told);
        else if (read != ERR_NO_INPUT || (is_there && access(path, F_OK) == 0))
            rc = read; /* it is there, and cannot be read */
        free(log);
        if (rc < 0 && !program_is_heard())
            rc = OK;
        if (rc < 0)
            wait_for(settings->interval);
    }
    free(path);
    return rc;
}

int cmd_watch(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_watch_table, &settings, argc, argv, run);
}
