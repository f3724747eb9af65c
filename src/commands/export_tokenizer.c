#include "commands/export_tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/say.h"
#include "export/export.h"
#include "files/file.h"

/* Bytes of the output's name without the suffix of a format, or without any. */
static int stem_of(const char *output)
{
    const struct export_format *format = export_named(output);
    const char *slash = strrchr(output, '/'), *name = slash ? slash + 1 : output;
    const char *dot = strrchr(name, '.');

    if (format)
        return (int)(strlen(output) - strlen(format->suffix));
    return (int)(dot && dot > name ? (size_t)(dot - output) : strlen(output));
}

char *export_tokenizer_path(const char *output)
{
    return xasprintf("%.*s.tokenizer.json", stem_of(output), output);
}

/* What is done to a text before it is cut; NULL: nothing. */
static const char *tags_step(const struct text_options *prepares)
{
    static const char *const steps[] = {
        [TEXT_TAGS_REMOVE] = "re.sub('<[^>]+>', '', text)",
        [TEXT_TAGS_SPACE] = "re.sub('<[^>]+>', ' ', text)",
        [TEXT_TAGS_HTML] = "html.unescape(re.sub('<[^>]+>', ' ', text))",
        [TEXT_TAGS_KEEP] = NULL};
    return steps[prepares->tags];
}

/* The ids of a text where Keras's Tokenizer knows neither an id in front nor one for
 * words beyond num_words; NULL: it is that Tokenizer. The caller's to free. */
static char *rule_step(const struct text_tokenizer *tokenizer)
{
    int start = text_start_id(tokenizer), beyond = text_beyond_id(tokenizer);
    bool drops = text_unknown_id(tokenizer) == 0;

    return start ? xasprintf("[%d] + [i if i < tokenizer.num_words else %d for i in "
                             "(tokenizer.word_index.get(w%s) for w in "
                             "text_to_word_sequence(text))%s]",
                             start, beyond, drops ? "" : ", tokenizer.num_words",
                             drops ? " if i" : "")
                 : NULL;
}

/* Takes the value. */
static void add_step(json_t *steps, const char *variable, char *value)
{
    char *line = xasprintf("%s = %s", variable, value);
    json_array_append_new(steps, json_string(line));
    free(line);
    free(value);
}

/* What TextVectorization does to texts. */
static void add_standard_steps(json_t *steps, enum text_standard standard)
{
    if (standard && standard != TEXT_STANDARD_STRIP)
        add_step(steps, "text", xstrdup("re.sub('[A-Z]', lambda c: c[0].lower(), text)"));
    if (standard >= TEXT_STANDARD_STRIP)
        add_step(steps, "text", xstrdup("re.sub(r'[!-/:-@\\[-`{-~]', '', text)"));
}

static void add_ids_step(json_t *steps, const struct text_tokenizer *tokenizer)
{
    char *rule = rule_step(tokenizer);

    if (rule)
        add_step(steps, "ids", rule);
    else if (text_settings(tokenizer)->n_stop_words) {
        add_step(steps, "words",
                 xstrdup("[w for w in text_to_word_sequence(text, tokenizer.filters, "
                         "tokenizer.lower, tokenizer.split) if w not in stop_words]"));
        add_step(steps, "ids", xstrdup("tokenizer.texts_to_sequences([words])[0]"));
    } else
        add_step(steps, "ids", xstrdup("tokenizer.texts_to_sequences([text])[0]"));
}

/* From a text to the row that the model takes. */
static json_t *steps_of(const struct predictor *predictor)
{
    const struct text_options *prepares = text_settings(predictor->tokenizer);
    const struct facts *facts = &predictor->info.facts;
    const char *tags = tags_step(prepares);
    json_t *steps = json_array();

    if (tags)
        add_step(steps, "text", xstrdup(tags));
    if (prepares->form)
        add_step(steps, "text",
                 xasprintf("unicodedata.normalize('%s', text)",
                           prepares->form == TEXT_FORM_NFC ? "NFC" : "NFKC"));

    add_standard_steps(steps, prepares->standard);
    add_ids_step(steps, predictor->tokenizer);
    add_step(steps, "x",
             xasprintf("pad_sequences([ids], maxlen=%d, padding='%s', truncating='%s')",
                       facts->maxlen, facts->pad_pre ? "pre" : "post",
                       facts->truncate_pre ? "pre" : "post"));
    return steps;
}

static json_t *facts_of(const struct predictor *predictor)
{
    const struct facts *facts = &predictor->info.facts;
    json_t *object = json_object(), *labels = json_array();
    bool is_single = facts->n_labels == 2 && !facts->multi_label &&
                     chain_outputs(model_chain(predictor->model)) == 1;

    for (int c = 0; c < facts->n_labels; c++)
        json_array_append_new(labels, json_string(facts->labels[c]));
    json_object_set_new(object, "labels", labels);
    json_object_set_new(object, "probabilities",
                        json_string(is_single            ? "of labels[1] alone"
                                    : facts->multi_label ? "of each label by itself"
                                                         : "of the labels, in order"));

    json_object_set_new(object, "python", steps_of(predictor));
    if (text_settings(predictor->tokenizer)->segment == TEXT_SEGMENT_ICU)
        json_object_set_new(
            object, "otherwise",
            json_string("words end where ICU has word boundaries, which Keras's "
                        "Tokenizer does not know: rnntrain predict and librnntrain do"));
    return object;
}

/* The file; the caller's to free. */
static char *json_of(const struct predictor *predictor)
{
    json_t *facts = facts_of(predictor);
    char *json = text_to_json(predictor->tokenizer, true);
    char *more = json_dumps(facts, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (!more)
        die("labels do not fit JSON");

    char *whole = xasprintf("%.*s,\"rnntrain\":%s}", (int)strlen(json) - 1, json, more);
    free(more);
    free(json);
    json_decref(facts);
    return whole;
}

/* Another export under the same NAME, which a tokenizer of that name belongs to; the
 * caller's to free. */
static char *neighbour(const char *output)
{
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        char *path =
            xasprintf("%.*s%s", stem_of(output), output, export_formats[i].suffix);
        if (strcmp(path, output) && access(path, F_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

int export_tokenizer_check(const struct predictor *predictor, const char *output)
{
    char *other = neighbour(output), *path = export_tokenizer_path(output);
    char *json = json_of(predictor), *found = NULL;
    size_t n = 0;
    bool is_there = other && access(path, F_OK) == 0;

    int rc = is_there ? file_read(path, &found, &n) : OK;
    if (!rc && is_there && strcmp(found, json))
        rc = fail(ERR_EXISTS,
                  "%s is there, is another tokenizer's, and belongs to %s: give -o "
                  "another name, or remove that file",
                  path, other);

    free(found);
    free(json);
    free(path);
    free(other);
    return rc;
}

/* What is done to texts here that Keras's Tokenizer does not do. */
static void tell_preparation(const struct text_options *prepares, const char *path)
{
    const char *tags = tags_step(prepares);

    if (tags)
        say_line(stderr,
                 "rnntrain: note: %s: the model's texts lose their tags, which Keras's "
                 "Tokenizer leaves in: give it %s (all steps: rnntrain.python there)",
                 path, tags);
    if (prepares->standard)
        say_line(stderr,
                 "rnntrain: note: %s: the model's texts are standardized as "
                 "TextVectorization does, which Keras's Tokenizer does not: all steps "
                 "are in rnntrain.python there",
                 path);
    if (prepares->form || prepares->segment == TEXT_SEGMENT_ICU || prepares->n_stop_words)
        say_line(
            stderr,
            "rnntrain: note: %s: Keras's Tokenizer knows nothing of the model's%s%s%s: "
            "ids differ where they matter (rnntrain predict and librnntrain do it)",
            path, prepares->form ? " normal form" : "",
            prepares->segment == TEXT_SEGMENT_ICU ? " word boundaries" : "",
            prepares->n_stop_words ? " stop words" : "");
}

static void tell_rule(const struct text_tokenizer *tokenizer, const char *path)
{
    char *rule = rule_step(tokenizer);

    if (rule)
        say_line(
            stderr,
            "rnntrain: note: %s: a text begins with id %d, words at or beyond num_words "
            "have %d, those without index %s, which Keras's Tokenizer cannot say "
            "(rnnprep --tokenizer does it): %s",
            path, text_start_id(tokenizer), text_beyond_id(tokenizer),
            text_unknown_id(tokenizer) == 0 ? "are dropped" : "too", rule);
    free(rule);
}

int export_tokenizer_write(const struct predictor *predictor, const char *output)
{
    char *path = export_tokenizer_path(output), *json = json_of(predictor);
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
