/* rnntrain compare RUN RUN [dataset.h5] */
#include "commands/commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/columns.h"
#include "commands/command_line.h"
#include "commands/compared.h"
#include "judge/paired.h"
#include "saved/kind.h"

enum { NAME = 15, MOST_NAME = 28 };

struct settings {
    int bootstrap;
    int64_t seed;
};

static const struct option options[] = {
    {"bootstrap", OPTION_COUNT, offsetof(struct settings, bootstrap), "1000", 0, 100000,
     NULL, "resamples for the 95 % intervals of the differences; 0: none", "Options",
     true},
    {"seed", OPTION_INT, offsetof(struct settings, seed), "1", 0, 1e15, NULL,
     "of the resamples", "Options", true},
};

const struct option_table cmd_compare_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .program = "rnntrain compare",
    .synopsis = "RUN... [dataset.h5] [options]",
    .example = "  rnntrain compare first second\n",
    .about =
        "Runs beside each other: what each came to, the options in which it differs "
        "from\n"
        "the first one, and whether it is better than that on the same rows, by "
        "McNemar's\n"
        "test and a paired bootstrap.\n\n"
        "  RUN         the folder of a run, or of a job of several runs\n"
        "  dataset.h5  a data set, whose test part all judge now; without it the rows\n"
        "              are those of predictions.h5: test rows or, where there are "
        "none,\n"
        "              validation rows\n",
    .min_operands = 1,
    .max_operands = PAST_MOST_RUNS,
};

/* "-": it is not known. */
static const char *number(double value, int digits, char text[32])
{
    if (isfinite(value))
        snprintf(text, 32, "%.*f", digits, value);
    else
        snprintf(text, 32, "-");
    return text;
}

/* Of a name's column: as wide as the longest, within reason. */
static int width_of(const struct past *past)
{
    int width = NAME;
    for (int i = 0; i < past->n; i++) {
        size_t n = strlen(past->runs[i].name);
        width = n > (size_t)width ? (int)n : width;
    }
    return width < MOST_NAME ? width : MOST_NAME;
}

static void print_run(const struct past_run *run, int width)
{
    char val_loss[32], val_score[32], loss[32], score[32], epochs[32], best[32];
    char *name = columns_fit(run->name, width, width);
    bool is_test = run->result.is_there && run->result.is_test;
    double tested = run->several_labels ? run->result.f1 : run->result.acc;

    say_line(stdout, "%s %6s %4s  %8s  %8s  %8s  %8s %6.0f s  %.8s", name,
             number(run->is_joint ? (double)NAN : run->n_epochs, 0, epochs),
             number(run->is_joint ? (double)NAN : run->best_epoch, 0, best),
             number(past_at(run, PAST_VAL_LOSS, run->best_epoch), 4, val_loss),
             number(past_at(run, past_val_score(run), run->best_epoch), 4, val_score),
             number(is_test ? run->result.loss : (double)NAN, 4, loss),
             number(is_test ? tested : (double)NAN, 4, score), past_seconds(run),
             run->weights);
    free(name);
}

static void print_runs(const struct past *past)
{
    bool has_f1 = past->runs[0].several_labels;
    int width = width_of(past);

    say_line(stdout, "%-*s %6s %4s  %8s  %8s  %8s  %8s %8s  %s", width, "run", "epochs",
             "best", "val_loss", has_f1 ? "val_f1" : "val_acc", "loss",
             has_f1 ? "f1" : "acc", "time", "weights");
    for (int i = 0; i < past->n; i++)
        print_run(&past->runs[i], width);
}

/* A line an option in which a run differs from the first one. */
static void print_differences(const struct past *past, int i)
{
    char *lines = command_line_differences(past->runs[0].config, past->runs[i].config);

    for (char *line = lines; *line;) {
        char *end = strchr(line, '\n'), *one = strchr(line, '\t');
        char *other = one ? strchr(one + 1, '\t') : NULL;
        *end = '\0';
        if (other) {
            *one++ = '\0';
            *other++ = '\0';
            say_line(stdout, "  %-24s %s, not %s", line, *other ? other : "none",
                     *one ? one : "none");
        }
        line = end + 1;
    }
    free(lines);
}

static void print_difference(const char *name, double value,
                             const struct judge_interval *interval)
{
    if (isnan(interval->low))
        say_line(stdout, "  %-24s %+.4f", name, value);
    else
        say_line(stdout, "  %-24s %+.4f   95 %% %+.4f to %+.4f", name, value,
                 interval->low, interval->high);
}

static void print_paired(const struct past *past, int i, const struct compared *compared,
                         const struct settings *settings)
{
    const struct judge *first = compared->judges[0], *other = compared->judges[i];
    struct judge_paired paired;
    char n[32], only_a[32], only_b[32];
    if (!first || !other)
        return;

    judge_compare(other, first, (uint64_t)settings->seed, settings->bootstrap, &paired);
    program_thousands(paired.n, n);
    program_thousands(paired.only_a, only_a);
    program_thousands(paired.only_b, only_b);
    say_line(stdout, "  less that of %s, on the same %s %s rows", past->runs[0].name, n,
             compared->part);
    print_difference("accuracy", paired.acc, &paired.acc_interval);
    print_difference("log loss", paired.log_loss, &paired.log_loss_interval);
    say_line(stdout, "  %-24s %s, of the other one %s", "right alone", only_a, only_b);
    say_line(stdout, "  %-24s %.4g", "McNemar's p", paired.p);
}

static void print_all(const struct past *past, const struct compared *compared,
                      const struct settings *settings)
{
    print_runs(past);
    for (int i = 1; i < past->n; i++) {
        say_line(stdout, "%s", "");
        say_line(stdout, "%s", past->runs[i].name);
        if (!past->runs[i].is_joint)
            print_differences(past, i);
        print_paired(past, i, compared, settings);
    }
}

/* The last operand, if it is a data set; else NULL. */
static int find_data(const char *const *operands, int n, const char **data)
{
    struct saved_look look = {.kind = SAVED_OTHER};
    const char *last = operands[n - 1];
    size_t length = strlen(last);
    bool is_file = length > 3 && !strcmp(last + length - 3, ".h5");

    *data = NULL;
    int rc = is_file && n > 1 ? saved_look(last, &look) : OK;
    if (!rc && look.kind == SAVED_DATASET)
        *data = last;
    return rc;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    struct past past = {.n = 0};
    struct compared compared = {.n = 0};
    const char *data = NULL;

    int rc = find_data(operands, n, &data);
    if (!rc)
        rc = past_read(operands, data ? n - 1 : n, &past);
    if (!rc && past.n < 2)
        rc = fail(ERR_USAGE, "%s is one run: name two, or the folder of several",
                  operands[0]);
    if (!rc && !data)
        past_read_predictions(&past);
    if (!rc && data)
        rc = compared_of_data(&past, data, &compared);
    else if (!rc)
        compared_of_runs(&past, &compared);
    if (!rc)
        print_all(&past, &compared, settings);
    compared_release(&compared);
    past_release(&past);
    return rc;
}

int cmd_compare(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_compare_table, &settings, argc, argv, run);
}
