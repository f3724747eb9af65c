#include "data/sparse.h"
#include "data/dataset_private.h"
#include "data/ngrams_file.h"

#include <stdlib.h>
#include <string.h>

int dataset_ngrams(const struct dataset *data, struct ngrams *ngrams)
{
    return ngrams_read(data->file, DATASET_NGRAMS, ngrams);
}

int dataset_describe_ngrams(const struct dataset *data, size_t *n, char ***lines)
{
    struct ngrams ngrams = {0};
    int rc = data->facts.has_ngrams ? dataset_ngrams(data, &ngrams) : OK;

    *n = 0;
    *lines = NULL;
    if (rc || !ngrams.n)
        return rc;

    *lines = ngrams_describe(&ngrams, n);
    ngrams_release(&ngrams);
    return OK;
}

/* Memory is taken for as many values as there are. */
static int read_part_head(struct dataset *data, enum dataset_part part)
{
    char path[DATASET_PATH_BYTES];
    enum h5_type type = H5_INT32;
    int n_dims = 0;
    size_t n_starts = (size_t)data->part[part].n + 1, shape[H5_MAX_RANK] = {0};

    dataset_array_path(part, DATASET_START, path);
    int rc = h5_check(data->file, path, H5_INT64, 1, &n_starts);
    if (rc)
        return rc;

    dataset_array_path(part, DATASET_INDEX, path);
    rc = h5_shape(data->file, path, &type, &n_dims, shape);
    if (!rc)
        rc = h5_check(data->file, path, H5_INT32, 1, shape);
    if (!rc)
        data->n_ones[part] = shape[0];
    return rc;
}

int dataset_read_ngrams_head(struct dataset *data)
{
    char path[DATASET_PATH_BYTES];
    int rc = ngrams_read_size(data->file, DATASET_NGRAMS, &data->n_features);
    data->facts.n_ngrams = rc ? 0 : (int)data->n_features;
    for (int part = 0; part < DATASET_PARTS && !rc; part++)
        if (data->part[part].n)
            rc = read_part_head(data, (enum dataset_part)part);

    dataset_array_path(DATASET_UNLABELLED, DATASET_START, path);
    if (!rc && data->part[DATASET_UNLABELLED].n && h5_exists(data->file, path))
        rc = read_part_head(data, DATASET_UNLABELLED);
    return rc;
}

/* Where rows first .. first + n begin, in the whole of the part. */
static int read_starts(const struct dataset *data, enum dataset_part part, size_t first,
                       size_t n, uint64_t *start)
{
    char path[DATASET_PATH_BYTES];
    size_t rows = (size_t)data->part[part].n, n_starts = rows + 1;
    uint64_t ones = data->n_ones[part];

    dataset_array_path(part, DATASET_START, path);
    int rc = h5_read_rows(data->file, path, H5_INT64, 1, &n_starts, first, n + 1, start);
    for (size_t i = 0; i <= n && !rc; i++) {
        uint64_t least = i ? start[i - 1] : 0;
        bool is_fixed = first + i == 0 || first + i == rows;
        uint64_t fixed = first + i == 0 ? 0 : ones;
        if (start[i] < least || start[i] > ones || (is_fixed && start[i] != fixed))
            rc = fail(ERR_FORMAT, "%s: %s row %zu: %lld, expected %llu to %llu",
                      data->path, path, first + i, (long long)start[i],
                      (unsigned long long)(is_fixed ? fixed : least),
                      (unsigned long long)(is_fixed ? fixed : ones));
    }
    return rc;
}

/* The features of a row ascend and are below F. */
static int check_row(const struct dataset *data, enum dataset_part part, size_t row,
                     const uint32_t *index, size_t n)
{
    uint32_t end = (uint32_t)data->n_features, bad = n > 0 && index[n - 1] >= end;
    for (size_t i = 1; i < n; i++)
        bad |= index[i] <= index[i - 1];
    if (!bad)
        return OK;

    size_t i = 0;
    while (index[i] < end && (i == 0 || index[i] > index[i - 1]))
        i++;
    return fail(ERR_FORMAT,
                "%s: /%s/" DATASET_INDEX " row %zu, place %zu: n-gram %d, expected %d to "
                "%d",
                data->path, dataset_part_name(part), row, i, (int32_t)index[i],
                i ? (int32_t)index[i - 1] + 1 : 0, (int32_t)end - 1);
}

/* Rows from `first` on whose features are in `index`, of which start[0] is the first. */
static int check_rows(const struct dataset *data, enum dataset_part part, size_t first,
                      size_t n, const uint64_t *start, const uint32_t *index)
{
    int rc = OK;
    for (size_t i = 0; i < n && !rc; i++)
        rc = check_row(data, part, first + i, index + (start[i] - start[0]),
                       (size_t)(start[i + 1] - start[i]));
    return rc;
}

int sparse_load(const struct dataset *data, enum dataset_part part, size_t first,
                size_t n, uint64_t *start, uint32_t **result)
{
    char path[DATASET_PATH_BYTES];
    uint64_t *found = xcalloc(n + 1, sizeof *found);
    uint32_t *index = NULL;

    int rc = read_starts(data, part, first, n, found);
    size_t n_ones = rc ? 0 : (size_t)(found[n] - found[0]);
    index = xcalloc(n_ones + 1, sizeof *index);

    dataset_array_path(part, DATASET_INDEX, path);
    if (!rc && n_ones)
        rc = h5_read_rows(data->file, path, H5_INT32, 1, &data->n_ones[part],
                          (size_t)found[0], n_ones, index);
    if (!rc)
        rc = check_rows(data, part, first, n, found, index);

    for (size_t i = 0; i <= n && !rc; i++)
        start[i] = found[i] - found[0];
    free(found);
    if (rc) {
        free(index);
        return rc;
    }
    *result = index;
    return OK;
}

/* Starts, then features. */
size_t sparse_block_bytes(const struct dataset *data, enum dataset_part part)
{
    size_t n = (size_t)data->part[part].n;
    size_t bytes = (n + 1) * sizeof(uint64_t) + data->n_ones[part] * sizeof(uint32_t);
    return n ? (bytes + 63) / 64 * 64 : 0;
}

struct sparse sparse_block_rows(const struct dataset *data, enum dataset_part part,
                                void *block)
{
    size_t n = (size_t)data->part[part].n;
    const uint64_t *start = block;
    return (struct sparse){n, (size_t)data->facts.n_ngrams, start,
                           (const uint32_t *)(const void *)(start + n + 1)};
}

int sparse_block_load(const struct dataset *data, enum dataset_part part, void *block)
{
    size_t n = (size_t)data->part[part].n;
    uint64_t *start = block;
    uint32_t *index = NULL;

    int rc = n ? sparse_load(data, part, 0, n, start, &index) : OK;
    if (!rc && n)
        memcpy(start + n + 1, index, data->n_ones[part] * sizeof *index);
    free(index);
    return rc;
}

struct sparse_reader {
    const struct dataset *data; /* borrowed */
    enum dataset_part part;
    uint64_t *starts;         /* (rows + 1) of the part */
    struct h5_chunks *chunks; /* NULL: the part has no ones */
    size_t next;              /* the row that is next */
    uint64_t *start;
    uint32_t *index;
    size_t start_room, index_room;
};

int sparse_reader_open(const struct dataset *data, enum dataset_part part,
                       struct sparse_reader **result)
{
    char path[DATASET_PATH_BYTES];
    struct sparse_reader *reader = xcalloc(1, sizeof *reader);
    size_t rows = (size_t)data->part[part].n;
    *reader = (struct sparse_reader){.data = data, .part = part};
    reader->starts = xcalloc(rows + 1, sizeof *reader->starts);

    dataset_array_path(part, DATASET_INDEX, path);
    int rc = rows ? read_starts(data, part, 0, rows, reader->starts) : OK;
    if (!rc && data->n_ones[part])
        rc = h5_chunks_open(data->file, path, H5_INT32, 1, &data->n_ones[part],
                            &reader->chunks);
    if (rc) {
        sparse_reader_close(reader);
        return rc;
    }
    *result = reader;
    return OK;
}

/* Features first .. first + n - 1 of the part. */
static int copy_features(struct sparse_reader *reader, uint64_t first, size_t n,
                         uint32_t *index)
{
    while (n > 0) {
        size_t per_chunk = h5_chunks_rows(reader->chunks);
        size_t chunk = (size_t)(first / per_chunk), skipped = (size_t)(first % per_chunk);
        size_t here = n < per_chunk - skipped ? n : per_chunk - skipped;

        const void *values = NULL;
        int rc = h5_chunks_read(reader->chunks, chunk, &values);
        if (rc)
            return rc;

        memcpy(index, (const uint32_t *)values + skipped, here * sizeof *index);
        index += here;
        first += here;
        n -= here;
    }
    return OK;
}

static void need(struct sparse_reader *reader, size_t n_rows, size_t n_ones)
{
    if (reader->start_room < n_rows + 1) {
        reader->start_room = n_rows + 1;
        reader->start = xrealloc(reader->start, n_rows + 1, sizeof *reader->start);
    }
    if (reader->index_room < n_ones + 1) {
        reader->index_room = n_ones + n_ones / 4 + 1;
        reader->index =
            xrealloc(reader->index, reader->index_room, sizeof *reader->index);
    }
}

int sparse_reader_next(struct sparse_reader *reader, size_t most, struct sparse *rows)
{
    const struct dataset *data = reader->data;
    size_t first = reader->next, left = (size_t)data->part[reader->part].n - first;
    size_t n = left < most ? left : most;
    const uint64_t *starts = reader->starts + first;
    size_t n_ones = (size_t)(starts[n] - starts[0]);

    need(reader, n, n_ones);
    int rc = copy_features(reader, starts[0], n_ones, reader->index);
    if (!rc)
        rc = check_rows(data, reader->part, first, n, starts, reader->index);
    if (rc)
        return rc;

    for (size_t i = 0; i <= n; i++)
        reader->start[i] = starts[i] - starts[0];
    reader->next += n;
    *rows = (struct sparse){n, data->n_features, reader->start, reader->index};
    return OK;
}

void sparse_reader_close(struct sparse_reader *reader)
{
    if (!reader)
        return;
    h5_chunks_close(reader->chunks);
    free(reader->starts);
    free(reader->start);
    free(reader->index);
    free(reader);
}
