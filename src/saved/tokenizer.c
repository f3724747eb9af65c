#include "saved/tokenizer.h"

#include <stdlib.h>

#include "data/dataset.h"
#include "saved/checkpoint.h"
#include "saved/kind.h"

static int of_dataset(const char *path, struct text_tokenizer **tokenizer)
{
    struct dataset data = {0};

    int rc = dataset_open(path, DATASET_WORDS_ALL, &data);
    if (!rc)
        rc = dataset_tokenizer(&data, tokenizer);
    dataset_release(&data);
    return rc;
}

static int of_checkpoint(const char *path, struct text_tokenizer **tokenizer)
{
    struct checkpoint info = {0};

    int rc = checkpoint_open(path, &info);
    if (!rc && !info.tokenizer)
        rc = fail(ERR_FORMAT, "%s: a model without a tokenizer", path);
    if (!rc)
        rc = checkpoint_tokenizer(&info, tokenizer);
    checkpoint_release(&info);
    return rc;
}

int saved_tokenizer(const char *path, const struct text_options *options,
                    struct text_tokenizer **tokenizer, char **assumed)
{
    char *file = checkpoint_path(path);
    struct saved_look look = {.kind = SAVED_OTHER};

    *assumed = NULL;
    int rc = saved_look(file, &look);
    if (!rc && look.kind == SAVED_DATASET)
        rc = of_dataset(file, tokenizer);
    else if (!rc && look.kind == SAVED_CHECKPOINT)
        rc = of_checkpoint(file, tokenizer);
    else if (!rc)
        rc = text_from_file(file, options, tokenizer, assumed);
    free(file);
    return rc;
}
