/* Texts without labels: which of them are rows, and which stand elsewhere too. */
#define _GNU_SOURCE /* qsort_r */
#include "corpus/settle_private.h"

#include <stdlib.h>
#include <string.h>

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct corpus *corpus = context;
    int32_t i = *(const int32_t *)left, j = *(const int32_t *)right;
    const struct document *a = &corpus->documents[i], *b = &corpus->documents[j];
    const struct corpus_place *p = &corpus->places[a->place],
                              *q = &corpus->places[b->place];
    if (p->source != q->source)
        return p->source < q->source ? -1 : 1;
    if (p->kind != q->kind)
        return p->kind < q->kind ? -1 : 1;

    int order = a->place == b->place ? 0
                                     : strcmp(settle_folder(corpus, a->place),
                                              settle_folder(corpus, b->place));
    if (!order && p->kind == PLACE_FOLDER)
        order = strcmp(corpus->names + a->name, corpus->names + b->name);
    return order ? order : i < j ? -1 : i > j;
}

void corpus_settle_unlabelled(struct corpus *corpus)
{
    int32_t n = 0;
    corpus->rows = xcalloc((size_t)corpus->n_documents + 1, sizeof *corpus->rows);
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        document->part = document->is_binary ? CORPUS_DROPPED : DATASET_TRAIN;
        if (!document->is_binary)
            corpus->rows[n++] = i;
    }

    qsort_r(corpus->rows, (size_t)n, sizeof *corpus->rows, compare_rows, corpus);
    corpus->n_of_part[DATASET_TRAIN] = n;
}

/* A row that has words, of labelled texts (row -1) or of others. */
struct copy {
    const struct document *document;
    int32_t row;
};

/* By text; labelled ones first, then by row. */
static int compare_copies(const void *left, const void *right)
{
    const struct copy *a = left, *b = right;
    int order = memcmp(a->document->hash, b->document->hash, CORPUS_HASH_BYTES);
    return order ? order : a->row < b->row ? -1 : a->row > b->row;
}

static struct copy *find_copies(const struct corpus *labelled,
                                const struct corpus *unlabelled, int32_t *n)
{
    int32_t n_labelled = 0, n_unlabelled = unlabelled->n_of_part[DATASET_TRAIN];
    for (int part = 0; part < DATASET_PARTS; part++)
        n_labelled += labelled->n_of_part[part];
    struct copy *copies =
        xcalloc((size_t)n_labelled + (size_t)n_unlabelled + 1, sizeof *copies);

    *n = 0;
    for (int32_t i = 0; i < n_labelled; i++)
        copies[(*n)++] = (struct copy){&labelled->documents[labelled->rows[i]], -1};
    for (int32_t i = 0; i < n_unlabelled; i++)
        copies[(*n)++] = (struct copy){&unlabelled->documents[unlabelled->rows[i]], i};

    int32_t kept = 0;
    for (int32_t i = 0; i < *n; i++)
        if (copies[i].document->n_words)
            copies[kept++] = copies[i];
    *n = kept;
    qsort(copies, (size_t)kept, sizeof *copies, compare_copies);
    return copies;
}

/* n copies of one text, of which `first` is the first without labels. */
static void note_copies(const struct copy *copies, int32_t first, int32_t n, bool drop,
                        struct corpus *unlabelled, struct corpus_overlap *overlap)
{
    if (first == n)
        return;
    overlap->n_again += n - first - 1;
    for (int32_t i = 0; i < first; i++)
        overlap->of_part[copies[i].document->part]++;

    for (int32_t i = first ? first : 1; drop && i < n; i++) {
        int32_t document = unlabelled->rows[copies[i].row];
        unlabelled->documents[document].part = CORPUS_DROPPED;
        overlap->n_dropped++;
    }
}

void corpus_find_overlap(const struct corpus *labelled, struct corpus *unlabelled,
                         bool drop, struct corpus_overlap *overlap)
{
    int32_t n = 0, kept = 0;
    struct copy *copies = find_copies(labelled, unlabelled, &n);

    for (int32_t i = 0, first, end; i < n; i = end) {
        first = end = i;
        while (end < n && !memcmp(copies[i].document->hash, copies[end].document->hash,
                                  CORPUS_HASH_BYTES))
            first += copies[end++].row < 0;
        note_copies(copies + i, first - i, end - i, drop, unlabelled, overlap);
    }

    for (int32_t i = 0; i < unlabelled->n_of_part[DATASET_TRAIN]; i++)
        if (unlabelled->documents[unlabelled->rows[i]].part != CORPUS_DROPPED)
            unlabelled->rows[kept++] = unlabelled->rows[i];
    unlabelled->n_of_part[DATASET_TRAIN] = kept;
    free(copies);
}
