/* A tokenizer in the JSON of Keras, and what Keras has no key for beside it.
 *
 * The vocabulary is written directly: as values of a JSON library its five objects of
 * many thousand words take longer than all the rest of a corpus's preparation: 0.4 s of
 * 1.6 s for IMDB. */
#include "text/json_columns.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "text/json_out.h"

static void put_quoted(struct json_out *out, const struct json_word *word)
{
    json_put(out, "\\\"", 2);
    if (word->is_escaped)
        json_put(out, word->text.at, word->text.n);
    else
        json_put_word(out, word->text.at, word->text.n);
    json_put(out, "\\\"", 2);
}

static void put_index(struct json_out *out, int64_t index)
{
    json_put(out, "\\\"", 2);
    json_put_number(out, index);
    json_put(out, "\\\"", 2);
}

static bool is_by_index(enum json_dictionary which)
{
    return which == JSON_INDEX_WORD || which == JSON_WORD_INDEX;
}

static void put_pair(struct json_out *out, enum json_dictionary which,
                     const struct json_word *word)
{
    if (out->text[out->n - 1] != '{')
        json_put(out, ",", 1);

    if (which == JSON_INDEX_DOCS || which == JSON_INDEX_WORD)
        put_index(out, word->index);
    else
        put_quoted(out, word);

    json_put(out, ":", 1);
    if (which == JSON_INDEX_WORD)
        put_quoted(out, word);
    else
        json_put_number(out, which == JSON_WORD_COUNTS  ? word->count
                             : which == JSON_WORD_INDEX ? word->index
                                                        : word->n_documents);
}

/* A dictionary as a JSON string. */
static void put_dictionary(struct json_out *out, const struct text_tokenizer *settings,
                           const struct json_words *words, enum json_dictionary which)
{
    const char *token = settings->options.oov_token;
    struct json_word word = {.text = {token, token ? strlen(token) : 0}, .index = 1};

    json_put_text(out, ",\"");
    json_put_text(out, json_dictionary_keys[which]);
    json_put_text(out, "\":\"{");
    if (is_by_index(which) && token)
        put_pair(out, which, &word);

    for (size_t i = 0; i < words->n; i++)
        if (words->word(words->data, which, i, &word))
            put_pair(out, which, &word);
    json_put_text(out, "}\"");
}

/* A JSON object's text, taken, without its first `skip` bytes and its last. */
static void put_inside(struct json_out *out, json_t *object, size_t skip)
{
    char *text = json_dumps(object, JSON_ENSURE_ASCII | JSON_COMPACT);
    if (!text)
        die("the tokenizer does not fit JSON");
    json_put(out, text + skip, strlen(text) - skip - 1);
    free(text);
    json_decref(object);
}

/* What Keras's get_config has besides the vocabulary. */
static json_t *config_of(const struct text_tokenizer *tokenizer)
{
    const struct text_options *options = &tokenizer->options;
    json_t *config = json_object();

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
    return config;
}

/* What Keras's own reader passes over: keys beside "config". */
static json_t *rest_of(const struct text_options *options)
{
    json_t *rest = json_object(), *stops = json_array();

    for (int i = 0; i < options->n_stop_words; i++)
        json_array_append_new(stops, json_string(options->stop_words[i]));
    if (options->n_stop_words)
        json_object_set(rest, "stop_words", stops);
    json_decref(stops);

    if (options->form)
        json_object_set_new(rest, "normalize",
                            json_string(text_form_names[options->form]));
    if (options->standard)
        json_object_set_new(rest, "standardize",
                            json_string(text_standard_names[options->standard]));
    if (options->segment == TEXT_SEGMENT_ICU)
        json_object_set_new(rest, "segment", json_string("icu"));
    if (options->index_from && !options->drops_missing)
        json_object_set_new(rest, "index_from", json_integer(options->index_from));
    /* under another name, so that a program without that rule refuses the index */
    if (options->index_from && options->drops_missing)
        json_object_set_new(rest, "imdb_index_from", json_integer(options->index_from));

    json_object_set_new(rest, "tags", json_string(text_tag_names[options->tags]));
    return rest;
}

char *json_columns_write(const struct text_tokenizer *settings,
                         const struct json_words *words)
{
    static const enum json_dictionary order[] = {JSON_WORD_COUNTS, JSON_WORD_DOCS,
                                                 JSON_INDEX_DOCS, JSON_INDEX_WORD,
                                                 JSON_WORD_INDEX};
    struct json_out out = {.text = NULL};

    json_put_text(&out, "{\"class_name\":\"Tokenizer\",\"config\":");
    put_inside(&out, config_of(settings), 0);
    for (size_t i = 0; i < COUNT_OF(order); i++)
        put_dictionary(&out, settings, words, order[i]);
    json_put_text(&out, "},");
    put_inside(&out, rest_of(&settings->options), 1);
    json_put_text(&out, "}");
    return out.text;
}

/* Where a word beyond num_words is another thing than one that is missing, the index
 * keeps it. */
static bool is_kept(const struct text_tokenizer *tokenizer, enum json_dictionary which,
                    int32_t index, bool kept_only)
{
    int limit = tokenizer->options.num_words;
    bool is_all = which == JSON_WORD_INDEX && tokenizer->options.drops_missing;
    return index && (is_all || !(kept_only && limit && index >= limit));
}

struct listed {
    const struct text_tokenizer *tokenizer;
    bool kept_only;
};

/* In the order of first appearance, or of the index. */
static bool list_word(const void *data, enum json_dictionary which, size_t i,
                      struct json_word *word)
{
    const struct listed *listed = data;
    const struct text_tokenizer *tokenizer = listed->tokenizer;
    bool by_index = is_by_index(which);
    if (by_index && i >= (size_t)tokenizer->n_indexed)
        return false;

    int32_t number = by_index ? tokenizer->by_index[i] : (int32_t)i;
    const struct text_entry *entry = &tokenizer->entries[number];
    *word = (struct json_word){.text = {words_text(&tokenizer->words, number),
                                        words_length(&tokenizer->words, number)},
                               .index = entry->index,
                               .count = entry->count,
                               .n_documents = entry->n_documents};
    return is_kept(tokenizer, which, entry->index, listed->kept_only);
}

char *text_to_json(const struct text_tokenizer *tokenizer, bool kept_only)
{
    const struct listed listed = {tokenizer, kept_only};
    const struct json_words words = {&listed, (size_t)tokenizer->words.n, list_word};

    return json_columns_write(tokenizer, &words);
}
