/* Sealed checkpoints and data sets whose bytes a stranger chose, read by every command
 * and the library; and sealed predictions, whose rows must still have figures. */
#include "readings_here.h"

#include <stdlib.h>
#include <string.h>

#include "judge/brief.h"
#include "judge/predicted.h"

static void try_figures(const struct predictions *predictions, enum dataset_part part)
{
    struct judge_figures figures = {.n = 0};
    struct judge *judge = judge_of_predictions(predictions, &predictions->part[part]);

    judge_compute_brief(judge, &figures);
    fuzz_check(figures.n == predictions->part[part].n, "rows that are judged");
    judge_figures_release(&figures);
    judge_free(judge);
}

static void try_predictions(struct fuzz *input)
{
    struct predictions predictions = {.which = NULL};
    size_t n = 0;

    readings_here_prepare();
    char *mutant = mutant_make(MUTANT_PREDICTIONS, true, input, &n);
    const char *path = fuzz_file(mutant, n);
    int rc = predictions_read(path, &predictions);
    fuzz_check(rc == OK || (rc == ERR_FORMAT && strstr(fail_message(), path)),
               "a message");
    for (int part = 0; part < DATASET_PARTS && !rc; part++)
        if (predictions.part[part].n > 0)
            try_figures(&predictions, (enum dataset_part)part);
    predictions_release(&predictions);
    free(mutant);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz input = {bytes, n};
    int choice = fuzz_below(&input, 8);

    if (choice == 7)
        try_predictions(&input);
    else
        readings_here_fuzz(choice % 2 ? MUTANT_DATASET : MUTANT_CHECKPOINT, true, &input);
    return 0;
}
