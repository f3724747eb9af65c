#include "input/json_document.h"

#include <stdlib.h>
#include <string.h>

#include "input/column_names.h"
#include "input/json_form.h"
#include "input/json_text.h"
#include "input/place.h"

/* The next byte that is no blank, from *at on; '\0' at the end. */
static char next_byte(const char *text, size_t n, size_t *at)
{
    while (*at < n && strchr(" \t\r\n", text[*at]))
        ++*at;
    return *at < n ? text[(*at)++] : '\0';
}

/* Behind the string that begins before *at. */
static void pass_string(const char *text, size_t n, size_t *at)
{
    while (*at < n && text[*at] != '"')
        *at += text[*at] == '\\' ? 2 : 1;
    ++*at;
}

/* An object whose first line is whole is one of JSON Lines. */
static bool is_whole_line(const char *text, size_t n, bool whole)
{
    const char *end = memchr(text, '\n', n);
    struct json_repairs repairs;
    json_error_t error;
    if (!end && !whole)
        return false;
    json_t *value =
        json_text_load(text, end ? (size_t)(end - text) : n, false, &repairs, &error);
    json_decref(value);
    return value != NULL;
}

static bool has_more_lines(const char *text, size_t n)
{
    const char *end = memchr(text, '\n', n);
    size_t at = end ? (size_t)(end - text) : n;
    return next_byte(text, n, &at) != '\0';
}

/* As columns of labels are called. */
static bool names_labels(const char *key, size_t n)
{
    char *name = xstrndup(key, n);
    bool does = column_name_rank(name, column_label_names) >= 0;
    free(name);
    return does;
}

/* Whether the object whose first key begins at `at` holds, behind that or behind facts
 * such as a version, what may be records: its first value may be any list or object,
 * later ones are lists of those that are not a record's labels. */
static bool has_records(const char *text, size_t n, size_t at)
{
    for (bool is_first = true;; is_first = false) {
        size_t key = at;
        pass_string(text, n, &at);
        size_t n_key = at - 1 - key;
        if (at >= n || next_byte(text, n, &at) != ':')
            return false;

        char value = next_byte(text, n, &at);
        if (is_first && (value == '[' || value == '{'))
            return true;
        if (value == '[') {
            char item = next_byte(text, n, &at);
            return (item == '{' || item == '[') && !names_labels(text + key, n_key);
        }
        if (value == '"')
            pass_string(text, n, &at);
        while (at < n && !strchr(",{}[]\"", text[at]))
            at++;
        if (at >= n || next_byte(text, n, &at) != ',' || next_byte(text, n, &at) != '"')
            return false;
    }
}

bool json_document_is_one(const char *text, size_t n, bool whole)
{
    size_t at = 0;
    char first = next_byte(text, n, &at);
    size_t start = at ? at - 1 : 0;
    if (first == '[') {
        char second = next_byte(text, n, &at);
        return second == '{' || second == '[';
    }
    size_t key_at = at;
    if (first != '{' || next_byte(text, n, &at) != '"')
        return false;
    if (memchr(text + key_at, '\n', at - key_at)) /* set out over lines */
        return true;

    if (!has_records(text, n, at))
        return false;
    return !has_more_lines(text + start, n - start) ||
           !is_whole_line(text + start, n - start, whole);
}

static void add_line(struct json_document *document, const json_t *record)
{
    char *line = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(15));
    size_t n = strlen(line);
    if (document->room - document->n < n + 2) {
        document->room = 2 * document->room + n + 4096;
        document->lines = xrealloc(document->lines, document->room, 1);
    }
    memcpy(document->lines + document->n, line, n);
    document->n += n;
    document->lines[document->n++] = '\n';
    document->n_records++;
    free(line);
}

/* {"1": first, "2": second, ...} */
static json_t *name_items(const json_t *list)
{
    json_t *object = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        char *key = xasprintf("%zu", i + 1);
        json_object_set(object, key, json_array_get(list, i));
        free(key);
    }
    return object;
}

static int add_array(const char *name, const json_t *array,
                     struct json_document *document)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *item = json_array_get(array, i);
        if (!json_is_object(item) && !json_is_array(item))
            return fail(ERR_FORMAT,
                        "%s: record %lld is neither an object nor a list; expected texts "
                        "with labels",
                        name, (long long)document->n_records + 1);
        if (json_is_object(item)) {
            add_line(document, item);
            continue;
        }
        json_t *object = name_items(item);
        add_line(document, object);
        json_decref(object);
    }
    return OK;
}

static json_t *item_of(const json_t *column, size_t row, const char *key)
{
    return json_is_array(column) ? json_array_get(column, row)
                                 : json_object_get(column, key);
}

static void add_columns(json_t *object, struct json_document *document)
{
    json_t *first = json_object_iter_value(json_object_iter(object));
    size_t n = json_is_array(first) ? json_array_size(first) : json_object_size(first);
    void *at = json_object_iter(first); /* NULL of an array */

    for (size_t row = 0; row < n; row++) {
        json_t *record = json_object(), *column;
        const char *key, *row_key = at ? json_object_iter_key(at) : "";
        json_object_foreach(object, key, column)
        {
            json_t *item = item_of(column, row, row_key);
            if (item)
                json_object_set(record, key, item);
        }
        add_line(document, record);
        json_decref(record);
        at = at ? json_object_iter_next(first, at) : NULL;
    }
}

/* {"neg": [text, ...], "pos": [text, ...]} */
static void add_classes(json_t *object, struct json_document *document)
{
    const char *key;
    json_t *texts;
    json_object_foreach(object, key, texts)
    {
        for (size_t i = 0; i < json_array_size(texts); i++) {
            json_t *record = json_object();
            json_object_set_new(record, "label", json_string(key));
            json_object_set(record, "text", json_array_get(texts, i));
            add_line(document, record);
            json_decref(record);
        }
    }
}

/* {"3f2": {"text": t, "label": l}, ...} */
static void add_values(json_t *object, struct json_document *document)
{
    const char *key;
    json_t *record;
    json_object_foreach(object, key, record)
    {
        add_line(document, record);
    }
}

/* {"columns": ["text", "label"], "data": [[t, l], ...]} */
static void add_rows(json_t *object, struct json_document *document)
{
    const json_t *names = json_object_get(object, "columns");
    const json_t *rows = json_object_get(object, "data");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i), *record = json_object();
        for (size_t c = 0; c < json_array_size(names); c++)
            json_object_set(record, json_string_value(json_array_get(names, c)),
                            json_array_get(row, c));
        add_line(document, record);
        json_decref(record);
    }
}

typedef void add_form(json_t *object, struct json_document *document);
static add_form *const add_forms[] = {
    [JSON_FORM_OTHER] = NULL,          [JSON_FORM_COLUMNS] = add_columns,
    [JSON_FORM_CLASSES] = add_classes, [JSON_FORM_VALUES] = add_values,
    [JSON_FORM_ROWS] = add_rows,
};
_Static_assert(COUNT_OF(add_forms) == JSON_FORMS, "a form has no row");

/* An object that holds records in one of these ways; false: it does not. */
static bool add_object(json_t *object, struct json_document *document)
{
    add_form *add = add_forms[json_form_of(object)];
    if (add)
        add(object, document);
    return add != NULL;
}

static void add_part(struct json_document *document, const char *key)
{
    document->parts =
        xrealloc(document->parts, (size_t)document->n_parts + 1, sizeof *document->parts);
    document->parts[document->n_parts++] =
        (struct json_part){xstrdup(key), document->n_records + 1};
}

/* The arrays of an object, and the objects that are called like parts; what else stands
 * there is none of the corpus. */
static int add_parts(const char *name, json_t *object, struct json_document *document)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        bool is_part = place_part_of_name(key, strlen(key), NULL) != PLACE_NO_PART;
        if (json_is_array(value) ? json_array_size(value) == 0
                                 : !is_part || !json_is_object(value))
            continue;

        add_part(document, key);
        int rc = json_is_array(value) ? add_array(name, value, document) : OK;
        if (rc)
            return rc;
        if (json_is_object(value) && !add_object(value, document))
            free(document->parts[--document->n_parts].key);
    }

    if (document->n_records == 0)
        return fail(ERR_FORMAT,
                    "%s: one JSON object without an array of records; expected an array, "
                    "or one for each part (train, test), or an object a line",
                    name);
    return OK;
}

int json_document_read(const char *name, const char *text, size_t n,
                       struct json_document *document)
{
    struct json_repairs repairs;
    json_error_t error;
    json_t *root = json_text_load(text, n, false, &repairs, &error);
    if (!root)
        return fail(ERR_FORMAT, "%s: line %d, column %d: not JSON: %s", name, error.line,
                    error.column, error.text);

    int rc = OK;
    if (json_is_array(root))
        rc = add_array(name, root, document);
    else if (!add_object(root, document))
        rc = add_parts(name, root, document);
    json_decref(root);
    return rc;
}

void json_document_release(struct json_document *document)
{
    for (int i = 0; i < document->n_parts; i++)
        free(document->parts[i].key);
    free(document->parts);
    free(document->lines);
    *document = (struct json_document){0};
}

const char *json_document_part(const struct json_document *document, int64_t line)
{
    const char *key = NULL;
    for (int i = 0; i < document->n_parts && document->parts[i].first <= line; i++)
        key = document->parts[i].key;
    return key;
}
