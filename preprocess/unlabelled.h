/* Texts without labels, beside a corpus or alone: --unlabelled. They are read as the
 * corpus is, their words come behind its in one vocabulary and one spool. */
#ifndef PREPROCESS_UNLABELLED_H
#define PREPROCESS_UNLABELLED_H

#include "corpus/corpus.h"

struct job;

struct unlabelled {
    char **paths; /* (n_sources) owned, as the next is */
    struct source *sources;
    int n_sources;
    struct records_options records;
    struct reader *reader;
    struct corpus corpus; /* settled: its rows are of DATASET_TRAIN; with notes */
    struct corpus_overlap overlap;
};

/* How many texts there are. */
static inline int32_t unlabelled_n(const struct unlabelled *unlabelled)
{
    return unlabelled->corpus.n_of_part[DATASET_TRAIN];
}

/* Names what the lines of job->settings->unlabelled do, if any. */
int unlabelled_find(struct job *job) NODISCARD;

/* Reads it all by job->tokenizer into job's vocabulary and spool. ERR_FORMAT names a
 * source without a text. */
int unlabelled_read(struct job *job) NODISCARD;

/* An all-zero struct is fine. */
void unlabelled_release(struct unlabelled *unlabelled);

#endif
