/* Which options fit which corpus, and that the user's win. */
#include "choosing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../shown.h"

/* A corpus of English sentences. */
static const struct choose_facts sentences = {.n_texts = 1000,
                                              .segment = TEXT_SEGMENT_SPLIT,
                                              .n_words = 20000,
                                              .n_outputs = 1,
                                              .n_known = 3000,
                                              .length = 44};

static void expect(enum purpose purpose, const struct choose_facts *facts,
                   const char *name, const char *value)
{
    for (int i = 0; i < CHOOSE_OPTIONS; i++) {
        if (strcmp(choosables[i].name, name))
            continue;
        char *chosen = choosables[i].choose(purpose, facts);
        assert_string_equal(chosen, value);
        free(chosen);
        return;
    }
    fail_msg("%s is never chosen", name);
}

static void test_segment(void **state)
{
    (void)state;
    struct choose_facts facts = sentences;
    expect(PURPOSE_AUTO, &facts, "segment", "split");
    facts.n_uncut = 99;
    expect(PURPOSE_AUTO, &facts, "segment", "split");
    facts.n_uncut = 100;
    expect(PURPOSE_AUTO, &facts, "segment", "icu");
    expect(PURPOSE_FAST, &facts, "segment", "icu");
    facts.n_one_word = 899;
    expect(PURPOSE_BEST, &facts, "segment", "icu");
    facts.n_one_word = 900;
    expect(PURPOSE_BEST, &facts, "segment", "char");
}

static void test_tags(void **state)
{
    (void)state;
    struct choose_facts facts = sentences;
    expect(PURPOSE_AUTO, &facts, "tags", "remove");
    facts.n_with_tags = facts.n_with_references = 9;
    expect(PURPOSE_AUTO, &facts, "tags", "remove");
    facts.n_with_tags = 10;
    expect(PURPOSE_AUTO, &facts, "tags", "space");
    facts.n_with_references = 10;
    expect(PURPOSE_AUTO, &facts, "tags", "html");
}

static void test_vectors(void **state)
{
    (void)state;
    struct choose_facts facts = sentences;
    expect(PURPOSE_BEST, &facts, "vectors", "none");
    facts.n_vectors = 64;
    expect(PURPOSE_BEST, &facts, "vectors", "64");
    expect(PURPOSE_AUTO, &facts, "vectors", "none");
    expect(PURPOSE_FAST, &facts, "vectors", "none");
}

static void test_characters(void **state)
{
    (void)state;
    struct choose_facts facts = sentences;
    expect(PURPOSE_AUTO, &facts, "ngram-characters", "5");
    facts.n_outputs = 500;
    expect(PURPOSE_FAST, &facts, "ngram-characters", "none");
    facts.n_outputs = 499;
    expect(PURPOSE_FAST, &facts, "ngram-characters", "5");
    facts.segment = TEXT_SEGMENT_CHAR;
    expect(PURPOSE_AUTO, &facts, "ngram-characters", "none");
    facts = sentences;
    facts.n_words = 1000000;
    expect(PURPOSE_BEST, &facts, "ngram-characters", "none");
}

static void test_ngrams(void **state)
{
    (void)state;
    struct choose_facts facts = sentences;
    expect(PURPOSE_AUTO, &facts, "ngrams", "2");
    expect(PURPOSE_AUTO, &facts, "ngram-min-count", "1");
    expect(PURPOSE_AUTO, &facts, "ngram-punctuation", "true");
    facts.n_words = 60000;
    expect(PURPOSE_FAST, &facts, "ngrams", "3");
    facts.segment = TEXT_SEGMENT_CHAR;
    expect(PURPOSE_AUTO, &facts, "ngrams", "4");

    facts.n_words = 999999;
    facts.n_outputs = 20;
    expect(PURPOSE_AUTO, &facts, "ngram-min-count", "1");
    facts.n_outputs = 21;
    expect(PURPOSE_AUTO, &facts, "ngram-min-count", "2");
    facts.n_words = 1000000;
    facts.n_outputs = 1;
    expect(PURPOSE_AUTO, &facts, "ngram-min-count", "2");
}

static void test_rows(void **state)
{
    (void)state;
    struct choose_facts facts = sentences;
    expect(PURPOSE_AUTO, &facts, "num-words", "all");
    expect(PURPOSE_AUTO, &facts, "maxlen", "44");
    expect(PURPOSE_FAST, &facts, "maxlen", "40");
    facts.n_known = 30000;
    facts.length = 773;
    expect(PURPOSE_AUTO, &facts, "num-words", "30000");
    expect(PURPOSE_AUTO, &facts, "maxlen", "400");
    facts.length = 3;
    expect(PURPOSE_AUTO, &facts, "maxlen", "10");
    expect(PURPOSE_FAST, &facts, "maxlen", "10");
}

/* No texts at all: there is a choice nevertheless. */
static void test_nothing(void **state)
{
    (void)state;
    const struct choose_facts facts = {0};
    expect(PURPOSE_AUTO, &facts, "segment", "split");
    expect(PURPOSE_AUTO, &facts, "ngrams", "2");
    expect(PURPOSE_AUTO, &facts, "maxlen", "10");
}

struct chosen {
    char line[200], *argv[16];
    int argc;
    struct settings given;
    struct choosing choosing;
};

/* The settings that a command line, at blanks, and facts come to, all stages taken. */
static void choose(struct chosen *chosen, const char *line)
{
    struct settings *given = &chosen->given;
    struct choosing *choosing = &chosen->choosing;
    const char *operands[16];
    int n = 0;

    *chosen = (struct chosen){0};
    snprintf(chosen->line, sizeof chosen->line, "%s ", line);
    for (char *at = chosen->line; *at; at += strlen(at) + 1) {
        at[strcspn(at, " ")] = '\0';
        chosen->argv[chosen->argc++] = at;
    }

    given->argc = chosen->argc;
    given->argv = chosen->argv;
    options_init(&cmd_prepare_table, given);
    assert_int_equal(options_from_environment(&cmd_prepare_table, given), OK);
    assert_int_equal(options_from_arguments(&cmd_prepare_table, given, given->argc,
                                            given->argv, operands, &n),
                     OK);
    assert_int_equal(choosing_begin(choosing, given), OK);
    assert_int_equal(settings_check(&choosing->settings), OK);

    choosing->facts = sentences;
    choosing->facts.n_uncut = 500;
    assert_false(choosing_take(choosing, CHOOSE_CUTTING));
    choosing_take(choosing, CHOOSE_COUNTING);
    choosing_take(choosing, CHOOSE_ROWS);
}

static void finish(struct chosen *chosen, const char *options)
{
    char *text = choosing_options(&chosen->choosing);
    assert_string_equal(text, options);
    free(text);
    choosing_release(&chosen->choosing);
    options_release(&cmd_prepare_table, &chosen->given);
}

static void test_all_open(void **state)
{
    (void)state;
    struct chosen chosen;
    choose(&chosen, "--for auto c.csv");
    assert_int_equal(chosen.choosing.settings.segment, TEXT_SEGMENT_ICU);
    assert_int_equal(chosen.choosing.settings.num_words, 0);
    assert_true(chosen.choosing.settings.ngram_punctuation);
    finish(&chosen, "--segment icu --ngram-punctuation --num-words all --ngrams 2 "
                    "--ngram-characters 5 --ngram-min-count 1 --maxlen 44");
}

/* The usual value counts as given too, wherever it comes from. */
static void test_given(void **state)
{
    (void)state;
    struct chosen chosen;
    setenv("RNNPREP_NGRAM_MIN_COUNT", "2", 1);
    choose(&chosen, "--for=auto --segment split --maxlen=380 --set num_words=3800 "
                    "--no-ngram-punctuation --ngrams 5 --ngram-characters none "
                    "--tags keep");
    unsetenv("RNNPREP_NGRAM_MIN_COUNT");

    const struct settings *settings = &chosen.choosing.settings;
    assert_int_equal(settings->segment, TEXT_SEGMENT_SPLIT);
    assert_int_equal(settings->tags, TEXT_TAGS_KEEP);
    assert_int_equal(settings->num_words, 3800);
    assert_int_equal(settings->ngrams, 5);
    assert_int_equal(settings->ngram_min_count, 2);
    assert_int_equal(settings->maxlen, 380);
    assert_false(settings->ngram_punctuation);
    finish(&chosen, "");
}

static void test_none_and_characters(void **state)
{
    (void)state;
    struct chosen chosen;
    choose(&chosen, "--for best --ngrams none --char-level");
    assert_int_equal(chosen.choosing.settings.ngrams, 0);
    assert_int_equal(chosen.choosing.settings.segment, TEXT_SEGMENT_SPLIT);
    assert_false(chosen.choosing.settings.ngram_punctuation);
    finish(&chosen, "--num-words all --maxlen 44");
}

static void test_without(void **state)
{
    (void)state;
    struct chosen chosen;
    choose(&chosen, "c.csv");
    assert_int_equal(chosen.choosing.settings.num_words, 3800);
    assert_int_equal(chosen.choosing.settings.ngrams, 0);
    finish(&chosen, "");
}

/* What was guessed from the first texts is another choice than all of them make. */
static void test_second_look(void **state)
{
    (void)state;
    struct chosen chosen;
    choose(&chosen, "--for auto");
    assert_false(choosing_take(&chosen.choosing, CHOOSE_CUTTING));
    chosen.choosing.facts.n_uncut = 0;
    assert_true(choosing_take(&chosen.choosing, CHOOSE_CUTTING));
    assert_int_equal(chosen.choosing.settings.segment, TEXT_SEGMENT_SPLIT);

    char *text = choosing_cutting(&chosen.choosing);
    assert_string_equal(text, "--segment split --tags remove --ngram-punctuation");
    free(text);
    finish(&chosen, "--ngram-punctuation --num-words all --ngrams 2 --ngram-characters 5 "
                    "--ngram-min-count 1 --maxlen 44");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segment),    cmocka_unit_test(test_tags),
        cmocka_unit_test(test_vectors),    cmocka_unit_test(test_ngrams),
        cmocka_unit_test(test_characters), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_nothing),    cmocka_unit_test(test_all_open),
        cmocka_unit_test(test_given),      cmocka_unit_test(test_none_and_characters),
        cmocka_unit_test(test_without),    cmocka_unit_test(test_second_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
