/* Files: replaced whole, sealed, and what a damaged or foreign data set or checkpoint
 * says. Each fixture is a good file with one thing wrong. */
#include "../../classifier.h"
#include "saved/checkpoint.h"
#include "data/dataset.h"
#include "files/file.h"
#include "files/h5.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 4, LENGTH = 3, WORDS = 10 };

static char folder[] = "/tmp/rnntrain-files-XXXXXX";

static char *in_folder(const char *name)
{
    return xasprintf("%s/%s", folder, name);
}

static void expect_message(const char *expected)
{
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
}

/* Replacing. */

static void expect_content(const char *path, const char *expected)
{
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(file_read(path, &bytes, &n), OK);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(bytes, expected, n);
    free(bytes);
}

static void test_replace(void **state)
{
    (void)state;
    char *path = in_folder("note.h5"), *previous = in_folder("note.prev.h5");
    assert_int_equal(file_replace(path, "one", 3, true), OK);
    assert_int_not_equal(access(previous, F_OK), 0);
    assert_int_equal(file_replace(path, "second", 6, true), OK);
    expect_content(path, "second");
    expect_content(previous, "one");
    assert_int_equal(file_replace(path, "third", 5, false), OK);
    expect_content(path, "third");
    expect_content(previous, "one");
    free(path);
    free(previous);
}

static void test_replace_fails(void **state)
{
    (void)state;
    char *path = in_folder("no/such/folder.h5");
    assert_int_equal(file_replace(path, "x", 1, true), ERR_IO);
    expect_message("no/such/folder.h5");
    free(path);
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(file_read("/no/such/file", &bytes, &n), ERR_NO_INPUT);
    assert_int_equal(file_read("/tmp", &bytes, &n), ERR_NO_INPUT);
    expect_message("not a regular file");
    assert_null(bytes);
}

/* A data set. */

struct fixture {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS];
    char *labels[2];
    struct dataset data;
};

static void fill(struct fixture *fixture)
{
    static char neg[] = "neg", pos[] = "pos", json[] = "{}";
    *fixture = (struct fixture){
        .x = {{0, 1, 2}, {3, 4, 5}, {0, 0, 9}, {0, 0, 0}},
        .y = {0, 1, 0, 1},
        .length = {2, 3, 1, 0},
        .labels = {neg, pos},
    };
    fixture->data = (struct dataset){.facts = {.num_words = WORDS,
                                               .maxlen = LENGTH,
                                               .n_labels = 2,
                                               .labels = fixture->labels,
                                               .pad_pre = true},
                                     .tokenizer = json,
                                     .provenance = json};
    fixture->data.part[DATASET_TRAIN] = (struct rows){
        .n = ROWS, .x = fixture->x, .y = fixture->y, .length = fixture->length};
}

static int write_fixture(struct fixture *fixture, const char *name)
{
    char *path = in_folder(name);
    fixture->data.path = path;
    int rc = dataset_write(&fixture->data);
    free(path);
    return rc;
}

/* Reads all of it. */
static int read_fixture(const char *name, struct dataset *data, void **storage)
{
    char *path = in_folder(name);
    int rc = dataset_open(path, DATASET_WORDS_ALL, data);
    free(path);
    if (rc)
        return rc;
    *storage = xaligned(dataset_bytes(data, DATASET_ALL), 1);
    dataset_attach(data, DATASET_ALL, *storage);
    rc = dataset_load(data, 0, 1);
    if (rc) {
        dataset_release(data);
        free(*storage);
    }
    return rc;
}

static void test_dataset(void **state)
{
    (void)state;
    struct fixture fixture;
    struct dataset data = {0};
    void *storage = NULL;
    fill(&fixture);
    assert_int_equal(write_fixture(&fixture, "good.h5"), OK);
    assert_int_equal(read_fixture("good.h5", &data, &storage), OK);
    const struct rows *train = &data.part[DATASET_TRAIN];
    assert_int_equal(train->n, ROWS);
    assert_memory_equal(train->x, fixture.x, sizeof fixture.x);
    assert_memory_equal(train->y, fixture.y, sizeof fixture.y);
    assert_memory_equal(train->length, fixture.length, sizeof fixture.length);
    assert_string_equal(data.facts.labels[1], "pos");
    assert_true(data.facts.pad_pre && !data.facts.truncate_pre);
    assert_int_equal(data.part[DATASET_TEST].n, 0);
    dataset_release(&data);
    free(storage);
}

/* Three readers, each with the file open for itself, fill one storage. */
static void test_readers(void **state)
{
    (void)state;
    enum { READERS = 3 };
    struct fixture fixture;
    struct dataset whole = {0}, data = {0};
    char *path = in_folder("shared.h5"), kept[] = "kept words";
    fill(&fixture);
    fixture.data.kept = kept;
    assert_int_equal(write_fixture(&fixture, "shared.h5"), OK);
    assert_int_equal(dataset_read(path, DATASET_WORDS_KEPT, DATASET_ALL, &whole), OK);
    assert_string_equal(whole.tokenizer, "kept words");
    void *storage = xaligned(dataset_bytes(&whole, DATASET_ALL), 1);
    for (int reader = READERS - 1; reader >= 0; reader--) {
        dataset_release(&data);
        assert_int_equal(dataset_open(path, DATASET_WORDS_NONE, &data), OK);
        dataset_attach(&data, DATASET_ALL, storage);
        assert_int_equal(dataset_load(&data, reader, READERS), OK);
    }
    assert_memory_equal(data.part[DATASET_TRAIN].x, fixture.x, sizeof fixture.x);
    assert_true(data.hash == whole.hash);
    dataset_release(&data);
    dataset_release(&whole);
    free(storage);
    free(path);
}

/* HDF5 took the second image for the first one. */
static void test_two_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    struct dataset first = {0}, second = {0};
    char *paths[2] = {in_folder("first.h5"), in_folder("second.h5")};
    fill(&fixture);
    assert_int_equal(write_fixture(&fixture, "first.h5"), OK);
    fixture.data.facts.num_words = WORDS + 5;
    assert_int_equal(write_fixture(&fixture, "second.h5"), OK);
    assert_int_equal(dataset_open(paths[0], DATASET_WORDS_ALL, &first), OK);
    assert_int_equal(dataset_open(paths[1], DATASET_WORDS_ALL, &second), OK);
    assert_int_equal(first.facts.num_words, WORDS);
    assert_int_equal(second.facts.num_words, WORDS + 5);
    dataset_release(&first);
    dataset_release(&second);
    free(paths[0]);
    free(paths[1]);
}

static void refuse_dataset(struct fixture *fixture, const char *expected)
{
    struct dataset data = {0};
    void *storage = NULL;
    assert_int_equal(write_fixture(fixture, "bad.h5"), OK);
    assert_int_equal(read_fixture("bad.h5", &data, &storage), ERR_FORMAT);
    expect_message("bad.h5");
    expect_message(expected);
}

static void test_dataset_content(void **state)
{
    (void)state;
    struct fixture fixture;
    fill(&fixture);
    fixture.x[1][2] = WORDS;
    refuse_dataset(&fixture, "/train/x row 1, position 2: id 10, expected 1 to 9");
    fill(&fixture);
    fixture.x[0][0] = 7;
    refuse_dataset(&fixture, "/train/x row 0, position 0: id 7, expected 0");
    fill(&fixture);
    fixture.x[1][1] = 0;
    refuse_dataset(&fixture, "/train/x row 1, position 1: id 0, expected 1 to 9");
    fill(&fixture);
    fixture.y[3] = 2;
    refuse_dataset(&fixture, "/train/y row 3: class 2, expected 0 to 1");
    fill(&fixture);
    fixture.y[3] = -1;
    refuse_dataset(&fixture, "/train/y row 3: class -1");
    fill(&fixture);
    fixture.length[2] = LENGTH + 1;
    refuse_dataset(&fixture, "/train/length row 2: 4, expected 0 to 3");
    fill(&fixture);
    fixture.data.facts.n_labels = 1;
    refuse_dataset(&fixture, "/labels names 1 classes");
    fill(&fixture);
    fixture.data.part[DATASET_TRAIN].n = 0;
    refuse_dataset(&fixture, "/train/x is missing");
    fill(&fixture);
    fixture.data.facts.num_words = 1;
    refuse_dataset(&fixture, "num_words is 1");
}

/* A file with the attributes of a data set and whatever `version` and `format` say. */
static void write_head(const char *name, const char *format, int version)
{
    char *path = in_folder(name);
    struct h5 *file = h5_create();
    h5_attribute_text(file, "/", "format", format);
    h5_attribute_int(file, "/", "format_version", version);
    assert_int_equal(h5_save(file, path, false), OK);
    free(path);
}

static void refuse_head(const char *name, const char *expected)
{
    struct dataset data = {0};
    char *path = in_folder(name);
    assert_int_equal(dataset_open(path, DATASET_WORDS_ALL, &data), ERR_FORMAT);
    expect_message(name);
    expect_message(expected);
    free(path);
}

static void test_dataset_head(void **state)
{
    (void)state;
    write_head("newer.h5", "rnntrain-dataset", 2);
    refuse_head("newer.h5", "format version 2, this program reads 1: update rnntrain");
    write_head("other.h5", "photographs", 1);
    refuse_head("other.h5", "not a data set");
    write_head("bare.h5", "rnntrain-dataset", 1);
    refuse_head("bare.h5", "num_words of / is missing");
    struct dataset data = {0};
    assert_int_equal(dataset_open("/no/such.h5", DATASET_WORDS_ALL, &data), ERR_NO_INPUT);
    expect_message("rnnprep CORPUS -o /no/such.h5");
}

/* Damage: every truncation and every flipped byte of a whole file is refused. */
static void test_damage(void **state)
{
    (void)state;
    struct fixture fixture;
    char *good = in_folder("whole.h5"), *bad = in_folder("damaged.h5"), *bytes = NULL;
    size_t n = 0;
    fill(&fixture);
    assert_int_equal(write_fixture(&fixture, "whole.h5"), OK);
    assert_int_equal(file_read(good, &bytes, &n), OK);
    struct dataset data = {0};
    for (size_t i = 0; i < n; i += i < 64 || n - i < 64 ? 1 : 97) {
        bytes[i] ^= 0x10;
        assert_int_equal(file_replace(bad, bytes, n, false), OK);
        assert_int_equal(dataset_open(bad, DATASET_WORDS_ALL, &data), ERR_FORMAT);
        expect_message("damaged.h5");
        bytes[i] ^= 0x10;
        assert_int_equal(file_replace(bad, bytes, i, false), OK);
        assert_int_equal(dataset_open(bad, DATASET_WORDS_ALL, &data), ERR_FORMAT);
        expect_message("damaged.h5");
    }
    free(bytes);
    free(good);
    free(bad);
}

/* Checkpoints. */

static const struct classifier tiny = {.cell = CELL_LSTM,
                                       .vocabulary = WORDS,
                                       .maxlen = LENGTH,
                                       .embedding = 2,
                                       .units = {3},
                                       .layers = 1,
                                       .dense = 0,
                                       .classes = 2,
                                       .pad_pre = true};

static void make_params(struct params *params)
{
    *params = (struct params){0};
    params_add(params, "embedding", "embeddings", WORDS, 2);
    params_add(params, "lstm", "kernel", 2, 12);
    params_add(params, "lstm", "recurrent_kernel", 3, 12);
    params_add(params, "lstm", "bias", 12, 0);
    params_add(params, "dense", "kernel", 3, 1);
    params_add(params, "dense", "bias", 1, 0);
}

static char *write_checkpoint(const char *name, const struct params *params,
                              const float *weights)
{
    static char json[] = "{}";
    struct fixture fixture;
    struct chain_config chain = classifier_chain(&tiny);
    char *path = in_folder(name);
    fill(&fixture);
    struct checkpoint info = {.config = json,
                              .state = json,
                              .provenance = json,
                              .facts = fixture.data.facts,
                              .tokenizer = fixture.data.tokenizer,
                              .n_slots = 1};
    const float *slots[1] = {weights};
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(checkpoint_image(&info, &chain,
                                      "{\"class_name\":\"Adam\",\"config\":{}}", params,
                                      weights, slots, &bytes, &n),
                     OK);
    assert_int_equal(file_replace(path, bytes, n, true), OK);
    free(bytes);
    return path;
}

static void test_checkpoint(void **state)
{
    (void)state;
    struct params params;
    struct checkpoint info;
    make_params(&params);
    float *weights = xcalloc(params.size, sizeof *weights);
    float *read = xcalloc(params.size, sizeof *read),
          *slot = xcalloc(params.size, sizeof *slot);
    for (size_t i = 0; i < params.size; i++)
        weights[i] = (float)i / 7;
    char *path = write_checkpoint("good.ck.h5", &params, weights);
    assert_int_equal(checkpoint_open(path, &info), OK);
    assert_int_equal(info.facts.num_words, WORDS);
    assert_int_equal(info.facts.maxlen, LENGTH);
    assert_string_equal(info.facts.labels[0], "neg");
    assert_int_equal(checkpoint_load(&info, &params, read, &slot), OK);
    assert_memory_equal(read, weights, params.size * sizeof *weights);
    assert_memory_equal(slot, weights, params.size * sizeof *weights);
    checkpoint_release(&info);
    free(path);

    weights[23] = NAN;
    path = write_checkpoint("nan.ck.h5", &params, weights);
    assert_int_equal(checkpoint_open(path, &info), OK);
    assert_int_equal(checkpoint_load(&info, &params, read, NULL), ERR_FORMAT);
    expect_message(
        "nan.ck.h5: /model_weights/lstm/lstm/kernel:0: element 3 is not a finite");
    checkpoint_release(&info);
    free(path);
    free(weights);
    free(read);
    free(slot);
    params_release(&params);
}

static void test_checkpoint_of_another_shape(void **state)
{
    (void)state;
    struct params params, other = {0};
    struct checkpoint info;
    make_params(&params);
    params_add(&other, "embedding", "embeddings", WORDS + 1, 2);
    float *weights = xcalloc(params.size, sizeof *weights);
    char *path = write_checkpoint("shape.ck.h5", &params, weights);
    assert_int_equal(checkpoint_open(path, &info), OK);
    assert_int_equal(checkpoint_load(&info, &other, weights, NULL), ERR_FORMAT);
    expect_message(
        "/model_weights/embedding/embedding/embeddings:0 is (10, 2), expected (11, 2)");
    checkpoint_release(&info);
    assert_int_equal(checkpoint_open("/no/such.h5", &info), ERR_NO_INPUT);
    char *set = in_folder("good.h5");
    assert_int_equal(checkpoint_open(set, &info), ERR_FORMAT);
    expect_message("not a checkpoint");
    free(set);
    free(path);
    free(weights);
    params_release(&params);
    params_release(&other);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char *command = xasprintf("rm -r '%s'", folder);
    int rc = system(command);
    free(command);
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_replace_fails),
        cmocka_unit_test(test_dataset),
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_dataset_content),
        cmocka_unit_test(test_dataset_head),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_checkpoint_of_another_shape),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
