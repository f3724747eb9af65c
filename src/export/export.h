/* Models for other programs: what `rnntrain export` writes, one source a format.
 *
 * Each takes an opened model and writes one file (and what belongs to it) atomically,
 * after it has been checked: read back by our own reader, or built and run, and compared
 * with the model on random rows. `checked` gets one sentence for the user that says how,
 * the caller's to free; a model that the format cannot carry is refused with ERR_USAGE
 * before anything is written.
 */
#ifndef RNNTRAIN_EXPORT_EXPORT_H
#define RNNTRAIN_EXPORT_EXPORT_H

#include "serve/predictor.h"

int export_keras(struct predictor *predictor, const char *path, char **checked) NODISCARD;
int export_keras3_weights(struct predictor *predictor, const char *path,
                          char **checked) NODISCARD;
int export_onnx(struct predictor *predictor, const char *path, char **checked) NODISCARD;
int export_c(struct predictor *predictor, const char *path, char **checked) NODISCARD;

#endif
