/* What becomes of the documents of a corpus, step by step. */
#include "corpus/settle_private.h"

#include <stdlib.h>

#include "corpus/examine_private.h"
#include "corpus/label_sets.h"
#include "corpus/lines.h"

#include "data/facts.h"

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
        for (int32_t k = 0; k < corpus_n_labels(corpus, document); k++)
            corpus->n_of_class[document->part][corpus_label(corpus, document, k)]++;
        if (document->part == DATASET_TRAIN && !corpus->is_multi_label &&
            settle_is_record(corpus, document)) {
            n_runs += document->label != last;
            last = document->label;
        }
    }

    int n_train = corpus->n_of_part[DATASET_TRAIN];
    corpus->is_sorted = !corpus->is_multi_label && n_runs == corpus->n_classes &&
                        n_train > 4 * corpus->n_classes;
}

/* Labels that so many training texts have. */
static void note_labels(struct corpus *corpus, int n_texts, const char *how_many,
                        const char *then)
{
    struct list labels = {0};
    for (int c = 0; c < corpus->n_classes; c++)
        if (corpus->n_of_class[DATASET_TRAIN][c] == n_texts)
            list_add(&labels, ", ", xstrdup(corpus->classes[c]));

    int n = labels.n;
    char *shown = list_take(&labels);
    if (n)
        corpus_note(corpus, "labels",
                    xasprintf("%s of the training texts have %d of the %d labels, %s: %s",
                              how_many, n, corpus->n_classes, then, shown));
    free(shown);
}

static int check_trained(struct corpus *corpus, const char *labels_file)
{
    if (corpus->is_multi_label) {
        note_labels(corpus, 0, "none", "which a model cannot learn");
        note_labels(corpus, corpus->n_of_part[DATASET_TRAIN], "all",
                    "which say nothing of a text");
        return OK;
    }
    for (int c = 0; c < corpus->n_classes; c++)
        if (corpus->n_of_class[DATASET_TRAIN][c] == 0)
            return fail(ERR_FORMAT, "%s: no training document of class %s%s%s",
                        settle_path(corpus), corpus->classes[c],
                        labels_file ? ", which stands in " : "",
                        labels_file ? labels_file : "");
    return OK;
}

static int read_names(struct settle_names *names)
{
    int rc = lines_read_distinct(names->file, "the labels", &names->names, &names->n);
    if (!rc && (names->n < 2 || names->n > FACTS_MOST_LABELS))
        rc = fail(ERR_FORMAT, "%s: names of %d class%s; expected 2 to %d, one a line",
                  names->file, names->n, names->n == 1 ? "" : "es", FACTS_MOST_LABELS);
    return rc;
}

int corpus_settle(struct corpus *corpus, int n_sources,
                  const struct corpus_options *options, const struct reader_notes *notes)
{
    struct settle_names names = {.file = options->labels};
    int32_t n = 0;
    int rc = OK;
    if (names.file)
        rc = read_names(&names);
    if (!rc)
        rc = settle_layout(corpus, n_sources, notes);
    if (!rc) {
        label_sets_unify(corpus, options->multi_label, notes);
        settle_copies(corpus);
    }
    if (!rc)
        rc = settle_versions(corpus, options->words);
    if (!rc)
        rc = corpus_examine(corpus, options, notes, names.names, names.n);
    if (!rc)
        rc = settle_splits(corpus, options);
    if (rc) {
        lines_release(names.names, names.n);
        return rc;
    }

    rc = settle_classes(corpus, &names, notes);
    if (!rc)
        rc = settle_rows(corpus, &n);
    if (rc)
        return rc;

    n = settle_duplicates(corpus, n, options->drop_duplicates);
    count_rows(corpus, n);
    settle_check_splits(corpus, options);
    return check_trained(corpus, options->labels);
}
