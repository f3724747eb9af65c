#include "text_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* Sets `key` to the dump of `value` as a string, as Keras's get_config does; takes
 * `value`. */
static void set_dump(json_t *config, const char *key, json_t *value)
{
    char *text = json_dumps(value, JSON_ENSURE_ASCII | JSON_COMPACT);
    if (!text)
        die("tokenizer: %s does not fit JSON", key);
    json_object_set_new(config, key, json_string(text));
    free(text);
    json_decref(value);
}

static bool is_kept(const struct text_tokenizer *tokenizer, int32_t index, bool kept_only)
{
    int limit = tokenizer->options.num_words;
    return index && !(kept_only && limit && index >= limit);
}

static void put_index(json_t *word_index, json_t *index_word, const char *word, int index)
{
    char key[16];
    snprintf(key, sizeof key, "%d", index);
    json_object_set_new(word_index, word, json_integer(index));
    json_object_set_new(index_word, key, json_string(word));
}

static void put_vocabulary(const struct text_tokenizer *tokenizer, bool kept_only,
                           json_t *config)
{
    json_t *counts = json_object(), *docs = json_object(), *index_docs = json_object();
    json_t *word_index = json_object(), *index_word = json_object();
    char key[16];
    for (int32_t i = 0; i < tokenizer->words.n; i++) {
        const struct text_entry *entry = &tokenizer->entries[i];
        const char *word = words_text(&tokenizer->words, i);
        if (!is_kept(tokenizer, entry->index, kept_only))
            continue;
        snprintf(key, sizeof key, "%d", entry->index);
        json_object_set_new(counts, word, json_integer(entry->count));
        json_object_set_new(docs, word, json_integer(entry->n_documents));
        json_object_set_new(index_docs, key, json_integer(entry->n_documents));
    }
    if (tokenizer->options.oov_token)
        put_index(word_index, index_word, tokenizer->options.oov_token, 1);
    for (int32_t i = 0; i < tokenizer->n_indexed; i++) {
        int32_t number = tokenizer->by_index[i];
        int32_t index = tokenizer->entries[number].index;
        if (is_kept(tokenizer, index, kept_only))
            put_index(word_index, index_word, words_text(&tokenizer->words, number),
                      index);
    }
    set_dump(config, "word_counts", counts);
    set_dump(config, "word_docs", docs);
    set_dump(config, "index_docs", index_docs);
    set_dump(config, "index_word", index_word);
    set_dump(config, "word_index", word_index);
}

char *text_to_json(const struct text_tokenizer *tokenizer, bool kept_only)
{
    const struct text_options *options = &tokenizer->options;
    json_t *root = json_object(), *config = json_object(), *stops = json_array();
    json_object_set_new(config, "num_words",
                        options->num_words ? json_integer(options->num_words)
                                           : json_null());
    json_object_set_new(config, "filters", json_string(options->filters));
    json_object_set_new(config, "lower", json_boolean(options->lower));
    json_object_set_new(config, "split", json_string(options->split));
    json_object_set_new(config, "char_level",
                        json_boolean(options->segment == TEXT_SEGMENT_CHAR));
    json_object_set_new(config, "oov_token",
                        options->oov_token ? json_string(options->oov_token)
                                           : json_null());
    json_object_set_new(config, "document_count", json_integer(tokenizer->n_documents));
    put_vocabulary(tokenizer, kept_only, config);
    json_object_set_new(root, "class_name", json_string("Tokenizer"));
    json_object_set_new(root, "config", config);
    for (int i = 0; i < options->n_stop_words; i++)
        json_array_append_new(stops, json_string(options->stop_words[i]));
    if (options->n_stop_words)
        json_object_set(root, "stop_words", stops);
    json_decref(stops);
    if (options->form)
        json_object_set_new(root, "normalize",
                            json_string(text_form_names[options->form]));
    if (options->segment == TEXT_SEGMENT_ICU)
        json_object_set_new(root, "segment", json_string("icu"));
    json_object_set_new(root, "tags", json_string(text_tag_names[options->tags]));
    char *text = json_dumps(root, JSON_ENSURE_ASCII | JSON_COMPACT);
    json_decref(root);
    if (!text)
        die("the tokenizer does not fit JSON");
    return text;
}

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

static void read_options(const json_t *root, const json_t *config,
                         const struct text_options *padding, struct text_options *options)
{
    const json_t *stops = json_object_get(root, "stop_words");
    size_t n = json_array_size(stops);
    *options = *padding;
    options->num_words = (int)json_integer_value(json_object_get(config, "num_words"));
    /* a tokenizer that does not say comes from Keras, which knows no tags */
    options->tags =
        (enum text_tags)read_name(root, "tags", text_tag_names, TEXT_TAGS_KEEP);
    options->form =
        (enum text_form)read_name(root, "normalize", text_form_names, TEXT_FORM_NONE);
    options->segment = read_segment(root, config);
    options->filters = copy_string(config, "filters");
    options->lower = json_is_true(json_object_get(config, "lower"));
    options->split = copy_string(config, "split");
    options->oov_token = copy_string(config, "oov_token");
    options->stop_words = xcalloc(n, sizeof *options->stop_words);
    options->n_stop_words = 0;
    for (size_t i = 0; i < n; i++)
        if (json_is_string(json_array_get(stops, i)))
            options->stop_words[options->n_stop_words++] =
                xstrdup(json_string_value(json_array_get(stops, i)));
}

/* The reverse of set_dump; NULL if there is none. */
static json_t *load_dump(const json_t *config, const char *key)
{
    const char *text = json_string_value(json_object_get(config, key));
    return text ? json_loads(text, 0, NULL) : NULL;
}

/* The words in index order, so that ties stay as they were; counts where there are any.
 */
static int read_words(const json_t *config, const char *source,
                      struct text_tokenizer *tokenizer)
{
    json_t *index = load_dump(config, "word_index");
    json_t *counts = load_dump(config, "word_counts");
    json_t *docs = load_dump(config, "word_docs");
    size_t n = json_object_size(index);
    const char **ordered = xcalloc(n + 2, sizeof *ordered);
    const char *word;
    json_t *value;
    int rc =
        json_is_object(index) ? OK : fail(ERR_FORMAT, "%s: no word_index in it", source);
    json_object_foreach(index, word, value)
    {
        json_int_t at = json_integer_value(value);
        if (at < 1 || (size_t)at > n + 1 || ordered[at]) {
            rc = fail(ERR_FORMAT, "%s: word_index gives \"%s\" the index %lld", source,
                      word, (long long)at);
            break;
        }
        ordered[at] = word;
    }
    size_t missing = 0; /* the first index without a word */
    for (size_t i = (size_t)text_first_index(tokenizer); i < n + 2 && !rc; i++) {
        if (!ordered[i]) {
            missing = missing ? missing : i;
            continue;
        }
        if (missing) {
            rc = fail(ERR_FORMAT, "%s: word_index has the index %zu, but not %zu", source,
                      i, missing);
            break;
        }
        int32_t number = text_add_word(tokenizer, ordered[i], strlen(ordered[i]));
        struct text_entry *entry = &tokenizer->entries[number];
        entry->count = json_integer_value(json_object_get(counts, ordered[i]));
        entry->n_documents = json_integer_value(json_object_get(docs, ordered[i]));
        entry->index = (int)i;
    }
    free(ordered);
    json_decref(index);
    json_decref(counts);
    json_decref(docs);
    return rc;
}

/* The index as it was read: not sorted again, since counts may be missing. */
static void restore_index(struct text_tokenizer *tokenizer)
{
    tokenizer->by_index =
        xcalloc((size_t)tokenizer->words.n, sizeof *tokenizer->by_index);
    for (int32_t i = 0; i < tokenizer->words.n; i++)
        if (tokenizer->entries[i].index)
            tokenizer->by_index[tokenizer->n_indexed++] = i;
}

static int check_config(const json_t *config, const char *source)
{
    const json_t *num_words = json_object_get(config, "num_words");
    const char *split = json_string_value(json_object_get(config, "split"));
    json_int_t n = json_integer_value(num_words);
    if (split && !*split)
        return fail(ERR_FORMAT, "%s: the tokenizer's split is empty", source);
    if (n < 0 || n > INT32_MAX)
        return fail(ERR_FORMAT, "%s: the tokenizer's num_words is %lld", source,
                    (long long)n);
    return OK;
}

int text_from_json(const char *json, const char *source,
                   const struct text_options *padding, struct text_tokenizer **result)
{
    json_error_t error;
    json_t *root = json_loads(json, 0, &error);
    const json_t *config = json_object_get(root, "config");
    if (!json_is_object(config)) {
        json_decref(root);
        return fail(ERR_FORMAT, "%s: not a Keras tokenizer in JSON", source);
    }
    int rc = check_config(config, source);
    if (rc) {
        json_decref(root);
        return rc;
    }
    struct text_options options;
    read_options(root, config, padding, &options);
    struct text_tokenizer *tokenizer = text_new(&options);
    text_release_options(&options);
    tokenizer->n_documents =
        json_integer_value(json_object_get(config, "document_count"));
    rc = read_words(config, source, tokenizer);
    json_decref(root);
    if (rc) {
        text_free(tokenizer);
        return rc;
    }
    restore_index(tokenizer);
    *result = tokenizer;
    return OK;
}
