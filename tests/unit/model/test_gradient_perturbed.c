/* Adversarial training against its definition, in double. Each position has a word of its
 * own, so moving words in the table moves positions: the gradient is the sum of that at
 * the table and that at a table whose rows are moved along it. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "../../layers.h"

enum { ROWS = 3, LENGTH = 5, WIDTH = 6, VOCABULARY = ROWS * LENGTH + 1 };
static const double epsilon = 0.7;

struct corpus {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS], order[ROWS];
    struct rows rows;
};

/* Words of row r begin at 1 + r * LENGTH; row r has LENGTH - r of them, or where pads are
 * computed too, as many as there are positions. */
static int pads_of(const struct chain_config *chain, int r)
{
    return chain->layer[1].kind == LAYER_CONV ? 0 : r;
}

static void fill_corpus(struct corpus *corpus, const struct chain_config *chain)
{
    memset(corpus, 0, sizeof *corpus);
    for (int r = 0; r < ROWS; r++) {
        corpus->length[r] = LENGTH - pads_of(chain, r);
        corpus->order[r] = r;
        corpus->y[r] = r % 3;
        for (int t = pads_of(chain, r); t < LENGTH; t++)
            corpus->x[r][t] = (uint16_t)(1 + r * LENGTH + t);
    }
    corpus->rows = (struct rows){.n = ROWS,
                                 .maxlen = LENGTH,
                                 .id_bytes = 2,
                                 .pad_pre = true,
                                 .x = corpus->x,
                                 .y = corpus->y,
                                 .length = corpus->length};
}

/* The words of row r in the table moved as they should be; pads are not there. */
static void move_words(double *weights, const double *gradient, int r, int pads)
{
    size_t first = (size_t)(1 + r * LENGTH + pads) * WIDTH;
    size_t n = (size_t)(LENGTH - pads) * WIDTH;
    double squares = 0, norm = 0;

    for (size_t i = first; i < first + n; i++) {
        squares += weights[i] * weights[i];
        norm += gradient[i] * gradient[i];
    }
    for (size_t i = first; i < first + n; i++)
        weights[i] += epsilon * sqrt(squares / (double)n) * gradient[i] / sqrt(norm);
}

static void check(const struct chain_config *chain, const struct kernels *kernels)
{
    struct corpus corpus;
    struct model *model = NULL;

    fill_corpus(&corpus, chain);
    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    assert_int_equal(model_new(chain, kernels, ROWS, &model), OK);
    size_t n = model_params(model)->size;
    double *weights = xaligned(n, sizeof *weights), *moved = xaligned(n, sizeof *moved);
    double *first = xaligned(n, sizeof *first), *second = xaligned(n, sizeof *second);

    model_init_weights(model, 5, weights);
    for (size_t i = 0; i < n; i++)
        moved[i] = weights[i] += 0.2 * sin((double)i);
    model_pack(model, weights);
    double loss = model_gradient(model, &lane, 7, 3, first, NULL).loss;
    for (int r = 0; r < ROWS; r++)
        move_words(moved, first, r, pads_of(chain, r));
    model_pack(model, moved);
    double moved_loss = model_gradient(model, &lane, 7, 3, second, NULL).loss;
    assert_true(moved_loss > loss);

    for (size_t i = 0; i < n; i++)
        first[i] += second[i];
    model_pack(model, weights);
    model_perturb_embeddings(model, epsilon);
    assert_true(fabs(model_gradient(model, &lane, 7, 3, second, NULL).loss - loss) <
                1e-12);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(first[i] - second[i]) < 1e-12))
            fail_msg("weight %zu: %g, expected %g", i, second[i], first[i]);

    free(weights);
    free(moved);
    free(first);
    free(second);
    model_free(model);
}

/* The last one has so many classes that lanes' gradients of the output are joined. */
enum { LOOKED_UP, DROPPED, CONVOLVED, POOLED, MANY_CLASSES, SHAPES };

static void check_all(const struct kernels *kernels)
{
    for (int shape = 0; shape < SHAPES; shape++) {
        struct chain_config chain = {.vocabulary = VOCABULARY,
                                     .length = LENGTH,
                                     .pad_pre = true,
                                     .mask = true,
                                     .lookup_bytes = CHAIN_LOOKUP_BYTES};
        chain_add(&chain, LAYER_EMBEDDING)->embedding.width = WIDTH;
        if (shape == DROPPED)
            add_dropout(&chain, 0.4, RNG_DROPOUT_EMBEDDING);
        if (shape == LOOKED_UP || shape == DROPPED)
            add_recurrent(&chain, CELL_LSTM, 5, true, shape == DROPPED);
        if (shape == CONVOLVED) {
            struct layer_config *layer = chain_add(&chain, LAYER_CONV);
            layer->conv.filters = 4;
            layer->conv.kernel_size = 1;
            layer->conv.strides = 1;
        }

        if (shape != LOOKED_UP)
            chain_add(&chain, LAYER_POOLING)->pooling.how =
                shape == CONVOLVED ? POOLING_MAX : POOLING_MEAN;
        add_output(&chain, shape == MANY_CLASSES ? 40 : 3);
        chain_complete(&chain);
        check(&chain, kernels);
    }
}

static void test_all(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
