/* Words on their way to the tokenizer: their numbers, and what a limit forgets. */
#include "words/vocabulary.h"

#include "letters.h"
#include "../shown.h"

static void expect_numbers(const int32_t *numbers, size_t n, const char *expected)
{
    struct shown shown = {0};
    for (size_t i = 0; i < n; i++)
        shown_number(&shown, numbers[i], " ");
    expect_shown(&shown, expected);
}

static void test_vocabulary(void **state)
{
    (void)state;
    struct vocabulary vocabulary = {0};
    int32_t numbers[MOST_WORDS];
    meet(&vocabulary, "banana", numbers);
    expect_numbers(numbers, 6, "0 1 2 1 2 1 ");
    meet(&vocabulary, "cab", numbers);
    expect_numbers(numbers, 3, "3 1 0 ");
    int32_t *places = vocabulary_places(&vocabulary);
    expect_numbers(places, 4, "0 1 2 3 ");
    free(places);
    vocabulary_release(&vocabulary);
}

/* What stays of a block with a limit of two, as the numbers lead. */
static void check_limit(const char *block, const char *expected_places)
{
    struct vocabulary vocabulary = {.limit = 2};
    int32_t numbers[MOST_WORDS];
    meet(&vocabulary, block, numbers);
    int32_t *places = vocabulary_places(&vocabulary);
    expect_numbers(places, (size_t)vocabulary.n_numbers, expected_places);
    free(places);
    vocabulary_release(&vocabulary);
}

static void test_limit(void **state)
{
    (void)state;
    check_limit("abcd", "0 1 2 3 "); /* not more than twice as many */
    check_limit("abcde", "0 1 -2 -2 -2 ");
    check_limit("abcdeed", "-2 -2 -2 0 1 ");
    check_limit("abcdee", "0 -2 -2 -2 1 ");
}

/* A word that is met again after it was forgotten: another number, the same word. */
static void test_met_again(void **state)
{
    (void)state;
    struct vocabulary vocabulary = {.limit = 2};
    int32_t numbers[MOST_WORDS];
    meet(&vocabulary, "abcde", numbers);
    assert_int_equal(vocabulary.n_forgotten, 3);

    meet(&vocabulary, "ece", numbers);
    expect_numbers(numbers, 3, "5 6 5 ");
    int32_t *places = vocabulary_places(&vocabulary);
    expect_numbers(places, 7, "0 1 3 -2 2 2 3 ");
    assert_string_equal(words_text(&vocabulary.words, places[4]), "e");
    free(places);
    vocabulary_release(&vocabulary);
}

/* A list that is searched and sorted by hand. */
struct naive {
    struct naive_word {
        char letter;
        int count, number;
    } known[MOST_WORDS];
    int n, n_numbers, limit;
};

static int naive_meet(struct naive *naive, char letter)
{
    int i = 0;
    while (i < naive->n && naive->known[i].letter != letter)
        i++;
    if (i == naive->n)
        naive->known[naive->n++] = (struct naive_word){letter, 0, naive->n_numbers++};
    naive->known[i].count++;
    return naive->known[i].number;
}

/* While there are more than the limit: away with the rarest, of those the newest. */
static void naive_end_block(struct naive *naive)
{
    if (naive->n <= 2 * naive->limit)
        return;
    while (naive->n > naive->limit) {
        int worst = 0;
        for (int i = 1; i < naive->n; i++)
            if (naive->known[i].count <= naive->known[worst].count)
                worst = i;
        naive->n--;
        memmove(naive->known + worst, naive->known + worst + 1,
                (size_t)(naive->n - worst) * sizeof *naive->known);
    }
}

static void test_vocabulary_beside_naive(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int limit = 1; limit < 12; limit++) {
        struct vocabulary vocabulary = {.limit = limit};
        struct naive naive = {.limit = limit};
        int32_t numbers[MOST_WORDS];
        char letter_of[4096], block[64] = "";

        for (int b = 0; b < 60; b++) {
            size_t n = 1 + (seed >> 20) % 60;
            for (size_t i = 0; i < n; i++) {
                seed = seed * 1664525u + 1013904223u;
                block[i] = (char)('a' + (seed >> 24) % (4 + (seed >> 16) % 20));
            }
            block[n] = '\0';
            meet(&vocabulary, block, numbers);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(numbers[i], naive_meet(&naive, block[i]));
                letter_of[numbers[i]] = block[i];
            }
            naive_end_block(&naive);
        }

        int32_t *places = vocabulary_places(&vocabulary);
        for (int number = 0; number < naive.n_numbers; number++) {
            int i = 0;
            while (i < naive.n && naive.known[i].letter != letter_of[number])
                i++;
            assert_int_equal(places[number], i < naive.n ? i : VOCABULARY_FORGOTTEN);
        }
        free(places);
        vocabulary_release(&vocabulary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vocabulary),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_met_again),
        cmocka_unit_test(test_vocabulary_beside_naive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
