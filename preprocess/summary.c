#include "summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* What other choices of num_words and maxlen would keep. */

enum { MOST_CHOICES = 10, N_LOST = 5, N_BARS = 8 };

struct choices {
    int n;
    struct candidate {
        int value;
        double kept;  /* share of the training documents' words, of all ids */
        double whole; /* maxlen: share of documents that lose nothing */
    } choice[MOST_CHOICES];
};

static double share(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static double percent(int64_t part, int64_t whole)
{
    return 100 * share(part, whole);
}

static int n_rows(const struct corpus *corpus)
{
    int n = 0;
    for (int part = 0; part < DATASET_PARTS; part++)
        n += corpus->n_of_part[part];
    return n;
}

/* Adds the value where it belongs in the order; one that is there already is no
 * choice. */
static void add_value(struct choices *choices, int value, int most)
{
    int at = choices->n;
    if (value > most || choices->n == MOST_CHOICES)
        return;
    for (int i = 0; i < choices->n; i++)
        if (choices->choice[i].value == value)
            return;
    for (; at > 0 && choices->choice[at - 1].value > value; at--)
        choices->choice[at] = choices->choice[at - 1];
    choices->choice[at] = (struct candidate){.value = value};
    choices->n++;
}

static struct choices num_words_choices(const struct text_tokenizer *tokenizer)
{
    static const int round[] = {1000, 2000, 5000, 10000, 20000, 50000};
    struct choices choices = {0};
    int n_words = text_n_words(tokenizer), given = text_settings(tokenizer)->num_words;
    int64_t sum = 0, total = 0;
    add_value(&choices, n_words + 1, n_words + 1);
    add_value(&choices, given ? given : n_words + 1, n_words + 1);
    for (size_t i = 0; i < COUNT_OF(round); i++)
        add_value(&choices, round[i], n_words + 1);
    for (int index = 1; index <= n_words; index++)
        total += text_word_count(tokenizer, index);
    for (int i = 0, index = 1; i < choices.n; i++) {
        for (; index < choices.choice[i].value; index++)
            sum += text_word_count(tokenizer, index);
        choices.choice[i].kept = share(sum, total);
    }
    return choices;
}

static int compare_lengths(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return a < b ? -1 : a > b;
}

/* Lengths of all documents in order; the caller's to free. */
static int32_t *sorted_lengths(const struct summary *summary)
{
    int n = n_rows(summary->corpus);
    int32_t *lengths = xcalloc((size_t)n, sizeof *lengths);
    if (n)
        memcpy(lengths, summary->tally->lengths, (size_t)n * sizeof *lengths);
    qsort(lengths, (size_t)n, sizeof *lengths, compare_lengths);
    return lengths;
}

static struct choices maxlen_choices(const struct summary *summary,
                                     const int32_t *lengths, int n)
{
    static const int round[] = {50, 100, 200, 400, 500, 1000, 2000};
    struct choices choices = {0};
    int longest = n ? lengths[n - 1] : 0,
        given = text_settings(summary->tokenizer)->maxlen;
    add_value(&choices, given, given);
    if (longest > 0)
        add_value(&choices, longest, longest);
    for (size_t i = 0; i < COUNT_OF(round); i++)
        add_value(&choices, round[i], longest);
    int64_t sum = 0;
    for (int i = 0, at = 0; i < choices.n; i++) {
        struct candidate *choice = &choices.choice[i];
        for (; at < n && lengths[at] <= choice->value; at++)
            sum += lengths[at];
        choice->kept =
            share(sum + (int64_t)(n - at) * choice->value, summary->tally->n_ids);
        choice->whole = share(at, n);
    }
    return choices;
}

/* Bars of a histogram: documents of at most `to` ids. */
struct bars {
    int n;
    struct bar {
        int from, to, n;
    } bar[N_BARS];
};

/* The next of 1, 2, 5, 10, 20, 50, ... */
static int round_up(int n)
{
    static const int digits[] = {1, 2, 5};
    for (int unit = 1;; unit *= 10)
        for (size_t i = 0; i < COUNT_OF(digits); i++)
            if (unit * digits[i] >= n)
                return unit * digits[i];
}

/* Even bars up to the length of 99 % of the documents; the last has the rest. */
static struct bars find_bars(const int32_t *lengths, int n)
{
    struct bars bars = {0};
    int longest = n ? lengths[n - 1] : 0,
        most = n ? lengths[(int64_t)(n - 1) * 99 / 100] : 0;
    int unit = round_up((most + N_BARS - 2) / (N_BARS - 1)), at = 0;
    for (int from = 0; from <= longest && bars.n < N_BARS; from += unit) {
        bool is_last = bars.n == N_BARS - 1;
        struct bar *bar = &bars.bar[bars.n++];
        *bar = (struct bar){from, is_last ? longest : from + unit - 1, 0};
        for (; at < n && lengths[at] <= bar->to; at++)
            bar->n++;
    }
    return bars;
}

/* Class weights as scikit-learn's "balanced" has them: n / (C n_c), of training
 * documents. */
static double class_weight(const struct corpus *corpus, int c)
{
    return (double)corpus->n_of_part[DATASET_TRAIN] /
           ((double)corpus->n_classes * corpus->n_of_class[DATASET_TRAIN][c]);
}

static bool is_skewed(const struct corpus *corpus)
{
    double least = 1, most = 1;
    for (int c = 0; c < corpus->n_classes; c++) {
        double weight = class_weight(corpus, c);
        least = weight < least ? weight : least;
        most = weight > most ? weight : most;
    }
    return most > 1.5 * least;
}

/* Index of the most frequent word that num_words leaves out; above text_n_words: none. */
static int first_lost(const struct text_tokenizer *tokenizer)
{
    int given = text_settings(tokenizer)->num_words;
    return given ? given : text_n_words(tokenizer) + 1;
}

/* For people. */

static void print_reading(const struct summary *summary)
{
    const struct corpus *corpus = summary->corpus;
    const struct reader_notes *notes = summary->notes;
    for (int i = 0; i < notes->n_layouts; i++)
        printf("read       %s\n", notes->layouts[i]);
    if (notes->n_unlabelled)
        printf("left out   %lld files in unsup: they have no label\n",
               (long long)notes->n_unlabelled);
    if (notes->n_beside + corpus->n_beside) {
        char *name = corpus->n_beside
                         ? corpus_name(corpus, &corpus->documents[corpus->beside])
                         : xstrdup(notes->beside);
        printf("left out   %lld files beside the class folders: %s%s\n",
               (long long)(notes->n_beside + corpus->n_beside), name,
               notes->n_beside + corpus->n_beside > 1 ? ", ..." : "");
        free(name);
    }
}

static void print_documents(const struct corpus *corpus)
{
    enum { MOST_SHOWN = 20 };
    for (int part = 0; part < DATASET_PARTS; part++) {
        if (!corpus->n_of_part[part])
            continue;
        printf("%-10s %d documents:", dataset_part_names[part], corpus->n_of_part[part]);
        for (int c = 0; c < corpus->n_classes && c < MOST_SHOWN; c++)
            printf("%s %s %d", c ? "," : "", corpus->classes[c],
                   corpus->n_of_class[part][c]);
        if (corpus->n_classes > MOST_SHOWN)
            printf(", and %d classes more", corpus->n_classes - MOST_SHOWN);
        putchar('\n');
    }
    if (is_skewed(corpus)) {
        printf("weights   ");
        for (int c = 0; c < corpus->n_classes && c < MOST_SHOWN; c++)
            printf("%s %s %.3f", c ? "," : "", corpus->classes[c],
                   class_weight(corpus, c));
        printf(": the classes are uneven; these would even them out\n");
    }
    if (corpus->is_sorted)
        printf(
            "order      the training records stand class by class: cut no part off their "
            "end; --validation-split chooses by the text\n");
}

static void print_words(const struct summary *summary)
{
    const struct text_tokenizer *tokenizer = summary->tokenizer;
    const struct text_options *options = text_settings(tokenizer);
    const struct tally *tally = summary->tally;
    int known = text_n_words(tokenizer), limit = options->num_words;
    int kept = limit && limit - 1 < known ? limit - 1 : known,
        lost = first_lost(tokenizer);
    printf("vocabulary kept %d of %d words, ids 1 to %d\n", kept, known, kept);
    if (summary->n_forgotten)
        printf("forgotten  %lld times a rare word, by --vocab-limit\n",
               (long long)summary->n_forgotten);
    printf("num_words  %.2f %% of all words have no id and are %s\n",
           percent(tally->n_unknown, tally->n_words),
           options->oov_token ? "the OOV token" : "dropped");
    if (!summary->is_fitted)
        return;
    if (lost <= known) {
        printf("           most frequent of them:");
        for (int i = lost; i <= known && i < lost + N_LOST; i++)
            printf(" %s", text_word(tokenizer, i));
        putchar('\n');
    }
    struct choices choices = num_words_choices(tokenizer);
    printf("           num_words ");
    for (int i = 0; i < choices.n; i++)
        printf(" %7d", choices.choice[i].value);
    printf("\n           words kept");
    for (int i = 0; i < choices.n; i++)
        printf(" %5.1f %%", 100 * choices.choice[i].kept);
    putchar('\n');
}

static void print_lengths(const struct summary *summary)
{
    const struct tally *tally = summary->tally;
    const struct text_options *options = text_settings(summary->tokenizer);
    int n = n_rows(summary->corpus), most = 1;
    int32_t *lengths = sorted_lengths(summary);
    struct choices choices = maxlen_choices(summary, lengths, n);
    struct bars bars = find_bars(lengths, n);
    printf(
        "maxlen     %d of %d documents exceed %d ids and lose their %s: %.2f %% of ids\n",
        tally->n_longer, n, options->maxlen, options->truncate_pre ? "beginning" : "end",
        percent(tally->n_truncated, tally->n_ids));
    printf("           maxlen    ");
    for (int i = 0; i < choices.n; i++)
        printf(" %7d", choices.choice[i].value);
    printf("\n           ids kept  ");
    for (int i = 0; i < choices.n; i++)
        printf(" %5.1f %%", 100 * choices.choice[i].kept);
    printf("\n           whole     ");
    for (int i = 0; i < choices.n; i++)
        printf(" %5.1f %%", 100 * choices.choice[i].whole);
    printf("\nlengths    median %d ids, 95 %% of documents at most %d, longest %d\n",
           n ? lengths[(n - 1) / 2] : 0, n ? lengths[(int64_t)(n - 1) * 95 / 100] : 0,
           n ? lengths[n - 1] : 0);
    for (int i = 0; i < bars.n; i++)
        most = bars.bar[i].n > most ? bars.bar[i].n : most;
    for (int i = 0; i < bars.n; i++) {
        const struct bar *bar = &bars.bar[i];
        char line[41];
        int width = (int)((int64_t)40 * bar->n / most);
        memset(line, '#', sizeof line);
        printf("           %6d to %6d %6.2f %% %.*s\n", bar->from, bar->to,
               percent(bar->n, n), width, line);
    }
    free(lengths);
}

static void print_duplicates(const struct corpus *corpus)
{
    const struct corpus_duplicates *duplicates = &corpus->duplicates;
    for (int part = 0; part < DATASET_PARTS; part++)
        if (duplicates->in_train[part])
            printf("duplicates %d of %d %s documents found in train\n",
                   duplicates->in_train[part], corpus->n_of_part[part],
                   dataset_part_names[part]);
    for (int part = 0; part < DATASET_PARTS; part++)
        if (duplicates->in_part[part])
            printf("duplicates %d documents stand in %s more than once\n",
                   duplicates->in_part[part], dataset_part_names[part]);
    if (duplicates->n_conflicts)
        printf("labels     %d texts have more than one label: %s\n",
               duplicates->n_conflicts, duplicates->conflict);
    if (duplicates->n_dropped)
        printf("dropped    %d duplicates\n", duplicates->n_dropped);
}

static void print_bytes(const struct summary *summary)
{
    const struct corpus_repairs *repairs = &summary->corpus->repairs;
    const struct reader_notes *notes = summary->notes;
    if (repairs->n_documents)
        printf(
            "UTF-8      invalid parts (%lld) became U+FFFD in %d of %d documents: %s%s\n",
            (long long)repairs->n_parts, repairs->n_documents,
            summary->corpus->n_documents, repairs->examples,
            repairs->n_documents > 3 ? ", ..." : "");
    if (notes->n_bad)
        printf("encoding   invalid sequences (%lld) became U+FFFD, the first: %s\n",
               (long long)notes->n_bad, notes->bad);
}

void summary_print(const struct summary *summary)
{
    int n = n_rows(summary->corpus);
    print_reading(summary);
    print_documents(summary->corpus);
    print_words(summary);
    print_lengths(summary);
    if (summary->tally->n_empty)
        printf("empty      %d of %d documents without a known word\n",
               summary->tally->n_empty, n);
    print_duplicates(summary->corpus);
    print_bytes(summary);
    printf("wrote      %s\n", summary->output);
}

/* For programs. */

static json_t *parts_json(const struct corpus *corpus)
{
    json_t *parts = json_object();
    for (int part = 0; part < DATASET_PARTS; part++) {
        json_t *counts = json_object();
        for (int c = 0; c < corpus->n_classes; c++)
            json_object_set_new(counts, corpus->classes[c],
                                json_integer(corpus->n_of_class[part][c]));
        if (corpus->n_of_part[part])
            json_object_set_new(parts, dataset_part_names[part], counts);
        else
            json_decref(counts);
    }
    return parts;
}

static json_t *weights_json(const struct corpus *corpus)
{
    json_t *weights = json_object();
    for (int c = 0; c < corpus->n_classes; c++)
        json_object_set_new(weights, corpus->classes[c],
                            json_real(class_weight(corpus, c)));
    return weights;
}

static json_t *choices_json(const struct choices *choices, const char *name,
                            bool has_whole)
{
    json_t *list = json_array();
    for (int i = 0; i < choices->n; i++) {
        const struct candidate *choice = &choices->choice[i];
        json_t *entry = json_object();
        json_object_set_new(entry, name, json_integer(choice->value));
        json_object_set_new(entry, "kept", json_real(choice->kept));
        if (has_whole)
            json_object_set_new(entry, "whole_documents", json_real(choice->whole));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *lost_json(const struct text_tokenizer *tokenizer)
{
    json_t *lost = json_array();
    int first = first_lost(tokenizer), known = text_n_words(tokenizer);
    for (int i = first; i <= known && i < first + 20; i++)
        json_array_append_new(lost, json_pack("[s, I]", text_word(tokenizer, i),
                                              (json_int_t)text_word_count(tokenizer, i)));
    return lost;
}

static json_t *lengths_json(const struct summary *summary)
{
    int n = n_rows(summary->corpus);
    int32_t *lengths = sorted_lengths(summary);
    struct choices choices = maxlen_choices(summary, lengths, n);
    struct bars bars = find_bars(lengths, n);
    json_t *histogram = json_array(), *result = json_object();
    for (int i = 0; i < bars.n; i++)
        json_array_append_new(histogram,
                              json_pack("{s:i, s:i, s:i}", "from", bars.bar[i].from, "to",
                                        bars.bar[i].to, "documents", bars.bar[i].n));
    json_object_set_new(result, "median", json_integer(n ? lengths[(n - 1) / 2] : 0));
    json_object_set_new(result, "longest", json_integer(n ? lengths[n - 1] : 0));
    json_object_set_new(result, "histogram", histogram);
    json_object_set_new(result, "maxlen", choices_json(&choices, "maxlen", true));
    free(lengths);
    return result;
}

static json_t *duplicates_json(const struct corpus_duplicates *duplicates)
{
    json_t *within = json_object(), *in_train = json_object();
    for (int part = 0; part < DATASET_PARTS; part++) {
        json_object_set_new(within, dataset_part_names[part],
                            json_integer(duplicates->in_part[part]));
        if (part != DATASET_TRAIN)
            json_object_set_new(in_train, dataset_part_names[part],
                                json_integer(duplicates->in_train[part]));
    }
    return json_pack("{s:o, s:o, s:i, s:i}", "within", within, "also_in_train", in_train,
                     "texts_with_several_labels", duplicates->n_conflicts, "dropped",
                     duplicates->n_dropped);
}

char *summary_json(const struct summary *summary)
{
    const struct corpus *corpus = summary->corpus;
    const struct tally *tally = summary->tally;
    const struct reader_notes *notes = summary->notes;
    json_t *root = json_object(), *layouts = json_array();
    for (int i = 0; i < notes->n_layouts; i++)
        json_array_append_new(layouts, json_string(notes->layouts[i]));
    json_object_set_new(root, "read", layouts);
    json_object_set_new(root, "documents", parts_json(corpus));
    json_object_set_new(root, "class_weights", weights_json(corpus));
    json_object_set_new(root, "records_sorted_by_class", json_boolean(corpus->is_sorted));
    json_object_set_new(root, "unlabelled_left_out", json_integer(notes->n_unlabelled));
    json_object_set_new(root, "beside_left_out",
                        json_integer(notes->n_beside + corpus->n_beside));
    json_object_set_new(root, "words", json_integer(tally->n_words));
    json_object_set_new(root, "words_without_id", json_integer(tally->n_unknown));
    json_object_set_new(root, "vocabulary",
                        json_integer(text_n_words(summary->tokenizer)));
    json_object_set_new(root, "words_forgotten", json_integer(summary->n_forgotten));
    if (summary->is_fitted) {
        struct choices choices = num_words_choices(summary->tokenizer);
        json_object_set_new(root, "num_words",
                            choices_json(&choices, "num_words", false));
        json_object_set_new(root, "most_frequent_lost", lost_json(summary->tokenizer));
    }
    json_object_set_new(root, "ids", json_integer(tally->n_ids));
    json_object_set_new(root, "ids_truncated", json_integer(tally->n_truncated));
    json_object_set_new(root, "documents_truncated", json_integer(tally->n_longer));
    json_object_set_new(root, "documents_empty", json_integer(tally->n_empty));
    json_object_set_new(root, "lengths", lengths_json(summary));
    json_object_set_new(root, "duplicates", duplicates_json(&corpus->duplicates));
    json_object_set_new(root, "documents_repaired",
                        json_integer(corpus->repairs.n_documents));
    json_object_set_new(root, "invalid_parts",
                        json_integer(corpus->repairs.n_parts + notes->n_bad));
    json_object_set_new(root, "output", json_string(summary->output));
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    json_decref(root);
    return text;
}
