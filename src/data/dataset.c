#include "data/dataset_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const dataset_part_names[] = {[DATASET_TRAIN] = "train",
                                          [DATASET_VALIDATION] = "validation",
                                          [DATASET_TEST] = "test",
                                          NULL};
_Static_assert(COUNT_OF(dataset_part_names) == DATASET_PARTS + 1,
               "every part has a name");

const char *dataset_part_name(enum dataset_part part)
{
    return part == DATASET_UNLABELLED ? "unlabelled" : dataset_part_names[part];
}

void dataset_array_path(enum dataset_part part, const char *name,
                        char path[DATASET_PATH_BYTES])
{
    snprintf(path, DATASET_PATH_BYTES, "/%s/%s", dataset_part_name(part), name);
}

struct dataset_labels dataset_labels_of(const struct rows *rows)
{
    size_t n = (size_t)rows->n, n_labels = (size_t)rows->n_labels;
    return n_labels ? (struct dataset_labels){H5_UINT8, 2, {n, n_labels}}
                    : (struct dataset_labels){H5_INT32, 1, {n}};
}

/* The last message, which begins with the path, behind it. */
static const char *message_without(const char *path)
{
    const char *message = fail_message();
    size_t n = strlen(path);
    bool begins = !strncmp(message, path, n) && !strncmp(message + n, ": ", 2);
    return begins ? message + n + 2 : message;
}

static int check_format(struct dataset *data)
{
    char *format = NULL;
    int64_t version = 0;
    bool has_format = h5_has_attribute(data->file, "/", "format");
    if (has_format && h5_read_attribute_text(data->file, "/", "format", &format))
        return fail(ERR_FORMAT, "%s: not a data set: %s", data->path,
                    message_without(data->path));

    if (!has_format || strcmp(format, DATASET_FORMAT)) {
        free(format);
        if (h5_exists(data->file, "/rnntrain"))
            return fail(
                ERR_FORMAT,
                "%s: a checkpoint, not a data set: `rnntrain inspect %s` shows it",
                data->path, data->path);
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

/* How many rows are packed together. */
static int read_chunk_rows(struct dataset *data, enum dataset_part part)
{
    struct h5_chunks *chunks = NULL;
    int rc = dataset_open_chunks(data, part, &chunks);
    if (!rc)
        data->part[part].chunk_rows = (int)h5_chunks_rows(chunks);
    h5_chunks_close(chunks);
    return rc;
}

/* Memory is taken for as many values as there are rows. */
static int check_columns(const struct dataset *data, enum dataset_part part)
{
    char path[DATASET_PATH_BYTES];
    size_t rows = (size_t)data->part[part].n;
    struct dataset_labels labels = dataset_labels_of(&data->part[part]);

    dataset_array_path(part, "y", path);
    int rc = part == DATASET_UNLABELLED
                 ? OK
                 : h5_check(data->file, path, labels.type, labels.n_dims, labels.shape);
    if (rc)
        return rc;
    dataset_array_path(part, "length", path);
    return h5_check(data->file, path, H5_INT32, 1, &rows);
}

/* Whether the file may do without. */
static bool is_optional(const struct dataset *data, enum dataset_part part)
{
    return part == DATASET_UNLABELLED ? !data->facts.has_unlabelled
                                      : part != DATASET_TRAIN;
}

static int read_part(struct dataset *data, enum dataset_part part)
{
    char path[DATASET_PATH_BYTES];
    enum h5_type type = H5_UINT16;
    int n_dims = 0;
    size_t shape[H5_MAX_RANK] = {0};

    dataset_array_path(part, "x", path);
    if (is_optional(data, part) &&
        (part == DATASET_UNLABELLED || !h5_exists(data->file, path)))
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
    if (part == DATASET_UNLABELLED)
        data->part[part].n_labels = 0;
    if (shape[0] == 0)
        return is_optional(data, part) ? OK
                                       : fail(ERR_FORMAT, "%s: /%s has no rows",
                                              data->path, dataset_part_name(part));

    rc = read_chunk_rows(data, part);
    return rc ? rc : check_columns(data, part);
}

/* The JSON of all words is 8 MB for IMDB, and the few that training needs stand beside
 * it, except in files of older versions. */
static int read_tokenizer(struct dataset *data, enum dataset_words words)
{
    bool kept = words == DATASET_WORDS_KEPT && h5_exists(data->file, "/tokenizer_kept");
    if (words == DATASET_WORDS_NONE)
        return OK;
    return h5_read_text(data->file, kept ? "/tokenizer_kept" : "/tokenizer", H5_MOST_TEXT,
                        &data->tokenizer);
}

int dataset_read_head(struct dataset *data, enum dataset_words words)
{
    int rc = check_format(data);
    if (!rc)
        rc = facts_read(data->file, FACTS_IN_DATASET, &data->facts);
    if (!rc)
        rc = h5_read_text(data->file, "/provenance", H5_MOST_JSON, &data->provenance);
    if (!rc)
        rc = read_tokenizer(data, words);

    for (int part = 0; part < DATASET_ALL_PARTS && !rc; part++)
        rc = read_part(data, (enum dataset_part)part);
    if (!rc && data->facts.has_ngrams)
        rc = dataset_read_ngrams_head(data);
    if (!rc && data->facts.has_vectors)
        rc = dataset_read_vectors_head(data);
    return rc ? rc : dataset_read_notes_head(data);
}

/* corpus.csv, corpus.tar.gz and corpus/ become corpus.h5; the caller's to free. */
static char *name_for(const char *path)
{
    size_t n = strlen(path), name;
    while (n > 1 && path[n - 1] == '/')
        n--;
    for (name = n; name > 0 && path[name - 1] != '/';)
        name--;

    size_t stem = strcspn(path + name, "./");
    char *target = xasprintf("%.*s.h5", (int)stem, path + name);
    if (stem == 0 || !strcmp(target, path + name)) {
        free(target);
        target = xstrdup("dataset.h5");
    }
    return target;
}

/* A text, a folder or an archive is what a data set is made of. */
static int no_data_set(const char *path, const char *why, int rc)
{
    char *target = name_for(path);
    rc = fail(rc,
              "%s: %s; if it is a corpus, rnnprep makes a data set of it: `rnnprep %s -o "
              "%s`",
              path, why, path, target);
    free(target);
    return rc;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What the first bytes and the last ones say. */
static int look(const char *path, enum h5_ending *ending)
{
    char first[8] = "";
    size_t n = 0;
    int fd = -1;

    if (is_folder(path))
        return no_data_set(path, "a folder, not a regular file", ERR_NO_INPUT);
    int rc = file_open(path, &fd, &n);
    if (rc) {
        bool has_name = strlen(path) > 3 && !strcmp(path + strlen(path) - 3, ".h5");
        char *target = has_name ? xstrdup(path) : name_for(path);
        rc = fail(rc, "%s (`rnnprep CORPUS -o %s` makes a data set)", fail_message(),
                  target);
        free(target);
        return rc;
    }

    ssize_t n_first = pread(fd, first, sizeof first, 0);
    if (n_first < 0 || !h5_is_one(first, (size_t)n_first))
        rc = no_data_set(path, "not an HDF5 file (its first 8 bytes say so)", ERR_FORMAT);
    else
        rc = h5_find_ending_on_disk(path, fd, n, ending);
    close(fd);
    return rc;
}

/* As h5_open_on_disk, of a sealed file, or as dataset_open_unsealed. */
static int open_file(const char *path, enum dataset_words words, bool check,
                     unsigned char digest[FILE_DIGEST_BYTES], struct dataset *data)
{
    enum h5_ending ending = H5_SEALED;
    int rc = look(path, &ending);
    if (rc || ending == H5_UNSEALED)
        return rc ? rc : dataset_open_unsealed(path, words, digest, data);

    rc = h5_open_on_disk(path, check, digest, &data->file);
    return rc ? rc : dataset_read_head(data, words);
}

static int open_data_set(const char *path, enum dataset_words words, bool check,
                         struct dataset *result)
{
    struct dataset data = {.path = xstrdup(path)};
    unsigned char digest[FILE_DIGEST_BYTES];

    int rc = open_file(path, words, check, digest, &data);
    for (size_t i = 0; i < sizeof data.hash && !rc; i++)
        data.hash = data.hash << 8 | digest[i];

    if (rc) {
        dataset_release(&data);
        return rc;
    }
    *result = data;
    return OK;
}

int dataset_open(const char *path, enum dataset_words words, struct dataset *data)
{
    return open_data_set(path, words, true, data);
}

int dataset_open_again(const char *path, struct dataset *data)
{
    return open_data_set(path, DATASET_WORDS_NONE, false, data);
}

int dataset_tokenizer(const struct dataset *data, struct text_tokenizer **tokenizer)
{
    return facts_tokenizer(&data->facts, data->tokenizer, data->path, tokenizer);
}

int dataset_keep_words(struct dataset *data)
{
    char *kept = NULL;
    int rc = facts_kept_json(&data->facts, data->tokenizer, data->path, &kept);
    if (rc)
        return rc;

    free(data->tokenizer);
    data->tokenizer = kept;
    return OK;
}

/* Ids that stand for no word of the index. */
static bool is_alike(const struct text_tokenizer *a, const struct text_tokenizer *b)
{
    return text_start_id(a) == text_start_id(b) &&
           text_unknown_id(a) == text_unknown_id(b) &&
           text_beyond_id(a) == text_beyond_id(b);
}

int dataset_check_words(const struct dataset *data, const struct text_tokenizer *known,
                        const char *path)
{
    struct text_tokenizer *tokenizer = NULL;
    if (!data->tokenizer || !known)
        return OK;

    int rc = dataset_tokenizer(data, &tokenizer);
    if (!rc && !is_alike(tokenizer, known))
        rc = fail(ERR_FORMAT,
                  "%s: its rows begin otherwise than the model's of %s, or words without "
                  "an id stand for others: give the data the model's ids, by rnnprep "
                  "--tokenizer %s",
                  data->path, path, path);
    for (int id = 1; id < data->facts.num_words && !rc; id++) {
        const char *word = text_word(tokenizer, id), *other = text_word(known, id);
        if (strcmp(word, other))
            rc = fail(ERR_FORMAT,
                      "%s: id %d is \"%s\", but \"%s\" in %s: another vocabulary; use "
                      "the data set the model was trained on, or give the data its ids: "
                      "rnnprep --tokenizer %s",
                      data->path, id, word, other, path, path);
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
