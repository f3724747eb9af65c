#include "layers/sampled_softmax.h"

#include <string.h>

/* What leaves a word out of a sum of exponentials. */
static const real left_out = (real)-1e30;

void sampled_softmax_init(struct sampled_softmax *softmax, const struct kernels *kernels,
                          int vocabulary, int width, int negatives)
{
    *softmax = (struct sampled_softmax){
        .kernels = kernels, .width = width, .row = round_up(width, kernels->width)};
    negatives_init(&softmax->negatives, vocabulary, negatives);
    linear_init(&softmax->linear, kernels, 1, width, 1, softmax->negatives.n);
}

/* From one panel of d_logits to the next. */
static size_t panel_stride(const struct sampled_softmax *softmax)
{
    return (SAMPLED_BLOCK + 1) * (size_t)softmax->kernels->panel;
}

void sampled_softmax_layout(struct sampled_softmax *softmax, struct space *space)
{
    size_t columns = (size_t)softmax->linear.columns;
    size_t n = (size_t)softmax->width * (size_t)softmax->negatives.n;
    size_t panels = columns / (size_t)softmax->kernels->panel;

    negatives_layout(&softmax->negatives, &space->lane);
    linear_layout(&softmax->linear, space);
    softmax->bias = arena_take(&space->weights, columns, sizeof(real));
    softmax->vectors = arena_take(&space->weights, n, sizeof(real));
    softmax->logits = arena_take(&space->lane, SAMPLED_BLOCK * columns, sizeof(real));
    softmax->terms = arena_take(&space->lane, columns, sizeof(double));
    softmax->d_logits =
        arena_take(&space->backward, panels * panel_stride(softmax), sizeof(real));
    softmax->d_bias = arena_take(&space->backward, columns, sizeof(real));
    softmax->d_vectors = arena_take(&space->backward, n, sizeof(real));
}

void sampled_softmax_draw(struct sampled_softmax *softmax, const struct rng *rng,
                          const real *table, const real *b)
{
    struct negatives *negatives = &softmax->negatives;
    size_t width = (size_t)softmax->width, n = (size_t)negatives->n;

    negatives_draw(negatives, rng);
    softmax->table = table;
    softmax->b = b;
    for (size_t i = 0; i < n; i++) {
        size_t id = (size_t)negatives->ids[i];
        for (size_t e = 0; e < width; e++)
            softmax->vectors[e * n + i] = table[id * width + e];
        softmax->bias[i] = (real)((double)b[id] - kernels_log(negatives->chance[i]));
    }
    linear_pack(&softmax->linear, softmax->vectors);
}

void sampled_softmax_begin(struct sampled_softmax *softmax)
{
    linear_zero_gradient(&softmax->linear);
    memset(softmax->d_bias, 0, (size_t)softmax->linear.columns * sizeof *softmax->d_bias);
}

static void find_logits(const struct sampled_softmax *softmax, int n, const real *y)
{
    const struct matmul m = {
        .rows = n,
        .vectors = softmax->linear.vectors,
        .n_terms = 1,
        .term = {linear_term(&softmax->linear, y)},
        .bias = softmax->bias,
        .c = softmax->logits,
        .c_row = (size_t)softmax->linear.columns,
        .c_panel = (size_t)softmax->kernels->panel,
    };

    softmax->kernels->matmul(&m);
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

/* Of position r of a block the loss of its word, whose logit is `right`; *d_right gets
 * dL/d(right), and d_logits the rest unless d_right is NULL. */
static double lose(struct sampled_softmax *softmax, int r, int32_t word, double right,
                   real *d_right)
{
    const struct kernels *kernels = softmax->kernels;
    size_t n = (size_t)softmax->negatives.n, panel = (size_t)kernels->panel;
    real *logits = softmax->logits + (size_t)r * (size_t)softmax->linear.columns;
    int32_t place = softmax->negatives.place[word];

    if (place > 0)
        logits[place - 1] = left_out;
    double most = greater(right, (double)kernels->largest(n, logits));
    double of_right = kernels_exp(right - most);
    double sum = kernels->exp_sum(n, logits, most, softmax->terms) + of_right;

    for (size_t i = 0; i < n && d_right; i += panel)
        kernels->divide(n - i < panel ? n - i : panel, softmax->terms + i, sum,
                        softmax->d_logits + i / panel * panel_stride(softmax) +
                            (size_t)r * panel);
    if (d_right)
        *d_right = (real)(of_right / sum - 1);
    return kernels_log(sum) + most - right;
}

/* A position that predicts nothing. */
static void skip(const struct sampled_softmax *softmax, int r, bool learns)
{
    size_t panel = (size_t)softmax->kernels->panel;
    size_t columns = (size_t)softmax->linear.columns;

    for (size_t i = 0; i < columns && learns; i += panel)
        memset(softmax->d_logits + i / panel * panel_stride(softmax) + (size_t)r * panel,
               0, panel * sizeof(real));
}

/* dy and the gradient of the negatives from d_logits. */
static void go_back(struct sampled_softmax *softmax, int n, const real *y, real *dy)
{
    size_t stride = panel_stride(softmax);
    struct matmul back = linear_back(&softmax->linear, n, softmax->d_logits, stride, dy);

    softmax->kernels->matmul(&back);
    linear_add_gradient(&softmax->linear, n, y, softmax->d_logits, stride);
    softmax->kernels->add_rows(n, softmax->linear.vectors, softmax->d_logits, stride,
                               softmax->d_bias);
}

double sampled_softmax_block(struct sampled_softmax *softmax, int n, const real *y,
                             const int32_t *words, real *dy,
                             struct sampled_gradient gradient)
{
    const struct kernels *kernels = softmax->kernels;
    size_t width = (size_t)softmax->width, row = (size_t)softmax->row;
    real d_right[SAMPLED_BLOCK];
    double loss = 0;

    find_logits(softmax, n, y);
    for (int r = 0; r < n; r++) {
        size_t word = (size_t)words[r];
        if (sampled_softmax_skips(softmax, words[r])) {
            d_right[r] = 0;
            skip(softmax, r, dy != NULL);
            continue;
        }
        real right =
            kernels->dot(width, y + (size_t)r * row, softmax->table + word * width) +
            softmax->b[word];
        loss += lose(softmax, r, words[r], (double)right, dy ? &d_right[r] : NULL);
    }
    if (!dy)
        return loss;

    go_back(softmax, n, y, dy);
    for (int r = 0; r < n; r++) {
        size_t word = (size_t)words[r];
        kernels->axpy(width, d_right[r], softmax->table + word * width,
                      dy + (size_t)r * row);
        kernels->axpy(width, d_right[r], y + (size_t)r * row,
                      gradient.table + word * width);
        gradient.b[word] += d_right[r];
    }
    return loss;
}

void sampled_softmax_end(struct sampled_softmax *softmax,
                         struct sampled_gradient gradient)
{
    const struct negatives *negatives = &softmax->negatives;
    size_t width = (size_t)softmax->width, n = (size_t)negatives->n;

    linear_unpack(&softmax->linear, softmax->d_vectors);
    for (size_t i = 0; i < n; i++) {
        size_t id = (size_t)negatives->ids[i];
        for (size_t e = 0; e < width; e++)
            gradient.table[id * width + e] += softmax->d_vectors[e * n + i];
        gradient.b[id] += softmax->d_bias[i];
    }
}
