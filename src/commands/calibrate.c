/* rnntrain calibrate MODEL [dataset.h5] */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/say.h"
#include "commands/row_ngrams.h"
#include "commands/selection.h"
#include "commands/trained_on.h"
#include "data/classes.h"
#include "files/file.h"
#include "saved/contents.h"
#include "saved/decision.h"
#include "train/choosing.h"
#include "train/trainer.h"

struct settings {
    enum calibrate calibrate;
    enum decision_metric metric;
    int part;
    char *output;
};

static const struct option options[] = {
    {"calibrate", OPTION_CHOICE, offsetof(struct settings, calibrate), "temperature", 0,
     0, calibrate_names,
     "what is chosen: a temperature by which logits are divided, for the least log loss; "
     "of two classes the probability from which on the second one is given, of several "
     "labels each one's; or both. none: what was chosen before is taken out",
     "Options", true},
    {"threshold-metric", OPTION_CHOICE, offsetof(struct settings, metric), "f1", 0, 0,
     decision_metric_names,
     "what thresholds are the best by: F1 of the second class or of each label, accuracy "
     "or balanced accuracy",
     "Options", true},
    {"part", OPTION_CHOICE, offsetof(struct settings, part), "validation", 0, 0,
     dataset_part_names,
     "rows to choose by; validation, where the data set has none: the training rows that "
     "the run set aside",
     "Options", true},
    {"output", OPTION_STRING, offsetof(struct settings, output), NULL, 0, 0, option_file,
     "file to write instead of MODEL itself; -o for short", "Options", true},
};

const struct option_table cmd_calibrate_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .program = "rnntrain calibrate",
    .synopsis = "MODEL [dataset.h5] [options]",
    .example = "  rnntrain calibrate run dataset.h5 --calibrate both\n",
    .about =
        "Chooses, on rows that a model was not trained on, by what its probabilities "
        "are\n"
        "corrected and decided, and writes that into its file, whose weights stay as\n"
        "they are: predict, eval, the library and exports then go by it. train\n"
        "--calibrate does the same at the end of a run; one that still trains is "
        "refused.\n\n"
        "  MODEL       a run's folder, or its best.h5, last.h5 or ensemble.h5\n"
        "  dataset.h5  the data set that it was trained on; without it, what the model\n"
        "              names or, where that is gone, dataset.h5 in this folder\n",
    .min_operands = 1,
    .max_operands = 2,
};

/* A model, without what was chosen before, and the rows. */
struct opened {
    struct predictor predictor;
    struct dataset data;
    struct row_ngrams ngrams;
    struct selection selection;
    real *weights; /* that the first model is packed of; NULL: the predictor's */
};

static int open_model(const char *path, struct predictor *predictor)
{
    struct checkpoint info = {0};
    int rc = checkpoint_open(path, &info);
    if (rc) {
        checkpoint_release(&info);
        return rc;
    }

    decision_release(&info.ensemble.decision);
    return predictor_take(predictor, &info, "auto");
}

/* The data's classes become those of the model. */
static int map_classes(struct opened *opened)
{
    struct dataset *data = &opened->data;
    int32_t *places = xcalloc((size_t)data->facts.n_labels, sizeof *places);
    char *note = NULL;

    int rc = checkpoint_map_classes(&opened->predictor.info, &data->facts, data->path,
                                    "--labels", places, &note);
    for (int part = 0; part < DATASET_PARTS && !rc; part++)
        classes_renumber(&data->part[part], places);
    free(note);
    free(places);
    return rc;
}

static int check_match(const struct opened *opened)
{
    const struct predictor *predictor = &opened->predictor;
    const struct facts *facts = &opened->data.facts, *model = &predictor->info.facts;

    int rc =
        facts_check_multi_label(model, predictor->info.path, facts, opened->data.path);
    if (!rc && !facts_agree(facts, model))
        rc = fail(ERR_FORMAT,
                  "%s is other data than %s was trained on: give those, as rnnprep wrote "
                  "them",
                  opened->data.path, predictor->info.path);
    return rc ? rc
              : dataset_check_words(&opened->data, predictor->tokenizer,
                                    predictor->info.path);
}

static int open_rows(const char *path, enum dataset_part part, struct opened *opened)
{
    int rc = dataset_open(path, DATASET_WORDS_KEPT, &opened->data);
    if (!rc)
        rc = check_match(opened);
    if (!rc)
        rc = dataset_load_alone(&opened->data, DATASET_ALL,
                                "give a smaller data set with a validation part");
    if (!rc) /* by the classes that the run saw */
        rc = selection_find(&opened->predictor, &opened->data, part, true,
                            &opened->selection);
    if (!rc)
        rc = row_ngrams_load(NULL, &opened->predictor, &opened->data,
                             opened->selection.part, &opened->ngrams);
    if (!rc)
        rc = map_classes(opened);
    if (!rc && opened->selection.n == 0)
        rc = fail(ERR_FORMAT, "%s: it has no %s part", path, dataset_part_names[part]);
    return rc;
}

/* A model's own weights; an ensemble's rule. */
static void cool(struct opened *opened, double temperature,
                 struct ensemble_config *config)
{
    struct predictor *predictor = &opened->predictor;
    size_t size = model_params(predictor->model)->size;

    config->decision.temperature = temperature;
    ensemble_cool(config, chain_outputs(model_chain(predictor->model)));
    if (!opened->weights)
        opened->weights = xaligned(size, sizeof *opened->weights);
    memcpy(opened->weights, predictor->weights, size * sizeof *opened->weights);
    if (predictor->n == 1 && temperature > 0)
        decision_cool(predictor->model, temperature, opened->weights);
    model_pack(predictor->model, opened->weights);
}

static int ask(void *context, double temperature, real *logits)
{
    struct opened *opened = context;
    const struct selection *selection = &opened->selection;
    struct ensemble_config config;
    struct comm comm;
    struct balance balance;
    struct ensemble ensemble;

    ensemble_config_copy(&opened->predictor.info.ensemble,
                         chain_outputs(model_chain(opened->predictor.model)), &config);
    cool(opened, temperature, &config);
    comm_init_alone(&comm);
    balance_new(comm.size, true, &balance);
    ensemble_init(&ensemble, &config, opened->predictor.models);
    const struct evaluator evaluator = {.comm = &comm,
                                        .balance = &balance,
                                        .ensemble = &ensemble,
                                        .lane_rows = opened->predictor.lane_rows};

    int rc = evaluate_logits(&evaluator, &opened->data, selection->part, selection->rows,
                             selection->n, logits);
    ensemble_release(&ensemble);
    ensemble_config_release(&config);
    balance_release(&balance);
    comm_finalize(&comm);
    return rc;
}

static int choose(const struct settings *settings, struct opened *opened,
                  struct decision *decision)
{
    const struct selection *selection = &opened->selection;
    const struct facts *facts = &opened->predictor.info.facts;
    const struct chain_config *chain = model_chain(opened->predictor.model);
    struct choosing choosing = {
        .model = opened->predictor.model,
        .facts = facts,
        .calibrate = settings->calibrate,
        .metric = settings->metric,
        .rows = {.loss = chain->layer[chain->n_layers - 1].output.loss,
                 .outputs = chain_outputs(chain),
                 .labels = &opened->data.part[selection->part],
                 .rows = selection->rows,
                 .n = selection->n},
        .ask = ask,
        .context = opened};
    enum judge_figure f1 = facts->multi_label ? JUDGE_MICRO_F1 : JUDGE_MACRO_F1;
    struct report_baseline before, after;

    int rc = choosing_check(facts, settings->calibrate);
    if (!rc)
        rc = choosing_run(&choosing, decision, &before, &after);
    if (rc)
        return rc;

    char *said = decision_describe(decision, facts);
    say_line(stdout, "%s, on %d rows", said, selection->n);
    say_line(stdout, "loss %.6f, was %.6f; acc %.6f, was %.6f; f1 %.6f, was %.6f",
             after.loss, before.loss, after.figures[JUDGE_ACC], before.figures[JUDGE_ACC],
             after.figures[f1], before.figures[f1]);
    free(said);
    return OK;
}

static int store(const char *path, const struct decision *decision, const char *output)
{
    struct checkpoint info = {0};
    char *bytes = NULL;
    size_t n = 0;

    int rc = checkpoint_open(path, &info);
    if (!rc)
        rc = contents_with_decision(&info, decision, &bytes, &n);
    if (!rc)
        rc = file_replace(output ? output : path, bytes, n, false);
    if (!rc && !decision_is_there(decision))
        say_line(stdout, "%s: nothing is chosen", output ? output : path);
    free(bytes);
    checkpoint_release(&info);
    return rc;
}

static int calibrate(const struct settings *settings, const char *path, const char *data)
{
    struct opened opened = {.data = {.path = NULL}};
    struct decision decision = {.temperature = 0};

    int rc = open_model(path, &opened.predictor);
    if (!rc && settings->calibrate)
        rc = open_rows(data, (enum dataset_part)settings->part, &opened);
    if (!rc && settings->calibrate)
        rc = choose(settings, &opened, &decision);
    if (!rc)
        rc = store(path, &decision, settings->output);

    decision_release(&decision);
    selection_release(&opened.selection);
    row_ngrams_release(NULL, &opened.ngrams);
    dataset_release(&opened.data);
    predictor_release(&opened.predictor);
    free(opened.weights);
    return rc;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    struct run_dir_hold hold;
    char *path = checkpoint_path(operands[0]);
    bool reads = settings->calibrate != CALIBRATE_NONE;
    char *data = n > 1   ? xstrdup(operands[1])
                 : reads ? trained_on(operands[0], true)
                         : NULL;

    int rc = run_dir_hold(path, &hold);
    if (!rc)
        rc = checkpoint_check_path(path);
    if (!rc)
        rc = file_check_target(settings->output ? settings->output : path);
    if (!rc)
        rc = calibrate(settings, path, data);

    run_dir_let_go(&hold);
    free(data);
    free(path);
    return rc;
}

int cmd_calibrate(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_calibrate_table, &settings, argc, argv, run);
}
