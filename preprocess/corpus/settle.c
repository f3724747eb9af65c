/* What becomes of the documents of a corpus, step by step. */
#include "corpus/settle_private.h"

#include <math.h>
#include <string.h>

/* 0 .. 1, from 8 bytes of the text's hash. */
static double share_of(const struct document *document, int first)
{
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++)
        bits = bits << 8 | document->hash[first + i];
    return ldexp((double)(bits >> 11), -53);
}

static int settle_split(struct corpus *corpus, enum dataset_part to, double share,
                        const char *option)
{
    if (share == 0)
        return OK;

    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        if (document->part == (int)to)
            return fail(ERR_USAGE, "--%s: the corpus has a %s part already", option,
                        dataset_part_names[to]);
    }

    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        if (document->part == DATASET_TRAIN &&
            share_of(document, to == DATASET_TEST ? 0 : 8) < share)
            document->part = (int8_t)to;
    }
    return OK;
}

/* Counts rows, now that they are final. */
static void count_rows(struct corpus *corpus, int32_t n)
{
    int n_runs = 0, last = -1;
    for (int part = 0; part < DATASET_PARTS; part++)
        corpus->n_of_class[part] =
            xcalloc((size_t)corpus->n_classes, sizeof **corpus->n_of_class);

    for (int32_t i = 0; i < n; i++) {
        const struct document *document = &corpus->documents[corpus->rows[i]];
        corpus->n_of_part[document->part]++;
        corpus->n_of_class[document->part][document->label]++;
        if (document->part == DATASET_TRAIN && settle_is_record(corpus, document)) {
            n_runs += document->label != last;
            last = document->label;
        }
    }

    int n_train = corpus->n_of_part[DATASET_TRAIN];
    corpus->is_sorted = n_runs == corpus->n_classes && n_train > 4 * corpus->n_classes;
}

int corpus_settle(struct corpus *corpus, int n_sources,
                  const struct corpus_options *options, const struct reader_notes *notes)
{
    int32_t n = 0;
    int rc = settle_layout(corpus, n_sources, notes);
    if (!rc)
        rc = settle_split(corpus, DATASET_TEST, options->test_split, "test-split");
    if (!rc)
        rc = settle_split(corpus, DATASET_VALIDATION, options->validation_split,
                          "validation-split");
    if (!rc)
        rc = settle_classes(corpus, options->labels);
    if (!rc)
        rc = settle_rows(corpus, &n);
    if (rc)
        return rc;

    n = settle_duplicates(corpus, n, options->drop_duplicates);
    count_rows(corpus, n);
    for (int c = 0; c < corpus->n_classes; c++)
        if (corpus->n_of_class[DATASET_TRAIN][c] == 0)
            return fail(ERR_FORMAT, "%s: no training document of class %s%s%s",
                        settle_path(corpus), corpus->classes[c],
                        options->labels ? ", which stands in " : "",
                        options->labels ? options->labels : "");
    return OK;
}
