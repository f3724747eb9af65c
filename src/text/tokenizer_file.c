/* Tokenizers of Keras in the files that people keep them in. */
#include "text/private.h"
#include "text/pickle.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/say.h"
#include "files/file.h"

enum { MOST_BYTES = 512 << 20 };

static int refuse_others(const char *bytes, size_t n, const char *source)
{
    static const struct {
        const char *begins, *is;
    } others[] = {
        {"\x89HDF", "an HDF5 file"},
        {"PK\x03\x04",
         "a zip archive (of a model, `rnntrain import` makes a file to name)"},
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

static int load_json(const char *text, size_t n, const char *source, const char *lead,
                     json_t **value)
{
    json_error_t error;
    json_t *loaded = json_loadb(text, n, JSON_DECODE_ANY, &error);
    if (!loaded)
        return fail(ERR_FORMAT, "%s: %sno JSON: line %d, column %d: %s; and no pickle",
                    source, lead, error.line, error.column, error.text);
    *value = loaded;
    return OK;
}

/* A string that holds JSON, as json.dumps(tokenizer.to_json()) and pickles of to_json()
 * do, becomes what it holds. */
static int open_string(const char *source, const char *lead, json_t **value)
{
    json_t *string = *value;
    if (!json_is_string(string))
        return OK;

    *value = NULL;
    int rc = load_json(json_string_value(string), json_string_length(string), source,
                       lead, value);
    json_decref(string);
    return rc;
}

int text_load_value(const char *bytes, size_t n, const char *source, const char *lead,
                    json_t **result)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t n_mark = n >= 3 && !memcmp(bytes, mark, 3) ? 3 : 0;
    json_t *value = NULL;

    int rc = refuse_others(bytes, n, source);
    if (!rc)
        rc = pickle_is_one(bytes, n)
                 ? pickle_read(bytes, n, source, &value)
                 : load_json(bytes + n_mark, n - n_mark, source, lead, &value);
    if (!rc)
        rc = open_string(source, lead, &value);
    if (!rc)
        *result = value;
    return rc;
}

/* Ids that begin with one for the start of a text and one for unknown words are those of
 * keras.datasets.imdb, which has another rule than Tokenizer. */
static int check_rule(const json_t *index, const char *source)
{
    const char *start = text_find_special(index, 1);
    const char *unknown = text_find_special(index, 2);
    if (!start || !unknown)
        return OK;
    return fail(
        ERR_FORMAT,
        "%s: a word index with ids for the start of a text (%.*s%s) and for unknown "
        "words (%.*s%s), as keras.datasets.imdb has them: name it with "
        "--imdb-word-index",
        source, SAY_SHORT(start, 40), SAY_SHORT(unknown, 40));
}

int text_complete_index(const json_t *given, const char *source, json_t **config,
                        char **assumed)
{
    int rc = check_rule(given, source);
    if (rc)
        return rc;

    json_t *index = json_copy((json_t *)(uintptr_t)given);
    const char *pad = text_find_special(index, 0);
    if (pad)
        json_object_del(index, pad);
    const char *token = text_find_special(index, 1);

    *assumed = xasprintf("a word index alone: words are cut as Tokenizer() does by "
                         "default, unknown ones are %s%s; that of keras.datasets.imdb is "
                         "for --imdb-word-index",
                         token ? "the id 1, " : "dropped", token ? token : "");
    *config = json_object();
    json_object_set_new(*config, "oov_token", token ? json_string(token) : json_null());
    json_object_set_new(*config, "word_index", index);
    return OK;
}

/* What was loaded, in the shape of to_json(); takes `value`. */
static int complete(json_t *value, const char *source, json_t **root, char **assumed)
{
    const json_t *index = json_object_get(value, "word_index");
    json_t *config = NULL;
    int rc = OK;

    if (json_is_object(json_object_get(value, "config"))) {
        *root = value;
        return OK;
    }

    if (text_is_word_index(value))
        rc = text_complete_index(value, source, &config, assumed);
    else if (text_is_word_index(index) && !json_object_get(value, "filters"))
        rc = text_complete_index(index, source, &config, assumed);
    else if (json_is_object(index) || json_is_string(index))
        config = json_incref(value); /* get_config() */
    else
        rc = fail(ERR_FORMAT,
                  "%s: not a Keras tokenizer; expected what tokenizer.to_json() gives, "
                  "a pickled Tokenizer, or its word_index",
                  source);
    json_decref(value);
    if (rc)
        return rc;

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
    if (text_from_large_json(bytes, n, padding, tokenizer)) {
        *assumed = NULL;
        return OK;
    }
    if (text_from_large_index(bytes, n, padding, tokenizer, assumed))
        return OK;

    int rc = text_load_value(bytes, n, source, "not a Keras tokenizer: ", &value);
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

int text_read_file(const char *path, char **bytes, size_t *n)
{
    size_t size = 0;
    int fd = -1, rc = file_open(path, &fd, &size);
    if (rc)
        return rc;

    close(fd);
    if (size > MOST_BYTES)
        return fail(ERR_FORMAT, "%s: %zu bytes, expected %d or fewer of a tokenizer",
                    path, size, MOST_BYTES);
    return file_read(path, bytes, n);
}

int text_from_file(const char *path, const struct text_options *padding,
                   struct text_tokenizer **tokenizer, char **assumed)
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = text_read_file(path, &bytes, &n);
    if (!rc)
        rc = text_from_bytes(bytes, n, path, padding, tokenizer, assumed);
    free(bytes);
    return rc;
}
