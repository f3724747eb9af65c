/* The tokenizer beside an exported model: Keras's JSON, and beside its "config", where
 * Keras does not look, an object "rnntrain" with the names of the classes in the order
 * of the probabilities, and the steps from a text to a row, in Python. */
#ifndef RNNTRAIN_COMMANDS_EXPORT_TOKENIZER_H
#define RNNTRAIN_COMMANDS_EXPORT_TOKENIZER_H

#include "serve/predictor.h"

/* NAME.tokenizer.json beside NAME.keras; the caller's to free. */
char *export_tokenizer_path(const char *output);

/* ERR_EXISTS where a file of that name is there, is another tokenizer's, and belongs to
 * an export in another format that stands under the same NAME. */
int export_tokenizer_check(const struct predictor *predictor,
                           const char *output) NODISCARD;

/* Writes it, replacing what is there, and says what Keras's Tokenizer does not do. */
int export_tokenizer_write(const struct predictor *predictor,
                           const char *output) NODISCARD;

#endif
