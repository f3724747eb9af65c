/* The activations are computed as in training, by polynomials that differ from exp() and
 * tanh() in the eighth digit, which a cell adds up over hundreds of steps. */

#if WITH_POLYNOMIAL
static const double log2_e = 1.44269502f, most = 120; /* of an exponent */

#endif
#if WITH_CLAMP
static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

#endif
#if WITH_POLYNOMIAL
static double polynomial(const float p[6], double x)
{
    double y = p[0];
    for (int i = 1; i < 6; i++)
        y = y * x + p[i];
    return y;
}

#endif
#if WITH_TANH
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

#endif
#if WITH_SIGMOID
/* 1 / (1 + exp(-x)), where exp(-x) = 2^k P(f). */
static double sigmoid(double x)
{
    static const float p[] = {1.3276472168e-3f, 9.6755413310e-3f, 5.5507132729e-2f,
                              0.24022119724f,   0.69314696707f,   1.0000000717f};
    double u = clamp(-log2_e * x, -most, most), k = floor(u + 0.5);
    return 1 / (1 + ldexp(polynomial(p, u - k), (int)k));
}

#endif
#if WITH_HARD_SIGMOID
/* Keras 2's hard sigmoid. */
static double hard_sigmoid(double x)
{
    return clamp(0.2f * x + 0.5, 0, 1);
}

#endif
#if WITH_RELU_CELL
static double relu_of(double x)
{
    return x < 0 ? 0 : x;
}

#endif
#if WITH_LINEAR_CELL
static double itself(double x)
{
    return x;
}

#endif
#if WITH_MERGE_SUM
static double join_sum(double forward, double backward)
{
    return forward + backward;
}

#endif
#if WITH_MERGE_AVE
static double join_ave(double forward, double backward)
{
    return (forward + backward) / 2;
}

#endif
#if WITH_MERGE_MUL
static double join_mul(double forward, double backward)
{
    return forward * backward;
}

#endif
/* One direction of a recurrent layer, weights in Keras's shapes, where G is 4 of an LSTM,
 * 3 of a GRU and 1 of a simple cell: kernel (inputs, G units), recurrent_kernel
 * (units, G units), bias (G units) or, of a GRU that resets after the product,
 * (2, 3 units). */
struct cell {
    int length, inputs, units;
    bool reads_backward;
#if WITH_TURNED
    bool is_turned; /* gives the last position first */
#endif
#if WITH_MASK
    bool skips_pads;
#if WITH_TWO_DIRECTIONS
    bool is_one_of_two;
#endif
#endif
#if WITH_MERGE
    double (*join)(double forward, double backward); /* NULL: it stands by itself */
#endif
    /* A step; the state begins with h (units). */
    void (*step)(const struct cell *cell, const double *x, double *state);
    double (*gate)(double x);       /* s() below */
    double (*activation)(double x); /* tanh, or what stands for it */
    const float *kernel, *recurrent_kernel, *bias;
};

#if WITH_LSTM
/* An LSTM's step:
 *
 *   input      i  = s(x W_i + h U_i + b_i)
 *   forget     f  = s(x W_f + h U_f + b_f)
 *   candidate  g  = tanh(x W_c + h U_c + b_c)
 *   output     o  = s(x W_o + h U_o + b_o)
 *   update     c' = f c + i g      h' = o tanh(c')
 */
static void lstm_step(const struct cell *cell, const double *x, double *state)
{
    int n = cell->units;
    double *h = state, *c = h + n, *gates = c + n;
    const double *i = gates, *f = i + n, *g = f + n, *o = g + n;

    set(gates, cell->bias, 4 * n);
    add_product(gates, x, cell->kernel, cell->inputs, 4 * n, 4 * n);
    add_product(gates, h, cell->recurrent_kernel, n, 4 * n, 4 * n);

    for (int u = 0; u < n; u++) {
        c[u] = cell->gate(f[u]) * c[u] + cell->gate(i[u]) * cell->activation(g[u]);
        h[u] = cell->gate(o[u]) * cell->activation(c[u]);
    }
}

#endif
#if WITH_GRU
/* A GRU's step:
 *
 *   update     z  = s(x W_z + h U_z + b_z)
 *   reset      r  = s(x W_r + h U_r + b_r)
 *   candidate  hh = tanh(x W_h + (r h) U_h + b_h)
 *   state      h' = z h + (1 - z) hh
 */
static void gru_step(const struct cell *cell, const double *x, double *state)
{
    int n = cell->units;
    double *h = state, *rh = h + n, *gates = rh + n;
    const double *z = gates, *r = z + n, *candidate = r + n;

    set(gates, cell->bias, 3 * n);
    add_product(gates, x, cell->kernel, cell->inputs, 3 * n, 3 * n);
    add_product(gates, h, cell->recurrent_kernel, n, 2 * n, 3 * n);

    for (int u = 0; u < n; u++)
        rh[u] = cell->gate(r[u]) * h[u];
    add_product(gates + 2 * n, rh, cell->recurrent_kernel + 2 * n, n, n, 3 * n);

    for (int u = 0; u < n; u++) {
        double kept = cell->gate(z[u]);
        h[u] = kept * h[u] + (1 - kept) * cell->activation(candidate[u]);
    }
}

#endif
#if WITH_GRU_RESET_AFTER
/* The step of a GRU that resets the state after its product:
 *
 *   update     z  = s(x W_z + b_z + h U_z + b'_z)
 *   reset      r  = s(x W_r + b_r + h U_r + b'_r)
 *   candidate  hh = tanh(x W_h + b_h + r (h U_h + b'_h))
 *   state      h' = z h + (1 - z) hh
 */
static void gru_step_reset_after(const struct cell *cell, const double *x, double *state)
{
    int n = cell->units;
    double *h = state, *gates = h + n, *inner = gates + 3 * n;

    set(gates, cell->bias, 3 * n);
    set(inner, cell->bias + 3 * n, 3 * n);
    add_product(gates, x, cell->kernel, cell->inputs, 3 * n, 3 * n);
    add_product(inner, h, cell->recurrent_kernel, n, 3 * n, 3 * n);

    for (int u = 0; u < n; u++) {
        double z = cell->gate(gates[u] + inner[u]);
        double r = cell->gate(gates[n + u] + inner[n + u]);
        double candidate = cell->activation(gates[2 * n + u] + r * inner[2 * n + u]);
        h[u] = z * h[u] + (1 - z) * candidate;
    }
}

#endif
#if WITH_SIMPLE
/* A simple cell's step: h' = tanh(x W + h U + b) */
static void simple_step(const struct cell *cell, const double *x, double *state)
{
    int n = cell->units;
    double *h = state, *z = h + n;

    set(z, cell->bias, n);
    add_product(z, x, cell->kernel, cell->inputs, n, n);
    add_product(z, h, cell->recurrent_kernel, n, n, n);

    for (int u = 0; u < n; u++)
        h[u] = cell->activation(z[u]);
}

#endif
/* The step of position t. */
static void take_step(const struct cell *cell, const double *x, int t,
                      struct workspace *work)
{
#if WITH_MASK
    if (cell->skips_pads && !work->ids[t])
        return;
#endif
    cell->step(cell, x + t * cell->inputs, work->state);
}

static int position_of(const struct cell *cell, int step)
{
    return cell->reads_backward ? cell->length - 1 - step : step;
}

/* h (units) becomes y, or is joined with what the other direction left there. */
static void give(const struct cell *cell, const double *h, double *y)
{
#if WITH_MERGE
    for (int u = 0; u < cell->units && cell->join; u++)
        y[u] = cell->join(y[u], h[u]);
    if (cell->join)
        return;
#endif
    memcpy(y, h, (size_t)cell->units * sizeof *y);
}

#if WITH_ALL_STATES
/* From x (length, inputs) to all states: `units` columns of y (length, width). */
static void run(const struct cell *cell, const double *x, double *y, int width,
                struct workspace *work)
{
    memset(work->state, 0, sizeof work->state);

    for (int step = 0; step < cell->length; step++) {
        int t = position_of(cell, step), place = t;
        take_step(cell, x, t, work);
#if WITH_TURNED
        place = cell->is_turned ? cell->length - 1 - t : t;
#endif
        give(cell, work->state, y + place * width);
#if WITH_MASK
#if WITH_TWO_DIRECTIONS
        if (cell->is_one_of_two && !work->ids[t]) /* what Keras's Bidirectional gives */
            memset(y + place * width, 0, (size_t)cell->units * sizeof *y);
#endif
#endif
    }
}

#endif
#if WITH_LAST_STATE
/* From x (length, inputs) to the last state y (units). */
static void run_to_end(const struct cell *cell, const double *x, double *y,
                       struct workspace *work)
{
    memset(work->state, 0, sizeof work->state);
    for (int step = 0; step < cell->length; step++)
        take_step(cell, x, position_of(cell, step), work);
    give(cell, work->state, y);
}

#endif
