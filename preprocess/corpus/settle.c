/* What becomes of the documents of a corpus: layout, classes, splits, rows,
 * duplicates. */
#define _GNU_SOURCE /* qsort_r */
#include "corpus/corpus.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/lines.h"

#include "text/text.h"

enum { DROPPED = -1 };

static const char *corpus_path(const struct corpus *corpus)
{
    return corpus->sources[0].path;
}

/* Layout. */

static const char *folder_of(const struct corpus *corpus, int32_t place)
{
    return words_text(&corpus->place_names, place);
}

/* Bytes of "SOURCE PARENT" in a place's name. */
static size_t n_parent_key(const struct corpus *corpus, int32_t place)
{
    const char *name = folder_of(corpus, place);
    return (size_t)(strchr(name, ' ') + 1 - name) + corpus->places[place].n_parent;
}

/* Documents of each place; owned by the caller. */
static int *count_places(const struct corpus *corpus)
{
    int *counts = xcalloc((size_t)corpus->place_names.n, sizeof *counts);
    for (int32_t i = 0; i < corpus->n_documents; i++)
        counts[corpus->documents[i].place]++;
    return counts;
}

/* The parent of the source's class folders with most documents, the first of equals;
 * -1. */
static int32_t find_parent(const struct corpus *corpus, int source, const int *counts,
                           struct words *parents)
{
    int32_t n_places = corpus->place_names.n, best = -1;
    int *sums = xcalloc((size_t)n_places, sizeof *sums);
    for (int32_t p = 0; p < n_places; p++) {
        const struct corpus_place *place = &corpus->places[p];
        if (place->source != source || place->kind != PLACE_CLASS)
            continue;
        int32_t parent =
            words_add(parents, folder_of(corpus, p), n_parent_key(corpus, p));
        sums[parent] += counts[p];
        if (best < 0 || sums[parent] > sums[best])
            best = parent;
    }
    free(sums);
    return best;
}

/* Which places of a source are the corpus's. */
static void choose_layout(const struct corpus *corpus, int source, const int *counts,
                          bool *is_ours)
{
    bool has_kind[PLACE_RECORDS + 1] = {false};
    struct words parents = {0};
    int32_t parent = find_parent(corpus, source, counts, &parents);
    for (int32_t p = 0; p < corpus->place_names.n; p++)
        if (corpus->places[p].source == source)
            has_kind[corpus->places[p].kind] = true;
    enum place_kind kind = has_kind[PLACE_SPLIT]     ? PLACE_SPLIT
                           : has_kind[PLACE_RECORDS] ? PLACE_RECORDS
                                                     : PLACE_CLASS;
    for (int32_t p = 0; p < corpus->place_names.n; p++) {
        const struct corpus_place *place = &corpus->places[p];
        if (place->source != source)
            continue;
        is_ours[p] = place->kind == kind;
        if (is_ours[p] && kind == PLACE_CLASS)
            is_ours[p] = words_find(&parents, folder_of(corpus, p),
                                    n_parent_key(corpus, p)) == parent;
    }
    words_release(&parents);
}

/* A class folder without a document is a mistake that a count of classes would hide. */
static int check_empty(const struct corpus *corpus, const struct reader_notes *notes,
                       const bool *is_ours)
{
    struct words ours = {0}, parents = {0}; /* folders, and what they stand in */
    int rc = OK;
    for (int32_t p = 0; p < corpus->place_names.n; p++)
        if (is_ours[p] && corpus->places[p].kind != PLACE_RECORDS) {
            words_add(&ours, folder_of(corpus, p), strlen(folder_of(corpus, p)));
            words_add(&parents, folder_of(corpus, p), n_parent_key(corpus, p));
        }
    for (int i = 0; i < notes->n_folders && !rc; i++) {
        const struct reader_folder *folder = &notes->folders[i];
        struct place place = place_of_folder(folder->path);
        char *key = xasprintf("%d %s", folder->source, folder->path);
        size_t n = strlen(key), n_parent = n - strlen(folder->path) + place.n_parent;
        bool fits = place.kind == PLACE_SPLIT || words_find(&parents, key, n_parent) >= 0;
        if (fits && words_find(&ours, key, n) < 0)
            rc = fail(ERR_FORMAT,
                      "%s: %s holds no document: add some or remove the folder",
                      corpus->sources[folder->source].path, folder->path);
        free(key);
    }
    words_release(&ours);
    words_release(&parents);
    return rc;
}

static int settle_layout(struct corpus *corpus, int n_sources,
                         const struct reader_notes *notes)
{
    int *counts = count_places(corpus);
    bool *is_ours = xcalloc((size_t)corpus->place_names.n, sizeof *is_ours);
    for (int source = 0; source < n_sources; source++)
        choose_layout(corpus, source, counts, is_ours);
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        int part = corpus->places[document->place].part;
        document->part = (int8_t)(part < 0 ? (int)DATASET_TRAIN : part);
        if (is_ours[document->place])
            continue;
        document->part = DROPPED;
        if (corpus->n_beside++ == 0)
            corpus->beside = i;
    }
    int rc = check_empty(corpus, notes, is_ours);
    free(is_ours);
    free(counts);
    return rc;
}

/* Splits. */

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

/* Classes. */

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
            corpus_path(corpus));
    if (corpus->n_classes == 1)
        return fail(ERR_FORMAT, "%s: one class only (%s); a classifier needs two or more",
                    corpus_path(corpus), corpus->classes[0]);
    for (int c = 0; c < corpus->n_classes; c++)
        if (!text_is_utf8(corpus->classes[c]))
            return fail(ERR_FORMAT, "%s: the name of class %d is not valid UTF-8",
                        corpus_path(corpus), c);
    return OK;
}

/* Every document's label becomes its class. */
static int label_documents(struct corpus *corpus, const int32_t *class_of_label,
                           const char *labels_file)
{
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        if (document->part == DROPPED)
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

static int settle_classes(struct corpus *corpus, const char *labels_file)
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

/* Rows. */

/* Place of a class in the order of rows; see corpus_settle. */
static int class_rank(const struct corpus *corpus, int label)
{
    bool is_imdb = corpus->n_classes == 2 && !strcmp(corpus->classes[0], "neg") &&
                   !strcmp(corpus->classes[1], "pos");
    return is_imdb ? 1 - label : label;
}

static bool is_record(const struct corpus *corpus, const struct document *document)
{
    return corpus->places[document->place].kind == PLACE_RECORDS;
}

/* Of one part, kind and class. */
static int compare_rows(const void *left, const void *right, void *context)
{
    const struct corpus *corpus = context;
    int32_t i = *(const int32_t *)left, j = *(const int32_t *)right;
    const struct document *a = &corpus->documents[i], *b = &corpus->documents[j];
    if (is_record(corpus, a))
        return i < j ? -1 : i > j;
    int order = strcmp(corpus->names + a->name, corpus->names + b->name);
    return order ? order
                 : strcmp(folder_of(corpus, a->place), folder_of(corpus, b->place));
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
        if (is_record(corpus, b) || a->place != b->place || a->part != b->part ||
            strcmp(corpus->names + a->name, corpus->names + b->name))
            continue;
        char *name = corpus_name(corpus, b);
        int rc = fail(ERR_FORMAT, "%s is there twice", name);
        free(name);
        return rc;
    }
    return OK;
}

/* Most corpora are read in the order of rows, or in a few runs of it: a bucket for each
 * part, kind and class first, which is sorted only where it must be. */
static int sort_rows(struct corpus *corpus, int32_t *n_rows)
{
    size_t n_classes = (size_t)corpus->n_classes,
           n_buckets = 2 * DATASET_PARTS * n_classes;
    int32_t *bucket_of = xcalloc((size_t)corpus->n_documents, sizeof *bucket_of), n = 0;
    int32_t *end = xcalloc(n_buckets + 1, sizeof *end);
    corpus->rows = xcalloc((size_t)corpus->n_documents, sizeof *corpus->rows);
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        bool record = is_record(corpus, document);
        int rank = record ? 0 : class_rank(corpus, document->label);
        bucket_of[i] = document->part == DROPPED
                           ? -1
                           : (document->part * 2 + record) * (int32_t)n_classes + rank;
        if (bucket_of[i] >= 0)
            end[bucket_of[i] + 1]++;
    }
    for (size_t b = 0; b < n_buckets; b++)
        end[b + 1] += end[b];
    n = end[n_buckets];
    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (bucket_of[i] >= 0)
            corpus->rows[end[bucket_of[i]]++] = i; /* now where the bucket ends */
    for (size_t b = 0; b < n_buckets; b++) {
        int32_t first = b ? end[b - 1] : 0;
        sort_bucket(corpus, corpus->rows + first, (size_t)(end[b] - first));
    }
    free(end);
    free(bucket_of);
    *n_rows = n;
    return check_names(corpus, n);
}

/* Counts rows, now that they are final. */
static void count_rows(struct corpus *corpus, int32_t n)
{
    int n_runs = 0, last = -1, n_train;
    for (int part = 0; part < DATASET_PARTS; part++)
        corpus->n_of_class[part] =
            xcalloc((size_t)corpus->n_classes, sizeof **corpus->n_of_class);
    for (int32_t i = 0; i < n; i++) {
        const struct document *document = &corpus->documents[corpus->rows[i]];
        corpus->n_of_part[document->part]++;
        corpus->n_of_class[document->part][document->label]++;
        if (document->part == DATASET_TRAIN && is_record(corpus, document)) {
            n_runs += document->label != last;
            last = document->label;
        }
    }
    n_train = corpus->n_of_part[DATASET_TRAIN];
    corpus->is_sorted = n_runs == corpus->n_classes && n_train > 4 * corpus->n_classes;
}

/* Duplicates. */

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

/* Finds equal texts among n rows, empty ones left out; with `drop`, all but one go. */
static int32_t settle_duplicates(struct corpus *corpus, int32_t n, bool drop)
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
            corpus->documents[corpus->rows[copies[j].row]].part = DROPPED;
    }
    for (int32_t row = 0; row < n; row++)
        if (corpus->documents[corpus->rows[row]].part != DROPPED)
            corpus->rows[kept++] = corpus->rows[row];
    corpus->duplicates.n_dropped = n - kept;
    free(copies);
    return kept;
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
        rc = sort_rows(corpus, &n);
    if (rc)
        return rc;
    n = settle_duplicates(corpus, n, options->drop_duplicates);
    count_rows(corpus, n);
    for (int c = 0; c < corpus->n_classes; c++)
        if (corpus->n_of_class[DATASET_TRAIN][c] == 0)
            return fail(ERR_FORMAT, "%s: no training document of class %s%s%s",
                        corpus_path(corpus), corpus->classes[c],
                        options->labels ? ", which stands in " : "",
                        options->labels ? options->labels : "");
    return OK;
}
