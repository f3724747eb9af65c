/* rnntrain sweep [dataset.h5] --grid name=value,value ... [options] */
#include "runs/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/commands.h"
#include "commands/grid.h"
#include "commands/print_config.h"
#include "commands/runs_options.h"
#include "commands/slurm_array.h"
#include "commands/training.h"

#define AT(field) offsetof(struct config, sweep.field)
#define GROUP "Sweep"

static const struct option options[] = {
    {"grid", OPTION_LIST, AT(grid), NULL, 0, 0, NULL,
     "an option and its values, as units=32,64; may be given several times, for all "
     "combinations; ';' between values that have commas",
     GROUP, true},
    {"slurm", OPTION_BOOL, AT(slurm), "false", 0, 0, NULL,
     "write RUN/sweep.sbatch, a run a task of an array, and submit it, and a job behind "
     "it that makes the table",
     GROUP, true},
    {"slurm-options", OPTION_STRING, AT(slurm_options), NULL, 0, 0, NULL,
     "with --slurm: options of sbatch for each run: --slurm-options=\"--ntasks=4 "
     "--time=60\"",
     GROUP, true},
};
static const struct option_table sweep_table = {.options = options,
                                                .n_options = (int)COUNT_OF(options)};
static const struct option_part parts[] = {{&sweep_table, 0}, {&cmd_train_table, 0}};

const struct option_table cmd_sweep_table = {
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain sweep",
    .synopsis = "[dataset.h5] --grid name=value,... [options]",
    .example = "  mpirun -np 4 rnntrain sweep dataset.h5 --grid units=32,64 \\\n"
               "      --grid learning-rate=1e-3,2e-3 --seeds 5\n",
    .about =
        "Trains every combination of the values in the grid, from --seeds seeds each "
        "and\n"
        "with --folds on each fold, on groups of ranks side by side, or with --slurm as\n"
        "an array of jobs. Each run is an ordinary one, RUN/trial-N, with the bits that\n"
        "it has alone. At the end stands a table; the point with the best mean on\n"
        "validation rows wins, and its best run is RUN/best.h5. With --resume a sweep\n"
        "that was stopped goes on.\n\n"
        "  dataset.h5  the data set that rnnprep made; without it, dataset.h5 in this\n"
        "              folder\n",
    .environment = "RNNTRAIN_",
    .min_operands = 0,
    .max_operands = 1,
};

/* All points; configurations are owned, as others borrow their strings. */
struct points {
    struct grid grid;
    struct config *configs;
    struct sweep_point *points;
};

/* The command line with a point's options behind its own, which they win over; behind
 * "--" there are operands only. The array is the caller's. */
static char **with_point(const struct grid *grid, int point, int argc, char **argv,
                         int *n)
{
    char **all = xcalloc((size_t)(argc + grid->n_axes) + 1, sizeof *all);
    int end = 0;

    while (end < argc && strcmp(argv[end], "--"))
        end++;
    *n = 0;
    for (int i = 0; i < end; i++)
        all[(*n)++] = xstrdup(argv[i]);
    for (int a = 0; a < grid->n_axes; a++)
        all[(*n)++] =
            xasprintf("--%s=%s", grid->axes[a].option, grid_value(grid, point, a));
    for (int i = end; i < argc; i++)
        all[(*n)++] = xstrdup(argv[i]);
    return all;
}

static int resolve_point(struct points *points, int point, int argc, char **argv,
                         const struct config *given)
{
    int n = 0;
    char **all = with_point(&points->grid, point, argc, argv, &n);
    const struct config_sources sources = {
        .table = &cmd_sweep_table, .argc = n, .argv = all, .facts = &given->facts};
    struct config *config = &points->configs[point];

    int rc = training_resolve(&sources, config);
    config->trainer.command = given->trainer.command;
    points->points[point] =
        (struct sweep_point){config->trainer, grid_describe(&points->grid, point)};
    for (int i = 0; i < n; i++)
        free(all[i]);
    free(all);

    const char *said = points->points[point].said;
    bool is_named = rc && !strncmp(fail_message(), said, strlen(said));
    if (rc && !is_named) {
        char *message = xstrdup(fail_message());
        rc = fail(rc, "%s: %s", said, message);
        free(message);
    }
    return rc;
}

static int resolve_points(struct points *points, int argc, char **argv,
                          const struct config *given)
{
    int rc = grid_read(given->sweep.grid, &points->grid);
    size_t n = rc ? 0 : (size_t)points->grid.n_points;

    points->configs = xcalloc(n + 1, sizeof *points->configs);
    points->points = xcalloc(n + 1, sizeof *points->points);
    for (int p = 0; p < (int)n && !rc; p++)
        rc = resolve_point(points, p, argc, argv, given);
    return rc;
}

static void release(struct points *points)
{
    for (int p = 0; p < points->grid.n_points && points->points; p++) {
        free((char *)points->points[p].said);
        config_release(&points->configs[p]);
    }
    free(points->points);
    free(points->configs);
    grid_release(&points->grid);
}

/* Where what the points are watched by follows from their models, which differ in it,
 * all are watched by what can be compared, as if that had been given. */
static void watch_alike(const struct points *points, bool speaks)
{
    bool is_open = true, differs = false;
    for (int p = 0; p < points->grid.n_points; p++) {
        const struct trainer_config *trainer = &points->points[p].config;
        is_open &= !trainer->monitor_given && monitor_validates(trainer->monitor);
        differs |= trainer->monitor != points->points[0].config.monitor;
    }
    if (!is_open || !differs)
        return;

    for (int p = 0; p < points->grid.n_points; p++) {
        struct trainer_config *trainer = &points->configs[p].trainer;
        trainer->monitor = MONITOR_VAL_LOSS;
        trainer->monitor_given = true;
        trainer->spares_one_class = false;
        points->points[p].config = *trainer;
    }
    if (speaks)
        say_line(stderr,
                 "rnntrain: note: some of these models would be watched by %s, others by "
                 "%s: all are watched by %s, as by --monitor %s",
                 monitor_names[MONITOR_VAL_ACC], monitor_names[MONITOR_VAL_LOSS],
                 monitor_names[MONITOR_VAL_LOSS], monitor_names[MONITOR_VAL_LOSS]);
}

static int check_point(const struct trainer_config *trainer,
                       const struct trainer_config *first)
{
    if (model_options_are_linear(&trainer->model))
        return fail(ERR_USAGE, "--model linear has nothing to sweep but C and scaling, "
                               "which rnntrain train chooses");
    if (trainer->sampler.rule == VALIDATION_NONE)
        return fail(ERR_USAGE, "--validation none leaves no rows to compare runs by");
    if (trainer->trace || trainer->result_is_last)
        return fail(ERR_USAGE, "%s is for one run: leave it out",
                    trainer->trace ? "--trace" : "--notebook");
    if (trainer->sampler.folds != first->sampler.folds)
        return fail(ERR_USAGE, "--folds is one number for all points: it cannot stand in "
                               "--grid");
    if (trainer->monitor != first->monitor)
        return fail(ERR_USAGE,
                    "the points are watched by %s and by %s, which cannot be compared: "
                    "give --monitor",
                    monitor_names[first->monitor], monitor_names[trainer->monitor]);
    return OK;
}

static int check(const struct points *points, const struct config *config)
{
    int rc = OK;
    if (config->add_linear || config->add_latent)
        return fail(ERR_USAGE, "%s: sweep compares networks: leave it out",
                    config->add_linear ? "--add-linear" : "--add-latent");
    if (config->sweep.slurm && comm_launched_size() > 1)
        return fail(ERR_USAGE, "--slurm submits jobs: start it without mpirun or srun");
    if (config->sweep.slurm_options && !config->sweep.slurm)
        return fail(ERR_USAGE, "--slurm-options is for --slurm");

    for (int p = 0; p < points->grid.n_points && !rc; p++)
        rc = check_point(&points->points[p].config, &points->points[0].config);
    return rc;
}

static int rehearse(struct comm *comm, const struct points *points,
                    const struct config *config)
{
    int folds = runs_options_are_folds(config) ? config->trainer.sampler.folds : 1;
    int n = config->seeds * folds;
    int rc = training_rehearse(comm, &points->points[0].config, &points->configs[0]);
    if (!rc && comm->rank == 0 && !config->trainer.quiet)
        say_line(stdout, "sweep    %d points of %d run%s each, this being the first",
                 points->grid.n_points, n, plural(n));
    return rc;
}

/* A run's options as a file of its own. */
static int write_config(void *context, int run, FILE *out)
{
    const struct sweep_config *all = context;
    const struct config *configs = all->job.context;
    int of_point = sweep_point_runs(all);
    struct config config = configs[run / of_point];

    config.trainer = sweep_run_config(all, run / of_point, run % of_point);
    config.seeds = 1;
    config.n_groups = 0;
    print_config(out, &cmd_train_table, &config);
    free(config.trainer.run_dir);
    return OK;
}

static int submit(const struct sweep_config *all, const struct config *config, int argc,
                  char **argv)
{
    const struct slurm_array array = {.run_dir = config->trainer.run_dir,
                                      .options = config->sweep.slurm_options,
                                      .n = all->n_points * sweep_point_runs(all),
                                      .argc = argc,
                                      .argv = argv,
                                      .write_config = write_config,
                                      .context = (void *)all};
    return slurm_array_submit(&array);
}

static int sweep(struct comm *comm, struct config *config, int argc, char **argv)
{
    struct points points = {.points = NULL};
    int rc = resolve_points(&points, argc, argv, config);
    const struct sweep_config all = {
        .job = {.network = &config->trainer,
                .seeds = config->seeds,
                .n_groups = config->n_groups,
                .record = training_record,
                .context = points.configs,
                .hooks = &config->test},
        .points = points.points,
        .n_points = points.grid.n_points,
        .seeds = config->seeds,
        .folds = runs_options_are_folds(config) ? config->trainer.sampler.folds : 1};

    if (!rc) {
        watch_alike(&points, comm->rank == 0 && !config->trainer.quiet);
        rc = check(&points, config);
    }
    if (!rc && config->trainer.dry_run)
        rc = rehearse(comm, &points, config);
    else if (!rc && config->sweep.slurm)
        rc = comm_agree(comm, comm->rank == 0 ? submit(&all, config, argc, argv) : OK);
    else if (!rc)
        rc = sweep_run(comm, &all);
    release(&points);
    return rc;
}

int cmd_sweep(int argc, char **argv)
{
    return training_command(&cmd_sweep_table, argc, argv, sweep);
}
