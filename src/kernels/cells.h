/* Activations and the sweeps over the gates of LSTM and GRU. Included by kernels_isa.c
 * only. */
#ifndef RNNTRAIN_KERNELS_CELLS_H
#define RNNTRAIN_KERNELS_CELLS_H

#include "kernels/matmul.h"
#include "kernels/vec.h"

/* Activations. */

/* 2^u as 2^k * (1 + q), k the nearest integer, q = f * P(f), f = u - k in [-1/2, 1/2]. P
 * is a Chebyshev fit of (2^f - 1) / f, relative error below 2e-8 (float) and 1e-20
 * (double). For tanh, which must be exact around zero. */
#ifdef RNNTRAIN_DOUBLE
static const real exp2_poly[] = {
    1.3716962392737587204e-12, 2.5733568308756891235e-11, 4.4455303091051065886e-10,
    7.0548943863483480445e-9,  1.017808602118547427e-7,   1.3215486815999976975e-6,
    1.5252733804051129178e-5,  1.5403530393362755291e-4,  1.3333558146428446146e-3,
    9.6181291076284830543e-3,  5.5504108664821579951e-2,  0.24022650695910071228,
    0.69314718055994530942};
static const real exp2_whole[] = {1.3664103911976547478e-12, 2.5737576045892734672e-11,
                                  4.4455733129149882613e-10, 7.0548913804372297208e-9,
                                  1.0178085886587168992e-7,  1.3215486824454473135e-6,
                                  1.5252733804253414869e-5,  1.5403530393353795161e-4,
                                  1.3333558146428298291e-3,  9.6181291076284894767e-3,
                                  5.5504108664821580414e-2,  0.24022650695910071214,
                                  0.69314718055994530941,    1};
enum { MANTISSA = 52 };
static const real round_magic = 0x1.8p52, max_exponent = 1000;
#else
static const real exp2_poly[] = {1.5453162945e-4f, 1.3390863365e-3f, 9.6180825773e-3f,
                                 5.5503571142e-2f, 0.24022650761f,   0.69314718803f};
static const real exp2_whole[] = {1.3276472168e-3f, 9.6755413310e-3f, 5.5507132729e-2f,
                                  0.24022119724f,   0.69314696707f,   1.0000000717f};
enum { MANTISSA = 23 };
static const real round_magic = 0x1.8p23f, max_exponent = 120;
#endif

enum { EXP2_MOST = 4 };

/* Of n vectors at once, |u| held below `most`: their chains of dependent operations are
 * written interleaved, one alone would wait for each of its operations. */
INLINE void exp2_parts(int n, real most, vec *u, vec *power, vec *q)
{
    vec rounded[EXP2_MOST];
    for (int i = 0; i < n; i++)
        u[i] = vec_clamp(u[i], -most, most);
    for (int i = 0; i < n; i++)
        rounded[i] = u[i] + round_magic; /* its low bits hold k */
    for (int i = 0; i < n; i++) {
        u[i] -= rounded[i] - round_magic;
        q[i] = vec_set(exp2_poly[0]);
    }
    for (size_t k = 1; k < COUNT_OF(exp2_poly); k++)
        for (int i = 0; i < n; i++)
            q[i] = vec_fma(q[i], u[i], vec_set(exp2_poly[k]));
    for (int i = 0; i < n; i++) {
        q[i] *= u[i];
        power[i] = (vec)((ivec)vec_set(1) + ((ivec)rounded[i] << MANTISSA));
    }
}

/* 2^u of n vectors, in place, from a polynomial of 2^f itself (minimax; relative error
 * below 8e-8 in float, 1e-21 in double) whose exponent k is added to. NaN stays NaN as
 * long as it is one that arithmetic makes. */
INLINE void exp2_all(int n, real most, vec *u)
{
    vec rounded[EXP2_MOST], p[EXP2_MOST];
    for (int i = 0; i < n; i++)
        u[i] = vec_clamp(u[i], -most, most);
    for (int i = 0; i < n; i++)
        rounded[i] = u[i] + round_magic;
    for (int i = 0; i < n; i++) {
        u[i] -= rounded[i] - round_magic;
        p[i] = vec_set(exp2_whole[0]);
    }
    for (size_t k = 1; k < COUNT_OF(exp2_whole); k++)
        for (int i = 0; i < n; i++)
            p[i] = vec_fma(p[i], u[i], vec_set(exp2_whole[k]));
    for (int i = 0; i < n; i++)
        u[i] = (vec)((ivec)p[i] + ((ivec)rounded[i] << MANTISSA));
}

static const real log2_e = (real)1.4426950408889634;

/* 1 / (1 + exp(-x)) */
INLINE vec vec_sigmoid(vec x)
{
    vec u = x * -log2_e;
    exp2_all(1, max_exponent, &u);
    return 1 / (u + 1);
}

/* With e = exp(2x) - 1: tanh(x) = e / (e + 2), exact to rounding around zero. */
INLINE vec vec_tanh(vec x)
{
    vec u = x * (2 * log2_e), power, q;
    exp2_parts(1, max_exponent, &u, &power, &q);
    vec e = vec_fma(power, q, power - 1);
    return e / (e + 2);
}

/* Keras 2's hard_sigmoid: clip(0.2 x + 0.5, 0, 1) */
INLINE vec recurrent_activation(vec x, bool hard)
{
    return hard ? vec_clamp(vec_fma(x, vec_set((real)0.2), vec_set((real)0.5)), 0, 1)
                : vec_sigmoid(x);
}

/* Its derivative from its value y. */
INLINE vec recurrent_slope(vec y, bool hard)
{
    ivec inside = (y > 0) & (y < 1);
    return hard ? vec_select(inside, vec_set((real)0.2), vec_set(0)) : vec_fma(-y, y, y);
}

static void sigmoid(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = vec_sigmoid(vec_set(x[i]))[0];
}

static void tanh_all(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = vec_tanh(vec_set(x[i]))[0];
}

/* Cells. */

/* 1/d of four denominators by one division: 1/a = b * 1/(a b), and so on. */
INLINE void invert_four(vec d[4])
{
    vec pair = d[0] * d[1], other = d[2] * d[3], inverse = 1 / (pair * other);
    vec of_pair = inverse * other, of_other = inverse * pair;
    vec a = d[0], c = d[2];
    d[0] = of_pair * d[1];
    d[1] = of_pair * a;
    d[2] = of_other * d[3];
    d[3] = of_other * c;
}

/* The four gates i, f, g, o from their pre-activations, in two halves: what is divided
 * by,
 * 1 + exp(-z) of the sigmoids and exp(2z) - 1 of the candidate's tanh; then the
 * quotients, of which one division serves all. */
INLINE void lstm_exponentials(vec z[4])
{
    const real most = max_exponent / 4; /* the product of all four is finite */
    vec u[3] = {z[0] * -log2_e, z[1] * -log2_e, z[3] * -log2_e}, power, q;
    exp2_all(3, most, u);
    z[2] *= 2 * log2_e;
    exp2_parts(1, most, &z[2], &power, &q);
    z[0] = u[0] + 1;
    z[1] = u[1] + 1;
    z[2] = vec_fma(power, q, power - 1);
    z[3] = u[2] + 1;
}

INLINE void lstm_quotients(vec z[4])
{
    vec e = z[2];
    z[2] += 2;
    invert_four(z);
    z[2] *= e;
}

INLINE void lstm_gates_hard(vec z[4])
{
    for (int g = 0; g < 4; g++)
        z[g] = g == 2 ? vec_tanh(z[g]) : recurrent_activation(z[g], true);
}

/* Three sweeps over a column of units, each with chains of operations so short that
 * several rows' overlap in the processor; what goes from one to the next stays in L1. */
INLINE void lstm_forward_column(const struct lstm_forward *s, bool hard, int j)
{
    size_t stride = (size_t)s->vectors * WIDTH, first = (size_t)j * WIDTH, at = first;
    real *gate[4];
    for (int g = 0; g < 4; g++)
        gate[g] = s->z + panel_at(j + g * s->vectors, s->z_panel);
    vec z[4];
    for (size_t r = 0; r < (size_t)s->rows * PANEL && !hard; r += PANEL) {
        for (int g = 0; g < 4; g++)
            z[g] = vec_load(gate[g] + r);
        lstm_exponentials(z);
        for (int g = 0; g < 4; g++)
            vec_store(gate[g] + r, z[g]);
    }
    for (size_t r = 0; r < (size_t)s->rows * PANEL; r += PANEL, at += stride) {
        for (int g = 0; g < 4; g++)
            z[g] = vec_load(gate[g] + r);
        if (hard)
            lstm_gates_hard(z);
        else
            lstm_quotients(z);
        for (int g = 0; g < 4; g++)
            vec_store(gate[g] + r, z[g]);
        vec_store(s->c + at, vec_fma(z[1], vec_load(s->c_prev + at), z[0] * z[2]));
    }
    at = first;
    for (size_t r = 0; r < (size_t)s->rows * PANEL; r += PANEL, at += stride) {
        vec u = vec_tanh(vec_load(s->c + at));
        vec_store(s->tanh_c + at, u);
        vec_store(s->h + at, u * vec_load(gate[3] + r));
    }
}

INLINE void lstm_forward_of(const struct lstm_forward *s, bool hard)
{
    for (int j = 0; j < s->vectors; j++)
        lstm_forward_column(s, hard, j);
}

static void lstm_forward(const struct lstm_forward *s)
{
    if (s->hard)
        lstm_forward_of(s, true);
    else
        lstm_forward_of(s, false);
}

/* Column sums that a sweep over rows adds to, in registers. */
INLINE void load_sums(int n, int vectors, int j, const real *sums, vec *sum)
{
    for (int g = 0; g < n; g++)
        sum[g] = vec_load(sums + (j + g * vectors) * WIDTH);
}

INLINE void store_sums(int n, int vectors, int j, const vec *sum, real *sums)
{
    for (int g = 0; g < n; g++)
        vec_store(sums + (j + g * vectors) * WIDTH, sum[g]);
}

/* With u = tanh(c):  dc += dh o (1 - u^2);  dz_o = dh u o';  dz_i = dc g i';
 * dz_f = dc c_prev f';  dz_g = dc i (1 - g^2);  dc_prev = dc f. */
INLINE void lstm_backward_of(const struct lstm_backward *s, bool hard)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        size_t gate[4], dgate[4];
        for (int g = 0; g < 4; g++) {
            gate[g] = panel_at(j + g * s->vectors, s->gates_panel);
            dgate[g] = panel_at(j + g * s->vectors, s->dz_panel);
        }
        vec sum[4];
        load_sums(4, s->vectors, j, s->db, sum);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH;
            const real *z = s->gates + (size_t)r * PANEL;
            real *dz = s->dz + (size_t)r * PANEL;
            vec i = vec_load(z + gate[0]), f = vec_load(z + gate[1]);
            vec g = vec_load(z + gate[2]), o = vec_load(z + gate[3]);
            vec u = vec_load(s->tanh_c + at), dh = vec_load(s->dh + at);
            vec dc = vec_fma(dh * o, vec_fma(-u, u, vec_set(1)), vec_load(s->dc + at));
            vec d[4] = {dc * g * recurrent_slope(i, hard),
                        dc * vec_load(s->c_prev + at) * recurrent_slope(f, hard),
                        dc * i * vec_fma(-g, g, vec_set(1)),
                        dh * u * recurrent_slope(o, hard)};
            for (int k = 0; k < 4; k++) {
                vec_store(dz + dgate[k], d[k]);
                sum[k] += d[k];
            }
            vec_store(s->dc + at, dc * f);
        }
        store_sums(4, s->vectors, j, sum, s->db);
    }
}

static void lstm_backward(const struct lstm_backward *s)
{
    if (s->hard)
        lstm_backward_of(s, true);
    else
        lstm_backward_of(s, false);
}

/* Two sigmoids by one division, as invert_four. */
INLINE void sigmoid_two(vec x[2])
{
    x[0] *= -log2_e;
    x[1] *= -log2_e;
    exp2_all(2, max_exponent / 2, x);
    vec a = x[0] + 1, b = x[1] + 1, inverse = 1 / (a * b);
    x[0] = inverse * b;
    x[1] = inverse * a;
}

static void gru_gates(const struct gru_forward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        real *update = s->zr + panel_at(j, s->zr_panel);
        real *reset = s->zr + panel_at(j + s->vectors, s->zr_panel);
        size_t at = (size_t)j * WIDTH;
        for (int r = 0; r < s->rows; r++, at += stride, update += PANEL, reset += PANEL) {
            vec gate[2] = {vec_load(update), vec_load(reset)};
            if (s->hard) {
                gate[0] = recurrent_activation(gate[0], true);
                gate[1] = recurrent_activation(gate[1], true);
            } else {
                sigmoid_two(gate);
            }
            vec_store(update, gate[0]);
            vec_store(reset, gate[1]);
            if (s->rh)
                vec_store(s->rh + at, gate[1] * vec_load(s->h_prev + at));
        }
    }
}

/* h = z h_prev + (1 - z) hh = hh + z (h_prev - hh) */
static void gru_output(const struct gru_forward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        const real *update = s->zr + panel_at(j, s->zr_panel);
        const real *reset = s->zr + panel_at(j + s->vectors, s->zr_panel);
        size_t column = panel_at(j, s->hh_panel);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH, z = (size_t)r * PANEL;
            vec hh = vec_load(s->hh + column + z), h_prev = vec_load(s->h_prev + at);
            if (s->rec)
                hh = vec_fma(vec_load(reset + z), vec_load(s->rec + column + z), hh);
            hh = vec_tanh(hh);
            vec_store(s->hh + column + z, hh);
            vec_store(s->h + at, vec_fma(vec_load(update + z), h_prev - hh, hh));
        }
    }
}

/* dhh = dh (1 - z) (1 - hh^2);  dz = dh (h_prev - hh) z';  dh_prev = dh z + ...; with
 * reset_after also drec = dhh r and dr = dhh rec r'. */
static void gru_backward_output(const struct gru_backward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        size_t gate_z = panel_at(j, s->zr_panel), dgate_z = panel_at(j, s->dzr_panel);
        size_t gate_r = panel_at(j + s->vectors, s->zr_panel);
        size_t dgate_r = panel_at(j + s->vectors, s->dzr_panel);
        size_t column = panel_at(j, s->hh_panel), dcolumn = panel_at(j, s->dhh_panel);
        vec sum_gates[2], sum_hh, sum_rec = vec_set(0);
        load_sums(2, s->vectors, j, s->dbzr, sum_gates);
        load_sums(1, s->vectors, j, s->dbhh, &sum_hh);
        if (s->rec)
            load_sums(1, s->vectors, j, s->dbrec, &sum_rec);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH, row = (size_t)r * PANEL;
            vec z = vec_load(s->zr + gate_z + row), hh = vec_load(s->hh + column + row);
            vec dh = vec_load(s->dh + at);
            vec dhh = dh * (1 - z) * vec_fma(-hh, hh, vec_set(1));
            vec dz = dh * (vec_load(s->h_prev + at) - hh) * recurrent_slope(z, s->hard);
            vec_store(s->dhh + dcolumn + row, dhh);
            vec_store(s->dzr + dgate_z + row, dz);
            vec_store(s->dh + at, dh * z);
            sum_hh += dhh;
            sum_gates[0] += dz;
            if (!s->rec)
                continue;
            vec reset = vec_load(s->zr + gate_r + row), drec = dhh * reset;
            vec dreset =
                dhh * vec_load(s->rec + column + row) * recurrent_slope(reset, s->hard);
            vec_store(s->drec + dcolumn + row, drec);
            vec_store(s->dzr + dgate_r + row, dreset);
            sum_rec += drec;
            sum_gates[1] += dreset;
        }
        store_sums(2, s->vectors, j, sum_gates, s->dbzr);
        store_sums(1, s->vectors, j, &sum_hh, s->dbhh);
        if (s->rec)
            store_sums(1, s->vectors, j, &sum_rec, s->dbrec);
    }
}

/* dr = drh h_prev r';  dh_prev += drh r */
static void gru_backward_gates(const struct gru_backward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;
    for (int j = 0; j < s->vectors; j++) {
        const real *reset = s->zr + panel_at(j + s->vectors, s->zr_panel);
        real *dreset = s->dzr + panel_at(j + s->vectors, s->dzr_panel);
        vec sum;
        load_sums(1, 0, j + s->vectors, s->dbzr, &sum);
        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH;
            vec gate = vec_load(reset + (size_t)r * PANEL);
            vec drh = vec_load(s->drh + at);
            vec d = drh * vec_load(s->h_prev + at) * recurrent_slope(gate, s->hard);
            vec_store(dreset + (size_t)r * PANEL, d);
            vec_store(s->dh + at, vec_fma(drh, gate, vec_load(s->dh + at)));
            sum += d;
        }
        store_sums(1, 0, j + s->vectors, &sum, s->dbzr);
    }
}

#endif
