/* Which training documents become test and validation documents. */
#include "corpus/settle_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/examine_private.h"

/* A split while it is made. */
struct split {
    struct corpus *corpus;
    enum dataset_part to;
    double share;
    const char *option;
    int32_t *n_left; /* (labels.n) training documents of the label that stay */
    int32_t *last;   /* (labels.n) of those that go the one with the largest hash; -1 */
};

/* Where the bytes of a text's hash begin that decide; validation has its own, else its
 * share would be of what test has left. */
static int hash_at(const struct split *split)
{
    return split->to == DATASET_TEST ? 0 : 8;
}

/* 0 .. 1, from 8 bytes of the text's hash. */
static double share_of(const struct document *document, int first)
{
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++)
        bits = bits << 8 | document->hash[first + i];
    return ldexp((double)(bits >> 11), -53);
}

static bool goes(const struct split *split, const struct document *document)
{
    return document->part == DATASET_TRAIN &&
           share_of(document, hash_at(split)) < split->share;
}

/* By the bytes that decide, then by all of them: equal only for equal texts. */
static int compare_hashes(const struct split *split, const struct document *a,
                          const struct document *b)
{
    int order = memcmp(a->hash + hash_at(split), b->hash + hash_at(split), 8);
    return order ? order : memcmp(a->hash, b->hash, CORPUS_HASH_BYTES);
}

/* Document i has the label. */
static void look_at(struct split *split, int32_t i, int32_t label)
{
    const struct document *documents = split->corpus->documents;
    int32_t *last = &split->last[label];
    if (!goes(split, &documents[i]))
        split->n_left[label]++;
    else if (*last < 0 || compare_hashes(split, &documents[i], &documents[*last]) > 0)
        *last = i;
}

/* What the share leaves of each label in train. */
static void look(struct split *split)
{
    struct corpus *corpus = split->corpus;
    size_t n = (size_t)corpus->labels.n;
    split->n_left = xcalloc(n, sizeof *split->n_left);
    split->last = xcalloc(n, sizeof *split->last);
    for (size_t label = 0; label < n; label++)
        split->last[label] = -1;

    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        if (document->part != DATASET_TRAIN)
            continue;
        for (int32_t k = 0; k < corpus_n_labels(corpus, document); k++)
            look_at(split, i, corpus_label(corpus, document, k));
    }
}

/* The texts that stay for their classes' sake: each class keeps one in train. */
static struct words find_kept(const struct split *split, struct list *classes)
{
    const struct corpus *corpus = split->corpus;
    struct words kept = {0};
    for (int32_t label = 0; label < corpus->labels.n; label++) {
        if (split->last[label] < 0 || split->n_left[label])
            continue;
        const struct document *last = &corpus->documents[split->last[label]];
        words_add(&kept, (const char *)last->hash, sizeof last->hash);
        list_add(classes, ", ", xstrdup(words_text(&corpus->labels, label)));
    }
    return kept;
}

static int settle_split(struct split *split)
{
    struct corpus *corpus = split->corpus;
    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (corpus->documents[i].part == (int)split->to)
            return fail(ERR_USAGE, "--%s: the corpus has a %s part already",
                        split->option, dataset_part_names[split->to]);

    struct list classes = {0};
    look(split);
    struct words kept = find_kept(split, &classes);
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        const char *hash = (const char *)document->hash;
        if (goes(split, document) &&
            words_find(&kept, hash, sizeof document->hash) < 0) /* equal texts together */
            document->part = (int8_t)split->to;
    }

    int n = classes.n;
    char *shown = list_take(&classes);
    if (n)
        corpus_note(corpus, "split",
                    xasprintf("--%s would take all documents of %d class%s: one text of "
                              "each stays in train: %s",
                              split->option, n, n == 1 ? "" : "es", shown));
    free(shown);
    words_release(&kept);
    free(split->n_left);
    free(split->last);
    return OK;
}

int settle_splits(struct corpus *corpus, const struct corpus_options *options)
{
    struct split test = {.corpus = corpus,
                         .to = DATASET_TEST,
                         .share = options->test_split,
                         .option = "test-split"};
    struct split validation = {.corpus = corpus,
                               .to = DATASET_VALIDATION,
                               .share = options->validation_split,
                               .option = "validation-split"};
    int rc = test.share > 0 ? settle_split(&test) : OK;
    return !rc && validation.share > 0 ? settle_split(&validation) : rc;
}

static void check_split(struct corpus *corpus, enum dataset_part part, const char *option)
{
    struct list classes = {0};
    for (int c = 0; c < corpus->n_classes; c++)
        if (corpus->n_of_class[part][c] == 0)
            list_add(&classes, ", ", xstrdup(corpus->classes[c]));

    int n = classes.n;
    char *shown = list_take(&classes);
    if (n)
        corpus_note(corpus, "split",
                    xasprintf("no document of %d of %d classes came to %s: %s; a larger "
                              "--%s, or a part of its own (--%s), holds some",
                              n, corpus->n_classes, dataset_part_names[part], shown,
                              option, dataset_part_names[part]));
    free(shown);
}

void settle_check_splits(struct corpus *corpus, const struct corpus_options *options)
{
    if (options->test_split > 0)
        check_split(corpus, DATASET_TEST, "test-split");
    if (options->validation_split > 0)
        check_split(corpus, DATASET_VALIDATION, "validation-split");
}
