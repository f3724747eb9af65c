/* No text becomes markup, whatever it holds; and numbers that are none are dashes. */
#include "report/plot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void shows(const char *text, const char *expected)
{
    struct page page = {.html = NULL};
    page_text(&page, text);
    assert_string_equal(page.html ? page.html : "", expected);
    page_release(&page);
}

static void test_escapes_texts(void **state)
{
    (void)state;
    shows("<script>alert(\"a\" & 'b')</script>",
          "&lt;script&gt;alert(&quot;a&quot; &amp; &#39;b&#39;)&lt;/script&gt;");
    shows("gr\xC3\xBC\xC3\x9F \xE4\xB8\xAD \xF0\x9F\x98\x80",
          "gr\xC3\xBC\xC3\x9F \xE4\xB8\xAD \xF0\x9F\x98\x80");
    shows("a\tb\nc", "a\tb\nc");
    shows("", "");
}

static void test_replaces_what_is_no_text(void **state)
{
    (void)state;
    shows("a\x01\x1B[31m", "a\xEF\xBF\xBD\xEF\xBF\xBD[31m");
    shows("\xFF<\xC3", "\xEF\xBF\xBD&lt;\xEF\xBF\xBD");
    shows("\xC0\xBCscript", "\xEF\xBF\xBD\xEF\xBF\xBDscript"); /* an overlong < */
    shows("\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    shows("\xE2\x80\xAE"
          "evil\xE2\x81\xA6",
          "\xEF\xBF\xBD"
          "evil\xEF\xBF\xBD");
    shows("\xC2\x96", "\xEF\xBF\xBD");
}

static void test_writes_numbers(void **state)
{
    (void)state;
    struct page page = {.html = NULL};
    page_number(&page, -0.5, 2);
    page_number(&page, (double)NAN, 2);
    page_seconds(&page, 3 * 3600 + 61);
    page_count(&page, 25000);
    assert_string_equal(page.html, "\xE2\x88\x92"
                                   "0.50\xE2\x80\x93"
                                   "3 h 01 min25,000");
    page_release(&page);

    page_seconds(&page, 1e300);
    assert_string_equal(page.html, "\xE2\x80\x93");
    page_release(&page);
}

static void draw_band(struct page *page, double low, double high)
{
    const double x[] = {1, 2}, lows[] = {low, 0.5}, highs[] = {high, 0.5};
    struct plot plot = {.page = page, .x = {1, 2}, .y = {0, 1}};
    plot_band(&plot, 0, 2, x, lows, highs);
}

static void test_keeps_bands_within_the_axis(void **state)
{
    (void)state;
    struct page whole = {.html = NULL}, wide = {.html = NULL};
    draw_band(&whole, 0, 1);
    draw_band(&wide, -0.25, 1.5);
    assert_string_equal(wide.html, whole.html);
    page_release(&whole);
    page_release(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escapes_texts),
        cmocka_unit_test(test_replaces_what_is_no_text),
        cmocka_unit_test(test_writes_numbers),
        cmocka_unit_test(test_keeps_bands_within_the_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
