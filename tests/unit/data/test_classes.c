#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/classes.h"

#include <cmocka.h>

/* n names, each with its '\0'; facts_release. */
static struct facts of(int n, const char *packed)
{
    struct facts facts = {.n_labels = n};
    facts_set_labels(&facts, packed);
    return facts;
}

static void test_order(void **state)
{
    struct facts model = of(3, "a\0b\0c"), data = of(3, "c\0a\0b");
    int32_t places[3] = {9, 9, 9}, labels[] = {0, 0, 2, 1};
    (void)state;

    assert_true(classes_map(&model, &data, places));
    assert_int_equal(places[0], 2);
    assert_int_equal(places[1], 0);
    assert_int_equal(places[2], 1);
    assert_false(classes_in_order(places, 3));

    struct rows rows = {.n = 4, .y = labels};
    classes_renumber(&rows, places);
    assert_int_equal(labels[0], 2);
    assert_int_equal(labels[2], 1);
    assert_int_equal(labels[3], 0);
    assert_true(classes_map(&model, &model, places));
    assert_true(classes_in_order(places, 3));
    facts_release(&model);
    facts_release(&data);
}

static void test_other_names(void **state)
{
    struct facts all[] = {of(3, "a\0b\0c"), of(3, "a\0b\0d"), of(2, "a\0b"),
                          of(3, "a\0b\0b")};
    int32_t places[3];
    (void)state;

    for (size_t i = 1; i < COUNT_OF(all); i++)
        assert_false(classes_map(&all[0], &all[i], places));
    assert_false(classes_map(&all[3], &all[3], places));
    for (size_t i = 0; i < COUNT_OF(all); i++)
        facts_release(&all[i]);
}

/* So many that every name beside every other would take minutes. */
static void test_many(void **state)
{
    enum { N = 60000 };
    char **up = xcalloc(N, sizeof *up), **down = xcalloc(N, sizeof *down);
    int32_t *places = xcalloc(N, sizeof *places);
    (void)state;

    for (int i = 0; i < N; i++)
        up[i] = down[N - 1 - i] = xasprintf("class %d", i);
    struct facts model = {.n_labels = N, .labels = up},
                 data = {.n_labels = N, .labels = down};
    assert_true(classes_map(&model, &data, places));
    for (int i = 0; i < N; i++)
        assert_int_equal(places[i], N - 1 - i);

    char *shown = classes_shown(&model);
    assert_string_equal(shown, "class 0, class 1, class 2, class 3 and 59996 more");
    free(shown);
    for (int i = 0; i < N; i++)
        free(up[i]);
    free(up);
    free(down);
    free(places);
}

static void test_shown(void **state)
{
    struct facts numbered = of(2, "0\0001");
    struct facts facts = of(2, "neg\0"
                               "012345678901234567890123456789012345678\xC3\xA4\xC3\xB6");
    char *shown = classes_shown(&facts);
    (void)state;

    assert_string_equal(shown, "neg, 012345678901234567890123456789012345678...");
    free(shown);
    assert_true(classes_are_numbered(&numbered));
    assert_false(classes_are_numbered(&facts));
    facts_release(&facts);
    facts_release(&numbered);
}

static void free_names(char **names, int n)
{
    for (int i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_option(void **state)
{
    char path[] = "/tmp/test_classes-XXXXXX", **names = NULL;
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);

    assert_int_equal(classes_from_option("--labels", "a,b c", 2, &names), OK);
    assert_string_equal(names[1], "b c");
    free_names(names, 2);

    put(path, "\xEF\xBB\xBFone, two\r\nthree\r\n");
    assert_int_equal(classes_from_option("--labels", path, 2, &names), OK);
    assert_string_equal(names[0], "one, two");
    assert_string_equal(names[1], "three");
    free_names(names, 2);

    put(path, "a\nb\nc");
    assert_int_equal(classes_from_option("--labels", path, 2, &names), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "3 names, but the model has 2 classes"));
    assert_int_equal(classes_from_option("--labels", "a,,b", 3, &names), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "a name is empty"));
    assert_int_equal(classes_from_option("--labels", "a,b,a", 3, &names), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "two classes are called a"));
    assert_int_equal(classes_from_option("--labels", "a,\xFF", 2, &names), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "name 2 is not UTF-8"));
    remove(path);
    assert_int_equal(classes_from_option("--labels", path, 2, &names), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "neither names with commas"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),  cmocka_unit_test(test_other_names),
        cmocka_unit_test(test_many),   cmocka_unit_test(test_shown),
        cmocka_unit_test(test_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
