#include "model/path.h"
#include "model/private.h"

#include <string.h>

#include "layers/embedding.h"

/* Nothing is drawn, and no table of products is worth its memory. */
static struct chain_config as_it_judges(const struct chain_config *chain)
{
    struct chain_config still = *chain;

    still.lookup_bytes = 0;
    for (int i = 0; i < still.n_layers; i++) {
        struct layer_config *layer = &still.layer[i];
        layer->frozen = true;
        if (layer->kind == LAYER_DROPOUT)
            layer->dropout.rate = 0;
        if (layer->kind == LAYER_RECURRENT)
            layer->recurrent.dropout = layer->recurrent.recurrent_dropout = 0;
    }
    return still;
}

int model_new_path(const struct chain_config *chain, const struct kernels *kernels,
                   int lane_rows, struct model **model)
{
    struct chain_config still = as_it_judges(chain);
    struct model *made = NULL;
    int rc = model_new(&still, kernels, lane_rows, &made);
    if (rc)
        return rc;

    perturbation_new(0, lane_rows, still.length, still.layer[0].embedding.width,
                     &made->perturbation);
    embedding_set_perturbation(made->layer[0], &made->perturbation);
    made->kept = xcalloc(made->params.size, sizeof *made->kept);
    *model = made;
    return OK;
}

static bool is_fixed(int32_t id, const struct path_target *target)
{
    return id == 0 || id == target->start;
}

static const real *vector_of(const struct model *model, int32_t id)
{
    const real *table = layer_weights(model->layer[0], model->weights, 0);

    return table + (size_t)id * (size_t)model->perturbation.width;
}

/* Each end is met to the bit. */
static void place_words(struct model *model, const struct path_target *target,
                        const double *at, int n)
{
    const struct plans *plans = &model->plans;
    int width = model->perturbation.width;
    const real *pad = vector_of(model, 0);
    real kept = model->chain.mask ? 0 : 1;

    for (int r = 0; r < n; r++)
        for (int t = plans->length - plans->all.count[r]; t < plans->length; t++) {
            size_t slot = plans->all.slot[t] + (size_t)r;
            const real *word = vector_of(model, plans->ids[slot]);
            real to = is_fixed(plans->ids[slot], target) ? 1 : (real)at[r];
            real *vector = model->perturbation.vectors + slot * (size_t)width;
            for (int j = 0; j < width; j++)
                vector[j] = to * word[j] + (1 - to) * kept * pad[j];
        }
}

/* What pushing left of row r, along the way of each word. */
static void take_slopes(const struct model *model, const struct path_target *target,
                        int r, double *slopes)
{
    const struct plans *plans = &model->plans;
    size_t width = (size_t)model->perturbation.width;
    const real *pad = vector_of(model, 0);
    double kept = model->chain.mask ? 0 : 1;
    int n = 0;

    memset(slopes, 0, (size_t)plans->length * sizeof *slopes);
    for (int t = plans->length - plans->all.count[r]; t < plans->length; t++) {
        size_t slot = plans->all.slot[t] + (size_t)r;
        const real *word = vector_of(model, plans->ids[slot]);
        const real *gradient = model->perturbation.d_vectors + slot * width;
        if (plans->ids[slot] == 0)
            continue;

        for (size_t j = 0; j < width && !is_fixed(plans->ids[slot], target); j++)
            slopes[n] += (double)gradient[j] * ((double)word[j] - kept * (double)pad[j]);
        n++;
    }
}

/* The logits, and their gradients for each row's own. */
static void take_logits(struct model *model, const struct path_target *target, int n,
                        double *logits)
{
    struct layer *output = model_output(model);
    size_t row = (size_t)output->out.row;

    memset(output->dy, 0, (size_t)n * row * sizeof *output->dy);
    for (size_t r = 0; r < (size_t)n; r++) {
        size_t place = r * row + (size_t)target->output;
        logits[r] = (double)(target->sign * output->y[place]);
        output->dy[place] = target->sign;
    }
}

void model_follow(struct model *model, const struct rows *rows,
                  const struct path_target *target, const double *at, int n,
                  double *logits, double *slopes)
{
    enum { MOST_ROWS = 64 };
    static const int32_t same_row[MOST_ROWS] = {0};
    const struct lane lane = {.from = rows, .rows = same_row, .n_rows = n};
    const struct pass pass = {.plans = &model->plans,
                              .n_rows = n,
                              .rows = same_row,
                              .from = rows,
                              .trains = true,
                              .gradient = model->kept};
    if (n > MOST_ROWS)
        die("%d points of a path at once", n);

    uint64_t mode = kernels_begin();
    plans_take_lane(&model->plans, &lane, false);
    perturbation_begin(&model->perturbation, &model->plans);
    place_words(model, target, at, n);

    model->perturbation.stage = PERTURBATION_FOLLOWS;
    model_forward(model, &lane, &pass);
    take_logits(model, target, n, logits);
    model_backward(model, &pass);
    model->perturbation.stage = PERTURBATION_NONE;
    for (int r = 0; r < n; r++)
        take_slopes(model, target, r, slopes + (size_t)r * (size_t)rows->maxlen);
    kernels_end(mode);
}
