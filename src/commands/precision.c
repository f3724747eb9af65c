#include "commands/precision.h"

#include <stdio.h>

#define AT(field) offsetof(struct precision_settings, field)

static const struct option options[] = {
    {"isa", OPTION_STRING, AT(isa), "auto", 0, 0, NULL, "kernel set", "Options", true},
    {"precision", OPTION_CHOICE, AT(precision), "fp32", 0, 0, precision_names,
     "numbers that products take: fp32, or bf16 where that is faster", "Options", true},
};

const struct option_table precision_options = {.options = options,
                                               .n_options = (int)COUNT_OF(options)};

char *precision_set(const struct precision_settings *settings)
{
    const struct kernels *kernels = NULL;
    char *name = kernels_name(settings->isa, settings->precision);

    if (kernels_select(name, &kernels) == OK && !kernels_are_native(kernels))
        fputs(
            "rnntrain: note: products of bf16 are plain C, as the processor or --isa has "
            "no instruction for them: the same bits, much slower than --precision fp32\n",
            stderr);
    return name;
}
