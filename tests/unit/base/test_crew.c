/* Threads that take items in order and finish them in order, whatever is ready first. */
#include "base/crew.h"

#include <sched.h>
#include <stdatomic.h>

#include "../shown.h"

enum { MOST_THREADS = 4, NONE = -1 };

/* Items 0 .. n - 1, and what is to go wrong with which. */
struct job {
    int n, n_threads, n_items;
    int bad_take, bad_work, worse_work, bad_finish;
    bool waits; /* item 0 ends only when item 1 was worked on */
    int n_taken;
    atomic_int n_finished, n_taking, n_finishing;
    atomic_int n_broken; /* promises: threads cannot assert */
    atomic_bool item_1_done;
    struct shown finished;
};

struct item {
    int number, product;
};

static void promise(struct job *job, bool holds)
{
    atomic_fetch_add(&job->n_broken, !holds);
}

/* (fail) is not cmocka's macro. */
static int take(void *context, void *given, bool *end)
{
    struct job *job = context;
    struct item *item = given;
    promise(job, atomic_fetch_add(&job->n_taking, 1) == 0);
    if (job->n_taken < job->n_items)
        promise(job, item->number == 0); /* not used before: zeroed */

    item->number = job->n_taken;
    *end = job->n_taken == job->n;
    job->n_taken += !*end;
    if (job->n_items)
        promise(job, job->n_taken - atomic_load(&job->n_finished) <= job->n_items);
    atomic_fetch_sub(&job->n_taking, 1);
    return !*end && item->number == job->bad_take
               ? (fail)(ERR_IO, "take %d", item->number)
               : OK;
}

static int work(void *context, void *given, int worker)
{
    struct job *job = context;
    struct item *item = given;
    promise(job, worker >= 0 && worker < job->n_threads);
    item->product = 3 * item->number;

    double start = seconds_now();
    while (job->waits && item->number == 0 && !atomic_load(&job->item_1_done) &&
           seconds_now() - start < 20)
        sched_yield();
    if (item->number == 1)
        atomic_store(&job->item_1_done, true);
    if (item->number == job->bad_work || item->number == job->worse_work)
        return (fail)(ERR_FORMAT, "work %d", item->number);
    return OK;
}

static int finish(void *context, void *given)
{
    struct job *job = context;
    struct item *item = given;
    promise(job, atomic_fetch_add(&job->n_finishing, 1) == 0);
    atomic_fetch_add(&job->n_finished, 1);
    shown_number(&job->finished, item->product, " ");
    atomic_fetch_sub(&job->n_finishing, 1);
    return item->number == job->bad_finish ? (fail)(ERR_USAGE, "finish %d", item->number)
                                           : OK;
}

static int n_released;

static void release(void *item)
{
    (void)item;
    n_released++;
}

static int run_job(struct job *job)
{
    struct crew_job crew = {.context = job,
                            .item_bytes = sizeof(struct item),
                            .take = take,
                            .work = work,
                            .finish = finish,
                            .release = release,
                            .n_items = job->n_items};
    n_released = 0;
    int rc = crew_run(&crew, job->n_threads);

    assert_int_equal(job->n_broken, 0);
    assert_int_equal(n_released, job->n_items ? job->n_items : 2 * job->n_threads);
    return rc;
}

static struct job good_job(int n, int n_threads)
{
    return (struct job){.n = n,
                        .n_threads = n_threads,
                        .bad_take = NONE,
                        .bad_work = NONE,
                        .worse_work = NONE,
                        .bad_finish = NONE};
}

static void test_order(void **state)
{
    (void)state;
    for (int n_threads = 1; n_threads <= MOST_THREADS; n_threads++)
        for (int n_items = 0; n_items <= 3; n_items++) {
            struct job job = good_job(9, n_threads);
            job.n_items = n_items;
            assert_int_equal(run_job(&job), OK);
            expect_shown(&job.finished, "0 3 6 9 12 15 18 21 24 ");
        }

    struct job none = good_job(0, 3);
    assert_int_equal(run_job(&none), OK);
    assert_null(none.finished.text);
    assert_true(crew_cores() >= 1);
}

/* They work side by side; what is ready first is not finished first. */
static void test_waits(void **state)
{
    (void)state;
    struct job job = good_job(5, 2);
    job.waits = true;
    assert_int_equal(run_job(&job), OK);
    assert_true(job.item_1_done);
    expect_shown(&job.finished, "0 3 6 9 12 ");
}

/* The error of the first item in the order of taking; nothing behind it is finished. */
static void test_errors(void **state)
{
    (void)state;
    for (int n_threads = 1; n_threads <= MOST_THREADS; n_threads++) {
        struct job job = good_job(50, n_threads);
        job.bad_work = 3;
        job.worse_work = 4;
        assert_int_equal(run_job(&job), ERR_FORMAT);
        assert_string_equal(fail_message(), "work 3");
        assert_true(job.n_taken < 50);
        expect_shown(&job.finished, "0 3 6 ");

        job = good_job(50, n_threads);
        job.bad_take = 2;
        assert_int_equal(run_job(&job), ERR_IO);
        assert_string_equal(fail_message(), "take 2");
        assert_int_equal(job.n_taken, 3);
        expect_shown(&job.finished, "0 3 ");

        job = good_job(50, n_threads);
        job.bad_finish = 1;
        job.bad_take = 2;
        assert_int_equal(run_job(&job), ERR_USAGE);
        assert_string_equal(fail_message(), "finish 1");
        expect_shown(&job.finished, "0 3 ");
    }
    struct job late = good_job(5, 2);
    late.waits = true; /* item 0 fails when item 1 has failed already */
    late.bad_work = 0;
    late.worse_work = 1;
    assert_int_equal(run_job(&late), ERR_FORMAT);
    assert_string_equal(fail_message(), "work 0");
    assert_null(late.finished.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
