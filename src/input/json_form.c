#include "input/json_form.h"

#include <string.h>

#include "input/column_names.h"
#include "input/place.h"

#include "text/words.h"

static bool is_simple(const json_t *value)
{
    return value && !json_is_object(value) && !json_is_array(value);
}

static size_t size_of(const json_t *value)
{
    return json_is_array(value) ? json_array_size(value) : json_object_size(value);
}

static json_t *first_of(json_t *value)
{
    return json_is_array(value) ? json_array_get(value, 0)
                                : json_object_iter_value(json_object_iter(value));
}

/* Whether all values are arrays, or objects, of as many things that are no records. */
static bool are_as_long(json_t *object)
{
    const char *key;
    json_t *column;
    size_t n = 0;
    json_object_foreach(object, key, column)
    {
        size_t size = size_of(column);
        if (!is_simple(first_of(column)) || (n && size != n))
            return false;
        n = size;
    }
    return n > 0 && json_object_size(object) > 1;
}

/* Whether a text has several words, or a script that may not part them. */
static bool has_words(const char *text)
{
    for (; *text; text++)
        if (*text == ' ' || (*text & 0x80))
            return true;
    return false;
}

/* Whether all values are arrays of nothing but texts, two at least, and no part is meant:
 * a list of authors beside one of keywords is no corpus. */
static bool are_texts(json_t *object)
{
    enum { FEW = 8 };
    size_t n = 0, n_wordy = 0, i;
    const char *key;
    json_t *texts, *text;
    json_object_foreach(object, key, texts)
    {
        if (!json_is_array(texts) || json_array_size(texts) == 0 ||
            place_part_of_name(key, strlen(key), NULL) != PLACE_NO_PART)
            return false;
        json_array_foreach(texts, i, text)
        {
            if (!json_is_string(text))
                return false;
            n++;
            n_wordy += has_words(json_string_value(text));
        }
    }
    return json_object_size(object) > 1 && n >= FEW && n_wordy * 3 > n;
}

/* Whether half of an array's texts are others again, as labels are. */
static bool recur(const json_t *texts)
{
    struct words distinct = {0};
    size_t n = json_array_size(texts);
    for (size_t i = 0; i < n; i++) {
        const json_t *text = json_array_get(texts, i);
        words_add(&distinct, json_string_value(text), json_string_length(text));
    }
    bool do_recur = (size_t)distinct.n * 2 <= n;
    words_release(&distinct);
    return do_recur;
}

/* Whether one of as long arrays of texts is called like labels, or is like them. */
static bool has_labels(json_t *object)
{
    const char *key;
    json_t *texts;
    json_object_foreach(object, key, texts)
    {
        if (column_name_rank(key, column_label_names) >= 0 || recur(texts))
            return true;
    }
    return false;
}

static bool names_texts(json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        int rank = column_name_rank(key, column_text_names);
        if (rank >= 0 && rank < COLUMN_WHOLE_NAMES)
            return true;
    }
    return false;
}

/* Whether all values are objects of simple things with the keys of the first. */
static bool are_records(json_t *object)
{
    json_t *first = first_of(object), *record, *value;
    const char *key, *field;
    if (!json_is_object(first) || json_object_size(first) < 2)
        return false;
    json_object_foreach(object, key, record)
    {
        if (json_object_size(record) != json_object_size(first))
            return false;
        json_object_foreach(record, field, value)
        {
            if (!is_simple(value) || !json_object_get(first, field))
                return false;
        }
    }
    return true;
}

/* A table of objects is one by its columns where these are called so, or are fewer. */
static bool is_by_rows(json_t *object)
{
    json_t *first = first_of(object);
    if (!are_records(object))
        return false;
    if (names_texts(first) != names_texts(object))
        return names_texts(first);
    return json_object_size(object) > json_object_size(first);
}

static bool has_rows(const json_t *object)
{
    const json_t *names = json_object_get(object, "columns");
    const json_t *rows = json_object_get(object, "data");
    for (size_t i = 0; i < json_array_size(names); i++)
        if (!json_is_string(json_array_get(names, i)))
            return false;
    return json_array_size(names) > 1 &&
           json_array_size(json_array_get(rows, 0)) == json_array_size(names);
}

enum json_form json_form_of(json_t *object)
{
    if (has_rows(object))
        return JSON_FORM_ROWS;
    if (is_by_rows(object))
        return JSON_FORM_VALUES;
    if (are_texts(object) && !(are_as_long(object) && has_labels(object)))
        return JSON_FORM_CLASSES;
    return are_as_long(object) ? JSON_FORM_COLUMNS : JSON_FORM_OTHER;
}
