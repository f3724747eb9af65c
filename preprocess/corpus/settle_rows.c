/* The order of rows. */
#define _GNU_SOURCE /* qsort_r */
#include "corpus/settle_private.h"

#include <stdlib.h>
#include <string.h>

/* Place of a class in the order of rows; see corpus_settle. */
static int class_rank(const struct corpus *corpus, int label)
{
    bool is_imdb = corpus->n_classes == 2 && !strcmp(corpus->classes[0], "neg") &&
                   !strcmp(corpus->classes[1], "pos");
    return is_imdb ? 1 - label : label;
}

/* Of one part, kind and class. */
static int compare_rows(const void *left, const void *right, void *context)
{
    const struct corpus *corpus = context;
    int32_t i = *(const int32_t *)left, j = *(const int32_t *)right;
    const struct document *a = &corpus->documents[i], *b = &corpus->documents[j];
    if (settle_is_record(corpus, a)) {
        int left_rank = corpus->places[a->place].rank;
        int right_rank = corpus->places[b->place].rank;
        return left_rank != right_rank ? left_rank - right_rank : i < j ? -1 : i > j;
    }
    int order = strcmp(corpus->names + a->name, corpus->names + b->name);
    return order
               ? order
               : strcmp(settle_folder(corpus, a->place), settle_folder(corpus, b->place));
}

static void sort_bucket(struct corpus *corpus, int32_t *rows, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (compare_rows(&rows[i - 1], &rows[i], corpus) > 0) {
            qsort_r(rows, n, sizeof *rows, compare_rows, corpus);
            return;
        }
}

/* An archive may hold a name twice. */
static int check_names(const struct corpus *corpus, int32_t n)
{
    for (int32_t i = 1; i < n; i++) {
        const struct document *a = &corpus->documents[corpus->rows[i - 1]];
        const struct document *b = &corpus->documents[corpus->rows[i]];
        if (settle_is_record(corpus, b) || a->place != b->place || a->part != b->part ||
            strcmp(corpus->names + a->name, corpus->names + b->name))
            continue;

        char *name = corpus_name(corpus, b);
        int rc = fail(ERR_FORMAT, "%s is there twice", name);
        free(name);
        return rc;
    }
    return OK;
}

/* A bucket for each part, kind and class, in the order of rows; -1: dropped. */
static int32_t bucket_of(const struct corpus *corpus, const struct document *document)
{
    bool record = settle_is_record(corpus, document);
    if (document->part == CORPUS_DROPPED)
        return -1;
    int rank = record ? 0 : class_rank(corpus, corpus_label(corpus, document, 0));
    return (document->part * 2 + record) * (int32_t)corpus->n_classes + rank;
}

/* Most corpora are read in the order of rows, or in a few runs of it: so documents go to
 * buckets, each of which is sorted only where it must be. */
int settle_rows(struct corpus *corpus, int32_t *n_rows)
{
    size_t n_buckets = 2 * DATASET_PARTS * (size_t)corpus->n_classes;
    int32_t *bucket = xcalloc((size_t)corpus->n_documents, sizeof *bucket);
    int32_t *end = xcalloc(n_buckets + 1, sizeof *end);
    corpus->rows = xcalloc((size_t)corpus->n_documents, sizeof *corpus->rows);

    for (int32_t i = 0; i < corpus->n_documents; i++) {
        bucket[i] = bucket_of(corpus, &corpus->documents[i]);
        if (bucket[i] >= 0)
            end[bucket[i] + 1]++;
    }
    for (size_t b = 0; b < n_buckets; b++)
        end[b + 1] += end[b];
    int32_t n = end[n_buckets];

    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (bucket[i] >= 0)
            corpus->rows[end[bucket[i]]++] = i; /* now where the bucket ends */
    for (size_t b = 0; b < n_buckets; b++) {
        int32_t first = b ? end[b - 1] : 0;
        sort_bucket(corpus, corpus->rows + first, (size_t)(end[b] - first));
    }
    free(end);
    free(bucket);
    *n_rows = n;
    return check_names(corpus, n);
}
