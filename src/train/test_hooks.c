#include "train/test_hooks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "train/private.h"

static void wait_a_little(const struct comm *comm, uint32_t exchange, const void *data)
{
    uint32_t most = (uint32_t)((const struct test_hooks *)data)->delay;
    struct rng rng = {.seed = most, .purpose = RNG_TEST, .row = (uint32_t)comm->rank};
    usleep(rng_below(&rng, exchange, most));
}

void test_hooks_delay(struct trainer *trainer)
{
    if (trainer->hooks->delay > 0)
        comm_set_hook(trainer->comm, wait_a_little, trainer->hooks);
}

void test_hooks_nodes(struct trainer *trainer)
{
    enum { NODES = 3 };
    size_t size = (size_t)trainer->comm->size;
    struct rng rng = {.seed = (uint64_t)trainer->hooks->nodes, .purpose = RNG_TEST};
    if (trainer->hooks->nodes == 0)
        return;
    int *node_of = xcalloc(size, sizeof *node_of);
    for (size_t r = 0; r < size; r++)
        node_of[r] = (int)rng_below(&rng, (uint32_t)r, NODES);
    comm_pretend_nodes(trainer->comm, node_of);
    free(node_of);
}

static int compare_ints(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

void test_hooks_ranges(struct trainer *trainer, int n_lanes)
{
    int size = trainer->comm->size;
    if (trainer->hooks->ranges == 0)
        return;
    struct rng rng = {.seed = (uint64_t)trainer->hooks->ranges,
                      .purpose = RNG_TEST,
                      .step = (uint32_t)trainer->progress.step};
    for (int r = 1; r < size; r++)
        trainer->first[r] = (int)rng_below(&rng, (uint32_t)r, (uint32_t)n_lanes + 1);
    qsort(trainer->first + 1, (size_t)size - 1, sizeof(int), compare_ints);
}

/* Counted over all epochs, from 1. */
static int64_t number_of(const struct trainer *trainer, int b)
{
    return (int64_t)trainer->progress.epoch * sampler_batches(&trainer->sampler) + b + 1;
}

void test_hooks_gradient(const struct trainer *trainer, int b, struct comm_lane gradient)
{
    /* once only: a batch that is NaN again after each rollback ends the run */
    if (number_of(trainer, b) == trainer->hooks->nan && trainer->progress.rollbacks == 0)
        comm_lane_flat(
            comm_sum_shape(trainer->sum),
            gradient)[trainer->params->size - model_joint_size(trainer->model) - 1] =
            (real)NAN;
}

void test_hooks_weights(struct trainer *trainer, int b)
{
    uint32_t bits;
    if (number_of(trainer, b) != trainer->hooks->drift ||
        trainer->comm->rank + 1 != trainer->comm->size)
        return;
    memcpy(&bits, trainer->weights, sizeof bits);
    bits ^= 1;
    memcpy(trainer->weights, &bits, sizeof bits);
}
