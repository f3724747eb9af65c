/* A data set in memory. */
#include "data/dataset_private.h"

#include <stdlib.h>

static size_t lengths_bytes(const struct rows *rows)
{
    return dataset_padded_bytes((size_t)rows->n * sizeof(int32_t));
}

static size_t labels_bytes(const struct rows *rows, int part)
{
    size_t row = rows->n_labels ? (size_t)rows->n_labels : sizeof(int32_t);
    return part == DATASET_UNLABELLED ? 0 : dataset_padded_bytes((size_t)rows->n * row);
}

static size_t ids_bytes(const struct rows *rows)
{
    return dataset_padded_bytes((size_t)rows->n * rows_row_bytes(rows));
}

/* Whether the ids of a part are in memory. */
static bool has_ids(enum dataset_extent extent, int part)
{
    return extent == DATASET_WITH_UNLABELLED ||
           (extent == DATASET_ALL && part != DATASET_UNLABELLED);
}

size_t dataset_bytes(const struct dataset *data, enum dataset_extent extent)
{
    size_t total = 0;

    for (int part = 0; part < DATASET_ALL_PARTS; part++) {
        const struct rows *rows = &data->part[part];
        if (has_ids(extent, part))
            total += ids_bytes(rows);
        total += labels_bytes(rows, part) + lengths_bytes(rows);
    }
    return total;
}

void dataset_attach(struct dataset *data, enum dataset_extent extent, void *storage)
{
    char *at = storage;

    for (int part = 0; part < DATASET_ALL_PARTS; part++) {
        struct rows *rows = &data->part[part];
        if (has_ids(extent, part)) {
            rows->x = at;
            at += ids_bytes(rows);
        }

        if (rows->n_labels)
            rows->multi_hot = (uint8_t *)at;
        else if (part != DATASET_UNLABELLED)
            rows->y = (int32_t *)(void *)at;
        at += labels_bytes(rows, part);
        rows->length = (int32_t *)(void *)at;
        at += lengths_bytes(rows);
    }
}

/* One of the C labels of a row is neither 0 nor 1. */
static int refuse_labels(const struct dataset *data, enum dataset_part part, int row)
{
    const uint8_t *labels = rows_multi_hot(&data->part[part], row);
    int c = 0;
    while (labels[c] < 2)
        c++;
    return fail(ERR_FORMAT, "%s: /%s/y row %d, label %d: %d, expected 0 or 1", data->path,
                dataset_part_names[part], row, c, labels[c]);
}

static int check_labels(const struct dataset *data, enum dataset_part part, int row)
{
    const struct rows *rows = &data->part[part];
    uint8_t any = 0;
    for (int c = 0; c < rows->n_labels; c++)
        any |= rows_multi_hot(rows, row)[c];
    if (rows->n_labels)
        return any > 1 ? refuse_labels(data, part, row) : OK;

    int label = rows->y[row];
    if (label >= 0 && label < data->facts.n_labels)
        return OK;
    return fail(ERR_FORMAT, "%s: /%s/y row %d: class %d, expected 0 to %d", data->path,
                dataset_part_names[part], row, label, data->facts.n_labels - 1);
}

static int check_columns(const struct dataset *data, enum dataset_part part, int row)
{
    int length = data->part[part].length[row];
    int rc = part == DATASET_UNLABELLED ? OK : check_labels(data, part, row);
    if (rc)
        return rc;
    if (length < 0 || length > data->facts.maxlen)
        return fail(ERR_FORMAT, "%s: /%s/length row %d: %d, expected 0 to %d", data->path,
                    dataset_part_name(part), row, length, data->facts.maxlen);
    return OK;
}

static int load_labels(struct dataset *data, enum dataset_part part, int first, int end)
{
    char path[DATASET_PATH_BYTES];
    struct rows *rows = &data->part[part];
    struct dataset_labels labels = dataset_labels_of(rows);
    void *at = rows->n_labels
                   ? (void *)(rows->multi_hot + (size_t)first * labels.shape[1])
                   : (void *)(rows->y + first);

    dataset_array_path(part, "y", path);
    return h5_read_rows(data->file, path, labels.type, labels.n_dims, labels.shape,
                        (size_t)first, (size_t)(end - first), at);
}

static int load_lengths(struct dataset *data, enum dataset_part part, int first, int end)
{
    char path[DATASET_PATH_BYTES];
    size_t rows = (size_t)data->part[part].n;

    dataset_array_path(part, "length", path);
    return h5_read_rows(data->file, path, H5_INT32, 1, &rows, (size_t)first,
                        (size_t)(end - first), data->part[part].length + first);
}

static int load_ids(struct dataset *data, enum dataset_part part, int first, int end)
{
    struct dataset_reader *reader = NULL;
    size_t row_bytes = dataset_row_bytes(data);
    char *x = data->part[part].x;

    int rc = dataset_reader_open(data, part, &reader);
    for (int row = first; row < end && !rc; row++)
        rc = dataset_reader_row(reader, row, x + (size_t)row * row_bytes);
    dataset_reader_close(reader);
    return rc;
}

/* Loads and checks rows first .. end - 1 of a part. */
static int load_rows(struct dataset *data, enum dataset_part part, int first, int end)
{
    struct rows *rows = &data->part[part];

    int rc = part == DATASET_UNLABELLED ? OK : load_labels(data, part, first, end);
    if (!rc)
        rc = load_lengths(data, part, first, end);
    for (int row = first; row < end && !rc; row++)
        rc = check_columns(data, part, row);
    return rc || !rows->x ? rc : load_ids(data, part, first, end);
}

static int share_begin(int rows, int reader, int readers)
{
    return (int)((int64_t)rows * reader / readers);
}

/* What is wanted of the file may not be in memory yet. */
static bool stays_open(const struct dataset *data)
{
    const struct rows *unlabelled = &data->part[DATASET_UNLABELLED];
    return !data->part[DATASET_TRAIN].x || (unlabelled->n && !unlabelled->x) ||
           data->facts.has_ngrams || data->facts.has_vectors || data->notes[ROW_ORIGIN] ||
           data->notes[ROW_TEXT];
}

int dataset_load(struct dataset *data, int reader, int readers)
{
    int rc = OK;
    for (int part = 0; part < DATASET_ALL_PARTS && !rc; part++) {
        int rows = data->part[part].n, first = share_begin(rows, reader, readers);
        int end = share_begin(rows, reader + 1, readers);
        if (first < end)
            rc = load_rows(data, (enum dataset_part)part, first, end);
    }

    if (!stays_open(data)) {
        h5_close(data->file);
        data->file = NULL;
    }
    return rc;
}

static int check_memory(const struct dataset *data, enum dataset_extent extent,
                        const char *remedy)
{
    size_t needed = dataset_bytes(data, extent);
    size_t has = host_memory();
    if (needed <= has / 10 * 9)
        return OK;
    return fail(ERR_USAGE, "%s: its ids take %zu MiB in memory, this host has %zu: %s",
                data->path, needed >> 20, has >> 20, remedy);
}

int dataset_load_alone(struct dataset *data, enum dataset_extent extent,
                       const char *remedy)
{
    int rc = extent != DATASET_COLUMNS ? check_memory(data, extent, remedy) : OK;
    if (rc)
        return rc;

    data->storage = xaligned(dataset_bytes(data, extent), 1);
    dataset_attach(data, extent, data->storage);
    return dataset_load(data, 0, 1);
}

int dataset_read(const char *path, enum dataset_words words, enum dataset_extent extent,
                 struct dataset *result)
{
    struct dataset data = {0};

    int rc = dataset_open(path, words, &data);
    if (!rc)
        rc = dataset_load_alone(&data, extent, "use another host");
    if (rc) {
        dataset_release(&data);
        return rc;
    }
    *result = data;
    return OK;
}
