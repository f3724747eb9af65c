/* How much of a long loop a test runs: under AddressSanitizer, which takes ten times as
 * long, a tenth, unless all tests were asked for (sanitize_all). */
#ifndef RNNTRAIN_TESTS_SANITIZE_SHARE_H
#define RNNTRAIN_TESTS_SANITIZE_SHARE_H

#include <stdlib.h>

static inline int share_of(int n)
{
#ifdef __SANITIZE_ADDRESS__
    return getenv("TEST_ALL") ? n : n / 10;
#else
    return n;
#endif
}

#endif
