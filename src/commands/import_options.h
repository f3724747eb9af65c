/* Options of the commands that open models of Keras: what such a file does not say. */
#ifndef RNNTRAIN_COMMANDS_IMPORT_OPTIONS_H
#define RNNTRAIN_COMMANDS_IMPORT_OPTIONS_H

#include "saved/checkpoint.h"
#include "base/options.h"

struct import_settings {
    char *tokenizer, *imdb_word_index, *labels, *architecture;
    int64_t maxlen;
    int padding, truncating, head, recurrent_activation, outputs;
    bool mask, logits;
};

/* To be included by tables of structs that begin with a struct import_settings. */
extern const struct option_table import_options;

/* The settings as hints, which borrow their strings. */
struct checkpoint_hints import_hints(const struct import_settings *settings);

/* Whether both are names of one file; NULL is of none. */
bool import_is_same_file(const char *left, const char *right);

/* ERR_EXISTS where `output` (NULL is fine) is, by whatever name, the model or another
 * file that is read. */
int import_check_output(const char *model, const struct import_settings *settings,
                        const char *output) NODISCARD;

/* Says, on standard error, that another program opened a file for writing, where one
 * did. */
void import_print_unsealed(bool is_unsealed, const char *path);

/* Says, on standard error, what is otherwise here than in Keras, or that a checkpoint has
 * lost its seal. */
void import_print_notes(const struct checkpoint *info);
/* The same of what neither the settings nor the model say. */
void import_print_assumed(const struct checkpoint *info);
/* The same of what only matters when it is trained further. */
void import_print_training_notes(const struct checkpoint *info);

#endif
