/* The log of a run: its lines, its lock, what becomes of a torn one; and what people
 * read. */
#include "train/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include <cmocka.h>

static char folder[] = "/tmp/rnntrain-report-XXXXXX";
static struct directory run_dir;
static char *log_path;

static char *read_all(FILE *file)
{
    char *text = xcalloc(1 << 16, 1);
    rewind(file);
    text[fread(text, 1, (1 << 16) - 1, file)] = '\0';
    return text;
}

static char *read_log(void)
{
    FILE *file = fopen(log_path, "r");
    assert_non_null(file);
    char *text = read_all(file);
    fclose(file);
    return text;
}

/* The stamps, which differ. */
static void forget_times(char *text)
{
    static const char key[] = ",\"time\":\"";
    for (char *at; (at = strstr(text, key));) {
        char *end = strchr(at + strlen(key), '"');
        assert_non_null(end);
        assert_int_equal(end - at, strlen(key) + strlen("2025-01-31T12:00:00.000Z"));
        memmove(at, end + 1, strlen(end + 1) + 1);
    }
}

static int begin(void **state)
{
    (void)state;
    return unlink(log_path) != 0 && access(log_path, F_OK) == 0;
}

static void open_new(struct report *report)
{
    *report = (struct report){0};
    assert_int_equal(report_open(report, &run_dir, REPORT_NEW), OK);
}

static void test_modes(void **state)
{
    (void)state;
    const struct report_result best = {"best", 2, true, 0.25, 0.5,
                                       false,  0, 10,   NULL, NULL};
    struct report report = {0}, other = {0};
    open_new(&report);
    assert_int_equal(report_result(&report, &best), OK);
    int64_t n = report_bytes(&report);
    report_close(&report);
    report_close(&report);
    assert_int_equal(report_open(&other, &run_dir, REPORT_NEW), ERR_EXISTS);
    assert_non_null(strstr(fail_message(), "another run has just begun there"));
    assert_int_equal(report_open(&report, &run_dir, REPORT_GO_ON), OK);
    assert_int_equal(report_bytes(&report), n);
    report_close(&report);
    assert_int_equal(report_open(&report, &run_dir, REPORT_OVERWRITE), OK);
    assert_int_equal(report_bytes(&report), 0);
    report_close(&report);
}

/* Another process has the run. */
static void test_lock(void **state)
{
    (void)state;
    struct report report;
    open_new(&report);
    pid_t child = fork();
    if (child == 0) {
        struct report other = {0};
        int code = report_open(&other, &run_dir, REPORT_OVERWRITE);
        bool says = strstr(fail_message(), "another process trains in this run");
        _exit(code == ERR_EXISTS && says ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    report_close(&report);
}

/* What cannot be told by a number is null. */
static void test_lines(void **state)
{
    (void)state;
    static const int32_t rows[] = {7, 9};
    struct report report;
    const struct report_epoch epoch = {.epoch = 3,
                                       .epochs = 5,
                                       .loss = 0.5,
                                       .acc = (double)INFINITY,
                                       .weights = 0xab,
                                       .seconds = 2,
                                       .peak_gflops = 50};
    const struct report_nonfinite bad = {.epoch = 1,
                                         .batch = 2,
                                         .step = 5,
                                         .what = "loss",
                                         .action = "stop",
                                         .rows = rows,
                                         .n = 2};
    const struct report_result last = {"last", 3, true, 0.125, 0.75,
                                       false,  0, 40,   NULL,  NULL};

    open_new(&report);
    assert_int_equal(report_epoch(&report, &epoch), OK);
    assert_int_equal(report_nonfinite(&report, &bad), OK);
    assert_int_equal(report_result(&report, &last), OK);
    assert_int_equal(report_end(&report, "epochs", NULL), OK);
    assert_int_equal(report_bytes(&report), lseek(report.fd, 0, SEEK_END));
    report_close(&report);

    char *text = read_log();
    forget_times(text);
    assert_string_equal(
        text,
        "{\"event\":\"epoch\",\"epoch\":3,\"loss\":0.5,\"acc\":null,\"learning_rate\":0.0"
        ",\"seconds\":2.0,\"samples_per_s\":0.0,\"gflops\":0.0,\"peak_share\":0.0,"
        "\"comm_share\":0.0,\"imbalance\":0.0,\"weights\":\"00000000000000ab\"}\n"
        "{\"event\":\"nonfinite\",\"epoch\":1,\"batch\":2,\"step\":5,\"what\":\"loss\","
        "\"action\":\"stop\",\"rows\":[7,9]}\n"
        "{\"event\":\"test\",\"which\":\"last\",\"epoch\":3,\"loss\":0.125,\"acc\":0.75,"
        "\"n\":40}\n"
        "{\"event\":\"end\",\"reason\":\"epochs\"}\n");
    free(text);
}

/* What a report says of an epoch and at the end; the caller's to free. */
static char *say_run(const struct report_epoch *epoch, const char *end)
{
    struct report report;
    FILE *console = tmpfile();
    open_new(&report);
    report_to_console(&report, console, false);
    report.is_verbose = true;
    report.began = seconds_now() - 10;
    assert_int_equal(report_epoch(&report, epoch), OK);
    assert_int_equal(report_end(&report, "epochs", end), OK);
    report_close(&report);
    unlink(log_path);

    char *said = read_all(console);
    fclose(console);
    return said;
}

/* A line an epoch that fits a terminal; how fast it went stands at the end. */
static void test_console(void **state)
{
    (void)state;
    struct report_epoch epoch = {.epoch = 7,
                                 .epochs = 1000,
                                 .loss = 0.5,
                                 .acc = 0.75,
                                 .val_loss = 12.5,
                                 .val_acc = 0.25,
                                 .validated = true,
                                 .improved = true,
                                 .seconds = 12345.6,
                                 .samples_per_s = 123456,
                                 .gflops = 30,
                                 .comm_share = 0.25,
                                 .imbalance = 0.5,
                                 .peak_gflops = 40};
    char *said = say_run(&epoch, "all done");
    assert_string_equal(
        said, "epoch  7/1000 loss 0.5000 acc 0.7500 val_loss 12.500 val_acc 0.2500 * "
              "2h45m left\n         3h25m, 123,456 rows/s, 30.0 GFLOP/s (75 %), comm 25 "
              "%, imbalance 50 %\n"
              "speed    123,456 rows/s, 30.0 GFLOP/s (75 % of SGEMM), 25 % in "
              "communication, imbalance 50 %\n"
              "end      all done\n");
    free(said);

    epoch.gflops = 80;
    said = say_run(&epoch, NULL);
    assert_non_null(strstr(said, "80.0 GFLOP/s (SGEMM slower, beside other work)"));
    free(said);
}

static void test_start(void **state)
{
    (void)state;
    struct report report;
    const struct report_start start = {.config = "{\"units\":8}",
                                       .hosts = "n1,n2",
                                       .kernels = "avx2",
                                       .validation = "none",
                                       .ranks = 4,
                                       .lanes = 16,
                                       .classes = 2,
                                       .reproducible = true,
                                       .n_train = 1234567,
                                       .parameters = 99,
                                       .data_hash = 1,
                                       .peak_gflops = 50,
                                       .beginning = "weights of m.h5\na note\n"};
    FILE *console = tmpfile();
    open_new(&report);
    report_to_console(&report, console, false);
    assert_int_equal(report_start(&report, &start), OK);
    report_close(&report);

    json_t *line = json_load_file(log_path, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(line, "event")), "start");
    assert_string_equal(json_string_value(json_object_get(line, "begins_with")),
                        "weights of m.h5");
    const json_t *config = json_object_get(line, "config");
    assert_int_equal(json_integer_value(json_object_get(config, "units")), 8);
    assert_string_equal(json_string_value(json_object_get(line, "data")),
                        "0000000000000001");
    json_decref(line);

    char *said = read_all(console);
    assert_ptr_equal(strstr(said, "begins   with weights of m.h5\nnote     a note\n"),
                     said);
    assert_non_null(strstr(said, "data     1,234,567 rows to train"));
    assert_non_null(strstr(said, "ranks    4 on n1,n2, 16 lanes"));
    assert_null(strstr(said, "warning"));
    free(said);
    fclose(console);
}

/* Lines behind the checkpoint are cut; where some were lost, only a torn one is. */
static void test_cut(void **state)
{
    (void)state;
    struct report report;
    open_new(&report);
    assert_int_equal(report_end(&report, "a", NULL), OK);
    int64_t first = report_bytes(&report);
    assert_int_equal(report_end(&report, "b", NULL), OK);
    assert_int_equal(report_cut(&report, first), OK);
    assert_int_equal(report_bytes(&report), first);

    assert_int_equal(write(report.fd, "{\"torn", 6), 6);
    report_close(&report);
    assert_int_equal(report_open(&report, &run_dir, REPORT_GO_ON), OK);
    assert_int_equal(report_cut(&report, 5000), OK);
    assert_int_equal(report_bytes(&report), first);
    report_close(&report);

    char *text = read_log();
    forget_times(text);
    assert_string_equal(text, "{\"event\":\"end\",\"reason\":\"a\"}\n");
    free(text);
}

/* Ranks other than 0 have a report that was never opened. */
static void test_not_opened(void **state)
{
    (void)state;
    struct report report = {0};
    const struct report_epoch epoch = {0};
    assert_int_equal(report_epoch(&report, &epoch), OK);
    assert_int_equal(report_end(&report, "epochs", "all done"), OK);
    report_say(&report, "nobody hears it");
    report_progress(&report, 1, 2, 3, 4, 0.5);
    report_close(&report);
    assert_int_not_equal(access(log_path, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_modes, begin),
        cmocka_unit_test_setup(test_lock, begin),
        cmocka_unit_test_setup(test_lines, begin),
        cmocka_unit_test_setup(test_start, begin),
        cmocka_unit_test_setup(test_console, begin),
        cmocka_unit_test_setup(test_cut, begin),
        cmocka_unit_test_setup(test_not_opened, begin),
    };
    if (!mkdtemp(folder) || directory_open(folder, &run_dir))
        return 1;
    log_path = xasprintf("%s/log.jsonl", folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(log_path);
    rmdir(folder);
    directory_close(&run_dir);
    free(log_path);
    return failed;
}
