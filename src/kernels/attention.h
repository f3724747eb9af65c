/* Additive attention's hidden layer on the way back. Included by isa.c only. */
#ifndef RNNTRAIN_KERNELS_ATTENTION_H
#define RNNTRAIN_KERNELS_ATTENTION_H

#include "kernels/sums.h"

/* dz = ds v (1 - u^2), dv += ds u, db += dz */
static void attention_backward(const struct attention_backward *s)
{
    size_t stride = (size_t)s->vectors * WIDTH;

    for (int j = 0; j < s->vectors; j++) {
        real *dz = s->dz + panel_at(j, s->dz_panel);
        size_t at = (size_t)j * WIDTH;
        vec v = vec_load(s->v + at), dv, db;

        load_sums(1, 0, j, s->dv, &dv);
        load_sums(1, 0, j, s->db, &db);
        for (int r = 0; r < s->rows; r++, dz += PANEL, at += stride) {
            vec u = vec_load(s->u + at), scaled = v * s->d_score[r];
            vec d = vec_fma(-(u * u), scaled, scaled);

            vec_store(dz, d);
            db += d;
            dv = vec_fma(u, vec_set(s->d_score[r]), dv);
        }
        store_sums(1, 0, j, &dv, s->dv);
        store_sums(1, 0, j, &db, s->db);
    }
}

#endif
