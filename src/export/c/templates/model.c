/* insert: source_about */
#include "model.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* insert: constants */

/* insert: class_threshold */
/* insert: separators */

/* Words and weights stand at the end of this file. */
struct word {
    const char *text;
    int id; /* 0: left out of every text */
};

/* Words that a text is read by. */
struct vocabulary {
    const struct word *words; /* (n) by their bytes */
    size_t n;
    int unknown; /* id of other words; 0: they are left out */
#if WITH_START
    int start; /* id that every text begins with; 0: none */
#endif
#if WITH_MARKS
    bool has_marks; /* punctuation is words too */
#endif
#if WITH_SPELLINGS
    bool has_characters; /* behind a byte 1, which alone begins and ends a word */
#endif
};

#if WITH_NGRAMS
/* Numbers as digits of base 92, '#' to '~', `width` each; PACKED of them and a NUL are a
 * row. */
struct packed {
    const char *digits;
    int width;
};

#endif
#if WITH_REFERENCES
struct reference {
    const char *name;
    uint32_t character;
};

#endif
#if WITH_LOWER
/* Every step-th character from first to last has its lower case so far away. */
struct mapping {
    uint32_t first, last, step;
    int32_t distance;
};

#endif
/* insert: table_declarations */
/* insert: weight_declarations */

/* insert: text */

/* insert: network */

#if WITH_IDS_ALONE
int model_predict_ids(const int *ids, int n, double *probabilities)
{
    struct workspace *work = malloc(sizeof *work);
    int decided = -1;
    if (work && pad(ids, n, work->ids))
        decided = judge(work, probabilities);
    free(work);
    return decided;
}

#endif
#if WITH_IDS
/* Returns whether there was memory. */
static bool read_ids(const char *text, struct workspace *work)
{
    int n;
    int *ids = read_text(&vocabulary, text, &n);
    bool is_read = ids && pad(ids, n, work->ids);
    free(ids);
    return is_read;
}

#endif
#if WITH_NGRAMS
/* The same; work->ngrams are to be freed. */
static bool read_ngrams(const char *text, struct workspace *work)
{
    int n = 0;
    int *words = read_text(&ngram_vocabulary, text, &n);
    size_t room = (size_t)n + 1;
    int *nodes = malloc(room * sizeof *nodes);

    work->ngrams = malloc(room * LONGEST * sizeof *work->ngrams);
    bool is_read = words && nodes && work->ngrams;
    if (is_read)
        work->n_ngrams = find_ngrams(words, (size_t)n, nodes, work->ngrams);
    free(words);
    free(nodes);
    return is_read;
}

#endif
int model_predict(const char *text, double probabilities[MODEL_CLASSES])
{
    struct workspace *work = calloc(1, sizeof *work);
    bool is_read = work;
    int decided = -1;

#if WITH_IDS
    is_read = is_read && read_ids(text, work);
#endif
#if WITH_NGRAMS
    is_read = is_read && read_ngrams(text, work);
#endif
    if (is_read)
        decided = judge(work, probabilities);
#if WITH_NGRAMS
    if (work)
        free(work->ngrams);
#endif
    free(work);
    return decided;
}

#ifdef MODEL_MAIN
/* cc -O2 -D MODEL_MAIN model.c -lm -o classify
 *
 * Judges standard input, one text a line: label, tab, probability. */

#if WITH_MULTI_LABEL
static bool has_label(const double *probabilities, int j)
{
#if WITH_LABEL_THRESHOLDS
    return probabilities[j] >= model_thresholds[j];
#else
    return probabilities[j] > 0.5;
#endif
}

/* All labels that the text has, with '|' between them, tab, their probabilities. */
static void print_labels(const double *probabilities)
{
    const char *between = "";
    for (int j = 0; j < MODEL_CLASSES; j++)
        if (has_label(probabilities, j)) {
            printf("%s%s", between, model_labels[j]);
            between = "|";
        }

    between = "\t";
    for (int j = 0; j < MODEL_CLASSES; j++)
        if (has_label(probabilities, j)) {
            printf("%s%.6f", between, probabilities[j]);
            between = "|";
        }
    printf(*between == '\t' ? "\t\n" : "\n");
}

#endif
/* Reads a line without its end; returns its bytes, -1 at the end of the input or if
 * memory is exhausted. A NUL becomes a byte that UTF-8 has not, and so U+FFFD. */
static long read_line(char **line, size_t *room)
{
    size_t n = 0;
    int c = getchar();
    if (c == EOF)
        return -1;

    for (; c != EOF && c != '\n' && c != '\r'; c = getchar()) {
        if (n + 1 >= *room) {
            char *longer = realloc(*line, *room *= 2);
            if (!longer)
                return -1;
            *line = longer;
        }
        (*line)[n++] = (char)(c ? c : 0xff);
    }

    if (c == '\r' && (c = getchar()) != '\n') /* the end may be LF, CRLF or CR */
        ungetc(c, stdin);
    (*line)[n] = '\0';
    return (long)n;
}

int main(void)
{
    size_t room = 4096;
    char *line = malloc(room);
    int decided = 0;

    while (line && decided >= 0 && read_line(&line, &room) >= 0) {
        double probabilities[MODEL_CLASSES];
        decided = model_predict(line, probabilities);
#if WITH_MULTI_LABEL
        if (decided >= 0)
            print_labels(probabilities);
#else
        if (decided >= 0)
            printf("%s\t%.6f\n", model_labels[decided], probabilities[decided]);
#endif
    }

    bool failed = !line || decided < 0 || !feof(stdin);
    free(line);
    if (failed)
        fputs("memory is exhausted, or the input cannot be read\n", stderr);
    return failed;
}
#endif

/* insert: labels */
/* insert: label_thresholds */

/* insert: tables */

/* insert: weights */
