#include "commands/vectors_options.h"

#include <stdlib.h>

#include "input/vectors.h"
#include "saved/checkpoint.h"
#include "saved/record.h"

#define AT(field) offsetof(struct config, trainer.field)

static const struct option options[] = {
    {"vectors", OPTION_STRING, AT(vectors), NULL, 0, 0, option_file,
     "begin with an embedding of word vectors: text of GloVe, text or binary of "
     "word2vec, "
     ".vec or .bin of fastText, also packed (gz, zst, xz, bz2) or in an archive "
     "(glove.zip/glove.50d.txt); they say how wide it is. own: those that rnnprep "
     "--vectors put into the data set. Resuming does not read it",
     "Model", false},
    {"vectors-dim", OPTION_COUNT, AT(vectors_dim), "0", 0, VECTORS_MOST_WIDTH, NULL,
     "with --vectors: their principal components, so many, in place of all; 0: as they "
     "are",
     "Model", false},
};

const struct option_table vectors_options_table = {.options = options,
                                                   .n_options = (int)COUNT_OF(options)};

/* The width of the run that is gone on with; 0: there is none, or it cannot be read. */
static int recorded_width(const char *run_dir)
{
    static const char *const names[] = {"last.h5", "last.prev.h5"};
    int width = 0;

    for (size_t i = 0; i < COUNT_OF(names) && !width; i++) {
        char *path = xasprintf("%s/%s", run_dir, names[i]);
        const struct record_source source = {path, NULL};
        struct checkpoint info = {0};
        struct record record = {0};
        if (!checkpoint_open(path, &info)) {
            if (!record_read(info.config, &source, &record))
                width = record.model.embedding;
            checkpoint_release(&info);
        }
        free(path);
    }
    return width;
}

static int check_own(const struct config *config)
{
    return !trainer_config_has_own_vectors(&config->trainer) || config->facts.has_vectors
               ? OK
               : fail(ERR_USAGE,
                      "--vectors own: the data set has no vectors: make it by rnnprep "
                      "CORPUS --vectors 64, or name a file (./own, if it is called so)");
}

static int find_width(const struct config *config, int *width)
{
    const struct trainer_config *trainer = &config->trainer;
    if (!trainer_config_has_own_vectors(trainer))
        return vectors_width(trainer->vectors, width);
    *width = config->facts.vectors_width;
    return OK;
}

int vectors_options_settle(struct config *config, const struct model_options *given)
{
    struct trainer_config *trainer = &config->trainer;
    int width = trainer->vectors_dim, rc = OK;

    if (!trainer->vectors)
        return width == 0 ? OK
                          : fail(ERR_USAGE, "--vectors-dim is for --vectors, which names "
                                            "the file that they are read of");
    if (trainer->init_from)
        return fail(ERR_USAGE, "--vectors and --init-from: both say what the embedding "
                               "begins with: give one of them");
    if (model_options_are_linear(&trainer->model))
        return fail(ERR_USAGE, "--model linear has no embedding that --vectors could "
                               "begin: leave one of them out");
    rc = check_own(config);
    if (rc || model_options_have_width(given) || *trainer->model.stack)
        return rc;

    if (width == 0 && trainer->resume)
        width = recorded_width(trainer->run_dir);
    if (width == 0)
        rc = find_width(config, &width);
    if (!rc)
        trainer->model.embedding = width;
    return rc;
}
