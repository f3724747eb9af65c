#include "commands/row_ngrams.h"

#include <stdlib.h>
#include <string.h>

static bool are_equal(const struct ngrams *a, const struct ngrams *b)
{
    size_t bytes = (size_t)a->n_features * sizeof *a->parent;

    return a->n == b->n && a->punctuation == b->punctuation &&
           a->n_features == b->n_features && a->n_bytes == b->n_bytes &&
           !memcmp(a->words, b->words, a->n_bytes) &&
           !memcmp(a->parent, b->parent, bytes) && !memcmp(a->last, b->last, bytes);
}

static int check_list(const struct predictor *predictor, const struct dataset *data)
{
    struct ngrams ngrams = {0};
    int rc = dataset_ngrams(data, &ngrams);

    if (!rc && !are_equal(&ngrams, &predictor->ngrams))
        rc = fail(ERR_FORMAT,
                  "%s: its n-grams are others than those of %s: use the data set that it "
                  "was trained on, or name the corpus itself",
                  data->path, predictor->info.path);
    ngrams_release(&ngrams);
    return rc;
}

int row_ngrams_load(const struct predictor *predictor, struct dataset *data,
                    struct row_ngrams *ngrams)
{
    if (predictor_reads_ids(predictor))
        return OK;
    if (!data->facts.has_ngrams)
        return fail(ERR_FORMAT,
                    "%s has no n-grams, which the model of %s reads: use the data set "
                    "that it was trained on, or name the corpus itself",
                    data->path, predictor->info.path);

    int rc = check_list(predictor, data);
    for (int part = 0; part < DATASET_PARTS && !rc; part++) {
        size_t n = (size_t)data->part[part].n;
        ngrams->start[part] = xcalloc(n + 1, sizeof *ngrams->start[part]);
        if (n > 0)
            rc = sparse_load(data, (enum dataset_part)part, 0, n, ngrams->start[part],
                             &ngrams->index[part]);
        ngrams->rows[part].n_rows = n;
    }
    if (!rc)
        row_ngrams_attach(ngrams, data);
    return rc;
}

void row_ngrams_add(struct row_ngrams *ngrams, enum dataset_part part,
                    const uint32_t *features, size_t n)
{
    size_t row = ngrams->rows[part].n_rows++;
    uint64_t **start = &ngrams->start[part];
    *start = xrealloc(*start, row + 2, sizeof **start);
    if (row == 0)
        **start = 0;

    size_t first = (size_t)(*start)[row];
    if (first + n > ngrams->room[part]) {
        ngrams->room[part] = 2 * (first + n);
        ngrams->index[part] = xrealloc(ngrams->index[part], ngrams->room[part],
                                       sizeof *ngrams->index[part]);
    }
    if (n > 0)
        memcpy(ngrams->index[part] + first, features, n * sizeof *features);
    (*start)[row + 1] = first + n;
}

void row_ngrams_attach(struct row_ngrams *ngrams, struct dataset *data)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        struct sparse *rows = &ngrams->rows[part];
        rows->n_features = (size_t)data->facts.n_ngrams;
        rows->start = ngrams->start[part];
        rows->index = ngrams->index[part];
        data->part[part].ngrams = rows;
    }
}

void row_ngrams_release(struct row_ngrams *ngrams)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        free(ngrams->start[part]);
        free(ngrams->index[part]);
    }
    *ngrams = (struct row_ngrams){.rows[0].n_rows = 0};
}
