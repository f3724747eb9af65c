#include "commands/config.h"

#include <stdlib.h>
#include <string.h>

#include "commands/recipe.h"
#include "commands/runs_options.h"
#include "commands/stopping.h"
#include "commands/validation.h"
#include "commands/vectors_options.h"
#include "data/sampler_options.h"
#include "files/file.h"
#include "model/linear_options.h"
#include "model/optim_options.h"
#include "saved/checkpoint.h"
#include "saved/ensemble.h"
#include "saved/record.h"

static const char *const balances[] = {
    [BALANCE_SPEED] = "speed", [BALANCE_OFF] = "off", NULL};
_Static_assert(COUNT_OF(balances) == BALANCINGS + 1, "a balancing has no name");

static const char *const reductions[] = {
    [COMM_CANONICAL] = "canonical", [COMM_MPI] = "mpi", NULL};
_Static_assert(COUNT_OF(reductions) == COMM_MPI + 2, "a reduction has no name");

static const char *const on_nans[] = {
    [ON_NAN_STOP] = "stop", [ON_NAN_SKIP] = "skip", [ON_NAN_ROLLBACK] = "rollback", NULL};
_Static_assert(COUNT_OF(on_nans) == ON_NANS + 1, "an answer to NaN has no name");

#define AT(field) offsetof(struct config, field)

static const struct option run_options[] = {
    {"data", OPTION_STRING, AT(trainer.data), "dataset.h5", 0, 0, option_file,
     "data set that rnnprep wrote; also the first operand", "Run", true},
    {"run-dir", OPTION_STRING, AT(trainer.run_dir), "run", 0, 0, option_folder,
     "folder for log.jsonl, best.h5 and last.h5", "Run", true},
    {"recipe", OPTION_CHOICE, AT(recipe), "keras-lstm", 0, 0, recipe_names,
     "keras-: one of the notebook's three models with all its numbers. fast: a linear "
     "model of n-grams; auto: a network and that, by what the data are; best: five of "
     "these networks and that",
     "Run", false},
    {"notebook", OPTION_BOOL, AT(trainer.result_is_last), "false", 0, 0, NULL,
     "the recipe to the letter of its era: hard_sigmoid, the tail of the rows as "
     "validation set, which holds one class only, and the last weights as the result",
     "Run", false},
    {"init-from", OPTION_STRING, AT(trainer.init_from), NULL, 0, 0, option_file,
     "begin with the weights of a checkpoint or of a model of Keras, which also says "
     "what model it is and its optimizer's settings",
     "Run", true},
    {"init-optimizer", OPTION_BOOL, AT(trainer.init_optimizer), "true", 0, 0, NULL,
     "with --init-from: begin with its moments too, where the optimizer is the same",
     "Run", true},
    {"init-labels", OPTION_STRING, AT(trainer.init_labels), NULL, 0, 0, NULL,
     "with --init-from: the data's names of its classes, in its order, with commas "
     "between, or a file with one a line; needed where it calls them otherwise",
     "Run", true},
    {"config", OPTION_STRING, AT(config_file), NULL, 0, 0, option_file,
     "JSON file with options, {\"units\": 64, ...}", "Run", true},
    {"overwrite", OPTION_BOOL, AT(trainer.overwrite), "false", 0, 0, NULL,
     "discard a run that stands in the run directory", "Run", true},
    {"resume", OPTION_BOOL, AT(trainer.resume), "false", 0, 0, NULL,
     "go on with the run in the run directory, on any number of ranks; begin it if there "
     "is none",
     "Run", true},
    {"checkpoint-every", OPTION_INT, AT(trainer.checkpoint_every), "0", 0, OPTION_HUGE,
     NULL, "steps between checkpoints inside an epoch; 0: only at its end", "Run", true},
    {"checkpoint-seconds", OPTION_DOUBLE, AT(trainer.checkpoint_seconds), "0", 0, 1e9,
     NULL, "seconds between checkpoints inside an epoch; 0: only at its end", "Run",
     true},
    {"max-time", OPTION_DOUBLE, AT(trainer.max_time), "0", 0, 1e9, NULL,
     "seconds after which the run has stopped with a checkpoint and exit code 75; 0: "
     "any. The end of a Slurm job (SLURM_JOB_END_TIME) is minded too",
     "Run", true},
    {"stall-timeout", OPTION_DOUBLE, AT(trainer.stall_timeout), "600", 0, 1e9, NULL,
     "seconds after which a rank that does not answer is named and the job ended; 0: "
     "wait for ever",
     "Run", true},
    {"on-nan", OPTION_CHOICE, AT(trainer.on_nan), "stop", 0, 0, on_nans,
     "after a batch whose loss or gradient is not finite: stop; skip the batch; or go "
     "back to the epoch's beginning with half the learning rate, at most three times",
     "Run", false},
    {"allow-other-bits", OPTION_BOOL, AT(trainer.allow_other_bits), "false", 0, 0, NULL,
     "resume a run that another kernel set began", "Run", true},
    {"dry-run", OPTION_BOOL, AT(trainer.dry_run), "false", 0, 0, NULL,
     "check everything, show layers and memory, time a few steps, and write nothing",
     "Run", true},
    {"print-config", OPTION_BOOL, AT(print_config), "false", 0, 0, NULL,
     "print what all options come to, as a file that --config takes, and do nothing else",
     "Run", true},
    {"verbose", OPTION_BOOL, AT(trainer.verbose), "false", 0, 0, NULL,
     "say how fast each epoch was too; also -v", "Run", true},
    {"log-every", OPTION_INT, AT(trainer.log_every), "0", 0, OPTION_HUGE, NULL,
     "steps between lines of log.jsonl inside an epoch; 0: only at its end", "Run", true},
    {"quiet", OPTION_BOOL, AT(trainer.quiet), "false", 0, 0, NULL,
     "print nothing but errors", "Run", true},
    {"balance", OPTION_CHOICE, AT(trainer.balancing), "speed", 0, 0, balances,
     "lanes follow the speed of the ranks, or off: the same number each (same bits)",
     "Run", true},
    {"allreduce", OPTION_CHOICE, AT(trainer.reduction), "canonical", 0, 0, reductions,
     "how gradients are added over ranks: in one tree over lanes, or by MPI_Allreduce, "
     "whose order is its own (other bits for another number of ranks)",
     "Run", false},
    {"isa", OPTION_STRING, AT(trainer.isa), "auto", 0, 0, NULL,
     "kernel set: auto, baseline, avx2 or avx512, with bf16 also amx (bits differ "
     "between "
     "them)",
     "Run", true},
    {"precision", OPTION_CHOICE, AT(trainer.precision), "fp32", 0, 0, precision_names,
     "numbers that products take: fp32, or bf16, whose sums, states and weights stay "
     "fp32: faster where the processor has AMX or, of AMD, AVX512-BF16",
     "Run", true},
    {"trace", OPTION_STRING, AT(trainer.trace), NULL, 0, 0, option_file,
     "file for what each rank did when, for chrome://tracing or Perfetto", "Run", true},
    {"tensorboard", OPTION_BOOL, AT(trainer.tensorboard), "false", 0, 0, NULL,
     "write an event file into the run directory, for tensorboard --logdir", "Run", true},
};

static const struct option training_options[] = {
    {"epochs", OPTION_COUNT, AT(trainer.epochs), "20", 1, 1000000, NULL, "epochs at most",
     "Training", false},
    {"lr-warmup", OPTION_DOUBLE, AT(trainer.warmup_epochs), "0", 0, 1000, NULL,
     "epochs over which the rate rises from 0", "Optimizer", false},
};

static const struct option test_options[] = {
    {"test-delay", OPTION_INT, AT(test.delay), "0", 0, 1000000, NULL, "", NULL, true},
    {"test-ranges", OPTION_INT, AT(test.ranges), "0", 0, OPTION_HUGE, NULL, "", NULL,
     true},
    {"test-nodes", OPTION_INT, AT(test.nodes), "0", 0, OPTION_HUGE, NULL, "", NULL, true},
    {"test-nan", OPTION_INT, AT(test.nan), "0", 0, OPTION_HUGE, NULL, "", NULL, true},
    {"test-large", OPTION_INT, AT(test.large), "0", 0, OPTION_HUGE, NULL, "", NULL, true},
    {"test-drift", OPTION_INT, AT(test.drift), "0", 0, OPTION_HUGE, NULL, "", NULL, true},
};

#define TABLE(list)                                                                      \
    {                                                                                    \
        .options = (list), .n_options = (int)COUNT_OF(list)                              \
    }
static const struct option_table run_table = TABLE(run_options);
static const struct option_table training_table = TABLE(training_options);
static const struct option_table test_table = TABLE(test_options);

static const struct option_part parts[] = {
    {&run_table, 0},
    {&vectors_options_table, 0},
    {&model_options_table, AT(trainer.model)},
    {&training_table, 0},
    {&sampler_options_table, AT(trainer.sampler)},
    {&stopping_options_table, 0},
    {&optim_options_table, AT(trainer.optim)},
    {&linear_options_table, AT(trainer.linear)},
    {&loss_options_table, AT(trainer.loss)},
    {&runs_options_table, 0},
    {&test_table, 0},
};

const struct option_table cmd_train_table = {
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain train",
    .synopsis = "[dataset.h5] [options]",
    .example = "  mpirun -np 2 rnntrain dataset.h5 --epochs 5 --run-dir first\n",
    .about =
        "Trains a model on a data set and tests it. `mpirun -np N rnntrain ...` trains\n"
        "on N processes, with the same result. The word `train` may be left out.\n\n"
        "  dataset.h5  the data set that rnnprep made; without it, dataset.h5 in this\n"
        "              folder\n\n"
        "Options may also stand in the environment (RNNTRAIN_BATCH_SIZE=64) and in a\n"
        "file (--config); the command line comes last and wins. The run begins with new\n"
        "weights or, by --init-from, with those of a checkpoint or of a model of "
        "Keras.\n",
    .environment = "RNNTRAIN_",
    .min_operands = 0,
    .max_operands = 1,
};

static const char *const notebook_options[][2] = {
    {"recurrent-activation", "hard_sigmoid"},
    {"validation", "keras-tail"},
    {"allow-one-class", "true"},
    {NULL, NULL}};

static int apply(struct config *config, const char *const pairs[][2], const char *source)
{
    int rc = OK;
    for (int i = 0; pairs[i][0] && !rc; i++)
        rc = options_set(&cmd_train_table, config, pairs[i][0], pairs[i][1], source);
    return rc;
}

/* What a model says of itself: what it is and how it was optimized. Clipping and decay
 * are the new run's. */
static int apply_initial(struct config *config, const char *path)
{
    struct checkpoint info = {0};
    struct record record;
    struct optim_config own = config->trainer.optim;

    int rc = checkpoint_import(path, NULL, &info);
    const struct record_source source = {path, info.provenance};
    if (!rc)
        rc = ensemble_refuse(&info, "--init-from");
    if (!rc)
        rc = record_read(info.config, &source, &record);
    if (!rc)
        rc = record_check_training(&record, &source, "--init-from");
    if (!rc)
        rc = checkpoint_check_model(&info, &record.model);
    if (!rc) {
        config->trainer.model = record.model;
        config->trainer.optim = record.optim;
        config->trainer.optim.clip_norm = own.clip_norm;
        config->trainer.optim.ema = own.ema;
        config->trainer.optim.decay = own.decay;
        config->trainer.optim.decay_rate = own.decay_rate;
    }

    checkpoint_release(&info);
    return rc;
}

/* A configuration file that names another one would be read in part. */
static int read_json_file(struct config *config, const char *path,
                          const struct option_table *table)
{
    char *text = NULL, *named = xstrdup(path);
    size_t n = 0;
    int rc = file_read(path, &text, &n);
    if (!rc)
        rc = options_from_json(table, config, text, named);
    if (!rc && config->config_file && strcmp(config->config_file, named))
        rc =
            fail(ERR_USAGE, "%s: \"config\" cannot stand in a configuration file", named);

    free(text);
    free(named);
    return rc;
}

/* A command line and what was found on it. */
struct line {
    const struct config_sources *sources;
    const char **operands; /* room for argc of them */
    int n_operands;
};

/* Environment, file and command line, in this order, onto what is set already; `path` is
 * of the file or NULL. */
static int apply_sources(struct config *config, const char *path, struct line *line)
{
    int rc = options_from_environment(line->sources->table, config);
    if (!rc && path)
        rc = read_json_file(config, path, line->sources->table);
    if (!rc)
        rc = options_from_arguments(line->sources->table, config, line->sources->argc,
                                    line->sources->argv, line->operands,
                                    &line->n_operands);
    return rc;
}

static const double no_split = -1; /* where none is given */

/* The file may be named anywhere, and it may name recipe and model: what all sources say
 * of these. */
static int find_beginning(struct config *found, struct line *line)
{
    options_init(line->sources->table, found);
    model_options_leave_open(&found->trainer.model);
    found->trainer.sampler.validation_split = no_split;
    int rc = apply_sources(found, NULL, line);
    char *path = found->config_file ? xstrdup(found->config_file) : NULL;
    if (!rc && path)
        rc = apply_sources(found, path, line);
    free(path);
    return rc;
}

/* Weights of n-grams are no layers, and are fitted from nothing on. */
static int check_linear(const struct config *config, const struct model_options *given)
{
    if (model_options_have_parts(given) || *given->freeze)
        return fail(ERR_USAGE, "--model linear has no layers: options of a network's "
                               "parts, as --units, cannot stand beside it");
    if (config->trainer.init_from)
        return fail(ERR_USAGE, "--model linear is fitted from nothing on: --init-from "
                               "cannot stand beside it");
    return OK;
}

/* What steps do, where there are none. */
static int check_steps(const struct trainer_config *trainer)
{
    bool is_linear = model_options_are_linear(&trainer->model);

    if (is_linear && trainer->optim.ema > 0)
        return fail(ERR_USAGE, "--model linear is fitted at once: there are no steps of "
                               "which --ema could take averages: leave one of them out");
    if (is_linear && trainer->loss.adversarial > 0)
        return fail(ERR_USAGE, "--model linear has no embedding that --adversarial could "
                               "move: leave one of them out");
    if (is_linear && trainer->loss.label_smoothing > 0)
        return fail(ERR_USAGE, "--model linear is fitted to the labels as they are: "
                               "--label-smoothing cannot stand beside it");
    return OK;
}

/* `given`: what the sources say, and nothing else. */
static int settle_model(struct config *config, const struct model_options *given)
{
    struct model_options *model = &config->trainer.model;

    if (*model->stack && model_options_have_flags(given))
        return fail(ERR_USAGE,
                    "--stack%s says all of a model: options of its parts, as --units, "
                    "cannot stand beside it",
                    *given->stack ? "" : ", which the model of --init-from has,");
    if (model_options_are_linear(model))
        return check_linear(config, given);
    return model_options_settle(model);
}

/* Options that would have no effect are mistakes. */
static int check_combination(const struct trainer_config *trainer)
{
    int rc = model_options_check(&trainer->model);
    if (!rc && trainer->resume && trainer->overwrite)
        rc = fail(ERR_USAGE, "--resume goes on with a run, --overwrite discards it: "
                             "give one of them");
    if (!rc)
        rc = optim_options_check(&trainer->optim);
    if (!rc)
        rc = check_steps(trainer);
    if (!rc)
        rc = sampler_options_check(&trainer->sampler);
    return rc;
}

/* Ranks that cannot read their options yet agree on it before one reads the data. */
static int learn_facts(const struct config_sources *sources, int rc,
                       const struct config *named, const char *path,
                       struct recipe_facts *facts)
{
    if (sources->facts) {
        *facts = *sources->facts;
        return rc;
    }

    if (sources->comm)
        rc = comm_agree(sources->comm, rc);
    if (rc)
        return rc;
    if (recipe_asks_data((enum recipe)named->recipe) ||
        trainer_config_has_own_vectors(&named->trainer))
        rc = recipe_read_facts(sources->comm, path, facts);
    facts->validation = validation_find(sources->comm, path, &named->trainer);
    return rc;
}

int config_resolve(const struct config_sources *sources, struct config *config,
                   const char **operands, int *n_operands)
{
    struct line line = {sources, operands, 0};
    struct config named = {0};
    const struct trainer_config *run = &named.trainer;

    config->sweep = (struct sweep_options){.grid = NULL};
    options_init(sources->table, config);
    stopping_leave_open(config);
    int rc = find_beginning(&named, &line);
    rc = learn_facts(sources, rc, &named, line.n_operands == 1 ? operands[0] : run->data,
                     &config->facts);
    if (!rc)
        rc = recipe_apply((enum recipe)named.recipe, &named, config);
    const struct model_options recipes_own = config->trainer.model;
    if (!rc && run->result_is_last)
        rc = apply(config, notebook_options, "--notebook");
    if (!rc && run->init_from)
        rc = apply_initial(config, run->init_from);
    if (!rc && sources->drawn)
        rc = apply(config, sources->drawn, "tune");
    if (!rc)
        rc = apply_sources(config, named.config_file, &line);
    if (!rc)
        rc = settle_model(config, &named.trainer.model);
    if (!rc)
        rc = vectors_options_settle(config, &named.trainer.model);
    if (!rc)
        rc = loss_options_settle(&config->trainer.loss);
    if (!config->print_config)
        validation_settle(&config->trainer.sampler,
                          run->sampler.validation_split != no_split,
                          config->facts.validation);
    if (config->trainer.sampler.folds) /* or its fold would be learnt after all */
        config->trainer.linear.is_refitted = false;
    stopping_settle(config, named.recipe == RECIPE_NONE ? NULL : &recipes_own);
    if (!rc)
        rc = check_combination(&config->trainer);
    if (!rc)
        rc = runs_options_check(config);

    *n_operands = line.n_operands;
    config_release(&named);
    return rc;
}

int config_from_record(const char *json, const char *source, struct config *config)
{
    char *renewed = record_renew(json);
    config->sweep = (struct sweep_options){.grid = NULL};
    options_init(&cmd_train_table, config);
    stopping_of_old_record(config);
    int rc = options_from_json(&cmd_train_table, config, renewed, source);
    free(renewed);
    return rc ? fail(ERR_FORMAT, "%s", fail_message()) : OK;
}

void config_release(struct config *config)
{
    options_release(&cmd_train_table, config);
    free(config->sweep.grid);
    free(config->sweep.slurm_options);
    config->sweep = (struct sweep_options){.grid = NULL};
}
