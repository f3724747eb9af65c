/* The gradient of every tensor of a model against central differences, in double. */
#ifndef RNNTRAIN_TESTS_UNIT_GRADIENT_H
#define RNNTRAIN_TESTS_UNIT_GRADIENT_H

#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 5, LENGTH = 7, VOCABULARY = 11 };
static const int corpus_lengths[ROWS] = {7, 5, 4, 1, 0};

#include "corpus_rows.h"

static inline double loss_at(struct model *model, const struct lane *lane,
                             const double *weights, double *scratch)
{
    model_pack(model, weights);
    return model_gradient(model, lane, 7, 3, scratch, NULL).loss;
}

/* The central difference of the loss at weight i. */
static inline double numeric_gradient(struct model *model, const struct lane *lane,
                                      double *weights, size_t i, double *scratch)
{
    const double h = 1e-6; /* small: a relu may turn within it */
    double kept = weights[i];

    weights[i] = kept + h;
    double above = loss_at(model, lane, weights, scratch);
    weights[i] = kept - h;
    double below = loss_at(model, lane, weights, scratch);
    weights[i] = kept;
    return (above - below) / (2 * h);
}

static inline bool is_frozen(const struct chain_config *chain,
                             const struct tensor *tensor)
{
    return chain->layer[tensor->place].frozen;
}

/* The largest relative error over the elements of one tensor, against the tensor's
 * largest gradient, or `least`. At most 40 elements a tensor are tried, spread
 * evenly. */
static inline double tensor_error(struct model *model, const struct lane *lane,
                                  const struct tensor *tensor, double *weights,
                                  const double *gradient, double *scratch, double least)
{
    size_t first = tensor->offset, end = first + tensor->size;
    double largest = least, error = 0;

    for (size_t i = first; i < end; i++)
        largest = fmax(largest, fabs(gradient[i]));
    for (size_t i = first; i < end; i += tensor->size / 40 + 1) {
        double numeric = numeric_gradient(model, lane, weights, i, scratch);
        error = fmax(error, fabs(numeric - gradient[i]) / largest);
    }
    return error;
}

/* "embedding lstm dense", for messages; the caller's to free. */
static inline char *names_of(const struct chain_config *chain)
{
    char *names = xstrdup("");

    for (int i = 0; i < chain->n_layers; i++) {
        char *longer = xasprintf("%s %s", names, chain->layer[i].name);
        free(names);
        names = longer;
    }
    return names;
}

/* Initial weights times `scale`, and `wave` away from kinks and symmetric places; `least`
 * as above. */
static inline void check_at(const struct chain_config *chain,
                            const struct kernels *kernels, double scale, double wave,
                            double least)
{
    struct corpus corpus;
    struct model *model = NULL;

    fill_corpus(&corpus, chain->pad_pre, chain_classes(chain));
    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    assert_int_equal(model_new(chain, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    double *gradient = xaligned(params->size, sizeof *weights);
    double *scratch = xaligned(params->size, sizeof *weights);

    model_init_weights(model, 5, weights);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = scale * weights[i] + wave * sin((double)i);

    loss_at(model, &lane, weights, gradient);
    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        if (is_frozen(chain, tensor))
            continue;
        double error =
            tensor_error(model, &lane, tensor, weights, gradient, scratch, least);
        if (!(error < 1e-6))
            fail_msg("%s %s/%s: relative error %.2e (%s, mask %d, pads %s)",
                     kernels->name, tensor->layer, tensor->name, error, names_of(chain),
                     chain->mask, chain->pad_pre ? "in front" : "behind");
    }

    free(weights);
    free(gradient);
    free(scratch);
    model_free(model);
}

static inline void check(const struct chain_config *chain, const struct kernels *kernels)
{
    check_at(chain, kernels, 3, 0.01, 1e-8);
}

#endif
