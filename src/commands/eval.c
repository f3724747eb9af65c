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
#include "commands/trained_on.h"
#include "files/file.h"
#include "input/place.h"
#include "serve/predictor.h"
#include "train/shared_data.h"

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
        "              without it, that which the model says that it was trained on\n"
        "              or, where that is gone, dataset.h5 in this folder\n"
        "  CORPUS      labelled texts in any form that rnnprep reads, whose classes "
        "have\n"
        "              the model's names: its test part or, where nothing tells parts,\n"
        "              all of it\n",
    .min_operands = 1,
    .max_operands = 2,
};

/* What is judged, on each rank. */
struct job {
    struct comm *comm;
    const struct settings *settings;
    struct predictor predictor;
    struct dataset data;
    struct comm_window window; /* of the data set's arrays */
    struct row_ngrams ngrams;
    struct selection selection;
};

static bool speaks(const struct job *job)
{
    return job->comm->rank == 0;
}

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

/* Collective. `window`: rows of one; 0: all are in memory. A model without names of its
 * own has those of the data, in their order. */
static int print_score(struct job *job, int window)
{
    const struct predictor *predictor = &job->predictor;
    const struct dataset *data = &job->data;
    const struct selection *selection = &job->selection;
    const struct settings *settings = job->settings;
    struct comm *comm = job->comm;
    bool has_names = !predictor->info.has_no_names || classes_are_numbered(&data->facts);
    struct evaluation evaluation = {.selection = selection,
                                    .data = data,
                                    .facts = has_names ? &predictor->info.facts
                                                       : &data->facts};

    const struct selection_how how = {comm, settings->kernels.isa, window,
                                      all_ranks_threads(comm, settings->threads)};
    int rc = selection_judge(selection, predictor, data, &how, &evaluation.score,
                             &evaluation.judge);
    comm_set_stall_timeout(comm, 0); /* intervals may take any time */
    if (!rc && comm->rank == 0)
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

/* Says a line, or nothing where it is NULL, which it frees. */
static void tell(const struct job *job, char *note)
{
    if (note && speaks(job))
        say_line(stderr, "rnntrain: note: %s", note);
    free(note);
}

/* Collective. The data's classes, in memory, become those of the model by their names. */
static int map_classes(struct job *job)
{
    const struct comm *comm = job->comm;
    struct dataset *data = &job->data;
    int32_t *places = xcalloc((size_t)data->facts.n_labels, sizeof *places);
    char *note = NULL;

    int rc =
        comm_agree(comm, checkpoint_map_classes(&job->predictor.info, &data->facts,
                                                data->path, "--labels", places, &note));
    tell(job, note);
    for (int part = 0; part < DATASET_PARTS && !rc; part++)
        if (comm->node_rank == 0)
            classes_renumber(&data->part[part], places);
    comm_window_sync(comm, &job->window);
    free(places);
    return rc;
}

static int open_model(struct job *job, const char *checkpoint, const char *path)
{
    const struct settings *settings = job->settings;
    const struct checkpoint_hints hints = hints_of(&settings->keras, &job->data.facts);
    struct predictor *predictor = &job->predictor;

    int rc = predictor_open(predictor, checkpoint, settings->kernels.isa, &hints);
    if (!rc && speaks(job)) {
        import_print_unsealed(job->data.is_unsealed, path);
        import_print_notes(&predictor->info);
    }
    if (!rc)
        rc = check_match(&job->data, predictor, checkpoint);
    if (!rc)
        tell(job,
             checkpoint_note_of_words(&predictor->info, path,
                                      "--tokenizer, of its model of Keras, compares"));
    return rc;
}

/* Collective. Rows by the classes that the run saw. */
static int select_rows(struct job *job)
{
    enum dataset_part part = (enum dataset_part)job->settings->part;
    int rc = comm_agree(job->comm, selection_find(&job->predictor, &job->data, part,
                                                  speaks(job), &job->selection));
    return rc ? rc
              : row_ngrams_load(job->comm, &job->predictor, &job->data,
                                job->selection.part, &job->ngrams);
}

/* Collective. */
static int eval_dataset(struct job *job, const char *checkpoint, const char *path)
{
    struct comm *comm = job->comm;
    struct dataset *data = &job->data;
    struct shared_readers readers = {.n = comm->node_size};

    int rc = shared_data_open(comm, path, DATASET_WORDS_KEPT, readers, data);
    if (!rc)
        rc = comm_agree(comm, open_model(job, checkpoint, path));
    if (!rc)
        rc = all_ranks_same_model(comm, &job->predictor);
    if (rc)
        return rc;

    int window = window_rows(&job->predictor, job->settings);
    bool streams = window > 0 || !predictor_reads_ids(&job->predictor);
    rc = shared_data_load(comm, streams ? DATASET_COLUMNS : DATASET_ALL, readers,
                          "give --window-rows 32768", data, &job->window);
    if (!rc)
        rc = select_rows(job);
    if (!rc)
        rc = map_classes(job);
    return rc ? rc : print_score(job, window);
}

static bool has_rows(const struct dataset *data)
{
    bool has_rows = false;
    for (int part = 0; part < DATASET_PARTS; part++)
        has_rows |= data->part[part].n > 0;
    return has_rows;
}

/* A corpus that nothing divides is judged as a whole. */
static int eval_corpus(struct job *job, const char *checkpoint, const char *path)
{
    const struct settings *settings = job->settings;
    const struct checkpoint_hints hints = import_hints(&settings->keras);
    struct predictor *predictor = &job->predictor;
    bool is_parted = false;

    int rc = predictor_open(predictor, checkpoint, settings->kernels.isa, &hints);
    if (!rc)
        rc = predictor_check_texts(predictor);
    rc = comm_agree(job->comm, rc);
    if (!rc)
        rc = all_ranks_same_model(job->comm, predictor);
    if (!rc && speaks(job))
        import_print_notes(&predictor->info);
    if (!rc)
        rc = corpus_read(job->comm, path, &settings->input, predictor, &job->data,
                         &job->ngrams, &is_parted);
    if (!rc && !has_rows(&job->data))
        rc = fail(ERR_FORMAT, "%s: there are no labelled texts in it", path);
    if (rc)
        return rc;

    bool is_all = !is_parted && settings->part == DATASET_TEST;
    int part = is_all ? DATASET_TRAIN : settings->part;
    selection_all(&job->data, (enum dataset_part)part,
                  is_all ? "all" : dataset_part_names[part], &job->selection);
    return print_score(job, 0);
}

/* Rank 0. Nothing is computed anew. */
static int eval_folds(struct job *job, const char *folder, const char *path)
{
    struct evaluation evaluation = {.selection = NULL};

    int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &job->data);
    if (!rc) {
        import_print_unsealed(job->data.is_unsealed, path);
        rc = out_of_fold_judge(folder, &job->data, &job->selection, &evaluation);
    }
    if (!rc)
        rc = tell_judged(&evaluation, job->settings);
    evaluation_release(&evaluation);
    return rc;
}

/* Collective. */
static int judge(struct job *job, const char *model, const char *path)
{
    bool is_corpus = corpus_is_one(path), is_folds = out_of_fold_is(model);

    if (is_folds && is_corpus)
        return fail(ERR_USAGE,
                    "%s is a cross-validation, which has no model: name the data set "
                    "whose rows were dealt to its folds, or one of them, %s/fold-1",
                    model, model);
    int rc = is_corpus ? corpus_refuse_run(path) : OK;
    if (rc)
        return rc;
    if (is_folds)
        return speaks(job) ? eval_folds(job, model, path) : OK;
    return is_corpus ? eval_corpus(job, model, path) : eval_dataset(job, model, path);
}

/* Collective. */
static int eval(struct comm *comm, const struct settings *settings, const char *model,
                const char *path)
{
    struct job job = {.comm = comm, .settings = settings};

    int rc = all_ranks_same_kernels(comm, settings->kernels.isa);
    if (!rc)
        rc = comm_agree(comm, judge(&job, model, path));
    selection_release(&job.selection);
    row_ngrams_release(comm, &job.ngrams);
    dataset_release(&job.data);
    if (job.window.bytes)
        comm_window_close(comm, &job.window);
    predictor_release(&job.predictor);
    return rc;
}

int eval_rows(struct comm *comm, const struct eval_rows *rows,
              const struct eval_telling *telling)
{
    const struct settings settings = {.keras = *rows->keras,
                                      .input = *rows->input,
                                      .part = rows->part,
                                      .kernels = {.isa = rows->isa},
                                      .telling = *telling};

    return eval(comm, &settings, rows->model, rows->path);
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

static int run(struct comm *comm, const void *given, const char *const *operands, int n)
{
    struct settings settings = *(const struct settings *)given;
    int rc = input_check(&settings.input);
    if (!rc && comm->rank == 0)
        rc = check_outputs(&settings);
    rc = comm_agree(comm, rc);
    if (rc)
        return rc;

    settings.kernels.isa = precision_set(&settings.kernels);
    char *path = n > 1 ? xstrdup(operands[1]) : trained_on(operands[0], comm->rank == 0);
    rc = eval(comm, &settings, operands[0], path);
    free(path);
    free(settings.kernels.isa);
    return rc;
}

int cmd_eval(int argc, char **argv)
{
    struct settings settings = {0};
    return all_ranks_command(&cmd_eval_table, &settings, argc, argv, run);
}
