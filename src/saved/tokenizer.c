#include "saved/tokenizer.h"

#include <stdlib.h>
#include <unistd.h>

#include "data/dataset.h"
#include "files/file.h"
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

/* By its first bytes: what is no HDF5 is not looked at as one. */
static int kind_of(const char *path, enum saved_kind *kind)
{
    struct saved_look look = {SAVED_OTHER, H5_SEALED};
    char first[8]; /* as many as h5_is_one reads */
    size_t n = 0;
    int fd = -1, rc = file_open(path, &fd, &n);
    if (rc)
        return rc;

    ssize_t n_first = pread(fd, first, sizeof first, 0);
    close(fd);
    if (n_first > 0 && h5_is_one(first, (size_t)n_first))
        rc = saved_look(path, &look);
    *kind = look.kind;
    return rc;
}

int saved_tokenizer(const char *path, const struct text_options *options,
                    struct text_tokenizer **tokenizer, char **assumed)
{
    char *file = checkpoint_path(path);
    enum saved_kind kind = SAVED_OTHER;

    *assumed = NULL;
    int rc = kind_of(file, &kind);
    if (!rc && kind == SAVED_DATASET)
        rc = of_dataset(file, tokenizer);
    else if (!rc && kind == SAVED_CHECKPOINT)
        rc = of_checkpoint(file, tokenizer);
    else if (!rc)
        rc = text_from_file(file, options, tokenizer, assumed);
    free(file);
    return rc;
}
