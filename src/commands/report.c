/* rnntrain report RUN... [-o report.html] */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/command_line.h"
#include "files/file.h"
#include "report/report.h"

enum { MOST_RUNS = 512 };

struct settings {
    char *output, *data, *trace;
    int mistakes, bootstrap;
    int64_t seed;
};

static const struct option options[] = {
    {"output", OPTION_STRING, offsetof(struct settings, output), "report.html", 0, 0,
     option_file, "the page; also -o", "Options", true},
    {"data", OPTION_STRING, offsetof(struct settings, data), NULL, 0, 0, option_file,
     "the run's data set, for words, lengths and classes; without it the file that the "
     "log names, or dataset.h5 in this folder, if it is the run's",
     "Options", true},
    {"trace", OPTION_STRING, offsetof(struct settings, trace), NULL, 0, 0, option_file,
     "what rnntrain --trace wrote of the run that is shown; without it RUN/trace.json",
     "Options", true},
    {"mistakes", OPTION_COUNT, offsetof(struct settings, mistakes), "10", 0, 1000, NULL,
     "worst mistakes that are shown; 0: none", "Options", true},
    {"bootstrap", OPTION_COUNT, offsetof(struct settings, bootstrap), "1000", 0, 100000,
     NULL, "resamples for the 95 % intervals of the figures; 0: none", "Options", true},
    {"seed", OPTION_INT, offsetof(struct settings, seed), "1", 0, 1e15, NULL,
     "of the resamples", "Options", true},
};

const struct option_table cmd_report_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .program = "rnntrain report",
    .synopsis = "RUN... [-o report.html]",
    .example = "  rnntrain report run\n"
               "  rnntrain report first second third -o three.html --data dataset.h5\n",
    .about =
        "One page of HTML, which needs no network and no script, of what runs learnt:\n"
        "curves, figures with intervals, confusion, reliability, ROC, which texts are\n"
        "judged well, worst mistakes, where time went, model, data and the command "
        "that\n"
        "repeats it. Several runs are overlaid; that which validated best is shown in\n"
        "full.\n\n"
        "  RUN  the folder of a run, or of a job of several runs\n",
    .min_operands = 1,
    .max_operands = MOST_RUNS,
};

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const struct report_settings report = {.data = settings->data,
                                           .trace = settings->trace,
                                           .resamples = settings->bootstrap,
                                           .seed = (uint64_t)settings->seed,
                                           .mistakes = settings->mistakes,
                                           .command = command_line_of};

    int rc = file_check_target(settings->output);
    if (!rc)
        rc = report_page(operands, n, &report, settings->output);
    if (!rc)
        say_line(stdout, "wrote      %s", settings->output);
    return rc;
}

int cmd_report(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_report_table, &settings, argc, argv, run);
}
