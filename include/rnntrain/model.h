/* Configuration -> weights, activations and gradients of the whole classifier:
 *
 *   ids (T) -> Embedding(V, E) -> Dropout -> [LSTM | GRU](H) x layers, one or two directions
 *           -> head: last | flatten | max | mean -> Dropout
 *           -> [Dense(D, relu) -> Dropout] -> Dense(1, sigmoid) or Dense(C, softmax)
 *
 * This header's first half is plain data, which options, checkpoints and logs share.
 */
#ifndef RNNTRAIN_MODEL_H
#define RNNTRAIN_MODEL_H

#include "rnntrain/base.h"
#include "rnntrain/params.h"

enum model_cell { CELL_LSTM, CELL_GRU };
enum model_head { HEAD_LAST, HEAD_FLATTEN, HEAD_MAX, HEAD_MEAN };

struct model_config {
    enum model_cell cell;
    bool bidirectional;
    bool hard_sigmoid; /* recurrent activation clip(0.2 x + 0.5), Keras 2's, not sigmoid */
    bool reset_after;  /* GRU only: bias (2, 3H), reset applied after the product */
    bool mask;         /* pads are skipped, as Embedding(mask_zero=True) */
    bool pad_pre;      /* where the data set's pads stand */
    enum model_head head;
    int vocabulary;    /* V: ids are 0 .. V - 1, 0 is the pad */
    int maxlen;        /* T */
    int embedding;     /* E */
    int units;         /* H, of each direction */
    int layers;        /* 1 or more recurrent layers, all but the last give all steps */
    int dense;         /* D: units of the hidden Dense(relu); 0: none */
    int classes;       /* C, 2 or more; 2 means one sigmoid unit */
    double embedding_dropout, rnn_dropout, dense_dropout; /* rates in [0, 1) */
};

#endif
