#include "data/row_notes.h"
#include "data/dataset_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const row_note_names[] = {[ROW_ORIGIN] = "origin", [ROW_TEXT] = "text"};
_Static_assert(COUNT_OF(row_note_names) == ROW_NOTES, "a note has no name");

/* "/train/origin/start" */
static void path_of(enum dataset_part part, enum row_note note, const char *array,
                    char path[DATASET_PATH_BYTES])
{
    snprintf(path, DATASET_PATH_BYTES, "/%s/%s/%s", dataset_part_name(part),
             row_note_names[note], array);
}

/* Memory is taken for as many values as there are. */
static int read_part_head(struct dataset *data, enum dataset_part part,
                          enum row_note note)
{
    char path[DATASET_PATH_BYTES];
    enum h5_type type = H5_UINT8;
    int n_dims = 0;
    size_t n_starts = (size_t)data->part[part].n + 1, shape[H5_MAX_RANK] = {0};

    path_of(part, note, "start", path);
    int rc = h5_check(data->file, path, H5_INT64, 1, &n_starts);
    if (rc)
        return rc;

    path_of(part, note, "bytes", path);
    rc = h5_shape(data->file, path, &type, &n_dims, shape);
    if (!rc)
        rc = h5_check(data->file, path, H5_UINT8, 1, shape);
    return rc;
}

int dataset_read_notes_head(struct dataset *data)
{
    char path[DATASET_PATH_BYTES];
    int rc = OK;

    for (enum row_note note = 0; note < ROW_NOTES; note++) {
        path_of(DATASET_TRAIN, note, "start", path);
        data->notes[note] = h5_exists(data->file, path);
        for (int part = 0; part < DATASET_PARTS && data->notes[note] && !rc; part++)
            if (data->part[part].n)
                rc = read_part_head(data, (enum dataset_part)part, note);
    }
    return rc;
}

/* Bytes on their way into chunks. */
struct stream {
    struct h5_writer *file;
    struct h5_packer *packer;
    char path[DATASET_PATH_BYTES];
    size_t chunk, n, first; /* bytes of a chunk, in `bytes`, and in front of them */
    char *bytes;
};

static void flush_chunk(struct stream *stream)
{
    size_t n_packed = 0;

    memset(stream->bytes + stream->n, 0, stream->chunk - stream->n);
    const void *packed =
        h5_pack(stream->packer, H5_UINT8, stream->chunk, stream->bytes, &n_packed);
    h5_write_chunk(stream->file, stream->path, stream->first, packed, n_packed);
    stream->first += stream->n;
    stream->n = 0;
}

static void add_bytes(struct stream *stream, const char *text, size_t n)
{
    while (n > 0) {
        size_t room = stream->chunk - stream->n, here = n < room ? n : room;

        memcpy(stream->bytes + stream->n, text, here);
        stream->n += here;
        text += here;
        n -= here;
        if (stream->n == stream->chunk)
            flush_chunk(stream);
    }
}

/* Where rows begin, the end of the last one behind them. */
static int find_starts(const struct row_notes_source *source, enum dataset_part part,
                       enum row_note note, int n_rows, int64_t *starts)
{
    const char *text = NULL;
    int rc = OK;

    for (int row = 0; row < n_rows && !rc; row++) {
        size_t n = 0;
        rc = source->read(source->context, part, note, row, &text, &n);
        starts[row + 1] = starts[row] + (int64_t)n;
    }
    return rc;
}

static int write_bytes(struct stream *stream, const struct row_notes_source *source,
                       enum dataset_part part, enum row_note note, int n_rows)
{
    int rc = OK;

    for (int row = 0; row < n_rows && !rc; row++) {
        const char *text = NULL;
        size_t n = 0;
        rc = source->read(source->context, part, note, row, &text, &n);
        if (!rc)
            add_bytes(stream, text, n);
    }
    if (!rc && stream->n > 0)
        flush_chunk(stream);
    return rc;
}

static int write_notes(struct h5_writer *file, const struct dataset *data,
                       enum dataset_part part, enum row_note note)
{
    const struct row_notes_source *source = data->notes_source;
    struct stream stream = {.file = file, .packer = h5_packer_new()};
    int n_rows = data->part[part].n;
    size_t n_starts = (size_t)n_rows + 1;
    int64_t *starts = xcalloc(n_starts, sizeof *starts);

    int rc = find_starts(source, part, note, n_rows, starts);
    size_t n = rc ? 0 : (size_t)starts[n_rows];
    path_of(part, note, "start", stream.path);
    h5_write(file, stream.path, H5_INT64, 1, &n_starts, starts, true);
    path_of(part, note, "bytes", stream.path);
    if (n > 0) {
        stream.chunk = h5_chunk_rows(H5_UINT8, 1, &n);
        stream.bytes = xcalloc(stream.chunk, 1);
        h5_make_chunked(file, stream.path, H5_UINT8, 1, &n);
        rc = write_bytes(&stream, source, part, note, n_rows);
    } else {
        h5_write(file, stream.path, H5_UINT8, 1, &n, NULL, false);
    }

    h5_packer_free(stream.packer);
    free(stream.bytes);
    free(starts);
    return rc;
}

int row_notes_write(struct h5_writer *file, const struct dataset *data)
{
    int rc = OK;

    for (enum row_note note = 0; note < ROW_NOTES; note++)
        for (int part = 0; part < DATASET_PARTS && data->notes[note] && !rc; part++)
            if (data->part[part].n)
                rc = write_notes(file, data, (enum dataset_part)part, note);
    return rc;
}

struct row_notes_reader {
    const struct dataset *data; /* borrowed */
    char path[DATASET_PATH_BYTES];
    int64_t *starts;          /* (rows + 1) */
    struct h5_chunks *chunks; /* NULL: there are no bytes */
    char *text;
    size_t room;
};

/* They rise from 0 to the number of bytes, and no note is larger than any may be. */
static int read_starts(struct row_notes_reader *reader, const char *path, int n_rows,
                       size_t n_bytes)
{
    size_t n_starts = (size_t)n_rows + 1;
    int64_t *starts = reader->starts, end = (int64_t)n_bytes;
    int rc = h5_read(reader->data->file, path, H5_INT64, 1, &n_starts, starts);

    for (int i = 0; i <= n_rows && !rc; i++) {
        int64_t least = i ? starts[i - 1] : 0, most = end;
        if (i == 0)
            most = 0;
        if (i == n_rows)
            least = end;
        if (starts[i] < least || starts[i] > most ||
            (i > 0 && starts[i] - starts[i - 1] > ROW_NOTE_MOST_BYTES))
            rc = fail(ERR_FORMAT,
                      "%s: %s row %d: %lld, expected %lld to %lld, and at most %d more "
                      "than before",
                      reader->data->path, path, i, (long long)starts[i], (long long)least,
                      (long long)most, (int)ROW_NOTE_MOST_BYTES);
    }
    return rc;
}

int row_notes_open(const struct dataset *data, enum dataset_part part, enum row_note note,
                   struct row_notes_reader **result)
{
    struct row_notes_reader *reader = xcalloc(1, sizeof *reader);
    char path[DATASET_PATH_BYTES];
    enum h5_type type = H5_UINT8;
    int n_dims = 0, n_rows = data->part[part].n;
    size_t shape[H5_MAX_RANK] = {0};

    reader->data = data;
    reader->starts = xcalloc((size_t)n_rows + 1, sizeof *reader->starts);
    path_of(part, note, "start", path);
    path_of(part, note, "bytes", reader->path);

    int rc = h5_shape(data->file, reader->path, &type, &n_dims, shape);
    if (!rc)
        rc = read_starts(reader, path, n_rows, shape[0]);
    if (!rc && shape[0] > 0)
        rc =
            h5_chunks_open(data->file, reader->path, H5_UINT8, 1, shape, &reader->chunks);
    if (rc)
        row_notes_close(reader);
    else
        *result = reader;
    return rc;
}

void row_notes_close(struct row_notes_reader *reader)
{
    if (!reader)
        return;
    h5_chunks_close(reader->chunks);
    free(reader->starts);
    free(reader->text);
    free(reader);
}

/* Grown as chunks are unpacked: no file asks for memory that it does not fill. */
static void need(struct row_notes_reader *reader, size_t n)
{
    if (reader->room >= n)
        return;
    reader->room = n + n / 2;
    reader->text = xrealloc(reader->text, reader->room, 1);
}

int row_notes_read(struct row_notes_reader *reader, int row, const char **text)
{
    size_t first = (size_t)reader->starts[row], end = (size_t)reader->starts[row + 1];
    size_t n = 0;
    int rc = OK;

    need(reader, 1);
    while (first < end && !rc) {
        size_t per_chunk = h5_chunks_rows(reader->chunks), skipped = first % per_chunk;
        size_t room = per_chunk - skipped, here = end - first < room ? end - first : room;

        const void *values = NULL;
        rc = h5_chunks_read(reader->chunks, first / per_chunk, &values);
        if (rc)
            break;

        need(reader, n + here + 1);
        memcpy(reader->text + n, (const char *)values + skipped, here);
        n += here;
        first += here;
    }
    if (rc)
        return rc;

    reader->text[n] = '\0';
    if (strlen(reader->text) != n || !text_is_utf8(reader->text))
        return fail(ERR_FORMAT, "%s: %s row %d is no UTF-8 without NUL",
                    reader->data->path, reader->path, row);
    *text = reader->text;
    return OK;
}
