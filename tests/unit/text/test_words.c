/* Words and their numbers, against a plain list. */
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Numbers are those of first appearance, whatever the bytes. */
static void test_numbers(void **state)
{
    (void)state;
    struct words words = {0};

    assert_int_equal(words_find(&words, "a", 1), -1);
    assert_int_equal(words_add(&words, "film", 4), 0);
    assert_int_equal(words_add(&words, "", 0), 1);
    assert_int_equal(words_add(&words, "fil", 3), 2);
    assert_int_equal(words_add(&words, "fil\0", 4), 3);
    assert_int_equal(words_add(&words, "film", 4), 0);
    assert_int_equal(words.n, 4);
    assert_int_equal(words_find(&words, "fil", 3), 2);
    assert_int_equal(words_find(&words, "filmed", 4), 0);
    assert_int_equal(words_find(&words, "filmed", 6), -1);
    assert_string_equal(words_text(&words, 0), "film");
    assert_int_equal(words_length(&words, 1), 0);
    assert_int_equal(words_length(&words, 3), 4);
    words_release(&words);
}

/* The i-th of many words; some are longer than what is hashed at a time. */
static size_t make_word(int i, char text[64])
{
    return (size_t)snprintf(text, 64, "%d%s", i, i % 5 ? "" : "-in-a-rather-long-word");
}

/* More than the table has at first; a second time they are all known. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct words words = {0};
    char text[64];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++)
            assert_int_equal(words_add(&words, text, make_word(i, text)), i);
    assert_int_equal(words.n, MANY);
    for (int i = 0; i < MANY; i += 7) {
        size_t n = make_word(i, text);
        assert_int_equal(words_find(&words, text, n), i);
        assert_int_equal(words_length(&words, i), n);
        assert_string_equal(words_text(&words, i), text);
    }
    assert_int_equal(words_find(&words, "x", 1), -1);

    words_clear(&words);
    assert_int_equal(words.n, 0);
    assert_int_equal(words_find(&words, "1", 1), -1);
    assert_int_equal(words_add(&words, "1", 1), 0);
    words_release(&words);
}

/* A batch gives what one after the other gives, repeated words in it too. */
static void test_batch(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    static char texts[MANY + 1][64]; /* 8 bytes of each may be read */
    struct word given[MANY];
    int32_t numbers[MANY];
    struct words together = {0}, single = {0};
    words_add(&together, "3", 1);
    words_add(&single, "3", 1);
    for (int i = 0; i < MANY; i++)
        given[i] = (struct word){texts[i], make_word(i * i % 331, texts[i])};

    words_add_all(&together, given, MANY, numbers);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(numbers[i], words_add(&single, given[i].text, given[i].n));

    assert_int_equal(together.n, single.n);
    for (int32_t i = 0; i < single.n; i++)
        assert_string_equal(words_text(&together, i), words_text(&single, i));

    words_release(&together);
    words_release(&single);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_many),
                                       cmocka_unit_test(test_batch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
