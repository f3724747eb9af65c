/* Tokenizers of Keras in the files that people keep them in. */
#include "text/private.h"
#include "text/pickle.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "files/file.h"

enum { MOST_BYTES = 512 << 20 };

static int refuse_others(const char *bytes, size_t n, const char *source)
{
    static const struct {
        const char *begins, *is;
    } others[] = {
        {"\x89HDF", "an HDF5 file"},
        {"PK\x03\x04", "a zip archive"},
        {"\x1f\x8b", "compressed by gzip: unpack it"},
        {"\xff\xfe", "in UTF-16: save it as UTF-8"},
        {"\xfe\xff", "in UTF-16: save it as UTF-8"},
    };

    for (size_t i = 0; i < COUNT_OF(others); i++) {
        size_t length = strlen(others[i].begins);
        if (n >= length && !memcmp(bytes, others[i].begins, length))
            return fail(ERR_FORMAT,
                        "%s: %s; expected a tokenizer of Keras: to_json(), a pickle or a "
                        "word index",
                        source, others[i].is);
    }
    return OK;
}

static int load_json(const char *text, size_t n, const char *source, json_t **value)
{
    json_error_t error;
    json_t *loaded = json_loadb(text, n, JSON_DECODE_ANY, &error);
    if (!loaded)
        return fail(ERR_FORMAT,
                    "%s: not a Keras tokenizer: no pickle, and no JSON: line %d, column "
                    "%d: %s",
                    source, error.line, error.column, error.text);
    *value = loaded;
    return OK;
}

/* A string that holds JSON, as json.dumps(tokenizer.to_json()) and pickles of to_json()
 * do, becomes what it holds. */
static int open_string(const char *source, json_t **value)
{
    json_t *string = *value;
    if (!json_is_string(string))
        return OK;

    *value = NULL;
    int rc =
        load_json(json_string_value(string), json_string_length(string), source, value);
    json_decref(string);
    return rc;
}

int text_load_value(const char *bytes, size_t n, const char *source, json_t **result)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t n_mark = n >= 3 && !memcmp(bytes, mark, 3) ? 3 : 0;
    json_t *value = NULL;

    int rc = refuse_others(bytes, n, source);
    if (!rc)
        rc = pickle_is_one(bytes, n)
                 ? pickle_read(bytes, n, source, &value)
                 : load_json(bytes + n_mark, n - n_mark, source, &value);
    if (!rc)
        rc = open_string(source, &value);
    if (!rc)
        *result = value;
    return rc;
}

static bool is_word_index(const json_t *value)
{
    const char *word;
    const json_t *index;
    bool is_one = json_object_size(value) > 0;
    json_object_foreach((json_t *)(uintptr_t)value, word, index)
    {
        is_one = is_one && json_is_integer(index);
    }
    return is_one;
}

/* The word of index 1 where no text can hold it, such as <OOV>: of a Tokenizer's index
 * only its token for unknown words is such a one. */
static const char *find_oov_token(const json_t *index)
{
    const struct text_options usual = {.lower = true, .tags = TEXT_TAGS_KEEP};
    const char *word, *first = NULL;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)index, word, value)
    {
        if (json_integer_value(value) == 1)
            first = word;
    }
    if (!first)
        return NULL;

    struct text_tokenizer *tokenizer = text_new(&usual);
    struct text_cut cut = {0};
    size_t n = strlen(first);
    text_cut(tokenizer, first, n, &cut);
    bool is_word =
        cut.n == 1 && cut.words[0].n == n && !memcmp(cut.words[0].text, first, n);
    text_cut_release(&cut);
    text_free(tokenizer);
    return is_word ? NULL : first;
}

/* A word index alone as the tokenizer that it is usually from; takes `index`. */
static json_t *complete_index(json_t *index, char **assumed)
{
    const char *token = find_oov_token(index);
    json_t *config = json_object();

    *assumed = xasprintf("a word index alone: words are cut as Tokenizer() does by "
                         "default, unknown ones are %s%s",
                         token ? "the id 1, " : "dropped", token ? token : "");
    json_object_set_new(config, "oov_token", token ? json_string(token) : json_null());
    json_object_set_new(config, "word_index", index);
    return config;
}

/* What was loaded, in the shape of to_json(); takes `value`. */
static int complete(json_t *value, const char *source, json_t **root, char **assumed)
{
    const json_t *index = json_object_get(value, "word_index");
    json_t *config = NULL;

    if (json_is_object(json_object_get(value, "config"))) {
        *root = value;
        return OK;
    }

    if (is_word_index(value))
        config = complete_index(value, assumed);
    else if (is_word_index(index) && !json_object_get(value, "filters"))
        config = complete_index(json_incref((json_t *)(uintptr_t)index), assumed);
    else if (json_is_object(index) || json_is_string(index))
        config = json_incref(value); /* get_config() */

    if (config && json_object_get(config, "word_index") != value)
        json_decref(value);
    if (!config) {
        json_decref(value);
        return fail(ERR_FORMAT,
                    "%s: not a Keras tokenizer; expected what tokenizer.to_json() gives, "
                    "a pickled Tokenizer, or its word_index",
                    source);
    }
    *root = json_object();
    json_object_set_new(*root, "config", config);
    return OK;
}

int text_from_bytes(const char *bytes, size_t n, const char *source,
                    const struct text_options *padding, struct text_tokenizer **tokenizer,
                    char **assumed)
{
    json_t *value = NULL, *root = NULL;
    char *note = NULL;

    int rc = text_load_value(bytes, n, source, &value);
    if (!rc)
        rc = complete(value, source, &root, &note);
    if (!rc)
        rc = text_from_value(root, source, padding, tokenizer);
    json_decref(root);

    if (rc)
        free(note);
    else
        *assumed = note;
    return rc;
}

int text_from_file(const char *path, const struct text_options *padding,
                   struct text_tokenizer **tokenizer, char **assumed)
{
    char *bytes = NULL;
    size_t n = 0;
    int fd = -1, rc = file_open(path, &fd, &n);
    if (rc)
        return rc;

    close(fd);
    if (n > MOST_BYTES)
        return fail(ERR_FORMAT, "%s: %zu bytes, expected %d or fewer of a tokenizer",
                    path, n, MOST_BYTES);
    rc = file_read(path, &bytes, &n);
    if (!rc)
        rc = text_from_bytes(bytes, n, path, padding, tokenizer, assumed);
    free(bytes);
    return rc;
}
