/* A tokenizer in the JSON of Keras, and what Keras has no key for beside it.
 *
 * The vocabulary is written directly: as values of a JSON library its five objects of
 * many thousand words take longer than all the rest of a corpus's preparation: 0.4 s of
 * 1.6 s for IMDB. */
#include "text/private.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

struct writer {
    char *text;
    size_t n, room;
};

static void put(struct writer *writer, const char *text, size_t n)
{
    if (writer->room - writer->n <= n) {
        writer->room = 2 * writer->room + n + 4096;
        writer->text = xrealloc(writer->text, writer->room, 1);
    }
    memcpy(writer->text + writer->n, text, n);
    writer->n += n;
    writer->text[writer->n] = '\0';
}

static void put_text(struct writer *writer, const char *text)
{
    put(writer, text, strlen(text));
}

static void put_number(struct writer *writer, int64_t value)
{
    char digits[24];
    int at = (int)sizeof digits;
    uint64_t rest = (uint64_t)value; /* counts and indices: not negative */

    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    put(writer, digits + at, sizeof digits - (size_t)at);
}

/* Bytes from text[0] on that a JSON string has as they are, in ASCII. */
static size_t plain_bytes(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && text[i] >= ' ' && text[i] <= '~' && text[i] != '"' && text[i] != '\\')
        i++;
    return i;
}

/* A word as a JSON string within a JSON string: quotes are \", each escape's backslash is
 * doubled. The library knows the escapes. */
static void put_word(struct writer *writer, const char *word, size_t n)
{
    put(writer, "\\\"", 2);
    if (plain_bytes(word, n) == n) {
        put(writer, word, n);
    } else {

        json_t *value = json_stringn(word, n);
        char *quoted =
            value ? json_dumps(value, JSON_ENSURE_ASCII | JSON_ENCODE_ANY) : NULL;
        if (!quoted)
            die("tokenizer: a word does not fit JSON");

        size_t end = strlen(quoted) - 1;
        for (size_t i = 1; i < end; i++) {
            if (quoted[i] == '"' || quoted[i] == '\\')
                put(writer, "\\", 1);
            put(writer, quoted + i, 1);
        }

        free(quoted);
        json_decref(value);
    }
    put(writer, "\\\"", 2);
}

static void put_index(struct writer *writer, int64_t index)
{
    put(writer, "\\\"", 2);
    put_number(writer, index);
    put(writer, "\\\"", 2);
}

/* What stands in one of the objects beside a word or its index. */
enum column { WORD_COUNTS, WORD_DOCS, INDEX_DOCS, INDEX_WORD, WORD_INDEX };

static void put_pair(struct writer *writer, enum column column, const char *word,
                     size_t n, int64_t index, const struct text_entry *entry)
{
    if (writer->text[writer->n - 1] != '{')
        put(writer, ",", 1);

    if (column == INDEX_DOCS || column == INDEX_WORD)
        put_index(writer, index);
    else
        put_word(writer, word, n);

    put(writer, ":", 1);
    if (column == INDEX_WORD)
        put_word(writer, word, n);
    else
        put_number(writer, column == WORD_COUNTS  ? entry->count
                           : column == WORD_INDEX ? index
                                                  : entry->n_documents);
}

/* Where a word beyond num_words is another thing than one that is missing, the index
 * keeps it. */
static bool is_kept(const struct text_tokenizer *tokenizer, enum column column,
                    int32_t index, bool kept_only)
{
    int limit = tokenizer->options.num_words;
    bool is_all = column == WORD_INDEX && tokenizer->options.drops_missing;
    return index && (is_all || !(kept_only && limit && index >= limit));
}

/* One of the objects, as a JSON string: in the order of first appearance, or of the
 * index. */
static void put_column(struct writer *writer, const struct text_tokenizer *tokenizer,
                       bool kept_only, enum column column)
{
    static const char *const names[] = {"word_counts", "word_docs", "index_docs",
                                        "index_word", "word_index"};
    bool by_index = column == INDEX_WORD || column == WORD_INDEX;
    int32_t n = by_index ? tokenizer->n_indexed : tokenizer->words.n;
    const char *oov_token = tokenizer->options.oov_token;

    put_text(writer, ",\"");
    put_text(writer, names[column]);
    put_text(writer, "\":\"{");
    if (by_index && oov_token)
        put_pair(writer, column, oov_token, strlen(oov_token), 1, NULL);

    for (int32_t i = 0; i < n; i++) {
        int32_t number = by_index ? tokenizer->by_index[i] : i;
        const struct text_entry *entry = &tokenizer->entries[number];
        if (is_kept(tokenizer, column, entry->index, kept_only))
            put_pair(writer, column, words_text(&tokenizer->words, number),
                     words_length(&tokenizer->words, number), entry->index, entry);
    }
    put_text(writer, "}\"");
}

/* A JSON object's text, taken, without its first `skip` bytes and its last. */
static void put_inside(struct writer *writer, json_t *object, size_t skip)
{
    char *text = json_dumps(object, JSON_ENSURE_ASCII | JSON_COMPACT);
    if (!text)
        die("the tokenizer does not fit JSON");
    put(writer, text + skip, strlen(text) - skip - 1);
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

char *text_to_json(const struct text_tokenizer *tokenizer, bool kept_only)
{
    struct writer writer = {0};

    put_text(&writer, "{\"class_name\":\"Tokenizer\",\"config\":");
    put_inside(&writer, config_of(tokenizer), 0);

    for (int column = WORD_COUNTS; column <= WORD_INDEX; column++)
        put_column(&writer, tokenizer, kept_only, (enum column)column);

    put_text(&writer, "},");
    put_inside(&writer, rest_of(&tokenizer->options), 1);
    put_text(&writer, "}");
    return writer.text;
}
