/* A lane's vectors by position, for layers that look at all of a row: at words what the
 * layer below gives, at positions that the plans skip what enum skipped says. Nothing
 * here is collective.
 */
#ifndef RNNTRAIN_LAYERS_POSITIONS_H
#define RNNTRAIN_LAYERS_POSITIONS_H

#include "layers/layer.h"

/* The vector of row r at time t, or its gradient, stands at first + r * row + t * time;
 * it has in.row reals. */
struct positions {
    real *first;
    size_t row, time;
};

/* The position that row r takes at step s of the forward plan. */
int positions_time(const struct pass *pass, int r, int s);

/* Pulls all steps from the layer below `layer` and fills what is skipped. `step`, (R,
 * in.row), is of use where the plans skip positions. */
void positions_pull(const struct layer *layer, const struct pass *pass,
                    struct positions to, real *step);
/* The same for step s alone, which was pulled into `step`; and for all that is skipped,
 * when all steps have been put. */
void positions_put_step(const struct layer *layer, const struct pass *pass, int s,
                        const real *step, struct positions to);
void positions_fill_skipped(const struct layer *layer, const struct pass *pass,
                            struct positions to);

/* Adds the gradients of step s to `step`, (active rows, in.row): of the rows' positions,
 * and with the last step of those behind that repeat it. */
void positions_add_gradient(const struct layer *layer, const struct pass *pass, int s,
                            struct positions from, real *step);
/* Pushes all steps to the layer below, which is cleared first. */
void positions_push(const struct layer *layer, const struct pass *pass,
                    struct positions from, real *step);

/* For kinds that compute all positions of a row at once: y and dy are (R, T', out.row),
 * and these are their pull, clear and push. */
void positions_take_outputs(struct layer *layer, struct space *space);
size_t positions_outputs(const struct layer *layer); /* numbers of a row: T' * out.row */
/* Whether the layer below is of these kinds and keeps all rows: then a layer that alone
 * stands on it may read y where it stands, and set dy, of all rows of a pass, itself. */
bool positions_stand_below(const struct layer *layer);
void positions_pull_outputs(struct layer *layer, const struct pass *pass,
                            const struct steps *steps, int s, real *x, size_t row);
void positions_clear_outputs(struct layer *layer, const struct pass *pass);
void positions_push_outputs(struct layer *layer, const struct pass *pass,
                            const struct steps *steps, int s, const real *dx, size_t row);

#endif
