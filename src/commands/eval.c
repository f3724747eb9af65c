/* rnntrain eval MODEL [dataset.h5] [--part test] */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/crew.h"
#include "base/say.h"
#include "data/classes.h"
#include "data/dataset.h"
#include "commands/all_ranks.h"
#include "commands/corpus.h"
#include "commands/eval.h"
#include "commands/import_options.h"
#include "commands/evaluation.h"
#include "commands/out_of_fold.h"
#include "commands/precision.h"
#include "commands/selection.h"
#include "files/file.h"
#include "input/place.h"
#include "serve/predictor.h"

struct settings {
    struct import_settings keras;
    struct input_settings input;
    int part;
    int64_t window_rows, threads;
    struct precision_settings kernels;
    bool json, csv;
    char *rows;
    int bootstrap;
    int64_t seed;
    struct eval_telling telling; /* no option: of another command */
};

static const struct option options[] = {
    {"part", OPTION_CHOICE, offsetof(struct settings, part), "test", 0, 0,
     dataset_part_names,
     "part of the data set; validation, where it has none: the training rows that the "
     "run "
     "set aside",
     "Options", true},
    {"window-rows", OPTION_INT, offsetof(struct settings, window_rows), "0", 0, 1 << 24,
     NULL,
     "read so many rows at a time, for data larger than memory; 0: as the model was "
     "trained",
     "Options", true},
    {"threads", OPTION_INT, offsetof(struct settings, threads), "cores", 0, 1024,
     all_ranks_cores,
     "threads, no more than the rows need; their number does not change a bit", "Options",
     true},
    {"json", OPTION_BOOL, offsetof(struct settings, json), "false", 0, 0, NULL,
     "print one JSON object", "Options", true},
    {"csv", OPTION_BOOL, offsetof(struct settings, csv), "false", 0, 0, NULL,
     "print a table with a class or label a row, as CSV", "Options", true},
    {"rows", OPTION_STRING, offsetof(struct settings, rows), NULL, 0, 0, option_file,
     "write each row's number, label, prediction, probabilities and loss to this CSV",
     "Options", true},
    {"bootstrap", OPTION_COUNT, offsetof(struct settings, bootstrap), "1000", 0, 100000,
     NULL, "resamples for the 95 % intervals of the figures; 0: none", "Options", true},
    {"seed", OPTION_INT, offsetof(struct settings, seed), "1", 0, 1e15, NULL,
     "of the resamples", "Options", true},
};

static const struct option_part option_parts[] = {
    {&precision_options, offsetof(struct settings, kernels)},
    {&input_options, offsetof(struct settings, input)},
    {&import_options, offsetof(struct settings, keras)}};

const struct option_table cmd_eval_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .parts = option_parts,
    .n_parts = (int)COUNT_OF(option_parts),
    .program = "rnntrain eval",
    .synopsis = "MODEL [dataset.h5 | CORPUS] [options]",
    .example = "  rnntrain eval run/best.h5 dataset.h5\n"
               "  rnntrain eval run/best.h5 labelled.csv\n",
    .about =
        "What a model comes to on a part of a data set: loss, accuracy, precision,\n"
        "recall and F1 of each class and on average, ROC AUC, calibration and more, "
        "with\n"
        "95 % intervals, beside what the largest class would come to for every row.\n\n"
        "  MODEL       a run's folder, its best.h5, last.h5 or ensemble.h5, or a model\n"
        "              of Keras: .h5, .keras or .weights.h5; or the folder of a\n"
        "              cross-validation, of which each training row is judged by the\n"
        "              fold that had not learnt it\n"
        "  dataset.h5  the data set that it was trained on, or one with its vocabulary;\n"
        "              without it, dataset.h5 in this folder\n"
        "  CORPUS      labelled texts in any form that rnnprep reads, whose classes "
        "have\n"
        "              the model's names: its test part or, where nothing tells parts,\n"
        "              all of it\n",
    .min_operands = 1,
    .max_operands = 2,
};

/* A model reads ids as its own tokenizer numbered them: the words must be the same. */
static int check_match(const struct dataset *data, const struct predictor *predictor,
                       const char *path)
{
    const struct facts *facts = &data->facts, *model = &predictor->info.facts;
    struct facts expected = *model;
    /* a model of Keras may have rows of its embedding to spare */
    if (predictor->info.keras && facts->num_words < model->num_words)
        expected.num_words = facts->num_words;

    int rc = facts_check_multi_label(model, path, facts, data->path);
    if (rc)
        return rc;
    if (!facts_agree(facts, &expected))
        return fail(
            ERR_FORMAT,
            "%s has %d ids, %d positions, %d classes, padding %s; the model of %s has "
            "%d, %d, %d, %s: use the data set it was trained on",
            data->path, facts->num_words, facts->maxlen, facts->n_labels,
            facts_side(facts->pad_pre), path, model->num_words, model->maxlen,
            model->n_labels, facts_side(model->pad_pre));
    return dataset_check_words(data, predictor->tokenizer, predictor->info.path);
}

/* Rows of a window; 0: all are in memory. A model that was trained on a stream is
 * evaluated on one: the same bits as its run's. */
static int window_rows(const struct predictor *predictor, const struct settings *settings)
{
    const struct sampler_config *sampler = &predictor->record.sampler;
    if (!predictor_reads_ids(predictor))
        return 0;
    if (settings->window_rows)
        return (int)settings->window_rows;
    return sampler->shuffle == SHUFFLE_WINDOW ? sampler->window_rows : 0;
}

/* Ways to leave out what takes too long, where something was left out. */
static void say_left_out(const struct evaluation *evaluation)
{
    const struct judge *judge = evaluation->judge;

    if (!judge->probabilities)
        say_line(stderr,
                 "rnntrain: note: %d rows of %d classes are too many probabilities to "
                 "be kept: there are no figures that need their order",
                 judge->n, judge->classes);
    if (evaluation->intervals.leaves_ranks || evaluation->intervals.leaves_classes)
        say_line(stderr, "rnntrain: note: some intervals are left out, as they would "
                         "take long: give a smaller --bootstrap");
}

static int threads_of(const struct settings *settings)
{
    return settings->threads ? (int)settings->threads : crew_cores();
}

static int tell_evaluation(struct evaluation *evaluation, const struct settings *settings)
{
    evaluation_compute(evaluation, (uint64_t)settings->seed, settings->bootstrap,
                       threads_of(settings));
    int rc = settings->rows ? evaluation_write_rows(evaluation, settings->rows) : OK;
    if (rc)
        return rc;

    say_left_out(evaluation);
    if (settings->json)
        evaluation_print_json(evaluation);
    else if (settings->csv)
        evaluation_print_csv(evaluation);
    else
        evaluation_print(evaluation);
    return OK;
}

/* As eval or as the command that asked for it. */
static int tell_judged(struct evaluation *evaluation, const struct settings *settings)
{
    return settings->telling.tell
               ? settings->telling.tell(evaluation, settings->telling.context)
               : tell_evaluation(evaluation, settings);
}

/* `window`: rows of one; 0: all are in memory. A model without names of its own has those
 * of the data, in their order. */
static int print_score(const struct predictor *predictor, const struct dataset *data,
                       const struct selection *selection, const struct settings *settings,
                       int window)
{
    bool has_names = !predictor->info.has_no_names || classes_are_numbered(&data->facts);
    struct evaluation evaluation = {.selection = selection,
                                    .data = data,
                                    .facts = has_names ? &predictor->info.facts
                                                       : &data->facts};

    const struct selection_how how = {settings->kernels.isa, window,
                                      threads_of(settings)};
    int rc = selection_judge(selection, predictor, data, &how, &evaluation.score,
                             &evaluation.judge);
    if (!rc)
        rc = tell_judged(&evaluation, settings);
    evaluation_release(&evaluation);
    return rc;
}

/* The data set says how long its rows are. */
static struct checkpoint_hints hints_of(const struct import_settings *settings,
                                        const struct facts *facts)
{
    struct checkpoint_hints hints = import_hints(settings);
    hints.facts = facts;
    return hints;
}

static int load(struct dataset *data, bool streams)
{
    return dataset_load_alone(data, streams ? DATASET_COLUMNS : DATASET_ALL,
                              "give --window-rows 32768");
}

/* Says a line, or nothing where it is NULL, which it frees. */
static void tell(char *note)
{
    if (note)
        say_line(stderr, "rnntrain: note: %s", note);
    free(note);
}

/* The data's classes, in memory, become those of the model by their names. */
static int map_classes(const struct checkpoint *info, struct dataset *data)
{
    int32_t *places = xcalloc((size_t)data->facts.n_labels, sizeof *places);
    char *note = NULL;
    int rc =
        checkpoint_map_classes(info, &data->facts, data->path, "--labels", places, &note);

    tell(note);
    for (int part = 0; part < DATASET_PARTS && !rc; part++)
        classes_renumber(&data->part[part], places);
    free(places);
    return rc;
}

static int eval_dataset(const struct settings *settings, const char *checkpoint,
                        const char *path)
{
    struct predictor predictor = {0};
    struct dataset data = {0};
    struct row_ngrams ngrams = {.list[0].n_rows = 0};
    struct selection selection = {.rows = NULL};
    enum dataset_part part = (enum dataset_part)settings->part;

    int rc = dataset_open(path, DATASET_WORDS_KEPT, &data);
    if (!rc) {
        struct checkpoint_hints hints = hints_of(&settings->keras, &data.facts);
        rc = predictor_open(&predictor, checkpoint, settings->kernels.isa, &hints);
    }

    if (!rc) {
        import_print_unsealed(data.is_unsealed, path);
        import_print_notes(&predictor.info);
    }
    if (!rc)
        rc = check_match(&data, &predictor, checkpoint);
    if (!rc)
        tell(checkpoint_note_of_words(&predictor.info, path,
                                      "--tokenizer, of its model of Keras, compares"));
    if (!rc)
        rc = load(&data, window_rows(&predictor, settings) > 0 ||
                             !predictor_reads_ids(&predictor));
    if (!rc) /* by the classes that the run saw */
        rc = selection_find(&predictor, &data, part, &selection);
    if (!rc)
        rc = row_ngrams_load(&predictor, &data, selection.part, &ngrams);
    if (!rc)
        rc = map_classes(&predictor.info, &data);
    if (!rc)
        rc = print_score(&predictor, &data, &selection, settings,
                         window_rows(&predictor, settings));

    selection_release(&selection);
    row_ngrams_release(&ngrams);
    dataset_release(&data);
    predictor_release(&predictor);
    return rc;
}

/* A corpus that nothing divides is judged as a whole. */
static int eval_corpus(const struct settings *settings, const char *checkpoint,
                       const char *path)
{
    struct checkpoint_hints hints = import_hints(&settings->keras);
    struct predictor predictor = {0};
    struct dataset data = {0};
    struct row_ngrams ngrams = {.list[0].n_rows = 0};
    struct selection selection = {.rows = NULL};
    bool is_parted = false;

    int rc = predictor_open(&predictor, checkpoint, settings->kernels.isa, &hints);
    if (!rc)
        rc = predictor_check_texts(&predictor);
    if (!rc) {
        import_print_notes(&predictor.info);
        rc = corpus_read(path, &settings->input, &predictor, &data, &ngrams, &is_parted);
    }
    bool is_all = !is_parted && settings->part == DATASET_TEST;
    int part = is_all ? DATASET_TRAIN : settings->part;
    if (!rc) {
        selection_all(&data, (enum dataset_part)part,
                      is_all ? "all" : dataset_part_names[part], &selection);
        rc = print_score(&predictor, &data, &selection, settings, 0);
    }

    selection_release(&selection);
    row_ngrams_release(&ngrams);
    dataset_release(&data);
    predictor_release(&predictor);
    return rc;
}

static int eval_folds(const struct settings *settings, const char *folder,
                      const char *path)
{
    struct dataset data = {0};
    struct selection selection = {.rows = NULL};
    struct evaluation evaluation = {.selection = NULL};

    int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data);
    if (!rc) {
        import_print_unsealed(data.is_unsealed, path);
        rc = out_of_fold_judge(folder, &data, &selection, &evaluation);
    }
    if (!rc)
        rc = tell_judged(&evaluation, settings);
    evaluation_release(&evaluation);
    selection_release(&selection);
    dataset_release(&data);
    return rc;
}

static int eval(const struct settings *settings, const char *model, const char *path)
{
    bool is_corpus = corpus_is_one(path), is_folds = out_of_fold_is(model);

    if (is_folds && is_corpus)
        return fail(ERR_USAGE,
                    "%s is a cross-validation, which has no model: name the data set "
                    "whose rows were dealt to its folds, or one of them, %s/fold-1",
                    model, model);
    return is_folds    ? eval_folds(settings, model, path)
           : is_corpus ? eval_corpus(settings, model, path)
                       : eval_dataset(settings, model, path);
}

int eval_rows(const struct eval_rows *rows, const struct eval_telling *telling)
{
    const struct settings settings = {.keras = *rows->keras,
                                      .input = *rows->input,
                                      .part = rows->part,
                                      .kernels = {.isa = rows->isa},
                                      .telling = *telling};

    return eval(&settings, rows->model, rows->path);
}

static int check_outputs(const struct settings *settings)
{
    if (settings->json && settings->csv)
        return fail(ERR_USAGE, "--json and --csv: one of them is printed");
    if (!settings->rows)
        return OK;
    if (strcasecmp(place_ending(settings->rows), ".csv") != 0)
        return fail(ERR_USAGE, "--rows %s: expected a name that ends in .csv",
                    settings->rows);
    return file_check_target(settings->rows);
}

static int run(const void *given, const char *const *operands, int n)
{
    struct settings settings = *(const struct settings *)given;
    const char *checkpoint = operands[0], *path = n > 1 ? operands[1] : "dataset.h5";
    int rc = input_check(&settings.input);
    if (!rc)
        rc = check_outputs(&settings);
    if (rc)
        return rc;

    if (comm_launched_size() > 1)
        say_line(stderr, "rnntrain: note: eval computes on one process, the first, and "
                         "on as many threads as the cores that it may use: start it "
                         "without mpirun, or give --threads");
    settings.kernels.isa = precision_set(&settings.kernels);
    rc = eval(&settings, checkpoint, path);
    free(settings.kernels.isa);
    return rc;
}

int cmd_eval(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_eval_table, &settings, argc, argv, run);
}
