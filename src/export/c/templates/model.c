/* insert: source_about */
#include "model.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* insert: constants */

/* insert: separators */

/* Words and weights stand at the end of this file. */
struct word {
    const char *text;
    int id; /* 0: left out of every text */
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

#if WITH_IDS
int model_predict_ids(const int *ids, int n, double *probabilities)
{
    struct workspace *work = malloc(sizeof *work);
    int decided = -1;
    if (work && pad(ids, n, work->ids))
        decided = decide(find_logits(work), probabilities);
    free(work);
    return decided;
}

#endif
#if WITH_NGRAMS
/* As model_predict, of a text's words by their ids. */
static int judge_words(const int *words, int n, double *probabilities)
{
    struct workspace *work = malloc(sizeof *work);
    size_t room = (size_t)n + 1;
    int *nodes = malloc(room * sizeof *nodes);
    int *found = malloc(room * LONGEST * sizeof *found);
    int decided = -1;

    if (work && nodes && found) {
        work->ngrams = found;
        work->n_ngrams = find_ngrams(words, (size_t)n, nodes, found);
        decided = decide(find_logits(work), probabilities);
    }
    free(work);
    free(nodes);
    free(found);
    return decided;
}

#endif
int model_predict(const char *text, double probabilities[MODEL_CLASSES])
{
    char *prepared = prepare(text);
    int *ids = prepared ? malloc((strlen(prepared) + 1) * sizeof *ids) : NULL;
    int decided = -1;
#if WITH_IDS
    if (ids)
        decided = model_predict_ids(ids, find_ids(prepared, ids), probabilities);
#endif
#if WITH_NGRAMS
    if (ids)
        decided = judge_words(ids, find_ids(prepared, ids), probabilities);
#endif
    free(ids);
    free(prepared);
    return decided;
}

#ifdef MODEL_MAIN
/* cc -O2 -D MODEL_MAIN model.c -lm -o classify
 *
 * Judges standard input, one text a line: label, tab, probability. */

#if WITH_MULTI_LABEL
/* All labels that the text has, with '|' between them, tab, their probabilities. */
static void print_labels(const double *probabilities)
{
    const char *between = "";
    for (int j = 0; j < MODEL_CLASSES; j++)
        if (probabilities[j] > 0.5) {
            printf("%s%s", between, model_labels[j]);
            between = "|";
        }

    between = "\t";
    for (int j = 0; j < MODEL_CLASSES; j++)
        if (probabilities[j] > 0.5) {
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

/* insert: tables */

/* insert: weights */
