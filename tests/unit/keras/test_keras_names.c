/* What names of layers tell where a file has weights alone. */
#include "keras/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Names with commas between; `arrays` are those of layers with weights. */
static int read_names(const char *names, const char *arrays, bool by_class,
                      enum model_head wanted, struct keras_told *told)
{
    char *text = xstrdup(names), *rest = text, *list[16], *name;
    struct keras_array array[16] = {{.layer = NULL}};
    char *owned = xstrdup(arrays), *left = owned;
    struct keras_hints hints = keras_no_hints;
    struct keras_file file = {.by_class = by_class, .layers = list};

    char path[] = "w.h5";
    file.path = path;
    hints.head = wanted;
    while ((name = strtok_r(rest, ",", &rest)))
        list[file.n_layers++] = name;
    while ((name = strtok_r(left, ",", &left)))
        array[file.weights.n++].layer =
            by_class ? xasprintf("layers/%s/cell", name) : xstrdup(name);
    file.weights.array = array;

    struct keras_reading reading = {.file = &file, .hints = &hints};
    int rc = keras_read_names(&reading, told);
    for (size_t i = 0; i < file.weights.n; i++)
        free(array[i].layer);
    free(text);
    free(owned);
    return rc;
}

static void expect_head(const char *names, const char *arrays, bool by_class,
                        enum model_head head)
{
    struct keras_told told;

    if (read_names(names, arrays, by_class, MODEL_HEADS, &told))
        fail_msg("%s: %s", names, fail_message());
    assert_int_equal(told.head, head);
}

static void test_heads(void **state)
{
    (void)state;
    expect_head("embedding_1,lstm_1,global_max_pooling1d_1,dropout_3,dense_1",
                "embedding_1,lstm_1,dense_1", false, (enum model_head)POOLING_MAX);
    expect_head("embedding_1,lstm_1,globalmaxpooling1d_1,dense_1",
                "embedding_1,lstm_1,dense_1", false, (enum model_head)POOLING_MAX);
    expect_head("dense,embedding,global_average_pooling1d,gru,input_layer",
                "dense,embedding,gru", true, (enum model_head)POOLING_MEAN);
    expect_head("input_1,embedding_1,spatial_dropout1d_1,cu_dnnlstm_1,flatten_1,dense_1,"
                "activation_1",
                "embedding_1,cu_dnnlstm_1,dense_1", false, MODEL_FLATTEN);
    expect_head("embedding_1_input,embedding_1,lstm_1,dense_1",
                "embedding_1,lstm_1,dense_1", false, MODEL_HEADS);
    expect_head("words,cells,out", "words,cells,out", false, MODEL_HEADS);
}

static void test_mask(void **state)
{
    struct keras_told told;
    (void)state;

    assert_int_equal(read_names("not_equal,embedding,lstm,dense", "embedding,lstm,dense",
                                true, MODEL_HEADS, &told),
                     OK);
    assert_true(told.has_mask);
}

static void expect_refused(const char *names, const char *arrays, bool by_class,
                           enum model_head wanted, const char *why)
{
    struct keras_told told;

    assert_int_not_equal(read_names(names, arrays, by_class, wanted, &told), OK);
    if (!strstr(fail_message(), why))
        fail_msg("%s: %s", names, fail_message());
}

static void test_refused(void **state)
{
    (void)state;
    expect_refused("embedding_1,lstm_1,global_max_pooling1d_1,global_average_pooling1d_1,"
                   "concatenate_1,dense_1",
                   "embedding_1,lstm_1,dense_1", false, MODEL_HEADS,
                   "layer \"concatenate_1\" is of a class that is not supported");
    expect_refused("attention,dense,embedding,lstm", "dense,embedding,lstm", true,
                   MODEL_LAST, "layer \"attention\" is of a class");
    expect_refused("dense,embedding,lstm,my_attention",
                   "dense,embedding,lstm,my_attention", true, MODEL_HEADS,
                   "layer \"my_attention\" is of a class");
    expect_refused("dense,sequential", "dense,sequential", true, MODEL_HEADS,
                   "is a model itself; --architecture");
    expect_refused("words,cells,pool,out", "words,cells,out", false, MODEL_HEADS,
                   "layer \"pool\" has no weights and a name that does not tell");
    expect_refused("dense,embedding,lstm,global_max_pooling1d", "dense,embedding,lstm",
                   true, MODEL_LAST, "--head last, but the layers of w.h5 have the head");

    struct keras_told told;
    assert_int_equal(
        read_names("words,cells,pool,out", "words,cells,out", false, MODEL_LAST, &told),
        OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
