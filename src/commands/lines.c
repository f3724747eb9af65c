#include "commands/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/block.h"
#include "input/column_names.h"
#include "input/container.h"
#include "input/decode.h"
#include "input/input.h"
#include "text/text.h"

enum { PIECE_BYTES = 64 << 10, LOOKED_AT = 8, MOST_MAGIC = 16 };

struct lines {
    const char *path, *encoding; /* borrowed */
    int fd;                      /* what is read as it comes; -1: input */
    struct input *input;
    char piece[PIECE_BYTES]; /* n_piece bytes that were not decoded yet */
    size_t n_piece;
    struct decoder decoder;
    char *text;
    size_t first, n, room; /* text[first .. n - 1] is there */
    size_t searched;       /* bytes from `first` on without a line's end */
    bool after_cr;         /* a line feed at `first` ends the line that was taken */
    int64_t line;          /* lines that were taken */
    int64_t n_bad, first_bad;
    bool begins_as_table;
    bool ended;
};

/* The first entry of a file is the file, unless it is an archive. */
static int open_file(struct lines *lines)
{
    struct input_entry entry;
    bool end = false;
    int rc = input_open(lines->path, &lines->input);
    if (!rc && input_is_folder(lines->input))
        return fail(ERR_USAGE, "%s: a folder, expected one file", lines->path);
    if (!rc)
        rc = input_next(lines->input, &entry, &end);
    if (!rc && !end && entry.name)
        rc = fail(ERR_USAGE, "%s: an archive, expected one file", lines->path);
    if (!rc)
        lines->ended = end;
    return rc;
}

int lines_open(const char *path, const char *encoding, struct lines **result)
{
    struct lines *lines = xcalloc(1, sizeof *lines);
    struct stat status;
    int rc = OK;
    *lines = (struct lines){.path = path, .encoding = encoding};

    if (strcmp(path, "-")) {
        lines->fd = -1;
        if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) &&
            !S_ISDIR(status.st_mode))
            lines->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (lines->fd < 0)
            rc = open_file(lines);
    }

    if (rc)
        lines_close(lines);
    else
        *result = lines;
    return rc;
}

void lines_close(struct lines *lines)
{
    if (!lines)
        return;
    if (lines->fd > 0)
        close(lines->fd);
    input_close(lines->input);
    decode_release(&lines->decoder);
    free(lines->text);
    free(lines);
}

bool lines_begin_as_table(const struct lines *lines)
{
    return lines->begins_as_table;
}

bool lines_ended(const struct lines *lines)
{
    return lines->ended;
}

bool lines_are_waiting(const struct lines *lines)
{
    struct pollfd poll_in = {.fd = lines->fd, .events = POLLIN};
    return lines->fd < 0 || poll(&poll_in, 1, 0) != 0;
}

int64_t lines_bad(const struct lines *lines, int64_t *first)
{
    *first = lines->first_bad;
    return lines->n_bad + lines->decoder.n_bad;
}

/* More bytes of the file behind those of the piece; none: it has ended. */
static int read_bytes(struct lines *lines)
{
    char *to = lines->piece + lines->n_piece;
    size_t room = PIECE_BYTES - lines->n_piece, n = 0;

    if (lines->fd < 0) {
        int rc = input_read(lines->input, to, room, &n);
        if (rc)
            return rc;
    } else {
        ssize_t got;
        do
            got = read(lines->fd, to, room);
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return fail(ERR_IO, "%s: cannot read: %s", block_source_name(lines->path),
                        strerror(errno));
        n = (size_t)got;
    }
    lines->n_piece += n;
    lines->ended = n == 0;
    return OK;
}

/* Whether more bytes are needed to know if a byte order mark stands there: those of
 * UTF-32 have four. A text of less must get its answer. */
static bool may_be_mark(const struct lines *lines)
{
    static const char firsts[] = {'\0', '\xef', '\xfe', '\xff'};
    return !lines->decoder.started && !lines->ended && lines->n_piece < 4 &&
           memchr(firsts, lines->piece[0], sizeof firsts);
}

static void append(struct lines *lines, const char *text, size_t n)
{
    if (lines->first > 0) {
        memmove(lines->text, lines->text + lines->first, lines->n - lines->first);
        lines->n -= lines->first;
        lines->first = 0;
    }

    if (lines->room - lines->n < n) {
        lines->room = 2 * (lines->n + n);
        lines->text = xrealloc(lines->text, lines->room, 1);
    }
    if (n)
        memcpy(lines->text + lines->n, text, n);
    lines->n += n;
}

/* A file is unpacked, what comes as it comes is not. */
static int check_packed(const struct lines *lines)
{
    const char *packing =
        lines->fd >= 0 ? container_packing(lines->piece, lines->n_piece) : NULL;
    if (!packing)
        return OK;
    return fail(ERR_FORMAT,
                "%s: packed by %s, expected texts: give the file by its name, which is "
                "unpacked then, or unpack it in front of the pipe",
                block_source_name(lines->path), packing);
}

/* What begins as no text does; of lines the first, so that what stands before an odd one
 * is judged. */
static int check_beginning(const struct lines *lines)
{
    if (lines->decoder.started || lines->encoding || lines->n_piece == 0)
        return OK;
    int rc = check_packed(lines);
    if (rc)
        return rc;

    const char *end = memchr(lines->piece, '\n', lines->n_piece);
    size_t n = end ? (size_t)(end - lines->piece) + 1 : lines->n_piece;
    n = n < MOST_MAGIC && lines->n_piece >= MOST_MAGIC ? MOST_MAGIC : n;
    return container_check(block_source_name(lines->path), lines->piece, n);
}

/* Reads what is there, or waits for it. */
static int read_more(struct lines *lines)
{
    const char *text = NULL;
    size_t n = 0;
    int rc = read_bytes(lines);
    if (rc || may_be_mark(lines))
        return rc;
    rc = check_beginning(lines);
    if (rc)
        return rc;

    decode_piece(&lines->decoder, lines->encoding, lines->piece, lines->n_piece,
                 lines->ended, &text, &n);
    lines->n_piece = 0;
    append(lines, text, n);
    return OK;
}

/* What has many NUL bytes in its first lines is no text, or is in UTF-16; in later ones
 * they are somebody's odd lines. */
static int look_at(const struct lines *lines, const char *text, size_t n)
{
    size_t n_odd = 0;
    for (size_t i = 0; i < n && lines->line <= LOOKED_AT; i++)
        n_odd += text[i] == '\0';

    if (n_odd < 2 || n_odd < n / 16)
        return OK;
    return fail(ERR_FORMAT,
                "%s: line %lld is not text: it has %zu NUL bytes; text in UTF-16 without "
                "a byte order mark is read by --encoding utf-16le or utf-16be",
                block_source_name(lines->path), (long long)lines->line, n_odd);
}

/* A text as a C string: NUL and invalid UTF-8 replaced. */
static int take(struct lines *lines, const char *bytes, size_t n, char **text)
{
    char *repaired = NULL;
    size_t first_bad = 0, n_bad;

    lines->begins_as_table |= lines->line == 0 && column_names_are(bytes, n);
    lines->line++;
    int rc = look_at(lines, bytes, n);
    if (rc)
        return rc;

    n_bad = text_repair_utf8(bytes, n, &repaired, &n, &first_bad);
    if (n_bad && !lines->n_bad)
        lines->first_bad = lines->line;
    lines->n_bad += (int64_t)n_bad;
    *text = n_bad ? repaired : xstrndup(bytes, n);
    return OK;
}

static void pass_line_feed(struct lines *lines)
{
    if (!lines->after_cr || lines->first == lines->n)
        return;
    lines->first += lines->text[lines->first] == '\n';
    lines->after_cr = false;
}

/* The next line of what is there, or what is left at the end of all: *n bytes without
 * their end, as rnnprep ends lines: CR, LF or both; NULL: there is none. */
static const char *find_line(struct lines *lines, size_t *n)
{
    pass_line_feed(lines);
    size_t left = lines->n - lines->first, at = lines->searched;
    if (left == 0) /* nor memory, before anything is read */
        return NULL;

    const char *first = lines->text + lines->first;
    while (at < left && first[at] != '\n' && first[at] != '\r')
        at++;
    lines->searched = at;
    if (at == left && !lines->ended)
        return NULL;
    /* a line feed that waits is taken with its line: who asks for more would wait for a
     * text before the answer to this one goes out */
    if (at + 1 == left && first[at] == '\r' && !lines->ended && lines_are_waiting(lines))
        return NULL;

    *n = at;
    lines->after_cr = at < left && first[at] == '\r';
    lines->first += at + (at < left);
    lines->searched = 0;
    return first;
}

static int check_length(const struct lines *lines)
{
    if (lines->n - lines->first <= BLOCK_MOST_TEXT)
        return OK;
    return fail(ERR_FORMAT,
                "%s: line %lld is longer than %d MiB, the limit of a text: a text a line "
                "is expected; no text, or --whole for all as one?",
                block_source_name(lines->path), (long long)lines->line + 1,
                BLOCK_MOST_TEXT >> 20);
}

int lines_take(struct lines *lines, bool waiting, char **line)
{
    *line = NULL;
    for (;;) {
        size_t n = 0;
        const char *found = find_line(lines, &n);
        if (found)
            return take(lines, found, n, line);
        if (lines->ended || (!waiting && !lines_are_waiting(lines)))
            return OK;

        int rc = check_length(lines);
        if (!rc)
            rc = read_more(lines);
        if (rc)
            return rc;
    }
}

int lines_take_all(struct lines *lines, char **text)
{
    int rc = OK;
    while (!rc && !lines->ended) {
        rc = read_more(lines);
        if (!rc && lines->n > BLOCK_MOST_TEXT)
            rc = block_too_long(block_source_name(lines->path));
    }
    size_t n = lines->n;
    n -= n && lines->text[n - 1] == '\n';
    n -= n && lines->text[n - 1] == '\r';
    return rc ? rc : take(lines, lines->text, n, text);
}
