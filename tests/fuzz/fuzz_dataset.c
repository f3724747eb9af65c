/* Data sets: any bytes; and whole, sealed files whose shapes, types, attributes and
 * numbers are anything. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "data/row_notes.h"
#include "files/h5_write.h"

/* Row by row it must be read as it is in one. */
static void try_rows(const char *path, int expected)
{
    struct dataset data = {0};
    uint64_t content = 0;
    int rc = dataset_read(path, DATASET_WORDS_KEPT, DATASET_COLUMNS, &data);
    if (!rc)
        rc = dataset_content(&data, &content);
    fuzz_check(rc == expected, "rows are read otherwise");
    dataset_release(&data);
}

/* Where rows come from and their texts, where there are some. */
static void try_notes(const struct dataset *data, enum dataset_part part,
                      enum row_note note)
{
    struct row_notes_reader *reader = NULL;
    const char *text = NULL;
    if (!data->notes[note])
        return;

    int rc = row_notes_open(data, part, note, &reader);
    for (int row = 0; row < data->part[part].n && !rc; row++)
        rc = row_notes_read(reader, row, &text);
    fuzz_check(rc == OK || (rc == ERR_FORMAT && strstr(fail_message(), data->path)),
               "a message on notes");
    fuzz_check(rc || !text || text_is_utf8(text), "a note is text");
    row_notes_close(reader);
}

static void try_file(const char *path)
{
    struct dataset data = {0};
    struct text_tokenizer *tokenizer = NULL;
    uint64_t content = 0;
    int rc = dataset_read(path, DATASET_WORDS_KEPT, DATASET_ALL, &data);
    if (!rc &&
        (data.facts.has_ngrams || data.facts.has_unlabelled || data.facts.has_vectors))
        rc = dataset_content(&data, &content);

    fuzz_check(rc == OK || (rc == ERR_FORMAT && strstr(fail_message(), path)),
               "a message");
    try_rows(path, rc);

    for (int part = 0; !rc && part < DATASET_PARTS; part++)
        for (int note = 0; note < ROW_NOTES; note++)
            try_notes(&data, (enum dataset_part)part, (enum row_note)note);
    for (int part = 0; !rc && part < DATASET_PARTS; part++)
        for (int row = 0; row < data.part[part].n; row++)
            for (int t = 0; t < data.facts.maxlen; t++) {
                int id = rows_id(&data.part[part], row, t);
                fuzz_check(id >= 0 && id < data.facts.num_words, "an id's range");
            }
    if (!rc && !dataset_tokenizer(&data, &tokenizer))
        text_free(tokenizer);
    dataset_release(&data);
}

/* An array of some type and shape; what it holds is the next bytes, over and over. */
static void write_array(struct h5_writer *file, const char *path, struct fuzz *input,
                        enum h5_type usual)
{
    static const size_t sizes[H5_N_TYPES] = {1, 2, 4, 8, 4};
    enum h5_type type =
        fuzz_below(input, 8) ? usual : (enum h5_type)fuzz_below(input, H5_N_TYPES);
    size_t shape[2] = {(size_t)fuzz_below(input, 9), 1 + (size_t)fuzz_below(input, 5)};
    int n_dims = strstr(path, "/x") || !strcmp(path, "/vectors") ? 2 : 1;

    if (fuzz_below(input, 8) == 7)
        n_dims = 3 - n_dims;

    size_t n = (shape[0] * (n_dims == 2 ? shape[1] : 1) + 1) * sizes[type];
    char *data = xcalloc(n, 1);
    for (size_t i = 0; i < n; i += sizes[type])
        data[i] = (char)fuzz_byte(input);
    h5_write(file, path, type, n_dims, shape, data, shape[0] > 0 && fuzz_below(input, 2));
    free(data);
}

/* N-grams that may be some: a list and rows, each with anything in it. */
static void write_ngrams(struct h5_writer *file, struct fuzz *input)
{
    static const struct {
        const char *path;
        enum h5_type type;
    } arrays[] = {{"/ngrams/words", H5_UINT8},       {"/ngrams/parent", H5_INT32},
                  {"/ngrams/last", H5_INT32},        {"/ngrams/documents", H5_INT32},
                  {"/train/ngrams/start", H5_INT64}, {"/train/ngrams/index", H5_INT32}};

    h5_attribute_text(file, "/", "needs",
                      fuzz_below(input, 8) ? "ngrams" : "multi_label ngrams");
    h5_make_group(file, "/ngrams");
    h5_attribute_int(file, "/ngrams", "n", (int64_t)fuzz_below(input, 8));
    h5_attribute_int(file, "/ngrams", "punctuation", (int64_t)fuzz_below(input, 3));
    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        if (fuzz_below(input, 16) != 15)
            write_array(file, arrays[i].path, input, arrays[i].type);
}

/* Rows without labels, and vectors, that may be some. */
static void write_unlabelled(struct h5_writer *file, struct fuzz *input)
{
    static const char *const needs[] = {"unlabelled", "multi_label unlabelled", "vectors",
                                        "unlabelled vectors"};
    h5_attribute_text(file, "/", "needs", needs[fuzz_below(input, 4)]);
    if (fuzz_below(input, 16) != 15)
        write_array(file, "/unlabelled/x", input, H5_UINT16);
    if (fuzz_below(input, 16) != 15)
        write_array(file, "/unlabelled/length", input, H5_INT32);
    if (fuzz_below(input, 2))
        write_array(file, "/vectors", input, H5_FLOAT32);
    if (fuzz_below(input, 2))
        write_array(file, "/vectors_known", input, H5_UINT8);
}

/* Notes of rows that may be some. */
static void write_notes(struct h5_writer *file, struct fuzz *input)
{
    static const char *const arrays[] = {"/train/origin/start", "/train/origin/bytes",
                                         "/train/text/start", "/train/text/bytes"};
    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        if (fuzz_below(input, 16) != 15)
            write_array(file, arrays[i], input, i % 2 ? H5_UINT8 : H5_INT64);
}

static void write_parts(struct h5_writer *file, struct fuzz *input)
{
    static const char *const arrays[] = {"/train/x", "/train/y", "/train/length",
                                         "/test/x",  "/test/y",  "/test/length"};
    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        if (fuzz_below(input, 16) != 15)
            write_array(file, arrays[i], input, i % 3 ? H5_INT32 : H5_UINT16);
}

static void try_built(struct fuzz *input)
{
    static char neg[] = "neg", pos[] = "", long_name[] = "a class with a long name";
    char *labels[] = {neg, pos, long_name}, *bytes = NULL;
    size_t n = 0;
    struct h5_writer *file = h5_create();

    h5_attribute_text(file, "/", "format",
                      fuzz_below(input, 16) ? "rnntrain-dataset" : "other");
    h5_attribute_int(file, "/", "format_version",
                     fuzz_below(input, 16) ? 1 : fuzz_number(input));
    h5_attribute_int(file, "/", "num_words", fuzz_number(input));
    h5_attribute_int(file, "/", "maxlen", fuzz_number(input));
    h5_attribute_text(file, "/", "padding", fuzz_below(input, 4) ? "pre" : "post");
    h5_attribute_text(file, "/", "truncating", fuzz_below(input, 16) ? "pre" : "");

    h5_write_strings(file, "/labels", (size_t)fuzz_below(input, 4), labels);
    h5_write_text(file, "/provenance", "{}");
    write_parts(file, input);

    char *tokenizer = fuzz_text(input);
    h5_write_text(file, "/tokenizer", tokenizer);
    free(tokenizer);
    int more = fuzz_below(input, 4);
    if (more == 3)
        write_ngrams(file, input);
    else if (more == 2)
        write_unlabelled(file, input);
    else if (more == 1)
        write_notes(file, input);
    if (!h5_image(file, &bytes, &n))
        try_file(fuzz_file(bytes, n));
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz input = {bytes, n};
    if (n > 0 && *bytes == 0x89)
        try_file(fuzz_file(bytes, n));
    else
        try_built(&input);
    return 0;
}
