/* The models that most tests are about: an embedding, recurrent layers of one kind, a head and
 * at most one Dense, as plain data and as a chain. */
#ifndef RNNTRAIN_TESTS_CLASSIFIER_H
#define RNNTRAIN_TESTS_CLASSIFIER_H

#include "model/model.h"

enum head { HEAD_LAST, HEAD_FLATTEN, HEAD_MAX, HEAD_MEAN };

struct classifier {
    enum recurrent_cell cell;
    bool bidirectional, hard_sigmoid, reset_after, mask, pad_pre;
    enum head head;
    int vocabulary, maxlen, embedding;
    int layers, units[3];
    int dense; /* 0: none */
    int classes;
    double embedding_dropout, rnn_dropout, dense_dropout;
    size_t lookup_bytes;
};

static inline void classifier_add_dropout(struct chain_config *chain, double rate,
                                          enum rng_purpose purpose)
{
    if (rate > 0) {
        struct layer_config *layer = chain_add(chain, LAYER_DROPOUT);
        layer->dropout.rate = rate;
        layer->dropout.purpose = purpose;
    }
}

static inline struct chain_config classifier_chain(const struct classifier *classifier)
{
    struct chain_config chain = {.vocabulary = classifier->vocabulary,
                                 .length = classifier->maxlen,
                                 .mask = classifier->mask,
                                 .pad_pre = classifier->pad_pre,
                                 .lookup_bytes = classifier->lookup_bytes};
    enum head head = classifier->head;

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = classifier->embedding;
    classifier_add_dropout(&chain, classifier->embedding_dropout, RNG_DROPOUT_EMBEDDING);
    for (int i = 0; i < classifier->layers; i++) {
        struct layer_config *layer = chain_add(&chain, LAYER_RECURRENT);
        layer->recurrent.cell = classifier->cell;
        layer->recurrent.units = classifier->units[i];
        layer->recurrent.bidirectional = classifier->bidirectional;
        layer->recurrent.hard_sigmoid = classifier->hard_sigmoid;
        layer->recurrent.reset_after =
            classifier->cell == CELL_GRU && classifier->reset_after;
        layer->recurrent.sequences = i + 1 < classifier->layers || head != HEAD_LAST;
    }

    if (head == HEAD_FLATTEN)
        chain_add(&chain, LAYER_FLATTEN);
    else if (head != HEAD_LAST)
        chain_add(&chain, LAYER_POOLING)->pooling.how =
            head == HEAD_MAX ? POOLING_MAX : POOLING_MEAN;
    classifier_add_dropout(&chain, classifier->rnn_dropout, RNG_DROPOUT_RNN);
    if (classifier->dense) {
        chain_add(&chain, LAYER_DENSE)->dense.units = classifier->dense;
        classifier_add_dropout(&chain, classifier->dense_dropout, RNG_DROPOUT_DENSE);
    }

    struct layer_config *output = chain_add(&chain, LAYER_OUTPUT);
    output->output.units = classifier->classes == 2 ? 1 : classifier->classes;
    output->output.loss = classifier->classes == 2 ? LOSS_BINARY : LOSS_CATEGORICAL;
    chain_name_layers(&chain);
    return chain;
}

static inline int classifier_new(const struct classifier *classifier,
                                 const struct kernels *kernels, int lane_rows,
                                 struct model **model)
{
    struct chain_config chain = classifier_chain(classifier);
    return model_new(&chain, kernels, lane_rows, model);
}

static inline int classifier_new_evaluator(const struct classifier *classifier,
                                           const struct kernels *kernels, int lane_rows,
                                           struct model **model)
{
    struct chain_config chain = classifier_chain(classifier);
    return model_new_evaluator(&chain, kernels, lane_rows, model);
}

#endif
