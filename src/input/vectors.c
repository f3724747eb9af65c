#include "input/vectors_private.h"

#include <math.h>
#include <stdlib.h>

const char *const vectors_form_names[] = {[VECTORS_GLOVE] = "text without a header",
                                          [VECTORS_TEXT] = "word2vec text",
                                          [VECTORS_BINARY] = "word2vec binary",
                                          [VECTORS_FASTTEXT] = "fastText model"};

static int (*const readers[])(struct vectors_source *source,
                              const struct vectors_head *head,
                              struct vectors_wanted *wanted, struct vectors *vectors) = {
    [VECTORS_GLOVE] = vectors_read_text,
    [VECTORS_TEXT] = vectors_read_text,
    [VECTORS_BINARY] = vectors_read_binary,
    [VECTORS_FASTTEXT] = vectors_read_fasttext};
_Static_assert(COUNT_OF(readers) == VECTORS_FORMS, "a form has no reader");

int vectors_width(const char *path, int *width)
{
    struct vectors_source source = {0};
    struct vectors_head head = {0};

    int rc = vectors_source_open(path, &source);
    if (!rc)
        rc = vectors_head_read(&source, &head);
    if (!rc)
        *width = head.width;
    vectors_source_close(&source);
    return rc;
}

static int read_all(struct vectors_source *source, const struct words *words,
                    struct vectors *vectors)
{
    struct vectors_head head = {0};
    struct vectors_wanted wanted;
    int rc = vectors_head_read(source, &head);
    if (rc)
        return rc;

    *vectors = (struct vectors){.form = head.form, .width = head.width, .n = words->n};
    size_t n = (size_t)words->n + 1;
    vectors->values = xcalloc(n * (size_t)head.width, sizeof *vectors->values);
    vectors->match = xcalloc(n, sizeof *vectors->match);

    vectors_wanted_new(words, &wanted);
    rc = readers[head.form](source, &head, &wanted, vectors);
    vectors_wanted_release(&wanted);
    for (int32_t i = 0; i < vectors->n; i++)
        vectors->n_of_match[vectors->match[i]]++;
    return rc;
}

int vectors_read(const char *path, const struct words *wanted, struct vectors *result)
{
    struct vectors_source source = {0};
    struct vectors vectors = {0};

    int rc = vectors_source_open(path, &source);
    if (!rc)
        rc = read_all(&source, wanted, &vectors);
    vectors_source_close(&source);
    if (rc)
        vectors_release(&vectors);
    else
        *result = vectors;
    return rc;
}

void vectors_release(struct vectors *vectors)
{
    free(vectors->values);
    free(vectors->match);
    *vectors = (struct vectors){0};
}

double vectors_deviation(const struct vectors *vectors)
{
    double sum = 0, squares = 0, n = 0;

    for (int32_t i = 0; i < vectors->n; i++)
        for (int j = 0; j < vectors->width && vectors->match[i]; j++, n++) {
            double value = (double)vectors_row(vectors, i)[j];
            sum += value;
            squares += value * value;
        }
    double variance = n > 0 ? squares / n - sum / n * (sum / n) : 0;
    return variance > 0 ? sqrt(variance) : 0;
}
