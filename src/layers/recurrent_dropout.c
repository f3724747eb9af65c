#include "layers/recurrent_layer.h"

/* Dropout inside of a recurrent layer: of its inputs and of the state that enters its
 * products, a mask a row for all steps and all gates (Gal & Ghahramani 2016, tied
 * weights). Source: Keras's dropout and recurrent_dropout with implementation 2; with
 * implementation 1 Keras draws a mask a gate. */

/* Rows of n numbers each: 1 / (1 - rate) where an element is kept, else 0. */
static void draw(struct layer *layer, const struct pass *pass, uint32_t purpose,
                 double rate, int n, real *mask)
{
    const struct kernels *kernels = layer->frame->kernels;
    uint32_t *bits = recurrent_of(layer)->bits;

    for (int r = 0; r < pass->n_rows; r++, mask += n) {
        struct rng rng = {.seed = pass->seed,
                          .purpose = purpose,
                          .step = pass->step,
                          .row = (uint32_t)pass->rows[r]};

        kernels->keep_bits(&rng, 0, (n + 31) / 32, rng_drop_threshold(rate), bits);
        for (int j = 0; j < n; j++)
            mask[j] = 1;
        kernels->drop(n, bits, (real)(1 / (1 - rate)), mask);
    }
}

/* A direction's masks have the number of its first tensor, as its initial weights do. */
void recurrent_draw_masks(struct layer *layer, const struct pass *pass, int d)
{
    const struct layer_config *config = layer->config;
    struct recurrent *track = &recurrent_of(layer)->track[d];
    uint32_t tensor = (uint32_t)(layer->first_tensor + RECURRENT_TENSORS * d);

    if (track->drops_inputs)
        draw(layer, pass, RNG_DROPOUT_INPUTS + tensor, config->recurrent.dropout,
             track->inputs, track->x_mask);
    if (track->drops_states)
        draw(layer, pass, RNG_DROPOUT_STATES + tensor,
             config->recurrent.recurrent_dropout, track->padded, track->h_mask);
}
