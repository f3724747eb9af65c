/* What reads the files of strangers, and how: each command with its arguments, and the
 * library. Files stand in one folder, under these names:
 *
 *   given.h5, given.keras   what is read
 *   model.h5, data.h5       a good checkpoint, a good data set
 *   run/                    a run that is resumed, whose last.h5 may be what is read
 *   tokenizer.json, texts   Keras's, and lines
 *   canary.h5, .txt, .fifo  what nobody may open
 *   out.*, new/             what is written
 */
#ifndef READINGS_H
#define READINGS_H

#include "mutant.h"

enum reading {
    READING_PREDICT,
    READING_EVAL,
    READING_INSPECT,
    READING_VERIFY,
    READING_IMPORT,
    READING_EXPORT_KERAS,
    READING_EXPORT_ONNX,
    READING_EXPORT_C,
    READING_SEAL,
    READING_TRAIN, /* on a data set, or from a model */
    READING_RESUME,
    READING_LIBRARY,
    READINGS
};
extern const char *const reading_names[READINGS];

/* What a canary holds: whoever prints it has opened a file that nobody gave it. */
#define READINGS_CANARY "nobody-may-read-this"

/* Puts all files into the folder but the one that is read, by the good ones in tests/,
 * and goes there. */
void readings_make_folder(const char *tests, const char *folder);

/* Puts a file where its reading wants it, and removes what the last one wrote. */
void readings_put(enum reading reading, enum mutant_kind kind, const char *bytes,
                  size_t n);

/* The command's arguments, from its name on, NULL behind them; borrowed, valid in the
 * folder. NULL for the library, which has none. */
enum { READINGS_MOST_ARGUMENTS = 40 };
const char *const *readings_arguments(enum reading reading, enum mutant_kind kind);

/* Opens what is read by the library, and has texts and ids judged; a code of the
 * library's, with its message. */
int readings_use_library(enum mutant_kind kind);

/* The name of what is read. */
const char *readings_path(enum mutant_kind kind);

#endif
