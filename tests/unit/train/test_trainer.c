/* Whole runs on one rank without MPI: what they log, that they are the same bits again,
 * stopped and gone on with, and what they refuse. On several ranks: tests/mpi. */
#include "train/trainer.h"

#include <fcntl.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include <cmocka.h>

#include "base/signals.h"
#include "train/test_hooks.h"

enum { TRAIN = 60, TEST = 20, LENGTH = 8, WORDS = 9, EPOCHS = 3, BATCHES = 3 };

static char folder[] = "/tmp/rnntrain-trainer-XXXXXX";
static char *data_path;
static struct comm comm;

/* Words w1 .. w8 have ids 1 .. 8. */
static char *make_tokenizer(void)
{
    struct text_options options = {.num_words = WORDS, .pad_pre = true, .maxlen = LENGTH};
    struct text_tokenizer *tokenizer = text_new(&options);
    const char text[] = "w1 w2 w3 w4 w5 w6 w7 w8";
    text_fit(tokenizer, text, strlen(text));
    text_freeze(tokenizer, 1);
    char *json = text_to_json(tokenizer, false);
    text_free(tokenizer);
    return json;
}

/* Rows of class 1 have low ids, those of class 0 high ones. */
static void fill(struct rows *rows, int n, uint32_t part)
{
    struct rng rng = {.seed = 4, .purpose = RNG_TEST, .step = part};
    uint16_t *x = xcalloc((size_t)n * LENGTH, sizeof *x);
    *rows = (struct rows){.n = n,
                          .x = x,
                          .y = xcalloc((size_t)n, sizeof(int32_t)),
                          .length = xcalloc((size_t)n, sizeof(int32_t))};
    for (int r = 0; r < n; r++, x += LENGTH) {
        rng.row = (uint32_t)r;
        rows->y[r] = r % 2;
        rows->length[r] = 1 + r % LENGTH;
        for (int t = LENGTH - rows->length[r]; t < LENGTH; t++)
            x[t] = (uint16_t)(1 + rng_below(&rng, (uint32_t)t, 5) + (r % 2 ? 0 : 3));
    }
}

static void write_data(void)
{
    static char neg[] = "neg", pos[] = "pos", nothing[] = "{}";
    char *labels[] = {neg, pos}, *tokenizer = make_tokenizer();
    struct dataset data = {.path = data_path,
                           .facts = {.num_words = WORDS,
                                     .maxlen = LENGTH,
                                     .n_labels = 2,
                                     .labels = labels,
                                     .pad_pre = true},
                           .tokenizer = tokenizer,
                           .provenance = nothing};

    fill(&data.part[DATASET_TRAIN], TRAIN, 0);
    fill(&data.part[DATASET_TEST], TEST, 1);
    assert_int_equal(dataset_write(&data), OK);

    for (int part = 0; part < DATASET_PARTS; part++) {
        free(data.part[part].x);
        free(data.part[part].y);
        free(data.part[part].length);
    }
    free(tokenizer);
}

/* 48 rows are trained in batches of 16, 12 validated. */
static struct trainer_config usual(char *run_dir)
{
    static char isa[] = "baseline";

    return (struct trainer_config){
        .data = data_path,
        .run_dir = run_dir,
        .isa = isa,
        .record = "{\"optimizer\": \"adam\"}",
        .model = {.kind = MODEL_GRU,
                  .embedding = 4,
                  .layers = 1,
                  .units = {1, {4}},
                  .head = MODEL_LAST,
                  .embedding_dropout = 0.2},
        .optim = {.kind = OPTIM_ADAM,
                  .learning_rate = 0.05,
                  .beta1 = 0.9,
                  .beta2 = 0.999,
                  .epsilon = 1e-7},
        .sampler = {.rule = VALIDATION_STRATIFIED,
                    .validation_split = 0.2,
                    .batch_size = TRAIN * 4 / 5 / BATCHES,
                    .lane_rows = 4,
                    .seed = 5},
        .epochs = EPOCHS,
        .monitor = MONITOR_VAL_ACC,
        .stall_timeout = 600,
        .quiet = true,
    };
}

static char *in_folder(const char *name)
{
    return xasprintf("%s/%s", folder, name);
}

static int run(const struct trainer_config *config, const struct test_hooks *hooks)
{
    static const struct test_hooks none;
    return trainer_run(&comm, config, hooks ? hooks : &none, NULL);
}

/* What it says on standard error is lost. */
static int run_silently(const struct trainer_config *config,
                        const struct test_hooks *hooks)
{
    int saved = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    int rc = run(config, hooks);
    dup2(saved, STDERR_FILENO);
    close(nowhere);
    close(saved);
    return rc;
}

/* The log's lines as an array. */
static json_t *read_log(const char *run_dir)
{
    char line[4096], *path = xasprintf("%s/log.jsonl", run_dir);
    json_t *lines = json_array();
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        json_t *event = json_loads(line, 0, NULL);
        assert_non_null(event);
        json_array_append_new(lines, event);
    }
    fclose(file);
    free(path);
    return lines;
}

/* The n-th line of an event, from 0; NULL if there are not so many. */
static const json_t *event_of(const json_t *log, const char *name, int n)
{
    size_t i;
    json_t *line;
    json_array_foreach(log, i, line)
    {
        const char *event = json_string_value(json_object_get(line, "event"));
        if (event && !strcmp(event, name) && n-- == 0)
            return line;
    }
    return NULL;
}

static double number_in(const json_t *line, const char *key)
{
    assert_true(json_is_number(json_object_get(line, key)));
    return json_number_value(json_object_get(line, key));
}

static const char *text_in(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));
    return text ? text : "";
}

/* The hash of the weights after the last epoch. */
static void last_weights(const char *run_dir, char text[17])
{
    json_t *log = read_log(run_dir);
    const json_t *epoch = event_of(log, "epoch", EPOCHS - 1);
    assert_int_equal(strlen(text_in(epoch, "weights")), 16);
    strcpy(text, text_in(epoch, "weights"));
    json_decref(log);
}

static void expect_message(const char *expected)
{
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
}

static char straight[17]; /* the weights of the run that nothing happened to */

static void test_run(void **state)
{
    (void)state;
    char *run_dir = in_folder("straight");
    struct trainer_config config = usual(run_dir);
    assert_int_equal(run(&config, NULL), OK);
    json_t *log = read_log(run_dir);
    const json_t *start = event_of(log, "start", 0);
    assert_true(number_in(start, "train") == 48 && number_in(start, "validation") == 12);
    assert_true(number_in(start, "test") == TEST && number_in(start, "ranks") == 1);
    /* V E + 3 (E H + H H + H) + H + 1 */
    assert_true(number_in(start, "parameters") == 36 + 3 * (16 + 16 + 4) + 5);

    for (int e = 0; e < EPOCHS; e++)
        assert_true(number_in(event_of(log, "epoch", e), "epoch") == e + 1);
    assert_null(event_of(log, "epoch", EPOCHS));
    assert_true(number_in(event_of(log, "epoch", EPOCHS - 1), "loss") <
                number_in(event_of(log, "epoch", 0), "loss"));
    assert_string_equal(text_in(event_of(log, "test", 0), "which"), "best");
    assert_string_equal(text_in(event_of(log, "test", 1), "which"), "last");
    assert_true(number_in(event_of(log, "test", 1), "acc") > 0.6);
    assert_string_equal(text_in(event_of(log, "end", 0), "reason"), "epochs");
    json_decref(log);

    last_weights(run_dir, straight);
    assert_int_equal(run(&config, NULL), ERR_EXISTS);
    expect_message("holds a run (log.jsonl): go on with it by --resume");
    free(run_dir);
}

/* A signal stops the run after a batch; gone on with, it comes to the same weights. */
static void test_stop_and_resume(void **state)
{
    (void)state;
    char weights[17], *run_dir = in_folder("stopped");
    struct trainer_config config = usual(run_dir);
    config.resume = true;
    signals_note();
    raise(SIGUSR1);
    assert_int_equal(run(&config, NULL), ERR_STOPPED);
    expect_message("in epoch 1 after batch 1; go on with --resume");
    signals_note(); /* none has come */
    assert_int_equal(run(&config, NULL), OK);
    last_weights(run_dir, weights);
    assert_string_equal(weights, straight);

    config.record = "{\"optimizer\": \"sgd\"}";
    assert_int_equal(run(&config, NULL), ERR_USAGE);
    expect_message("was trained with optimizer \"adam\", which is now \"sgd\"");
    free(run_dir);
}

/* Batch 5's gradient is not finite: the second one of epoch 2. */
static void test_nan(void **state)
{
    (void)state;
    char weights[17], *run_dir = in_folder("nan");
    const struct test_hooks hooks = {.nan = 5};
    struct trainer_config config = usual(run_dir);
    config.on_nan = ON_NAN_SKIP;
    assert_int_equal(run_silently(&config, &hooks), OK);
    json_t *log = read_log(run_dir);
    const json_t *bad = event_of(log, "nonfinite", 0);
    assert_true(number_in(bad, "epoch") == 2 && number_in(bad, "batch") == 2);
    assert_int_equal(json_array_size(json_object_get(bad, "rows")), 16);
    json_decref(log);
    last_weights(run_dir, weights);
    assert_string_not_equal(weights, straight);
    free(run_dir);
}

static void test_refusals(void **state)
{
    (void)state;
    char *run_dir = in_folder("refused");
    struct trainer_config config = usual(run_dir);
    config.sampler.rule = VALIDATION_NONE;
    assert_int_equal(run(&config, NULL), ERR_USAGE);
    expect_message("--validation none leaves no val_acc to monitor");
    config = usual(run_dir);
    static char missing[] = "/no/such/data.h5";
    config.data = missing;
    assert_int_equal(run(&config, NULL), ERR_NO_INPUT);
    static char nowhere[] = "/dev/null/run";
    config = usual(nowhere);
    assert_int_equal(run(&config, NULL), ERR_IO);
    expect_message("/dev/null: cannot make the run directory");
    assert_int_not_equal(access(run_dir, F_OK), 0); /* nothing was begun */
    free(run_dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run), cmocka_unit_test(test_stop_and_resume),
        cmocka_unit_test(test_nan), cmocka_unit_test(test_refusals)};
    if (!mkdtemp(folder))
        return 1;
    data_path = in_folder("data.h5");
    write_data();
    comm_init_alone(&comm);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    comm_finalize(&comm);
    free(data_path);
    char *command = xasprintf("rm -r %s", folder);
    failed = system(command) ? 1 : failed;
    free(command);
    return failed;
}
