/* The sweep that lower-cases, filters and splits by a table, against a loop over bytes;
 * and that text_cut gives the same words where a filter of more than one byte keeps it
 * from taking the table. */
#include "text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

/* Words of 1 to 70 bytes, ASCII and not, upper case, filters and spaces between. */
static void make_text(uint32_t number, size_t n, char *text)
{
    static const char between[] = " .,!  <X";
    struct rng rng = {.seed = 17, .purpose = RNG_TEST, .row = number};
    size_t left = 0;

    for (size_t i = 0; i < n; i++, left--) {
        uint32_t draw = rng_below(&rng, (uint32_t)i, 1 << 20);
        if (left == 0) {
            left = 1 + (draw % 10 == 0 ? draw / 16 % 70 : draw / 16 % 9);
            text[i] = between[draw % 8];
        } else {
            text[i] = (char)(draw % 3 == 0 ? 'A' + draw / 3 % 26 : 'a' + draw / 3 % 26);
        }
    }
}

/* The next word of the text as Keras's Tokenizer cuts it: to `word`, or 0 at the end. */
static size_t next_word(const char *text, size_t n, size_t *at, const char *filters,
                        bool lower, char split, char *word)
{
    size_t length = 0;

    for (; *at < n; ++*at) {
        char c = text[*at];
        if (lower && c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != split && !strchr(filters, c))
            word[length++] = c;
        else if (length > 0)
            break;
    }
    return length;
}

static void check(const char *filters, const char *more, bool lower, const char *split)
{
    enum { MOST = 9000 };
    static char text[MOST], word[MOST];
    char *all = xasprintf("%s%s", filters, more), *separator = xstrdup(split);
    struct text_options options = {
        .tags = TEXT_TAGS_KEEP, .filters = all, .lower = lower, .split = separator};
    struct text_tokenizer *tokenizer = text_new(&options);
    struct text_cut cut = {0};
    static const size_t sizes[] = {0, 1, 15, 16, 63, 64, 65, 700, 4095, 4097, MOST};

    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        size_t at = 0, length = 0, i = 0;
        make_text((uint32_t)s, sizes[s], text);

        text_cut(tokenizer, text, sizes[s], &cut);
        for (; (length = next_word(text, sizes[s], &at, filters, lower, *split, word));
             i++) {
            assert_true(i < cut.n);
            assert_int_equal(cut.words[i].n, length);
            assert_memory_equal(cut.words[i].text, word, length);
        }
        assert_int_equal(cut.n, i);
    }

    text_cut_release(&cut);
    text_free(tokenizer);
    free(separator);
    free(all);
}

static void test_by_table(void **state)
{
    (void)state;
    check(".,!<", "", true, " ");
    check(".,!<", "", false, " ");
    check("", "", true, " ");
    check(".", "", true, ",");
    check("aeiou", "", true, " "); /* filters are looked for after lower-casing */
}

static void test_by_character(void **state)
{
    (void)state;
    check(".,!<", "\xc2\xab", true, " ");
    check("aeiou", "\xe2\x80\xa6", false, " ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_table),
                                       cmocka_unit_test(test_by_character)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
