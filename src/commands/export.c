/* rnntrain export CHECKPOINT --to FORMAT -o FILE: a model for other programs. */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/say.h"
#include "commands/export_tokenizer.h"
#include "commands/import_options.h"
#include "export/export.h"
#include "files/file.h"
#include "saved/decision.h"

#define NAME(constant, stem, name, ...) [EXPORT_##constant] = name,
enum { TO_AUTO = EXPORT_FORMATS };
static const char *const names[] = {EXPORT_FORMAT_LIST(NAME)[TO_AUTO] = "auto", NULL};
#undef NAME
#define HELP(constant, stem, name, suffix, takes_texts, takes_ngrams, help)              \
    "; " name ": " help " (" suffix ")"
static const char help_of_to[] =
    "what to write; auto: what the name says" EXPORT_FORMAT_LIST(HELP);
#undef HELP

struct settings {
    struct import_settings keras;
    int to;
    char *output;
    bool with_tokenizer;
};

static const struct option options[] = {
    {"to", OPTION_CHOICE, offsetof(struct settings, to), "auto", 0, 0, names, help_of_to,
     "Options", true},
    {"output", OPTION_STRING, offsetof(struct settings, output), NULL, 0, 0, option_file,
     "file to write, replaced if it is there; -o for short", "Options", true},
    {"with-tokenizer", OPTION_BOOL, offsetof(struct settings, with_tokenizer), "false", 0,
     0, NULL,
     "write NAME.tokenizer.json beside NAME.keras too, as Keras's tokenizer_from_json "
     "reads it, with the order of labels and the steps from a text to a row",
     "Options", true},
};

static const struct option_part parts[] = {
    {&import_options, offsetof(struct settings, keras)}};

const struct option_table cmd_export_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain export",
    .synopsis = "MODEL -o FILE [options]",
    .example = "  rnntrain export run/best.h5 -o best.onnx\n",
    .about =
        "Writes a model for other programs and proves what was written on random "
        "rows.\n\n"
        "  MODEL  a run's folder, its best.h5, last.h5 or ensemble.h5, or a model of\n"
        "         Keras: .h5, .keras or .weights.h5\n",
    .min_operands = 1,
    .max_operands = 1,
};

static bool ends_in(const char *path, const char *suffix)
{
    size_t n = strlen(path), n_suffix = strlen(suffix);
    return n >= n_suffix && !strcasecmp(path + n - n_suffix, suffix);
}

static bool is_hdf5(const char *path)
{
    return ends_in(path, ".h5") || ends_in(path, ".hdf5");
}

/* The format that the name says, where none is given. */
static int find_format(struct settings *settings)
{
    const struct export_format *named =
        settings->output ? export_named(settings->output) : NULL;
    if (settings->to != TO_AUTO || !settings->output)
        return OK;

    if (named) {
        settings->to = (int)(named - export_formats);
        return OK;
    }
    if (is_hdf5(settings->output))
        return fail(ERR_USAGE,
                    "-o %s has the name of an HDF5 file: what Keras reads under such a "
                    "name is the checkpoint itself; for another format end it in .keras, "
                    ".weights.h5, .onnx or .c",
                    settings->output);
    return fail(ERR_USAGE,
                "-o %s: its name says no format: end it in .keras, .weights.h5, .onnx or "
                ".c, or give --to",
                settings->output);
}

/* A name that says one format and a file that is in another are taken for a mistake. */
static int check_suffix(const struct settings *settings)
{
    const struct export_format *wanted = &export_formats[settings->to];
    const struct export_format *named = export_named(settings->output);
    if (named == wanted)
        return OK;

    if (named)
        return fail(ERR_USAGE,
                    "-o %s has the name of --to %s, and --to %s writes %s: give the "
                    "one or a name of the other",
                    settings->output, named->name, wanted->name, wanted->suffix);
    if (settings->to != EXPORT_KERAS3_WEIGHTS && is_hdf5(settings->output))
        return fail(ERR_USAGE,
                    "-o %s has the name of an HDF5 file, and --to %s writes %s; what "
                    "Keras reads under such a name is the checkpoint itself",
                    settings->output, wanted->name, wanted->suffix);
    return OK;
}

/* Keras goes by the name, and by its case. */
static int check_name(const struct settings *settings)
{
    const char *suffix = export_formats[EXPORT_KERAS].suffix;
    size_t n = strlen(settings->output), n_suffix = strlen(suffix);
    if (settings->to != EXPORT_KERAS ||
        (n >= n_suffix && !strcmp(settings->output + n - n_suffix, suffix)))
        return OK;
    return fail(ERR_USAGE,
                "-o %s: Keras loads a model from a file named *%s only; for another "
                "format give --to",
                settings->output, suffix);
}

/* Nothing is written where something cannot be. */
static int check_outputs(const struct settings *settings)
{
    if (!settings->output)
        return fail(ERR_USAGE, "-o FILE: the file to write is not named");

    char *tokenizer = export_tokenizer_path(settings->output);
    int rc = file_check_target(settings->output);
    if (!rc && settings->with_tokenizer)
        rc = file_check_target(tokenizer);
    free(tokenizer);
    return rc;
}

/* What is read must not be replaced by what is made of it. */
static int check_inputs(const char *input, const struct settings *settings)
{
    char *tokenizer = export_tokenizer_path(settings->output);
    int rc = import_check_output(input, &settings->keras, settings->output);
    if (!rc && settings->with_tokenizer)
        rc = import_check_output(input, &settings->keras, tokenizer);
    if (!rc && settings->with_tokenizer && !strcmp(settings->output, tokenizer))
        rc = fail(ERR_USAGE, "-o and --with-tokenizer name the same file, %s", tokenizer);
    free(tokenizer);
    return rc;
}

/* *note, the caller's: what of the model is not written; NULL: nothing is left out. */
static int open_model(struct predictor *predictor, const char *path,
                      const struct settings *settings, char **note)
{
    struct checkpoint_hints hints = import_hints(&settings->keras);
    struct checkpoint info = {0};
    bool is_keras = settings->to == EXPORT_KERAS || settings->to == EXPORT_KERAS3_WEIGHTS;

    int rc = checkpoint_import(path, &hints, &info);
    if (!rc && is_keras)
        rc = export_keras_part(&info, note);
    if (!rc)
        return predictor_take(predictor, &info, "auto");
    checkpoint_release(&info);
    return rc;
}

/* The temperature is in all formats' weights. */
static void tell_decision(const struct predictor *predictor,
                          const struct export_format *format)
{
    struct decision thresholds = predictor->info.ensemble.decision;
    bool carries = format == &export_formats[EXPORT_C];
    if (!thresholds.n_thresholds || carries)
        return;

    thresholds.temperature = 0;
    char *text = decision_describe(&thresholds, &predictor->info.facts);
    say_line(stderr,
             "rnntrain: note: %s gives probabilities alone%s; decide by them as the "
             "model does: %s",
             format->name,
             format == &export_formats[EXPORT_ONNX] ? " (\"thresholds\" in its metadata)"
                                                    : "",
             text);
    free(text);
}

static int check(const struct settings *settings, const char *input)
{
    int rc = check_outputs(settings);
    if (!rc)
        rc = check_inputs(input, settings);
    if (!rc)
        rc = check_suffix(settings);
    if (!rc)
        rc = check_name(settings);
    return rc;
}

static int write_model(struct predictor *predictor, const struct settings *settings,
                       char **checked)
{
    const struct export_format *format = &export_formats[settings->to];
    int rc = export_check(predictor, format);
    if (!rc && (settings->with_tokenizer || format->takes_texts))
        rc = predictor_check_texts(predictor);
    if (!rc && settings->with_tokenizer)
        rc = export_tokenizer_check(predictor, settings->output);
    return rc ? rc : format->write(predictor, settings->output, checked);
}

/* ONNX's operators suffice for no text, which who calls the file must know. */
static void tell_inputs(const struct predictor *predictor,
                        const struct settings *settings)
{
    if (settings->to == EXPORT_ONNX && predictor->tokenizer && !settings->with_tokenizer)
        say_line(stderr,
                 "rnntrain: note: %s takes %s, not texts: --with-tokenizer writes beside "
                 "it how a text becomes a row; a C source takes texts",
                 settings->output, predictor_reads_ngrams(predictor) ? "words" : "ids");
}

static int run(const void *given, const char *const *operands, int n)
{
    struct settings settings = *(const struct settings *)given;
    struct predictor predictor = {0};
    char *checked = NULL, *note = NULL;
    (void)n;

    int rc = find_format(&settings);
    if (!rc)
        rc = check(&settings, operands[0]);
    if (!rc)
        rc = open_model(&predictor, operands[0], &settings, &note);
    if (!rc)
        rc = write_model(&predictor, &settings, &checked);

    if (!rc) {
        import_print_notes(&predictor.info);
        if (note)
            say_line(stderr, "rnntrain: note: %s", note);
        tell_inputs(&predictor, &settings);
        tell_decision(&predictor, &export_formats[settings.to]);
        say_line(stdout, "%s: %s", settings.output, checked);
    }
    if (!rc && settings.with_tokenizer)
        rc = export_tokenizer_write(&predictor, settings.output);

    free(checked);
    free(note);
    predictor_release(&predictor);
    return rc;
}

int cmd_export(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_export_table, &settings, argc, argv, run);
}
