/* What is best, until when a better one is waited for, and by which rule a run that is
 * resumed goes. */
#include "train/private.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROWS = 10 };

static real weights[1], best_weights[1];
static const struct params params = {.size = 1};

static struct trainer begin(const struct trainer_config *config)
{
    return (struct trainer){.config = config,
                            .params = &params,
                            .weights = weights,
                            .best_weights = best_weights,
                            .progress = {.best = -(double)INFINITY,
                                         .monitor = config->monitor,
                                         .spares_one_class = config->spares_one_class}};
}

static struct trainer_config by(enum monitor monitor, bool spares)
{
    return (struct trainer_config){
        .monitor = monitor, .spares_one_class = spares, .patience = 2, .epochs = 100};
}

/* An epoch in which so many of the validation rows are right, and their classes are from
 * `first` to `last`; returns whether it has the best weights. */
static bool epoch(struct trainer *trainer, int correct, int first, int last)
{
    const struct score train = {.loss = 1, .correct = 1, .n = 2};
    const struct judgement validation = {.score = {.loss = 1 - 0.01 * correct,
                                                   .correct = correct,
                                                   .n = ROWS,
                                                   .first_class = first,
                                                   .last_class = last},
                                         .value = {[JUDGE_MCC] = 0.1 * last}};
    trainer->progress.epoch++;
    weights[0] = (real)trainer->progress.epoch;
    return trainer_update_best(trainer, &train, &validation);
}

/* A figure is better where it is greater, whatever loss and accuracy say. */
static void test_figure(void **state)
{
    (void)state;
    const struct trainer_config config = by(MONITOR_VAL_MCC, false);
    struct trainer trainer = begin(&config);

    assert_true(epoch(&trainer, 6, 0, 1));
    assert_false(epoch(&trainer, 8, 0, 1));
    assert_true(epoch(&trainer, 5, 0, 2));
    assert_true(trainer.progress.best_epoch == 3 && trainer.progress.best > 0.19);
}

/* Epochs of one class: by the old rule the run ends, by the new one it goes on. */
static void test_plateau(void **state)
{
    (void)state;
    const struct trainer_config old = by(MONITOR_VAL_ACC, false);
    const struct trainer_config new = by(MONITOR_VAL_ACC, true);
    struct trainer before = begin(&old), now = begin(&new);

    assert_true(epoch(&before, 6, 1, 1) && epoch(&now, 6, 1, 1));
    for (int e = 0; e < 4; e++)
        assert_false(epoch(&before, 6, 1, 1) || epoch(&now, 6, 1, 1));
    assert_true(before.progress.wait == 4 && trainer_stops_early(&before));
    assert_true(now.progress.wait == 0 && !trainer_stops_early(&now));

    /* others count; between them one that does not takes nothing back */
    assert_false(epoch(&now, 5, 0, 3));
    assert_false(epoch(&now, 6, 0, 0));
    assert_int_equal(now.progress.wait, 1);
    assert_true(epoch(&now, 7, 0, 2));
    assert_int_equal(now.progress.wait, 0);
    assert_true(best_weights[0] == (real)now.progress.epoch);
    assert_false(epoch(&now, 7, 0, 2) || epoch(&now, 6, 0, 1));
    assert_true(trainer_stops_early(&now));
}

/* Rows that are all of one class, and all rightly taken for it, are no plateau. */
static void test_all_right(void **state)
{
    (void)state;
    const struct trainer_config config = by(MONITOR_VAL_ACC, true);
    struct trainer trainer = begin(&config);

    assert_true(epoch(&trainer, ROWS, 1, 1));
    assert_false(epoch(&trainer, ROWS, 1, 1) || epoch(&trainer, ROWS, 1, 1));
    assert_true(trainer_stops_early(&trainer));
}

static void test_loss(void **state)
{
    (void)state;
    const struct trainer_config config = by(MONITOR_VAL_LOSS, true);
    struct trainer trainer = begin(&config);

    assert_true(epoch(&trainer, 3, 0, 1));
    assert_true(trainer.progress.best == -(1 - 0.01 * 3));
    assert_false(epoch(&trainer, 2, 1, 1));
    assert_int_equal(trainer.progress.wait, 0);
}

/* What a run that is resumed began by, what is now given or chosen, and whether it goes
 * on by the former. */
static void test_resumed(void **state)
{
    (void)state;
    static const struct {
        const char *was;
        bool spared;
        enum monitor monitor;
        bool given, goes_on;
    } cases[] = {
        {"val_acc", false, MONITOR_VAL_ACC, false, true},
        {"val_acc", true, MONITOR_VAL_ACC, false, true},
        {"val_acc", false, MONITOR_VAL_LOSS, false, true}, /* not the recipe's model */
        {NULL, false, MONITOR_VAL_LOSS, false, true},
        {"val_loss", true, MONITOR_VAL_LOSS, false, true},
        {"val_loss", true, MONITOR_VAL_ACC, false, true}, /* --patience is given now */
        {"val_loss", false, MONITOR_VAL_ACC, false, false},
        {"val_loss", true, MONITOR_VAL_ACC, true, false},
        {"val_acc", true, MONITOR_VAL_LOSS, true, false},
        {"acc", false, MONITOR_VAL_ACC, false, false},
        {"acc", false, MONITOR_ACC, true, true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum monitor was = trainer_recorded_monitor(cases[i].was);
        struct trainer_config config = by(cases[i].monitor, false);
        config.monitor_given = cases[i].given;
        const struct trainer trainer = begin(&config);
        assert_int_equal(trainer_may_watch(&trainer, was, cases[i].spared),
                         cases[i].goes_on);
    }
}

/* The options of today, but what the run watches. */
static void test_record(void **state)
{
    (void)state;
    struct trainer_config config = by(MONITOR_VAL_LOSS, true);
    config.record = "{\"epochs\":7,\"monitor\":\"val_loss\",\"rho\":0.90000000000000002}";
    const struct trainer trainer = begin(&config);

    char *same = trainer_record_of(&trainer, MONITOR_VAL_LOSS);
    char *other = trainer_record_of(&trainer, MONITOR_VAL_ACC);
    assert_string_equal(same, config.record);
    assert_string_equal(
        other, "{\"epochs\":7,\"monitor\":\"val_acc\",\"rho\":0.90000000000000002}");
    free(same);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figure),    cmocka_unit_test(test_plateau),
        cmocka_unit_test(test_all_right), cmocka_unit_test(test_loss),
        cmocka_unit_test(test_resumed),   cmocka_unit_test(test_record)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
