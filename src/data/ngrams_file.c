#include "data/ngrams_file.h"

#include <stdio.h>
#include <stdlib.h>

enum array { WORDS, PARENT, LAST, DOCUMENTS, ARRAYS };

static const char *const names[] = {
    [WORDS] = "words", [PARENT] = "parent", [LAST] = "last", [DOCUMENTS] = "documents"};
_Static_assert(COUNT_OF(names) == ARRAYS, "every array has a name");

enum { PATH_BYTES = 128 };

static void path_of(const char *group, enum array array, char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/%s", group, names[array]);
}

void ngrams_write(struct h5_writer *file, const char *group, const struct ngrams *ngrams)
{
    char path[PATH_BYTES];
    size_t n = (size_t)ngrams->n_features;
    const int32_t *numbers[ARRAYS] = {[PARENT] = ngrams->parent,
                                      [LAST] = ngrams->last,
                                      [DOCUMENTS] = ngrams->documents};

    h5_make_group(file, group);
    h5_attribute_int(file, group, "n", ngrams->n);
    h5_attribute_int(file, group, "punctuation", ngrams->punctuation);
    if (ngrams->characters)
        h5_attribute_int(file, group, "characters", ngrams->characters);

    path_of(group, WORDS, path);
    h5_write(file, path, H5_UINT8, 1, &ngrams->n_bytes, ngrams->words, true);
    for (int i = PARENT; i < ARRAYS; i++) {
        path_of(group, (enum array)i, path);
        h5_write(file, path, H5_INT32, 1, &n, numbers[i], true);
    }
}

/* The length of a vector of that type. */
static int read_length(struct h5 *file, const char *path, enum h5_type type, size_t *n)
{
    enum h5_type found = type;
    int n_dims = 0;
    size_t shape[H5_MAX_RANK] = {0};
    int rc = h5_shape(file, path, &found, &n_dims, shape);
    if (rc)
        return rc;

    *n = shape[0];
    return h5_check(file, path, type, 1, n);
}

int ngrams_read_size(struct h5 *file, const char *group, size_t *n_features)
{
    char path[PATH_BYTES];
    size_t n = 0;

    path_of(group, PARENT, path);
    int rc = read_length(file, path, H5_INT32, &n);
    if (!rc && (n < 1 || n > INT32_MAX))
        rc = fail(ERR_FORMAT, "%s: %s has %zu n-grams, expected 1 to %d", h5_path(file),
                  path, n, INT32_MAX);

    for (int i = LAST; i < ARRAYS && !rc; i++) {
        path_of(group, (enum array)i, path);
        rc = h5_check(file, path, H5_INT32, 1, &n);
    }
    if (!rc)
        *n_features = n;
    return rc;
}

static int read_attribute(struct h5 *file, const char *group, const char *name, int least,
                          int most, int *value)
{
    int64_t number = 0;
    int rc = h5_read_attribute_int(file, group, name, &number);
    if (!rc && (number < least || number > most))
        rc = fail(ERR_FORMAT, "%s: attribute %s of %s is %lld, expected %d to %d",
                  h5_path(file), name, group, (long long)number, least, most);
    if (!rc)
        *value = (int)number;
    return rc;
}

static int read_words(struct h5 *file, const char *group, struct ngrams *ngrams)
{
    char path[PATH_BYTES];
    path_of(group, WORDS, path);
    int rc = read_length(file, path, H5_UINT8, &ngrams->n_bytes);
    if (!rc && (ngrams->n_bytes < 1 || ngrams->n_bytes > H5_MOST_TEXT))
        rc = fail(ERR_FORMAT, "%s: %s has %zu bytes, expected 1 to %d", h5_path(file),
                  path, ngrams->n_bytes, H5_MOST_TEXT);
    if (rc)
        return rc;

    ngrams->words = xcalloc(ngrams->n_bytes, 1);
    rc = h5_read(file, path, H5_UINT8, 1, &ngrams->n_bytes, ngrams->words);
    for (size_t i = 0; i < ngrams->n_bytes && ngrams->n_words < INT32_MAX; i++)
        ngrams->n_words += !ngrams->words[i];
    return rc;
}

static int read_numbers(struct h5 *file, const char *group, enum array array, size_t n,
                        int32_t **numbers)
{
    char path[PATH_BYTES];
    path_of(group, array, path);
    *numbers = xcalloc(n, sizeof **numbers);
    return h5_read(file, path, H5_INT32, 1, &n, *numbers);
}

int ngrams_read(struct h5 *file, const char *group, struct ngrams *result)
{
    struct ngrams ngrams = {0};
    size_t n = 0;
    int punctuation = 0;

    int rc = ngrams_read_size(file, group, &n);
    if (!rc)
        rc = read_attribute(file, group, "n", 1, NGRAMS_MOST_WORDS, &ngrams.n);
    if (!rc)
        rc = read_attribute(file, group, "punctuation", 0, 1, &punctuation);
    if (!rc && h5_has_attribute(file, group, "characters"))
        rc = read_attribute(file, group, "characters", 1, NGRAMS_MOST_WORDS,
                            &ngrams.characters);
    if (!rc)
        rc = read_words(file, group, &ngrams);
    if (!rc)
        rc = read_numbers(file, group, PARENT, n, &ngrams.parent);
    if (!rc)
        rc = read_numbers(file, group, LAST, n, &ngrams.last);
    if (!rc)
        rc = read_numbers(file, group, DOCUMENTS, n, &ngrams.documents);

    ngrams.n_features = (int32_t)n;
    ngrams.punctuation = punctuation;
    if (!rc) {
        char *source = xasprintf("%s: %s", h5_path(file), group);
        rc = ngrams_check(&ngrams, source);
        free(source);
    }
    if (rc) {
        ngrams_release(&ngrams);
        return rc;
    }
    *result = ngrams;
    return OK;
}
