/* Bits that flip and files that are cut: each is refused with a message, or read as it
 * was. */
#include "serve/predictor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/rng.h"
#include "data/dataset.h"
#include "files/file.h"
#include "../sanitize/share.h"

enum { FLIPS = 2000, CUTS = 200, EDGE = 4096 };
enum { UNSEALED = -1 }; /* read, but as a stranger's */

static const char *checkpoint, *data_set;
static char folder[] = "/tmp/rnntrain-rot-XXXXXX";

static int open_checkpoint(const char *path)
{
    struct predictor predictor;
    int rc = predictor_open(&predictor, path, "baseline", NULL);
    if (!rc && predictor.info.is_unsealed)
        rc = UNSEALED;
    predictor_release(&predictor);
    return rc;
}

static int open_data_set(const char *path)
{
    struct dataset data = {0};
    int rc = dataset_read(path, DATASET_WORDS_KEPT, DATASET_ALL, &data);
    if (!rc && data.is_unsealed)
        rc = UNSEALED;
    dataset_release(&data);
    return rc;
}

/* Half of the places are near the ends, where structure is and not arrays. */
static size_t place(const struct rng *rng, uint32_t i, size_t n)
{
    size_t edge = n < 2 * EDGE ? n / 2 : EDGE;
    uint32_t at = rng_below(rng, i, (uint32_t)(i % 2 ? n : 2 * edge));
    return i % 2 || at < edge ? at : n - 1 - (at - edge);
}

static void attack(const char *path, int (*open)(const char *path))
{
    struct rng rng = {.seed = 5, .purpose = RNG_TEST};
    char *bytes = NULL, *copy = xasprintf("%s/rotten.h5", folder);
    size_t n = 0;

    assert_int_equal(file_read(path, &bytes, &n), OK);
    assert_int_equal(open(path), OK);
    for (uint32_t i = 0; i < FLIPS + CUTS; i++) {
        size_t at = place(&rng, i, n);
        char kept = bytes[at];
        if (i < FLIPS)
            bytes[at] = (char)(kept ^ 1 << i % 8);
        assert_int_equal(file_replace(copy, bytes, i < FLIPS ? n : at, false), OK);
        int rc = open(copy);
        assert_int_equal(rc, ERR_FORMAT);
        assert_non_null(strstr(fail_message(), "rotten.h5: "));
        bytes[at] = kept;
    }

    unlink(copy);
    free(copy);
    free(bytes);
}

/* A trailer of which anything is left is a wrong one; without it the file is a
 * stranger's, and whatever flips then, it is never taken for a sealed one. */
static void attack_trailer(const char *path, int (*open)(const char *path))
{
    enum { UNSEALED_FLIPS = 200 };
    struct rng rng = {.seed = 6, .purpose = RNG_TEST};
    char *bytes = NULL, *copy = xasprintf("%s/rotten.h5", folder);
    size_t n = 0;

    assert_int_equal(file_read(path, &bytes, &n), OK);
    for (size_t i = 0; i < 8 * FILE_TRAILER_BYTES; i++) {
        char *at = bytes + n - 1 - i / 8, kept = *at;
        *at = (char)(kept ^ 1 << i % 8);
        assert_int_equal(file_replace(copy, bytes, n, false), OK);
        assert_int_equal(open(copy), ERR_FORMAT);
        *at = kept;
    }

    for (size_t cut = 1; cut < FILE_TRAILER_BYTES; cut++) {
        assert_int_equal(file_replace(copy, bytes, n - cut, false), OK);
        assert_int_equal(open(copy), ERR_FORMAT);
    }

    n -= FILE_TRAILER_BYTES;
    assert_int_equal(file_replace(copy, bytes, n, false), OK);
    assert_int_equal(open(copy), UNSEALED);
    uint32_t n_flips = (uint32_t)share_of(UNSEALED_FLIPS); /* a child process each */
    for (uint32_t i = 0; i < n_flips; i++) {
        size_t at = place(&rng, i, n);
        char kept = bytes[at];
        bytes[at] = (char)(kept ^ 1 << i % 8);
        assert_int_equal(file_replace(copy, bytes, n, false), OK);
        assert_int_not_equal(open(copy), OK);
        bytes[at] = kept;
    }

    unlink(copy);
    free(copy);
    free(bytes);
}

static void test_checkpoint(void **state)
{
    (void)state;
    attack(checkpoint, open_checkpoint);
    attack_trailer(checkpoint, open_checkpoint);
}

static void test_data_set(void **state)
{
    (void)state;
    attack(data_set, open_data_set);
    attack_trailer(data_set, open_data_set);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_checkpoint),
                                       cmocka_unit_test(test_data_set)};
    if (argc != 3 || !mkdtemp(folder))
        die("expected a checkpoint and a data set");
    checkpoint = argv[1];
    data_set = argv[2];
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failures;
}
