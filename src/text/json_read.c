/* Tokenizers of Keras and of this program, read from JSON. */
#include "text/private.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/say.h"

static char *copy_string(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? xstrdup(text) : NULL;
}

/* The place of a name in the list; `otherwise` where the key is missing. */
static int read_name(const json_t *root, const char *key, const char *const *names,
                     int otherwise)
{
    const char *name = json_string_value(json_object_get(root, key));
    for (int i = 0; name && names[i]; i++)
        if (!strcmp(name, names[i]))
            return i;
    return otherwise;
}

static enum text_segment read_segment(const json_t *root, const json_t *config)
{
    const char *name = json_string_value(json_object_get(root, "segment"));
    if (json_is_true(json_object_get(config, "char_level")))
        return TEXT_SEGMENT_CHAR;
    return name && !strcmp(name, "icu") ? TEXT_SEGMENT_ICU : TEXT_SEGMENT_SPLIT;
}

/* Keras 1 calls it otherwise. */
static const json_t *number_of_words(const json_t *config)
{
    const json_t *number = json_object_get(config, "num_words");
    return number ? number : json_object_get(config, "nb_words");
}

static void read_options(const json_t *root, const json_t *config,
                         const struct text_options *padding, struct text_options *options)
{
    const json_t *stops = json_object_get(root, "stop_words");
    size_t n = json_array_size(stops);

    *options = *padding;
    options->num_words = (int)json_number_value(number_of_words(config));
    /* a tokenizer that does not say comes from Keras, which knows no tags */
    options->tags =
        (enum text_tags)read_name(root, "tags", text_tag_names, TEXT_TAGS_KEEP);
    options->form =
        (enum text_form)read_name(root, "normalize", text_form_names, TEXT_FORM_NONE);
    options->standard = (enum text_standard)read_name(
        root, "standardize", text_standard_names, TEXT_STANDARD_NONE);
    options->segment = read_segment(root, config);
    options->drops_missing =
        json_integer_value(json_object_get(root, "imdb_index_from")) == 3;
    options->index_from =
        options->drops_missing ||
                json_integer_value(json_object_get(root, "index_from")) == 3
            ? 3
            : 0;

    options->filters = copy_string(config, "filters");
    options->lower = !json_is_false(json_object_get(config, "lower"));
    options->split = copy_string(config, "split");
    options->oov_token = copy_string(config, "oov_token");

    options->stop_words = xcalloc(n, sizeof *options->stop_words);
    options->n_stop_words = 0;
    for (size_t i = 0; i < n; i++)
        if (json_is_string(json_array_get(stops, i)))
            options->stop_words[options->n_stop_words++] =
                xstrdup(json_string_value(json_array_get(stops, i)));
}

json_t *text_load_dump(const json_t *config, const char *key)
{
    json_t *value = json_object_get(config, key);
    const char *text = json_string_value(value);
    return text ? json_loads(text, 0, NULL) : json_incref(value);
}

/* Keras has given the token of unknown words the index 1 since 2.2.3, and the last one
 * before. */
int text_check_token(const char *const *ordered, const char *source,
                     const struct text_options *options)
{
    const char *token = options->oov_token;
    if (!token || options->index_from || !ordered[1] || !strcmp(ordered[1], token))
        return OK;
    return fail(ERR_FORMAT,
                "%s: word_index gives 1 to \"%.*s%s\", expected the oov_token \"%.*s%s\" "
                "there, where Keras 2.2.3 and later put it",
                source, SAY_SHORT(ordered[1], 100), SAY_SHORT(token, 100));
}

/* How often something was seen: 0 where that is not said. */
static int64_t read_tally(const json_t *object, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(object, key));
    return n > 0 ? n : 0;
}

/* The index, and counts where there are any. */
static int read_words(const json_t *config, const char *source,
                      struct text_tokenizer *tokenizer)
{
    json_t *index = text_load_dump(config, "word_index");
    json_t *counts = text_load_dump(config, "word_counts");
    json_t *docs = text_load_dump(config, "word_docs");
    const char **ordered = NULL;
    size_t most = 0;

    int rc = text_order_words(index, source, 0, tokenizer->options.index_from + 1, &most,
                              &ordered);
    if (!rc)
        rc = text_check_token(ordered, source, &tokenizer->options);
    if (!rc)
        rc = text_add_words(ordered, most, source, tokenizer);

    for (int32_t i = 0; i < tokenizer->words.n && !rc; i++) {
        const char *word = words_text(&tokenizer->words, i);
        struct text_entry *entry = &tokenizer->entries[i];
        entry->count = read_tally(counts, word);
        entry->n_documents = read_tally(docs, word);
    }

    free(ordered);
    json_decref(index);
    json_decref(counts);
    json_decref(docs);
    return rc;
}

static bool is_flag(const json_t *value)
{
    return !value || json_is_boolean(value);
}

static bool is_text(const json_t *value)
{
    return !value || json_is_string(value);
}

/* The first thing in it that is not as Keras writes it; NULL: there is none. */
static const char *find_odd(const json_t *config)
{
    const json_t *num_words = number_of_words(config);
    const json_t *split = json_object_get(config, "split");
    const json_t *token = json_object_get(config, "oov_token");
    double n = json_number_value(num_words);

    bool is_number = !num_words || json_is_null(num_words) || json_is_number(num_words);
    if (!is_number || n < 0 || n > INT32_MAX || n != (double)(int32_t)n)
        return "num_words";
    if (!is_text(split) || (split && !*json_string_value(split)))
        return "split";
    if (!is_text(json_object_get(config, "filters")))
        return "filters";
    if (!is_text(token) && !json_is_null(token))
        return "oov_token";
    if (!is_flag(json_object_get(config, "lower")))
        return "lower";
    return is_flag(json_object_get(config, "char_level")) ? NULL : "char_level";
}

/* Reads what Keras would refuse, or take for something else, as a mistake. */
static int check_config(const json_t *config, const char *source)
{
    const char *key = find_odd(config);
    if (!key)
        return OK;

    json_t *value = json_object_get(config, key);
    char *shown =
        value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII)
              : NULL;
    bool is_empty = shown && !strcmp(shown, "\"\"");
    int rc = fail(ERR_FORMAT, "%s: the tokenizer's %s is %.100s", source, key,
                  is_empty ? "empty"
                  : shown  ? shown
                           : "out of range");
    free(shown);
    return rc;
}

int text_begin(const json_t *root, const char *source, const struct text_options *padding,
               struct text_tokenizer **tokenizer)
{
    const json_t *config = json_object_get(root, "config");
    if (!json_is_object(config))
        return fail(ERR_FORMAT,
                    "%s: not a Keras tokenizer in JSON: expected what "
                    "tokenizer.to_json() gives",
                    source);
    int rc = check_config(config, source);
    if (rc)
        return rc;

    struct text_options options;
    read_options(root, config, padding, &options);
    *tokenizer = text_new(&options);
    text_release_options(&options);
    (*tokenizer)->n_documents = read_tally(config, "document_count");
    return OK;
}

int text_from_value(const json_t *root, const char *source,
                    const struct text_options *padding, struct text_tokenizer **result)
{
    struct text_tokenizer *tokenizer = NULL;
    int rc = text_begin(root, source, padding, &tokenizer);
    if (!rc)
        rc = read_words(json_object_get(root, "config"), source, tokenizer);
    if (rc) {
        text_free(tokenizer);
        return rc;
    }

    text_restore_index(tokenizer);
    *result = tokenizer;
    return OK;
}

int text_from_json(const char *json, const char *source,
                   const struct text_options *padding, struct text_tokenizer **result)
{
    if (text_from_large_json(json, strlen(json), padding, result))
        return OK;

    json_error_t error;
    json_t *root = json_loads(json, 0, &error);
    int rc = text_from_value(root, source, padding, result);
    json_decref(root);
    return rc;
}
