#include "commands/precision.h"

#include <stdio.h>

char *precision_set(const char *isa, enum precision precision)
{
    const struct kernels *kernels = NULL;
    char *name = kernels_name(isa, precision);

    if (kernels_select(name, &kernels) == OK && !kernels_are_native(kernels))
        fputs(
            "rnntrain: note: products of bf16 are plain C, as the processor or --isa has "
            "no instruction for them: the same bits, much slower than --precision fp32\n",
            stderr);
    return name;
}
