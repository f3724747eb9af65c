/* Data sets that another program opened for writing, and so lost their trailer. */
#include "data/dataset_private.h"
#include "data/own_vectors.h"
#include "data/row_notes.h"
#include "data/sparse.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/mapped.h"

/* The words that stand beside all words must be the first of them. */
static int check_words(struct dataset *data)
{
    struct text_tokenizer *all = NULL;
    int rc = dataset_tokenizer(data, &all);

    if (!rc && h5_exists(data->file, "/tokenizer_kept")) {
        free(data->tokenizer);
        data->tokenizer = NULL;
        rc = h5_read_text(data->file, "/tokenizer_kept", H5_MOST_TEXT, &data->tokenizer);
        if (!rc && dataset_check_words(data, all, data->path))
            rc = fail(ERR_FORMAT,
                      "%s: /tokenizer and /tokenizer_kept name different words: one of "
                      "them was changed; take another copy or make it again",
                      data->path);
    }
    text_free(all);
    return rc;
}

static int check_provenance(const struct dataset *data)
{
    json_t *root = json_loads(data->provenance, 0, NULL);
    bool is_object = json_is_object(root);
    json_decref(root);
    if (is_object)
        return OK;
    return fail(ERR_FORMAT, "%s: /provenance is no JSON object", data->path);
}

/* In a child process: reads and checks all that is in it. */
static int examine(struct h5 *file)
{
    struct dataset data = {.path = xstrdup(h5_path(file)), .file = file};
    uint64_t content = 0;

    int rc = dataset_read_head(&data, DATASET_WORDS_ALL);
    if (!rc)
        rc = dataset_load_alone(&data, DATASET_COLUMNS, "use another host");
    if (!rc)
        rc = dataset_content(&data, &content);
    if (!rc)
        rc = check_words(&data);
    if (!rc)
        rc = check_provenance(&data);

    data.file = NULL; /* the caller's */
    dataset_release(&data);
    return rc;
}

int dataset_open_unsealed(const char *path, enum dataset_words words,
                          unsigned char digest[FILE_DIGEST_BYTES], struct dataset *data)
{
    struct mapped file = {0};

    int rc = mapped_file(path, &file);
    if (!rc)
        rc = h5_open_unsealed(path, file.bytes, file.n, examine, &data->file);
    if (!rc)
        rc = dataset_read_head(data, words);
    if (!rc)
        rc = file_digest_of(path, digest);

    data->is_unsealed = true;
    mapped_release(&file);
    return rc;
}

/* Whether the bytes are read as those of a sealed file are. */
static bool is_laid_out_as_ours(const char *path, const char *sealed, size_t n)
{
    struct dataset data = {.path = xstrdup(path)};
    uint64_t content = 0;

    int rc = h5_open_bytes(path, sealed, n, &data.file);
    if (!rc)
        rc = dataset_read_head(&data, DATASET_WORDS_ALL);
    if (!rc)
        rc = dataset_load_alone(&data, DATASET_COLUMNS, "use another host");
    if (!rc)
        rc = dataset_content(&data, &content);
    dataset_release(&data);
    return !rc;
}

/* The n-grams of all rows in memory. */
struct all_ngrams {
    struct ngrams list;
    struct sparse rows[DATASET_ALL_PARTS];
    uint64_t *start[DATASET_ALL_PARTS];
    uint32_t *index[DATASET_ALL_PARTS];
};

static int load_ngrams(struct dataset *data, struct all_ngrams *all)
{
    int rc = dataset_ngrams(data, &all->list);
    for (int part = 0; part < DATASET_ALL_PARTS && !rc; part++) {
        size_t n = (size_t)data->part[part].n;
        if (!dataset_has_ngrams(data, (enum dataset_part)part))
            continue;

        all->start[part] = xcalloc(n + 1, sizeof *all->start[part]);
        rc = sparse_load(data, (enum dataset_part)part, 0, n, all->start[part],
                         &all->index[part]);
        all->rows[part] =
            (struct sparse){n, data->n_features, all->start[part], all->index[part]};
    }

    data->ngrams = &all->list;
    data->sparse = all->rows;
    return rc;
}

static void release_ngrams(struct all_ngrams *all)
{
    for (int part = 0; part < DATASET_ALL_PARTS; part++) {
        free(all->start[part]);
        free(all->index[part]);
    }
    ngrams_release(&all->list);
}

/* The notes of an open file, to be written to another. */
struct all_notes {
    struct row_notes_reader *readers[DATASET_PARTS][ROW_NOTES];
};

static int open_notes(const struct dataset *data, struct all_notes *all)
{
    int rc = OK;

    for (enum row_note note = 0; note < ROW_NOTES; note++)
        for (int part = 0; part < DATASET_PARTS && data->notes[note] && !rc; part++)
            if (data->part[part].n)
                rc = row_notes_open(data, (enum dataset_part)part, note,
                                    &all->readers[part][note]);
    return rc;
}

static void close_notes(struct all_notes *all)
{
    for (int part = 0; part < DATASET_PARTS; part++)
        for (int note = 0; note < ROW_NOTES; note++)
            row_notes_close(all->readers[part][note]);
}

static int read_note(void *context, enum dataset_part part, enum row_note note, int row,
                     const char **text, size_t *n)
{
    struct all_notes *all = context;
    int rc = row_notes_read(all->readers[part][note], row, text);

    *n = rc ? 0 : strlen(*text);
    return rc;
}

static int write_anew(struct dataset *data, const char *target)
{
    struct all_ngrams all = {0};
    struct own_vectors vectors = {0};
    struct all_notes notes = {0};
    const struct row_notes_source source = {read_note, &notes};
    int rc = OK;
    if (h5_exists(data->file, "/tokenizer_kept"))
        rc = h5_read_text(data->file, "/tokenizer_kept", H5_MOST_TEXT, &data->kept);
    if (!rc && data->facts.has_ngrams)
        rc = load_ngrams(data, &all);
    if (!rc && data->facts.has_vectors)
        rc = dataset_own_vectors(data, &vectors);
    data->vectors = &vectors;
    if (!rc)
        rc = open_notes(data, &notes);
    if (!rc)
        rc = dataset_load_alone(data, DATASET_WITH_UNLABELLED, "use another host");

    if (!rc) {
        free(data->path);
        data->path = xstrdup(target);
        data->notes_source = &source;
        rc = dataset_write(data);
    }
    close_notes(&notes);
    release_ngrams(&all);
    own_vectors_release(&vectors);
    return rc;
}

/* This program gives equal content the bytes that it gave it first. */
static bool is_of_this_version(const struct dataset *data)
{
    json_t *root = json_loads(data->provenance, 0, NULL);
    const char *version = json_string_value(json_object_get(root, "rnnprep"));
    bool is_ours = version && !strcmp(version, RNNTRAIN_VERSION);
    json_decref(root);
    return is_ours;
}

static bool has_bytes(const char *path, const char *expected, size_t n)
{
    char *found = NULL;
    size_t n_found = 0;
    bool is_equal =
        !file_read(path, &found, &n_found) && n_found == n && !memcmp(found, expected, n);
    free(found);
    return is_equal;
}

int dataset_seal(const char *path, const char *target, bool *is_rewritten)
{
    struct dataset data = {0};
    char *bytes = NULL;
    size_t n = 0;

    int rc = dataset_open(path, DATASET_WORDS_ALL, &data);
    if (!rc)
        rc = file_read(path, &bytes, &n);
    if (rc) {
        dataset_release(&data);
        return rc;
    }

    bytes = xrealloc(bytes, n + FILE_TRAILER_BYTES, 1);
    file_seal(bytes, n);
    n += FILE_TRAILER_BYTES;

    bool stays = !is_of_this_version(&data) && is_laid_out_as_ours(path, bytes, n);
    rc = stays ? file_replace(target, bytes, n, false) : write_anew(&data, target);
    *is_rewritten = !rc && !has_bytes(target, bytes, n);
    dataset_release(&data);
    free(bytes);
    return rc;
}
