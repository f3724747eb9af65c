#include "data/dataset_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

const char *const dataset_part_names[] = {[DATASET_TRAIN] = "train",
                                          [DATASET_VALIDATION] = "validation",
                                          [DATASET_TEST] = "test",
                                          NULL};
_Static_assert(COUNT_OF(dataset_part_names) == DATASET_PARTS + 1,
               "every part has a name");

void dataset_array_path(enum dataset_part part, const char *name,
                        char path[DATASET_PATH_BYTES])
{
    snprintf(path, DATASET_PATH_BYTES, "/%s/%s", dataset_part_names[part], name);
}

/* Opening. */

static int check_format(struct dataset *data)
{
    char *format = NULL;
    int64_t version = 0;
    if (h5_read_attribute_text(data->file, "/", "format", &format) ||
        strcmp(format, DATASET_FORMAT)) {
        free(format);
        return fail(ERR_FORMAT, "%s: not a data set; `rnnprep CORPUS -o FILE` makes one",
                    data->path);
    }
    free(format);
    int rc = h5_read_attribute_int(data->file, "/", "format_version", &version);
    if (!rc && version != DATASET_FORMAT_VERSION)
        rc = fail(
            ERR_FORMAT,
            "%s: format version %lld, this program reads %d: update rnntrain, or make "
            "the data set again with this version's rnnprep",
            data->path, (long long)version, DATASET_FORMAT_VERSION);
    return rc;
}

static int open_chunks(const struct dataset *data, enum dataset_part part,
                       struct h5_chunks **chunks)
{
    char path[DATASET_PATH_BYTES];
    size_t shape[2];
    dataset_array_path(part, "x", path);
    dataset_id_shape(data, part, shape);
    return h5_chunks_open(data->file, path, dataset_id_type(data), shape, chunks);
}

/* How many rows are packed together. */
static int read_chunk_rows(struct dataset *data, enum dataset_part part)
{
    struct h5_chunks *chunks = NULL;
    int rc = open_chunks(data, part, &chunks);
    if (!rc)
        data->part[part].chunk_rows = (int)h5_chunks_rows(chunks);
    h5_chunks_close(chunks);
    return rc;
}

static int read_part(struct dataset *data, enum dataset_part part)
{
    char path[DATASET_PATH_BYTES];
    enum h5_type type = H5_UINT16;
    int n_dims = 0;
    size_t shape[H5_MAX_DIMS] = {0};
    dataset_array_path(part, "x", path);
    if (part != DATASET_TRAIN && !h5_exists(data->file, path))
        return OK;
    int rc = h5_shape(data->file, path, &type, &n_dims, shape);
    if (rc)
        return rc;
    if (n_dims != 2 || shape[1] != (size_t)data->facts.maxlen || shape[0] > INT32_MAX ||
        type != dataset_id_type(data)) {
        char text[64];
        h5_shape_text(n_dims, shape, text, sizeof text);
        return fail(ERR_FORMAT, "%s: %s is %s, expected (rows, %d) of %s", data->path,
                    path, text, data->facts.maxlen,
                    facts_id_bytes(&data->facts) == 2 ? "uint16" : "int32");
    }
    data->part[part] = facts_rows(&data->facts, (int)shape[0]);
    return shape[0] ? read_chunk_rows(data, part) : OK;
}

/* The JSON of all words is 8 MB for IMDB, and the few that training needs stand beside
 * it, except in files of older versions. */
static int read_tokenizer(struct dataset *data, enum dataset_words words)
{
    bool kept = words == DATASET_WORDS_KEPT && h5_exists(data->file, "/tokenizer_kept");
    if (words == DATASET_WORDS_NONE)
        return OK;
    return h5_read_text(data->file, kept ? "/tokenizer_kept" : "/tokenizer",
                        &data->tokenizer);
}

static int read_head(struct dataset *data, enum dataset_words words)
{
    int rc = check_format(data);
    if (!rc)
        rc = facts_read(data->file, FACTS_IN_DATASET, &data->facts);
    if (!rc)
        rc = h5_read_text(data->file, "/provenance", &data->provenance);
    if (!rc)
        rc = read_tokenizer(data, words);
    for (int part = 0; part < DATASET_PARTS && !rc; part++)
        rc = read_part(data, (enum dataset_part)part);
    if (!rc && data->part[DATASET_TRAIN].n < 1)
        rc = fail(ERR_FORMAT, "%s: /train has no rows", data->path);
    return rc;
}

static int open_file(const char *path, enum dataset_words words, bool check,
                     struct dataset *result)
{
    struct dataset data = {.path = xstrdup(path)};
    unsigned char digest[FILE_DIGEST_BYTES];
    int rc = h5_open_on_disk(path, check, digest, &data.file);
    if (rc == ERR_NO_INPUT)
        rc = fail(rc, "%s (`rnnprep CORPUS -o %s` makes a data set)", fail_message(),
                  path);
    for (size_t i = 0; i < sizeof data.hash && !rc; i++)
        data.hash = data.hash << 8 | digest[i];
    if (!rc)
        rc = read_head(&data, words);
    if (rc) {
        dataset_release(&data);
        return rc;
    }
    *result = data;
    return OK;
}

int dataset_open(const char *path, enum dataset_words words, struct dataset *data)
{
    return open_file(path, words, true, data);
}

int dataset_open_again(const char *path, struct dataset *data)
{
    return open_file(path, DATASET_WORDS_NONE, false, data);
}

/* Rows by number. */

struct dataset_reader {
    const struct dataset *data; /* borrowed */
    enum dataset_part part;
    struct h5_chunks *chunks;
    int chunk; /* whose values these are; -1: none */
    const char *values;
};

int dataset_reader_open(const struct dataset *data, enum dataset_part part,
                        struct dataset_reader **result)
{
    struct h5_chunks *chunks = NULL;
    int rc = open_chunks(data, part, &chunks);
    if (rc)
        return rc;
    *result = xcalloc(1, sizeof **result);
    **result = (struct dataset_reader){data, part, chunks, -1, NULL};
    return OK;
}

void dataset_reader_close(struct dataset_reader *reader)
{
    if (reader)
        h5_chunks_close(reader->chunks);
    free(reader);
}

/* Whether n ids are all words, 1 .. end - 1. */
static bool are_words(const struct dataset *data, const void *ids, int first, int n)
{
    uint32_t end = (uint32_t)data->facts.num_words, bad = 0;
    const uint16_t *narrow = (const uint16_t *)ids + first;
    const int32_t *wide = (const int32_t *)ids + first;
    if (facts_id_bytes(&data->facts) == 2)
        for (int i = 0; i < n; i++)
            bad |= narrow[i] - 1U >= end - 1;
    else
        for (int i = 0; i < n; i++)
            bad |= (uint32_t)wide[i] - 1U >= end - 1;
    return !bad;
}

static bool are_pads(const struct dataset *data, const void *ids, int first, int n)
{
    const char *bytes =
        (const char *)ids + (size_t)first * (size_t)facts_id_bytes(&data->facts);
    char bad = 0;
    for (size_t i = 0; i < (size_t)n * (size_t)facts_id_bytes(&data->facts); i++)
        bad |= bytes[i];
    return !bad;
}

/* Ids stand where `length` says and zeros elsewhere. */
static int check_ids(const struct dataset *data, enum dataset_part part, int row,
                     const void *ids)
{
    int length = data->part[part].length[row];
    int first = rows_first_word(&data->part[part], row), end = first + length;
    if (are_words(data, ids, first, length) && are_pads(data, ids, 0, first) &&
        are_pads(data, ids, end, data->facts.maxlen - end))
        return OK;
    int t = 0;
    while (t >= first && t < end ? are_words(data, ids, t, 1) : are_pads(data, ids, t, 1))
        t++;
    bool is_word = t >= first && t < end;
    int32_t id = 0;
    rows_ids(&data->part[part], ids, t, 1, &id);
    return fail(ERR_FORMAT, "%s: /%s/x row %d, position %d: id %d, expected %s%d",
                data->path, dataset_part_names[part], row, t, id, is_word ? "1 to " : "",
                is_word ? data->facts.num_words - 1 : 0);
}

int dataset_reader_row(struct dataset_reader *reader, int row, void *ids)
{
    const struct dataset *data = reader->data;
    int chunk_rows = data->part[reader->part].chunk_rows, chunk = row / chunk_rows;
    if (chunk != reader->chunk) {
        const void *values = NULL;
        reader->chunk = -1;
        int rc = h5_chunks_read(reader->chunks, (size_t)chunk, &values);
        if (rc)
            return rc;
        reader->chunk = chunk;
        reader->values = values;
    }
    const char *from =
        reader->values + (size_t)(row % chunk_rows) * dataset_row_bytes(data);
    memcpy(ids, from, dataset_row_bytes(data));
    return check_ids(data, reader->part, row, ids);
}

/* Loading. */

static size_t padded_bytes(size_t n)
{
    return (n + 63) / 64 * 64;
}

static size_t id_array_bytes(const struct dataset *data, int rows)
{
    return (size_t)rows * dataset_row_bytes(data);
}

size_t dataset_bytes(const struct dataset *data, enum dataset_extent extent)
{
    size_t total = 0;
    for (int part = 0; part < DATASET_PARTS; part++) {
        int rows = data->part[part].n;
        if (extent == DATASET_ALL)
            total += padded_bytes(id_array_bytes(data, rows));
        total += 2 * padded_bytes((size_t)rows * sizeof(int32_t));
    }
    return total;
}

void dataset_attach(struct dataset *data, enum dataset_extent extent, void *storage)
{
    char *at = storage;
    for (int part = 0; part < DATASET_PARTS; part++) {
        struct rows *split = &data->part[part];
        size_t column = padded_bytes((size_t)split->n * sizeof(int32_t));
        if (extent == DATASET_ALL) {
            split->x = at;
            at += padded_bytes(id_array_bytes(data, split->n));
        }
        split->y = (int32_t *)(void *)at;
        at += column;
        split->length = (int32_t *)(void *)at;
        at += column;
    }
}

static int check_columns(const struct dataset *data, enum dataset_part part, int row)
{
    const struct rows *split = &data->part[part];
    int length = split->length[row], label = split->y[row];
    if (label < 0 || label >= data->facts.n_labels)
        return fail(ERR_FORMAT, "%s: /%s/y row %d: class %d, expected 0 to %d",
                    data->path, dataset_part_names[part], row, label,
                    data->facts.n_labels - 1);
    if (length < 0 || length > data->facts.maxlen)
        return fail(ERR_FORMAT, "%s: /%s/length row %d: %d, expected 0 to %d", data->path,
                    dataset_part_names[part], row, length, data->facts.maxlen);
    return OK;
}

static int load_column(struct dataset *data, enum dataset_part part, const char *name,
                       int first, int end, int32_t *column)
{
    char path[DATASET_PATH_BYTES];
    size_t rows = (size_t)data->part[part].n;
    dataset_array_path(part, name, path);
    return h5_read_rows(data->file, path, H5_INT32, 1, &rows, (size_t)first,
                        (size_t)(end - first), column + first);
}

static int load_ids(struct dataset *data, enum dataset_part part, int first, int end)
{
    struct dataset_reader *reader = NULL;
    char *x = data->part[part].x;
    int rc = dataset_reader_open(data, part, &reader);
    for (int row = first; row < end && !rc; row++)
        rc = dataset_reader_row(reader, row, x + id_array_bytes(data, row));
    dataset_reader_close(reader);
    return rc;
}

/* Rows first .. end - 1 of a part. */
static int load_rows(struct dataset *data, enum dataset_part part, int first, int end)
{
    struct rows *split = &data->part[part];
    int rc = load_column(data, part, "y", first, end, split->y);
    if (!rc)
        rc = load_column(data, part, "length", first, end, split->length);
    for (int row = first; row < end && !rc; row++)
        rc = check_columns(data, part, row);
    return rc || !split->x ? rc : load_ids(data, part, first, end);
}

static int share_begin(int rows, int reader, int readers)
{
    return (int)((int64_t)rows * reader / readers);
}

int dataset_load(struct dataset *data, int reader, int readers)
{
    int rc = OK;
    for (int part = 0; part < DATASET_PARTS && !rc; part++) {
        int rows = data->part[part].n, first = share_begin(rows, reader, readers);
        int end = share_begin(rows, reader + 1, readers);
        if (first < end)
            rc = load_rows(data, (enum dataset_part)part, first, end);
    }
    if (data->part[DATASET_TRAIN].x) { /* all that is wanted of it is in memory */
        h5_close(data->file);
        data->file = NULL;
    }
    return rc;
}

int dataset_check_memory(const struct dataset *data, const char *remedy)
{
    size_t needed = dataset_bytes(data, DATASET_ALL);
    size_t has = host_memory();
    if (needed <= has / 10 * 9)
        return OK;
    return fail(ERR_USAGE, "%s: its ids take %zu MiB in memory, this host has %zu: %s",
                data->path, needed >> 20, has >> 20, remedy);
}

int dataset_read(const char *path, enum dataset_words words, enum dataset_extent extent,
                 struct dataset *result)
{
    struct dataset data = {0};
    int rc = dataset_open(path, words, &data);
    if (!rc && extent == DATASET_ALL)
        rc = dataset_check_memory(&data, "use another host");
    if (!rc) {
        data.storage = xaligned(dataset_bytes(&data, extent), 1);
        dataset_attach(&data, extent, data.storage);
        rc = dataset_load(&data, 0, 1);
    }
    if (rc) {
        dataset_release(&data);
        return rc;
    }
    *result = data;
    return OK;
}

/* The content. */

/* Bytes of an array, and zeros up to where the next one begins in memory. */
static void hash_padding(XXH64_state_t *state, size_t n)
{
    static const char zeros[64];
    XXH64_update(state, zeros, padded_bytes(n) - n);
}

static void hash_column(XXH64_state_t *state, const int32_t *column, int rows)
{
    size_t n = (size_t)rows * sizeof *column;
    XXH64_update(state, column, n);
    hash_padding(state, n);
}

static int hash_ids(XXH64_state_t *state, const struct dataset *data,
                    enum dataset_part part)
{
    struct dataset_reader *reader = NULL;
    int rows = data->part[part].n;
    void *ids = xcalloc(dataset_row_bytes(data), 1);
    int rc = dataset_reader_open(data, part, &reader);
    for (int row = 0; row < rows && !rc; row++) {
        rc = dataset_reader_row(reader, row, ids);
        XXH64_update(state, ids, dataset_row_bytes(data));
    }
    hash_padding(state, id_array_bytes(data, rows));
    dataset_reader_close(reader);
    free(ids);
    return rc;
}

int dataset_content(const struct dataset *data, uint64_t *hash)
{
    XXH64_state_t *state = XXH64_createState();
    int rc = OK;
    if (!state)
        die("out of memory: a hash");
    XXH64_reset(state, 0);
    for (int part = 0; part < DATASET_PARTS && !rc; part++) {
        const struct rows *split = &data->part[part];
        if (split->n == 0)
            continue;
        rc = hash_ids(state, data, (enum dataset_part)part);
        hash_column(state, split->y, split->n);
        hash_column(state, split->length, split->n);
    }
    *hash = XXH64_digest(state);
    XXH64_freeState(state);
    return rc;
}

int dataset_tokenizer(const struct dataset *data, struct text_tokenizer **tokenizer)
{
    return facts_tokenizer(&data->facts, data->tokenizer, data->path, tokenizer);
}

int dataset_check_words(const struct dataset *data, const struct text_tokenizer *known,
                        const char *path)
{
    struct text_tokenizer *tokenizer = NULL;
    if (!data->tokenizer || !known)
        return OK;

    int rc = dataset_tokenizer(data, &tokenizer);
    for (int id = 1; id < data->facts.num_words && !rc; id++) {
        const char *word = text_word(tokenizer, id), *other = text_word(known, id);
        if (strcmp(word, other))
            rc = fail(ERR_FORMAT,
                      "%s: id %d is \"%s\", but \"%s\" in %s: use the data set the "
                      "model was trained on",
                      data->path, id, word, other, path);
    }
    text_free(tokenizer);
    return rc;
}

void dataset_release(struct dataset *data)
{
    h5_close(data->file);
    facts_release(&data->facts);
    free(data->storage);
    free(data->path);
    free(data->tokenizer);
    free(data->kept);
    free(data->provenance);
    *data = (struct dataset){0};
}
