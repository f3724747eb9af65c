/* Files of records that hold one corpus in several versions: x.csv beside x_clean.csv,
 * raw/train.csv beside stemmed/train.csv. */
#define _GNU_SOURCE /* qsort_r */
#include "corpus/settle_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FEW_ROWS = 20, MOST_LOOKED_AT = 256 };

/* The labels of a file's rows, in short. */
struct sequence {
    int32_t place, n, first, last; /* documents */
    int source, part;              /* CORPUS_DROPPED: of several, or of none */
    uint64_t hash;
    bool is_mixed; /* two classes */
};

static struct sequence *find_sequences(const struct corpus *corpus)
{
    int32_t n_places = corpus->place_names.n;
    struct sequence *all = xcalloc((size_t)n_places + 1, sizeof *all);

    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        struct sequence *of = &all[document->place];
        if (corpus->places[document->place].kind != PLACE_RECORDS)
            continue;
        if (of->n++ == 0)
            *of = (struct sequence){.place = document->place,
                                    .n = 1,
                                    .first = i,
                                    .source = corpus->places[document->place].source,
                                    .part = document->part};
        else if (document->part != of->part)
            of->part = CORPUS_DROPPED;
        of->last = i;
        of->is_mixed |= document->label != corpus->documents[of->first].label;
        of->hash = (of->hash ^ (uint64_t)document->label) * UINT64_C(0x9e3779b97f4a7c15);
        of->hash ^= of->hash >> 29;
    }
    return all;
}

static bool may_be_version(const struct sequence *of)
{
    return of->n >= FEW_ROWS && of->is_mixed && of->part != CORPUS_DROPPED;
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

/* Those that may be versions of each other stand together, by their ranks. */
static int compare_sequences(const void *left, const void *right, void *context)
{
    const struct corpus *corpus = context;
    const struct sequence *a = left, *b = right;
    int orders[] = {ORDER(may_be_version(b), may_be_version(a)),
                    ORDER(a->part, b->part),
                    ORDER(a->source, b->source),
                    ORDER(a->n, b->n),
                    ORDER(a->hash, b->hash),
                    ORDER(corpus->places[a->place].rank, corpus->places[b->place].rank)};
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        if (orders[i])
            return orders[i];
    return 0;
}

static bool are_alike(const struct sequence *a, const struct sequence *b)
{
    return may_be_version(a) && may_be_version(b) && a->part == b->part &&
           a->source == b->source && a->n == b->n && a->hash == b->hash;
}

static int32_t *find_rows(const struct corpus *corpus, const struct sequence *of)
{
    int32_t *rows = xcalloc((size_t)of->n, sizeof *rows), n = 0;
    for (int32_t i = of->first; i <= of->last; i++)
        if (corpus->documents[i].place == of->place)
            rows[n++] = i;
    return rows;
}

static int compare_numbers(const void *left, const void *right)
{
    return ORDER(*(const int32_t *)left, *(const int32_t *)right);
}

/* A document's words, sorted. */
struct bag {
    int32_t *words, n;
};

static int fill(const struct corpus_words *words, const struct document *document,
                struct bag *bag)
{
    const int32_t *read = NULL;
    int rc = words->read(words->context, document, &read);
    if (rc)
        return rc;

    size_t n = (size_t)document->n_words;
    bag->words = xrealloc(bag->words, n + 1, sizeof *bag->words);
    bag->n = document->n_words;
    if (n)
        memcpy(bag->words, read, n * sizeof *read);
    qsort(bag->words, n, sizeof *bag->words, compare_numbers);
    return OK;
}

/* Twice the words that two have in common, as a share of all. */
static double overlap(const struct bag *a, const struct bag *b)
{
    int32_t n = 0;
    for (int32_t i = 0, j = 0; i < a->n && j < b->n;) {
        n += a->words[i] == b->words[j];
        int order = ORDER(a->words[i], b->words[j]);
        i += order <= 0;
        j += order >= 0;
    }
    return a->n + b->n ? 2.0 * n / (a->n + b->n) : 0;
}

/* Whether rows are more like the same rows of the other file than like others there: in
 * nine of ten rows of versions, in about half of those of files with equal patterns. */
static int judge(const struct corpus *corpus, const struct corpus_words *words,
                 const struct sequence *a, const struct sequence *b, bool *are_versions)
{
    int32_t *rows_a = find_rows(corpus, a), *rows_b = find_rows(corpus, b);
    int32_t step = a->n > MOST_LOOKED_AT ? a->n / MOST_LOOKED_AT : 1;
    struct bag row = {0}, same = {0}, other = {0};
    int n_nearer = 0, n_farther = 0, n = 0, rc = OK;

    for (int32_t i = 0; i < a->n && !rc; i += step, n++) {
        rc = fill(words, &corpus->documents[rows_a[i]], &row);
        if (!rc)
            rc = fill(words, &corpus->documents[rows_b[i]], &same);
        if (!rc)
            rc = fill(words, &corpus->documents[rows_b[(i + a->n / 2) % a->n]], &other);
        if (rc)
            break;
        double here = overlap(&row, &same), there = overlap(&row, &other);
        n_nearer += here > there;
        n_farther += here < there;
    }

    *are_versions = n_nearer * 3 > n * 2 && n_farther * 10 <= n_nearer;
    free(row.words);
    free(same.words);
    free(other.words);
    free(rows_a);
    free(rows_b);
    return rc;
}

/* The file that a place stands for, an array of it being a name below it. */
static char *file_of(const struct corpus *corpus, int32_t place)
{
    const char *path = strchr(settle_folder(corpus, place), ' ') + 1;
    char *file = block_document_name(corpus->sources[corpus->places[place].source].path,
                                     "", path, 0);
    char *whole = xstrdup(file), *slash;
    struct stat status;
    while (stat(whole, &status) != 0 && (slash = strrchr(whole, '/')))
        *slash = '\0';

    bool is_file = stat(whole, &status) == 0 && S_ISREG(status.st_mode);
    bool is_source = !strcmp(whole, corpus->sources[corpus->places[place].source].path);
    if (is_file && !is_source) {
        free(file);
        return whole;
    }
    free(whole);
    return file;
}

/* Bytes that two names have in common, at both ends. */
static size_t likeness(const char *a, const char *b)
{
    size_t n_a = strlen(a), n_b = strlen(b), front = 0, back = 0;
    while (front < n_a && front < n_b && a[front] == b[front])
        front++;
    while (back < n_a - front && back < n_b - front &&
           a[n_a - 1 - back] == b[n_b - 1 - back])
        back++;
    return front + back;
}

/* " --test FILE" for the parts that `corpus_path` does not hold; of several files that
 * which is called most like the version's. */
static char *other_parts(const struct corpus *corpus, const struct sequence *all,
                         const struct sequence *of, const char *file,
                         const char *corpus_path)
{
    char *options = xstrdup("");
    size_t n = strlen(corpus_path);
    for (int part = DATASET_TRAIN + 1; part < DATASET_PARTS; part++) {
        char *best = NULL;
        for (int32_t i = 0; i < corpus->place_names.n; i++) {
            if (part == of->part || all[i].n == 0 || all[i].part != part ||
                all[i].source != of->source)
                continue;
            char *name = file_of(corpus, all[i].place);
            bool is_better = !best || likeness(file, name) > likeness(file, best);
            char *worse = is_better ? best : name;
            best = is_better ? name : best;
            free(worse);
        }

        bool is_held =
            best && !strncmp(best, corpus_path, n) && (!best[n] || best[n] == '/');
        if (best && !is_held) {
            char *longer =
                xasprintf("%s --%s %s", options, dataset_part_names[part], best);
            free(options);
            options = longer;
        }
        free(best);
    }
    return options;
}

/* Cuts the names off two paths that are the same at their ends: two folders stay. */
static void cut_to_folders(char *a, char *b)
{
    char *end_a = strrchr(a, '/'), *end_b = strrchr(b, '/');
    while (end_a && end_b && end_a > a && !strcmp(end_a, end_b)) {
        *end_a = *end_b = '\0';
        end_a = strrchr(a, '/');
        end_b = strrchr(b, '/');
    }
}

static int refuse(const struct corpus *corpus, const struct sequence *all,
                  const struct sequence *a, const struct sequence *b)
{
    struct stat status;
    bool is_folder =
        stat(corpus->sources[a->source].path, &status) == 0 && S_ISDIR(status.st_mode);
    char *first = file_of(corpus, a->place), *second = file_of(corpus, b->place);
    char *path = xstrdup(first), *other_path = xstrdup(second);
    cut_to_folders(path, other_path);
    char *options = other_parts(corpus, all, a, first, path);

    int rc = fail(ERR_FORMAT,
                  "%s and %s have the same labels row by row, and texts alike: two "
                  "versions of one corpus? %s`rnnprep %s%s` takes one of them; both "
                  "count where they are joined in one file",
                  first, second, is_folder ? "" : "unpack it; then ", path, options);
    free(first);
    free(second);
    free(path);
    free(other_path);
    free(options);
    return rc;
}

int settle_versions(const struct corpus *corpus, const struct corpus_words *words)
{
    int32_t n = corpus->place_names.n;
    if (!words || n < 2)
        return OK;

    struct sequence *all = find_sequences(corpus);
    qsort_r(all, (size_t)n, sizeof *all, compare_sequences, (void *)(uintptr_t)corpus);

    int rc = OK;
    for (int32_t i = 1; i < n && !rc && may_be_version(&all[i]); i++) {
        bool are_versions = false;
        if (are_alike(&all[i - 1], &all[i]))
            rc = judge(corpus, words, &all[i - 1], &all[i], &are_versions);
        if (!rc && are_versions)
            rc = refuse(corpus, all, &all[i - 1], &all[i]);
    }
    free(all);
    return rc;
}
