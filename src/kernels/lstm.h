/* The sweeps over the gates of an LSTM, once the products are done. Included by isa.c
 * only. */
#ifndef RNNTRAIN_KERNELS_LSTM_H
#define RNNTRAIN_KERNELS_LSTM_H

#include "kernels/activations.h"
#include "kernels/matmul.h"

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
 * by, that is 1 + exp(-z) of the sigmoids and exp(2z) - 1 of the candidate's tanh; then
 * the quotients, of which one division serves all. */
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

/* Each by itself. */
INLINE void lstm_gates(vec z[4], bool hard, enum cell_activation f)
{
    for (int g = 0; g < 4; g++)
        z[g] = g == 2 ? cell_activation(z[g], f) : recurrent_activation(z[g], hard);
}

/* A column of units: where its vector stands in each gate, and, where gates stand without
 * padding between them, how many numbers of the last one are a gate's own. What is behind
 * those are another gate's or the next row's, which must stay. */
struct column {
    bool is_cut;
    ivec own;
};

INLINE struct column column_of(int j, int gate)
{
    int left = gate - j * WIDTH;
    bool is_cut = left < WIDTH;
    return (struct column){is_cut, vec_mask(is_cut ? (1U << left) - 1 : ~0U)};
}

INLINE void store_gate(const struct column *column, real *to, vec z)
{
    vec_store(to, column->is_cut ? vec_select(column->own, z, vec_load(to)) : z);
}

/* What pads units is zero. */
INLINE void store_units(const struct column *column, real *to, vec x)
{
    vec_store(to, column->is_cut ? vec_select(column->own, x, vec_set(0)) : x);
}

/* Three sweeps over a column of units, each with chains of operations so short that
 * several rows' overlap in the processor; what goes from one to the next stays in L1. */
INLINE void lstm_forward_column(const struct lstm_forward *s, int j, bool hard,
                                enum cell_activation f)
{
    bool at_once = !hard && f == CELL_TANH;
    size_t stride = (size_t)s->vectors * WIDTH, first = (size_t)j * WIDTH, at = first;
    size_t end = (size_t)s->rows * s->z_row;
    struct column column = column_of(j, s->gate);
    real *gate[4];

    for (int g = 0; g < 4; g++)
        gate[g] = s->z + column_at(j * WIDTH + g * s->gate, s->z_panel);

    vec z[4];
    for (size_t r = 0; r < end && at_once; r += s->z_row) {
        for (int g = 0; g < 4; g++)
            z[g] = vec_load(gate[g] + r);
        lstm_exponentials(z);
        for (int g = 0; g < 4; g++)
            store_gate(&column, gate[g] + r, z[g]);
    }

    for (size_t r = 0; r < end; r += s->z_row, at += stride) {
        for (int g = 0; g < 4; g++)
            z[g] = vec_load(gate[g] + r);
        if (at_once)
            lstm_quotients(z);
        else
            lstm_gates(z, hard, f);
        for (int g = 0; g < 4; g++)
            store_gate(&column, gate[g] + r, z[g]);
        store_units(&column, s->c + at,
                    vec_fma(z[1], vec_load(s->c_prev + at), z[0] * z[2]));
    }

    at = first;
    for (size_t r = 0; r < end; r += s->z_row, at += stride) {
        vec u = cell_activation(vec_load(s->c + at), f);
        store_units(&column, s->tanh_c + at, u);
        store_units(&column, s->h + at, u * vec_load(gate[3] + r));
    }
}

INLINE void lstm_forward_of(const struct lstm_forward *s, bool hard,
                            enum cell_activation f)
{
    for (int j = 0; j < s->vectors; j++)
        lstm_forward_column(s, j, hard, f);
}

static void lstm_forward(const struct lstm_forward *s)
{
    if (s->hard)
        WITH_ACTIVATION(s->activation, lstm_forward_of, s, true)
    else
        WITH_ACTIVATION(s->activation, lstm_forward_of, s, false)
}

/* With u = tanh(c):  dc += dh o u';  dz_o = dh u o';  dz_i = dc g i';
 * dz_f = dc c_prev f';  dz_g = dc i g';  dc_prev = dc f. */
INLINE void lstm_backward_of(const struct lstm_backward *s, bool hard,
                             enum cell_activation activation)
{
    size_t stride = (size_t)s->vectors * WIDTH;

    for (int j = 0; j < s->vectors; j++) {
        struct column column = column_of(j, s->gate);
        size_t gate[4], dgate[4];
        vec sum[4];
        for (int g = 0; g < 4; g++) {
            int c = j * WIDTH + g * s->gate;
            gate[g] = column_at(c, s->gates_panel);
            dgate[g] = column_at(c, s->dz_panel);
            sum[g] = vec_load(s->db + c);
        }

        for (int r = 0; r < s->rows; r++) {
            size_t at = (size_t)r * stride + (size_t)j * WIDTH;
            const real *z = s->gates + (size_t)r * s->gates_row;
            real *dz = s->dz + (size_t)r * s->dz_row;
            vec i = vec_load(z + gate[0]), f = vec_load(z + gate[1]);
            vec g = vec_load(z + gate[2]), o = vec_load(z + gate[3]);
            vec u = vec_load(s->tanh_c + at);
            vec dh = vec_load(s->dh + (size_t)r * s->dh_row + (size_t)j * WIDTH);

            vec dc = vec_fma(dh * o, cell_slope(u, activation), vec_load(s->dc + at));
            vec d[4] = {dc * g * recurrent_slope(i, hard),
                        dc * vec_load(s->c_prev + at) * recurrent_slope(f, hard),
                        dc * i * cell_slope(g, activation),
                        dh * u * recurrent_slope(o, hard)};

            for (int k = 0; k < 4; k++) {
                store_gate(&column, dz + dgate[k], d[k]);
                sum[k] += d[k];
            }
            store_units(&column, s->dc + at, dc * f);
        }
        for (int g = 0; g < 4; g++)
            store_gate(&column, s->db + j * WIDTH + g * s->gate, sum[g]);
    }
}

static void lstm_backward(const struct lstm_backward *s)
{
    if (s->hard)
        WITH_ACTIVATION(s->activation, lstm_backward_of, s, true)
    else
        WITH_ACTIVATION(s->activation, lstm_backward_of, s, false)
}

#endif
