#include "train/selftest.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 7, MOST_OUTPUTS = 8 };

/* Logits of the lane together, and of its row r alone. */
static bool is_same_alone(struct model *model, const struct lane *lane, int r,
                          const real *together)
{
    size_t n = (size_t)chain_outputs(model_chain(model));
    real alone[MOST_OUTPUTS] = {0};
    struct lane one = *lane;

    one.rows += r;
    one.n_rows = 1;
    model_evaluate(model, &one, alone);
    return !memcmp(alone, together + (size_t)r * n, n * sizeof *alone);
}

static bool are_same_alone(struct model *model, const struct lane *lane)
{
    real together[SELFTEST_LANE_ROWS * MOST_OUTPUTS] = {0};
    bool are_same = true;

    model_evaluate(model, lane, together);
    for (int r = 0; r < lane->n_rows; r++)
        are_same &= is_same_alone(model, lane, r, together);
    return are_same;
}

int selftest_rows_alone(const struct selftest_model *which, const struct kernels *kernels,
                        bool *are_same)
{
    struct selftest_data data;
    struct model *model = NULL;
    int rc = selftest_new(which, kernels, &model);
    if (rc)
        return rc;

    selftest_fill(&data);
    real *weights = xaligned(model_params(model)->size, sizeof *weights);
    model_init_weights(model, SEED, weights);
    model_pack(model, weights);

    *are_same = true;
    for (int l = 0; l < SELFTEST_LANES; l++) {
        struct lane lane = {&data.rows, data.order + l * SELFTEST_LANE_ROWS,
                            SELFTEST_LANE_ROWS, NULL};
        *are_same &= are_same_alone(model, &lane);
    }
    free(weights);
    model_free(model);
    return OK;
}
