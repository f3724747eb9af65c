#include "commands/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/say.h"
#include "input/block.h"
#include "input/decode.h"
#include "input/input.h"
#include "input/strays.h"
#include "text/text.h"

enum { PIECE_BYTES = 64 << 10 };

/* A file on its way to texts. */
struct reading {
    struct texts *texts;
    struct input *input; /* at the file's first byte */
    const char *path;    /* within the source, "" if it is the source */
    char *name;          /* in messages */
    struct records *records;
    struct decoder decoder;
};

/* Which is no text a line, whatever it holds. */
static bool is_json(const char *path)
{
    static const char *const ends[] = {".json", ".json.gz"};
    size_t n = strlen(path);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        size_t n_end = strlen(ends[i]);
        if (n > n_end && !strcasecmp(path + n - n_end, ends[i]))
            return true;
    }
    return false;
}

static bool are_records(const char *path, const struct records_options *options)
{
    bool has_options =
        options->format >= FORMAT_FIRST || options->separator ||
        options->header != CHOICE_AUTO || options->quoting != CHOICE_AUTO ||
        options->text_column || options->label_column || options->text_field ||
        options->label_field || options->label_columns || options->label_separator;
    return has_options ||
           (options->format != FORMAT_FOLDERS && (records_named(path) || is_json(path)));
}

static void note_bad(struct reading *reading, int64_t n, char *where)
{
    struct texts *texts = reading->texts;
    texts->n_bad += n;
    if (n && !texts->bad)
        texts->bad = where;
    else
        free(where);
}

/* Hands a text to the sink, repaired. */
static int give(struct reading *reading, const char *text, size_t n,
                const struct text_record *record)
{
    struct one_text one = {.path = reading->path, .text = text, .n = n, .record = record};
    char *clean = NULL;
    size_t n_clean = 0, first_bad = 0;
    size_t n_bad = text_repair_utf8(text, n, &clean, &n_clean, &first_bad);

    if (n_bad) {
        one.text = clean;
        one.n = n_clean;
        int64_t line = record ? record->line : 0;
        note_bad(reading, (int64_t)n_bad,
                 line ? xasprintf("%s: line %lld", reading->name, (long long)line)
                      : xasprintf("%s: byte %zu", reading->name, first_bad));
    }
    if (record)
        one.header = records_header(reading->records, &one.n_header);

    int rc = reading->texts->sink(reading->texts->context, &one);
    free(clean);
    return rc;
}

static int take_record(void *given, const struct text_record *record)
{
    return give(given, record->text, record->n_text, record);
}

/* The next bytes: four or more, or the last. */
static int read_piece(struct input *input, char *piece, size_t *n, bool *last)
{
    size_t got = 1;
    *n = 0;
    while (*n < 4 && got > 0) {
        int rc = input_read(input, piece + *n, PIECE_BYTES - *n, &got);
        if (rc)
            return rc;
        *n += got;
    }
    *last = got == 0;
    return OK;
}

static int read_records(struct reading *reading)
{
    struct texts *texts = reading->texts;
    char *piece = xcalloc(PIECE_BYTES, 1);
    bool last = false;
    int rc = OK;
    reading->records =
        records_new(texts->options, reading->name, NULL, take_record, reading);

    while (!last && !rc) {
        const char *text = NULL;
        size_t n = 0;
        rc = read_piece(reading->input, piece, &n, &last);
        if (rc)
            break;
        decode_piece(&reading->decoder, texts->encoding, piece, n, last, &text, &n);
        rc = records_feed(reading->records, text, n, last);
    }

    left_out_append(&texts->left_out, records_left_out(reading->records));
    records_free(reading->records);
    free(piece);
    return rc;
}

static int read_document(struct reading *reading)
{
    char *bytes = NULL;
    const char *text = NULL;
    size_t n = 0, room = 0, got = 1;
    int rc = OK;

    while (got > 0 && !rc) {
        if (room - n < PIECE_BYTES) {
            room = 2 * room + PIECE_BYTES;
            bytes = xrealloc(bytes, room, 1);
        }
        rc = input_read(reading->input, bytes + n, PIECE_BYTES, &got);
        n += rc ? 0 : got;
        if (!rc && n > BLOCK_MOST_TEXT)
            rc = block_too_long(reading->name);
    }

    if (!rc) {
        decode_piece(&reading->decoder, reading->texts->encoding, bytes, n, true, &text,
                     &n);
        rc = give(reading, text, n, NULL);
    }
    free(bytes);
    return rc;
}

/* A file, by itself or within the folder or archive. */
static int read_file(struct texts *texts, struct input *input, const char *path)
{
    const struct records_options *options = texts->options;
    const char *source = block_source_name(texts->path);
    struct reading reading = {.texts = texts,
                              .input = input,
                              .path = path,
                              .name =
                                  xasprintf("%s%s%s", source, *path ? "/" : "", path)};

    bool is_records = *path ? are_records(path, options) : true;
    int rc = is_records ? read_records(&reading) : read_document(&reading);
    if (reading.decoder.n_bad)
        note_bad(&reading, reading.decoder.n_bad,
                 xasprintf("%s: byte %lld", reading.name,
                           (long long)reading.decoder.first_bad));
    decode_release(&reading.decoder);
    free(reading.name);
    return rc;
}

/* Whether an entry is no text, by its name, as rnnprep has it. */
static bool is_stray(struct texts *texts, const char *path)
{
    if (place_is_hidden(path))
        return true;
    if (!strays_of_system(path))
        return false;
    left_out_add(&texts->left_out, "files of the system or an editor",
                 block_document_name(texts->path, "", path, 0));
    return true;
}

static bool is_regular(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static int read_entries(struct texts *texts, struct input *input, const char *folder);

/* A file in a folder, by its own path; it may be packed. */
static int open_file(struct texts *texts, const char *path)
{
    struct input *input = NULL;
    char *whole = xasprintf("%s/%s", texts->path, path);
    int rc = OK;
    if (is_regular(whole))
        rc = input_open(whole, &input);
    else
        left_out_add(&texts->left_out, "links that lead to no file", xstrdup(whole));
    if (!rc && input)
        rc = read_entries(texts, input, path);
    input_close(input);
    free(whole);
    return rc;
}

/* An entry at a path within the source. */
static int read_entry(struct texts *texts, struct input *input, enum input_kind kind,
                      const char *path)
{
    if (kind == INPUT_FOLDER || is_stray(texts, path))
        return OK;
    if (kind == INPUT_OTHER) {
        left_out_add(&texts->left_out, LEFT_OUT_PIPES,
                     block_document_name(texts->path, "", path, 0));
        return OK;
    }
    if (input_is_folder(input))
        return open_file(texts, path);
    return kind == INPUT_FILE ? read_file(texts, input, path) : OK;
}

/* What an input holds that stands at `folder` within the source, "" the source. */
static int read_entries(struct texts *texts, struct input *input, const char *folder)
{
    for (;;) {
        struct input_entry entry;
        bool end = false;
        int rc = input_next(input, &entry, &end);
        if (rc || end)
            return rc;

        if (!entry.name) {
            rc = read_file(texts, input, folder);
        } else {
            char *path = xasprintf("%s%s%s", folder, *folder ? "/" : "", entry.name);
            rc = read_entry(texts, input, entry.kind, path);
            free(path);
        }
        if (rc)
            return rc;
    }
}

int texts_read(struct texts *texts)
{
    struct input *input = NULL;
    int rc = input_open(texts->path, &input);
    if (!rc)
        rc = read_entries(texts, input, "");
    input_close(input);
    return rc;
}

void texts_release(struct texts *texts)
{
    free(texts->bad);
    left_out_release(&texts->left_out);
}

void texts_print_notes(const struct texts *texts)
{
    if (texts->n_bad)
        say_line(stderr,
                 "rnntrain: note: %lld sequence%s not valid %s, the first at %s, and "
                 "replaced: --encoding names another encoding",
                 (long long)texts->n_bad, texts->n_bad == 1 ? " is" : "s are",
                 texts->encoding ? texts->encoding : "UTF-8", texts->bad);
    left_out_note(&texts->left_out, "rnntrain", stderr);
}

int texts_are_there(const char *path, const struct records_options *options, bool *answer)
{
    struct stat status;
    struct input *input = NULL;
    struct input_entry entry = {0};
    bool end = false;

    *answer = are_records(path, options);
    if (*answer || !strcmp(path, "-") || stat(path, &status) != 0)
        return OK;
    *answer = S_ISDIR(status.st_mode);
    if (!S_ISREG(status.st_mode))
        return OK;

    int rc = input_open(path, &input);
    if (!rc)
        rc = input_next(input, &entry, &end);
    if (!rc)
        *answer = !end && entry.name;
    input_close(input);
    return rc;
}
