#include "input/vectors_private.h"

#include <math.h>
#include <string.h>

#include "base/say.h"

void vectors_floats(const char *bytes, size_t n, float *values)
{
    const unsigned char *from = (const unsigned char *)bytes;

    for (size_t i = 0; i < n; i++, from += 4) {
        uint32_t bits = (uint32_t)from[0] | (uint32_t)from[1] << 8 |
                        (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
        memcpy(&values[i], &bits, sizeof bits);
    }
}

/* The next row's word, borrowed from the view, and its vector behind it. */
static int find_row(struct vectors_source *source, int64_t row, size_t n_bytes,
                    struct word *word)
{
    static const char what[] = "a vector";
    int rc = vectors_source_need(source, VECTORS_MOST_WORD + 2 + n_bytes);
    if (rc)
        return rc;

    if (vectors_source_left(source) && *vectors_source_view(source) == '\n')
        source->at++; /* word2vec ends rows so, others do not */
    const char *text = vectors_source_view(source);
    size_t left = vectors_source_left(source);
    const char *space =
        memchr(text, ' ', left < VECTORS_MOST_WORD ? left : VECTORS_MOST_WORD);

    if (!space && left >= VECTORS_MOST_WORD)
        return fail(ERR_FORMAT,
                    "%s: byte %lld: the word of row %lld does not end within %d bytes: "
                    "the file is damaged, or of another width than it says",
                    source->name, (long long)vectors_source_byte(source), (long long)row,
                    VECTORS_MOST_WORD);
    if (!space || left - (size_t)(space + 1 - text) < n_bytes)
        return vectors_source_take(source, left + 1, what, NULL);
    *word = (struct word){text, (size_t)(space - text)};
    source->at += word->n + 1;
    return OK;
}

static int check_finite(const struct vectors_source *source, const struct word *word,
                        const float *values, int width)
{
    for (int i = 0; i < width; i++)
        if (!isfinite(values[i]))
            return fail(ERR_FORMAT,
                        "%s: byte %lld: number %d of the vector of \"%.*s\" is not "
                        "finite: copy the file again, or save it without that word",
                        source->name, (long long)vectors_source_byte(source) + 4L * i,
                        i + 1, (int)(word->n < 100 ? word->n : 100), word->text);
    return OK;
}

static int take_row(struct vectors_source *source, const struct word *word, int64_t row,
                    struct vectors_wanted *wanted, struct vectors *vectors)
{
    size_t n_bytes = (size_t)vectors->width * sizeof(float);
    int32_t n = vectors_wanted_find(wanted, word, row, vectors);
    int rc = OK;

    for (int32_t i = 0; i < n && !rc; i++) {
        float *values = vectors_row(vectors, wanted->found[i]);
        vectors_floats(vectors_source_view(source), (size_t)vectors->width, values);
        rc = check_finite(source, word, values, vectors->width);
    }
    source->at += n_bytes;
    return rc;
}

static int check_end(struct vectors_source *source, int64_t n_rows)
{
    int rc = vectors_source_need(source, 2);
    size_t left = vectors_source_left(source);
    if (rc || left == 0 || (left == 1 && *vectors_source_view(source) == '\n'))
        return rc;
    return fail(ERR_FORMAT,
                "%s: byte %lld: more follows behind the %lld row%s that its first line "
                "says: it is damaged, or its rows have another width",
                source->name, (long long)vectors_source_byte(source), (long long)n_rows,
                plural(n_rows));
}

int vectors_read_binary(struct vectors_source *source, const struct vectors_head *head,
                        struct vectors_wanted *wanted, struct vectors *vectors)
{
    size_t n_bytes = (size_t)vectors->width * sizeof(float);
    int rc = OK;

    for (int64_t row = 1; row <= head->n_rows && !rc; row++) {
        struct word word;
        rc = find_row(source, row, n_bytes, &word);
        if (!rc)
            rc = take_row(source, &word, row, wanted, vectors);
        vectors->n_rows += !rc;
    }
    return rc ? rc : check_end(source, head->n_rows);
}
