/* list_ngrams FILE: the n-grams of a data set, a line each: documents, a tab, the words;
 * then the rows of each part: its name, a tab, the numbers of the row's n-grams. */
#include "data/sparse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int list_rows(const struct dataset *data, enum dataset_part part)
{
    struct sparse_reader *reader = NULL;
    struct sparse rows = {.n_rows = 1};
    int rc = sparse_reader_open(data, part, &reader);

    while (!rc && rows.n_rows) {
        rc = sparse_reader_next(reader, 7, &rows);
        for (size_t row = 0; row < rows.n_rows && !rc; row++) {
            printf("%s\t", dataset_part_names[part]);
            for (uint64_t i = rows.start[row]; i < rows.start[row + 1]; i++)
                printf(" %" PRIu32, rows.index[i]);
            putchar('\n');
        }
    }
    sparse_reader_close(reader);
    return rc;
}

int main(int argc, char **argv)
{
    struct dataset data = {0};
    struct ngrams ngrams = {0};
    if (argc != 2)
        return 2;

    int rc = dataset_read(argv[1], DATASET_WORDS_NONE, DATASET_COLUMNS, &data);
    if (!rc)
        rc = dataset_ngrams(&data, &ngrams);
    for (int32_t i = 0; i < ngrams.n_features; i++) {
        char *text = ngrams_text(&ngrams, i);
        printf("%d\t%s\n", ngrams.documents[i], text);
        free(text);
    }

    for (int part = 0; part < DATASET_PARTS && !rc; part++)
        if (data.part[part].n)
            rc = list_rows(&data, (enum dataset_part)part);
    if (rc)
        fprintf(stderr, "%s\n", fail_message());
    ngrams_release(&ngrams);
    dataset_release(&data);
    return rc;
}
