/* What must hold in every kernel set. */
#ifndef RNNTRAIN_TESTS_KERNEL_SETS_H
#define RNNTRAIN_TESTS_KERNEL_SETS_H

#include "kernels/kernels.h"

/* Calls `body` with each set that this processor runs. */
static inline void for_each_kernel_set(void (*body)(const struct kernels *kernels))
{
    static const char *const names[] = {"baseline", "avx2", "avx512"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct kernels *kernels = NULL;
        if (kernels_select(names[i], &kernels) == OK)
            body(kernels);
    }
}

#endif
