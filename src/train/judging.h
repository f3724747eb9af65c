/* Trained models, alone and several as one, over the rows that a run validates and tests
 * with: what runs of one job on the same split are compared and joined by. Calls are
 * collective: the data are in memory once a node, and every rank has all models.
 */
#ifndef RNNTRAIN_TRAIN_JUDGING_H
#define RNNTRAIN_TRAIN_JUDGING_H

#include "saved/predictions.h"
#include "train/evaluate.h"
#include "train/trainer.h"

struct judging;

/* Loads the data of runs that split them as `config` does, n-grams too if some models
 * read those. Comm and config outlive it. */
int judging_new(struct comm *comm, const struct trainer_config *config, bool has_ngrams,
                struct judging **judging) NODISCARD;
void judging_free(struct judging *judging); /* NULL is fine */

/* What rows of each class count in the training, the caller's; NULL: all alike. */
int judging_class_weights(const struct judging *judging, double **weights) NODISCARD;

/* A checkpoint, which rank 0 reads, becomes the next model, numbered from 0. */
int judging_take(struct judging *judging, const char *path) NODISCARD;

const struct dataset *judging_data(const struct judging *judging);
const struct chain_config *judging_chain(const struct judging *judging, int model);
struct model *judging_model(const struct judging *judging, int model); /* borrowed */
/* XXH64 of its weights, as a run's log has it. */
uint64_t judging_hash(const struct judging *judging, int model);

/* Rows of a data set. */
struct judging_rows {
    enum dataset_part part;
    const int32_t *rows; /* (n) borrowed */
    int n;
};
struct judging_rows judging_validation(const struct judging *judging);
struct judging_rows judging_test(const struct judging *judging);

/* config->n models as one, or one model where that is 0. */
struct judging_models {
    const struct ensemble_config *config; /* borrowed, as `members` */
    const int *members;                   /* their numbers */
};

/* Their logits (n, outputs) of rows, on every rank. */
int judging_logits(struct judging *judging, const struct judging_rows *rows,
                   const struct judging_models *models, real *logits) NODISCARD;

/* Loss and hits of them. What they say of each row becomes part `part` of rank 0's
 * predictions, which has room for it where there are not too many classes; NULL: nobody
 * wants it. */
int judging_score(struct judging *judging, const struct judging_rows *rows,
                  const struct judging_models *models, struct score *score,
                  struct predictions *predictions, enum dataset_part part) NODISCARD;

#endif
