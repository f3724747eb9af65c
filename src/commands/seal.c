/* rnntrain seal FILE: what another program opened for writing is checked and sealed. */
#include "commands/commands.h"

#include <stdio.h>

#include "base/say.h"
#include "data/dataset.h"
#include "files/file.h"
#include "saved/checkpoint.h"
#include "saved/kind.h"

struct settings {
    char *output;
};

static int seal_checkpoint(const char *path, const char *target)
{
    struct checkpoint info = {0};
    enum checkpoint_sealed sealed = CHECKPOINT_AS_RECORDED;

    int rc = checkpoint_import(path, NULL, &info);
    if (!rc)
        rc = checkpoint_seal(&info, target, &sealed);
    if (!rc && sealed == CHECKPOINT_CHANGED)
        say_line(stdout,
                 "%s: checked and sealed as a model: its weights are not those that its "
                 "run recorded, so that no run can be resumed from it; --init-from %s "
                 "begins another",
                 target, target);
    else if (!rc)
        say_line(stdout, "%s: checked and sealed%s", target,
                 sealed == CHECKPOINT_NOT_RECORDED
                     ? "; no hash of its weights is recorded: whether they were changed "
                       "cannot be told"
                     : "");

    checkpoint_release(&info);
    return rc;
}

static int seal_dataset(const char *path, const char *target)
{
    bool is_rewritten = false;
    int rc = dataset_seal(path, target, &is_rewritten);
    if (!rc)
        say_line(stdout, "%s: checked and sealed%s", target,
                 is_rewritten ? ", laid out anew as rnnprep does it, without what else "
                                "stood in it: a run that began with other content takes "
                                "it for another one"
                              : "");
    return rc;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const char *path = operands[0], *target = settings->output ? settings->output : path;
    struct saved_look look = {.kind = SAVED_OTHER};
    (void)n;

    int rc = saved_look(path, &look);
    if (!rc)
        rc = file_check_target(target);
    if (rc)
        return rc;

    if (look.kind == SAVED_OTHER)
        return fail(
            ERR_USAGE,
            "%s is no data set and no checkpoint of rnntrain; `rnntrain import %s "
            "-o FILE` makes a checkpoint of a model of Keras",
            path, path);
    if (look.ending == H5_SEALED) {
        say_line(stdout, "%s: its seal is there and right: nothing was written", path);
        return OK;
    }
    return look.kind == SAVED_CHECKPOINT ? seal_checkpoint(path, target)
                                         : seal_dataset(path, target);
}

static const struct option options[] = {
    {"output", OPTION_STRING, offsetof(struct settings, output), NULL, 0, 0, option_file,
     "file to write instead of FILE itself; -o for short", "Options", true},
};

const struct option_table cmd_seal_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .program = "rnntrain seal",
    .synopsis = "FILE [options]",
    .example = "  rnntrain seal dataset.h5\n",
    .about =
        "Checks all that is in a checkpoint or a data set which another program opened\n"
        "for writing (h5py in mode r+ or a, h5repack, ...), and so cut its seal off, "
        "and\n"
        "seals it again.\n\n"
        "  FILE  a checkpoint (best.h5, last.h5 or ensemble.h5 of a run) or a data set\n",
    .min_operands = 1,
    .max_operands = 1,
};

int cmd_seal(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_seal_table, &settings, argc, argv, run);
}
