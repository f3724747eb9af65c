/* Several labels a text: loss, counts and gradients against their definitions, in double,
 * for few labels and for so many that the output is computed in tiles; and gradients of
 * classes, many or with a sigmoid each, also where rows of some count more. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "../../layers.h"

enum { ROWS = 6, LENGTH = 4, VOCABULARY = 9, MOST_LABELS = 40 };

struct corpus {
    uint16_t x[ROWS][LENGTH];
    uint8_t y[ROWS * MOST_LABELS];
    int32_t class[ROWS], length[ROWS], order[ROWS];
    struct rows rows;
};

/* Row 0 has no label, row 1 has all. */
static void fill_corpus(struct corpus *corpus, int n_labels, enum loss loss)
{
    memset(corpus, 0, sizeof *corpus);
    bool is_multi_label = loss == LOSS_MULTI_LABEL;

    for (int r = 0; r < ROWS; r++) {
        corpus->class[r] = 3 * r % n_labels;
        corpus->length[r] = LENGTH;
        corpus->order[r] = r;
        for (int t = 0; t < LENGTH; t++)
            corpus->x[r][t] = (uint16_t)(1 + (3 * r + 5 * t) % (VOCABULARY - 1));
        for (int c = 0; c < n_labels && is_multi_label; c++)
            corpus->y[r * n_labels + c] = r == 1 || (r > 0 && (r * 7 + c * 5) % 3 == 0);
    }
    corpus->rows = (struct rows){.n = ROWS,
                                 .maxlen = LENGTH,
                                 .id_bytes = 2,
                                 .pad_pre = true,
                                 .x = corpus->x,
                                 .length = corpus->length,
                                 .y = is_multi_label ? NULL : corpus->class,
                                 .n_labels = is_multi_label ? n_labels : 0,
                                 .multi_hot = is_multi_label ? corpus->y : NULL};
}

static struct chain_config chain_of(int n_labels, enum loss loss)
{
    struct chain_config chain = {
        .vocabulary = VOCABULARY, .length = LENGTH, .pad_pre = true};

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 3;
    add_recurrent(&chain, CELL_GRU, 5, false, false);
    struct layer_config *output = chain_add(&chain, LAYER_OUTPUT);
    output->output.units = n_labels;
    output->output.loss = loss;
    chain_complete(&chain);
    return chain;
}

struct fixture {
    struct corpus corpus;
    struct lane lane;
    struct model *model;
    int n_labels;
    size_t n;
    double *weights, *gradient, *scratch;
};

static void set_up(struct fixture *fixture, const struct kernels *kernels, int n_labels,
                   enum loss loss)
{
    struct chain_config chain = chain_of(n_labels, loss);

    fill_corpus(&fixture->corpus, n_labels, loss);
    fixture->lane =
        (struct lane){&fixture->corpus.rows, fixture->corpus.order, ROWS, NULL};
    fixture->n_labels = n_labels;
    assert_int_equal(model_new(&chain, kernels, ROWS, &fixture->model), OK);
    fixture->n = model_params(fixture->model)->size;
    fixture->weights = xaligned(fixture->n, sizeof(double));
    fixture->gradient = xaligned(fixture->n, sizeof(double));
    fixture->scratch = xaligned(fixture->n, sizeof(double));

    model_init_weights(fixture->model, 5, fixture->weights);
    for (size_t i = 0; i < fixture->n; i++)
        fixture->weights[i] = 3 * fixture->weights[i] + 0.3 * sin((double)i);
}

static void tear_down(struct fixture *fixture)
{
    free(fixture->weights);
    free(fixture->gradient);
    free(fixture->scratch);
    model_free(fixture->model);
}

static struct lane_result result_at(struct fixture *fixture, double *gradient)
{
    model_pack(fixture->model, fixture->weights);
    return model_gradient(fixture->model, &fixture->lane, 7, 3, gradient, NULL);
}

static void check_gradient(struct fixture *fixture)
{
    const double h = 1e-6;
    double largest = 0;

    (void)result_at(fixture, fixture->gradient);
    for (size_t i = 0; i < fixture->n; i++)
        largest = fmax(largest, fabs(fixture->gradient[i]));
    for (size_t i = 0; i < fixture->n; i++) {
        double kept = fixture->weights[i];
        fixture->weights[i] = kept + h;
        double above = result_at(fixture, fixture->scratch).loss;
        fixture->weights[i] = kept - h;
        double below = result_at(fixture, fixture->scratch).loss;
        fixture->weights[i] = kept;

        double numeric = (above - below) / (2 * h);
        if (!(fabs(numeric - fixture->gradient[i]) < 1e-6 * largest))
            fail_msg("%d labels, weight %zu: %g, expected %g", fixture->n_labels, i,
                     fixture->gradient[i], numeric);
    }
}

/* From the logits, by the definitions. */
static struct lane_result naive(const struct fixture *fixture, const double *logits,
                                struct label_counts *by_label)
{
    struct lane_result result = {0};
    int n = fixture->n_labels;

    for (int r = 0; r < ROWS; r++) {
        bool all_right = true;
        for (int c = 0; c < n; c++) {
            double p = 1 / (1 + exp(-logits[r * n + c]));
            bool there = fixture->corpus.y[r * n + c], given = p > 0.5;
            result.loss -= log(there ? p : 1 - p) / n;
            by_label[c].true_positives += there && given;
            by_label[c].false_positives += !there && given;
            by_label[c].false_negatives += there && !given;
            all_right = all_right && there == given;
        }
        result.correct += all_right;
    }
    return result;
}

static void check_score(struct fixture *fixture)
{
    struct label_counts expected[MOST_LABELS] = {{0}}, sum = {0};
    double logits[ROWS * MOST_LABELS], probabilities[MOST_LABELS];

    model_pack(fixture->model, fixture->weights);
    struct lane_result result = model_evaluate(fixture->model, &fixture->lane, logits);
    struct lane_result same = naive(fixture, logits, expected);

    assert_true(fabs(result.loss - same.loss) < 1e-12 * (1 + same.loss));
    assert_true(result.loss == result_at(fixture, fixture->scratch).loss);
    assert_int_equal(result.correct, same.correct);
    for (int c = 0; c < fixture->n_labels; c++) {
        sum.true_positives += expected[c].true_positives;
        sum.false_positives += expected[c].false_positives;
        sum.false_negatives += expected[c].false_negatives;
    }
    assert_memory_equal(&sum, &result.labels, sizeof sum);
    assert_true(sum.true_positives > 0 && sum.false_positives > 0 &&
                sum.false_negatives > 0);

    int best = model_judge(fixture->model, logits, probabilities);
    for (int c = 0; c < fixture->n_labels; c++) {
        assert_true(fabs(probabilities[c] - 1 / (1 + exp(-logits[c]))) < 1e-14);
        assert_true(probabilities[c] <= probabilities[best]);
    }
}

static void check_all(const struct kernels *kernels)
{
    static const int labels[] = {2, 5, MOST_LABELS};

    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        struct fixture fixture;
        set_up(&fixture, kernels, labels[i], LOSS_MULTI_LABEL);
        check_gradient(&fixture);
        check_score(&fixture);
        tear_down(&fixture);
    }
}

static void test_labels(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

static void check_classes(const struct kernels *kernels)
{
    static const struct {
        int n;
        enum loss loss;
    } cases[] = {{300, LOSS_CATEGORICAL}, {4, LOSS_SIGMOIDS}, {30, LOSS_SIGMOIDS}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        set_up(&fixture, kernels, cases[i].n, cases[i].loss);
        check_gradient(&fixture);
        tear_down(&fixture);
    }
}

static void test_classes(void **state)
{
    (void)state;
    for_each_kernel_set(check_classes);
}

static double log_sigmoid(double x)
{
    return -log1p(exp(-x));
}

/* Of targets (1 - share) y + share / n, by the definitions of Keras's losses. */
static double smoothed(const struct fixture *fixture, enum loss loss, const double *x,
                       int r, double share)
{
    int n = fixture->n_labels, class = fixture->corpus.class[r];
    const uint8_t *labels = fixture->corpus.y + r * n;
    double sum = 0, all = 0;

    for (int c = 0; c < n; c++)
        all += exp(loss == LOSS_SIGMOIDS ? log_sigmoid(x[c]) : x[c]);
    for (int c = 0; c < n; c++) {
        bool is_one = loss == LOSS_BINARY        ? class == 1
                      : loss == LOSS_MULTI_LABEL ? labels[c]
                                                 : class == c;
        bool is_sigmoid = loss == LOSS_BINARY || loss == LOSS_MULTI_LABEL;
        double y = (1 - share) * is_one + share / (is_sigmoid ? 2 : n);
        double log_p = (loss == LOSS_SIGMOIDS ? log_sigmoid(x[c]) : x[c]) - log(all);
        sum -= is_sigmoid ? (y * log_sigmoid(x[c]) + (1 - y) * log_sigmoid(-x[c])) / n
                          : y * log_p;
    }
    return sum;
}

static void check_smoothing(const struct kernels *kernels)
{
    static const struct {
        int n;
        enum loss loss;
    } cases[] = {{1, LOSS_BINARY},
                 {4, LOSS_CATEGORICAL},
                 {3, LOSS_SIGMOIDS},
                 {5, LOSS_MULTI_LABEL}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        double logits[ROWS * MOST_LABELS], expected = 0, share = 0.2;
        set_up(&fixture, kernels, cases[i].n, cases[i].loss);
        for (int r = 0; r < ROWS && cases[i].n == 1; r++)
            fixture.corpus.class[r] = r % 2;
        model_smooth_labels(fixture.model, share);
        check_gradient(&fixture);

        double loss = result_at(&fixture, fixture.scratch).loss;
        (void)model_evaluate(fixture.model, &fixture.lane, logits);
        for (int r = 0; r < ROWS; r++)
            expected +=
                smoothed(&fixture, cases[i].loss, logits + r * cases[i].n, r, share);
        assert_true(fabs(loss - expected) < 1e-12 * loss);
        tear_down(&fixture);
    }
}

static void test_smoothing(void **state)
{
    (void)state;
    for_each_kernel_set(check_smoothing);
}

/* The sum of the rows' losses, each times its class's weight. */
static double weighted_loss(struct fixture *fixture, const double *weights)
{
    double sum = 0;

    model_pack(fixture->model, fixture->weights);
    for (int r = 0; r < ROWS; r++) {
        struct lane one = {&fixture->corpus.rows, fixture->corpus.order + r, 1, NULL};
        double loss = model_evaluate(fixture->model, &one, NULL).loss;
        sum += weights[fixture->corpus.class[r]] * loss;
    }
    return sum;
}

static void check_weights(const struct kernels *kernels)
{
    static const double weights[] = {0.5, 3, 0, 1.25};
    static const struct {
        int n;
        enum loss loss;
    } cases[] = {{1, LOSS_BINARY}, {4, LOSS_CATEGORICAL}, {3, LOSS_SIGMOIDS}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fixture fixture;
        set_up(&fixture, kernels, cases[i].n, cases[i].loss);
        for (int r = 0; r < ROWS; r++)
            fixture.corpus.class[r] = r % (cases[i].n == 1 ? 2 : cases[i].n);
        model_weigh_classes(fixture.model, weights);
        check_gradient(&fixture);

        double loss = result_at(&fixture, fixture.scratch).loss;
        assert_true(fabs(loss - weighted_loss(&fixture, weights)) < 1e-12 * loss);
        tear_down(&fixture);
    }
}

static void test_class_weights(void **state)
{
    (void)state;
    for_each_kernel_set(check_weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels), cmocka_unit_test(test_classes),
        cmocka_unit_test(test_class_weights), cmocka_unit_test(test_smoothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
