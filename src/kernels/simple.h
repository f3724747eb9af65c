/* The sweeps over the one gate of a simple cell, once the products are done. Included by
 * isa.c only. */
#ifndef RNNTRAIN_KERNELS_SIMPLE_H
#define RNNTRAIN_KERNELS_SIMPLE_H

#include "kernels/activations.h"
#include "kernels/matmul.h"
#include "kernels/sums.h"

INLINE void simple_forward_of(const struct simple_forward *s, enum cell_activation f)
{
    size_t stride = (size_t)s->vectors * WIDTH;

    for (int j = 0; j < s->vectors; j++) {
        const real *z = s->z + panel_at(j, s->z_panel);
        real *h = s->h + (size_t)j * WIDTH;

        for (int r = 0; r < s->rows; r++, z += PANEL, h += stride)
            vec_store(h, cell_activation(vec_load(z), f));
    }
}

static void simple_forward(const struct simple_forward *s){
    WITH_ACTIVATION(s->activation, simple_forward_of, s)}

/* dz = dh f' */
INLINE void simple_backward_of(const struct simple_backward *s, enum cell_activation f)
{
    size_t stride = (size_t)s->vectors * WIDTH;

    for (int j = 0; j < s->vectors; j++) {
        real *dz = s->dz + panel_at(j, s->dz_panel);
        const real *dh = s->dh + (size_t)j * WIDTH;
        size_t at = (size_t)j * WIDTH;

        vec sum;
        load_sums(1, 0, j, s->db, &sum);
        for (int r = 0; r < s->rows; r++, dz += PANEL, dh += s->dh_row, at += stride) {
            vec d = vec_load(dh) * cell_slope(vec_load(s->h + at), f);

            vec_store(dz, d);
            sum += d;
        }
        store_sums(1, 0, j, &sum, s->db);
    }
}

static void simple_backward(const struct simple_backward *s)
{
    WITH_ACTIVATION(s->activation, simple_backward_of, s)
}

#endif
