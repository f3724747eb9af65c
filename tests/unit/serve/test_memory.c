/* The library where memory gives out: a call fails and says so, the process and its
 * models live on and judge as before. */
#include "base/base.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../shown.h"
#include "rnntrain/rnntrain.h"

static const char *checkpoint; /* the fixture */

static const char *const texts[] = {"The plot was superb.", "Dull."};

enum { STEP = 64 << 10, MOST_STEPS = 2000 };

static rlim_t addresses_used(void)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    assert_non_null(statm);
    assert_int_equal(fscanf(statm, "%lu", &pages), 1);
    fclose(statm);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* Lets the process have `more` bytes beyond what it has; RLIM_INFINITY: any. */
static void bound(rlim_t more)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
    limit.rlim_cur = more == RLIM_INFINITY ? limit.rlim_max : addresses_used() + more;
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
}

static void check_said(int rc)
{
    if (rc != RNNTRAIN_INTERNAL)
        fail_msg("code %d: %s", rc, rnntrain_message());
    assert_non_null(strstr(rnntrain_message(), "out of memory"));
}

static void test_little_memory(void **state)
{
    struct rnntrain_model *model = NULL;
    double expected[4], found[4];
    int steps = 0, rc = RNNTRAIN_INTERNAL, failures = 0;
    (void)state;

    for (; rc && steps < MOST_STEPS; steps++) {
        bound((rlim_t)steps * STEP);
        rc = rnntrain_open(checkpoint, &model);
        bound(RLIM_INFINITY);
        if (rc)
            check_said(rc);
        failures += rc != 0;
    }
    assert_int_equal(rc, RNNTRAIN_OK);
    assert_in_range(failures, 1, MOST_STEPS);

    failures = 0;
    for (rc = RNNTRAIN_INTERNAL, steps = 0; rc && steps < MOST_STEPS; steps++) {
        bound((rlim_t)steps * STEP);
        rc = rnntrain_predict_texts(model, texts, COUNT_OF(texts), expected);
        bound(RLIM_INFINITY);
        if (rc)
            check_said(rc);
        failures += rc != 0;
    }
    assert_int_equal(rc, RNNTRAIN_OK);

    assert_int_equal(rnntrain_predict_texts(model, texts, COUNT_OF(texts), found), OK);
    assert_memory_equal(expected, found, sizeof found);
    rnntrain_close(model);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_little_memory)};
#ifdef __SANITIZE_ADDRESS__
    return 0; /* its shadow takes more addresses than any bound */
#endif
    assert_int_equal(argc, 2);
    checkpoint = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
