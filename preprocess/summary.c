#include "summary_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "figures.h"

static void print_left_out(const struct left_out *left)
{
    for (int i = 0; i < left->n; i++) {
        const struct left_out_reason *reason = &left->reasons[i];
        char *shown = left_out_shown(reason);
        say_line(stdout, "left out   %s: %s%s", shown, reason->first,
                 reason->n > 1 ? ", ..." : "");
        free(shown);
    }
}

/* How the parts and the classes were recognised. */
static void print_layout(const struct corpus *corpus)
{
    const struct corpus_layout *layout = &corpus->layout;
    const char *before = "parts      ";
    for (int part = 0; part < DATASET_PARTS; part++)
        if (layout->parts[part] && corpus->n_of_part[part]) {
            say(stdout, "%s%s from %s", before, dataset_part_names[part],
                layout->parts[part]);
            before = "; ";
        }
    if (*before == ';')
        putchar('\n');
    if (layout->classes)
        say_line(stdout, "classes    %s", layout->classes);
}

static void print_reading(const struct summary *summary)
{
    const struct corpus_layout *layout = &summary->corpus->layout;
    int n = layout->n_read, shown = n > SUMMARY_MOST_READ ? SUMMARY_MOST_READ - 1 : n;
    for (int i = 0; i < shown; i++)
        say_line(stdout, "read       %s", layout->read[i]);
    if (n > shown)
        printf("read       and %d more files of records, which --report names\n",
               n - shown);
    print_layout(summary->corpus);
    print_left_out(&summary->notes->left_out);
    print_left_out(&layout->left_out);
}

void summary_print_notes(const struct corpus *corpus)
{
    for (int i = 0; i < corpus->n_notes; i++)
        say_line(stdout, "%-10s %s", corpus->notes[i].about, corpus->notes[i].text);
}

enum { MOST_SHOWN = 20, MOST_BYTES = 60, COLUMNS = 80 }; /* classes of a line */

/* A piece of a line that goes on in the next one where COLUMNS are full. */
static void print_piece(int *column, const char *piece)
{
    int width = 0;
    for (const char *c = piece; *c; c++)
        width += (*c & 0xC0) != 0x80;

    if (*column + width > COLUMNS) {
        printf("\n          ");
        *column = 10;
    }
    say(stdout, "%s", piece);
    *column += width;
}

/* "a 3, b 4, and 5 classes more", of the number or the weight of each class. */
static void print_classes(const struct corpus *corpus, int column, const int *counts)
{
    int n = corpus->n_classes, shown = n < MOST_SHOWN ? n : MOST_SHOWN;
    for (int c = 0; c < shown; c++) {
        const char *name = corpus->classes[c], *comma = c + 1 < n ? "," : "";
        char *piece = counts ? xasprintf(" %.*s%s %d%s", SAY_SHORT(name, MOST_BYTES),
                                         counts[c], comma)
                             : xasprintf(" %.*s%s %.3f%s", SAY_SHORT(name, MOST_BYTES),
                                         figures_class_weight(corpus, c), comma);
        print_piece(&column, piece);
        free(piece);
    }

    if (n > shown) {
        char *piece =
            corpus->is_multi_label
                ? xasprintf(" and %d label%s more", n - shown, plural(n - shown))
                : xasprintf(" and %d class%s more", n - shown,
                            n - shown == 1 ? "" : "es");
        print_piece(&column, piece);
        free(piece);
    }
    putchar('\n');
}

static void print_documents(const struct corpus *corpus)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        int n = corpus->n_of_part[part];
        if (n) {
            int column = say(stdout, "%-10s %d document%s:", dataset_part_names[part], n,
                             plural(n));
            print_classes(corpus, column, corpus->n_of_class[part]);
        }
    }

    if (corpus->is_multi_label)
        say_line(stdout, "labels     %.2f a document, of %d; %d document%s none",
                 figures_labels_a_document(corpus), corpus->n_classes,
                 figures_unlabelled(corpus),
                 figures_unlabelled(corpus) == 1 ? " has" : "s have");

    /* what scikit-learn and Keras would weigh them by, to say how uneven they are */
    if (figures_is_skewed(corpus))
        print_classes(corpus,
                      printf("weights    the classes are uneven, and not weighed here; "
                             "even would be:"),
                      NULL);
    if (corpus->is_sorted)
        printf(
            "order      the training records stand class by class: cut no part off their "
            "end; --validation-split chooses by the text\n");
}

/* A line of one number for each choice. */
static void print_values(const struct choices *choices, const char *name)
{
    say(stdout, "           %-10s", name);
    for (int i = 0; i < choices->n; i++)
        printf(" %7d", choices->choice[i].value);
    putchar('\n');
}

/* And one of what each keeps: of all ids, or of whole documents. */
static void print_shares(const struct choices *choices, const char *name, bool of_whole)
{
    say(stdout, "           %-10s", name);
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
        say(stdout, " %.*s%s", SAY_SHORT(text_word(tokenizer, i), 30));
    putchar('\n');
}

/* Where texts, or whole phrases of them, are one word, and what would cut them. */
static void print_uncut(const struct summary *summary)
{
    struct choose_facts facts = figures_looks(summary->corpus);
    enum text_segment segment = text_settings(summary->tokenizer)->segment;
    enum text_segment fitting = choose_fitting_segment(&facts);
    double percent = figures_percent(facts.n_uncut, facts.n_texts);

    if (segment != TEXT_SEGMENT_CHAR && fitting == TEXT_SEGMENT_CHAR)
        say_line(stdout,
                 "words      %.0f %% of the texts are one word: --segment char makes "
                 "words of characters, as --for auto does",
                 figures_percent(facts.n_one_word, facts.n_texts));
    else if (segment == TEXT_SEGMENT_SPLIT && percent >= 1)
        say_line(stdout,
                 "words      in %.0f %% of the texts are whole phrases of a script "
                 "without blanks: --segment icu cuts them into words%s, --segment char "
                 "into characters",
                 percent, fitting == TEXT_SEGMENT_ICU ? ", as --for auto does" : "");
}

static void print_words(const struct summary *summary)
{
    const struct text_tokenizer *tokenizer = summary->tokenizer;
    const struct text_options *options = text_settings(tokenizer);
    const struct tally *tally = summary->tally;
    int known = text_n_words(tokenizer), limit = options->num_words;
    int last = limit && limit - 1 < known ? limit - 1 : known;
    int before = options->index_from; /* ids that are no words' own */

    say_line(stdout, "vocabulary kept %d of %d word%s, ids %d to %d",
             last > before ? last - before : 0, known - before, plural(known - before),
             before + 1, last);
    if (summary->n_forgotten)
        printf("forgotten  %lld times a rare word, by --vocab-limit\n",
               (long long)summary->n_forgotten);
    say_line(stdout, "num_words  %.2f %% of all words have no id and are %s",
             figures_percent(tally->n_unknown, tally->n_words),
             options->oov_token    ? "the OOV token"
             : options->index_from ? "dropped, or 2 if the index has them"
                                   : "dropped");
    print_uncut(summary);
    if (!summary->is_fitted)
        return;

    struct choices choices = figures_num_words(tokenizer);
    print_lost(tokenizer);
    print_values(&choices, "num_words");
    print_shares(&choices, "words kept", false);
}

/* How many there are of each length, and how many were not kept. */
static void print_ngrams(const struct summary *summary)
{
    const struct ngrams *ngrams = summary->ngrams;
    const struct ngram_tally *tally = summary->ngram_tally;
    if (!ngrams)
        return;

    char *title = ngrams_title(ngrams);
    say_line(stdout, "n-grams    %s%s", title, tally ? "" : ": those that were brought");
    free(title);
    for (int k = 0; k < ngrams_longest(ngrams) && tally; k++)
        say_line(
            stdout, "           %s%d%s: %lld kept, %lld in too few documents dropped",
            ngrams->characters ? "length " : "", k + 1,
            ngrams->characters ? ""
            : k                ? " words"
                               : " word",
            (long long)tally->n_kept[k], (long long)(tally->n_met[k] - tally->n_kept[k]));
    if (tally && tally->n_forgotten)
        printf("forgotten  %lld times a rare n-gram, by --ngram-limit\n",
               (long long)tally->n_forgotten);
}

static void print_vectors(const struct own_vectors *vectors)
{
    int n = vectors ? own_vectors_n_known(vectors) : 0;
    if (vectors)
        say_line(stdout, "vectors    %d numbers each, of %d word%s with an id",
                 vectors->width, n, plural(n));
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
        say_line(stdout, "           %6d to %6d %6.2f %% %.*s", bar->from, bar->to,
                 figures_percent(bar->n, lengths->n), width, line);
    }
}

static void print_lengths(const struct summary *summary)
{
    const struct tally *tally = summary->tally;
    const struct text_options *options = text_settings(summary->tokenizer);
    struct lengths lengths = figures_lengths(summary);

    bool is_one = tally->n_longer == 1;
    say_line(stdout, "maxlen     %d of %d document%s %s %d ids and %s %s: %.2f %% of ids",
             tally->n_longer, lengths.n, plural(lengths.n), is_one ? "exceeds" : "exceed",
             options->maxlen, is_one ? "loses its" : "lose their",
             options->truncate_pre ? "beginning" : "end",
             figures_percent(tally->n_truncated, tally->n_ids));
    print_values(&lengths.maxlen, "maxlen");
    print_shares(&lengths.maxlen, "ids kept", false);
    print_shares(&lengths.maxlen, "whole", true);

    say_line(stdout,
             "lengths    median %d id%s, 95 %% of documents at most %d, longest %d",
             figures_length(&lengths, 50), plural(figures_length(&lengths, 50)),
             figures_length(&lengths, 95), figures_length(&lengths, 100));
    print_histogram(&lengths);
    figures_release(&lengths);
}

static void print_duplicates(const struct corpus *corpus)
{
    const struct corpus_duplicates *duplicates = &corpus->duplicates;
    for (int part = 0; part < DATASET_PARTS; part++)
        if (duplicates->in_train[part])
            say_line(stdout, "duplicates %d of %d %s document%s found in train",
                     duplicates->in_train[part], corpus->n_of_part[part],
                     dataset_part_names[part], plural(corpus->n_of_part[part]));
    for (int part = 0; part < DATASET_PARTS; part++)
        if (duplicates->in_part[part])
            say_line(stdout, "duplicates %d document%s %s in %s more than once",
                     duplicates->in_part[part], plural(duplicates->in_part[part]),
                     duplicates->in_part[part] == 1 ? "stands" : "stand",
                     dataset_part_names[part]);

    if (duplicates->n_conflicts)
        say_line(stdout, "labels     %d text%s %s: %s", duplicates->n_conflicts,
                 duplicates->n_conflicts == 1 ? " has" : "s have",
                 corpus->is_multi_label ? "other labels in another place"
                                        : "more than one label",
                 duplicates->conflict);
    if (duplicates->n_dropped)
        say_line(stdout, "dropped    %d duplicate%s", duplicates->n_dropped,
                 plural(duplicates->n_dropped));
}

static void print_repairs(const struct corpus *corpus)
{
    const struct corpus_repairs *repairs = &corpus->repairs;
    const char *encoding = corpus_encoding(corpus);
    char *remedy =
        encoding ? xasprintf("they look like %s (--encoding %s)", encoding, encoding)
                 : xstrdup("if the corpus is in another encoding, --encoding names it");

    say_line(
        stdout,
        "UTF-8      invalid parts (%lld) became U+FFFD in %d of %d document%s: %s%s; "
        "%s",
        (long long)repairs->n_parts, repairs->n_documents, corpus->n_documents,
        plural(corpus->n_documents), repairs->examples,
        repairs->n_documents > 3 ? ", ..." : "", remedy);
    free(remedy);
}

static void print_bytes(const struct summary *summary)
{
    const struct reader_notes *notes = summary->notes;
    if (summary->corpus->repairs.n_documents)
        print_repairs(summary->corpus);
    if (notes->n_bad)
        say_line(stdout,
                 "encoding   invalid sequences (%lld) became U+FFFD, the first: %s",
                 (long long)notes->n_bad, notes->bad);
}

void summary_print(const struct summary *summary)
{
    int n = figures_documents(summary->corpus);
    print_reading(summary);
    summary_print_unlabelled_reading(summary->unlabelled);
    summary_print_notes(summary->corpus);
    print_documents(summary->corpus);
    if (summary->choosing)
        choosing_print(summary->choosing);
    print_words(summary);
    print_ngrams(summary);
    print_vectors(summary->vectors);
    print_lengths(summary);
    if (summary->tally->n_empty)
        say_line(stdout, "empty      %d of %d document%s without a known word",
                 summary->tally->n_empty, n, plural(n));
    print_duplicates(summary->corpus);
    summary_print_unlabelled(summary);
    print_bytes(summary);
    say_line(stdout, "wrote      %s", summary->output);
}
