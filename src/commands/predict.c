/* rnntrain predict MODEL [FILE|-]: a text in, a judgement out, of lines or of whatever
 * rnnprep reads. Whoever writes a line into a pipe and waits gets its answer: lines are
 * judged together only while more of them are there. Under mpirun rank 0 reads and
 * writes, and the threads of all ranks judge: the same bytes.
 */
#include "commands/commands.h"

#include <stdlib.h>

#include "base/say.h"
#include "commands/all_ranks.h"
#include "commands/corpus.h"
#include "commands/import_options.h"
#include "commands/precision.h"
#include "commands/texts_job.h"

struct settings {
    struct import_settings keras;
    struct input_settings input;
    bool jsonl, whole, json;
    int digits;
    int64_t skip, threads;
    char *output;
    struct precision_settings kernels;
    int explain; /* 0, or 1 + the method */
    enum colour colour;
};

static const struct option options[] = {
    {"jsonl", OPTION_BOOL, offsetof(struct settings, jsonl), "false", 0, 0, NULL,
     "print JSON objects with the probabilities of all classes, and how many words the "
     "model knows; of records with what else their rows have",
     "Options", true},
    {"output", OPTION_STRING, offsetof(struct settings, output), NULL, 0, 0, option_file,
     "file to write instead, .csv, .tsv or .jsonl: rows as they are read with their "
     "judgements; -o for short",
     "Options", true},
    {"whole", OPTION_BOOL, offsetof(struct settings, whole), "false", 0, 0, NULL,
     "the whole input is one text, not one a line", "Options", true},
    {"digits", OPTION_COUNT, offsetof(struct settings, digits), "9", 1, 17, NULL,
     "significant digits of probabilities in JSON and tables; 17 are all there are",
     "Options", true},
    {"explain", OPTION_CHOICE, offsetof(struct settings, explain), "none", 0, 1,
     explaining_names,
     "print what each word adds to the judgement: by its vector's integrated gradients, "
     "or by judging the text without it",
     "Options", true},
    {"json", OPTION_BOOL, offsetof(struct settings, json), "false", 0, 0, NULL,
     "print explanations as JSON objects, one a line", "Options", true},
    {"color", OPTION_CHOICE, offsetof(struct settings, colour), "auto", 0, 0,
     colour_names, "colour words by what they add: on a terminal unless NO_COLOR is set",
     "Options", true},
    {"skip", OPTION_INT, offsetof(struct settings, skip), "0", 0, 1e15, NULL,
     "texts to pass over, which were judged before", "Options", true},
    {"threads", OPTION_INT, offsetof(struct settings, threads), "cores", 0, 1024,
     all_ranks_cores,
     "threads of each process, no more than the texts need; their number "
     "does not change the judgements",
     "Options", true},
};

static const struct option_part parts[] = {
    {&precision_options, offsetof(struct settings, kernels)},
    {&input_options, offsetof(struct settings, input)},
    {&import_options, offsetof(struct settings, keras)}};

const struct option_table cmd_predict_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain predict",
    .synopsis = "MODEL [FILE|-] [options]",
    .example = "  echo \"A touching film.\" | rnntrain predict run/best.h5\n"
               "  rnntrain predict run reviews.csv -o judged.csv\n"
               "  echo \"A touching film.\" | rnntrain predict run --explain\n",
    .about =
        "Judges texts: a text in, a line out, with the class and its probability.\n\n"
        "  MODEL       a run's folder, its best.h5, last.h5 or ensemble.h5, or a model\n"
        "              of Keras: .h5, .keras or .weights.h5\n"
        "  FILE        texts, one a line; or what rnnprep reads: .csv, .tsv, .jsonl,\n"
        "              any file with --format, folders and archives of documents;\n"
        "              without it or with -, standard input\n",
    .min_operands = 1,
    .max_operands = 2,
};

/* What texts are judged with. */
struct job {
    const struct settings *settings;
    const struct comm *comm;
    struct predictor predictor;
    struct told_how how;

    /* Rank 0. */
    struct source *source;
    struct judgements *judgements;
    struct explaining *explaining;
};

/* What is read must not be replaced. */
static int check_output(const struct settings *settings, const char *model,
                        const char *path)
{
    if (settings->output && import_is_same_file(settings->output, path))
        return fail(ERR_EXISTS, "--output %s would replace the texts that are read",
                    settings->output);
    return settings->output
               ? import_check_output(model, &settings->keras, settings->output)
               : OK;
}

static int check_explain(const struct settings *settings)
{
    if (settings->explain && settings->output)
        return fail(ERR_USAGE,
                    "--explain writes to standard output: leave --output %s "
                    "out, and send that to a file by > FILE",
                    settings->output);
    if (settings->json && !settings->explain)
        return fail(ERR_USAGE,
                    "--json is of explanations: give --explain too, or --jsonl "
                    "for judgements");
    return OK;
}

/* Rank 0's own: where texts come from and judgements go to. */
static int open_ends(struct job *job, const char *model, const char *path)
{
    const struct settings *settings = job->settings;
    bool keeps = job->how.form != TOLD_COLUMNS;
    const struct source_how how = {.path = path,
                                   .input = &settings->input,
                                   .whole = settings->whole,
                                   .keeps_lines = settings->output != NULL,
                                   .keeps_texts = keeps,
                                   .skip = settings->skip};

    int rc = corpus_refuse_run(path);
    if (!rc)
        rc = check_output(settings, model, path);
    if (!rc)
        rc = judgements_new(settings->output, &job->judgements);
    if (!rc && settings->explain)
        rc = explaining_new(&job->predictor, (enum explain_method)(settings->explain - 1),
                            settings->json || settings->jsonl, settings->colour,
                            &job->explaining);
    return rc ? rc : source_open(&how, &job->source);
}

/* Collective but for its outcome. */
static int open_model(struct job *job, const char *model)
{
    const struct settings *settings = job->settings;
    struct checkpoint_hints hints = import_hints(&settings->keras);
    char *set = precision_set(&settings->kernels);

    int rc = all_ranks_same_kernels(job->comm, set);
    if (!rc)
        rc = predictor_open(&job->predictor, model, set, &hints);
    free(set);
    if (!rc)
        rc = predictor_check_texts(&job->predictor);
    return rc ? rc
              : told_by(&job->predictor.info.facts,
                        &job->predictor.info.ensemble.decision, settings->output,
                        settings->jsonl, settings->digits, &job->how);
}

/* All ranks have the model, and rank 0 what it reads and writes. */
static int open_all(struct job *job, const char *model, const char *path)
{
    const struct comm *comm = job->comm;
    bool is_first = comm->rank == 0;

    int rc = is_first ? input_check(&job->settings->input) : OK;
    if (!rc)
        rc = check_explain(job->settings);
    if (!rc && is_first)
        rc = check_output(job->settings, model, path);
    rc = comm_agree(comm, rc);
    if (!rc)
        rc = comm_agree(comm, open_model(job, model));
    if (!rc)
        rc = all_ranks_same_model(comm, &job->predictor);
    if (!rc && is_first)
        import_print_notes(&job->predictor.info);
    return rc ? rc : comm_agree(comm, is_first ? open_ends(job, model, path) : OK);
}

/* No rank idles in silence. */
static void say_explains_alone(const struct comm *comm, const struct settings *settings)
{
    if (settings->explain && (comm->size > 1 || settings->threads > 1) && comm->rank == 0)
        say_line(stderr, "rnntrain: note: --explain takes one thread of one process, "
                         "whatever there is");
}

static int run(struct comm *comm, const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    struct job job = {.settings = settings, .comm = comm};
    int n_threads = all_ranks_threads(comm, settings->threads);

    int rc = open_all(&job, operands[0], n > 1 ? operands[1] : "-");
    if (!rc) {
        say_explains_alone(comm, settings);
        struct texts_job texts = {.comm = comm,
                                  .predictor = &job.predictor,
                                  .how = &job.how,
                                  .n_threads = n_threads,
                                  .source = job.source,
                                  .judgements = job.judgements,
                                  .explaining = job.explaining};
        rc = texts_job_run(&texts);
    }

    explaining_free(job.explaining);
    source_close(job.source);
    judgements_free(job.judgements);
    told_release(&job.how);
    predictor_release(&job.predictor);
    return rc;
}

int cmd_predict(int argc, char **argv)
{
    struct settings settings = {0};
    return all_ranks_command(&cmd_predict_table, &settings, argc, argv, run);
}
