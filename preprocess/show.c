/* rnnprep inspect: what a data set holds, some documents as text. */
#include "programs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/pairs.h"
#include "base/say.h"
#include "data/own_vectors.h"
#include "data/sparse.h"
#include "files/h5.h"
#include "text/text.h"
#include "unsealed.h"

struct settings {
    int64_t rows;
};

static const struct option table_options[] = {
    {"rows", OPTION_INT, offsetof(struct settings, rows), "3", 0, 1000000, NULL,
     "documents of each part to show as text", "Options", true},
};

const struct option_table cmd_inspect_table = {
    .options = table_options,
    .n_options = (int)COUNT_OF(table_options),
    .program = "rnnprep inspect",
    .synopsis = "FILE [options]",
    .example = "  rnnprep inspect dataset.h5\n",
    .about = "Shows what a data set holds, and some of its documents as text.\n\n"
             "  FILE  a data set that rnnprep made\n",
    .min_operands = 1,
    .max_operands = 1,
};

static double n_labels_a_row(const struct dataset *data, const int *counts, int n)
{
    int64_t total = 0;
    for (int c = 0; c < data->facts.n_labels; c++)
        total += counts[c];
    return (double)total / n;
}

/* "toxic, insult": the labels of a row, or that it has none. */
static void say_labels(const struct dataset *data, enum dataset_part part, int row)
{
    const struct rows *rows = &data->part[part];
    bool is_first = true;
    if (!rows->multi_hot) {
        say(stdout, "%s", data->facts.labels[rows->y[row]]);
        return;
    }

    for (int c = 0; c < rows->n_labels; c++)
        if (rows_multi_hot(rows, row)[c]) {
            say(stdout, "%s%s", is_first ? "" : ", ", data->facts.labels[c]);
            is_first = false;
        }
    if (is_first)
        say(stdout, "no label");
}

static void print_part(const struct dataset *data, enum dataset_part part)
{
    const struct rows *split = &data->part[part];
    bool is_labelled = part != DATASET_UNLABELLED;
    int64_t total = 0;

    int *counts = xcalloc((size_t)data->facts.n_labels, sizeof *counts);
    int32_t *rows = xcalloc((size_t)split->n, sizeof *rows);
    for (int row = 0; row < split->n; row++) {
        rows[row] = row;
        total += split->length[row];
    }
    if (is_labelled)
        rows_count(split, rows, split->n, data->facts.n_labels, counts);
    free(rows);

    say(stdout, "%-10s %d row%s:", dataset_part_name(part), split->n, plural(split->n));
    for (int c = 0; c < data->facts.n_labels && is_labelled; c++)
        say(stdout, " %s %d,", data->facts.labels[c], counts[c]);
    if (data->facts.multi_label && is_labelled)
        printf(" %.2f labels a row,", n_labels_a_row(data, counts, split->n));
    printf(" %.1f ids a row, %.1f %% of the positions", (double)total / split->n,
           100.0 * (double)total / split->n / data->facts.maxlen);
    if (data->facts.has_ngrams && is_labelled)
        printf(", %.1f n-grams a row", (double)data->n_ones[part] / split->n);
    putchar('\n');
    free(counts);
}

/* The first rows of a part, as text. */
static int print_rows(const struct dataset *data, const struct text_tokenizer *tokenizer,
                      enum dataset_part part, int n)
{
    struct dataset_reader *reader = NULL;
    void *row_ids = xcalloc(dataset_row_bytes(data), 1);
    int32_t *ids = xcalloc((size_t)data->facts.maxlen, sizeof *ids);

    int rc = dataset_reader_open(data, part, &reader);
    for (int row = 0; row < n && row < data->part[part].n && !rc; row++) {
        rc = dataset_reader_row(reader, row, row_ids);
        rows_ids(&data->part[part], row_ids, 0, data->facts.maxlen, ids);
        say(stdout, "%s row %d", dataset_part_name(part), row);
        if (part != DATASET_UNLABELLED) {
            say(stdout, ", ");
            say_labels(data, part, row);
        }
        say(stdout, ":");
        for (int t = 0; t < data->facts.maxlen && !rc; t++)
            if (ids[t])
                say(stdout, " %s", text_word(tokenizer, ids[t]));
        putchar('\n');
    }

    dataset_reader_close(reader);
    free(row_ids);
    free(ids);
    return rc;
}

static int print_ngrams(const struct dataset *data)
{
    char **lines = NULL;
    size_t n = 0;
    int rc = dataset_describe_ngrams(data, &n, &lines);

    program_print_lines("n-grams", n, lines);
    h5_free_texts(n, lines);
    return rc;
}

static int print_vectors(const struct dataset *data)
{
    char *line = NULL;
    int rc = dataset_describe_vectors(data, &line);

    if (line)
        say_line(stdout, "vectors    %s", line);
    free(line);
    return rc;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const char *path = operands[0];
    (void)n;

    struct dataset data = {0};
    struct text_tokenizer *tokenizer = NULL;
    uint64_t content = 0;

    int rc = dataset_read(path, DATASET_WORDS_ALL, DATASET_COLUMNS, &data);
    if (!rc)
        rc = dataset_tokenizer(&data, &tokenizer);
    if (!rc)
        rc = dataset_content(&data, &content);
    if (!rc) {
        print_unsealed(data.is_unsealed, data.path);
        say_line(
            stdout,
            "%s: %d ids, %d positions a row, padding %s, truncating %s, %d known words",
            path, data.facts.num_words, data.facts.maxlen, facts_side(data.facts.pad_pre),
            facts_side(data.facts.truncate_pre), text_n_words(tokenizer));
        printf("content    %016llx\n", (unsigned long long)content);
        pairs_print_text("provenance", data.provenance);
        rc = print_ngrams(&data);
        if (!rc)
            rc = print_vectors(&data);
    }

    for (int part = 0; part < DATASET_ALL_PARTS && !rc; part++) {
        if (!data.part[part].n)
            continue;
        print_part(&data, (enum dataset_part)part);
        rc = print_rows(&data, tokenizer, (enum dataset_part)part, (int)settings->rows);
    }

    text_free(tokenizer);
    dataset_release(&data);
    return rc;
}

int cmd_inspect(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_inspect_table, &settings, argc, argv, run);
}
