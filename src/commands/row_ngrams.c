#include "commands/row_ngrams.h"

#include <stdlib.h>

static int check_list(const struct predictor *predictor, const struct dataset *data)
{
    struct ngrams ngrams = {0};
    int rc = dataset_ngrams(data, &ngrams);

    if (!rc && !ngrams_are_equal(&ngrams, &predictor->ngrams))
        rc = fail(ERR_FORMAT,
                  "%s: its n-grams are others than those of %s: use the data set that it "
                  "was trained on, or name the corpus itself",
                  data->path, predictor->info.path);
    ngrams_release(&ngrams);
    return rc;
}

int row_ngrams_load(const struct predictor *predictor, struct dataset *data,
                    enum dataset_part part, struct row_ngrams *ngrams)
{
    struct sparse_list *list = &ngrams->list[part];
    if (!predictor_reads_ngrams(predictor))
        return OK;
    if (!data->facts.has_ngrams)
        return fail(ERR_FORMAT,
                    "%s has no n-grams, which the model of %s reads: use the data set "
                    "that it was trained on, or name the corpus itself",
                    data->path, predictor->info.path);

    int rc = check_list(predictor, data);
    list->n_rows = (size_t)data->part[part].n;
    list->start = xcalloc(list->n_rows + 1, sizeof *list->start);
    if (!rc && list->n_rows > 0)
        rc = sparse_load(data, part, 0, list->n_rows, list->start, &list->index);
    if (!rc)
        row_ngrams_attach(ngrams, data);
    return rc;
}

void row_ngrams_attach(struct row_ngrams *ngrams, struct dataset *data)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        ngrams->rows[part] =
            sparse_list_rows(&ngrams->list[part], (size_t)data->facts.n_ngrams);
        data->part[part].ngrams = &ngrams->rows[part];
    }
}

void row_ngrams_release(struct row_ngrams *ngrams)
{
    for (int part = 0; part < DATASET_PARTS; part++)
        sparse_list_release(&ngrams->list[part]);
}
