#include "model/private.h"

#include <string.h>

#include "base/trace.h"

/* Dropout of a lane: NULL in evaluation. */
struct dropout {
    uint64_t seed;
    uint32_t step;
};

/* Forward. */

static int lane_row(const struct lane *lane, int r)
{
    return lane->rows[r];
}

static const void *lane_ids(const struct lane *lane, int r)
{
    size_t row_bytes = rows_row_bytes(lane->from);
    return lane->ids ? (const char *)lane->ids + (size_t)r * row_bytes
                     : rows_at(lane->from, lane_row(lane, r));
}

/* Positions that a direction computes of row r. */
static int positions_of(const struct model *model, const struct lane *lane, int r,
                        int direction, bool share)
{
    bool skips = model->config.mask || (share && direction == 0);
    return skips ? lane->from->length[lane_row(lane, r)] : model->config.maxlen;
}

/* Counts and plans. Rows are right-aligned: a row that skips its pads takes the last
 * steps whichever side they stand on. */
static void plan_steps(struct model *model, int rows)
{
    for (int d = 0; d < model->directions; d++) {
        for (int r = 0; r < rows; r++)
            model->lead[d][r] =
                model->config.pad_pre ? model->config.maxlen - model->count[d][r] : 0;
        steps_plan(&model->steps[d], rows, model->count[d], d == 1);
    }
    /* the reverse direction computes at least as much as the forward one */
    steps_plan(&model->all, rows, model->count[model->directions - 1], false);
}

static void plan_lane(struct model *model, const struct lane *lane, bool share)
{
    int length = model->config.maxlen, widest = model->directions - 1;
    for (int d = 0; d < model->directions; d++)
        for (int r = 0; r < lane->n_rows; r++)
            model->count[d][r] = positions_of(model, lane, r, d, share);
    plan_steps(model, lane->n_rows);
    for (int r = 0; r < lane->n_rows; r++) {
        int count = model->count[widest][r], first = length - count;
        rows_ids(lane->from, lane_ids(lane, r), model->lead[widest][r], count,
                 model->row_ids);
        for (int i = 0; i < count; i++)
            model->ids[model->all.slot[first + i] + (size_t)r] = model->row_ids[i];
    }
}

/* Keep bits of a row's position t; those of the next row are bits_row further on. */
static uint32_t *embedding_bits(const struct model *model, int t)
{
    return model->embedding_bits + (size_t)t * (size_t)model->embedding_words;
}

static size_t bits_row(const struct model *model)
{
    return (size_t)model->config.maxlen * (size_t)model->embedding_words;
}

static struct rng dropout_rng(const struct dropout *dropout, enum rng_purpose purpose,
                              int row)
{
    return (struct rng){.seed = dropout->seed,
                        .purpose = (uint32_t)purpose,
                        .step = dropout->step,
                        .row = (uint32_t)row};
}

/* Keep bits of all positions a lane's rows have, row by row. */
static void draw_embedding_bits(struct model *model, const struct lane *lane,
                                const struct dropout *dropout)
{
    int words = model->embedding_words;
    uint32_t threshold = rng_drop_threshold(model->config.embedding_dropout);
    for (int r = 0; r < lane->n_rows; r++) {
        int count = model->all.count[r], first = model->config.maxlen - count;
        struct rng rng = dropout_rng(dropout, RNG_DROPOUT_EMBEDDING, lane_row(lane, r));
        model->kernels->keep_bits(
            &rng, (uint32_t)(first * words), count * words, threshold,
            embedding_bits(model, first) + (size_t)r * bits_row(model));
    }
}

static real keep_scale(double rate)
{
    return (real)(1 / (1 - rate));
}

/* What the source and the sink of a layer know. */
struct pass {
    struct model *model;
    int layer;
    bool drop;     /* elements of the embeddings */
    real *d_table; /* gradient of the embedding's table */
};

/* The embeddings that step s reads, and those of the step after it, `ahead` being 1, or
 * before it, -1. */
static struct embedding embedding_of(const struct pass *pass, const struct steps *steps,
                                     int s, int ahead)
{
    const struct model *model = pass->model;
    int t = steps_time(steps, s), next = s + ahead;
    bool ends = next < 0 || next >= steps->length;
    return (struct embedding){
        .n = steps->active[s],
        .width = model->config.embedding,
        .ids = model->ids + model->all.slot[t],
        .bits = pass->drop ? embedding_bits(model, t) : NULL,
        .bits_row = bits_row(model),
        .scale = keep_scale(model->config.embedding_dropout),
        .n_next = ends ? 0 : steps->active[next],
        .next = ends ? NULL : model->ids + model->all.slot[steps_time(steps, next)],
    };
}

/* Source of the first layer. */
static void source_embedding(void *context, const struct steps *steps, int s, real *x)
{
    struct pass *pass = context;
    const struct model *model = pass->model;
    struct embedding e = embedding_of(pass, steps, s, 1);
    model->kernels->embed(&e, model->weights, x, (size_t)model->layer[0].inputs);
}

/* Source of the layers above: the outputs of the layer below. */
static void source_layer(void *context, const struct steps *steps, int s, real *x)
{
    struct pass *pass = context;
    const struct model *model = pass->model;
    size_t inputs = (size_t)layer_at(model, pass->layer, 0)->inputs;
    for (int d = 0; d < model->directions; d++) {
        const struct recurrent *below = layer_at(model, pass->layer - 1, d);
        const struct steps *below_steps = &model->steps[d];
        int from = steps_time(below_steps, steps_time(steps, s));
        size_t width = (size_t)below->padded;
        for (int r = 0; r < steps->active[s]; r++)
            memcpy(x + (size_t)r * inputs + (size_t)d * width,
                   recurrent_output(below, below_steps, from, r), width * sizeof *x);
    }
}

static void drop_rows(const struct model *model, const struct lane *lane,
                      const struct dropout *dropout, enum rng_purpose purpose,
                      double rate, int width, int words, uint32_t *bits, real *x)
{
    for (int r = 0; r < lane->n_rows; r++, bits += words, x += width) {
        struct rng rng = dropout_rng(dropout, purpose, lane_row(lane, r));
        model->kernels->keep_bits(&rng, 0, words, rng_drop_threshold(rate), bits);
        model->kernels->drop(width, bits, keep_scale(rate), x);
    }
}

static void head_and_dense(struct model *model, const struct lane *lane,
                           const struct dropout *dropout)
{
    const struct model_config *config = &model->config;
    head_forward(&model->head, lane->n_rows, model->features);
    if (dropout && config->rnn_dropout > 0)
        drop_rows(model, lane, dropout, RNG_DROPOUT_RNN, config->rnn_dropout,
                  model->head.features, model->feature_words, model->feature_bits,
                  model->features);
    const real *x = model->features;
    if (config->dense) {
        dense_forward(&model->dense, lane->n_rows, x);
        x = model->dense.y;
        if (dropout && config->dense_dropout > 0)
            drop_rows(model, lane, dropout, RNG_DROPOUT_DENSE, config->dense_dropout,
                      model->dense.linear.columns, model->dense_words, model->dense_bits,
                      model->dense.y);
    }
    output_forward(&model->output, lane->n_rows, x, model->logits);
}

/* Where the ids of each step of the first layer stand, one direction. */
static void point_at_ids(struct model *model, int direction)
{
    struct recurrent *layer = layer_at(model, 0, direction);
    const struct steps *steps = &model->steps[direction];
    for (int s = 0; s < steps->length; s++)
        layer->ids[s] = model->ids + model->all.slot[steps_time(steps, s)];
}

/* One direction of a recurrent layer over the planned lane. */
static void run_layer(struct model *model, int i, int direction, bool drop, bool keep,
                      bool share)
{
    struct recurrent *layer = layer_at(model, i, direction);
    struct pass pass = {.model = model, .layer = i, .drop = drop};
    layer->looks_up = layer->vocabulary > 0 && !drop;
    if (layer->looks_up)
        point_at_ids(model, direction);
    layer->shares_pads = share && layer->can_share_pads;
    recurrent_forward(layer, &model->steps[direction], keep,
                      i == 0 ? source_embedding : source_layer, &pass);
}

static bool has_bit(const uint64_t *bits, int32_t id)
{
    return bits[id / 64] >> id % 64 & 1;
}

static void set_bit(uint64_t *bits, int32_t id)
{
    bits[id / 64] |= UINT64_C(1) << id % 64;
}

/* The planned ids, each once, in the order in which they come. */
static void collect_words(struct model *model)
{
    size_t n = model->all.slot[model->config.maxlen + 1];
    model->n_words = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t id = model->ids[i];
        if (has_bit(model->seen, id))
            continue;
        set_bit(model->seen, id);
        model->words[model->n_words++] = id;
    }
    for (int i = 0; i < model->n_words; i++)
        model->seen[model->words[i] / 64] = 0;
}

/* The embeddings of some ids into x of the first layer's direction d; where they
 * stand. */
static struct embedding embed_words(const struct model *model, int d, const int32_t *ids,
                                    int n)
{
    const struct recurrent *layer = layer_at(model, 0, d);
    struct embedding words = {.n = n, .width = model->config.embedding, .ids = ids};
    model->kernels->embed(&words, model->weights, layer->x, (size_t)layer->inputs);
    return words;
}

/* The first layer's products with the embeddings of n ids. */
static void learn_ids(struct model *model, const int32_t *ids, int n)
{
    size_t room = model->layer[0].room;
    for (int first = 0, some; first < n; first += some) {
        some = (size_t)(n - first) < room ? n - first : (int)room;
        for (int d = 0; d < model->directions; d++) {
            (void)embed_words(model, d, ids + first, some);
            recurrent_learn_words(layer_at(model, 0, d), ids + first, some);
        }
    }
    for (int i = 0; i < n; i++)
        set_bit(model->known, ids[i]);
}

/* Those of `words` that are not known yet. */
static void learn_words(struct model *model)
{
    int32_t *unknown = model->words + model->n_words;
    int n = 0;
    for (int i = 0; i < model->n_words; i++)
        if (!has_bit(model->known, model->words[i]))
            unknown[n++] = model->words[i];
    learn_ids(model, unknown, n);
}

/* The forward direction over one row of nothing but pads. */
static void learn_pads(struct model *model)
{
    for (int d = 0; d < model->directions; d++)
        model->count[d][0] = model->config.maxlen;
    plan_steps(model, 1);
    memset(model->ids, 0, (size_t)model->config.maxlen * sizeof *model->ids);
    collect_words(model);
    if (looks_up_words(&model->config))
        learn_words(model);
    for (int i = 0; i < model->config.layers; i++) {
        struct recurrent *layer = layer_at(model, i, 0);
        layer->learns_pads = true;
        run_layer(model, i, 0, false, false, false);
        layer->learns_pads = false;
    }
    model->pads_known = true;
}

/* The products of all ids. */
static void learn_vocabulary(struct model *model)
{
    int32_t ids[64];
    int n = 0, vocabulary = model->config.vocabulary;
    for (int32_t id = 0; id < vocabulary; id++) {
        if (!has_bit(model->known, id))
            ids[n++] = id;
        if (n == (int)COUNT_OF(ids) || id == vocabulary - 1) {
            learn_ids(model, ids, n);
            n = 0;
        }
    }
}

void model_learn(struct model *model)
{
    uint64_t mode = kernels_begin();
    if (looks_up_words(&model->config))
        learn_vocabulary(model);
    if (shares_pads(&model->config) && !model->pads_known)
        learn_pads(model);
    kernels_end(mode);
}

/* `dropout` NULL: evaluation, nothing is kept for a backward pass. */
static void forward(struct model *model, const struct lane *lane,
                    const struct dropout *dropout)
{
    bool drop = dropout && model->config.embedding_dropout > 0;
    bool share = !dropout && shares_pads(&model->config);
    if (share && !model->pads_known)
        learn_pads(model);
    plan_lane(model, lane, share);
    collect_words(model);
    if (drop)
        draw_embedding_bits(model, lane, dropout);
    else if (looks_up_words(&model->config))
        learn_words(model);
    for (int i = 0; i < model->config.layers; i++)
        for (int d = 0; d < model->directions; d++)
            run_layer(model, i, d, drop, dropout != NULL, share);
    head_and_dense(model, lane, dropout);
}

/* Sums loss and hits over the lane and leaves dL/dlogits. */
static struct lane_result score_lane(struct model *model, const struct lane *lane)
{
    struct lane_result result = {0, 0};
    int classes = model->config.classes, units = model->output.units;
    for (int r = 0; r < lane->n_rows; r++) {
        const real *logits = model->logits + r * units;
        real *d_logits = model->d_logits + r * units;
        int y = lane->from->y[lane_row(lane, r)];
        result.loss += classes == 2
                           ? binary_crossentropy(logits[0], y, d_logits)
                           : categorical_crossentropy(classes, logits, y, d_logits);
        result.correct += class_decision(classes, logits) == y;
    }
    return result;
}

struct lane_result model_evaluate(struct model *model, const struct lane *lane,
                                  real *logits)
{
    uint64_t mode = kernels_begin();
    forward(model, lane, NULL);
    kernels_end(mode);
    if (logits)
        memcpy(logits, model->logits,
               (size_t)(lane->n_rows * model->output.units) * sizeof *logits);
    return score_lane(model, lane);
}

/* Backward. */

/* dL/d(embedded) of one step: into the rows of the table. */
static void sink_embedding(void *context, const struct steps *steps, int s,
                           const real *dx)
{
    struct pass *pass = context;
    const struct model *model = pass->model;
    struct embedding e = embedding_of(pass, steps, s, -1);
    model->kernels->embed_backward(&e, dx, (size_t)model->layer[0].inputs, pass->d_table);
}

/* dL/dx of one step of layer i: added to dL/d(outputs) of the layer below. */
static void sink_layer(void *context, const struct steps *steps, int s, const real *dx)
{
    struct pass *pass = context;
    const struct model *model = pass->model;
    size_t inputs = (size_t)layer_at(model, pass->layer, 0)->inputs;
    for (int d = 0; d < model->directions; d++) {
        size_t width = (size_t)layer_at(model, pass->layer - 1, d)->padded;
        const struct steps *below = &model->steps[d];
        int to = steps_time(below, steps_time(steps, s));
        real *d_outputs = model->d_layer[(pass->layer - 1) * model->directions + d] +
                          below->slot[to + 1] * width;
        for (int r = 0; r < steps->active[s]; r++)
            model->kernels->add(width, d_outputs + (size_t)r * width,
                                dx + (size_t)r * inputs + (size_t)d * width);
    }
}

/* What a direction that looked up has gathered by ids: to W and to the table. */
static void backward_words(struct model *model, int d, real *d_table)
{
    struct recurrent *layer = layer_at(model, 0, d);
    for (int first = 0, n; first < model->n_words; first += n) {
        n = model->n_words - first < layer->block ? model->n_words - first : layer->block;
        struct embedding words = embed_words(model, d, model->words + first, n);
        const real *dx = recurrent_words_backward(layer, model->words + first, n);
        model->kernels->embed_backward(&words, dx, (size_t)layer->inputs, d_table);
    }
}

static void backward_layer(struct model *model, int i, struct pass *pass, real *gradient)
{
    bool last = i == model->config.layers - 1;
    pass->layer = i;
    for (int d = model->directions - 1; d >= 0;
         d--) { /* the last one's are in the cache */
        struct recurrent *layer = layer_at(model, i, d);
        struct output_gradient d_outputs = {model->d_layer[i * model->directions + d], 0,
                                            0};
        recurrent_backward(layer, &model->steps[d], last ? model->head.d_final[d] : NULL,
                           last ? model->head.d_outputs[d] : d_outputs,
                           i == 0 ? sink_embedding : sink_layer, pass);
        if (layer->looks_up)
            backward_words(model, d, pass->d_table);
        int first = recurrent_tensor(model, i, d);
        recurrent_unpack(layer, gradient_of(model, gradient, first),
                         gradient_of(model, gradient, first + 1),
                         gradient_of(model, gradient, first + 2));
    }
}

static void undrop_rows(const struct model *model, int rows, double rate, int width,
                        int words, const uint32_t *bits, real *dx)
{
    for (int r = 0; r < rows && rate > 0; r++, bits += words, dx += width)
        model->kernels->drop(width, bits, keep_scale(rate), dx);
}

/* From dL/dlogits to dL/d(features). */
static void backward_head(struct model *model, int rows, real *gradient)
{
    const struct model_config *config = &model->config;
    int dense = dense_tensor(model), output = output_tensor(model);
    output_backward(&model->output, rows,
                    config->dense ? model->dense.y : model->features, model->d_logits,
                    config->dense ? model->dense.dy : model->d_features);
    output_unpack(&model->output, gradient_of(model, gradient, output),
                  gradient_of(model, gradient, output + 1));
    if (config->dense) {
        undrop_rows(model, rows, config->dense_dropout, model->dense.linear.columns,
                    model->dense_words, model->dense_bits, model->dense.dy);
        dense_backward(&model->dense, rows, model->features, model->d_features);
        dense_unpack(&model->dense, gradient_of(model, gradient, dense),
                     gradient_of(model, gradient, dense + 1));
    }
    undrop_rows(model, rows, config->rnn_dropout, model->head.features,
                model->feature_words, model->feature_bits, model->d_features);
    head_backward(&model->head, rows, model->d_features);
}

struct lane_result model_gradient(struct model *model, const struct lane *lane,
                                  uint64_t seed, uint32_t step, real *gradient,
                                  uint64_t *touched)
{
    struct dropout dropout = {seed, step};
    uint64_t mode = kernels_begin();
    double began = trace_begin();
    forward(model, lane, &dropout);
    struct lane_result result = score_lane(model, lane);
    trace_end(TRACE_FORWARD, began);
    began = trace_begin();
    for (int i = 0; i < model->n_words && touched; i++)
        set_bit(touched, model->words[i]);
    if (!touched)
        memset(gradient, 0, model->params.tensors[0].size * sizeof *gradient);
    backward_head(model, lane->n_rows, gradient);
    for (int i = 0; i < (model->config.layers - 1) * model->directions; i++)
        memset(model->d_layer[i], 0,
               model->steps[i % model->directions].slot[model->config.maxlen + 1] *
                   (size_t)model->layer[i].padded * sizeof(real));
    struct pass pass = {
        .model = model, .drop = model->config.embedding_dropout > 0, .d_table = gradient};
    for (int i = model->config.layers - 1; i >= 0; i--)
        backward_layer(model, i, &pass, gradient);
    trace_end(TRACE_BACKWARD, began);
    kernels_end(mode);
    return result;
}

/* Figures. */

double model_positions(const struct model *model, const struct lane *lane, bool train)
{
    bool share = !train && shares_pads(&model->config);
    int64_t positions = 0;
    for (int d = 0; d < model->directions; d++)
        for (int r = 0; r < lane->n_rows; r++)
            positions += positions_of(model, lane, r, d, share);
    return (double)positions / model->directions;
}
