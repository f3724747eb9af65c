/* An output right behind a Flatten, or a Dropout on it, goes through the positions by
 * itself; behind a second Dropout, which drops nothing, it does not: the same bits. */
#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "../../layers.h"
#include "layers/stack.h"

#include "corpus.h"

static const char *const stacks[] = {
    "embedding:12,dropout:0.3,bilstm:33,flatten,dropout:0.4",
    "embedding:5,lstm:3,flatten,dropout:0.4",
    "embedding:7,bigru:9:sum,flatten,dropout:0",
    "embedding:3,rnn:2,gru:1,flatten,dropout:0.7",
};

/* What a model gives: its gradient of a lane that trains, behind it the logits. */
struct given {
    double loss;
    size_t n;
    real *numbers;
};

static struct given give(const struct kernels *kernels, const char *stack, int classes,
                         bool pad_pre)
{
    struct chain_config chain = {.vocabulary = VOCABULARY,
                                 .length = LENGTH,
                                 .pad_pre = pad_pre,
                                 .lookup_bytes = CHAIN_LOOKUP_BYTES};
    struct model *model = NULL;
    struct corpus corpus;

    if (stack_read(stack, &chain))
        fail_msg("%s: %s", stack, fail_message());
    add_output(&chain, classes);
    chain_complete(&chain);
    assert_int_equal(model_new(&chain, kernels, ROWS, &model), OK);

    size_t n = model_params(model)->size, logits = ROWS * (size_t)chain_outputs(&chain);
    struct given given = {.n = n + logits, .numbers = xaligned(n + logits, sizeof(real))};
    real *weights = xaligned(n, sizeof *weights);
    model_init_weights(model, 5, weights);
    model_pack(model, weights);

    fill_corpus(&corpus, pad_pre, classes);
    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    given.loss = model_gradient(model, &lane, 7, 3, given.numbers, NULL).loss;
    (void)model_evaluate(model, &lane, given.numbers + n);
    free(weights);
    model_free(model);
    return given;
}

static void check_stack(const struct kernels *kernels, const char *stack, int classes,
                        bool pad_pre)
{
    char *other = xasprintf("%s,dropout:0", stack);
    struct given one = give(kernels, stack, classes, pad_pre),
                 two = give(kernels, other, classes, pad_pre);

    assert_int_equal(one.n, two.n);
    if (one.loss != two.loss ||
        memcmp(one.numbers, two.numbers, one.n * sizeof *one.numbers) != 0)
        fail_msg("%s, %s, %d classes: other bits", kernels->name, stack, classes);
    free(other);
    free(one.numbers);
    free(two.numbers);
}

static void check_stacks(const struct kernels *kernels)
{
    for (size_t i = 0; i < COUNT_OF(stacks); i++)
        for (int pad_pre = 0; pad_pre < 2; pad_pre++) {
            check_stack(kernels, stacks[i], 2, pad_pre);
            check_stack(kernels, stacks[i], 5, pad_pre);
        }
}

static void test_same_bits(void **state)
{
    (void)state;
    for_each_kernel_set(check_stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
