#define _GNU_SOURCE /* stdout can be another file */
#include "readings_here.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/config.h"
#include "data/sampler_options.h"
#include "ranks/comm.h"
#include "saved/record.h"

static struct comm comm;
static int canaries; /* watched: nobody opens them */
/* In memory, where there is such a place: what is written waits for no device. */
static char folder[] = "/dev/shm/rnntrain-XXXXXX";

static void remove_folder(void)
{
    char *command = xasprintf("rm -rf %s", folder);
    (void)!system(command);
    free(command);
}

void readings_here_begin(const char *tests)
{
    if (access("/dev/shm", W_OK) != 0)
        strcpy(folder, "/tmp/rnntrain-XXXXXX");
    fuzz_check(mkdtemp(folder) != NULL, "a folder");
    atexit(remove_folder);
    comm_init_alone(&comm);
    readings_make_folder(tests, folder);

    static const char *const names[] = {"canary.h5", "canary.txt", "canary.fifo"};
    canaries = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        fuzz_check(inotify_add_watch(canaries, names[i], IN_OPEN | IN_ACCESS) >= 0,
                   "a watch");
}

static int (*const commands[READINGS])(int argc, char **argv) = {
    [READING_PREDICT] = cmd_predict,    [READING_EVAL] = cmd_eval,
    [READING_INSPECT] = cmd_inspect,    [READING_VERIFY] = cmd_inspect,
    [READING_IMPORT] = cmd_import,      [READING_EXPORT_KERAS] = cmd_export,
    [READING_EXPORT_ONNX] = cmd_export, [READING_SEAL] = cmd_seal,
};

/* As cmd_train does it, in a world of one rank that lives on. */
static int train(int argc, char **argv)
{
    struct config config = {0};
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);
    const struct config_sources sources = {
        .table = &cmd_train_table, .argc = argc, .argv = argv};
    int n = 0, rc = config_resolve(&sources, &config, operands, &n);

    if (!rc)
        rc = options_set(&cmd_train_table, &config, "data", operands[0], "data set");
    if (!rc) {
        char *record = record_write(&cmd_train_table, &config);
        config.trainer.record = record;
        sampler_options_complete(&config.trainer.sampler);
        rc = trainer_run(&comm, &config.trainer, &config.test, NULL);
        free(record);
    }
    config_release(&config);
    free(operands);
    return rc;
}

static int run_command(enum reading reading, enum mutant_kind kind)
{
    const char *const *arguments = readings_arguments(reading, kind);
    char *argv[READINGS_MOST_ARGUMENTS];
    int argc = 0;

    while (arguments[argc + 1]) {
        argv[argc] = (char *)(uintptr_t)arguments[argc + 1];
        argc++;
    }
    argv[argc] = NULL;
    return commands[reading] ? commands[reading](argc, argv) : train(argc, argv);
}

static bool is_code(int rc)
{
    static const int codes[] = {OK,         ERR_USAGE,   ERR_FORMAT,  ERR_NO_INPUT,
                                ERR_EXISTS, ERR_STOPPED, ERR_DIVERGED};
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (rc == codes[i])
            return true;
    return false;
}

static void check_said(const char *said, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fuzz_check((unsigned char)said[i] >= ' ' || strchr("\n\t", said[i]),
                   "what is said is text");
    fuzz_check(!memmem(said, n, READINGS_CANARY, strlen(READINGS_CANARY)),
               "nothing is said that stands in another file");
}

/* Streams, not descriptors, are others: a sanitizer's report is heard. */
static int run_heard(enum reading reading, enum mutant_kind kind, char **said, size_t *n)
{
    FILE *out = stdout, *errors = stderr;
    FILE *heard = open_memstream(said, n);
    fuzz_check(heard != NULL, "a stream");

    stdout = stderr = heard;
    int rc = reading == READING_LIBRARY ? readings_use_library(kind)
                                        : run_command(reading, kind);
    stdout = out;
    stderr = errors;
    fclose(heard);
    return rc;
}

void readings_here_try(enum reading reading, enum mutant_kind kind, const char *bytes,
                       size_t n)
{
    char *said = NULL, event[4096];
    size_t n_said = 0;

    readings_put(reading, kind, bytes, n);
    while (read(canaries, event, sizeof event) > 0)
        continue;
    int rc = run_heard(reading, kind, &said, &n_said);

    if (!is_code(rc) || (rc && reading != READING_LIBRARY && !*fail_message()))
        fprintf(stderr, "%s of a %s gives %d: %s\n", reading_names[reading],
                mutant_names[kind], rc, fail_message());
    fuzz_check(is_code(rc), "a code of ours");
    fuzz_check(read(canaries, event, sizeof event) < 0, "no other file is opened");
    check_said(said, n_said);
    free(said);
}

void readings_here_prepare(void)
{
    static bool has_begun;
    if (has_begun)
        return;

    readings_here_begin(FUZZ_TESTS);
    mutant_begin(FUZZ_TESTS, "canary");
    has_begun = true;
}

void readings_here_fuzz(enum mutant_kind kind, bool sealed, struct fuzz *input)
{
    /* training takes long */
    static const enum reading readings[] = {
        READING_PREDICT, READING_EVAL,   READING_INSPECT,      READING_VERIFY,
        READING_IMPORT,  READING_SEAL,   READING_EXPORT_KERAS, READING_EXPORT_ONNX,
        READING_LIBRARY, READING_RESUME, READING_TRAIN,        READING_PREDICT,
        READING_EVAL,    READING_IMPORT, READING_EXPORT_KERAS, READING_LIBRARY};
    size_t n_mutant = 0;

    readings_here_prepare();
    enum reading reading = readings[fuzz_below(input, (int)COUNT_OF(readings))];
    char *mutant = mutant_make(kind, sealed, input, &n_mutant);
    readings_here_try(reading, kind, mutant, n_mutant);
    free(mutant);
}
