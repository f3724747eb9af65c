/* Windows over the positions of a row: which positions a convolution or a pooling of a
 * few of them sees. Nothing here is collective.
 *
 * Source: Keras Conv1D, MaxPooling1D, AveragePooling1D; TensorFlow's paddings.
 */
#ifndef RNNTRAIN_LAYERS_WINDOWS_H
#define RNNTRAIN_LAYERS_WINDOWS_H

#include "layers/chain.h"

/* Window p begins at position p * strides - left and has `size` positions. */
struct windows {
    int n, size, strides, left;
};

/* n is 0 where not one fits. */
struct windows windows_of(int length, int size, int strides, enum window_padding padding);

/* Positions from the first one's window's begin to the end of all. */
static inline int windows_span(struct windows windows, int length)
{
    int needed = (windows.n - 1) * windows.strides + windows.size;
    int has = windows.left + length;
    return needed > has ? needed : has;
}

/* ERR_USAGE unless windows of that layer fit rows of that length. */
int windows_check(const struct layer_config *layer, const char *what, int length,
                  struct windows windows) NODISCARD;

#endif
