/* The classes of a corpus, and which of them each document has. */
#define _GNU_SOURCE /* qsort_r */
#include "corpus/examine_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/label_sets.h"
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

/* Whether each label is one of training documents or, where texts may have several, of
 * any part: a label that stands in test alone is one that is never predicted. */
static void find_trained(const struct corpus *corpus, bool *is_trained)
{
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        bool counts = document->part == DATASET_TRAIN ||
                      (corpus->is_multi_label && document->part != CORPUS_DROPPED);
        for (int32_t k = 0; counts && k < corpus_n_labels(corpus, document); k++)
            is_trained[corpus_label(corpus, document, k)] = true;
    }
    for (int32_t i = 0; i < corpus->n_declared; i++)
        is_trained[corpus->declared[i]] = true;
}

/* These labels, in order; also whether each label is one. */
static void find_classes(struct corpus *corpus, bool *is_trained)
{
    bool all_numbers = true;
    find_trained(corpus, is_trained);

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

/* The place in the labels file that a label is; -1: it is none. */
static int32_t place_of(const char *label)
{
    double value = is_number(label) ? strtod(label, NULL) : -1;
    return value >= 0 && value < INT32_MAX && floor(value) == value ? (int32_t)value : -1;
}

/* Where labels are places in the labels file, the first place: 0 or 1; -1: they are
 * names. */
static int place_base(const struct corpus *corpus, const struct words *names,
                      const bool *is_trained)
{
    bool has_zero = false;
    for (int32_t label = 0; label < corpus->labels.n; label++) {
        const char *text = words_text(&corpus->labels, label);
        if (!is_trained[label])
            continue;
        if (words_find(names, text, strlen(text)) >= 0 || place_of(text) < 0)
            return -1;
        has_zero |= place_of(text) == 0;
    }
    return has_zero ? 0 : 1;
}

/* The class of each label; -1: none. */
static void map_labels(const struct corpus *corpus, const bool *is_trained,
                       bool may_be_places, int32_t *class_of_label)
{
    struct words names = {0};
    for (int c = 0; c < corpus->n_classes; c++)
        words_add(&names, corpus->classes[c], strlen(corpus->classes[c]));
    int base = may_be_places ? place_base(corpus, &names, is_trained) : -1;

    for (int32_t label = 0; label < corpus->labels.n; label++) {
        const char *text = words_text(&corpus->labels, label);
        int32_t found = words_find(&names, text, strlen(text)); /* test may have names */
        if (found < 0 && base >= 0 && place_of(text) >= base &&
            place_of(text) - base < corpus->n_classes)
            found = place_of(text) - base;
        class_of_label[label] = found;
    }
    words_release(&names);
}

/* A class that is this label but for its spelling; NULL: none. */
static const char *find_alike(const struct corpus *corpus, const char *label)
{
    char *mine = spelling_folded(label);
    const char *found = NULL;
    for (int c = 0; c < corpus->n_classes && !found; c++) {
        char *other = spelling_folded(corpus->classes[c]);
        if (!strcmp(mine, other))
            found = corpus->classes[c];
        free(other);
    }
    free(mine);
    return found;
}

/* What may be done about a label that is no class. */
static char *advise(const struct corpus *corpus, const struct document *document,
                    const char *label)
{
    const char *alike = find_alike(corpus, label);
    struct list list = {0};
    if (alike)
        return xasprintf("%s is: --merge-labels case makes them one", alike);

    for (int c = 0; c < corpus->n_classes; c++)
        list_add(&list, ", ", xstrdup(corpus->classes[c]));
    char *classes = list_take(&list);
    char *advice =
        xasprintf("the classes are %s.%s%s%s", classes,
                  settle_is_record(corpus, document) ? " Is it a label (--label-column, "
                                                       "--label-field)?"
                                                     : "",
                  is_number(label) == is_number(corpus->classes[0])
                      ? ""
                      : " --labels FILE gives numbers names.",
                  strcmp(label, "-1") ? " A class needs training documents"
                                      : " -1 may stand for labels that were kept back");
    free(classes);
    return advice;
}

static int report_unknown(const struct corpus *corpus, const struct document *document,
                          const char *label, const char *labels_file)
{
    char *name = corpus_name(corpus, document);
    char *advice = advise(corpus, document, label);
    int rc = labels_file ? fail(ERR_FORMAT, "%s: class %s is not in %s; %s", name, label,
                                labels_file, advice)
                         : fail(ERR_FORMAT, "%s: class %s is in %s but not in train; %s",
                                name, label, dataset_part_names[document->part], advice);
    free(advice);
    free(name);
    return rc;
}

/* Training documents of a kind, and the first of them. */
static int32_t count_kind(const struct corpus *corpus, bool records, int32_t *first)
{
    int32_t n = 0;
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        if (document->part != DATASET_TRAIN ||
            settle_is_record(corpus, document) != records)
            continue;
        if (n++ == 0)
            *first = i;
    }
    return n;
}

/* Why it may be that one class is all there is. */
static int report_one_class(const struct corpus *corpus, const struct reader_notes *notes)
{
    const char *trouble = settle_trouble(notes);
    int32_t first = 0, n_records = count_kind(corpus, true, &first);
    int32_t n = n_records ? n_records : count_kind(corpus, false, &first);
    const char *layout = corpus->layout.n_read ? corpus->layout.read[0] : "";
    char *name = corpus_name(corpus, &corpus->documents[first]);

    int rc = n_records
                 ? fail(ERR_FORMAT,
                        "%s: one class only (%s); a classifier needs two or more. All "
                        "%d rows have this label, as %s: name the column with "
                        "--label-column (JSON: --label-field)%s%s",
                        settle_path(corpus), corpus->classes[0], n, name,
                        *layout ? "; as it was read: " : "", layout)
                 : fail(ERR_FORMAT,
                        "%s: one class only (%s); a classifier needs two or more. All "
                        "%d documents stand in folders of this name, as %s: expected a "
                        "folder with a folder a class, or --class NAME=FILE for files "
                        "of lines%s%s",
                        settle_path(corpus), corpus->classes[0], n, name,
                        trouble ? "; as records: " : "", trouble ? trouble : "");
    free(name);
    return rc;
}

static int check_labels(const struct corpus *corpus)
{
    int n = corpus->n_classes;
    if (n > 1)
        return OK;
    return fail(ERR_FORMAT,
                "%s: %s%s; where texts may have several labels there are two or more: "
                "name the column with --label-column (JSON: --label-field), or columns "
                "of one label each with --label-columns",
                settle_path(corpus), n ? "one label only: " : "no text has a label",
                n ? corpus->classes[0] : "");
}

static int check_classes(const struct corpus *corpus, bool any_trained,
                         const struct reader_notes *notes)
{
    int rc = corpus->is_multi_label ? check_labels(corpus) : OK;
    if (rc)
        return rc;
    if (!any_trained)
        return settle_no_training(corpus, notes);
    if (corpus->n_classes == 1)
        return report_one_class(corpus, notes);
    for (int c = 0; c < corpus->n_classes; c++)
        if (!corpus->classes[c][strspn(corpus->classes[c], " \t")])
            return fail(ERR_FORMAT,
                        "%s: the name of class %d is blank: rename its folder",
                        settle_path(corpus), c);
        else if (!text_is_utf8(corpus->classes[c]))
            return fail(ERR_FORMAT,
                        "%s: the name of class %d is not valid UTF-8; expected a file in "
                        "UTF-8, or its --encoding; a folder must be renamed",
                        settle_path(corpus), c);
    return OK;
}

/* Every document's label becomes its class. */
static int label_documents(struct corpus *corpus, const int32_t *class_of_label,
                           const char *labels_file)
{
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        bool counts = document->part != CORPUS_DROPPED;
        for (int32_t k = 0; counts && k < corpus_n_labels(corpus, document); k++) {
            int32_t label = corpus_label(corpus, document, k);
            if (class_of_label[label] < 0)
                return report_unknown(corpus, document,
                                      words_text(&corpus->labels, label), labels_file);
        }
    }
    label_sets_relabel(corpus, class_of_label);
    return OK;
}

/* The names of the labels file in place of those that were found. */
static void name_classes(struct corpus *corpus, char **names, int n)
{
    lines_release(corpus->classes, corpus->n_classes);
    corpus->classes = names;
    corpus->n_classes = n;
}

int settle_classes(struct corpus *corpus, const struct settle_names *names,
                   const struct reader_notes *notes)
{
    bool *is_trained = xcalloc((size_t)corpus->labels.n, sizeof *is_trained);
    int32_t *class_of_label = xcalloc((size_t)corpus->labels.n, sizeof *class_of_label);
    find_classes(corpus, is_trained);
    bool any_trained = corpus->n_classes > 0;
    if (names->file)
        name_classes(corpus, names->names, names->n);

    int rc = check_classes(corpus, any_trained, notes);
    if (!rc) {
        map_labels(corpus, is_trained, names->file, class_of_label);
        rc = label_documents(corpus, class_of_label, names->file);
    }
    free(class_of_label);
    free(is_trained);
    return rc;
}
