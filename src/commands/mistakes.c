/* rnntrain mistakes MODEL [dataset.h5] [--part test]: the rows that a person should look
 * at. */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/all_ranks.h"
#include "commands/columns.h"
#include "commands/eval.h"
#include "commands/mistakes_told.h"
#include "commands/precision.h"
#include "commands/trained_on.h"

static const char *const kind_names[] = {[MISTAKE_WORST] = "worst",
                                         [MISTAKE_UNCERTAIN] = "uncertain",
                                         [MISTAKE_MISLABELLED] = "mislabelled",
                                         [MISTAKE_KINDS] = "all",
                                         NULL};

struct settings {
    struct import_settings keras;
    struct input_settings input;
    int part, kind;
    int top;
    struct precision_settings kernels;
    bool json, csv;
};

static const struct option options[] = {
    {"part", OPTION_CHOICE, offsetof(struct settings, part), "test", 0, 0,
     dataset_part_names,
     "part of the data set; validation, where it has none: the training rows that the "
     "run set aside",
     "Options", true},
    {"kind", OPTION_CHOICE, offsetof(struct settings, kind), "all", 0, 0, kind_names,
     "which rows are told", "Options", true},
    {"top", OPTION_COUNT, offsetof(struct settings, top), "20", 1, 1000000, NULL,
     "rows of each kind", "Options", true},
    {"json", OPTION_BOOL, offsetof(struct settings, json), "false", 0, 0, NULL,
     "print JSON objects, one a line", "Options", true},
    {"csv", OPTION_BOOL, offsetof(struct settings, csv), "false", 0, 0, NULL,
     "print a table as CSV", "Options", true},
};

static const struct option_part parts[] = {
    {&precision_options, offsetof(struct settings, kernels)},
    {&input_options, offsetof(struct settings, input)},
    {&import_options, offsetof(struct settings, keras)}};

const struct option_table cmd_mistakes_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain mistakes",
    .synopsis = "MODEL [dataset.h5 | CORPUS] [options]",
    .example = "  rnnprep reviews.csv --keep-origin --keep-text\n"
               "  rnntrain dataset.h5\n"
               "  rnntrain mistakes run dataset.h5 --top 5\n",
    .about =
        "The rows of a part that a person should look at, with where they come from and\n"
        "their texts, as far as rnnprep --keep-origin and --keep-text kept them:\n\n"
        "  worst        by their log loss\n"
        "  uncertain    by how near the two most probable classes are to each other\n"
        "  mislabelled  whose label is likely wrong, by confident learning (Northcutt,\n"
        "               Jiang & Chuang 2021): another class is the most probable of\n"
        "               those that reach their threshold, the mean probability that\n"
        "               rows of a class have of it; the clearest first\n\n"
        "  MODEL        as eval takes it, as are dataset.h5 and CORPUS\n",
    .min_operands = 1,
    .max_operands = 2,
};

static int tell(struct evaluation *evaluation, const void *context)
{
    const struct settings *settings = context;
    const struct mistakes_form form = {.json = settings->json, .csv = settings->csv};
    bool all = settings->kind == MISTAKE_KINDS;
    struct mistakes_told told;
    int rc = mistakes_told_begin(evaluation, &form, &told);

    for (int kind = 0; kind < MISTAKE_KINDS && !rc; kind++)
        if (all || kind == settings->kind)
            rc = mistakes_told_tell(&told, (enum mistake_kind)kind, settings->top, all);
    mistakes_told_end(&told);
    return rc;
}

static int run(struct comm *comm, const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const struct eval_telling telling = {tell, settings};
    int rc = input_check(&settings->input);
    if (!rc && settings->json && settings->csv)
        rc = fail(ERR_USAGE, "--json and --csv: one of them is printed");
    if (rc)
        return rc;

    char *path = n > 1 ? xstrdup(operands[1]) : trained_on(operands[0], comm->rank == 0);
    char *set = precision_set(&settings->kernels);
    const struct eval_rows rows = {.model = operands[0],
                                   .path = path,
                                   .keras = &settings->keras,
                                   .input = &settings->input,
                                   .part = settings->part,
                                   .isa = set};
    rc = eval_rows(comm, &rows, &telling);
    free(set);
    free(path);
    return rc;
}

int cmd_mistakes(int argc, char **argv)
{
    struct settings settings = {0};
    return all_ranks_command(&cmd_mistakes_table, &settings, argc, argv, run);
}
