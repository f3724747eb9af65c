#include "summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"

static void print_left_out(const struct left_out *left)
{
    for (int i = 0; i < left->n; i++) {
        const struct left_out_reason *reason = &left->reasons[i];
        printf("left out   %lld %s: %s%s\n", (long long)reason->n, reason->what,
               reason->first, reason->n > 1 ? ", ..." : "");
    }
}

/* How the parts and the classes were recognised. */
static void print_layout(const struct corpus *corpus)
{
    const struct corpus_layout *layout = &corpus->layout;
    const char *before = "parts      ";
    for (int part = 0; part < DATASET_PARTS; part++)
        if (layout->parts[part] && corpus->n_of_part[part]) {
            printf("%s%s from %s", before, dataset_part_names[part], layout->parts[part]);
            before = "; ";
        }
    if (*before == ';')
        putchar('\n');
    if (layout->classes)
        printf("classes    %s\n", layout->classes);
}

static void print_reading(const struct summary *summary)
{
    const struct corpus_layout *layout = &summary->corpus->layout;
    for (int i = 0; i < layout->n_read; i++)
        printf("read       %s\n", layout->read[i]);
    print_layout(summary->corpus);
    print_left_out(&summary->notes->left_out);
    print_left_out(&layout->left_out);
}

static void print_notes(const struct corpus *corpus)
{
    for (int i = 0; i < corpus->n_notes; i++)
        printf("%-10s %s\n", corpus->notes[i].about, corpus->notes[i].text);
}

enum { MOST_SHOWN = 20 }; /* classes on a line */

static void print_unshown(const struct corpus *corpus)
{
    if (corpus->n_classes > MOST_SHOWN)
        printf(", and %d classes more", corpus->n_classes - MOST_SHOWN);
    putchar('\n');
}

/* What scikit-learn and Keras would weigh the classes by, to say how uneven they are. */
static void print_weights(const struct corpus *corpus)
{
    printf("weights    the classes are uneven, and not weighed here; even would be:");
    for (int c = 0; c < corpus->n_classes && c < MOST_SHOWN; c++)
        printf("%s %s %.3f", c ? "," : "", corpus->classes[c],
               figures_class_weight(corpus, c));
    print_unshown(corpus);
}

static void print_documents(const struct corpus *corpus)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        if (!corpus->n_of_part[part])
            continue;
        printf("%-10s %d documents:", dataset_part_names[part], corpus->n_of_part[part]);
        for (int c = 0; c < corpus->n_classes && c < MOST_SHOWN; c++)
            printf("%s %s %d", c ? "," : "", corpus->classes[c],
                   corpus->n_of_class[part][c]);
        print_unshown(corpus);
    }

    if (figures_is_skewed(corpus))
        print_weights(corpus);
    if (corpus->is_sorted)
        printf(
            "order      the training records stand class by class: cut no part off their "
            "end; --validation-split chooses by the text\n");
}

/* A line of one number for each choice. */
static void print_values(const struct choices *choices, const char *name)
{
    printf("           %-10s", name);
    for (int i = 0; i < choices->n; i++)
        printf(" %7d", choices->choice[i].value);
    putchar('\n');
}

/* And one of what each keeps: of all ids, or of whole documents. */
static void print_shares(const struct choices *choices, const char *name, bool of_whole)
{
    printf("           %-10s", name);
    for (int i = 0; i < choices->n; i++)
        printf(" %5.1f %%",
               100 * (of_whole ? choices->choice[i].whole : choices->choice[i].kept));
    putchar('\n');
}

/* The most frequent words that have no id. */
static void print_lost(const struct text_tokenizer *tokenizer)
{
    enum { N_LOST = 5 };
    int known = text_n_words(tokenizer), lost = figures_first_lost(tokenizer);
    if (lost > known)
        return;
    printf("           most frequent of them:");
    for (int i = lost; i <= known && i < lost + N_LOST; i++)
        printf(" %s", text_word(tokenizer, i));
    putchar('\n');
}

/* Characters of Chinese, Japanese, Thai or Lao, which are written without blanks. */
static int count_unspaced(const char *word)
{
    int n = 0;
    for (const unsigned char *at = (const unsigned char *)word; *at; at++)
        n += (*at >= 0xe3 && *at <= 0xe9) || (*at == 0xe0 && at[1] >= 0xb8);
    return n;
}

/* Whether most words are pieces of sentences of such a script, the rare ones too: the
 * most frequent are short everywhere. */
static bool is_uncut(const struct text_tokenizer *tokenizer)
{
    enum { N_LOOKED = 200, LONG = 6 };
    int known = text_n_words(tokenizer), n = known < N_LOOKED ? known : N_LOOKED;
    int n_long = 0;
    for (int i = 0; i < n; i++) {
        int id = 1 + (int)((int64_t)i * known / n);
        n_long += count_unspaced(text_word(tokenizer, id)) >= LONG;
    }
    return n_long * 2 > n;
}

static void print_words(const struct summary *summary)
{
    const struct text_tokenizer *tokenizer = summary->tokenizer;
    const struct text_options *options = text_settings(tokenizer);
    const struct tally *tally = summary->tally;
    int known = text_n_words(tokenizer), limit = options->num_words;
    int last = limit && limit - 1 < known ? limit - 1 : known;
    int before = options->index_from; /* ids that are no words' own */

    printf("vocabulary kept %d of %d words, ids %d to %d\n",
           last > before ? last - before : 0, known - before, before + 1, last);
    if (summary->n_forgotten)
        printf("forgotten  %lld times a rare word, by --vocab-limit\n",
               (long long)summary->n_forgotten);
    printf("num_words  %.2f %% of all words have no id and are %s\n",
           figures_percent(tally->n_unknown, tally->n_words),
           options->oov_token    ? "the OOV token"
           : options->index_from ? "dropped, or 2 if the index has them"
                                 : "dropped");
    if (options->segment == TEXT_SEGMENT_SPLIT && is_uncut(tokenizer))
        printf(
            "words      are whole phrases of a script without blanks: --segment icu cuts "
            "them into words, --segment char into characters\n");
    if (!summary->is_fitted)
        return;

    struct choices choices = figures_num_words(tokenizer);
    print_lost(tokenizer);
    print_values(&choices, "num_words");
    print_shares(&choices, "words kept", false);
}

static void print_histogram(const struct lengths *lengths)
{
    int most = 1;
    for (int i = 0; i < lengths->n_bars; i++)
        most = lengths->bar[i].n > most ? lengths->bar[i].n : most;

    for (int i = 0; i < lengths->n_bars; i++) {
        const struct bar *bar = &lengths->bar[i];
        char line[41];
        int width = (int)((int64_t)40 * bar->n / most);
        memset(line, '#', sizeof line);
        printf("           %6d to %6d %6.2f %% %.*s\n", bar->from, bar->to,
               figures_percent(bar->n, lengths->n), width, line);
    }
}

static void print_lengths(const struct summary *summary)
{
    const struct tally *tally = summary->tally;
    const struct text_options *options = text_settings(summary->tokenizer);
    struct lengths lengths = figures_lengths(summary);

    printf(
        "maxlen     %d of %d documents exceed %d ids and lose their %s: %.2f %% of ids\n",
        tally->n_longer, lengths.n, options->maxlen,
        options->truncate_pre ? "beginning" : "end",
        figures_percent(tally->n_truncated, tally->n_ids));
    print_values(&lengths.maxlen, "maxlen");
    print_shares(&lengths.maxlen, "ids kept", false);
    print_shares(&lengths.maxlen, "whole", true);

    printf("lengths    median %d ids, 95 %% of documents at most %d, longest %d\n",
           figures_length(&lengths, 50), figures_length(&lengths, 95),
           figures_length(&lengths, 100));
    print_histogram(&lengths);
    figures_release(&lengths);
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
            "UTF-8      invalid parts (%lld) became U+FFFD in %d of %d documents: %s%s; "
            "if the corpus is in another encoding, --encoding names it\n",
            (long long)repairs->n_parts, repairs->n_documents,
            summary->corpus->n_documents, repairs->examples,
            repairs->n_documents > 3 ? ", ..." : "");
    if (notes->n_bad)
        printf("encoding   invalid sequences (%lld) became U+FFFD, the first: %s\n",
               (long long)notes->n_bad, notes->bad);
}

void summary_print(const struct summary *summary)
{
    int n = figures_documents(summary->corpus);
    print_reading(summary);
    print_notes(summary->corpus);
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
