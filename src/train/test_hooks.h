/* What tests make go wrong in a run: ranks that come late, lanes that move at every step,
 * ranks of one host as if they were on several, a gradient that is no number, replicas
 * that drift apart. The trainer calls these
 * functions where that can happen and knows no more of it; the struct is filled in by
 * six options that no help and no record names (--test-delay and so on).
 */
#ifndef RNNTRAIN_TRAIN_TEST_HOOKS_H
#define RNNTRAIN_TRAIN_TEST_HOOKS_H

#include "ranks/comm.h"

struct trainer;

/* 0: nothing of that kind. Batches are counted over all epochs, from 1. */
struct test_hooks {
    int64_t delay;  /* microseconds, at most, that a rank waits before each exchange */
    int64_t ranges; /* the seed of ranges of lanes that are drawn for each step */
    int64_t nodes;  /* the seed of nodes that are drawn for the ranks */
    int64_t nan;    /* the batch whose gradient becomes NaN, unless it was rolled back */
    int64_t large;  /* bytes from which on a thread puts checkpoints in place */
    int64_t drift;  /* the batch after which the last rank's weights lose a bit */
};

/* Delays begin; the trainer's hooks are borrowed as long as its comm is used. */
void test_hooks_delay(struct trainer *trainer);
/* Collective. Before anything is made of the trainer's comm. */
void test_hooks_nodes(struct trainer *trainer);
/* Which rank computes which of n_lanes lanes, in place of trainer->first. */
void test_hooks_ranges(struct trainer *trainer, int n_lanes);
/* After a lane of the epoch's batch b, from 0, was computed. */
void test_hooks_gradient(const struct trainer *trainer, int b, struct comm_lane gradient);
/* After batch b's update. */
void test_hooks_weights(struct trainer *trainer, int b);

#endif
