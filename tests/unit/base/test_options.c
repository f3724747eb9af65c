/* One table, five sources: defaults, environment, JSON, arguments, and what they
 * refuse. */
#include "base/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct settings {
    int64_t units;
    double rate;
    bool mask;
    int shuffle;
    char *path;
    int head;
    int64_t hidden;
    struct option_ints widths;
};

static const char *const heads[] = {"last", "flatten", NULL};
static const char *const shuffles[] = {"full", "window", "none", NULL};

static const struct option list[] = {
    {"units", OPTION_INT, offsetof(struct settings, units), "32", 1, 100, NULL, "units",
     "Model", false},
    {"learning-rate", OPTION_DOUBLE, offsetof(struct settings, rate), "0.001", 1e-9, 10,
     NULL, "rate", "Model", false},
    {"mask", OPTION_BOOL, offsetof(struct settings, mask), "false", 0, 0, NULL, "mask",
     "Model", false},
    {"shuffle", OPTION_CHOICE, offsetof(struct settings, shuffle), "full", 0, 0, shuffles,
     "shuffle", "Model", false},
    {"path", OPTION_STRING, offsetof(struct settings, path), NULL, 0, 0, NULL, "path",
     "Files", true},
    {"head", OPTION_CHOICE, offsetof(struct settings, head), "last", 0, 0, heads, "head",
     "Model", false},
    {"hidden", OPTION_INT, offsetof(struct settings, hidden), "0", 0, 9, NULL, "", NULL,
     true},
    {"widths", OPTION_INTS, offsetof(struct settings, widths), "32", 1, 100, NULL,
     "widths", "Model", false},
};

static const struct option_table table = {.options = list,
                                          .n_options = (int)COUNT_OF(list),
                                          .program = "prog",
                                          .synopsis = "FILE",
                                          .environment = "OPTTEST_",
                                          .max_operands = 2};

/* Parses a NULL-terminated command line into settings that the caller releases. */
static int parse(struct settings *settings, const char *const *words,
                 const char **operands, int *n)
{
    char *argv[16];
    int argc = 0;
    while (words[argc]) {
        argv[argc] = (char *)(uintptr_t)words[argc];
        argc++;
    }
    options_init(&table, settings);
    return options_from_arguments(&table, settings, argc, argv, operands, n);
}

/* The command line must be refused with a message that holds `expected`. */
static void refuse(const char *const *words, const char *expected)
{
    struct settings settings = {0};
    const char *operands[16];
    int n = 0;
    assert_int_equal(parse(&settings, words, operands, &n), ERR_USAGE);
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
    options_release(&table, &settings);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_arguments(void **state)
{
    (void)state;
    struct settings settings = {0};
    const char *operands[16];
    int n = 0;

    assert_int_equal(
        parse(&settings,
              WORDS("a", "--units", "7", "--learning-rate=0.5", "--mask", "--no-shuffle",
                    "--set", "head=flatten", "--path", "-", "--", "--units"),
              operands, &n),
        OK);

    assert_int_equal(settings.units, 7);
    assert_true(settings.rate == 0.5);
    assert_true(settings.mask);
    assert_string_equal(shuffles[settings.shuffle], "none");
    assert_int_equal(settings.head, 1);
    assert_string_equal(settings.path, "-");
    assert_int_equal(n, 2);
    assert_string_equal(operands[0], "a");
    assert_string_equal(operands[1], "--units");
    options_release(&table, &settings);
}

static void test_defaults(void **state)
{
    (void)state;
    struct settings settings = {0};
    options_init(&table, &settings);
    assert_int_equal(settings.units, 32);
    assert_true(settings.rate == 0.001);
    assert_false(settings.mask);
    assert_string_equal(shuffles[settings.shuffle], "full");
    assert_null(settings.path);
    options_release(&table, &settings);
}

static void test_refusals(void **state)
{
    (void)state;
    refuse(WORDS("--unit", "3"), "--units");
    refuse(WORDS("--lerning-rate", "3"), "--learning-rate");
    refuse(WORDS("--units", "0"), "--units 0: expected a whole number from 1 to 100");
    refuse(WORDS("--units", "101"), "from 1 to 100");
    refuse(WORDS("--units", "3.5"), "whole number");
    refuse(WORDS("--units", "seven"), "whole number");
    refuse(WORDS("--units", ""), "whole number");
    refuse(WORDS("--units"), "--units");

    refuse(WORDS("--learning-rate", "nan"), "expected a number");
    refuse(WORDS("--learning-rate", "1e400"), "expected a number");
    refuse(WORDS("--learning-rate", "1x"), "expected a number");

    refuse(WORDS("--lr", "3"), "unknown option --lr (it is --learning-rate here)");
    refuse(WORDS("-lr", "3"), "unknown option -lr (it is --learning-rate here)");
    refuse(WORDS("--hidden_size", "3"), "it is --units here");
    refuse(WORDS("--maxlen", "3"), "rnnprep --maxlen");
    refuse(WORDS("--hiden", "3"), "(prog --help lists them)");
    refuse(WORDS("--ma", "3"), "(prog --help lists them)");
    refuse(WORDS("--maks", "3"), "did you mean --mask?");
    refuse(WORDS("--Shuffel", "3"), "did you mean --shuffle?");
    refuse(WORDS("--head", "flaten"), "one of last, flatten (did you mean flatten?)");

    refuse(WORDS("--mask=maybe"), "true or false");
    refuse(WORDS("--head", "first"), "one of last, flatten");
    refuse(WORDS("--set", "units"), "units");
    refuse(WORDS("--no-units"), "units");
}

/* A variable with the prefix that was meant to be an option is refused, another noted. */
static void test_environment_strangers(void **state)
{
    (void)state;
    static const char *const meant[][2] = {{"OPTTEST_UNTIS", "did you mean --units?"},
                                           {"OPTTEST_LR", "it is --learning-rate here"}};
    struct settings settings = {0};
    options_init(&table, &settings);

    for (size_t i = 0; i < COUNT_OF(meant); i++) {
        setenv(meant[i][0], "3", 1);
        assert_int_equal(options_from_environment(&table, &settings), ERR_USAGE);
        assert_non_null(strstr(fail_message(), meant[i][0]));
        assert_non_null(strstr(fail_message(), meant[i][1]));
        unsetenv(meant[i][0]);
    }

    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    setenv("OPTTEST_HOME", "3", 1);
    setenv("OPTTEST_UNITS", "3", 1);
    assert_int_equal(options_from_environment(&table, &settings), OK);
    options_environment_notes(&table, out);
    unsetenv("OPTTEST_HOME");
    unsetenv("OPTTEST_UNITS");

    fclose(out);
    assert_string_equal(
        text, "prog: note: OPTTEST_HOME in the environment is no option of prog\n");
    free(text);
    options_release(&table, &settings);
}

static void test_environment_and_order(void **state)
{
    (void)state;
    struct settings settings = {0};

    options_init(&table, &settings);
    setenv("OPTTEST_UNITS", "9", 1);
    setenv("OPTTEST_LEARNING_RATE", "0.25", 1);
    assert_int_equal(options_from_environment(&table, &settings), OK);
    assert_int_equal(settings.units, 9);
    assert_true(settings.rate == 0.25);

    assert_int_equal(options_from_json(&table, &settings, "{\"units\": 11}", "f.json"),
                     OK);
    assert_int_equal(settings.units, 11);

    setenv("OPTTEST_UNITS", "many", 1);
    assert_int_equal(options_from_environment(&table, &settings), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "OPTTEST_UNITS"));

    unsetenv("OPTTEST_UNITS");
    unsetenv("OPTTEST_LEARNING_RATE");
    options_release(&table, &settings);
}

static void test_json(void **state)
{
    (void)state;
    struct settings settings = {0};

    options_init(&table, &settings);
    assert_int_equal(options_from_json(&table, &settings,
                                       "{\"learning_rate\": 0.1, \"mask\": true, "
                                       "\"head\": \"flatten\", \"path\": \"x\"}",
                                       "f.json"),
                     OK);

    char *text = options_to_json(&table, &settings);
    struct settings again = {0};
    options_init(&table, &again);
    assert_int_equal(options_from_json(&table, &again, text, "record"), OK);
    assert_true(again.rate == settings.rate); /* 0.1 to the last bit */
    assert_true(again.mask);
    assert_int_equal(again.head, 1);
    assert_null(again.path); /* transient: not in the record */
    free(text);
    options_release(&table, &again);

    static const char *const bad[] = {"{\"unitz\": 3}", "{\"units\": \"x\"}", "[1]",
                                      "{\"units\": 3",  "{\"units\": [3]}",   ""};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(options_from_json(&table, &settings, bad[i], "f.json"),
                         ERR_USAGE);
        assert_non_null(strstr(fail_message(), "f.json"));
    }
    options_release(&table, &settings);
}

static void test_operands(void **state)
{
    (void)state;
    static const struct option_table strict = {.options = list,
                                               .n_options = (int)COUNT_OF(list),
                                               .program = "prog",
                                               .synopsis = "FILE",
                                               .min_operands = 1,
                                               .max_operands = 1};
    struct settings settings = {0};
    char *none[] = {NULL}, *two[] = {(char[]){"a"}, (char[]){"b"}};
    const char *operands[2];
    int n = 0;

    assert_int_equal(options_from_arguments(&strict, &settings, 0, none, operands, &n),
                     ERR_USAGE);
    assert_string_equal(fail_message(), "an operand is missing; usage: prog FILE");

    assert_int_equal(options_from_arguments(&strict, &settings, 2, two, operands, &n),
                     ERR_USAGE);
    assert_string_equal(fail_message(), "b is one operand too many; usage: prog FILE");
}

static void test_usage(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    options_usage(&table, out);
    fclose(out);

    assert_non_null(strstr(text, "--units"));
    assert_non_null(strstr(text, "32"));
    assert_non_null(strstr(text, "flatten"));
    assert_null(strstr(text, "--hidden"));
    free(text);
}

/* Numbers with commas, and one that is a number in files too. */
static void test_several_numbers(void **state)
{
    (void)state;
    struct settings settings;
    const char *operands[8];
    int n = 0;

    assert_int_equal(parse(&settings, WORDS("--widths", "64,32,8"), operands, &n), OK);
    assert_int_equal(settings.widths.n, 3);
    assert_int_equal(settings.widths.value[0], 64);
    assert_int_equal(settings.widths.value[2], 8);

    char *text = options_to_json(&table, &settings);
    assert_non_null(strstr(text, "\"widths\":\"64,32,8\""));
    assert_int_equal(options_set(&table, &settings, "widths", "7", "test"), OK);
    assert_int_equal(options_from_json(&table, &settings, text, "f.json"), OK);
    assert_int_equal(settings.widths.n, 3);
    free(text);

    assert_int_equal(options_from_json(&table, &settings, "{\"widths\": 5}", "f"), OK);
    text = options_to_json(&table, &settings);
    assert_non_null(strstr(text, "\"widths\":5"));
    free(text);
    options_release(&table, &settings);

    refuse(WORDS("--widths", "64,"), "whole number");
    refuse(WORDS("--widths", "64,101"), "from 1 to 100");
    refuse(WORDS("--widths", ""), "whole number");
    refuse(WORDS("--widths", "1,,2"), "whole number");
}

/* A struct within a struct: its table's options, at their places in the whole. */
static void test_parts(void **state)
{
    (void)state;
    struct inner {
        int count;
        char *name;
    };
    struct outer {
        int64_t before;
        struct inner first, second;
        bool last;
    };

    static const struct option inner_options[] = {
        {"count", OPTION_COUNT, offsetof(struct inner, count), "3", 1, 9, NULL, "count",
         "Inner", false},
        {"name", OPTION_STRING, offsetof(struct inner, name), "x", 0, 0, NULL, "name",
         "Outer", false},
    };
    static const struct option outer_options[] = {
        {"before", OPTION_INT, offsetof(struct outer, before), "1", 0, 0, NULL, "before",
         "Outer", false},
    };
    static const struct option last_options[] = {
        {"last", OPTION_BOOL, 0, "true", 0, 0, NULL, "last", "Outer", false},
    };

    static const struct option_table inner = {.options = inner_options, .n_options = 2};
    static const struct option_table last = {.options = last_options, .n_options = 1};
    static const struct option_part parts[] = {{&inner, offsetof(struct outer, second)},
                                               {&last, offsetof(struct outer, last)}};
    static const struct option_table whole = {.options = outer_options,
                                              .n_options = 1,
                                              .parts = parts,
                                              .n_parts = 2,
                                              .program = "prog",
                                              .synopsis = "",
                                              .about = "About.\n"};
    struct outer outer = {.first = {.count = 77}};

    options_init(&whole, &outer);
    assert_int_equal(outer.second.count, 3);
    assert_string_equal(outer.second.name, "x");
    assert_true(outer.last);
    assert_int_equal(outer.first.count, 77);

    assert_int_equal(options_set(&whole, &outer, "count", "9", "--count"), OK);
    assert_int_equal(options_set(&whole, &outer, "count", "10", "--count"), ERR_USAGE);
    assert_string_equal(fail_message(),
                        "--count 10: expected a whole number from 1 to 9");
    char *json = options_to_json(&whole, &outer);
    assert_string_equal(json, "{\"before\":1,\"count\":9,\"last\":true,\"name\":\"x\"}");
    free(json);

    /* by groups, whatever table an option stands in */
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    options_usage(&whole, out);
    fclose(out);
    assert_string_equal(text,
                        "usage: prog \n\nAbout.\n\n"
                        "Outer\n  --before N\n        before (default: 1)\n"
                        "  --name TEXT\n        name (default: x)\n"
                        "  --[no-]last\n        last (default: true)\n\n"
                        "Inner\n  --count N\n        count (default: 3) [1 to 9]\n");

    free(text);
    options_release(&whole, &outer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_environment_and_order),
        cmocka_unit_test(test_environment_strangers),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_operands),
        cmocka_unit_test(test_usage),
        cmocka_unit_test(test_several_numbers),
        cmocka_unit_test(test_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
