#include "commands/slurm_array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/say.h"
#include "commands/quote.h"
#include "files/file.h"
#include "train/trainer.h"

/* A text made in memory becomes a file. */
static int put(const char *path, char *text, size_t n)
{
    int rc = file_replace(path, text, n, false);
    free(text);
    return rc;
}

static int write_config(const struct slurm_array *array, int i)
{
    char *text = NULL, *path = xasprintf("%s/trial-%d.json", array->run_dir, i + 1);
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        die("no memory for the options of a run");

    int rc = array->write_config(array->context, i, out);
    fclose(out);
    rc = rc ? rc : put(path, text, n);
    free(path);
    return rc;
}

/* The program as this process was started from; the caller's. */
static char *own_path(void)
{
    char *path = realpath("/proc/self/exe", NULL);
    return path ? path : xstrdup("rnntrain");
}

/* The command that makes the table: this one, here and now, once all runs are done. */
static void write_table_command(const struct slurm_array *array, FILE *out)
{
    fputs("\"$rnntrain\" sweep", out);
    for (int i = 0; i < array->argc; i++) {
        if (!strncmp(array->argv[i], "--slurm", 7) ||
            !strcmp(array->argv[i], "--overwrite")) {
            i += !strcmp(array->argv[i], "--slurm-options");
            continue;
        }
        char *argument = quote_for_shell(array->argv[i]);
        fputs(" ", out);
        fputs(argument, out);
        free(argument);
    }
    fputs(" --resume\n", out);
}

static int write_script(const struct slurm_array *array, const char *path)
{
    char *text = NULL, *program = own_path(), *quoted = quote_for_shell(program);
    char *run_dir = quote_for_shell(array->run_dir);
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        die("no memory for a batch script");

    fputs("#!/bin/bash\n"
          "# A run of a sweep a task of the array; without a task, the table of all.\n"
          "#SBATCH --job-name=rnntrain-sweep\n"
          "#SBATCH --requeue\n"
          "#SBATCH --open-mode=append\n"
          "set -uo pipefail\n"
          "cd \"${SLURM_SUBMIT_DIR:-.}\"\n"
          "task=${SLURM_ARRAY_TASK_ID:-}\n"
          "rnntrain=",
          out);
    fputs(quoted, out);
    fputs("\nrun_dir=", out);
    fputs(run_dir, out);
    fputs("\nif [ -z \"$task\" ]; then\n    exec ", out);
    write_table_command(array, out);
    fputs("fi\n"
          "launch=()\n"
          "[ \"${SLURM_NTASKS:-1}\" = 1 ] || launch=(mpirun -np \"$SLURM_NTASKS\")\n"
          "${launch[@]+\"${launch[@]}\"} \"$rnntrain\" train --config "
          "\"$run_dir/trial-$task.json\" \\\n"
          "    --run-dir \"$run_dir/trial-$task\" --resume\n"
          "rc=$?\n"
          "[ $rc != 75 ] || exec scontrol requeue "
          "\"${SLURM_ARRAY_JOB_ID}_$task\" # its time was up\n"
          "exit $rc\n",
          out);
    fclose(out);
    free(program);
    free(quoted);
    free(run_dir);
    return put(path, text, n);
}

/* Runs sbatch; its answer, a number, is the caller's. */
static int submit(const char *command, char **number)
{
    char text[256] = "";
    FILE *answer = popen(command, "r");
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

static int submit_all(const struct slurm_array *array, const char *script)
{
    const char *options = array->options ? array->options : "";
    char *path = quote_for_shell(script), *run_dir = quote_for_shell(array->run_dir);
    char *runs = NULL, *table = NULL;
    char *first =
        xasprintf("sbatch --parsable --array=1-%d --output=%s/slurm-%%a.out %s %s",
                  array->n, run_dir, options, path);

    int rc = submit(first, &runs);
    char *second = rc ? NULL
                      : xasprintf("sbatch --parsable --ntasks=1 --dependency=afterany:%s "
                                  "--output=%s/slurm-table.out %s",
                                  runs, run_dir, path);
    if (!rc)
        rc = submit(second, &table);
    if (!rc)
        say_line(stdout,
                 "%d runs are job %s, the table is job %s: %s/slurm-table.out will have "
                 "it",
                 array->n, runs, table, array->run_dir);

    free(first);
    free(second);
    free(runs);
    free(table);
    free(path);
    free(run_dir);
    return rc;
}

int slurm_array_submit(const struct slurm_array *array)
{
    char *script = xasprintf("%s/sweep.sbatch", array->run_dir);
    int rc = run_dir_make(array->run_dir);

    for (int i = 0; i < array->n && !rc; i++)
        rc = write_config(array, i);
    if (!rc)
        rc = write_script(array, script);
    if (!rc)
        rc = submit_all(array, script);
    free(script);
    return rc;
}
