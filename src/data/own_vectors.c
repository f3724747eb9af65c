#include "data/own_vectors.h"
#include "data/dataset_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct own_vectors own_vectors_new(int num_words, int width)
{
    size_t n = (size_t)num_words;
    return (struct own_vectors){.num_words = num_words,
                                .width = width,
                                .values = xcalloc(n * (size_t)width, sizeof(float)),
                                .known = xcalloc(n, 1)};
}

void own_vectors_release(struct own_vectors *vectors)
{
    free(vectors->values);
    free(vectors->known);
    *vectors = (struct own_vectors){0};
}

int own_vectors_n_known(const struct own_vectors *vectors)
{
    int n = 0;
    for (int id = 0; id < vectors->num_words; id++)
        n += vectors->known[id];
    return n;
}

static void shape_of(const struct dataset *data, size_t shape[2])
{
    shape[0] = (size_t)data->facts.num_words;
    shape[1] = (size_t)data->vectors_width;
}

int dataset_read_vectors_head(struct dataset *data)
{
    enum h5_type type = H5_FLOAT32;
    int n_dims = 0;
    size_t shape[H5_MAX_RANK] = {0};
    int rc = h5_shape(data->file, DATASET_VECTORS, &type, &n_dims, shape);
    if (rc)
        return rc;

    if (type != H5_FLOAT32 || n_dims != 2 || shape[0] != (size_t)data->facts.num_words ||
        shape[1] < 1 || shape[1] > OWN_VECTORS_MOST_WIDTH) {
        char text[64];
        h5_shape_text(n_dims, shape, text, sizeof text);
        return fail(ERR_FORMAT, "%s: %s is %s, expected (%d, 1 to %d) of float32",
                    data->path, DATASET_VECTORS, text, data->facts.num_words,
                    OWN_VECTORS_MOST_WIDTH);
    }
    data->vectors_width = (int)shape[1];
    return h5_check(data->file, DATASET_VECTORS_KNOWN, H5_UINT8, 1, shape);
}

static int check_id(const struct dataset *data, const struct own_vectors *vectors, int id)
{
    const float *row = vectors->values + (size_t)id * (size_t)vectors->width;
    int known = vectors->known[id], most = id > 0;

    if (known > most)
        return fail(ERR_FORMAT, "%s: %s of id %d: %d, expected 0%s", data->path,
                    DATASET_VECTORS_KNOWN, id, known, most ? " or 1" : "");
    for (int j = 0; j < vectors->width; j++)
        if (!isfinite(row[j]) || (!known && row[j] != 0))
            return fail(ERR_FORMAT, "%s: %s of id %d, number %d: %g, expected %s",
                        data->path, DATASET_VECTORS, id, j, (double)row[j],
                        known ? "a finite number" : "0, as it has no vector");
    return OK;
}

int dataset_own_vectors(const struct dataset *data, struct own_vectors *result)
{
    struct own_vectors vectors =
        own_vectors_new(data->facts.num_words, data->vectors_width);
    size_t shape[2];
    shape_of(data, shape);

    int rc =
        h5_read(data->file, DATASET_VECTORS_KNOWN, H5_UINT8, 1, shape, vectors.known);
    if (!rc)
        rc = h5_read(data->file, DATASET_VECTORS, H5_FLOAT32, 2, shape, vectors.values);
    for (int id = 0; id < data->facts.num_words && !rc; id++)
        rc = check_id(data, &vectors, id);

    if (rc) {
        own_vectors_release(&vectors);
        return rc;
    }
    *result = vectors;
    return OK;
}

int dataset_describe_vectors(const struct dataset *data, char **line)
{
    struct own_vectors vectors = {0};
    int rc = data->facts.has_vectors ? dataset_own_vectors(data, &vectors) : OK;

    *line = vectors.width ? xasprintf("%d numbers each, of %d words", vectors.width,
                                      own_vectors_n_known(&vectors))
                          : NULL;
    own_vectors_release(&vectors);
    return rc;
}

void dataset_write_vectors(struct h5_writer *file, const struct dataset *data)
{
    size_t shape[2];
    shape_of(data, shape);
    h5_write(file, DATASET_VECTORS, H5_FLOAT32, 2, shape, data->vectors->values, false);
    h5_write(file, DATASET_VECTORS_KNOWN, H5_UINT8, 1, shape, data->vectors->known,
             false);
}

void own_vectors_words(const struct text_tokenizer *tokenizer, int num_words,
                       struct words *words, int32_t *ids)
{
    for (int id = 1; id < num_words; id++) {
        const char *word = text_word(tokenizer, id);
        int32_t n = words->n;
        if (*word && words_add(words, word, strlen(word)) == n)
            ids[n] = id;
    }
}
