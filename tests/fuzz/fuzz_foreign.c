/* Files that are read by a child process, whose bytes a stranger chose, read by every
 * command and the library: models of Keras, and files of ours that lost their seal. */
#include "readings_here.h"

#include <stdlib.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    /* training takes long */
    static const enum reading readings[] = {
        READING_PREDICT, READING_EVAL,   READING_INSPECT,      READING_VERIFY,
        READING_IMPORT,  READING_SEAL,   READING_EXPORT_KERAS, READING_EXPORT_ONNX,
        READING_LIBRARY, READING_RESUME, READING_TRAIN,        READING_PREDICT,
        READING_EVAL,    READING_IMPORT, READING_EXPORT_KERAS, READING_LIBRARY};
    static bool has_begun;
    struct fuzz input = {bytes, n};

    if (!has_begun) {
        readings_here_begin(FUZZ_TESTS);
        mutant_begin(FUZZ_TESTS, "canary");
        has_begun = true;
    }

    int choice = fuzz_below(&input, 16);
    enum mutant_kind kind = (enum mutant_kind)(choice % MUTANT_KINDS);
    bool sealed = kind == MUTANT_KERAS_H5 && choice / MUTANT_KINDS == 3;
    enum reading reading = readings[fuzz_below(&input, (int)COUNT_OF(readings))];
    size_t n_mutant = 0;
    char *mutant = mutant_make(kind, sealed, &input, &n_mutant);
    readings_here_try(reading, kind, mutant, n_mutant);
    free(mutant);
    return 0;
}
