#include "rnntrain/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "rnntrain/h5.h"

enum { FORMAT_VERSION = 1 };
static const char format_name[] = "rnntrain-dataset";
static const char *const part_names[DATASET_PARTS] = {"train", "validation", "test"};

/* Opening. */

static int read_int(struct dataset *data, const char *name, int least, int most,
                    int *value)
{
    int64_t number = 0;
    int rc = h5_read_attribute_int(data->file, "/", name, &number);
    if (!rc && (number < least || number > most))
        rc = fail(ERR_FORMAT, "%s: attribute %s is %lld, expected %d to %d", data->path,
                  name, (long long)number, least, most);
    if (!rc)
        *value = (int)number;
    return rc;
}

/* "pre" or "post" */
static int read_side(struct dataset *data, const char *name, bool *is_pre)
{
    char *text = NULL;
    int rc = h5_read_attribute_text(data->file, "/", name, &text);
    if (!rc && strcmp(text, "pre") && strcmp(text, "post"))
        rc = fail(ERR_FORMAT, "%s: attribute %s is \"%s\", expected \"pre\" or \"post\"",
                  data->path, name, text);
    if (!rc)
        *is_pre = !strcmp(text, "pre");
    free(text);
    return rc;
}

static int check_format(struct dataset *data)
{
    char *format = NULL;
    int64_t version = 0;
    if (h5_read_attribute_text(data->file, "/", "format", &format) ||
        strcmp(format, format_name)) {
        free(format);
        return fail(ERR_FORMAT, "%s: not a data set; `rnnprep CORPUS -o FILE` makes one",
                    data->path);
    }
    free(format);
    int rc = h5_read_attribute_int(data->file, "/", "format_version", &version);
    if (!rc && version != FORMAT_VERSION)
        rc = fail(
            ERR_FORMAT,
            "%s: format version %lld, this program reads %d: update rnntrain, or make "
            "the data set again with this version's rnnprep",
            data->path, (long long)version, FORMAT_VERSION);
    return rc;
}

static int read_part(struct dataset *data, enum dataset_part part)
{
    char path[32];
    enum h5_type type = H5_UINT16;
    int n_dims = 0;
    size_t shape[H5_MAX_DIMS] = {0};
    snprintf(path, sizeof path, "/%s/x", part_names[part]);
    if (part != DATASET_TRAIN && !h5_exists(data->file, path))
        return OK;
    int rc = h5_shape(data->file, path, &type, &n_dims, shape);
    if (rc)
        return rc;
    enum h5_type expected = data->id_bytes == 2 ? H5_UINT16 : H5_INT32;
    if (n_dims != 2 || shape[1] != (size_t)data->maxlen || shape[0] > INT32_MAX ||
        type != expected) {
        char text[64];
        h5_shape_text(n_dims, shape, text, sizeof text);
        return fail(ERR_FORMAT, "%s: %s is %s, expected (rows, %d) of %s", data->path,
                    path, text, data->maxlen, data->id_bytes == 2 ? "uint16" : "int32");
    }
    data->part[part].rows = (int)shape[0];
    return OK;
}

static int read_labels(struct dataset *data)
{
    size_t n = 0;
    int rc = h5_read_strings(data->file, "/labels", &n, &data->labels);
    if (rc)
        return rc;
    data->n_labels = (int)n;
    if (n < 2 || n > 65536)
        return fail(ERR_FORMAT, "%s: /labels names %zu classes, expected 2 or more",
                    data->path, n);
    return OK;
}

/* The JSON of all words is 8 MB for IMDB, and the few that training needs stand beside it,
 * except in files of older versions. */
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
        rc = read_int(data, "num_words", 2, INT32_MAX, &data->num_words);
    if (!rc)
        rc = read_int(data, "maxlen", 1, 1 << 20, &data->maxlen);
    if (!rc)
        rc = read_side(data, "padding", &data->pad_pre);
    if (!rc)
        rc = read_side(data, "truncating", &data->truncate_pre);
    if (!rc)
        rc = read_labels(data);
    if (!rc)
        rc = h5_read_text(data->file, "/provenance", &data->provenance);
    if (!rc)
        rc = read_tokenizer(data, words);
    data->id_bytes = data->num_words <= 65536 ? 2 : 4;
    for (int part = 0; part < DATASET_PARTS && !rc; part++)
        rc = read_part(data, (enum dataset_part)part);
    if (!rc && data->part[DATASET_TRAIN].rows < 1)
        rc = fail(ERR_FORMAT, "%s: /train has no rows", data->path);
    return rc;
}

int dataset_open(const char *path, enum dataset_words words, struct dataset *result)
{
    struct dataset data = {.path = xstrdup(path)};
    int rc = h5_open(path, &data.file);
    if (rc == ERR_NO_INPUT)
        rc = fail(rc, "%s (`rnnprep CORPUS -o %s` makes a data set)", fail_message(),
                  path);
    if (!rc)
        rc = read_head(&data, words);
    if (rc) {
        dataset_release(&data);
        return rc;
    }
    *result = data;
    return OK;
}

/* Loading. */

static size_t padded_bytes(size_t n)
{
    return (n + 63) / 64 * 64;
}

static size_t id_array_bytes(const struct dataset *data, int rows)
{
    return (size_t)rows * (size_t)data->maxlen * (size_t)data->id_bytes;
}

size_t dataset_bytes(const struct dataset *data)
{
    size_t total = 0;
    for (int part = 0; part < DATASET_PARTS; part++) {
        int rows = data->part[part].rows;
        total += padded_bytes(id_array_bytes(data, rows));
        total += 2 * padded_bytes((size_t)rows * sizeof(int32_t));
    }
    return total;
}

void dataset_attach(struct dataset *data, void *storage)
{
    char *at = storage;
    for (int part = 0; part < DATASET_PARTS; part++) {
        struct dataset_split *split = &data->part[part];
        size_t column = padded_bytes((size_t)split->rows * sizeof(int32_t));
        split->x = at;
        at += padded_bytes(id_array_bytes(data, split->rows));
        split->y = (int32_t *)(void *)at;
        at += column;
        split->length = (int32_t *)(void *)at;
        at += column;
    }
}

/* Ids stand where `length` says and zeros elsewhere; labels are classes. */
static int check_row(const struct dataset *data, enum dataset_part part, int row)
{
    const struct dataset_split *split = &data->part[part];
    int length = split->length[row], label = split->y[row];
    if (label < 0 || label >= data->n_labels)
        return fail(ERR_FORMAT, "%s: /%s/y row %d: class %d, expected 0 to %d",
                    data->path, part_names[part], row, label, data->n_labels - 1);
    if (length < 0 || length > data->maxlen)
        return fail(ERR_FORMAT, "%s: /%s/length row %d: %d, expected 0 to %d", data->path,
                    part_names[part], row, length, data->maxlen);
    int first = data->pad_pre ? data->maxlen - length : 0;
    for (int t = 0; t < data->maxlen; t++) {
        int id = dataset_id(data, part, row, t);
        bool is_word = t >= first && t < first + length;
        if (id < 0 || id >= data->num_words || (id != 0) != is_word)
            return fail(ERR_FORMAT, "%s: /%s/x row %d, position %d: id %d, expected %s%d",
                        data->path, part_names[part], row, t, id, is_word ? "1 to " : "",
                        is_word ? data->num_words - 1 : 0);
    }
    return OK;
}

/* Rows first .. end - 1 of a part. */
static int load_rows(struct dataset *data, enum dataset_part part, int first, int end)
{
    struct dataset_split *split = &data->part[part];
    const size_t shape[2] = {(size_t)split->rows, (size_t)data->maxlen};
    size_t begin = (size_t)first, n = (size_t)(end - first);
    enum h5_type type = data->id_bytes == 2 ? H5_UINT16 : H5_INT32;
    char path[32];
    snprintf(path, sizeof path, "/%s/x", part_names[part]);
    int rc = h5_read_rows(data->file, path, type, 2, shape, begin, n,
                          (char *)split->x + id_array_bytes(data, first));
    snprintf(path, sizeof path, "/%s/y", part_names[part]);
    if (!rc)
        rc = h5_read_rows(data->file, path, H5_INT32, 1, shape, begin, n,
                          split->y + first);
    snprintf(path, sizeof path, "/%s/length", part_names[part]);
    if (!rc)
        rc = h5_read_rows(data->file, path, H5_INT32, 1, shape, begin, n,
                          split->length + first);
    for (int row = first; row < end && !rc; row++)
        rc = check_row(data, part, row);
    return rc;
}

static int share_begin(int rows, int reader, int readers)
{
    return (int)((int64_t)rows * reader / readers);
}

int dataset_load(struct dataset *data, int reader, int readers)
{
    int rc = OK;
    for (int part = 0; part < DATASET_PARTS && !rc; part++) {
        int rows = data->part[part].rows, first = share_begin(rows, reader, readers);
        int end = share_begin(rows, reader + 1, readers);
        if (first < end)
            rc = load_rows(data, (enum dataset_part)part, first, end);
    }
    h5_close(data->file);
    data->file = NULL;
    return rc;
}

void dataset_hash(struct dataset *data)
{
    data->hash =
        XXH64(data->part[0].x, dataset_bytes(data), 0); /* where storage begins */
}

/* Writing. */

struct dataset_writer {
    const struct dataset *data; /* borrowed */
    struct h5 *file;
};

static enum h5_type id_type(const struct dataset *data)
{
    return data->id_bytes == 2 ? H5_UINT16 : H5_INT32;
}

/* Shape of a part's ids. */
static void id_shape(const struct dataset *data, enum dataset_part part, size_t shape[2])
{
    shape[0] = (size_t)data->part[part].rows;
    shape[1] = (size_t)data->maxlen;
}

static void array_path(enum dataset_part part, const char *name, char path[32])
{
    snprintf(path, 32, "/%s/%s", part_names[part], name);
}

int dataset_create(const struct dataset *data, struct dataset_writer **result)
{
    struct h5 *file = NULL;
    int rc = h5_create_on_disk(data->path, &file);
    if (rc)
        return rc;
    h5_attribute_text(file, "/", "format", format_name);
    h5_attribute_int(file, "/", "format_version", FORMAT_VERSION);
    h5_attribute_int(file, "/", "num_words", data->num_words);
    h5_attribute_int(file, "/", "maxlen", data->maxlen);
    h5_attribute_text(file, "/", "padding", data->pad_pre ? "pre" : "post");
    h5_attribute_text(file, "/", "truncating", data->truncate_pre ? "pre" : "post");
    h5_write_strings(file, "/labels", (size_t)data->n_labels, data->labels);
    h5_write_text(file, "/provenance", data->provenance);
    h5_write_text(file, "/tokenizer", data->tokenizer);
    if (data->kept)
        h5_write_text(file, "/tokenizer_kept", data->kept);
    for (int part = 0; part < DATASET_PARTS; part++) {
        char path[32];
        size_t shape[2];
        array_path((enum dataset_part)part, "x", path);
        id_shape(data, (enum dataset_part)part, shape);
        if (shape[0])
            h5_make_chunked(file, path, id_type(data), 2, shape);
    }
    *result = xcalloc(1, sizeof **result);
    **result = (struct dataset_writer){data, file};
    return OK;
}

size_t dataset_chunk_rows(const struct dataset *data, enum dataset_part part)
{
    size_t shape[2];
    id_shape(data, part, shape);
    return h5_chunk_rows(id_type(data), 2, shape);
}

const void *dataset_pack(const struct dataset *data, enum dataset_part part,
                         struct h5_packer *packer, const void *ids, size_t *n_packed)
{
    size_t n = dataset_chunk_rows(data, part) * (size_t)data->maxlen;
    return h5_pack(packer, id_type(data), n, ids, n_packed);
}

void dataset_write_ids(struct dataset_writer *writer, enum dataset_part part,
                       size_t chunk, const void *packed, size_t n_packed)
{
    char path[32];
    array_path(part, "x", path);
    h5_write_chunk(writer->file, path, chunk * dataset_chunk_rows(writer->data, part),
                   packed, n_packed);
}

int dataset_finish(struct dataset_writer *writer)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        const struct dataset_split *split = &writer->data->part[part];
        size_t rows = (size_t)split->rows;
        char path[32];
        if (rows == 0)
            continue;
        array_path((enum dataset_part)part, "y", path);
        h5_write(writer->file, path, H5_INT32, 1, &rows, split->y, true);
        array_path((enum dataset_part)part, "length", path);
        h5_write(writer->file, path, H5_INT32, 1, &rows, split->length, true);
    }
    int rc = h5_finish(writer->file);
    free(writer);
    return rc;
}

void dataset_abandon(struct dataset_writer *writer)
{
    if (writer)
        h5_close(writer->file);
    free(writer);
}

static void write_part(struct dataset_writer *writer, enum dataset_part part,
                       struct h5_packer *packer)
{
    const struct dataset *data = writer->data;
    size_t rows = (size_t)data->part[part].rows, n_packed = 0;
    size_t chunk_rows = rows ? dataset_chunk_rows(data, part) : 1;
    size_t row = (size_t)data->maxlen * (size_t)data->id_bytes;
    char *ids = xcalloc(chunk_rows, row);
    for (size_t chunk = 0; chunk * chunk_rows < rows; chunk++) {
        size_t first = chunk * chunk_rows;
        size_t n = rows - first < chunk_rows ? rows - first : chunk_rows;
        memset(ids, 0, chunk_rows * row);
        memcpy(ids, (const char *)data->part[part].x + first * row, n * row);
        const void *packed = dataset_pack(data, part, packer, ids, &n_packed);
        dataset_write_ids(writer, part, chunk, packed, n_packed);
    }
    free(ids);
}

int dataset_write(const struct dataset *data)
{
    struct dataset_writer *writer = NULL;
    int rc = dataset_create(data, &writer);
    if (rc)
        return rc;
    struct h5_packer *packer = h5_packer_new();
    for (int part = 0; part < DATASET_PARTS; part++)
        write_part(writer, (enum dataset_part)part, packer);
    h5_packer_free(packer);
    return dataset_finish(writer);
}

int dataset_read(const char *path, enum dataset_words words, struct dataset *result)
{
    struct dataset data = {0};
    int rc = dataset_open(path, words, &data);
    if (rc)
        return rc;
    data.storage = xaligned(dataset_bytes(&data), 1);
    dataset_attach(&data, data.storage);
    rc = dataset_load(&data, 0, 1);
    if (rc) {
        dataset_release(&data);
        return rc;
    }
    dataset_hash(&data);
    *result = data;
    return OK;
}

int dataset_tokenizer(const struct dataset *data, struct text_tokenizer **result)
{
    struct text_options padding = {.maxlen = data->maxlen,
                                   .pad_pre = data->pad_pre,
                                   .truncate_pre = data->truncate_pre};
    struct text_tokenizer *tokenizer = NULL;
    int rc = text_from_json(data->tokenizer, data->path, &padding, &tokenizer);
    if (rc)
        return rc;
    if (text_max_id(tokenizer) >= data->num_words) {
        rc = fail(ERR_FORMAT, "%s: its tokenizer gives ids up to %d, num_words is %d",
                  data->path, text_max_id(tokenizer), data->num_words);
        text_free(tokenizer);
        return rc;
    }
    *result = tokenizer;
    return OK;
}

void dataset_release(struct dataset *data)
{
    h5_close(data->file);
    for (int i = 0; i < data->n_labels && data->labels; i++)
        free(data->labels[i]);
    free(data->labels);
    free(data->storage);
    free(data->path);
    free(data->tokenizer);
    free(data->kept);
    free(data->provenance);
    *data = (struct dataset){0};
}
