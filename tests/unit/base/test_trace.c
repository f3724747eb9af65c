/* The recorder, and its file as a reader of JSON sees it. */
#include "base/trace.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

/* First: nothing is recorded until it is enabled. */
static void test_recorder(void **state)
{
    (void)state;
    enum { MANY = 5000 }; /* more than it has room for at first */
    const struct trace_span *spans = NULL;
    assert_true(trace_begin() == 0);
    trace_end(TRACE_READ, 0);
    assert_int_equal(trace_take(&spans), 0);

    trace_enable();
    double began = trace_begin();
    usleep(1000);
    trace_end(TRACE_UPDATE, began);
    assert_int_equal(trace_take(&spans), 1);
    assert_int_equal(spans[0].kind, TRACE_UPDATE);
    assert_true(spans[0].start >= 0 && spans[0].start < 1);
    assert_true(spans[0].seconds >= 0.001 && spans[0].seconds < 1);

    for (int i = 0; i < MANY; i++)
        trace_end(i % TRACE_KINDS, trace_begin());
    assert_int_equal(trace_take(&spans), MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(spans[i].kind, i % TRACE_KINDS);
    assert_int_equal(trace_take(&spans), 0);
}

static char *temporary(void)
{
    char *path = xstrdup("/tmp/rnntrain-trace-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return path;
}

static const char *text_at(const json_t *events, size_t i, const char *key)
{
    return json_string_value(json_object_get(json_array_get(events, i), key));
}

static double number_at(const json_t *events, size_t i, const char *key)
{
    return json_number_value(json_object_get(json_array_get(events, i), key));
}

static void test_file(void **state)
{
    (void)state;
    char *path = temporary();
    struct trace_file *file = NULL;
    const struct trace_span spans[] = {{0.25, 0.5, TRACE_FORWARD}, {1, 2, TRACE_REDUCE}};
    assert_int_equal(trace_file_open(open(path, O_WRONLY), path, 2, &file), OK);
    assert_int_equal(trace_file_add(file, 0, spans, 1), OK);
    assert_int_equal(trace_file_add(file, 1, spans + 1, 1), OK);
    assert_int_equal(trace_file_close(file), OK);
    assert_int_equal(trace_file_close(NULL), OK);

    json_t *events = json_load_file(path, 0, NULL); /* a process, two ranks, two spans */
    assert_int_equal(json_array_size(events), 5);
    assert_string_equal(text_at(events, 3, "name"), "forward");
    assert_true(number_at(events, 3, "tid") == 0);
    assert_true(number_at(events, 3, "ts") == 250000); /* microseconds */
    assert_true(number_at(events, 3, "dur") == 500000);
    assert_string_equal(text_at(events, 4, "name"), "reduce");
    assert_true(number_at(events, 4, "tid") == 1);
    json_decref(events);
    unlink(path);
    free(path);
}

static void test_unwritable(void **state)
{
    (void)state;
    const struct trace_span span = {0, 1, TRACE_READ};
    struct trace_file *file = NULL;
    int full = open("/dev/full", O_WRONLY);
    assert_int_equal(trace_file_open(full, "/dev/full", 1, &file), OK);
    assert_int_equal(trace_file_add(file, 0, &span, 1), ERR_IO);
    assert_non_null(strstr(fail_message(), "/dev/full"));
    assert_int_equal(trace_file_close(file), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_recorder),
                                       cmocka_unit_test(test_file),
                                       cmocka_unit_test(test_unwritable)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
