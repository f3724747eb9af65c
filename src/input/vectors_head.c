/* Which form a file of vectors has, by its beginning. */
#include "input/vectors_private.h"

#include <string.h>
#include <strings.h>

#include "files/h5.h"
#include "input/decimal.h"

enum { HEAD_BYTES = 1 << 18, FASTTEXT_MAGIC = 793712314 };

static int refuse(const struct vectors_source *source, const char *what,
                  const char *remedy)
{
    return fail(
        ERR_FORMAT,
        "%s: %s, expected word vectors: text of GloVe, text or binary of word2vec, "
        ".vec or .bin of fastText; %s",
        source->name, what, remedy);
}

/* What else people have that holds vectors. */
static int check_others(const struct vectors_source *source, const char *bytes, size_t n)
{
    static const char saves[] =
        "in Python, gensim's model.wv.save_word2vec_format(\"vectors.bin\", binary=True) "
        "writes them";
    if (n == 0)
        return refuse(source, "an empty file", "copy it again");
    if (h5_is_one(bytes, n))
        return refuse(source, "an HDF5 file",
                      "a model's own embedding is taken by --init-from");
    if (n > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5)
        return refuse(source, "a pickle of Python", saves);
    if (n > 6 && !memcmp(bytes, "\x93NUMPY", 6))
        return refuse(source, "an array of NumPy, which has no words", saves);
    return OK;
}

/* A whole number at *at, of at most 15 digits. */
static bool read_count(const char **at, const char *end, int64_t *count)
{
    const char *from = *at;
    int64_t value = 0;

    while (*at < end && **at >= '0' && **at <= '9' && *at - from < 15)
        value = value * 10 + (*(*at)++ - '0');
    *count = value;
    return *at > from;
}

/* "400000 300" */
static bool is_header(const char *line, size_t n, int64_t *rows, int64_t *width)
{
    const char *at = line, *end = line + n;

    if (!read_count(&at, end, rows) || at == end || (*at != ' ' && *at != '\t'))
        return false;
    at++;
    if (!read_count(&at, end, width))
        return false;
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
        at++;
    return at == end;
}

/* Whether the first row is text: what stands behind its word's first space are characters
 * of numbers, up to the line's end. Floats are never like that. */
static bool is_text_row(const char *bytes, size_t n)
{
    enum { LOOKED = 256 };
    const char *at = memchr(bytes, ' ', n), *end = bytes + n;

    at = at ? at : memchr(bytes, '\t', n);
    for (int i = 0; at && at < end && i < LOOKED && *at != '\n'; i++, at++)
        if (!*at || !strchr(" \t\r0123456789+-.eEnaifNAIF", *at))
            return false;
    return at != NULL;
}

/* "nan", "-inf": bytes of what is meant as a number, which rows are refused for. */
static size_t not_a_number(const char *at, size_t n)
{
    size_t sign = n > 0 && (*at == '-' || *at == '+');
    bool is_one = n >= sign + 3 && (!strncasecmp(at + sign, "nan", 3) ||
                                    !strncasecmp(at + sign, "inf", 3));
    return is_one ? sign + 3 : 0;
}

/* Numbers behind the first word of a line of GloVe; 0: it is none. */
static int64_t count_numbers(const char *line, size_t n)
{
    const char *at = line, *end = line + n;
    int64_t numbers = 0;
    float value;

    while (at < end && *at != ' ' && *at != '\t')
        at++;
    for (;; numbers++) {
        while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
            at++;
        size_t length = decimal_read(at, (size_t)(end - at), &value);
        length = length ? length : not_a_number(at, (size_t)(end - at));
        if (length == 0)
            break;
        at += length;
    }
    return at == end ? numbers : 0;
}

static int check_width(const struct vectors_source *source, int64_t width)
{
    if (width >= 1 && width <= VECTORS_MOST_WIDTH)
        return OK;
    return fail(ERR_FORMAT, "%s: line 1: vectors of %lld numbers, expected 1 to %d",
                source->name, (long long)width, VECTORS_MOST_WIDTH);
}

static int read_lines(struct vectors_source *source, const char *bytes, size_t n,
                      struct vectors_head *head)
{
    const char *end = memchr(bytes, '\n', n);
    size_t n_line = end ? (size_t)(end - bytes) : n;
    int64_t rows = -1, width = 0;

    if (is_header(bytes, n_line, &rows, &width)) {
        const char *next = end ? end + 1 : bytes + n;
        size_t left = n - (size_t)(next - bytes);
        head->form = is_text_row(next, left) || left == 0 ? VECTORS_TEXT : VECTORS_BINARY;
        source->at += (size_t)(next - bytes);
    } else {
        head->form = VECTORS_GLOVE;
        rows = -1;
        width = count_numbers(bytes, n_line);
        if (width == 0)
            return refuse(source, "line 1 is no word with numbers behind it",
                          "see what the file is");
    }
    head->n_rows = rows;
    head->width = (int)(width <= VECTORS_MOST_WIDTH ? width : 0);
    return check_width(source, width);
}

int vectors_head_read(struct vectors_source *source, struct vectors_head *head)
{
    int rc = vectors_source_need(source, HEAD_BYTES);
    const char *bytes = vectors_source_view(source);
    size_t n = vectors_source_left(source);
    if (!rc)
        rc = check_others(source, bytes, n);
    if (rc)
        return rc;

    uint32_t magic = 0;
    for (size_t i = 0; i < 4 && n >= 4; i++)
        magic |= (uint32_t)(unsigned char)bytes[i] << 8 * i;
    if (magic != FASTTEXT_MAGIC)
        return read_lines(source, bytes, n, head);

    *head = (struct vectors_head){.form = VECTORS_FASTTEXT, .n_rows = -1};
    return vectors_fasttext_width(source, &head->width);
}
