/* Rows of a data set's file by number; and what all of them come to. */
#include "data/dataset_private.h"
#include "data/own_vectors.h"
#include "data/row_notes.h"
#include "data/sparse.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

int dataset_open_chunks(const struct dataset *data, enum dataset_part part,
                        struct h5_chunks **chunks)
{
    char path[DATASET_PATH_BYTES];
    size_t shape[2];
    dataset_array_path(part, "x", path);
    dataset_id_shape(data, part, shape);
    return h5_chunks_open(data->file, path, dataset_id_type(data), 2, shape, chunks);
}

struct dataset_reader {
    const struct dataset *data; /* borrowed */
    enum dataset_part part;
    struct h5_chunks *chunks;
};

int dataset_reader_open(const struct dataset *data, enum dataset_part part,
                        struct dataset_reader **result)
{
    struct h5_chunks *chunks = NULL;
    int rc = dataset_open_chunks(data, part, &chunks);
    if (rc)
        return rc;

    *result = xcalloc(1, sizeof **result);
    **result = (struct dataset_reader){data, part, chunks};
    return OK;
}

void dataset_reader_close(struct dataset_reader *reader)
{
    if (reader)
        h5_chunks_close(reader->chunks);
    free(reader);
}

/* Whether n ids are all words, 1 .. num_words - 1. The loops have no branch, so that they
 * become vectors. */
static bool are_words(const struct facts *facts, const void *ids, int first, int n)
{
    uint32_t end = (uint32_t)facts->num_words, bad = 0;
    const uint16_t *narrow = (const uint16_t *)ids + first;
    const int32_t *wide = (const int32_t *)ids + first;

    if (facts_id_bytes(facts) == 2)
        for (int i = 0; i < n; i++)
            bad |= narrow[i] - 1U >= end - 1;
    else
        for (int i = 0; i < n; i++)
            bad |= (uint32_t)wide[i] - 1U >= end - 1;
    return !bad;
}

static bool are_pads(const struct facts *facts, const void *ids, int first, int n)
{
    size_t id_bytes = (size_t)facts_id_bytes(facts);
    const char *bytes = (const char *)ids + (size_t)first * id_bytes;
    char bad = 0;
    for (size_t i = 0; i < (size_t)n * id_bytes; i++)
        bad |= bytes[i];
    return !bad;
}

/* Ids stand where `length` says and zeros elsewhere. */
static int check_ids(const struct dataset *data, enum dataset_part part, int row,
                     const void *ids)
{
    const struct rows *rows = &data->part[part];
    const struct facts *facts = &data->facts;
    int first = rows_first_word(rows, row), end = first + rows->length[row];
    if (are_words(facts, ids, first, end - first) && are_pads(facts, ids, 0, first) &&
        are_pads(facts, ids, end, rows->maxlen - end))
        return OK;

    /* one of them is wrong: which? */
    int t = 0;
    while (t >= first && t < end ? are_words(facts, ids, t, 1)
                                 : are_pads(facts, ids, t, 1))
        t++;

    bool is_word = t >= first && t < end;
    int32_t id = 0;
    rows_ids(rows, ids, t, 1, &id);
    return fail(ERR_FORMAT, "%s: /%s/x row %d, position %d: id %d, expected %s%d",
                data->path, dataset_part_name(part), row, t, id, is_word ? "1 to " : "",
                is_word ? facts->num_words - 1 : 0);
}

int dataset_reader_row(struct dataset_reader *reader, int row, void *ids)
{
    const struct dataset *data = reader->data;
    int chunk_rows = data->part[reader->part].chunk_rows, chunk = row / chunk_rows;

    const void *values = NULL;
    int rc = h5_chunks_read(reader->chunks, (size_t)chunk, &values);
    if (rc)
        return rc;

    size_t row_bytes = dataset_row_bytes(data), at = (size_t)(row % chunk_rows);
    memcpy(ids, (const char *)values + at * row_bytes, row_bytes);
    return check_ids(data, reader->part, row, ids);
}

/* The zeros between an array of n bytes and the next one in memory. */
static void hash_padding(XXH64_state_t *state, size_t n)
{
    static const char zeros[64];
    XXH64_update(state, zeros, dataset_padded_bytes(n) - n);
}

static void hash_columns(XXH64_state_t *state, const struct rows *rows)
{
    size_t n = (size_t)rows->n * sizeof *rows->length;
    size_t n_labels = rows->n_labels ? (size_t)rows->n * (size_t)rows->n_labels : n;
    const void *labels = rows->n_labels ? (void *)rows->multi_hot : (void *)rows->y;

    if (labels) {
        XXH64_update(state, labels, n_labels);
        hash_padding(state, n_labels);
    }
    XXH64_update(state, rows->length, n);
    hash_padding(state, n);
}

static int hash_ids(XXH64_state_t *state, const struct dataset *data,
                    enum dataset_part part)
{
    struct dataset_reader *reader = NULL;
    size_t row_bytes = dataset_row_bytes(data);
    int rows = data->part[part].n;
    void *ids = xcalloc(row_bytes, 1);

    int rc = dataset_reader_open(data, part, &reader);
    for (int row = 0; row < rows && !rc; row++) {
        rc = dataset_reader_row(reader, row, ids);
        XXH64_update(state, ids, row_bytes);
    }
    hash_padding(state, (size_t)rows * row_bytes);
    dataset_reader_close(reader);
    free(ids);
    return rc;
}

static int hash_ngrams(XXH64_state_t *state, const struct dataset *data)
{
    struct ngrams ngrams = {0};
    size_t n = data->n_features * sizeof *ngrams.parent;
    int rc = dataset_ngrams(data, &ngrams);
    if (rc)
        return rc;

    XXH64_update(state, ngrams.words, ngrams.n_bytes);
    XXH64_update(state, ngrams.parent, n);
    XXH64_update(state, ngrams.last, n);
    XXH64_update(state, ngrams.documents, n);
    ngrams_release(&ngrams);
    return OK;
}

static int hash_features(XXH64_state_t *state, const struct dataset *data,
                         enum dataset_part part)
{
    enum { ROWS = 4096 };
    struct sparse_reader *reader = NULL;
    struct sparse rows = {.n_rows = 1};

    int rc = sparse_reader_open(data, part, &reader);
    while (!rc && rows.n_rows) {
        rc = sparse_reader_next(reader, ROWS, &rows);
        if (rc || !rows.n_rows)
            break;
        XXH64_update(state, rows.start, (rows.n_rows + 1) * sizeof *rows.start);
        XXH64_update(state, rows.index, rows.start[rows.n_rows] * sizeof *rows.index);
    }
    sparse_reader_close(reader);
    return rc;
}

static int hash_vectors(XXH64_state_t *state, const struct dataset *data)
{
    struct own_vectors vectors = {0};
    size_t n = (size_t)data->facts.num_words;
    int rc = dataset_own_vectors(data, &vectors);
    if (rc)
        return rc;

    XXH64_update(state, vectors.values,
                 n * (size_t)vectors.width * sizeof *vectors.values);
    XXH64_update(state, vectors.known, n);
    own_vectors_release(&vectors);
    return OK;
}

static int hash_notes(XXH64_state_t *state, const struct dataset *data,
                      enum dataset_part part, enum row_note note)
{
    struct row_notes_reader *reader = NULL;
    int rc = row_notes_open(data, part, note, &reader);

    for (int row = 0; row < data->part[part].n && !rc; row++) {
        const char *text = NULL;
        rc = row_notes_read(reader, row, &text);
        if (!rc)
            XXH64_update(state, text, strlen(text) + 1);
    }
    row_notes_close(reader);
    return rc;
}

static int hash_all_notes(XXH64_state_t *state, const struct dataset *data)
{
    int rc = OK;

    for (enum row_note note = 0; note < ROW_NOTES; note++)
        for (int part = 0; part < DATASET_PARTS && data->notes[note] && !rc; part++)
            if (data->part[part].n)
                rc = hash_notes(state, data, (enum dataset_part)part, note);
    return rc;
}

int dataset_content(const struct dataset *data, uint64_t *hash)
{
    XXH64_state_t *state = XXH64_createState();
    int rc = OK;
    if (!state)
        die("out of memory: a hash");

    XXH64_reset(state, 0);
    for (int part = 0; part < DATASET_ALL_PARTS && !rc; part++) {
        const struct rows *rows = &data->part[part];
        if (rows->n == 0)
            continue;
        rc = hash_ids(state, data, (enum dataset_part)part);
        hash_columns(state, rows);
        if (!rc && dataset_has_ngrams(data, (enum dataset_part)part))
            rc = hash_features(state, data, (enum dataset_part)part);
    }
    if (!rc && data->facts.has_ngrams)
        rc = hash_ngrams(state, data);
    if (!rc && data->facts.has_vectors)
        rc = hash_vectors(state, data);
    if (!rc)
        rc = hash_all_notes(state, data);

    *hash = XXH64_digest(state);
    XXH64_freeState(state);
    return rc;
}
