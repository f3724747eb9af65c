#include "figures.h"

#include <stdlib.h>
#include <string.h>

static double share(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

double figures_percent(int64_t part, int64_t whole)
{
    return 100 * share(part, whole);
}

struct choose_facts figures_looks(const struct corpus *corpus)
{
    struct choose_facts facts = {0};
    for (int i = 0; i < corpus->n_of_part[DATASET_TRAIN]; i++)
        choose_count_look(&facts, corpus->documents[corpus->rows[i]].look);
    return facts;
}

int figures_documents(const struct corpus *corpus)
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
    if (value > most || choices->n == FIGURES_CHOICES)
        return;
    for (int i = 0; i < choices->n; i++)
        if (choices->choice[i].value == value)
            return;
    for (; at > 0 && choices->choice[at - 1].value > value; at--)
        choices->choice[at] = choices->choice[at - 1];
    choices->choice[at] = (struct candidate){.value = value};
    choices->n++;
}

struct choices figures_num_words(const struct text_tokenizer *tokenizer)
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

/* The lengths of all documents in order; the caller's to free. */
static int32_t *sorted_lengths(const struct summary *summary, int n)
{
    int32_t *lengths = xcalloc((size_t)n, sizeof *lengths);
    if (n)
        memcpy(lengths, summary->tally->lengths, (size_t)n * sizeof *lengths);
    qsort(lengths, (size_t)n, sizeof *lengths, compare_lengths);
    return lengths;
}

static struct choices maxlen_choices(const struct summary *summary,
                                     const struct lengths *lengths)
{
    static const int round[] = {50, 100, 200, 400, 500, 1000, 2000};
    struct choices choices = {0};
    int given = text_settings(summary->tokenizer)->maxlen;
    int longest = figures_length(lengths, 100);
    add_value(&choices, given, given);
    if (longest > 0)
        add_value(&choices, longest, longest);
    for (size_t i = 0; i < COUNT_OF(round); i++)
        add_value(&choices, round[i], longest);

    int64_t sum = 0;
    for (int i = 0, at = 0; i < choices.n; i++) {
        struct candidate *choice = &choices.choice[i];
        for (; at < lengths->n && lengths->sorted[at] <= choice->value; at++)
            sum += lengths->sorted[at];
        choice->kept = share(sum + (int64_t)(lengths->n - at) * choice->value,
                             summary->tally->n_ids);
        choice->whole = share(at, lengths->n);
    }
    return choices;
}

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
static void find_bars(struct lengths *lengths)
{
    int longest = figures_length(lengths, 100), most = figures_length(lengths, 99);
    int unit = round_up((most + FIGURES_BARS - 2) / (FIGURES_BARS - 1)), at = 0;
    for (int from = 0; from <= longest && lengths->n_bars < FIGURES_BARS; from += unit) {
        bool is_last = lengths->n_bars == FIGURES_BARS - 1;
        struct bar *bar = &lengths->bar[lengths->n_bars++];
        *bar = (struct bar){from, is_last ? longest : from + unit - 1, 0};
        for (; at < lengths->n && lengths->sorted[at] <= bar->to; at++)
            bar->n++;
    }
}

struct lengths figures_lengths(const struct summary *summary)
{
    struct lengths lengths = {.n = figures_documents(summary->corpus)};
    lengths.sorted = sorted_lengths(summary, lengths.n);
    lengths.maxlen = maxlen_choices(summary, &lengths);
    find_bars(&lengths);
    return lengths;
}

void figures_release(struct lengths *lengths)
{
    free(lengths->sorted);
    *lengths = (struct lengths){0};
}

int figures_length(const struct lengths *lengths, int percentile)
{
    int n = lengths->n;
    return n ? lengths->sorted[(int64_t)(n - 1) * percentile / 100] : 0;
}

double figures_class_weight(const struct corpus *corpus, int c)
{
    return (double)corpus->n_of_part[DATASET_TRAIN] /
           ((double)corpus->n_classes * corpus->n_of_class[DATASET_TRAIN][c]);
}

double figures_labels_a_document(const struct corpus *corpus)
{
    int64_t n = 0;
    for (int part = 0; part < DATASET_PARTS; part++)
        for (int c = 0; c < corpus->n_classes && corpus->n_of_class[part]; c++)
            n += corpus->n_of_class[part][c];
    return share(n, figures_documents(corpus));
}

int figures_unlabelled(const struct corpus *corpus)
{
    int n = 0, n_documents = figures_documents(corpus);
    for (int i = 0; i < n_documents; i++)
        n += corpus_n_labels(corpus, &corpus->documents[corpus->rows[i]]) == 0;
    return n;
}

bool figures_is_skewed(const struct corpus *corpus)
{
    double least = 1, most = 1;
    if (corpus->is_multi_label) /* each label is weighed against its absence */
        return false;
    for (int c = 0; c < corpus->n_classes; c++) {
        double weight = figures_class_weight(corpus, c);
        least = weight < least ? weight : least;
        most = weight > most ? weight : most;
    }
    return most > 1.5 * least;
}

int figures_first_lost(const struct text_tokenizer *tokenizer)
{
    int given = text_settings(tokenizer)->num_words;
    return given ? given : text_n_words(tokenizer) + 1;
}
