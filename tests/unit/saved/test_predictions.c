/* What a result says of rows, in a file: written and read again; and a file whose numbers
 * are none of rows, classes or probabilities is refused by the array's name. */
#include "saved/predictions.h"

#include <math.h>

#include "files/h5_write.h"

#include "../scratch.h"

enum { N = 5, C = 3 };

static const char *const names[] = {"a", "<b>", "c"};

static struct predictions make(bool multi_label)
{
    struct predictions made = {.which = xstrdup("best"),
                               .data_hash = 0xFEDCBA9876543210,
                               .weights = 7,
                               .n_labels = C,
                               .multi_label = multi_label};
    made.labels = xcalloc(C, sizeof *made.labels);
    for (int c = 0; c < C; c++)
        made.labels[c] = xstrdup(names[c]);

    predictions_take_room(&made, DATASET_TEST, N);
    struct predictions_part *part = &made.part[DATASET_TEST];
    part->of = DATASET_TEST;
    part->epoch = 3;
    for (int i = 0; i < N; i++) {
        part->row[i] = 2 * i;
        for (int c = 0; c < C; c++)
            part->probabilities[i * C + c] = (float)(i + c) / 16;
        if (multi_label) {
            part->labels[i * C + 1] = 1;
            continue;
        }
        part->label[i] = i % C;
        part->decided[i] = 2;
    }
    return made;
}

static void write_it(const struct predictions *made)
{
    struct directory folder = {-1, NULL};
    assert_int_equal(directory_open(scratch, &folder), 0);
    assert_int_equal(predictions_write(made, &folder), OK);
    directory_close(&folder);
}

static int read_it(struct predictions *read)
{
    char *path = scratch_path(PREDICTIONS_FILE);
    int rc = predictions_read(path, read);
    free(path);
    return rc;
}

static void test_reads_what_was_written(void **state)
{
    (void)state;
    for (int multi_label = 0; multi_label < 2; multi_label++) {
        struct predictions made = make(multi_label), read = {.which = NULL};
        write_it(&made);
        assert_int_equal(read_it(&read), OK);

        const struct predictions_part *was = &made.part[DATASET_TEST];
        const struct predictions_part *is = &read.part[DATASET_TEST];
        assert_string_equal(read.which, "best");
        assert_true(read.data_hash == made.data_hash && read.weights == 7);
        assert_true(read.multi_label == multi_label && read.n_labels == C);
        assert_string_equal(read.labels[1], "<b>");
        assert_int_equal(read.part[DATASET_VALIDATION].n, 0);
        assert_true(is->n == N && is->epoch == 3 && is->of == DATASET_TEST);
        assert_memory_equal(is->row, was->row, sizeof(int32_t) * N);
        assert_memory_equal(is->probabilities, was->probabilities, sizeof(float) * N * C);
        if (multi_label)
            assert_memory_equal(is->labels, was->labels, (size_t)N * C);
        else
            assert_memory_equal(is->label, was->label, sizeof(int32_t) * N);

        predictions_release(&made);
        predictions_release(&read);
    }
}

static void refuses(struct predictions *made, const char *array)
{
    struct predictions read = {.which = NULL};
    write_it(made);
    assert_int_equal(read_it(&read), ERR_FORMAT);
    assert_non_null(strstr(fail_message(), array));
    assert_null(read.which);
    predictions_release(made);
}

static void test_refuses_what_is_none(void **state)
{
    (void)state;
    struct predictions made = make(false);
    made.part[DATASET_TEST].label[4] = C;
    refuses(&made, "/test/label, row 4");

    made = make(false);
    made.part[DATASET_TEST].decided[0] = -1;
    refuses(&made, "/test/decided, row 0");

    made = make(false);
    made.part[DATASET_TEST].row[1] = 0;
    refuses(&made, "/test/row, row 1");

    made = make(false);
    made.part[DATASET_TEST].probabilities[7] = 1.5F;
    refuses(&made, "/test/probabilities");

    made = make(false);
    made.part[DATASET_TEST].probabilities[7] = (float)NAN;
    refuses(&made, "/test/probabilities");

    made = make(false);
    made.part[DATASET_TEST].row[0] = INT32_MAX;
    refuses(&made, "/test/row, row 1");

    made = make(true);
    made.part[DATASET_TEST].labels[2] = 2;
    refuses(&made, "/test/label");
}

static void test_no_rounding_crosses_one_half(void **state)
{
    (void)state;
    const double above = nextafter(0.5, 1), exact[] = {0.5, above, 0.25};
    float rounded[3];

    predictions_round(exact, 3, rounded);
    assert_true(rounded[0] == 0.5F && rounded[1] > 0.5F && rounded[2] == 0.25F);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_was_written),
        cmocka_unit_test(test_refuses_what_is_none),
        cmocka_unit_test(test_no_rounding_crosses_one_half),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
