/* Integrated gradients: whatever layers a model has, the shares of a row's words add up
 * to what the words change of the logit; the end of the path is what the model judges;
 * and where a logit is a mean of words' own numbers each share is that number. */
#include "model/attribution.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "../../layers.h"
#include "layers/stack.h"

enum { ROWS = 4, LENGTH = 23, VOCABULARY = 40, START = 1 };
static const int corpus_lengths[ROWS] = {LENGTH, 9, 1, 0};

#include "corpus_rows.h"

static const char *const stacks[] = {
    "embedding:12,lstm:9",
    "embedding:12:mask,dropout:0.4,lstm:9:dropout=0.3:recurrent-dropout=0.2,dropout:0.5",
    "embedding:7,gru:8,dense:6:relu",
    "embedding:7:mask,bilstm:8,max,dense:5:tanh",
    "embedding:12,bigru:8,mean+max",
    "embedding:12,spatial-dropout:0.3,conv:17:3:relu,max,dense:6:relu",
    "embedding:12,conv:9:4:tanh:same,max-pooling:3,lstm:6",
    "embedding:12:mask,bilstm:5,attention:6",
    "embedding:12,flatten,dense:16:relu,batch-norm",
    "embedding:12,lstm:8,layer-norm,lstm:7",
    "embedding:12,rnn:8,flatten",
};

static struct chain_config chain_of(const char *stack, int classes, bool pad_pre)
{
    struct chain_config chain = {.vocabulary = VOCABULARY,
                                 .length = LENGTH,
                                 .pad_pre = pad_pre,
                                 .lookup_bytes = CHAIN_LOOKUP_BYTES};

    if (stack_read(stack, &chain))
        fail_msg("%s: %s", stack, fail_message());
    add_output(&chain, classes);
    chain_complete(&chain);
    return chain;
}

/* Vectors and biases large enough for a path with turns. */
static real *make_weights(const struct model *model)
{
    const struct params *params = model_params(model);
    real *weights = xaligned(params->size, sizeof *weights);

    model_init_weights(model, 5, weights);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = weights[i] * (real)1.6 + (real)(0.05 * sin((double)i));
    for (size_t i = 0; i < params->tensors[0].size; i++)
        weights[i] *= 6;
    return weights;
}

static double judged(struct model *evaluator, struct corpus *corpus, int r,
                     const struct path_target *target)
{
    real logits[32];
    const struct lane lane = {&corpus->rows, &corpus->order[r], 1, NULL};

    corpus->rows.y = NULL;
    model_evaluate(evaluator, &lane, logits);
    return (double)(target->sign * logits[target->output]);
}

static void check_row(struct model *model, struct model *evaluator, struct corpus *corpus,
                      int r, const struct path_target *target)
{
    struct rows one = corpus->rows;
    struct attribution found = {0};
    double logit = judged(evaluator, corpus, r, target), sum = 0;

    one.n = 1;
    one.x = corpus->x[r];
    one.length = &corpus->length[r];
    attribution_find(model, &one, target, 5e-4 * fabs(logit), &found);

    for (int t = 0; t < LENGTH; t++)
        sum += found.shares[t];
    for (int t = corpus->length[r]; t < LENGTH; t++)
        assert_true(found.shares[t] == 0);
    assert_true(fabs(found.logit - logit) < 1e-4 * fmax(1, fabs(logit)));
    if (fabs(sum - (logit - found.baseline)) >= 1e-3 * fabs(logit) ||
        found.points > 2 * ATTRIBUTION_MOST_INTERVALS + 1)
        fail_msg("%s, row %d: shares %g, logit %g, baseline %g, %d points",
                 stack_write(model_chain(model)), r, sum, logit, found.baseline,
                 found.points);
    attribution_release(&found);
}

static void check_stack(const struct kernels *kernels, const char *stack, int classes,
                        bool pad_pre)
{
    struct chain_config chain = chain_of(stack, classes, pad_pre);
    struct path_target target = {.output = classes == 2 ? 0 : classes - 1,
                                 .sign = classes == 2 ? -1 : 1};
    struct model *model = NULL, *evaluator = NULL;
    struct corpus corpus;

    if (model_new_path(&chain, kernels, 6, &model) ||
        model_new_evaluator(&chain, kernels, 4, &evaluator))
        fail_msg("%s: %s", stack, fail_message());
    real *weights = make_weights(model);
    model_pack(model, weights);
    model_pack(evaluator, weights);
    fill_corpus(&corpus, pad_pre, classes);

    for (int r = 0; r < ROWS; r++)
        check_row(model, evaluator, &corpus, r, &target);
    target.start = START; /* a word that stays */
    check_row(model, evaluator, &corpus, 0, &target);
    model_free(model);
    model_free(evaluator);
    free(weights);
}

static void check_stacks(const struct kernels *kernels)
{
    for (size_t i = 0; i < COUNT_OF(stacks); i++) {
        check_stack(kernels, stacks[i], i % 3 == 0 ? 2 : i % 3 == 1 ? 5 : 20, i % 2 == 0);
        check_stack(kernels, stacks[i], 2, i % 2 == 1);
    }
}

static void test_stacks(void **state)
{
    (void)state;
    for_each_kernel_set(check_stacks);
}

/* logit = mean_t w x_t + b, pads being left out: a word's share is w x_t / n. */
static void check_mean(const struct kernels *kernels)
{
    struct chain_config chain = chain_of("embedding:12:mask,mean", 2, true);
    const struct path_target target = {.sign = 1};
    struct attribution found = {0};
    struct model *model = NULL;
    struct corpus corpus;
    enum { ROW = 1, N = 9, WIDTH = 12 };

    assert_int_equal(model_new_path(&chain, kernels, 6, &model), OK);
    real *weights = make_weights(model);
    const real *w = weights + model_params(model)->tensors[1].offset;
    model_pack(model, weights);
    fill_corpus(&corpus, true, 2);
    struct rows one = corpus.rows;
    one.x = corpus.x[ROW];
    one.length = &corpus.length[ROW];
    attribution_find(model, &one, &target, 1e-6, &found);

    for (int i = 0; i < N; i++) {
        const real *x = weights + (size_t)corpus.x[ROW][LENGTH - N + i] * WIDTH;
        double expected = 0;
        for (int j = 0; j < WIDTH; j++)
            expected += (double)w[j] * (double)x[j] / N;
        assert_true(fabs(found.shares[i] - expected) < 1e-5);
    }
    assert_true(found.points == 15);
    attribution_release(&found);
    model_free(model);
    free(weights);
}

static void test_mean(void **state)
{
    (void)state;
    for_each_kernel_set(check_mean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stacks),
        cmocka_unit_test(test_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
