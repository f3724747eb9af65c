/* rnntrain export CHECKPOINT --to FORMAT -o FILE: a model for other programs. */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/say.h"
#include "export/export.h"
#include "commands/import_options.h"
#include "files/file.h"

#define NAME(constant, stem, name, ...) [EXPORT_##constant] = name,
static const char *const names[] = {EXPORT_FORMAT_LIST(NAME)[EXPORT_FORMATS] = NULL};
#undef NAME
#define HELP(constant, stem, name, suffix, takes_texts, takes_ngrams, help)              \
    "; " name ": " help " (" suffix ")"
static const char help_of_to[] = "what to write" EXPORT_FORMAT_LIST(HELP);
#undef HELP

struct settings {
    struct import_settings keras;
    int to;
    char *output;
    bool with_tokenizer;
};

static const struct option options[] = {
    {"to", OPTION_CHOICE, offsetof(struct settings, to), "keras", 0, 0, names, help_of_to,
     "Options", true},
    {"output", OPTION_STRING, offsetof(struct settings, output), NULL, 0, 0, option_file,
     "file to write, replaced if it is there; -o for short", "Options", true},
    {"with-tokenizer", OPTION_BOOL, offsetof(struct settings, with_tokenizer), "false", 0,
     0, NULL,
     "write tokenizer.json beside the file too, as Keras's tokenizer_from_json reads it",
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
    .synopsis = "MODEL --to FORMAT -o FILE [options]",
    .example = "  rnntrain export run/best.h5 --to onnx -o best.onnx\n",
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
    if (settings->to != EXPORT_KERAS3_WEIGHTS &&
        (ends_in(settings->output, ".h5") || ends_in(settings->output, ".hdf5")))
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

/* tokenizer.json in the folder of the output; the caller's to free. */
static char *tokenizer_path(const char *output)
{
    const char *slash = strrchr(output, '/');
    return xasprintf("%.*stokenizer.json", slash ? (int)(slash - output + 1) : 0, output);
}

/* Nothing is written where something cannot be. */
static int check_outputs(const struct settings *settings)
{
    if (!settings->output)
        return fail(ERR_USAGE, "-o FILE: the file to write is not named");
    char *tokenizer = tokenizer_path(settings->output);
    int rc = file_check_target(settings->output);
    if (!rc && settings->with_tokenizer)
        rc = file_check_target(tokenizer);
    free(tokenizer);
    return rc;
}

/* Another model's tokenizer, which stands there, is not replaced. */
static int check_tokenizer(const struct predictor *predictor, const char *output)
{
    char *path = tokenizer_path(output), *json = text_to_json(predictor->tokenizer, true);
    char *found = NULL;
    size_t n = 0;
    bool is_there = access(path, F_OK) == 0;

    int rc = is_there ? file_read(path, &found, &n) : OK;
    if (!rc && is_there && strcmp(found, json))
        rc = fail(
            ERR_EXISTS,
            "%s is there and is another tokenizer's: write this model to a folder of "
            "its own, or remove that file",
            path);
    free(found);
    free(json);
    free(path);
    return rc;
}

/* What is done to texts here that Keras's Tokenizer does not do. */
static void tell_preparation(const struct text_options *prepares, const char *path)
{
    static const char *const of_tags[] = {
        [TEXT_TAGS_REMOVE] = "re.sub('<[^>]+>', '', text)",
        [TEXT_TAGS_SPACE] = "re.sub('<[^>]+>', ' ', text)",
        [TEXT_TAGS_HTML] = "html.unescape(re.sub('<[^>]+>', ' ', text))",
        [TEXT_TAGS_KEEP] = NULL};
    const char *tags = of_tags[prepares->tags];

    if (tags)
        say_line(stderr,
                 "rnntrain: note: %s: the model's texts lose their tags, which Keras's "
                 "Tokenizer leaves in: give it %s",
                 path, tags);
    if (prepares->form || prepares->segment == TEXT_SEGMENT_ICU || prepares->n_stop_words)
        say_line(
            stderr,
            "rnntrain: note: %s: Keras's Tokenizer knows nothing of the model's%s%s%s: "
            "ids differ where they matter (rnntrain predict and librnntrain do it)",
            path, prepares->form ? " normal form" : "",
            prepares->segment == TEXT_SEGMENT_ICU ? " word boundaries" : "",
            prepares->n_stop_words ? " stop words" : "");
}

/* Keras's Tokenizer knows neither an id in front nor one for words beyond num_words. */
static void tell_rule(const struct text_tokenizer *tokenizer, const char *path)
{
    int start = text_start_id(tokenizer), beyond = text_beyond_id(tokenizer);
    bool drops = text_unknown_id(tokenizer) == 0;

    if (start)
        say_line(
            stderr,
            "rnntrain: note: %s: a text begins with id %d, words at or beyond "
            "num_words have %d, those without index %s, which Keras's Tokenizer "
            "cannot say (rnnprep --tokenizer does it): [%d] + [i if i < "
            "tokenizer.num_words else %d for i in (tokenizer.word_index.get(w%s) for "
            "w in text_to_word_sequence(text))%s]",
            path, start, beyond, drops ? "are dropped" : "too", start, beyond,
            drops ? "" : ", tokenizer.num_words", drops ? " if i" : "");
}

static int write_tokenizer(const struct predictor *predictor, const char *output)
{
    char *path = tokenizer_path(output), *json = text_to_json(predictor->tokenizer, true);
    int rc = file_replace(path, json, strlen(json), false);
    if (!rc)
        say_line(stdout, "%s: %d word%s", path, text_n_words(predictor->tokenizer),
                 plural(text_n_words(predictor->tokenizer)));
    if (!rc) {
        tell_rule(predictor->tokenizer, path);
        tell_preparation(text_settings(predictor->tokenizer), path);
    }
    free(json);
    free(path);
    return rc;
}

/* What is read must not be replaced by what is made of it. */
static int check_inputs(const char *input, const struct settings *settings)
{
    char *tokenizer = tokenizer_path(settings->output);
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
    if (!rc) {
        rc = predictor_take(predictor, &info, "auto");
        return rc ? rc : predictor_check_judges(predictor);
    }
    checkpoint_release(&info);
    return rc;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const struct export_format *format = &export_formats[settings->to];
    struct predictor predictor = {0};
    char *checked = NULL, *note = NULL;
    (void)n;

    int rc = check_outputs(settings);
    if (!rc)
        rc = check_inputs(operands[0], settings);
    if (!rc)
        rc = check_suffix(settings);
    if (!rc)
        rc = check_name(settings);
    if (!rc)
        rc = open_model(&predictor, operands[0], settings, &note);
    if (!rc)
        rc = export_check(&predictor, format);
    if (!rc && (settings->with_tokenizer || format->takes_texts))
        rc = predictor_check_texts(&predictor);
    if (!rc && settings->with_tokenizer)
        rc = check_tokenizer(&predictor, settings->output);
    if (!rc)
        rc = format->write(&predictor, settings->output, &checked);

    if (!rc) {
        import_print_notes(&predictor.info);
        if (note)
            say_line(stderr, "rnntrain: note: %s", note);
        say_line(stdout, "%s: %s", settings->output, checked);
    }
    if (!rc && settings->with_tokenizer)
        rc = write_tokenizer(&predictor, settings->output);

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
