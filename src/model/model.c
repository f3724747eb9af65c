#include "model/private.h"

#include <string.h>

#include "base/trace.h"
#include "layers/embedding.h"
#include "layers/loss.h"

/* Those of the planned words that the learner does not know yet. */
static void learn_words(struct model *model)
{
    struct plans *plans = &model->plans;
    int32_t *unknown = plans->words + plans->n_words;
    int n = 0;

    for (int i = 0; i < plans->n_words; i++)
        if (!id_bits_has(model->known, plans->words[i]))
            unknown[n++] = plans->words[i];

    model->learner->ops->learn_ids(model->learner, unknown, n);
    for (int i = 0; i < n; i++)
        id_bits_set(model->known, unknown[i]);
}

static void learn_words_of(struct model *model, const struct pass *pass)
{
    if (model->learner && model->learner->ops->looks_up(model->learner, pass))
        learn_words(model);
}

/* What pads leave, layer by layer: one row of nothing but pads. */
static void learn_pads(struct model *model)
{
    const struct pass pass = {.plans = &model->plans, .n_rows = 1};

    plans_take_pads(&model->plans);
    learn_words_of(model, &pass);
    for (int i = 0; i < model->n_layers; i++) {
        struct layer *layer = model->layer[i];
        if (layer->in.alike && layer->ops->learn_pads)
            layer->ops->learn_pads(layer, &pass);
    }
    model->pads_known = true;
}

/* The products of all ids. */
static void learn_vocabulary(struct model *model)
{
    int32_t ids[64];
    int n = 0, vocabulary = model->chain.vocabulary;

    for (int32_t id = 0; id < vocabulary; id++) {
        if (!id_bits_has(model->known, id))
            ids[n++] = id;
        if (n < (int)COUNT_OF(ids) && id < vocabulary - 1)
            continue;

        model->learner->ops->learn_ids(model->learner, ids, n);
        for (int i = 0; i < n; i++)
            id_bits_set(model->known, ids[i]);
        n = 0;
    }
}

void model_learn(struct model *model)
{
    uint64_t mode = kernels_begin();

    if (model->learner)
        learn_vocabulary(model);
    if (model_shares_pads(model) && !model->pads_known)
        learn_pads(model);
    kernels_end(mode);
}

/* A pass with the plans of what layer i takes. */
static struct pass pass_of(const struct model *model, int i, const struct pass *pass)
{
    struct pass own = *pass;

    own.plans = model_plans(model, model->layer[i]->in.stage);
    return own;
}

void model_forward(struct model *model, const struct lane *lane, const struct pass *pass)
{
    if (pass->shares && !model->pads_known)
        learn_pads(model);

    if (!chain_is_linear(&model->chain))
        plans_take_lane(&model->plans, lane, pass->shares);
    for (int i = 0; i < model->n_behind; i++)
        plans_take_rows(&model->behind[i], lane->n_rows);
    learn_words_of(model, pass);

    for (int i = 0; i < model->n_layers; i++) {
        const struct pass own = pass_of(model, i, pass);
        if (model->layer[i]->ops->forward)
            model->layer[i]->ops->forward(model->layer[i], &own);
    }
}

struct lane_result model_evaluate(struct model *model, const struct lane *lane,
                                  real *logits)
{
    struct layer *output = model_output(model);
    const struct pass pass = {.plans = &model->plans,
                              .n_rows = lane->n_rows,
                              .rows = lane->rows,
                              .from = lane->from,
                              .shares = model_shares_pads(model)};
    uint64_t mode = kernels_begin();

    model_forward(model, lane, &pass);
    kernels_end(mode);
    size_t width = (size_t)output->out.width, row = (size_t)output->out.row;
    for (size_t r = 0; r < (size_t)lane->n_rows && logits; r++)
        memcpy(logits + r * width, output->y + r * row, width * sizeof *logits);
    return output_score(output, lane, false);
}

struct lane_result model_score(struct model *model, const struct lane *lane,
                               const real *logits)
{
    struct layer *output = model_output(model);
    size_t width = (size_t)output->out.width, row = (size_t)output->out.row;

    for (size_t r = 0; r < (size_t)lane->n_rows; r++)
        memcpy(output->y + r * row, logits + r * width, width * sizeof *logits);
    return output_score(output, lane, false);
}

void model_backward(struct model *model, const struct pass *pass)
{
    for (int i = model->n_layers - 1; i >= 0; i--) {
        const struct pass own = pass_of(model, i, pass);
        if (model->layer[i]->ops->backward)
            model->layer[i]->ops->backward(model->layer[i], &own);
    }
}

/* The lane once more, its embeddings moved; the gradient of the first way is there. */
static void add_perturbed(struct model *model, const struct lane *lane,
                          const struct pass *pass)
{
    size_t table = model->params.tensors[0].size, n = model->params.size - table;

    memcpy(model->kept, pass->gradient + table, n * sizeof *model->kept);
    embedding_perturb(model->layer[0], pass);
    model_forward(model, lane, pass);
    (void)output_score(model_output(model), lane, true);
    model_backward(model, pass);
    model->perturbation.stage = PERTURBATION_NONE;
    for (size_t i = 0; i < n; i++)
        pass->gradient[table + i] += model->kept[i];
}

size_t model_most_touched(const struct model *model)
{
    return (size_t)model->frame.rows * (size_t)(model->chain.length + 1);
}

/* Room for the gradient of the lane's words: zeros. */
static void begin_table(struct model *model, const struct lane_gradient *gradient)
{
    const struct table_rows *table = &gradient->table;
    const struct tensor *tensor = &model->params.tensors[0];

    if (!gradient->touched) {
        memset(gradient->flat, 0, tensor->size * sizeof *gradient->flat);
        return;
    }
    for (int i = 0; i < model->plans.n_words; i++)
        id_bits_set(gradient->touched, model->plans.words[i]);
    if (!table->rows)
        return;

    size_t words = id_bits_words(model->chain.vocabulary);
    size_t n = table_rows_number(table, 0, 1, words);
    memset(table->rows, 0, n * tensor->shape[1] * sizeof *table->rows);
    plans_find_places(&model->plans, table);
}

struct lane_result model_lane_gradient(struct model *model, const struct lane *lane,
                                       int number, uint64_t seed, uint32_t step,
                                       const struct lane_gradient *gradient)
{
    const struct pass pass = {.plans = &model->plans,
                              .slot = number % LAYER_JOINT_LANES,
                              .n_rows = lane->n_rows,
                              .rows = lane->rows,
                              .from = lane->from,
                              .trains = true,
                              .gradient = gradient->flat,
                              .table = gradient->table.rows ? &gradient->table : NULL,
                              .seed = seed,
                              .step = step};
    uint64_t mode = kernels_begin();
    double began = trace_begin();

    model_forward(model, lane, &pass);
    struct lane_result result = output_score(model_output(model), lane, true);
    trace_end(TRACE_FORWARD, began);

    began = trace_begin();
    begin_table(model, gradient);
    if (model->kept)
        perturbation_begin(&model->perturbation, &model->plans);
    model_backward(model, &pass);
    if (model->kept)
        add_perturbed(model, lane, &pass);
    trace_end(TRACE_BACKWARD, began);
    kernels_end(mode);
    return result;
}

/* Tensors have the order of the layers. */
size_t model_joint_size(const struct model *model)
{
    const struct layer *layer = model_output(model);

    return layer->joins
               ? model->params.size - model->params.tensors[layer->first_tensor].offset
               : 0;
}

void model_join(struct model *model, int first, int n, real *gradient)
{
    struct layer *layer = model_output(model);

    if (layer->joins)
        layer->ops->join(layer, first % LAYER_JOINT_LANES, n, gradient);
}

struct lane_result model_gradient(struct model *model, const struct lane *lane,
                                  uint64_t seed, uint32_t step, real *gradient,
                                  uint64_t *touched)
{
    const struct lane_gradient to = {.flat = gradient, .touched = touched};
    struct lane_result result = model_lane_gradient(model, lane, 0, seed, step, &to);

    model_join(model, 0, 1, gradient);
    return result;
}

int model_judge(const struct model *model, const real *logits, double *probabilities)
{
    const struct kernels *kernels = model->frame.kernels;
    int n_logits = chain_outputs(&model->chain);

    if (chain_has_sigmoids(&model->chain))
        label_probabilities(n_logits, logits, probabilities);
    else
        class_probabilities(kernels, n_logits, logits, probabilities);
    return class_decision(kernels, n_logits, logits);
}

void model_weigh_classes(struct model *model, const double *weights)
{
    output_weigh_classes(model_output(model), weights);
}

void model_smooth_labels(struct model *model, double share)
{
    output_smooth_labels(model_output(model), share);
}

/* Of a sequence that no layer goes through by itself, as where poolings stand on an
 * embedding. */
static double all_positions(const struct model *model, const struct lane *lane)
{
    int64_t positions = 0;

    for (int r = 0; r < lane->n_rows; r++)
        positions += plans_positions(&model->plans, PLAN_WHOLE, lane, r, false);
    return (double)positions;
}

double model_positions(const struct model *model, const struct lane *lane, bool train)
{
    bool shares = !train && model_shares_pads(model);
    int64_t positions = 0;
    int n = 0;

    for (int i = 0; i < model->n_layers; i++) {
        const struct layer *layer = model->layer[i];
        for (int d = 0; d < layer->n_directions; d++, n++)
            for (int r = 0; r < lane->n_rows; r++)
                positions += plans_positions(model_plans(model, layer->in.stage),
                                             layer->plan[d], lane, r, shares);
    }
    return n > 0 ? (double)positions / n : all_positions(model, lane);
}
