#include "commands/slurm_array.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/say.h"
#include "base/quote.h"
#include "files/file.h"
#include "train/trainer.h"

extern char **environ;

/* slurm/train.sbatch, which the build makes a string of. */
extern const char train_sbatch[];

static int write_config(const struct slurm_array *array, int i)
{
    char *text = NULL, *path = xasprintf("%s/trial-%d.json", array->run_dir, i + 1);
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        die("no memory for the options of a run");

    int rc = array->write_config(array->context, i, out);
    fclose(out);
    rc = rc ? rc : file_replace(path, text, n, false);
    free(text);
    free(path);
    return rc;
}

static int write_script(const char *path)
{
    return file_replace(path, train_sbatch, strlen(train_sbatch), false);
}

/* The program as this process was started from, quoted; the caller's. */
static char *own_path(void)
{
    char *path = realpath("/proc/self/exe", NULL);
    char *quoted = quote_for_shell(path ? path : "rnntrain");
    free(path);
    return quoted;
}

/* The command that makes the table, quoted as one word: this one, here and now, once all
 * runs are done. The caller's. */
static char *table_command(const struct slurm_array *array)
{
    char *program = own_path(), *command = xasprintf("exec %s sweep", program);

    for (int i = 0; i < array->argc; i++) {
        if (!strncmp(array->argv[i], "--slurm", 7) ||
            !strcmp(array->argv[i], "--overwrite")) {
            i += !strcmp(array->argv[i], "--slurm-options");
            continue;
        }
        char *before = command, *argument = quote_for_shell(array->argv[i]);
        command = xasprintf("%s %s", before, argument);
        free(argument);
        free(before);
    }

    char *whole = xasprintf("%s --resume", command), *quoted = quote_for_shell(whole);
    free(whole);
    free(command);
    free(program);
    return quoted;
}

/* The environment that this process was started with: MPI has put words into it since,
 * and an mpirun of a job would take them for its own. Both are the caller's. */
static char **first_environment(char **text)
{
    size_t n = 0, entries = 0;
    FILE *in = fopen("/proc/self/environ", "r"), *out = open_memstream(text, &n);
    if (!out)
        die("no memory for an environment");
    for (int c; in && (c = getc(in)) != EOF;)
        putc(c, out);
    if (in)
        fclose(in);
    fclose(out);

    char **all = xcalloc(n + 1, sizeof *all);
    for (char *at = *text; at < *text + n; at += strlen(at) + 1)
        all[entries++] = at;
    return all;
}

/* popen() in that environment. */
static FILE *ask(const char *command)
{
    char *text = NULL, **first = first_environment(&text), **now = environ;

    environ = *first ? first : now;
    FILE *answer = popen(command, "r");
    environ = now;
    free(first);
    free(text);
    return answer;
}

/* Runs sbatch; its answer, a number, is the caller's. */
static int submit(const char *command, char **number)
{
    char text[256] = "";
    FILE *answer = ask(command);
    size_t n = answer ? fread(text, 1, sizeof text - 1, answer) : 0;
    int status = answer ? pclose(answer) : -1;

    text[n] = '\0';
    text[strspn(text, "0123456789")] = '\0';
    if (status == 0 && *text) {
        *number = xstrdup(text);
        return OK;
    }
    return fail(ERR_UNAVAILABLE,
                "%s: %s: what it submits is written and can be "
                "submitted by hand",
                command,
                status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 127
                    ? "there is no sbatch here"
                    : "it refuses");
}

/* What the environment says of a job by train.sbatch is not meant for these. */
static int submit_runs(const struct slurm_array *array, const char *script, char **number)
{
    char *program = own_path(), *run_dir = quote_for_shell(array->run_dir);
    char *path = quote_for_shell(script);
    char *command = xasprintf(
        "DATA= RECIPE= OPTIONS= SWEEP= RNNTRAIN=%s "
        "sbatch --parsable --ntasks=1 --array=1-%d --output=%s/slurm-%%a.out %s "
        "%s --config %s/trial-%%a.json --run-dir %s/trial-%%a",
        program, array->n, run_dir, array->options ? array->options : "", path, run_dir,
        run_dir);

    int rc = submit(command, number);
    free(command);
    free(path);
    free(run_dir);
    free(program);
    return rc;
}

static int submit_table(const struct slurm_array *array, const char *runs, char **number)
{
    char *table = table_command(array), *run_dir = quote_for_shell(array->run_dir);
    char *command = xasprintf("sbatch --parsable %s --ntasks=1 --dependency=afterany:%s "
                              "--output=%s/slurm-table.out --job-name=rnntrain-table "
                              "--wrap=%s",
                              array->options ? array->options : "", runs, run_dir, table);

    int rc = submit(command, number);
    free(command);
    free(run_dir);
    free(table);
    return rc;
}

static int submit_all(const struct slurm_array *array, const char *script)
{
    char *runs = NULL, *table = NULL;
    int rc = submit_runs(array, script, &runs);

    if (!rc)
        rc = submit_table(array, runs, &table);
    if (!rc)
        say_line(stdout,
                 "%d runs are job %s, the table is job %s: %s/slurm-table.out will have "
                 "it",
                 array->n, runs, table, array->run_dir);
    free(runs);
    free(table);
    return rc;
}

int slurm_array_submit(const struct slurm_array *array)
{
    char *script = xasprintf("%s/sweep.sbatch", array->run_dir);
    int rc = run_dir_make(array->run_dir);

    for (int i = 0; i < array->n && !rc; i++)
        rc = write_config(array, i);
    if (!rc)
        rc = write_script(script);
    if (!rc)
        rc = submit_all(array, script);
    free(script);
    return rc;
}
