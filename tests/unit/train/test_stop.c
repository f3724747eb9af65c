/* When a run must end or save: signals, time that is up, steps and seconds between
 * checkpoints. */
#include "train/private.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/signals.h"

static struct comm comm;

/* Ten batches of 8 rows, 40 rows to validate; a step takes 0.01 s, a checkpoint 0.1 s. */
static struct trainer make(const struct trainer_config *config)
{
    return (struct trainer){
        .config = config,
        .comm = &comm,
        .sampler = {.config = {.batch_size = 8}, .n_train = 80, .n_validation = 40},
        .pace = {.step = 0.01, .save = 0.1},
        .saved_at = seconds_now()};
}

static void test_signals(void **state)
{
    (void)state;
    const struct trainer_config config = {.checkpoint_every = 1};
    struct trainer trainer = make(&config);
    signals_note();
    assert_int_equal(trainer_wish(&trainer, 0), WISH_SAVE);
    raise(SIGTERM);
    assert_int_equal(trainer_wish(&trainer, 0), WISH_SIGNAL + SIGTERM);
    assert_false(signals_status_asked());
    raise(SIGUSR2);
    assert_true(signals_status_asked());
    assert_false(signals_status_asked()); /* once */
    signals_note();
    assert_int_equal(trainer_wish(&trainer, 0), WISH_SAVE);
}

static void test_checkpoints(void **state)
{
    (void)state;
    struct trainer_config config = {.checkpoint_every = 4};
    struct trainer trainer = make(&config);
    for (int64_t step = 0; step < 12; step++) {
        trainer.progress.step = step;
        assert_int_equal(trainer_wish(&trainer, 0),
                         step % 4 == 3 ? WISH_SAVE : WISH_NONE);
    }
    trainer.progress.step = 0;
    config.checkpoint_seconds = 30;
    assert_int_equal(trainer_wish(&trainer, 0), WISH_NONE);
    trainer.saved_at = seconds_now() - 31;
    assert_int_equal(trainer_wish(&trainer, 0), WISH_SAVE);
}

/* The last batch of an epoch is followed by validation: at a step's pace 40 rows take
 * 0.05 s, or what they took before. Two seconds are the launcher's. */
static void test_time_is_up(void **state)
{
    (void)state;
    const struct trainer_config config = {0};
    struct trainer trainer = make(&config);
    const double slack = 0.5, needed = 2 * 0.01 + 3 * 0.1 + 2;
    trainer.deadline = seconds_now() + needed - 0.001;
    assert_int_equal(trainer_wish(&trainer, 0), WISH_STOP_FOR_TIME);
    trainer.deadline = seconds_now() + needed + slack;
    assert_int_equal(trainer_wish(&trainer, 0), WISH_NONE);
    assert_int_equal(trainer_wish(&trainer, 9), WISH_NONE);
    trainer.pace.validation = 2 * slack;
    assert_int_equal(trainer_wish(&trainer, 8), WISH_NONE);
    assert_int_equal(trainer_wish(&trainer, 9), WISH_STOP_FOR_TIME);
}

/* --max-time and Slurm's end of the job: the earlier one. */
static void test_deadline(void **state)
{
    (void)state;
    struct trainer_config config = {0};
    struct params params = {.size = 5000000};
    struct trainer trainer = make(&config);
    trainer.params = &params;
    trainer.optim.n_slots = 2;
    trainer_start_clock();
    unsetenv("SLURM_JOB_END_TIME");
    trainer_set_deadline(&trainer);
    assert_true(trainer.deadline == 0);
    assert_true(trainer.pace.save == 4.0); /* 80 MB at 20 MB/s */

    config.max_time = 100;
    trainer_set_deadline(&trainer);
    double left = trainer.deadline - seconds_now();
    assert_true(left > 99 && left <= 100);

    char *end = xasprintf("%lld", (long long)time(NULL) + 50);
    setenv("SLURM_JOB_END_TIME", end, 1);
    free(end);
    trainer_set_deadline(&trainer);
    left = trainer.deadline - seconds_now();
    assert_true(left > 48 && left <= 51);

    setenv("SLURM_JOB_END_TIME", "1000", 1); /* it is over: the first batch stops */
    trainer_set_deadline(&trainer);
    assert_int_equal(trainer_wish(&trainer, 0), WISH_STOP_FOR_TIME);
    unsetenv("SLURM_JOB_END_TIME");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals), cmocka_unit_test(test_checkpoints),
        cmocka_unit_test(test_time_is_up), cmocka_unit_test(test_deadline)};
    comm_init_alone(&comm);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    comm_finalize(&comm);
    return failed;
}
