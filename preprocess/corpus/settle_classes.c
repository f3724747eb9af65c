/* The classes of a corpus, and which of them each document has. */
#define _GNU_SOURCE /* qsort_r */
#include "corpus/settle_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/lines.h"

#include "text/text.h"

static bool is_number(const char *text)
{
    char *end = NULL;
    bool is_signed = *text == '-' || *text == '+';
    return text[is_signed] >= '0' && text[is_signed] <= '9' &&
           isfinite(strtod(text, &end)) && !*end;
}

static int compare_classes(const void *left, const void *right, void *by_value)
{
    const char *a = *(char *const *)left, *b = *(char *const *)right;
    double x = by_value ? strtod(a, NULL) : 0, y = by_value ? strtod(b, NULL) : 0;
    return x != y ? (x < y ? -1 : 1) : strcmp(a, b);
}

/* The labels of training documents, in order; also whether each label is one. */
static void find_classes(struct corpus *corpus, bool *is_trained)
{
    bool all_numbers = true;
    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (corpus->documents[i].part == DATASET_TRAIN)
            is_trained[corpus->documents[i].label] = true;

    corpus->classes = xcalloc((size_t)corpus->labels.n, sizeof *corpus->classes);
    for (int32_t label = 0; label < corpus->labels.n; label++)
        if (is_trained[label]) {
            const char *name = words_text(&corpus->labels, label);
            all_numbers &= is_number(name);
            corpus->classes[corpus->n_classes++] = xstrdup(name);
        }
    qsort_r(corpus->classes, (size_t)corpus->n_classes, sizeof *corpus->classes,
            compare_classes, all_numbers ? &all_numbers : NULL);
}

static int class_of(const struct corpus *corpus, const char *label)
{
    for (int c = 0; c < corpus->n_classes; c++)
        if (!strcmp(corpus->classes[c], label))
            return c;
    return -1;
}

/* Where labels are places in the labels file, the first place: 0 or 1; -1: they are
 * names. */
static int place_base(const struct corpus *corpus, const bool *is_trained)
{
    bool has_zero = false;
    for (int32_t label = 0; label < corpus->labels.n; label++) {
        const char *text = words_text(&corpus->labels, label);
        if (!is_trained[label])
            continue;
        if (class_of(corpus, text) >= 0 || strspn(text, "0123456789") != strlen(text))
            return -1;
        has_zero |= strspn(text, "0") == strlen(text);
    }
    return has_zero ? 0 : 1;
}

/* The class of each label; -1: none. */
static void map_labels(const struct corpus *corpus, int base, int32_t *class_of_label)
{
    struct words names = {0};
    for (int c = 0; c < corpus->n_classes; c++)
        words_add(&names, corpus->classes[c], strlen(corpus->classes[c]));

    for (int32_t label = 0; label < corpus->labels.n; label++) {
        const char *text = words_text(&corpus->labels, label);
        class_of_label[label] = words_find(&names, text, strlen(text));
        if (base >= 0) {
            double place = is_number(text) ? strtod(text, NULL) - base : -1;
            bool is_there = place >= 0 && place < corpus->n_classes;
            class_of_label[label] = is_there ? (int32_t)place : -1;
        }
    }
    words_release(&names);
}

static int report_unknown(const struct corpus *corpus, const struct document *document,
                          const char *label, const char *labels_file)
{
    char *name = corpus_name(corpus, document);
    int rc = labels_file
                 ? fail(ERR_FORMAT, "%s: class %s is not in %s", name, label, labels_file)
                 : fail(ERR_FORMAT, "%s: class %s is in %s but not in train", name, label,
                        dataset_part_names[document->part]);
    free(name);
    return rc;
}

static int check_classes(const struct corpus *corpus, bool any_trained)
{
    if (!any_trained)
        return fail(
            ERR_FORMAT,
            "%s: no training documents; expected class folders, train/<class>/ or "
            "<class>/ with a file a text, or files of records (csv, tsv, jsonl, "
            "fasttext, lines: --format)",
            settle_path(corpus));
    if (corpus->n_classes == 1)
        return fail(ERR_FORMAT, "%s: one class only (%s); a classifier needs two or more",
                    settle_path(corpus), corpus->classes[0]);
    for (int c = 0; c < corpus->n_classes; c++)
        if (!text_is_utf8(corpus->classes[c]))
            return fail(ERR_FORMAT, "%s: the name of class %d is not valid UTF-8",
                        settle_path(corpus), c);
    return OK;
}

/* Every document's label becomes its class. */
static int label_documents(struct corpus *corpus, const int32_t *class_of_label,
                           const char *labels_file)
{
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        if (document->part == CORPUS_DROPPED)
            continue;

        int32_t class_index = class_of_label[document->label];
        if (class_index < 0)
            return report_unknown(corpus, document,
                                  words_text(&corpus->labels, document->label),
                                  labels_file);
        document->label = class_index;
    }
    return OK;
}

int settle_classes(struct corpus *corpus, const char *labels_file)
{
    bool *is_trained = xcalloc((size_t)corpus->labels.n, sizeof *is_trained);
    int32_t *class_of_label = xcalloc((size_t)corpus->labels.n, sizeof *class_of_label);
    int rc = OK, base = -1;
    find_classes(corpus, is_trained);
    bool any_trained = corpus->n_classes > 0;

    if (labels_file) {
        lines_release(corpus->classes, corpus->n_classes);
        corpus->classes = NULL;
        corpus->n_classes = 0;
        rc = lines_read(labels_file, "the labels", &corpus->classes, &corpus->n_classes);
        base = rc ? -1 : place_base(corpus, is_trained);
    }

    if (!rc)
        rc = check_classes(corpus, any_trained);
    if (!rc) {
        map_labels(corpus, base, class_of_label);
        rc = label_documents(corpus, class_of_label, labels_file);
    }
    free(class_of_label);
    free(is_trained);
    return rc;
}
