/* rnntrain predict MODEL [FILE|-]: a text in, a judgement out, of lines or of whatever
 * rnnprep reads. Whoever writes a line into a pipe and waits gets its answer: lines are
 * judged together only while more of them are there.
 */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "commands/explaining.h"
#include "commands/import_options.h"
#include "commands/judgements.h"
#include "commands/lines.h"
#include "commands/precision.h"
#include "commands/texts.h"
#include "input/options.h"

struct settings {
    struct import_settings keras;
    struct input_settings input;
    bool jsonl, whole, json;
    int digits;
    char *output, *isa;
    enum precision precision;
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
    {"isa", OPTION_STRING, offsetof(struct settings, isa), "auto", 0, 0, NULL,
     "kernel set", "Options", true},
    {"precision", OPTION_CHOICE, offsetof(struct settings, precision), "fp32", 0, 0,
     precision_names, "numbers that products take: fp32, or bf16 where that is faster",
     "Options", true},
};

static const struct option_part parts[] = {
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

/* What stands between the texts and their judgements. */
struct job {
    const struct settings *settings;
    const char *path;
    struct judgements *judgements;
    struct explaining *explaining; /* NULL: texts are judged only */
};

/* The next text, which is the job's now. */
static int take(struct job *job, char *text, struct kept kept)
{
    if (!job->explaining)
        return judgements_add(job->judgements, text, kept);

    explaining_tell(job->explaining, text);
    free(text);
    kept_release(&kept);
    return OK;
}

/* As many lines as are judged together; fewer where the input ends or nothing more is
 * waiting. *end: there was none. */
static int take_lines(struct job *job, struct lines *lines, bool *end)
{
    bool keeps = job->settings->output != NULL;
    int rc = OK;

    *end = true;
    while (!rc) {
        char *line = NULL;
        rc = lines_take(lines, *end, &line);
        if (rc || !line)
            break;
        *end = false;
        rc = take(job, line, keeps ? kept_of_line(line) : (struct kept){0});
        if (judgements_room(job->judgements) == PREDICTOR_ROWS)
            break;
    }

    int judged = judgements_flush(job->judgements);
    return rc ? rc : judged;
}

static int judge_lines(struct job *job, struct lines *lines)
{
    bool end = false;
    int rc = OK;
    while (!rc && !end && !ferror(stdout)) {
        rc = take_lines(job, lines, &end);
        if (!lines_ended(lines) && !lines_are_waiting(lines) && fflush(stdout) != 0)
            break; /* program_output says it */
    }
    return rc;
}

static int judge_whole(struct job *job, struct lines *lines)
{
    char *text = NULL;
    bool keeps = job->settings->output != NULL;
    int rc = lines_take_all(lines, &text);
    return rc ? rc : take(job, text, keeps ? kept_of_line(text) : (struct kept){0});
}

static void print_notes(const struct job *job, const struct lines *lines)
{
    const char *encoding = job->settings->input.encoding;
    int64_t line = 0, n_bad = lines_bad(lines, &line);
    if (n_bad)
        say_line(stderr,
                 "rnntrain: note: %s: %lld sequence%s not valid %s, the first in line "
                 "%lld, and replaced: --encoding names another encoding",
                 job->path, (long long)n_bad, n_bad == 1 ? " is" : "s are",
                 encoding ? encoding : "UTF-8", (long long)line);
    if (lines_begin_as_table(lines) && !job->settings->whole)
        say_line(
            stderr,
            "rnntrain: note: %s: the first line looks like names of columns, and each "
            "line was judged as a text: --format csv (or tsv) reads a table",
            job->path);
}

static int judge_stream(struct job *job)
{
    struct lines *lines = NULL;
    const char *encoding = job->settings->input.encoding;
    int rc = lines_open(job->path, encoding, &lines);
    if (rc)
        return rc;

    rc = job->settings->whole ? judge_whole(job, lines) : judge_lines(job, lines);
    if (!rc)
        print_notes(job, lines);
    lines_close(lines);
    return rc;
}

static int take_text(void *context, const struct one_text *text)
{
    struct job *job = context;
    bool keeps = judgements_keep(job->judgements);
    return take(job, xstrndup(text->text, text->n),
                keeps ? kept_of_text(text, *text->path) : (struct kept){0});
}

static int judge_texts(struct job *job)
{
    struct records_options records = input_records(&job->settings->input);
    records.label_use = LABELS_OPTIONAL;
    struct texts texts = {.path = job->path,
                          .options = &records,
                          .encoding = job->settings->input.encoding,
                          .sink = take_text,
                          .context = job};

    int rc = texts_read(&texts);
    if (!rc)
        rc = judgements_flush(job->judgements);
    if (!rc)
        texts_print_notes(&texts);
    texts_release(&texts);
    return rc;
}

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

static int judge(struct predictor *predictor, const struct settings *settings,
                 const char *path)
{
    struct records_options records = input_records(&settings->input);
    struct job job = {.settings = settings, .path = path};
    bool are_texts = false;

    int rc = judgements_new(predictor, settings->output, settings->jsonl,
                            settings->digits, &job.judgements);
    if (!rc && settings->explain)
        rc = explaining_new(predictor, (enum explain_method)(settings->explain - 1),
                            settings->json || settings->jsonl, settings->colour,
                            &job.explaining);
    if (!rc && !settings->whole)
        rc = texts_are_there(path, &records, &are_texts);
    if (!rc)
        rc = are_texts ? judge_texts(&job) : judge_stream(&job);
    if (!rc)
        rc = judgements_finish(job.judgements);
    if (!rc)
        judgements_print_notes(job.judgements);
    if (!rc && job.explaining)
        explaining_print_notes(job.explaining);
    explaining_free(job.explaining);
    judgements_free(job.judgements);
    return rc;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const char *checkpoint = operands[0], *path = n > 1 ? operands[1] : "-";
    struct checkpoint_hints hints = import_hints(&settings->keras);
    struct predictor predictor = {0};
    char *set = precision_set(settings->isa, settings->precision);

    int rc = input_check(&settings->input);
    if (!rc)
        rc = check_explain(settings);
    if (!rc)
        rc = check_output(settings, checkpoint, path);
    if (!rc)
        rc = predictor_open(&predictor, checkpoint, set, &hints);
    free(set);
    if (!rc)
        rc = predictor_check_texts(&predictor);
    if (!rc) {
        import_print_notes(&predictor.info);
        rc = judge(&predictor, settings, path);
    }
    predictor_release(&predictor);
    return rc;
}

int cmd_predict(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_predict_table, &settings, argc, argv, run);
}
