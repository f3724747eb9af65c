/* Models of any shape for the tests of exports: chains drawn at random, of mixed cells
 * and directions, several hidden layers or none, pooling on whatever stands there. */
#ifndef RNNTRAIN_TESTS_UNIT_CHAINS_H
#define RNNTRAIN_TESTS_UNIT_CHAINS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "layers/loss.h"
#include "model/model.h"
#include "../../layers.h"
#include "../../recurrent_layers.h"

enum { CHAINS_VOCABULARY = 11, CHAINS_ROWS = 12, CHAINS_CLASSES = 4, CHAINS_LENGTH = 9 };

struct drawn {
    struct chain_config chain;
    struct model *model;
    real *weights;
    int32_t ids[CHAINS_ROWS * CHAINS_LENGTH];          /* (rows, length), padded */
    double probabilities[CHAINS_ROWS][CHAINS_CLASSES]; /* what the model says of them */
};

/* Two or more of max, mean, flatten and, on a recurrent layer, last and attention. */
static inline void draw_side_by_side(struct rng *rng, struct chain_config *chain,
                                     bool on_recurrent)
{
    int n = on_recurrent ? POOLING_WAYS : POOLING_LAST, first = draw(rng, n);
    struct layer_config *layer = chain_add(chain, LAYER_POOLING);

    layer->pooling.how = (enum pooling)first;
    layer->pooling.n_more = 1 + draw(rng, n - 1);
    for (int k = 1; k <= layer->pooling.n_more; k++)
        layer->pooling.more[k - 1] = (enum pooling)((first + k) % n);
    layer->pooling.units = 1 + draw(rng, 6);
}

static inline void draw_attention(struct rng *rng, struct chain_config *chain)
{
    struct layer_config *layer = chain_add(chain, LAYER_POOLING);

    layer->pooling.how = POOLING_ATTENTION;
    layer->pooling.units = 1 + draw(rng, 6);
}

/* Whether the layer on top has a last output that is one of its sequence's. */
static inline bool has_last(const struct chain_config *chain)
{
    const struct layer_config *top = &chain->layer[chain->n_layers - 1];

    return top->kind == LAYER_RECURRENT && !top->recurrent.backwards &&
           layer_blocks(top) == layer_directions(top);
}

static inline void draw_dropout(struct rng *rng, struct chain_config *chain)
{
    if (draw(rng, 3) == 0)
        add_dropout(chain, 0.5, RNG_DROPOUT_DENSE);
}

/* Perhaps a layer that treats each vector by itself; a Dense too, of a sequence. */
static inline void draw_vectors(struct rng *rng, struct chain_config *chain, bool dense)
{
    struct layer_config *layer;

    switch (draw(rng, 6)) {
    case 0:
        layer = chain_add(chain, LAYER_ACTIVATION);
        layer->activation.how = (enum activation)draw(rng, ACTIVATION_KINDS);
        layer->activation.alpha = 0.25 * draw(rng, 3);
        return;
    case 1:
    case 2:
        layer = chain_add(chain, draw(rng, 2) ? LAYER_LAYER_NORMALIZATION
                                              : LAYER_BATCH_NORMALIZATION);
        layer->normalization.epsilon = 1;
        layer->normalization.no_center = draw(rng, 3) == 0;
        layer->normalization.no_scale = draw(rng, 3) == 0;
        return;
    case 3:
        if (!dense)
            return;
        layer = chain_add(chain, LAYER_DENSE);
        layer->dense.units = 1 + draw(rng, 6);
        layer->dense.activation = (enum activation)draw(rng, ACTIVATION_KINDS);
        layer->dense.no_bias = draw(rng, 2);
        return;
    default:
        return;
    }
}

/* Not under a mask where a layer above looks at all positions. */
static inline void draw_sequence(struct rng *rng, struct chain_config *chain, int end)
{
    const bool skips_pads = end == 0 || end == 3 || end == 5;

    if (!chain->mask || skips_pads)
        draw_vectors(rng, chain, true);
}

/* Perhaps a convolution, perhaps a pooling of windows. */
static inline void draw_windows(struct rng *rng, struct chain_config *chain)
{
    struct layer_config *layer;

    if (draw(rng, 3) == 0) {
        layer = chain_add(chain, LAYER_CONV);
        layer->conv.filters = 1 + draw(rng, 5);
        layer->conv.kernel_size = 1 + draw(rng, 3);
        layer->conv.strides = 1 + draw(rng, 2);
        layer->conv.padding = draw(rng, 2) ? PADDING_SAME : PADDING_CAUSAL;
        layer->conv.activation = (enum activation)draw(rng, ACTIVATION_KINDS);
        layer->conv.no_bias = draw(rng, 3) == 0;
    }
    if (draw(rng, 3) == 0) {
        layer = chain_add(chain, LAYER_WINDOW);
        layer->window.mean = draw(rng, 2);
        layer->window.size = 1 + draw(rng, 3);
        layer->window.strides = 1 + draw(rng, 2);
        layer->window.padding =
            chain_outline(chain, chain->n_layers - 2).length < layer->window.size
                ? PADDING_SAME
                : (enum window_padding)draw(rng, 2);
    }
}

static inline void draw_chain(int number, struct chain_config *chain)
{
    enum { LAST, FLATTEN, MAX, MEAN, SEVERAL, ATTENTION };
    struct rng rng = {.seed = 5, .purpose = RNG_TEST, .row = (uint32_t)number};
    int n_recurrent = draw(&rng, 4), n_dense = draw(&rng, 3);
    int end = n_recurrent ? draw(&rng, 6) : 1 + draw(&rng, 5);
    int classes = 2 + draw(&rng, CHAINS_CLASSES - 1);
    bool mask = draw(&rng, 2);

    *chain = (struct chain_config){.vocabulary = CHAINS_VOCABULARY,
                                   .length = 1 + draw(&rng, CHAINS_LENGTH),
                                   .mask = mask};
    chain->pad_pre = draw(&rng, 2);
    chain_add(chain, LAYER_EMBEDDING)->embedding.width = 1 + draw(&rng, 5);
    draw_dropout(&rng, chain);
    draw_sequence(&rng, chain, end);
    draw_windows(&rng, chain);
    for (int i = 0; i < n_recurrent; i++) {
        draw_recurrent(&rng, chain, i + 1 < n_recurrent || end != LAST);
        if (i + 1 < n_recurrent && number % 2)
            draw_windows(&rng, chain);
        if (i + 1 < n_recurrent || end != SEVERAL) /* last is a recurrent layer's */
            draw_sequence(&rng, chain, end);
    }

    if (end == FLATTEN)
        chain_add(chain, LAYER_FLATTEN);
    else if (end == SEVERAL)
        draw_side_by_side(&rng, chain, has_last(chain));
    else if (end == ATTENTION)
        draw_attention(&rng, chain);
    else if (end != LAST)
        chain_add(chain, LAYER_POOLING)->pooling.how =
            end == MAX ? POOLING_MAX : POOLING_MEAN;
    draw_dropout(&rng, chain);
    draw_vectors(&rng, chain, false);
    for (int i = 0; i < n_dense; i++) {
        struct layer_config *dense = chain_add(chain, LAYER_DENSE);
        dense->dense.units = 1 + draw(&rng, 6);
        dense->dense.activation = (enum activation)draw(&rng, ACTIVATION_KINDS);
        dense->dense.no_bias = draw(&rng, 3) == 0;
        draw_vectors(&rng, chain, false);
    }

    add_output(chain, classes);
    chain_complete(chain);
}

/* The longest first, the last one without words. */
static inline struct rows draw_rows(struct drawn *drawn, int32_t *lengths,
                                    int32_t *labels)
{
    int length = drawn->chain.length;

    for (int r = 0; r < CHAINS_ROWS; r++) {
        int n = length * (CHAINS_ROWS - 1 - r) / (CHAINS_ROWS - 2);
        n = n < length ? n : length;
        int first = drawn->chain.pad_pre ? length - n : 0;
        for (int t = 0; t < n; t++)
            drawn->ids[r * length + first + t] =
                1 + (r * 7 + t * 3) % (CHAINS_VOCABULARY - 1);
        lengths[r] = n;
        labels[r] = 0;
    }
    return (struct rows){.n = CHAINS_ROWS,
                         .maxlen = length,
                         .id_bytes = 4,
                         .pad_pre = drawn->chain.pad_pre,
                         .x = drawn->ids,
                         .y = labels,
                         .length = lengths};
}

/* Chain `number` as a model with weights, and what it says of some rows. */
static inline void draw_model(int number, struct drawn *drawn)
{
    const struct kernels *kernels = NULL;
    int32_t lengths[CHAINS_ROWS], labels[CHAINS_ROWS], numbers[CHAINS_ROWS];
    real logits[CHAINS_ROWS * CHAINS_CLASSES];

    *drawn = (struct drawn){.model = NULL};
    draw_chain(number, &drawn->chain);
    assert_int_equal(kernels_select("baseline", &kernels), OK);
    assert_int_equal(
        model_new_evaluator(&drawn->chain, kernels, CHAINS_ROWS, &drawn->model), OK);
    size_t n = model_params(drawn->model)->size;
    drawn->weights = xaligned(n, sizeof *drawn->weights);
    for (size_t i = 0; i < n; i++)
        drawn->weights[i] = (real)((double)(i * i % 97) / 97 - 0.5);
    model_pack(drawn->model, drawn->weights);

    struct rows rows = draw_rows(drawn, lengths, labels);
    for (int r = 0; r < CHAINS_ROWS; r++)
        numbers[r] = r;
    struct lane lane = {&rows, numbers, CHAINS_ROWS, NULL};
    (void)model_evaluate(drawn->model, &lane, logits);
    for (int r = 0; r < CHAINS_ROWS; r++)
        (void)model_judge(drawn->model, logits + r * chain_outputs(&drawn->chain),
                          drawn->probabilities[r]);
}

static inline void release_model(struct drawn *drawn)
{
    model_free(drawn->model);
    free(drawn->weights);
}

#endif
