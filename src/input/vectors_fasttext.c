/* A fastText model: arguments, dictionary, then the rows of words and of n-grams. A
 * word's vector is the mean of its own row and of those of its n-grams; of a word that is
 * not in the dictionary, of its n-grams. Source: Bojanowski et al. 2017; fastText 0.9.2,
 * fasttext.cc and dictionary.cc. */
#include "input/vectors_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

/* Behind magic and version; int32 each, then a double. */
enum argument {
    ARGUMENT_DIM,
    ARGUMENT_BUCKET = 8,
    ARGUMENT_MINN,
    ARGUMENT_MAXN,
    ARGUMENTS = 12
};
enum { ARGUMENT_BYTES = 8 + 4 * ARGUMENTS + 8, SUPERVISED = 3, MODEL = 7 };

struct model {
    int64_t bucket, min_n, max_n;
    int64_t n_words;     /* of the dictionary, labels left out */
    int32_t *row;        /* (wanted) of a word in the dictionary, or -1 */
    struct words others; /* the dictionary's words that are others in lower case */
    int32_t *other;      /* (wanted) which of them, or -1 */
};

/* A row of the file that is part of a wanted word's vector. */
struct part {
    int64_t row;
    int32_t number;
};
struct parts {
    struct part *parts;
    size_t n, room;
};

static int64_t whole(const char *bytes, int n)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value |= (uint64_t)(unsigned char)bytes[i] << 8 * i;
    return n == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}

static int refuse(const struct vectors_source *source, const char *what)
{
    return fail(ERR_FORMAT,
                "%s: byte %lld: %s: the fastText model is damaged: copy it again",
                source->name, (long long)vectors_source_byte(source), what);
}

static int take_whole(struct vectors_source *source, int n, const char *what,
                      int64_t *value)
{
    char bytes[8];
    int rc = vectors_source_take(source, (size_t)n, what, bytes);
    if (!rc)
        *value = whole(bytes, n);
    return rc;
}

int vectors_fasttext_width(struct vectors_source *source, int *width)
{
    const char *bytes = vectors_source_view(source);

    if (vectors_source_left(source) < ARGUMENT_BYTES)
        return refuse(source, "it ends within its arguments");
    int64_t dim = whole(bytes + 8, 4);
    if (dim < 1 || dim > VECTORS_MOST_WIDTH)
        return refuse(source, "its vectors have no or too many numbers");
    *width = (int)dim;
    return OK;
}

static int read_arguments(struct vectors_source *source, struct model *model)
{
    const char *bytes = vectors_source_view(source);
    int64_t version = whole(bytes + 4, 4);

    model->bucket = whole(bytes + 8 + 4 * ARGUMENT_BUCKET, 4);
    model->min_n = whole(bytes + 8 + 4 * ARGUMENT_MINN, 4);
    model->max_n = whole(bytes + 8 + 4 * ARGUMENT_MAXN, 4);
    if (version == 11 && whole(bytes + 8 + 4 * MODEL, 4) == SUPERVISED)
        model->max_n = 0; /* that version stored what it did not use */
    if (version < 11 || version > 12)
        return fail(ERR_FORMAT, "%s: a fastText model of version %lld, expected 11 or 12",
                    source->name, (long long)version);
    if (model->bucket < 0 || model->min_n < 0 || model->max_n < 0 || model->max_n > 64)
        return refuse(source, "its arguments are out of range");
    if (model->bucket == 0)
        model->max_n = 0;
    source->at += ARGUMENT_BYTES;
    return OK;
}

/* Marks the wanted words that a word of the dictionary is. */
static void take_word(const struct word *word, int64_t row, struct vectors_wanted *wanted,
                      struct vectors *vectors, struct model *model)
{
    int32_t n = vectors_wanted_find(wanted, word, row + 1, vectors);

    for (int32_t i = 0; i < n; i++) {
        int32_t number = wanted->found[i];
        bool is_other = vectors->match[number] != VECTORS_EXACT;
        model->row[number] = (int32_t)row;
        model->other[number] =
            is_other ? words_add(&model->others, word->text, word->n) : -1;
    }
}

/* An entry: the word with its 0, its count and its kind, 0 for a word, 1 for a label. */
static int read_entry(struct vectors_source *source, int64_t row, bool is_word,
                      struct vectors_wanted *wanted, struct vectors *vectors,
                      struct model *model)
{
    enum { BEHIND = 9 };
    int rc = vectors_source_need(source, VECTORS_MOST_WORD + BEHIND);
    const char *text = vectors_source_view(source);
    size_t left = vectors_source_left(source);
    const char *end =
        memchr(text, '\0', left < VECTORS_MOST_WORD ? left : VECTORS_MOST_WORD);

    if (rc)
        return rc;
    if (!end || left - (size_t)(end - text) < 1 + BEHIND)
        return refuse(source, "a word of its dictionary does not end");
    struct word word = {text, (size_t)(end - text)};
    if ((end[BEHIND] == 0) != is_word)
        return refuse(source, "its dictionary has other kinds of entries than it says");
    if (is_word)
        take_word(&word, row, wanted, vectors, model);
    source->at += word.n + 1 + BEHIND;
    return OK;
}

static int read_dictionary(struct vectors_source *source, struct vectors_wanted *wanted,
                           struct vectors *vectors, struct model *model)
{
    static const char what[] = "its dictionary";
    int64_t size = 0, n_words = 0, n_labels = 0, n_pruned = 0, ignored;
    int rc = take_whole(source, 4, what, &size);
    if (!rc)
        rc = take_whole(source, 4, what, &n_words);
    if (!rc)
        rc = take_whole(source, 4, what, &n_labels);
    if (!rc)
        rc = take_whole(source, 8, what, &ignored);
    if (!rc)
        rc = take_whole(source, 8, what, &n_pruned);
    if (!rc && (n_words < 0 || n_labels < 0 || size != n_words + n_labels))
        rc = refuse(source, "its dictionary has no such size");

    for (int64_t row = 0; row < size && !rc; row++)
        rc = read_entry(source, row, row < n_words, wanted, vectors, model);
    if (!rc && n_pruned > 0)
        rc = fail(ERR_FORMAT,
                  "%s: a quantized model of fastText, which keeps no vectors: give the "
                  ".bin or .vec that it was made of",
                  source->name);
    model->n_words = n_words;
    return rc;
}

static void add_part(struct parts *parts, int64_t row, int32_t number)
{
    if (parts->n == parts->room) {
        parts->room = 2 * parts->room + 1024;
        parts->parts = xrealloc(parts->parts, parts->room, sizeof *parts->parts);
    }
    parts->parts[parts->n++] = (struct part){row, number};
}

static bool continues(char c)
{
    return (c & 0xc0) == 0x80;
}

/* The n-grams of "<word>", of min_n to max_n characters, by their FNV-1a hash; the ends
 * alone are none. */
static void add_grams(const struct model *model, const struct word *word, int32_t number,
                      struct parts *parts)
{
    char *text = xasprintf("<%.*s>", (int)word->n, word->text);
    size_t n = strlen(text);

    for (size_t from = 0; from < n; from++) {
        uint32_t hash = 2166136261U;
        size_t at = from;
        for (int64_t length = 1;
             !continues(text[from]) && at < n && length <= model->max_n; length++) {
            do {
                hash = (hash ^ (uint32_t)(int32_t)(signed char)text[at++]) * 16777619U;
            } while (at < n && continues(text[at]));
            bool is_end = length == 1 && (from == 0 || at == n);
            if (length >= model->min_n && !is_end)
                add_part(parts, model->n_words + hash % (uint32_t)model->bucket, number);
        }
    }
    free(text);
}

static int compare_parts(const void *left, const void *right)
{
    const struct part *a = left, *b = right;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* All rows that are needed, in the order of the file; `counts` says how many of them a
 * wanted word has. */
static struct parts find_parts(const struct vectors_wanted *wanted,
                               struct vectors *vectors, const struct model *model,
                               int32_t *counts)
{
    static const struct word end_of_line = {"</s>", 4}; /* has no n-grams */
    struct parts parts = {0};

    for (int32_t i = 0; i < vectors->n; i++) {
        const struct words *from = model->other[i] < 0 ? wanted->words : &model->others;
        int32_t number = model->other[i] < 0 ? i : model->other[i];
        struct word word = {words_text(from, number), words_length(from, number)};
        bool has_grams =
            model->max_n > 0 && word.n <= VECTORS_MOST_WORD &&
            (word.n != end_of_line.n || memcmp(word.text, end_of_line.text, word.n) != 0);
        size_t before = parts.n;

        if (model->row[i] >= 0)
            add_part(&parts, model->row[i], i);
        if (has_grams)
            add_grams(model, &word, i, &parts);
        counts[i] = (int32_t)(parts.n - before);
        if (model->row[i] < 0 && counts[i] > 0)
            vectors->match[i] = VECTORS_PARTS;
    }
    if (parts.n)
        qsort(parts.parts, parts.n, sizeof *parts.parts, compare_parts);
    return parts;
}

static int check_matrix(struct vectors_source *source, const struct model *model,
                        int width)
{
    static const char what[] = "its matrix";
    char is_quantized = 0;
    int64_t rows = 0, columns = 0;
    int rc = vectors_source_take(source, 1, what, &is_quantized);

    if (!rc && is_quantized)
        return fail(ERR_FORMAT,
                    "%s: a quantized model of fastText, which keeps no vectors: give the "
                    ".bin or .vec that it was made of",
                    source->name);
    if (!rc)
        rc = take_whole(source, 8, what, &rows);
    if (!rc)
        rc = take_whole(source, 8, what, &columns);
    if (!rc && (rows != model->n_words + model->bucket || columns != width))
        rc = refuse(source, "its matrix has another shape than its arguments say");
    return rc;
}

/* Adds the rows to the words whose parts they are. */
static int add_rows(struct vectors_source *source, const struct parts *parts,
                    const int32_t *counts, struct vectors *vectors)
{
    size_t width = (size_t)vectors->width, n_bytes = width * sizeof(float);
    float *values = xcalloc(width, sizeof *values);
    int64_t row = 0;
    int rc = OK;

    for (size_t i = 0; i < parts->n && !rc; row++) {
        int64_t passed = parts->parts[i].row - row;
        rc = vectors_source_take(source, (size_t)passed * n_bytes, "its matrix", NULL);
        if (!rc)
            rc = vectors_source_need(source, n_bytes);
        if (!rc && vectors_source_left(source) < n_bytes)
            rc = vectors_source_take(source, n_bytes, "its matrix", NULL);
        if (rc)
            break;

        row += passed;
        vectors_floats(vectors_source_view(source), width, values);
        source->at += n_bytes;
        for (; i < parts->n && parts->parts[i].row == row; i++) {
            float *sum = vectors_row(vectors, parts->parts[i].number);
            float share = 1.0F / (float)counts[parts->parts[i].number];
            for (size_t j = 0; j < width; j++)
                sum[j] += values[j] * share;
        }
    }
    free(values);
    return rc;
}

static int check_finite(const struct vectors_source *source,
                        const struct vectors_wanted *wanted,
                        const struct vectors *vectors)
{
    for (int32_t i = 0; i < vectors->n; i++)
        for (int j = 0; j < vectors->width; j++)
            if (!isfinite(vectors_row(vectors, i)[j]))
                return fail(
                    ERR_FORMAT,
                    "%s: number %d of the vector of \"%.*s%s\" is not finite: the "
                    "model is damaged, or its training diverged",
                    source->name, j + 1, SAY_SHORT(words_text(wanted->words, i), 100));
    return OK;
}

int vectors_read_fasttext(struct vectors_source *source, const struct vectors_head *head,
                          struct vectors_wanted *wanted, struct vectors *vectors)
{
    size_t n = (size_t)vectors->n + 1;
    struct model model = {.row = xcalloc(n, sizeof *model.row),
                          .other = xcalloc(n, sizeof *model.other)};
    int32_t *counts = xcalloc(n, sizeof *counts);
    struct parts parts = {0};
    (void)head;
    for (size_t i = 0; i < n; i++)
        model.row[i] = model.other[i] = -1;

    int rc = read_arguments(source, &model);
    if (!rc)
        rc = read_dictionary(source, wanted, vectors, &model);
    if (!rc)
        rc = check_matrix(source, &model, vectors->width);
    if (!rc) {
        parts = find_parts(wanted, vectors, &model, counts);
        rc = add_rows(source, &parts, counts, vectors);
    }
    if (!rc)
        rc = check_finite(source, wanted, vectors);

    vectors->n_rows = model.n_words;
    words_release(&model.others);
    free(parts.parts);
    free(model.row);
    free(model.other);
    free(counts);
    return rc;
}
