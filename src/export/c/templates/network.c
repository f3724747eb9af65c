/* The model: sums in double, so that no order of additions matters. */

struct workspace {
    int ids[LENGTH];
    double steps[2][LENGTH * WIDTH]; /* of the layer below and of the layer at work */
    double h[UNITS];                 /* the state */
#if WITH_LSTM
    double c[UNITS];
    double gates[4 * UNITS];
#endif
#if WITH_GRU
    double gates[3 * UNITS];
#if WITH_RESET_AFTER
    double inner[3 * UNITS]; /* the state's share of the gates */
#else
    double rh[UNITS]; /* the state, as far as it is not reset */
#endif
#endif
#if WITH_LAST
    double
        features[WIDTH]; /* last states of the layer at work, in the end the last one */
#else
    double features[FEATURES];
#endif
#if WITH_HIDDEN
    double hidden[HIDDEN];
#endif
    double logits[OUTPUTS];
};

/* The activations are computed as in training, by polynomials that differ from exp() and
 * tanh() in the eighth digit, which a cell adds up over hundreds of steps. */

static const double log2_e = 1.44269502f, most = 120; /* of an exponent */

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double polynomial(const float p[6], double x)
{
    double y = p[0];
    for (int i = 1; i < 6; i++)
        y = y * x + p[i];
    return y;
}

/* tanh(x) = e / (e + 2), where e = exp(2x) - 1 = 2^k (1 + f P(f)) - 1, k the nearest
 * integer to 2x log2(e) and f what is left. */
static double tanh_of(double x)
{
    static const float p[] = {1.5453162945e-4f, 1.3390863365e-3f, 9.6180825773e-3f,
                              5.5503571142e-2f, 0.24022650761f,   0.69314718803f};
    double u = clamp(2 * log2_e * x, -most, most);
    double k = floor(u + 0.5), f = u - k, power = ldexp(1, (int)k);
    double e = power * f * polynomial(p, f) + (power - 1);
    return e / (e + 2);
}

#if WITH_HARD_SIGMOID
/* Keras 2's hard sigmoid. */
static double gate(double x)
{
    return clamp(0.2f * x + 0.5, 0, 1);
}

#else
/* The sigmoid 1 / (1 + exp(-x)), where exp(-x) = 2^k P(f). */
static double gate(double x)
{
    static const float p[] = {1.3276472168e-3f, 9.6755413310e-3f, 5.5507132729e-2f,
                              0.24022119724f,   0.69314696707f,   1.0000000717f};
    double u = clamp(-log2_e * x, -most, most), k = floor(u + 0.5);
    return 1 / (1 + ldexp(polynomial(p, u - k), (int)k));
}

#endif
/* y = b */
static void set(double *y, const float *b, int n)
{
    for (int j = 0; j < n; j++)
        y[j] = b[j];
}

/* y (columns) += x (rows) w, where w's rows are `stride` apart. */
static void add_product(double *y, const double *x, const float *w, int rows, int columns,
                        int stride)
{
    for (int k = 0; k < rows; k++, w += stride)
        for (int j = 0; j < columns; j++)
            y[j] += x[k] * w[j];
}

#if WITH_LSTM
/* An LSTM's step, s() being the gate's activation:
 *
 *   input      i  = s(x W_i + h U_i + b_i)
 *   forget     f  = s(x W_f + h U_f + b_f)
 *   candidate  g  = tanh(x W_c + h U_c + b_c)
 *   output     o  = s(x W_o + h U_o + b_o)
 *   update     c' = f c + i g      h' = o tanh(c')
 */
static void take_step(const struct cell *cell, const double *x, struct workspace *work)
{
    int n = cell->units;
    const double *i = work->gates, *f = i + n, *g = f + n, *o = g + n;
    set(work->gates, cell->bias, 4 * n);
    add_product(work->gates, x, cell->kernel, cell->inputs, 4 * n, 4 * n);
    add_product(work->gates, work->h, cell->recurrent_kernel, n, 4 * n, 4 * n);
    for (int u = 0; u < n; u++) {
        work->c[u] = gate(f[u]) * work->c[u] + gate(i[u]) * tanh_of(g[u]);
        work->h[u] = gate(o[u]) * tanh_of(work->c[u]);
    }
}

#endif
#if WITH_GRU
#if WITH_RESET_AFTER
/* A GRU's step, s() being the gate's activation; the state is reset after its product:
 *
 *   update     z  = s(x W_z + b_z + h U_z + b'_z)
 *   reset      r  = s(x W_r + b_r + h U_r + b'_r)
 *   candidate  hh = tanh(x W_h + b_h + r (h U_h + b'_h))
 *   state      h' = z h + (1 - z) hh
 */
static void take_step(const struct cell *cell, const double *x, struct workspace *work)
{
    int n = cell->units;
    const double *gates = work->gates, *inner = work->inner;
    set(work->gates, cell->bias, 3 * n);
    set(work->inner, cell->bias + 3 * n, 3 * n);
    add_product(work->gates, x, cell->kernel, cell->inputs, 3 * n, 3 * n);
    add_product(work->inner, work->h, cell->recurrent_kernel, n, 3 * n, 3 * n);
    for (int u = 0; u < n; u++) {
        double z = gate(gates[u] + inner[u]);
        double r = gate(gates[n + u] + inner[n + u]);
        double candidate = tanh_of(gates[2 * n + u] + r * inner[2 * n + u]);
        work->h[u] = z * work->h[u] + (1 - z) * candidate;
    }
}

#else
/* A GRU's step, s() being the gate's activation:
 *
 *   update     z  = s(x W_z + h U_z + b_z)
 *   reset      r  = s(x W_r + h U_r + b_r)
 *   candidate  hh = tanh(x W_h + (r h) U_h + b_h)
 *   state      h' = z h + (1 - z) hh
 */
static void take_step(const struct cell *cell, const double *x, struct workspace *work)
{
    int n = cell->units;
    const float *u_h = cell->recurrent_kernel + 2 * n;
    const double *z = work->gates, *r = z + n, *candidate = r + n;
    set(work->gates, cell->bias, 3 * n);
    add_product(work->gates, x, cell->kernel, cell->inputs, 3 * n, 3 * n);
    add_product(work->gates, work->h, cell->recurrent_kernel, n, 2 * n, 3 * n);
    for (int u = 0; u < n; u++)
        work->rh[u] = gate(r[u]) * work->h[u];
    add_product(work->gates + 2 * n, work->rh, u_h, n, n, 3 * n);
    for (int u = 0; u < n; u++) {
        double kept = gate(z[u]);
        work->h[u] = kept * work->h[u] + (1 - kept) * tanh_of(candidate[u]);
    }
}

#endif
#endif
#if WITH_BACKWARD
/* One direction of a layer: from x (LENGTH, inputs) to its half of y (LENGTH, 2,
 * units). */
static void run(const struct cell *cell, int direction, const double *x, double *y,
                struct workspace *work)
{
    int n = cell->units;
    memset(work->h, 0, sizeof work->h);
#if WITH_LSTM
    memset(work->c, 0, sizeof work->c);
#endif
    for (int step = 0; step < LENGTH; step++) {
        int t = direction ? LENGTH - 1 - step : step;
        double *to = y + (2 * t + direction) * n;
#if WITH_MASK
        memset(to, 0,
               (size_t)n * sizeof *to); /* what Keras's Bidirectional gives for pads */
        if (!work->ids[t])
            continue;
#endif
        take_step(cell, x + t * cell->inputs, work);
        memcpy(to, work->h, (size_t)n * sizeof *to);
    }
#if WITH_LAST
    memcpy(work->features + direction * n, work->h, (size_t)n * sizeof *work->h);
#endif
}

#else
/* A layer: from x (LENGTH, inputs) to y (LENGTH, units). */
static void run(const struct cell *cell, const double *x, double *y,
                struct workspace *work)
{
    size_t n = (size_t)cell->units;
    memset(work->h, 0, sizeof work->h);
#if WITH_LSTM
    memset(work->c, 0, sizeof work->c);
#endif
    for (int t = 0; t < LENGTH; t++, x += cell->inputs, y += n) {
#if WITH_MASK
        if (work->ids[t]) /* at a pad the output before it is repeated */
            take_step(cell, x, work);
#else
        take_step(cell, x, work);
#endif
        memcpy(y, work->h, n * sizeof *y);
    }
#if WITH_LAST
    memcpy(work->features, work->h, n * sizeof *work->h);
#endif
}

#endif
#if WITH_FLATTEN
/* All outputs. */
static void find_features(const double *y, struct workspace *work)
{
    memcpy(work->features, y, sizeof work->features);
}

#endif
#if WITH_MAX
/* The largest output over time. */
static void find_features(const double *y, struct workspace *work)
{
    memcpy(work->features, y, sizeof work->features);
    for (int t = 1; t < LENGTH; t++)
        for (int j = 0; j < FEATURES; j++)
            work->features[j] = fmax(work->features[j], y[t * FEATURES + j]);
}

#endif
#if WITH_MEAN
#if WITH_MASK
/* The mean over the steps that are no pads; 0 if there are none. */
static void find_features(const double *y, struct workspace *work)
{
    int count = 0;
    memset(work->features, 0, sizeof work->features);
    for (int t = 0; t < LENGTH; t++) {
        count += work->ids[t] != 0;
        for (int j = 0; j < FEATURES && work->ids[t]; j++)
            work->features[j] += y[t * FEATURES + j];
    }
    for (int j = 0; j < FEATURES && count; j++)
        work->features[j] /= count;
}

#else
/* The mean over time. */
static void find_features(const double *y, struct workspace *work)
{
    memset(work->features, 0, sizeof work->features);
    for (int t = 0; t < LENGTH; t++)
        for (int j = 0; j < FEATURES; j++)
            work->features[j] += y[t * FEATURES + j];
    for (int j = 0; j < FEATURES; j++)
        work->features[j] /= LENGTH;
}

#endif
#endif
static void find_logits(struct workspace *work)
{
    for (int t = 0; t < LENGTH; t++)
        set(work->steps[0] + t * EMBEDDING, embeddings[work->ids[t]], EMBEDDING);
    for (int layer = 0; layer < LAYERS; layer++) {
        const double *x = work->steps[layer % 2];
        double *y = work->steps[(layer + 1) % 2];
#if WITH_BACKWARD
        run(&cells[layer][0], 0, x, y, work);
        run(&cells[layer][1], 1, x, y, work);
#else
        run(&cells[layer], x, y, work);
#endif
    }
#if WITH_ALL_STATES
    find_features(work->steps[LAYERS % 2], work);
#endif
#if WITH_HIDDEN
    set(work->hidden, dense_bias, HIDDEN);
    add_product(work->hidden, work->features, dense_kernel, FEATURES, HIDDEN, HIDDEN);
    for (int j = 0; j < HIDDEN; j++)
        work->hidden[j] = fmax(work->hidden[j], 0);
    set(work->logits, output_bias, OUTPUTS);
    add_product(work->logits, work->hidden, output_kernel, HIDDEN, OUTPUTS, OUTPUTS);
#else
    set(work->logits, output_bias, OUTPUTS);
    add_product(work->logits, work->features, output_kernel, FEATURES, OUTPUTS, OUTPUTS);
#endif
}

#if WITH_SIGMOID
/* sigmoid(logit) is the second class's. */
static int decide(const double *logits, double *probabilities)
{
    probabilities[1] = 1 / (1 + exp(-logits[0]));
    probabilities[0] = 1 - probabilities[1];
    return logits[0] > 0;
}

#else
/* softmax(logits); the first of the largest wins. */
static int decide(const double *logits, double *probabilities)
{
    int best = 0;
    double sum = 0;
    for (int j = 1; j < OUTPUTS; j++)
        best = logits[j] > logits[best] ? j : best;
    for (int j = 0; j < OUTPUTS; j++) {
        probabilities[j] = exp(logits[j] - logits[best]);
        sum += probabilities[j];
    }
    for (int j = 0; j < OUTPUTS; j++)
        probabilities[j] /= sum;
    return best;
}

#endif
/* Exactly LENGTH ids. Returns whether the model knows them all. */
static bool pad(const int *ids, int n, int *row)
{
    int kept = n < LENGTH ? n : LENGTH;
    memset(row, 0, LENGTH * sizeof *row);
#if WITH_TRUNCATE_PRE
    ids += n - kept; /* a long text loses its beginning */
#endif
#if WITH_PAD_PRE
    row += LENGTH - kept; /* zeros stand in front */
#endif
    for (int i = 0; i < kept; i++) {
        if (ids[i] < 0 || ids[i] >= VOCABULARY)
            return false;
        row[i] = ids[i];
    }
    return true;
}
