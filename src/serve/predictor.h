/* A trained model, or several whose judgements are one (model/ensemble.h), ready to judge
 * texts: checkpoint, weights, tokenizer, which are only read; and workers, each with what
 * one thread needs to judge. No MPI.
 */
#ifndef RNNTRAIN_SERVE_PREDICTOR_H
#define RNNTRAIN_SERVE_PREDICTOR_H

#include "model/ensemble.h"
#include "saved/checkpoint.h"
#include "saved/record.h"
#include "text/ngrams.h"
#include "text/text.h"

/* Rows judged at once at most, and those computed together: so many rows' gates and
 * states of a step stay in L1. */
enum { PREDICTOR_ROWS = 64, PREDICTOR_LANE_ROWS = 32 };

struct predictor_worker;

struct predictor {
    struct checkpoint info; /* labels: info.facts.labels */
    int n; /* members; 1: a model alone, whose info.ensemble says nothing */
    struct record *records; /* (n) */
    struct model **models;  /* (n) evaluators; info.ensemble says how they are joined */
    real **all_weights;     /* (n) divided by the temperature of info.ensemble.decision */

    struct record
        record; /* of the first member, as are its model and weights; borrowed */
    struct model *model;
    real *weights;

    int lane_rows; /* that a model's workspace has, at most PREDICTOR_ROWS */
    struct text_tokenizer *tokenizer;
    struct ngrams ngrams; /* that a linear member reads; n 0: none does */
    struct ngram_table *table;
    struct predictor_worker *own; /* of the thread that has the predictor, on `models` */
};

/* Opens a checkpoint or, with hints for what it does not say, a model of Keras, which has
 * no tokenizer unless a hint names one; `isa` as --isa. Release with predictor_release,
 * also after a failure. */
int predictor_open(struct predictor *predictor, const char *path, const char *isa,
                   const struct checkpoint_hints *hints) NODISCARD;
/* Makes a predictor of an opened checkpoint, which is taken over, also where that
 * fails. */
int predictor_take(struct predictor *predictor, const struct checkpoint *info,
                   const char *isa) NODISCARD;
/* What it reads of a text: ids of its words, its n-grams, or both. */
bool predictor_reads_ids(const struct predictor *predictor);
static inline bool predictor_reads_ngrams(const struct predictor *predictor)
{
    return predictor->table != NULL;
}
/* The checkpoint of member i. */
static inline const struct checkpoint *predictor_member(const struct predictor *predictor,
                                                        int i)
{
    return i == 0 ? &predictor->info : &predictor->info.members[i - 1];
}
/* ERR_USAGE if it has no tokenizer: it cannot judge texts. */
int predictor_check_texts(const struct predictor *predictor) NODISCARD;
/* Of all its weights, as they judge: the same for equal models. */
uint64_t predictor_hash(const struct predictor *predictor);
void predictor_release(struct predictor *predictor);

/* Probabilities (n_texts, n_labels) of all classes, and the class decided for (n_texts);
 * texts are valid UTF-8 (see text_repair_utf8). At most PREDICTOR_ROWS. */
void predictor_judge(struct predictor *predictor, char *const *texts, int n_texts,
                     double *probabilities, int *classes);

/* Of text i of the last predictor_judge: its words, and those that the model does not
 * know. */
void predictor_words(const struct predictor *predictor, int i, size_t *n_words,
                     size_t *n_unknown);

/* Words that the model has rows of a table for: so much is there to learn, see
 * predictor_share. */
size_t predictor_vocabulary(const struct predictor *predictor);

/* Several threads: predictor_share, once, leaves nothing that judging would still learn
 * and closes the file; then any thread makes itself a worker, to be freed before the
 * predictor. A worker gives the bits of predictor_judge. */
void predictor_share(struct predictor *predictor);
int predictor_worker_new(const struct predictor *predictor,
                         struct predictor_worker **worker) NODISCARD;
void predictor_worker_free(struct predictor_worker *worker); /* NULL is fine */

/* As predictor_words, of the worker's last call. */
void predictor_worker_words(const struct predictor_worker *worker, int i, size_t *n_words,
                            size_t *n_unknown);

/* As predictor_judge; `classes` may be NULL. Ids of a row are those of text_encode,
 * before padding, `lengths` of them: of a predictor that reads no n-grams. */
void predictor_worker_judge(struct predictor_worker *worker, const char *const *texts,
                            int n_texts, double *probabilities, int *classes);
void predictor_worker_judge_ids(struct predictor_worker *worker,
                                const int32_t *const *ids, const size_t *lengths,
                                int n_rows, double *probabilities);
/* Of text `i` of the worker's last judgements: its logits, 1 or C. */
const real *predictor_worker_logits(const struct predictor_worker *worker, int i);

#endif
