#include "commands/batch.h"

#include <stdlib.h>
#include <string.h>

/* What is packed behind a text. */
enum keeping { KEEPS_NOTHING, KEEPS_LINE, KEEPS_TEXT };

void batch_clear(struct batch *batch)
{
    batch->n_bytes = 0;
    batch->n = 0;
}

void batch_release(struct batch *batch)
{
    free(batch->bytes);
    *batch = (struct batch){.bytes = NULL};
}

bool batch_is_full(const struct batch *batch)
{
    return batch->n >= BATCH_TEXTS || batch->n_bytes >= BATCH_BYTES;
}

static void put(struct batch *batch, const void *bytes, size_t n)
{
    if (batch->room - batch->n_bytes < n) {
        batch->room = 2 * (batch->n_bytes + n);
        batch->bytes = xrealloc(batch->bytes, batch->room, 1);
    }
    if (n)
        memcpy(batch->bytes + batch->n_bytes, bytes, n);
    batch->n_bytes += n;
}

static void put_number(struct batch *batch, int64_t number)
{
    put(batch, &number, sizeof number);
}

/* Its length, then n bytes and a 0; NULL: a length of -1. */
static void put_field(struct batch *batch, const char *text, size_t n)
{
    put_number(batch, text ? (int64_t)n : -1);
    if (text) {
        put(batch, text, n);
        put(batch, "", 1);
    }
}

static void put_fields(struct batch *batch, const struct field *fields, int n)
{
    put_number(batch, fields ? n : -1);
    for (int i = 0; fields && i < n; i++)
        put_field(batch, fields[i].text, fields[i].n);
}

void batch_add_line(struct batch *batch, const char *line, bool keeps)
{
    put_field(batch, line, strlen(line));
    put_number(batch, keeps ? KEEPS_LINE : KEEPS_NOTHING);
    batch->n++;
}

void batch_add_text(struct batch *batch, const struct one_text *text, bool keeps)
{
    const struct text_record *record = text->record;

    put_field(batch, text->text, text->n);
    put_number(batch, keeps ? KEEPS_TEXT : KEEPS_NOTHING);
    batch->n++;
    if (!keeps)
        return;

    put_field(batch, text->path, strlen(text->path));
    put_number(batch, record != NULL);
    if (!record)
        return;
    put_number(batch, record->line);
    put_field(batch, record->row, record->n_row);
    put_fields(batch, record->fields, record->n_fields);
    put_fields(batch, text->header, text->n_header);
}

/* Reads what was put. */
struct unpacking {
    const char *bytes;
    size_t at;
};

static int64_t get_number(struct unpacking *from)
{
    int64_t number;
    memcpy(&number, from->bytes + from->at, sizeof number);
    from->at += sizeof number;
    return number;
}

static const char *get_field(struct unpacking *from, size_t *n)
{
    int64_t length = get_number(from);
    const char *text = length < 0 ? NULL : from->bytes + from->at;

    *n = text ? (size_t)length : 0;
    from->at += text ? *n + 1 : 0;
    return text;
}

/* The caller's to free; NULL: there are none. */
static struct field *get_fields(struct unpacking *from, int *n)
{
    int64_t count = get_number(from);
    struct field *fields = count < 0 ? NULL : xcalloc((size_t)count + 1, sizeof *fields);

    *n = fields ? (int)count : 0;
    for (int i = 0; i < *n; i++)
        fields[i].text = get_field(from, &fields[i].n);
    return fields;
}

static struct kept get_kept(struct unpacking *from)
{
    size_t n = 0;
    struct one_text text = {.path = get_field(from, &n)};
    struct text_record record = {.line = 0};
    struct field *fields = NULL, *header = NULL;

    if (get_number(from)) {
        record.line = get_number(from);
        record.row = get_field(from, &record.n_row);
        record.fields = fields = get_fields(from, &record.n_fields);
        text.header = header = get_fields(from, &text.n_header);
        text.record = &record;
    }

    struct kept kept = kept_of_text(&text, *text.path);
    free(fields);
    free(header);
    return kept;
}

const char *batch_text(const struct batch *batch, size_t *at, struct kept *kept)
{
    struct unpacking from = {batch->bytes, *at};
    size_t n = 0;
    const char *text = get_field(&from, &n);
    int64_t keeps = get_number(&from);

    *kept = keeps == KEEPS_TEXT   ? get_kept(&from)
            : keeps == KEEPS_LINE ? kept_of_line(text)
                                  : (struct kept){0};
    *at = from.at;
    return text;
}
