/* Files that are read by a child process, whose bytes a stranger chose, read by every
 * command and the library: models of Keras, and files of ours that lost their seal. */
#include "readings_here.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz input = {bytes, n};
    int choice = fuzz_below(&input, 16);
    enum mutant_kind kind = (enum mutant_kind)(choice % MUTANT_KINDS);
    bool sealed = kind == MUTANT_KERAS_H5 && choice / MUTANT_KINDS == 3;

    readings_here_fuzz(kind, sealed, &input);
    return 0;
}
