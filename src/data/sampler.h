/* Which rows are trained, validated and tested, in which order, in which lane: pure
 * functions of (data, configuration, seed, epoch, batch). Nothing here is collective:
 * every rank computes the same.
 */
#ifndef RNNTRAIN_DATA_SAMPLER_H
#define RNNTRAIN_DATA_SAMPLER_H

#include "base/base.h"
#include "data/dataset.h"

/* Where validation rows come from. */
enum validation_rule {
    VALIDATION_STRATIFIED, /* the same share of every class, drawn by seed */
    VALIDATION_KERAS_TAIL, /* the last rows before shuffling, as validation_split does */
    VALIDATION_OWN,        /* the data set's own /validation part */
    VALIDATION_NONE,
    VALIDATION_AUTO /* of options: the own part, or where there is none as stratified */
};

/* The order of an epoch's rows. */
enum shuffle {
    SHUFFLE_FULL, /* any row may follow any other */
    /* Windows of batches: each has chunks of the file drawn from everywhere in it, its
     * rows are shuffled. Whoever has a window in memory has its batches. */
    SHUFFLE_WINDOW,
    SHUFFLE_NONE
};

struct sampler_config {
    enum validation_rule rule;
    double validation_split; /* share of the training rows, in [0, 1) */
    bool allow_one_class;    /* a validation set of one class is wanted, not a mistake */
    enum shuffle shuffle;
    int window_rows;                 /* SHUFFLE_WINDOW: most of a window; 1 or more */
    int64_t limit_train, limit_test; /* rows, stratified; 0: all */
    int batch_size, lane_rows;
    uint64_t seed;
    /* Another run on the same split: weights, order and dropout are those of the seed
     * that is so much greater. */
    int64_t replica;
    /* Of a cross-validation (data/folds.h): into how many folds training rows are dealt,
     * and the one that validates, from 1; 0: none does, and rule and split say who. */
    int folds, fold;
};

/* Of weights, order and dropout; that of the split is config->seed. */
static inline uint64_t sampler_seed(const struct sampler_config *config)
{
    return config->seed + (uint64_t)config->replica;
}

struct sampler {
    struct sampler_config config;
    const struct dataset *data;         /* borrowed */
    int32_t *train, *validation, *test; /* row numbers; validation: of validation_part */
    int n_train, n_validation, n_test;
    enum dataset_part validation_part;
    int32_t *order;       /* (n_train) of the epoch: batch after batch, lane after lane */
    const int32_t *lanes; /* rows of the current batch, lane after lane; borrowed */
    int *lane_start;      /* (n_lanes + 1) */
};

/* Splits the data. ERR_USAGE names the option where a set would be empty or of one class.
 */
int sampler_new(const struct dataset *data, const struct sampler_config *config,
                struct sampler *sampler) NODISCARD;
/* The same where the hashes of folds_hash_rows are known, as a fold asks for them; NULL:
 * it hashes the rows itself. */
int sampler_new_hashed(const struct dataset *data, const struct sampler_config *config,
                       const uint64_t *hashes, struct sampler *sampler) NODISCARD;
void sampler_release(struct sampler *sampler);

/* Batches of an epoch, the smaller last one included; lanes of a full batch. */
int sampler_batches(const struct sampler *sampler);
int sampler_lanes(const struct sampler_config *config);

/* Rows of a window: as many whole batches as window_rows allows, at least one; all
 * windows but the last have the same. */
int sampler_window_rows(const struct sampler *sampler);

/* Orders the rows of an epoch and deals those of each batch to lanes by length: sorted, a
 * few neighbours at a time, in snake order, so that lanes cost alike and stand sorted,
 * longest first. */
void sampler_begin_epoch(struct sampler *sampler, int epoch);

/* Batch b of the epoch. Returns its rows; *n_lanes is the number of lanes that got any,
 * the first of all. Lane l is lanes[lane_start[l] .. lane_start[l+1]). */
int sampler_batch(struct sampler *sampler, int b, int *n_lanes);

#endif
