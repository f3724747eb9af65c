/* The sweeps over the gates of a GRU, once the products are done. Included by isa.c
 * only. */
#ifndef RNNTRAIN_KERNELS_GRU_H
#define RNNTRAIN_KERNELS_GRU_H

#include "kernels/activations.h"
#include "kernels/matmul.h"
#include "kernels/sums.h"

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
INLINE void gru_output_of(const struct gru_forward *s, enum cell_activation f)
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
            hh = cell_activation(hh, f);
            vec_store(s->hh + column + z, hh);
            vec_store(s->h + at, vec_fma(vec_load(update + z), h_prev - hh, hh));
        }
    }
}

static void gru_output(const struct gru_forward *s){
    WITH_ACTIVATION(s->activation, gru_output_of, s)}

/* dhh = dh (1 - z) hh';  dz = dh (h_prev - hh) z';  dh_prev = dh z + ...; with
 * reset_after also drec = dhh r and dr = dhh rec r'. */
INLINE void gru_backward_output_of(const struct gru_backward *s, enum cell_activation f)
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
            vec dhh = dh * (1 - z) * cell_slope(hh, f);
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

static void gru_backward_output(const struct gru_backward *s)
{
    WITH_ACTIVATION(s->activation, gru_backward_output_of, s)
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
