/* Texts that a corpus has more than once. */
#include "corpus/settle_private.h"

#include <stdlib.h>
#include <string.h>

struct copy {
    const struct document *document;
    int32_t row;
};

/* By text; then the one that stays first. */
static int compare_copies(const void *left, const void *right)
{
    const struct copy *a = left, *b = right;
    int order = memcmp(a->document->hash, b->document->hash, CORPUS_HASH_BYTES);
    if (order)
        return order;
    if (a->document->part != b->document->part) /* test, validation, train */
        return a->document->part > b->document->part ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* n copies of one text. */
static void note_copies(struct corpus *corpus, const struct copy *copies, int32_t n)
{
    struct corpus_duplicates *duplicates = &corpus->duplicates;
    int of_part[DATASET_PARTS] = {0};
    const struct copy *other = NULL;

    for (int32_t i = 0; i < n; i++) {
        of_part[copies[i].document->part]++;
        if (!other && copies[i].document->label != copies[0].document->label)
            other = &copies[i];
    }

    for (int part = 0; part < DATASET_PARTS; part++) {
        duplicates->in_part[part] += of_part[part] > 1 ? of_part[part] - 1 : 0;
        duplicates->in_train[part] +=
            part != DATASET_TRAIN && of_part[DATASET_TRAIN] ? of_part[part] : 0;
    }

    if (other && duplicates->n_conflicts++ == 0) {
        char *a = corpus_name(corpus, copies[0].document);
        char *b = corpus_name(corpus, other->document);
        duplicates->conflict = xasprintf("%s and %s", a, b);
        free(a);
        free(b);
    }
}

int32_t settle_duplicates(struct corpus *corpus, int32_t n, bool drop)
{
    struct copy *copies = xcalloc((size_t)n, sizeof *copies);
    int32_t n_copies = 0, kept = 0;

    for (int32_t row = 0; row < n; row++) {
        const struct document *document = &corpus->documents[corpus->rows[row]];
        if (document->n_words)
            copies[n_copies++] = (struct copy){document, row};
    }

    qsort(copies, (size_t)n_copies, sizeof *copies, compare_copies);
    for (int32_t i = 0, end; i < n_copies; i = end) {
        for (end = i + 1; end < n_copies; end++)
            if (memcmp(copies[i].document->hash, copies[end].document->hash,
                       CORPUS_HASH_BYTES))
                break;
        if (end > i + 1)
            note_copies(corpus, copies + i, end - i);
        for (int32_t j = i + 1; drop && j < end; j++)
            corpus->documents[corpus->rows[copies[j].row]].part = CORPUS_DROPPED;
    }

    for (int32_t row = 0; row < n; row++)
        if (corpus->documents[corpus->rows[row]].part != CORPUS_DROPPED)
            corpus->rows[kept++] = corpus->rows[row];
    corpus->duplicates.n_dropped = n - kept;
    free(copies);
    return kept;
}
