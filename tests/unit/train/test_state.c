/* A state's numbers, as whoever sealed it wrote them: those that no run comes to are
 * refused, or are none. */
#include "train/private.h"

#include "../shown.h"

static const char form[] =
    "{\"epoch\":1,\"step\":%lld,\"batch\":0,\"correct\":3,\"n\":4,\"wait\":0,"
    "\"best_epoch\":1,\"loss\":0.5,\"best\":0.5,\"history\":[],\"moments_steps\":%lld,"
    "\"rollbacks\":%lld}";

static int read_state(long long step, long long others, struct progress *progress)
{
    const struct trainer_config config = {.epochs = 1};
    struct trainer trainer = {.config = &config,
                              .sampler = {.config = {.batch_size = 2}, .n_train = 10}};
    char *text = xasprintf(form, step, others, others);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);

    int rc = trainer_read_state(&trainer, root, "last.h5", progress);
    json_decref(root);
    free(text);
    return rc;
}

static void test_steps(void **state)
{
    struct progress progress = {0};
    (void)state;

    assert_int_equal(read_state(TRAINER_MOST_STEPS, 7, &progress), OK);
    assert_true(progress.step == TRAINER_MOST_STEPS);
    assert_int_equal(progress.moments_steps, 7);
    assert_int_equal(progress.rollbacks, 7);
    json_decref(progress.history);

    static const long long hostile[] = {-1, TRAINER_MOST_STEPS + 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        assert_int_equal(read_state(hostile[i], 0, &progress), ERR_FORMAT);
        expect_message("last.h5: \"step\" in /rnntrain/state is no number from 0 to");

        assert_int_equal(read_state(5, hostile[i], &progress), OK);
        assert_int_equal(progress.moments_steps, 0);
        assert_int_equal(progress.rollbacks, 0);
        json_decref(progress.history);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
