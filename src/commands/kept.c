#include "commands/kept.h"

#include <stdlib.h>
#include <string.h>

#include "text/text.h"

/* Of n bytes, which may be no UTF-8. */
static json_t *string_of(const char *text, size_t n)
{
    char *clean = NULL;
    size_t n_clean = 0, first_bad = 0;
    size_t n_bad = text_repair_utf8(text, n, &clean, &n_clean, &first_bad);
    json_t *string = json_stringn(n_bad ? clean : text, n_bad ? n_clean : n);
    free(clean);
    return string;
}

/* A key that the object has not yet, from n bytes. */
static void set_new(json_t *object, const char *name, size_t n, json_t *value)
{
    json_t *string = string_of(name, n);
    char *key = xstrdup(json_string_value(string));

    for (int i = 2; json_object_get(object, key); i++) {
        free(key);
        key = xasprintf("%s_%d", json_string_value(string), i);
    }
    json_object_set_new(object, key, value);
    json_decref(string);
    free(key);
}

static void add_columns(json_t *fields, const struct one_text *text)
{
    const struct text_record *record = text->record;
    for (int i = 0; i < record->n_fields; i++) {
        const struct field *field = &record->fields[i];
        bool is_named = i < text->n_header && text->header[i].n > 0;
        char *number = xasprintf("column_%d", i + 1);

        set_new(fields, is_named ? text->header[i].text : number,
                is_named ? text->header[i].n : strlen(number),
                string_of(field->text, field->n));
        free(number);
    }
}

/* A line of JSON stays as it stands there. */
static bool keep_object(struct kept *kept, const char *row, size_t n)
{
    while (n && strchr(" \t\r\n", row[n - 1]))
        n--;
    while (n && strchr(" \t", *row)) {
        row++;
        n--;
    }
    if (n < 2 || *row != '{' || row[n - 1] != '}')
        return false;

    json_error_t error;
    kept->json = xstrndup(row, n - 1);
    kept->fields = json_loadb(row, n, 0, &error);
    return true;
}

/* An object that is complete. */
static void keep(struct kept *kept, json_t *fields)
{
    kept->fields = fields;
    kept->json = json_dumps(fields, JSON_COMPACT | JSON_REAL_PRECISION(17));
    kept->json[strlen(kept->json) - 1] = '\0';
}

struct kept kept_of_text(const struct one_text *text, bool is_named)
{
    const struct text_record *record = text->record;
    struct kept kept = {0};
    if (record && record->row && !is_named &&
        keep_object(&kept, record->row, record->n_row))
        return kept;

    json_t *fields = json_object();
    if (is_named) {
        char *id = record ? xasprintf("%s:%lld", text->path, (long long)record->line)
                          : xstrdup(text->path);
        set_new(fields, "id", 2, string_of(id, strlen(id)));
        free(id);
    }
    if (record && record->fields)
        add_columns(fields, text);
    else if (record && record->row)
        set_new(fields, "row", 3, string_of(record->row, record->n_row));
    keep(&kept, fields);
    return kept;
}

struct kept kept_of_line(const char *line)
{
    struct kept kept = {0};
    json_t *fields = json_object();
    set_new(fields, "text", 4, json_string(line));
    keep(&kept, fields);
    return kept;
}

static bool has(const struct kept *kept, const char *name)
{
    if (kept->fields || !kept->json)
        return json_object_get(kept->fields, name) != NULL;
    char *quoted = xasprintf("\"%s\"", name);
    bool found = strstr(kept->json, quoted) != NULL;
    free(quoted);
    return found;
}

char *kept_free_name(const struct kept *kept, const char *name)
{
    char *found = xstrdup(name);
    while (has(kept, found)) {
        char *longer = xasprintf("predicted_%s", found);
        free(found);
        found = longer;
    }
    return found;
}

void kept_release(struct kept *kept)
{
    free(kept->json);
    json_decref(kept->fields);
    *kept = (struct kept){0};
}
