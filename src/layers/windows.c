#include "layers/windows.h"

/* Around a row of zeros as few as are needed, the odd one behind. */
static int same_left(int length, int n, int size, int strides)
{
    int missing = (n - 1) * strides + size - length;

    return missing > 0 ? missing / 2 : 0;
}

struct windows windows_of(int length, int size, int strides, enum window_padding padding)
{
    struct windows windows = {.size = size, .strides = strides};

    if (size < 1 || strides < 1 || length < 1)
        return windows;
    windows.n = padding == PADDING_VALID
                    ? (length >= size ? (length - size) / strides + 1 : 0)
                    : (length - 1) / strides + 1;
    if (padding == PADDING_CAUSAL)
        windows.left = size - 1;
    else if (padding == PADDING_SAME)
        windows.left = same_left(length, windows.n, size, strides);
    return windows;
}

int windows_check(const struct layer_config *layer, const char *what, int length,
                  struct windows windows)
{
    if (windows.size < 1 || windows.strides < 1)
        return fail(ERR_USAGE, "layer %s: %s and strides must be 1 or more", layer->name,
                    what);
    if (windows.n < 1)
        return fail(ERR_USAGE, "layer %s: %s is %d, but it takes %d positions only",
                    layer->name, what, windows.size, length);
    return OK;
}
