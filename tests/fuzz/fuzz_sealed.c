/* Sealed checkpoints and data sets whose bytes a stranger chose, read by every command
 * and the library. */
#include "readings_here.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz input = {bytes, n};
    enum mutant_kind kind = fuzz_below(&input, 2) ? MUTANT_DATASET : MUTANT_CHECKPOINT;

    readings_here_fuzz(kind, true, &input);
    return 0;
}
