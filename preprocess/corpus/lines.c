#include "corpus/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/decode.h"

#include "text/fold.h"
#include "text/text.h"
#include "text/words.h"

enum { PIECE = 64 << 10 }; /* bytes that are read at once */

/* Lines while they are found. */
struct lines {
    const char *path;
    char **lines;
    int n;
    int *numbers; /* (n) of each in the file, from 1 */
};

static int add_line(struct lines *found, const char *text, size_t n, int number)
{
    char *line = xstrndup(text, n);
    if (!text_is_utf8(line)) {
        free(line);
        return fail(ERR_FORMAT,
                    "%s: line %d is not valid UTF-8; save the file as UTF-8 (iconv -f "
                    "CP1252 -t UTF-8)",
                    found->path, number);
    }

    char *trimmed = text_trimmed(line);
    free(line);
    if (!*trimmed) {
        free(trimmed);
        return OK;
    }

    size_t room = (size_t)found->n + 1;
    found->lines = xrealloc(found->lines, room, sizeof *found->lines);
    found->numbers = xrealloc(found->numbers, room, sizeof *found->numbers);
    found->lines[found->n] = trimmed;
    found->numbers[found->n++] = number;
    return OK;
}

/* Lines end with LF, CR LF or CR. */
static int cut_lines(struct lines *found, const char *text, size_t n)
{
    int rc = OK, number = 1;
    for (size_t at = 0, end; at < n && !rc; number++) {
        for (end = at; end < n && text[end] != '\n' && text[end] != '\r'; end++)
            ;
        rc = add_line(found, text + at, end - at, number);
        at = end + 1 + (end + 1 < n && text[end] == '\r' && text[end + 1] == '\n');
    }
    return rc;
}

static int check_distinct(const struct lines *found)
{
    struct words seen = {0};
    int rc = OK;
    for (int i = 0; i < found->n && !rc; i++) {
        int32_t n_before = seen.n;
        int32_t first = words_add(&seen, found->lines[i], strlen(found->lines[i]));
        if (first < n_before)
            rc = fail(ERR_FORMAT, "%s: line %d is line %d again: %s; expected each once",
                      found->path, found->numbers[i], found->numbers[first],
                      found->lines[i]);
    }
    words_release(&seen);
    return rc;
}

/* All bytes of a file, which may be a pipe. */
static int read_bytes(const char *path, const char *what, char **result, size_t *n_result)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return fail(ERR_NO_INPUT, "%s: cannot open %s: %s", path, what, strerror(errno));

    char *bytes = NULL;
    size_t n = 0, room = 0, got = 0;
    do {
        n += got;
        if (room - n < PIECE) {
            room = 2 * room + PIECE;
            bytes = xrealloc(bytes, room, 1);
        }
        got = fread(bytes + n, 1, PIECE, file);
    } while (got > 0);

    int rc = ferror(file)
                 ? fail(ERR_IO, "%s: cannot read %s: %s", path, what, strerror(errno))
                 : OK;
    fclose(file);
    if (rc) {
        free(bytes);
        return rc;
    }

    *result = bytes;
    *n_result = n;
    return OK;
}

static int read_lines(const char *path, const char *what, bool distinct, char ***result,
                      int *n_result)
{
    struct lines found = {.path = path};
    struct decoder decoder = {0};
    const char *text = NULL;
    char *bytes = NULL;
    size_t n = 0;
    int rc = read_bytes(path, what, &bytes, &n);
    if (rc)
        return rc;

    decode_piece(&decoder, NULL, bytes, n, true, &text, &n);
    rc = cut_lines(&found, text, n);
    if (!rc && distinct)
        rc = check_distinct(&found);
    decode_release(&decoder);
    free(bytes);
    free(found.numbers);
    if (rc) {
        lines_release(found.lines, found.n);
        return rc;
    }

    *result = found.lines;
    *n_result = found.n;
    return OK;
}

int lines_read(const char *path, const char *what, char ***lines, int *n)
{
    return read_lines(path, what, false, lines, n);
}

int lines_read_distinct(const char *path, const char *what, char ***lines, int *n)
{
    return read_lines(path, what, true, lines, n);
}

void lines_release(char **lines, int n)
{
    for (int i = 0; i < n; i++)
        free(lines[i]);
    free(lines);
}
