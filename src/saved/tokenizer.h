/* The tokenizer in whatever file has one. Nothing here is collective. */
#ifndef RNNTRAIN_SAVED_TOKENIZER_H
#define RNNTRAIN_SAVED_TOKENIZER_H

#include "text/text.h"

/* Of a data set, of a checkpoint or the run's folder that has it, or of a file of
 * tokenizers (text_from_file): for the first two `options` are those that they were made
 * with. ERR_NO_INPUT, ERR_FORMAT. *assumed is the caller's, or NULL. */
int saved_tokenizer(const char *path, const struct text_options *options,
                    struct text_tokenizer **tokenizer, char **assumed) NODISCARD;

#endif
