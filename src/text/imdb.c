/* The word index of keras.datasets.imdb, as people keep it. */
#include "text/private.h"

#include <stdlib.h>

#include <jansson.h>

enum { INDEX_FROM = 3 }; /* load_data's: ids are index + 3 */

static int refuse_tokenizer(const char *source)
{
    return fail(ERR_FORMAT,
                "%s: a whole tokenizer of Keras, which says more than an index: name it "
                "with --tokenizer; expected the word index of keras.datasets.imdb, "
                "{\"the\": 1, ...}",
                source);
}

/* The dictionary of words, which may stand under its name; takes `value`. */
static int open_index(json_t *value, const char *source, json_t **index)
{
    json_t *inner = json_object_get(value, "word_index");
    int rc = OK;

    if (json_is_object(json_object_get(value, "config")) ||
        (inner && json_object_get(value, "filters")))
        rc = refuse_tokenizer(source);
    else if (json_is_object(inner))
        *index = json_incref(inner);
    else if (!json_is_object(value) || json_object_size(value) == 0)
        rc = fail(ERR_FORMAT, "%s: no word index: expected {\"the\": 1, ...}", source);
    else
        *index = json_incref(value);
    json_decref(value);
    return rc;
}

/* Takes out the words of ids that are no words' own; returns whether the index says ids
 * as texts have them, with 3 added: people who turn ids into words keep it so, with names
 * for the start of a text (1) and what is beyond num_words (2). */
static bool take_specials(json_t *index)
{
    bool is_shifted = text_find_special(index, 1) && text_find_special(index, 2);

    for (int id = 0; id <= (is_shifted ? INDEX_FROM : 0); id++) {
        const char *word = text_find_special(index, id);
        if (word)
            json_object_del(index, word);
    }
    return is_shifted;
}

int text_from_word_index(const char *bytes, size_t n, const char *source,
                         const struct text_options *options,
                         struct text_tokenizer **result)
{
    struct text_options indexed = *options;
    json_t *value = NULL, *index = NULL;
    const char **ordered = NULL;
    size_t most = 0;

    int rc = text_load_value(bytes, n, source, "", &value);
    if (!rc)
        rc = open_index(value, source, &index);
    if (rc)
        return rc;

    indexed.index_from = INDEX_FROM;
    indexed.drops_missing = true;
    indexed.lower = true;
    indexed.tags = TEXT_TAGS_KEEP;

    int from = take_specials(index) ? 0 : INDEX_FROM;
    struct text_tokenizer *tokenizer = text_new(&indexed);
    rc = text_order_words(index, source, from, INDEX_FROM + 1, &most, &ordered);
    if (!rc)
        rc = text_add_words(ordered, most, source, tokenizer);

    free(ordered);
    json_decref(index);
    if (rc) {
        text_free(tokenizer);
        return rc;
    }

    text_restore_index(tokenizer);
    *result = tokenizer;
    return OK;
}

int text_from_word_index_file(const char *path, const struct text_options *options,
                              struct text_tokenizer **tokenizer)
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = text_read_file(path, &bytes, &n);
    if (!rc)
        rc = text_from_word_index(bytes, n, path, options, tokenizer);
    free(bytes);
    return rc;
}
