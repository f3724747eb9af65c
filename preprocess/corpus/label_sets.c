#include "corpus/label_sets.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/settle_private.h"

#include "input/multi_labels.h"

static bool has_sets(const struct corpus *corpus)
{
    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (corpus->documents[i].part != CORPUS_DROPPED && corpus->documents[i].has_set)
            return true;
    return false;
}

static void declare(struct corpus *corpus, const char *label, size_t n)
{
    struct words one = {0};
    multi_labels_add(&one, label, n); /* as those of texts are added */
    corpus->declared = xrealloc(corpus->declared, (size_t)corpus->n_declared + 1,
                                sizeof *corpus->declared);
    if (one.n)
        corpus->declared[corpus->n_declared++] =
            words_add(&corpus->labels, words_text(&one, 0), words_length(&one, 0));
    words_release(&one);
}

static void declare_columns(struct corpus *corpus, const struct reader_notes *notes)
{
    for (int i = 0; i < notes->n_files; i++)
        for (const char *at = notes->files[i].labels, *end; at && *at; at = end + 1) {
            end = strchr(at, '\n');
            declare(corpus, at, (size_t)(end - at));
        }
}

void label_sets_unify(struct corpus *corpus, bool all, const struct reader_notes *notes)
{
    corpus->is_multi_label = all || has_sets(corpus);
    if (corpus->is_multi_label)
        declare_columns(corpus, notes);
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        bool is_dropped = document->part == CORPUS_DROPPED;
        int32_t n = is_dropped || document->has_set ? 0 : 1;
        if (corpus->is_multi_label && (is_dropped || !document->has_set))
            document->label =
                label_lists_add(&corpus->sets, &(int32_t){document->label}, n);
        else if (!corpus->is_multi_label && document->has_set)
            document->label = 0;
        document->has_set = corpus->is_multi_label;
    }
}

/* A set whose labels become others, among the sets that have become so. */
static int32_t relabel_set(const struct words *before, int32_t set, struct corpus *corpus,
                           const int32_t *becomes)
{
    int32_t n = (int32_t)(words_length(before, set) / sizeof n);
    int32_t *labels = xcalloc((size_t)n + 1, sizeof *labels);
    if (n)
        memcpy(labels, words_text(before, set), (size_t)n * sizeof *labels);
    for (int32_t i = 0; i < n; i++)
        labels[i] = becomes[labels[i]];
    int32_t number = label_lists_add(&corpus->sets, labels, n);
    free(labels);
    return number;
}

void label_sets_relabel(struct corpus *corpus, const int32_t *becomes)
{
    struct words before = corpus->sets;
    int32_t *sets = xcalloc((size_t)before.n + 1, sizeof *sets);
    corpus->sets = (struct words){0};
    for (int32_t set = 0; set < before.n; set++)
        sets[set] = relabel_set(&before, set, corpus, becomes);

    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        document->label =
            document->has_set ? sets[document->label] : becomes[document->label];
    }
    for (int32_t i = 0; i < corpus->n_declared; i++)
        corpus->declared[i] = becomes[corpus->declared[i]];
    words_release(&before);
    free(sets);
}

bool label_sets_hold(const struct corpus *corpus, const struct document *document,
                     int32_t label)
{
    for (int32_t i = 0; i < corpus_n_labels(corpus, document); i++)
        if (corpus_label(corpus, document, i) == label)
            return true;
    return false;
}
