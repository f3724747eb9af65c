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
                            .record = xstrdup(config->record),
                            .monitor = config->monitor,
                            .progress = {.best = -(double)INFINITY}};
}

static struct trainer_config by(enum monitor monitor, bool given, const char *record)
{
    return (struct trainer_config){.monitor = monitor,
                                   .monitor_given = given,
                                   .auto_monitor = MONITOR_VAL_ACC,
                                   .patience = 2,
                                   .epochs = 100,
                                   .record = record};
}

/* An epoch in which so many of the validation rows are right, and their classes are from
 * `first` to `last`; returns whether it has the best weights. */
static bool epoch(struct trainer *trainer, int correct, int first, int last)
{
    const struct score train = {.loss = 1, .correct = 1, .n = 2};
    const struct score validation = {.loss = 1 - 0.01 * correct,
                                     .correct = correct,
                                     .n = ROWS,
                                     .first_class = first,
                                     .last_class = last};
    trainer->progress.epoch++;
    weights[0] = (real)trainer->progress.epoch;
    return trainer_update_best(trainer, &train, &validation);
}

/* Epochs of one class: by the old rule the run ends, by the new one it goes on. */
static void test_plateau(void **state)
{
    (void)state;
    const struct trainer_config old = by(MONITOR_VAL_ACC, false, "{}");
    const struct trainer_config new = by(MONITOR_AUTO, false, "{}");
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

    free(before.record);
    free(now.record);
}

/* Rows that are all of one class, and all rightly taken for it, are no plateau. */
static void test_all_right(void **state)
{
    (void)state;
    const struct trainer_config config = by(MONITOR_AUTO, false, "{}");
    struct trainer trainer = begin(&config);

    assert_true(epoch(&trainer, ROWS, 1, 1));
    assert_false(epoch(&trainer, ROWS, 1, 1) || epoch(&trainer, ROWS, 1, 1));
    assert_true(trainer_stops_early(&trainer));
    free(trainer.record);
}

static void test_watched(void **state)
{
    (void)state;
    struct trainer_config config = by(MONITOR_AUTO, false, "{}");
    config.auto_monitor = MONITOR_VAL_LOSS;
    struct trainer trainer = begin(&config);

    assert_int_equal(trainer_watched(&trainer), MONITOR_VAL_LOSS);
    assert_true(epoch(&trainer, 3, 0, 1));
    assert_true(trainer.progress.best == -(1 - 0.01 * 3));
    free(trainer.record);
}

/* What the run's record has, what is given now, and by what it then goes (NULL: it is
 * refused). */
static void test_resumed(void **state)
{
    (void)state;
    static const char recorded[] = "{\"monitor\":\"%s\",\"seed\":1}";
    static const struct {
        enum monitor monitor; /* of a run that would begin */
        bool given;
        const char *was, *goes;
    } cases[] = {
        {MONITOR_AUTO, false, "val_acc", "val_acc"},
        {MONITOR_AUTO, false, NULL, "val_acc"},
        {MONITOR_AUTO, false, "auto", "auto"},
        {MONITOR_VAL_ACC, false, "auto", "auto"}, /* --patience is given */
        {MONITOR_VAL_ACC, false, "val_acc", "val_acc"},
        {MONITOR_AUTO, false, "val_loss", NULL},
        {MONITOR_AUTO, true, "val_acc", NULL},
        {MONITOR_VAL_ACC, true, "auto", NULL},
        {MONITOR_LOSS, false, "val_acc", NULL}, /* --validation none */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *goes = cases[i].goes;
        char *record = xasprintf(recorded, monitor_names[cases[i].monitor]);
        const struct trainer_config config = by(cases[i].monitor, cases[i].given, record);
        struct trainer trainer = begin(&config);

        assert_int_equal(trainer_may_go_by(&trainer, cases[i].was), goes != NULL);
        trainer_go_by(&trainer, cases[i].was);
        char *expected =
            xasprintf(recorded, goes ? goes : monitor_names[cases[i].monitor]);
        assert_string_equal(trainer.record, expected);
        assert_string_equal(monitor_names[trainer.monitor],
                            goes ? goes : monitor_names[cases[i].monitor]);

        free(expected);
        free(trainer.record);
        free(record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plateau), cmocka_unit_test(test_all_right),
        cmocka_unit_test(test_watched), cmocka_unit_test(test_resumed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
