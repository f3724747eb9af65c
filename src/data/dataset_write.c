/* Data sets written: see dataset.c, which reads them. */
#include "data/dataset_private.h"
#include "data/ngrams_file.h"
#include "data/sparse.h"

#include "files/h5_write.h"

#include <stdlib.h>
#include <string.h>

struct dataset_writer {
    const struct dataset *data; /* borrowed */
    struct h5_writer *file;
};

static void make_ones(struct h5_writer *file, const struct dataset *data,
                      enum dataset_part part)
{
    char path[DATASET_PATH_BYTES];
    size_t n = data->n_ones[part];
    dataset_array_path(part, DATASET_INDEX, path);
    if (n)
        h5_make_chunked(file, path, H5_INT32, 1, &n);
    else
        h5_write(file, path, H5_INT32, 1, &n, NULL, false);
}

int dataset_create(const struct dataset *data, struct dataset_writer **result)
{
    struct h5_writer *file = NULL;
    int rc = h5_create_on_disk(data->path, &file);
    if (rc)
        return rc;

    h5_attribute_text(file, "/", "format", DATASET_FORMAT);
    h5_attribute_int(file, "/", "format_version", DATASET_FORMAT_VERSION);
    facts_write(file, FACTS_IN_DATASET, &data->facts);
    facts_write_labels(file, FACTS_IN_DATASET, &data->facts);
    h5_write_text(file, "/provenance", data->provenance);
    if (data->facts.has_ngrams)
        ngrams_write(file, DATASET_NGRAMS, data->ngrams);
    if (data->facts.has_vectors)
        dataset_write_vectors(file, data);

    for (int part = 0; part < DATASET_ALL_PARTS; part++) {
        char path[DATASET_PATH_BYTES];
        size_t shape[2];
        dataset_array_path((enum dataset_part)part, "x", path);
        dataset_id_shape(data, (enum dataset_part)part, shape);
        if (shape[0])
            h5_make_chunked(file, path, dataset_id_type(data), 2, shape);
        if (dataset_has_ngrams(data, (enum dataset_part)part))
            make_ones(file, data, (enum dataset_part)part);
    }

    *result = xcalloc(1, sizeof **result);
    **result = (struct dataset_writer){data, file};
    return OK;
}

void dataset_write_tokenizer(struct dataset_writer *writer)
{
    const struct dataset *data = writer->data;
    h5_write_text(writer->file, "/tokenizer", data->tokenizer);
    if (data->kept)
        h5_write_text(writer->file, "/tokenizer_kept", data->kept);
}

size_t dataset_chunk_rows(const struct dataset *data, enum dataset_part part)
{
    size_t shape[2];
    dataset_id_shape(data, part, shape);
    return h5_chunk_rows(dataset_id_type(data), 2, shape);
}

const void *dataset_pack(const struct dataset *data, enum dataset_part part,
                         struct h5_packer *packer, const void *ids, size_t *n_packed)
{
    size_t n = dataset_chunk_rows(data, part) * (size_t)data->facts.maxlen;
    return h5_pack(packer, dataset_id_type(data), n, ids, n_packed);
}

void dataset_write_ids(struct dataset_writer *writer, enum dataset_part part,
                       size_t chunk, const void *packed, size_t n_packed)
{
    char path[DATASET_PATH_BYTES];
    dataset_array_path(part, "x", path);
    h5_write_chunk(writer->file, path, chunk * dataset_chunk_rows(writer->data, part),
                   packed, n_packed);
}

size_t dataset_chunk_ones(const struct dataset *data, enum dataset_part part)
{
    return h5_chunk_rows(H5_INT32, 1, &data->n_ones[part]);
}

const void *dataset_pack_ones(const struct dataset *data, enum dataset_part part,
                              struct h5_packer *packer, const void *ones,
                              size_t *n_packed)
{
    return h5_pack(packer, H5_INT32, dataset_chunk_ones(data, part), ones, n_packed);
}

void dataset_write_ones(struct dataset_writer *writer, enum dataset_part part,
                        size_t chunk, const void *packed, size_t n_packed)
{
    char path[DATASET_PATH_BYTES];
    dataset_array_path(part, DATASET_INDEX, path);
    h5_write_chunk(writer->file, path, chunk * dataset_chunk_ones(writer->data, part),
                   packed, n_packed);
}

static void write_starts(struct dataset_writer *writer, enum dataset_part part)
{
    const struct sparse *rows = &writer->data->sparse[part];
    char path[DATASET_PATH_BYTES];
    size_t n = rows->n_rows + 1;
    dataset_array_path(part, DATASET_START, path);
    h5_write(writer->file, path, H5_INT64, 1, &n, rows->start, true);
}

static void write_labels(struct dataset_writer *writer, enum dataset_part part)
{
    struct rows rows = writer->data->part[part];
    char path[DATASET_PATH_BYTES];
    rows.n_labels = writer->data->facts.multi_label ? writer->data->facts.n_labels : 0;
    struct dataset_labels labels = dataset_labels_of(&rows);

    dataset_array_path(part, "y", path);
    h5_write(writer->file, path, labels.type, labels.n_dims, labels.shape,
             rows.n_labels ? (void *)rows.multi_hot : (void *)rows.y, true);
}

static void write_columns(struct dataset_writer *writer, enum dataset_part part)
{
    const struct rows *rows = &writer->data->part[part];
    char path[DATASET_PATH_BYTES];
    size_t n = (size_t)rows->n;

    if (part != DATASET_UNLABELLED)
        write_labels(writer, part);
    dataset_array_path(part, "length", path);
    h5_write(writer->file, path, H5_INT32, 1, &n, rows->length, true);
    if (dataset_has_ngrams(writer->data, part))
        write_starts(writer, part);
}

int dataset_finish(struct dataset_writer *writer)
{
    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        if (writer->data->part[part].n)
            write_columns(writer, (enum dataset_part)part);

    int rc = row_notes_write(writer->file, writer->data);
    if (rc)
        h5_discard(writer->file);
    else
        rc = h5_finish(writer->file);
    free(writer);
    return rc;
}

void dataset_abandon(struct dataset_writer *writer)
{
    if (writer)
        h5_discard(writer->file);
    free(writer);
}

static void write_part(struct dataset_writer *writer, enum dataset_part part,
                       struct h5_packer *packer)
{
    const struct dataset *data = writer->data;
    size_t rows = (size_t)data->part[part].n, n_packed = 0;
    size_t chunk_rows = rows ? dataset_chunk_rows(data, part) : 1;
    size_t row = dataset_row_bytes(data);
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

static void write_ones(struct dataset_writer *writer, enum dataset_part part,
                       struct h5_packer *packer)
{
    const struct dataset *data = writer->data;
    size_t n = data->n_ones[part], n_packed = 0;
    size_t chunk_ones = n ? dataset_chunk_ones(data, part) : 1;
    uint32_t *ones = xcalloc(chunk_ones, sizeof *ones);

    for (size_t chunk = 0; chunk * chunk_ones < n; chunk++) {
        size_t first = chunk * chunk_ones, left = n - first;
        size_t here = left < chunk_ones ? left : chunk_ones;
        memset(ones, 0, chunk_ones * sizeof *ones);
        memcpy(ones, data->sparse[part].index + first, here * sizeof *ones);

        const void *packed = dataset_pack_ones(data, part, packer, ones, &n_packed);
        dataset_write_ones(writer, part, chunk, packed, n_packed);
    }
    free(ones);
}

int dataset_write(const struct dataset *data)
{
    struct dataset_writer *writer = NULL;
    int rc = dataset_create(data, &writer);
    if (rc)
        return rc;

    struct h5_packer *packer = h5_packer_new();
    dataset_write_tokenizer(writer);
    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        write_part(writer, (enum dataset_part)part, packer);
    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        if (dataset_has_ngrams(data, (enum dataset_part)part))
            write_ones(writer, (enum dataset_part)part, packer);
    h5_packer_free(packer);
    return dataset_finish(writer);
}
