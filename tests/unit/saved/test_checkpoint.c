/* Checkpoints: an image, opened and loaded again; and what a damaged or foreign one says.
 * Each file is a good one with one thing wrong. */
#include "saved/checkpoint.h"

#include <math.h>

#include "files/file.h"
#include "files/h5_write.h"

#include "../scratch.h"
#include "../shown.h"

enum { LENGTH = 3, WORDS = 10, N_SLOTS = 2 };

/* What a checkpoint of a tiny LSTM is made of. */
struct fixture {
    struct chain_config chain;
    struct params params;
    struct checkpoint info;
    struct checkpoint_model model;
    float *weights, *best, *slots[N_SLOTS];
    const float *given[N_SLOTS];
};

static void make_chain(struct chain_config *chain)
{
    *chain =
        (struct chain_config){.vocabulary = WORDS, .length = LENGTH, .pad_pre = true};
    chain_add(chain, LAYER_EMBEDDING)->embedding.width = 2;
    struct layer_config *lstm = chain_add(chain, LAYER_RECURRENT);
    lstm->recurrent.cell = CELL_LSTM;
    lstm->recurrent.units = 3;
    struct layer_config *output = chain_add(chain, LAYER_OUTPUT);
    output->output.units = 1;
    output->output.loss = LOSS_BINARY;
    chain_complete(chain);
}

static float *some_floats(size_t n, float step)
{
    float *values = xcalloc(n, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)i * step - 1;
    return values;
}

static void fill(struct fixture *fixture)
{
    static char neg[] = "neg", pos[] = "pos";
    static char *labels[] = {neg, pos};
    static char config[] = "{\"a\":1}", state[] = "{\"step\":7}", provenance[] = "{}",
                tokenizer[] = "{\"config\":{\"num_words\":10,\"word_index\":"
                              "\"{\\\"a\\\":1,\\\"b\\\":2}\"}}";

    *fixture = (struct fixture){0};
    make_chain(&fixture->chain);
    params_add(&fixture->params, "embedding", "embeddings", WORDS, 2);
    params_add(&fixture->params, "lstm", "kernel", 2, 12);
    params_add(&fixture->params, "lstm", "recurrent_kernel", 3, 12);
    params_add(&fixture->params, "lstm", "bias", 12, 0);
    params_add(&fixture->params, "dense", "kernel", 3, 1);
    params_add(&fixture->params, "dense", "bias", 1, 0);

    size_t n = fixture->params.size;
    fixture->weights = some_floats(n, 0.125F);
    fixture->best = some_floats(n, 0.25F);
    for (int i = 0; i < N_SLOTS; i++)
        fixture->given[i] = fixture->slots[i] = some_floats(n, (float)i + 2);

    fixture->info = (struct checkpoint){.config = config,
                                        .state = state,
                                        .provenance = provenance,
                                        .tokenizer = tokenizer,
                                        .facts = {.num_words = WORDS,
                                                  .maxlen = LENGTH,
                                                  .n_labels = 2,
                                                  .labels = labels,
                                                  .pad_pre = true},
                                        .n_slots = N_SLOTS};
    fixture->model =
        (struct checkpoint_model){.chain = &fixture->chain,
                                  .optimizer = "{\"class_name\":\"Adam\",\"config\":{}}",
                                  .params = &fixture->params,
                                  .weights = fixture->weights,
                                  .slots = fixture->given};
}

static void release(struct fixture *fixture)
{
    params_release(&fixture->params);
    free(fixture->weights);
    free(fixture->best);
    for (int i = 0; i < N_SLOTS; i++)
        free(fixture->slots[i]);
}

/* Writes it; the path is the caller's to free. */
static char *write_fixture(const struct fixture *fixture, const char *name)
{
    char *path = scratch_path(name), *bytes = NULL;
    size_t n = 0;
    assert_int_equal(checkpoint_image(&fixture->info, &fixture->model, &bytes, &n), OK);
    assert_int_equal(file_replace(path, bytes, n, false), OK);
    free(bytes);
    return path;
}

/* Writes and opens it. */
static void open_fixture(const struct fixture *fixture, const char *name,
                         struct checkpoint *info)
{
    char *path = write_fixture(fixture, name);
    if (checkpoint_open(path, info))
        fail_msg("%s", fail_message());
    assert_string_equal(info->path, path);
    free(path);
}

static void test_all_of_it(void **state)
{
    (void)state;
    struct fixture fixture;
    struct checkpoint info;
    fill(&fixture);
    size_t n = fixture.params.size, n_bytes = n * sizeof(float);
    float *weights = xcalloc(n, sizeof *weights), *slots[N_SLOTS];
    for (int i = 0; i < N_SLOTS; i++)
        slots[i] = xcalloc(n, sizeof *slots[i]);

    open_fixture(&fixture, "good.h5", &info);
    assert_true(facts_agree(&info.facts, &fixture.info.facts));
    assert_string_equal(info.facts.labels[1], "pos");
    assert_string_equal(info.config, fixture.info.config);
    assert_string_equal(info.state, fixture.info.state);
    assert_string_equal(info.provenance, fixture.info.provenance);
    assert_int_equal(info.n_slots, N_SLOTS);
    assert_null(info.keras);

    assert_int_equal(checkpoint_load(&info, &fixture.params, weights, slots), OK);
    assert_memory_equal(weights, fixture.weights, n_bytes);
    for (int i = 0; i < N_SLOTS; i++)
        assert_memory_equal(slots[i], fixture.slots[i], n_bytes);
    memset(weights, 0, n_bytes);
    assert_int_equal(checkpoint_load(&info, &fixture.params, weights, NULL), OK);
    assert_memory_equal(weights, fixture.weights, n_bytes);

    checkpoint_close(&info);
    checkpoint_release(&info);
    checkpoint_release(&info);
    for (int i = 0; i < N_SLOTS; i++)
        free(slots[i]);

    free(weights);
    release(&fixture);
}

/* Equal content, equal bytes. */
static void test_bytes(void **state)
{
    (void)state;
    struct fixture fixture;
    char *first = NULL, *second = NULL;
    size_t n_first = 0, n_second = 0;

    fill(&fixture);
    assert_int_equal(checkpoint_image(&fixture.info, &fixture.model, &first, &n_first),
                     OK);
    assert_int_equal(checkpoint_image(&fixture.info, &fixture.model, &second, &n_second),
                     OK);
    assert_int_equal(n_first, n_second);
    assert_memory_equal(first, second, n_first);

    free(first);
    free(second);
    release(&fixture);
}

static void test_best(void **state)
{
    (void)state;
    struct fixture fixture;
    struct checkpoint info;
    fill(&fixture);
    float *weights = xcalloc(fixture.params.size, sizeof *weights);
    open_fixture(&fixture, "best.h5", &info);
    assert_int_equal(checkpoint_load_best(&info, &fixture.params, weights), ERR_FORMAT);
    expect_message("best.h5: /rnntrain/best");
    checkpoint_release(&info);

    fixture.model.best = fixture.best;
    open_fixture(&fixture, "best.h5", &info);
    assert_int_equal(checkpoint_load_best(&info, &fixture.params, weights), OK);
    assert_memory_equal(weights, fixture.best, fixture.params.size * sizeof *weights);
    assert_int_equal(checkpoint_load(&info, &fixture.params, weights, NULL), OK);
    assert_memory_equal(weights, fixture.weights, fixture.params.size * sizeof *weights);
    checkpoint_release(&info);

    fixture.best[5] = INFINITY;
    open_fixture(&fixture, "best.h5", &info);
    assert_int_equal(checkpoint_load_best(&info, &fixture.params, weights), ERR_FORMAT);
    expect_message("best.h5: /rnntrain/best: element 5 is not a finite number");

    checkpoint_release(&info);
    free(weights);
    release(&fixture);
}

/* Of averages: where the optimizer stands. */
static void test_trained(void **state)
{
    (void)state;
    struct fixture fixture;
    struct checkpoint info;
    fill(&fixture);
    float *weights = xcalloc(fixture.params.size, sizeof *weights);
    open_fixture(&fixture, "last.h5", &info);
    assert_int_equal(checkpoint_load_trained(&info, &fixture.params, weights),
                     ERR_FORMAT);
    expect_message("last.h5: /rnntrain/trained");
    checkpoint_release(&info);

    fixture.model.trained = fixture.best;
    open_fixture(&fixture, "last.h5", &info);
    assert_int_equal(checkpoint_load_trained(&info, &fixture.params, weights), OK);
    assert_memory_equal(weights, fixture.best, fixture.params.size * sizeof *weights);
    assert_int_equal(checkpoint_load(&info, &fixture.params, weights, NULL), OK);
    assert_memory_equal(weights, fixture.weights, fixture.params.size * sizeof *weights);
    checkpoint_release(&info);
    free(weights);
    release(&fixture);
}

static void test_tokenizer(void **state)
{
    (void)state;
    struct fixture fixture;
    struct checkpoint info;
    struct text_tokenizer *tokenizer = NULL;
    fill(&fixture);
    open_fixture(&fixture, "words.h5", &info);
    assert_int_equal(checkpoint_tokenizer(&info, &tokenizer), OK);
    assert_string_equal(text_word(tokenizer, 2), "b");
    assert_int_equal(text_settings(tokenizer)->maxlen, LENGTH);
    text_free(tokenizer);
    checkpoint_release(&info);

    fixture.info.tokenizer = NULL;
    open_fixture(&fixture, "words.h5", &info);
    assert_null(info.tokenizer);
    assert_int_equal(checkpoint_tokenizer(&info, &tokenizer), OK);
    assert_null(tokenizer);

    checkpoint_release(&info);
    release(&fixture);
}

/* A number that is none, in the weights and in a moment. */
static void test_not_finite(void **state)
{
    (void)state;
    struct fixture fixture;
    struct checkpoint info;
    fill(&fixture);
    size_t n = fixture.params.size;
    float *weights = xcalloc(n, sizeof *weights), *slots[N_SLOTS];
    for (int i = 0; i < N_SLOTS; i++)
        slots[i] = xcalloc(n, sizeof *slots[i]);

    fixture.slots[1][4] = NAN;
    open_fixture(&fixture, "nan.h5", &info);
    assert_int_equal(checkpoint_load(&info, &fixture.params, weights, NULL), OK);
    assert_int_equal(checkpoint_load(&info, &fixture.params, weights, slots), ERR_FORMAT);
    expect_message("nan.h5: /rnntrain/optimizer/slot_1: element 4 is not a finite");
    checkpoint_release(&info);

    fixture.weights[23] = NAN;
    open_fixture(&fixture, "nan.h5", &info);
    assert_int_equal(checkpoint_load(&info, &fixture.params, weights, NULL), ERR_FORMAT);
    expect_message("nan.h5: /model_weights/lstm/lstm/kernel:0: element 3 is not a finite "
                   "number; use an older checkpoint");
    checkpoint_release(&info);
    for (int i = 0; i < N_SLOTS; i++)
        free(slots[i]);

    free(weights);
    release(&fixture);
}

static void test_another_shape(void **state)
{
    (void)state;
    struct fixture fixture;
    struct checkpoint info;
    struct params other = {0};

    fill(&fixture);
    params_add(&other, "embedding", "embeddings", WORDS + 1, 2);
    float *weights = xcalloc(fixture.params.size, sizeof *weights);
    open_fixture(&fixture, "shape.h5", &info);
    assert_int_equal(checkpoint_load(&info, &other, weights, NULL), ERR_FORMAT);
    expect_message(
        "/model_weights/embedding/embedding/embeddings:0 is (10, 2), expected (11, 2)");

    checkpoint_release(&info);
    free(weights);
    params_release(&other);
    release(&fixture);
}

static void refuse(const char *path, int code, const char *expected)
{
    struct checkpoint info = {.n_slots = 77};
    assert_int_equal(checkpoint_open(path, &info), code);
    expect_message(path);
    expect_message(expected);
    assert_int_equal(info.n_slots, 77);
    assert_null(info.path);
}

/* Files of ours that are no checkpoints, or not one that this program reads. */
static void test_other_files(void **state)
{
    (void)state;
    static char language_model[] = "{\"negatives\":512}";
    struct fixture fixture;
    char *path = scratch_path("other.h5");
    struct h5_writer *file = h5_create();
    h5_attribute_text(file, "/", "format", "rnntrain-dataset");
    assert_int_equal(h5_save(file, path, false), OK);
    refuse(path, ERR_FORMAT, "not a checkpoint of rnntrain");

    file = h5_create();
    h5_write_text(file, "/rnntrain/config", "{}");
    h5_attribute_int(file, "/rnntrain", "format_version", 2);
    assert_int_equal(h5_save(file, path, false), OK);
    refuse(path, ERR_FORMAT, "checkpoint version 2, this program reads 1: update");

    file = h5_create();
    h5_write_text(file, "/rnntrain/config", "{}");
    h5_attribute_int(file, "/rnntrain", "format_version", 1);
    assert_int_equal(h5_save(file, path, false), OK);
    refuse(path, ERR_FORMAT, "num_words of /rnntrain is missing");
    free(path);

    fill(&fixture);
    fixture.info.facts.maxlen = 0;
    path = write_fixture(&fixture, "facts.h5");
    refuse(path, ERR_FORMAT, "attribute maxlen of /rnntrain is 0");
    free(path);
    release(&fixture);

    fill(&fixture);
    fixture.info.config = language_model;
    path = write_fixture(&fixture, "words.h5");
    refuse(path, ERR_USAGE, "words.h5 is a language model of an earlier build");
    free(path);
    release(&fixture);
    refuse("/no/such.h5", ERR_NO_INPUT, "");
}

/* More moments than an optimizer has. */
static void test_slots(void **state)
{
    (void)state;
    struct fixture fixture;
    fill(&fixture);
    const float *three[] = {fixture.weights, fixture.weights, fixture.weights};
    fixture.model.slots = three;
    fixture.info.n_slots = 3;
    char *path = write_fixture(&fixture, "slots.h5");
    refuse(path, ERR_FORMAT, "attribute n_slots of /rnntrain is 3, expected 0 to 2");
    free(path);
    release(&fixture);
}

/* As a model of Keras would be opened: a checkpoint needs no hints. */
static void test_hints(void **state)
{
    (void)state;
    struct fixture fixture;
    struct checkpoint info;
    fill(&fixture);
    char *path = write_fixture(&fixture, "hints.h5");
    assert_int_equal(checkpoint_import(path, NULL, &info), OK);
    assert_null(info.keras);
    assert_string_equal(info.config, fixture.info.config);
    checkpoint_release(&info);

    struct checkpoint_hints hints = {.facts = &fixture.info.facts};
    assert_int_equal(checkpoint_import(path, &hints, &info), OK);
    checkpoint_release(&info);

    hints.labels = "a,b";
    assert_int_equal(checkpoint_import(path, &hints, &info), OK);
    assert_string_equal(info.facts.labels[1], "b");
    checkpoint_release(&info);
    hints.labels = "a,a";
    assert_int_equal(checkpoint_import(path, &hints, &info), ERR_USAGE);
    expect_message("--labels a,a: two classes are called a");
    hints.padding = CHECKPOINT_SIDE_POST;
    assert_int_equal(checkpoint_import(path, &hints, &info), ERR_USAGE);
    expect_message("--padding is for models of Keras; ");

    hints = (struct checkpoint_hints){.tokenizer = "a", .word_index = "b"};
    assert_int_equal(checkpoint_import(path, &hints, &info), ERR_USAGE);
    expect_message("--tokenizer and --imdb-word-index: give one of them");

    free(path);
    release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it),     cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_best),          cmocka_unit_test(test_trained),
        cmocka_unit_test(test_tokenizer),     cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_another_shape), cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_slots),         cmocka_unit_test(test_hints),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
