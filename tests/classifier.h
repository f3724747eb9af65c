/* The models that most tests are about, in the words of options: an embedding, recurrent
 * layers of one kind, a head and at most one Dense. As plain data, as a chain of layers,
 * and at work. */
#ifndef RNNTRAIN_TESTS_CLASSIFIER_H
#define RNNTRAIN_TESTS_CLASSIFIER_H

#include "layers.h"
#include "model/model.h"

/* What makes one vector a row of the last recurrent layer's outputs. */
enum head { HEAD_LAST, HEAD_FLATTEN, HEAD_MAX, HEAD_MEAN };

struct classifier {
    enum recurrent_cell cell;
    bool bidirectional, hard_sigmoid, reset_after, mask, pad_pre;
    enum head head;
    int vocabulary, maxlen, embedding;
    int layers, units[3]; /* recurrent ones, and the units of each */
    int dense;            /* 0: none */
    int classes;
    double embedding_dropout, rnn_dropout, dense_dropout; /* 0: none */
    size_t lookup_bytes;
};

static inline void classifier_add_dropout(struct chain_config *chain, double rate,
                                          enum rng_purpose purpose)
{
    if (rate > 0)
        add_dropout(chain, rate, purpose);
}

/* All but the last give every step; the last one too, for a head that looks at them. */
static inline void classifier_add_recurrent(struct chain_config *chain,
                                            const struct classifier *classifier, int i)
{
    bool sequences = i + 1 < classifier->layers || classifier->head != HEAD_LAST;
    struct layer_config *layer =
        add_recurrent(chain, classifier->cell, classifier->units[i],
                      classifier->bidirectional, sequences);

    layer->recurrent.hard_sigmoid = classifier->hard_sigmoid;
    layer->recurrent.reset_after =
        classifier->cell == CELL_GRU && classifier->reset_after;
}

static inline void classifier_add_head(struct chain_config *chain, enum head head)
{
    if (head == HEAD_FLATTEN)
        chain_add(chain, LAYER_FLATTEN);
    else if (head != HEAD_LAST)
        chain_add(chain, LAYER_POOLING)->pooling.how =
            head == HEAD_MAX ? POOLING_MAX : POOLING_MEAN;
}

static inline struct chain_config classifier_chain(const struct classifier *classifier)
{
    struct chain_config chain = {.vocabulary = classifier->vocabulary,
                                 .length = classifier->maxlen,
                                 .mask = classifier->mask,
                                 .pad_pre = classifier->pad_pre,
                                 .lookup_bytes = classifier->lookup_bytes};

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = classifier->embedding;
    classifier_add_dropout(&chain, classifier->embedding_dropout, RNG_DROPOUT_EMBEDDING);
    for (int i = 0; i < classifier->layers; i++)
        classifier_add_recurrent(&chain, classifier, i);

    classifier_add_head(&chain, classifier->head);
    classifier_add_dropout(&chain, classifier->rnn_dropout, RNG_DROPOUT_RNN);
    if (classifier->dense) {
        chain_add(&chain, LAYER_DENSE)->dense.units = classifier->dense;
        classifier_add_dropout(&chain, classifier->dense_dropout, RNG_DROPOUT_DENSE);
    }

    add_output(&chain, classifier->classes);
    chain_complete(&chain);
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
