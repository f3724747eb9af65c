/* A corpus as the rows of a data set in memory, made with a model's own tokenizer and
 * classes: labelled texts that are judged without rnnprep. */
#ifndef RNNTRAIN_COMMANDS_CORPUS_H
#define RNNTRAIN_COMMANDS_CORPUS_H

#include "commands/row_ngrams.h"
#include "data/dataset.h"
#include "input/options.h"
#include "ranks/comm.h"
#include "serve/predictor.h"

/* Whether a path is a corpus: a folder, standard input or a file that is no HDF5. */
bool corpus_is_one(const char *path);
/* ERR_FORMAT where it is the folder of a run, whose files are no texts. */
int corpus_refuse_run(const char *path) NODISCARD;

/* Collective. Rank 0 reads the corpus as rnnprep does, all ranks have its rows; *data, to
 * be given to dataset_release, has those of each part, with the classes of the model by
 * their names, and for a linear model their n-grams. *is_parted: names tell the part of
 * some; else all are in the training part. Notes go to standard error. */
int corpus_read(const struct comm *comm, const char *path,
                const struct input_settings *settings, const struct predictor *predictor,
                struct dataset *data, struct row_ngrams *ngrams,
                bool *is_parted) NODISCARD;

#endif
