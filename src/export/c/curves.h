/* Activations in the written source: a function a kind, and the call that applies it. */
#ifndef RNNTRAIN_EXPORT_C_CURVES_H
#define RNNTRAIN_EXPORT_C_CURVES_H

#include "export/c/kind.h"

/* The template's parts of the chain's activations. */
void c_curve_parts(const struct chain_config *chain, struct c_parts *parts);

/* Writes "apply(gelu_curve, 1, x, n, y);" for n numbers. */
void c_call_curve(FILE *out, enum activation how, double alpha, const char *x, size_t n,
                  const char *y);

#endif
