/* Values as a line of bars. */
#include "train/sparkline.h"

#include <math.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(const double *values, int n, int width, bool is_unicode,
                   const char *wanted)
{
    char *line = sparkline(values, n, width, is_unicode);
    assert_string_equal(line, wanted);
    free(line);
}

static void test_bars(void **state)
{
    (void)state;
    const double rising[] = {0, 1, 2, 3, 4, 5, 6, 7}, flat[] = {3, 3},
                 gap[] = {1, (double)NAN, (double)INFINITY, 2};

    expect(rising, 8, 32, true, "▁▂▃▄▅▆▇█");
    expect(rising, 8, 32, false, "_.-~=+*#");
    expect(rising, 8, 4, false, ".~+#"); /* each column the mean of two */
    expect(flat, 2, 32, false, "==");
    expect(gap, 4, 32, false, "_  #");
    expect(rising, 0, 32, true, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bars)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
