#include "commands/explaining.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"

const char *const colour_names[] = {
    [COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never", NULL};

const char *const explaining_names[] = {
    "none", [1 + EXPLAIN_GRADIENTS] = "integrated-gradients",
    [1 + EXPLAIN_LEAVE_ONE_OUT] = "leave-one-out", [1 + EXPLAIN_METHODS] = NULL};

struct explaining {
    const struct predictor *predictor;
    struct explainer *explainer;
    enum explain_method method;
    bool json, coloured;
    int64_t n_texts, n_wide; /* n_wide: with a gap that is too large */
    double widest;
};

/* As https://no-color.org has it. */
static bool is_coloured(enum colour colour)
{
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool is_dumb = !terminal || !strcmp(terminal, "dumb");

    if (colour != COLOUR_AUTO)
        return colour == COLOUR_ALWAYS;
    return isatty(STDOUT_FILENO) && !(none && *none) && !is_dumb;
}

int explaining_new(const struct predictor *predictor, enum explain_method method,
                   bool json, enum colour colour, struct explaining **result)
{
    struct explaining *explaining = xcalloc(1, sizeof *explaining);
    explaining->predictor = predictor;
    explaining->method = method;
    explaining->json = json;
    explaining->coloured = is_coloured(colour);

    int rc = explainer_new(predictor, NULL, &explaining->explainer);
    if (rc)
        explaining_free(explaining);
    else
        *result = explaining;
    return rc;
}

void explaining_free(struct explaining *explaining)
{
    if (explaining)
        explainer_free(explaining->explainer);
    free(explaining);
}

static void print_json(const struct explaining *explaining, const char *text,
                       const struct explanation *explanation)
{
    json_t *object = explanation_json(explanation, explaining->predictor, text);
    char *line = json_dumps(object, JSON_COMPACT);

    say_line(stdout, "%s", line ? line : "");
    free(line);
    json_decref(object);
}

static double most_share(const struct explanation *explanation)
{
    double most = 0;

    for (size_t i = 0; i < explanation->n_words; i++)
        most = fmax(most, fabs(explanation->words[i].share));
    return most;
}

/* Backgrounds of a terminal with 256 colours, weak to strong: green for the class, red
 * against it. */
static int shade_of(double share, double most)
{
    static const int shades[2][5] = {{194, 157, 120, 83, 46}, {224, 217, 210, 203, 196}};
    enum { SHADES = (int)COUNT_OF(shades[0]) };
    int level = most > 0 ? (int)lrint(fabs(share) / most * SHADES) : 0;

    return level > 0 ? shades[share < 0][level - 1] : -1;
}

static void print_bytes(const char *text, size_t from, size_t to)
{
    if (to > from)
        say(stdout, "%.*s", (int)(to - from), text + from);
}

static void print_coloured(const char *text, const struct explanation *explanation)
{
    double most = most_share(explanation);
    size_t at = 0;

    for (size_t i = 0; i < explanation->n_words; i++) {
        const struct explained_word *word = &explanation->words[i];
        int shade = shade_of(word->share, most);
        if (word->start < at)
            continue;

        print_bytes(text, at, word->start);
        if (shade >= 0)
            printf("\x1b[48;5;%d;38;5;16m", shade);
        print_bytes(text, word->start, word->end);
        if (shade >= 0)
            fputs("\x1b[0m", stdout);
        at = word->end;
    }
    print_bytes(text, at, strlen(text));
    putchar('\n');
}

static int by_size(const void *a, const void *b)
{
    const struct explained_word *one = *(const struct explained_word *const *)a;
    const struct explained_word *other = *(const struct explained_word *const *)b;
    double x = fabs(one->share), y = fabs(other->share);

    if (x != y)
        return x < y ? 1 : -1;
    return (one->start > other->start) - (one->start < other->start);
}

/* The largest shares, and what the others come to. */
static void print_words(const struct explanation *explanation)
{
    enum { MOST = 10 };
    size_t n = explanation->n_words;
    const struct explained_word **words = xcalloc(n, sizeof(void *));
    double rest = 0;

    for (size_t i = 0; i < n; i++)
        words[i] = &explanation->words[i];
    if (n > 0)
        qsort(words, n, sizeof(void *), by_size);
    for (size_t i = 0; i < n; i++) {
        if (i < MOST)
            say_line(stdout, "  %+9.4f  %s", words[i]->share, words[i]->word);
        else
            rest += words[i]->share;
    }
    if (n > MOST)
        say_line(stdout, "  %+9.4f  %zu other word%s", rest, n - MOST,
                 plural((int64_t)(n - MOST)));
    free(words);
}

/* Those of a linear side, which are exact. */
static void print_ngrams(const struct explanation *explanation)
{
    enum { MOST = 5 };
    size_t n = explanation->n_ngrams;

    if (n > 0)
        say_line(stdout, "  n-grams, exactly:");
    for (size_t i = 0; i < n && i < MOST; i++)
        say_line(stdout, "  %+9.4f  %s", explanation->ngrams[i].share,
                 explanation->ngrams[i].words);
}

static void print_text(const struct explaining *explaining, const char *text,
                       const struct explanation *explanation)
{
    const char *label = explaining->predictor->info.facts.labels[explanation->class];

    if (explanation->method == EXPLAIN_GRADIENTS)
        say_line(stdout,
                 "%s  %.6f  logit %.4f, without words %.4f, gap %.1e of the logit", label,
                 explanation->probability, explanation->logit, explanation->baseline,
                 explanation->gap);
    else
        say_line(stdout, "%s  %.6f  logit %.4f", label, explanation->probability,
                 explanation->logit);
    if (explaining->coloured)
        print_coloured(text, explanation);
    print_words(explanation);
    print_ngrams(explanation);
    putchar('\n');
}

void explaining_tell(struct explaining *explaining, const char *text)
{
    struct explanation explanation = {0};

    explain_text(explaining->explainer, text, explaining->method, &explanation);
    if (explaining->json)
        print_json(explaining, text, &explanation);
    else
        print_text(explaining, text, &explanation);

    explaining->n_texts++;
    explaining->n_wide += explanation.gap >= EXPLAIN_MOST_GAP;
    explaining->widest = fmax(explaining->widest, explanation.gap);
    explanation_release(&explanation);
}

void explaining_print_notes(const struct explaining *explaining)
{
    if (explaining->n_wide)
        say_line(stderr,
                 "rnntrain: note: of %lld text%s %lld kept a gap of more than %g of the "
                 "logit, the largest %.1e: there the shares do not add up exactly; "
                 "--explain leave-one-out has no gap",
                 (long long)explaining->n_texts, plural(explaining->n_texts),
                 (long long)explaining->n_wide, EXPLAIN_MOST_GAP, explaining->widest);
}
