/* What a program does with the library. */
#include "readings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "rnntrain/rnntrain.h"

static void judge_ids(struct rnntrain_model *model, double *probabilities)
{
    const int32_t ids[] = {1, 1};
    const size_t lengths[] = {2, 0};
    fuzz_check(
        rnntrain_predict_ids(model, ids, lengths, 2, probabilities) == RNNTRAIN_OK ||
            rnntrain_num_words(model) < 2 || strstr(rnntrain_message(), "reads n-grams"),
        "ids are judged where they are read");
}

/* Labels are borrowed and there; texts are judged where there is a tokenizer. */
int readings_use_library(enum mutant_kind kind)
{
    static const char *const texts[] = {"A good film.", ""};
    struct rnntrain_model *model = NULL;
    int rc = rnntrain_open(readings_path(kind), &model);
    if (rc) {
        fuzz_check(*rnntrain_message(), "a message of the library");
        return rc;
    }

    size_t n = rnntrain_classes(model);
    double *probabilities = xcalloc(2 * n, sizeof *probabilities);
    for (size_t i = 0; i < n; i++)
        printf("%zu\n", strlen(rnntrain_label(model, i)));
    fuzz_check(rnntrain_label(model, n) == NULL && rnntrain_maxlen(model) > 0, "facts");
    rc = rnntrain_predict_texts(model, texts, 2, probabilities);
    fuzz_check(rc == RNNTRAIN_OK || rc == RNNTRAIN_USAGE, "texts are judged");
    judge_ids(model, probabilities);
    free(probabilities);
    rnntrain_close(model);
    return OK;
}
