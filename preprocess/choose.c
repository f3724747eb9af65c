#include "choose.h"

#include "base/program.h"

const char *const purpose_names[] = {[PURPOSE_NONE] = "none",
                                     [PURPOSE_AUTO] = "auto",
                                     [PURPOSE_FAST] = "fast",
                                     [PURPOSE_BEST] = "best",
                                     NULL};

void choose_count_look(struct choose_facts *facts, struct text_look look)
{
    facts->n_texts++;
    facts->n_uncut += look.is_uncut;
    facts->n_one_word += look.is_one_word;
    facts->n_with_tags += look.has_tags;
    facts->n_with_references += look.has_references;
}

static double share(int n, const struct choose_facts *facts)
{
    return facts->n_texts ? (double)n / facts->n_texts : 0;
}

static char *percent(int n, const struct choose_facts *facts, const char *clause)
{
    double value = 100 * share(n, facts);
    return xasprintf("%.*f %% of the texts %s", value > 0 && value < 2, value, clause);
}

static double words_a_text(const struct choose_facts *facts)
{
    return facts->n_texts ? (double)facts->n_words / facts->n_texts : 0;
}

/* ICU cuts texts of other scripts as well as blanks do, and nothing else cuts these. */
enum text_segment choose_fitting_segment(const struct choose_facts *facts)
{
    const double nearly_all = 0.9, some = 0.1;
    return share(facts->n_one_word, facts) >= nearly_all ? TEXT_SEGMENT_CHAR
           : share(facts->n_uncut, facts) >= some        ? TEXT_SEGMENT_ICU
                                                         : TEXT_SEGMENT_SPLIT;
}

static char *choose_segment(enum purpose purpose, const struct choose_facts *facts)
{
    (void)purpose;
    return xstrdup(text_segment_names[choose_fitting_segment(facts)]);
}

static char *why_segment(const struct choose_facts *facts)
{
    return choose_fitting_segment(facts) == TEXT_SEGMENT_CHAR
               ? percent(facts->n_one_word, facts, "are one word")
               : percent(facts->n_uncut, facts,
                         "are of a script without blanks between words");
}

/* What is a mistake in one text of a hundred is none in the corpus. */
static enum text_tags tags_of(const struct choose_facts *facts)
{
    const double some = 0.01;
    return share(facts->n_with_references, facts) >= some ? TEXT_TAGS_HTML
           : share(facts->n_with_tags, facts) >= some     ? TEXT_TAGS_SPACE
                                                          : TEXT_TAGS_REMOVE;
}

static char *choose_tags(enum purpose purpose, const struct choose_facts *facts)
{
    (void)purpose;
    return xstrdup(text_tag_names[tags_of(facts)]);
}

static char *why_tags(const struct choose_facts *facts)
{
    return tags_of(facts) == TEXT_TAGS_HTML
               ? percent(facts->n_with_references, facts, "have characters as &amp;")
               : percent(facts->n_with_tags, facts, "have HTML's tags");
}

static char *choose_num_words(enum purpose purpose, const struct choose_facts *facts)
{
    enum { MOST = 30000 };
    (void)purpose;
    return facts->n_known < MOST ? xstrdup("all") : xasprintf("%d", MOST);
}

static char *why_num_words(const struct choose_facts *facts)
{
    char n[32];
    program_thousands(facts->n_known, n);
    return xasprintf("there are %s different words", n);
}

/* Characters say little by themselves; in sentences no three words meet again often
 * enough to be of use. */
static char *choose_ngrams(enum purpose purpose, const struct choose_facts *facts)
{
    const double document = 60;
    int n = words_a_text(facts) >= document ? 3 : 2;
    (void)purpose;
    return xasprintf("%d", facts->segment == TEXT_SEGMENT_CHAR ? 4 : n);
}

static char *why_ngrams(const struct choose_facts *facts)
{
    return xasprintf("a text has %.0f %s", words_a_text(facts),
                     facts->segment == TEXT_SEGMENT_CHAR ? "characters" : "words");
}

/* Few words, and few weights for what is counted of them. */
static bool is_small(const struct choose_facts *facts, int64_t few_weights)
{
    const int64_t few_words = 1000000;
    return facts->n_words < few_words && facts->n_words * facts->n_outputs < few_weights;
}

/* Endings, stems and spellings tell of words that nobody has seen, which are many where
 * texts are few. A word has some dozens of them, each with a weight for each output. */
static char *choose_ngram_characters(enum purpose purpose,
                                     const struct choose_facts *facts)
{
    enum { LONGEST = 5 };
    bool are_wanted = is_small(facts, 10000000) && facts->segment != TEXT_SEGMENT_CHAR;
    (void)purpose;
    return are_wanted ? xasprintf("%d", LONGEST) : xstrdup("none");
}

/* Small corpora have n-grams that help and stand in one text; a model has a weight for
 * each of them and output. */
static char *choose_ngram_min_count(enum purpose purpose,
                                    const struct choose_facts *facts)
{
    (void)purpose;
    return xstrdup(is_small(facts, 20000000) ? "1" : "2");
}

static char *why_few_words(const struct choose_facts *facts)
{
    char n[32];
    program_thousands(facts->n_words, n);
    return xasprintf("all texts have %s", n);
}

static char *choose_ngram_punctuation(enum purpose purpose,
                                      const struct choose_facts *facts)
{
    (void)purpose;
    (void)facts;
    return xstrdup("true");
}

/* Networks of the best recipe begin with vectors. */
static char *choose_vectors(enum purpose purpose, const struct choose_facts *facts)
{
    enum { WIDTH = 64 };
    bool has_some = purpose == PURPOSE_BEST && facts->n_vectors >= WIDTH;
    return has_some ? xasprintf("%d", WIDTH) : xstrdup("none");
}

static char *why_vectors(const struct choose_facts *facts)
{
    char n[32];
    program_thousands(facts->n_vectors, n);
    return xasprintf("%s words are met often enough to be known by their neighbours", n);
}

/* A linear model reads no rows. */
static char *choose_maxlen(enum purpose purpose, const struct choose_facts *facts)
{
    enum { FEWEST = 10, MOST = 400, MOST_FAST = 40 };
    int most = purpose == PURPOSE_FAST ? MOST_FAST : MOST;
    int n = facts->length < most ? facts->length : most;
    return xasprintf("%d", n > FEWEST ? n : FEWEST);
}

static char *why_maxlen(const struct choose_facts *facts)
{
    return xasprintf("%d %% of the texts have %d ids or fewer", CHOOSE_PERCENT,
                     facts->length);
}

const struct choosable choosables[] = {
    {"segment", "char", CHOOSE_CUTTING, choose_segment, why_segment},
    {"tags", "keep", CHOOSE_CUTTING, choose_tags, why_tags},
    {"ngram-punctuation", "true", CHOOSE_CUTTING, choose_ngram_punctuation, NULL},
    {"num-words", "2", CHOOSE_COUNTING, choose_num_words, why_num_words},
    {"ngrams", "5", CHOOSE_COUNTING, choose_ngrams, why_ngrams},
    {"ngram-characters", "3", CHOOSE_COUNTING, choose_ngram_characters, why_few_words},
    {"ngram-min-count", "7", CHOOSE_COUNTING, choose_ngram_min_count, why_few_words},
    {"vectors", "1", CHOOSE_COUNTING, choose_vectors, why_vectors},
    {"maxlen", "1", CHOOSE_ROWS, choose_maxlen, why_maxlen},
};
_Static_assert(COUNT_OF(choosables) == CHOOSE_OPTIONS, "choosables are not counted");
