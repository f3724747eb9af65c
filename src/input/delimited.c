#include "input/delimited.h"

#include <stdlib.h>
#include <string.h>

#include <csv.h>

enum { MOST_BYTES = 64 << 20, MOST_FIELDS = 65536 };

struct delimited {
    const char *name;
    struct delimited_form form;
    delimited_sink *sink;
    void *context;
    struct csv_parser csv; /* where quoted */
    char *bytes;           /* of the row so far */
    size_t n_bytes, room;
    struct span {
        size_t start, n;
    } * spans; /* fields, as places in bytes */
    struct field *fields;
    int n_fields, fields_room;
    int64_t line;     /* of the next byte */
    int64_t row_line; /* in which the row began */
    char *plain;      /* a piece without escapes */
    size_t plain_room;
    bool after_escape; /* the last byte was a backslash in quotes */
    bool after_cr;     /* the last byte was a CR that ended a row: an LF belongs to it */
    size_t column;     /* bytes of the present line in the pieces before this one */
    int rc;
};

static int space_is_text(unsigned char c)
{
    (void)c;
    return 0;
}

static int is_blank(unsigned char c)
{
    return c == ' ';
}

struct delimited *delimited_new(const char *name, struct delimited_form form,
                                delimited_sink *sink, void *context)
{
    struct delimited *parser = xcalloc(1, sizeof *parser);
    *parser = (struct delimited){.name = name,
                                 .form = form,
                                 .sink = sink,
                                 .context = context,
                                 .line = 1,
                                 .row_line = 1};
    if (form.quoted) {
        if (csv_init(&parser->csv, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL))
            die("libcsv cannot start");
        csv_set_delim(&parser->csv, (unsigned char)form.separator);
        csv_set_space_func(&parser->csv, form.skips_blanks ? is_blank : space_is_text);
        csv_set_blk_size(&parser->csv, 1 << 16);
    }
    return parser;
}

void delimited_free(struct delimited *parser)
{
    if (!parser)
        return;
    if (parser->form.quoted)
        csv_free(&parser->csv);
    free(parser->bytes);
    free(parser->plain);
    free(parser->spans);
    free(parser->fields);
    free(parser);
}

static int too_long(const struct delimited *parser)
{
    return fail(
        ERR_FORMAT, "%s: line %lld: the row that begins here is longer than 64 MiB%s",
        parser->name, (long long)parser->row_line,
        parser->form.quoted ? "; does a quote not end? --quoting off takes quotes as "
                              "characters"
                            : ": not a document");
}

static void append(struct delimited *parser, const char *text, size_t n)
{
    if (parser->room - parser->n_bytes <= n) { /* even an empty field is somewhere */
        parser->room = 2 * parser->room + n + 256;
        parser->bytes = xrealloc(parser->bytes, parser->room, 1);
    }
    if (n)
        memcpy(parser->bytes + parser->n_bytes, text, n);
    parser->n_bytes += n;
    if (!parser->rc && parser->n_bytes > MOST_BYTES)
        parser->rc = too_long(parser);
}

static void add_span(struct delimited *parser, size_t start, size_t n)
{
    if (parser->n_fields == parser->fields_room) {
        if (parser->fields_room >= MOST_FIELDS) {
            parser->rc = fail(ERR_FORMAT, "%s: line %lld: more than %d fields",
                              parser->name, (long long)parser->row_line, MOST_FIELDS);
            return;
        }
        parser->fields_room = parser->fields_room ? 4 * parser->fields_room : 16;
        size_t room = (size_t)parser->fields_room;
        parser->spans = xrealloc(parser->spans, room, sizeof *parser->spans);
        parser->fields = xrealloc(parser->fields, room, sizeof *parser->fields);
    }
    parser->spans[parser->n_fields++] = (struct span){start, n};
}

/* Hands the row on, unless it is blank. */
static void end_row(struct delimited *parser)
{
    bool blank =
        parser->n_fields == 0 ||
        (!parser->form.quoted && parser->n_fields == 1 && parser->spans[0].n == 0);
    for (int i = 0; i < parser->n_fields; i++)
        parser->fields[i] =
            (struct field){parser->bytes + parser->spans[i].start, parser->spans[i].n};
    struct delimited_row row = {parser->fields, parser->n_fields, parser->row_line};
    if (!blank && !parser->rc)
        parser->rc = parser->sink(parser->context, &row);
    parser->n_fields = 0;
    parser->n_bytes = 0;
}

static void count_lines(struct delimited *parser, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        parser->line +=
            text[i] == '\n' || (text[i] == '\r' && (i + 1 == n || text[i + 1] != '\n'));
}

static void take_field(void *text, size_t n, void *given)
{
    struct delimited *parser = given;
    size_t start = parser->n_bytes;
    if (parser->n_fields == 0)
        parser->row_line = parser->line;
    append(parser, text, n);
    add_span(parser, start, n);
    count_lines(parser, text, n);
    parser->after_cr = false;
}

static void take_row(int end, void *given)
{
    struct delimited *parser = given;
    bool is_second_half = end == '\n' && parser->after_cr && parser->n_fields == 0;
    parser->after_cr = end == '\r';
    parser->line += !is_second_half;
    end_row(parser);
}

/* Column of text[at], from 1. */
static size_t column_of(const struct delimited *parser, const char *text, size_t at)
{
    for (size_t i = at; i > 0; i--)
        if (text[i - 1] == '\n' || text[i - 1] == '\r')
            return at - i + 1;
    return parser->column + at + 1;
}

/* The present line: what libcsv holds of the field is not counted yet. */
static int64_t line_of(const struct delimited *parser)
{
    int64_t line = parser->line;
    const unsigned char *held = parser->csv.entry_buf;
    for (size_t i = 0; i < parser->csv.entry_pos; i++)
        line += held[i] == '\n' ||
                (held[i] == '\r' && i + 1 < parser->csv.entry_pos && held[i + 1] != '\n');
    return line;
}

static int report_quote(const struct delimited *parser, const char *text, size_t at)
{
    return fail(ERR_FORMAT,
                "%s: line %lld, column %zu: text behind the quote that ends a field; "
                "expected \"%c\" or the line's end (a quote within the field is doubled; "
                "--quoting off takes quotes as characters)",
                parser->name, (long long)line_of(parser), column_of(parser, text, at),
                parser->form.separator);
}

static void feed_quoted(struct delimited *parser, const char *text, size_t n)
{
    size_t at = 0;
    while (at < n && !parser->rc) {
        size_t piece = n - at < 4096 ? n - at : 4096; /* errors of rows end it soon */
        size_t done =
            csv_parse(&parser->csv, text + at, piece, take_field, take_row, parser);
        at += done;
        if (parser->csv.entry_pos > MOST_BYTES && !parser->rc)
            parser->rc = too_long(parser);
        if (done == piece || parser->rc)
            continue;

        if (csv_error(&parser->csv) != CSV_EPARSE)
            die("libcsv: %s", csv_strerror(csv_error(&parser->csv)));
        if (parser->csv.quoted) {
            parser->rc = report_quote(parser, text, at);
            return;
        }

        /* a quote within a field without quotes: lenient, for this character */
        parser->csv.options &= (unsigned char)~CSV_STRICT;
        at += csv_parse(&parser->csv, text + at, 1, take_field, take_row, parser);
        parser->csv.options |= CSV_STRICT;
    }
}

/* Makes \" a doubled quote and \\ a backslash, for libcsv. */
static size_t replace_escapes(struct delimited *parser, const char *text, size_t n)
{
    size_t used = 0;
    if (parser->plain_room < n + 1) {
        parser->plain_room = n + 1;
        parser->plain = xrealloc(parser->plain, parser->plain_room, 1);
    }

    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c == '\\' && !parser->after_escape) {
            parser->after_escape = true;
            continue;
        }
        if (parser->after_escape)
            parser->plain[used++] = c == '"' ? '"' : '\\';
        if (!parser->after_escape || c != '\\')
            parser->plain[used++] = c;
        parser->after_escape = false;
    }
    return used;
}

static void feed_escaped(struct delimited *parser, const char *text, size_t n)
{
    enum { PIECE = 64 << 10 };
    for (size_t at = 0; at < n && !parser->rc;) {
        size_t piece = n - at < PIECE ? n - at : PIECE;
        size_t n_plain = replace_escapes(parser, text + at, piece);
        feed_quoted(parser, parser->plain, n_plain);
        at += piece;
    }
}

static void end_quoted(struct delimited *parser)
{
    int64_t line = parser->n_fields ? parser->row_line : parser->line;
    if (csv_fini(&parser->csv, take_field, take_row, parser) && !parser->rc)
        parser->rc = fail(
            ERR_FORMAT,
            "%s: line %lld: the file ends within the quotes of the row that begins here; "
            "expected a closing quote (--quoting off takes quotes as characters)",
            parser->name, (long long)line);
}

static void split_row(struct delimited *parser)
{
    size_t start = 0;
    while (parser->form.separator) {
        char *found = memchr(parser->bytes + start, parser->form.separator,
                             parser->n_bytes - start);
        if (!found)
            break;
        size_t end = (size_t)(found - parser->bytes);
        add_span(parser, start, end - start);
        start = end + 1;
        if (start == parser->n_bytes)
            break;
    }
    add_span(parser, start, parser->n_bytes - start);
}

/* Where the line ends: an LF or CR, or `end`. */
static const char *line_end(const char *text, const char *end)
{
    const char *lf = memchr(text, '\n', (size_t)(end - text));
    const char *cr = memchr(text, '\r', (size_t)((lf ? lf : end) - text));
    return cr ? cr : lf ? lf : end;
}

static void feed_lines(struct delimited *parser, const char *text, size_t n)
{
    const char *end = text + n;
    while (text < end && !parser->rc) {
        if (parser->after_cr && *text == '\n')
            text++;
        parser->after_cr = false;
        if (text == end)
            return;

        const char *stop = line_end(text, end);
        append(parser, text, (size_t)(stop - text));
        if (stop == end)
            return;
        parser->after_cr = *stop == '\r';
        text = stop + 1;
        parser->row_line = parser->line++;
        if (parser->n_bytes)
            split_row(parser);
        end_row(parser);
    }
}

int delimited_feed(struct delimited *parser, const char *text, size_t n, bool last)
{
    if (parser->form.quoted && parser->form.has_escapes)
        feed_escaped(parser, text, n);
    else if (parser->form.quoted)
        feed_quoted(parser, text, n);
    else
        feed_lines(parser, text, n);

    size_t back = n;
    while (back > 0 && text[back - 1] != '\n' && text[back - 1] != '\r')
        back--;
    parser->column = back ? n - back : parser->column + n;

    if (last && !parser->rc && parser->form.quoted)
        end_quoted(parser);
    if (last && !parser->rc && !parser->form.quoted && parser->n_bytes) {
        parser->row_line = parser->line;
        split_row(parser);
        end_row(parser);
    }
    return parser->rc;
}
