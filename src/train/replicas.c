#include "train/private.h"

#include <stdlib.h>

#include <xxhash.h>

/* Hashes of all tensors and moments. */
static int hash_parts(const struct trainer *trainer, uint64_t *hashes)
{
    const struct params *params = trainer->params;
    int n = 0;
    for (; n < params->n_tensors; n++)
        hashes[n] = XXH64(trainer->weights + params->tensors[n].offset,
                          params->tensors[n].size * sizeof(real), 0);
    for (int i = 0; i < trainer->optim.n_slots; i++)
        hashes[n++] = params_hash(params, trainer->optim.slot[i]);
    if (trainer->optim.average)
        hashes[n++] = params_hash(params, trainer->optim.average);
    return n;
}

/* The rank whose hashes most ranks have; of equals the lowest. */
static int most_common(const uint64_t *all, int n, int size)
{
    int best = 0, most = 0;
    for (int r = 0; r < size; r++) {
        int same = 0;
        for (int other = 0; other < size; other++)
            same += !memcmp(all + r * n, all + other * n, (size_t)n * sizeof *all);
        if (same > most) {
            most = same;
            best = r;
        }
    }
    return best;
}

/* Rank 0: `all` (size, n). */
static int compare_replicas(const struct trainer *trainer, const uint64_t *all, int n)
{
    const struct comm *comm = trainer->comm;
    const struct params *params = trainer->params;
    const uint64_t *common = all + most_common(all, n, comm->size) * n;
    for (int r = 0; r < comm->size; r++)
        for (int i = 0; i < n; i++) {
            if (all[r * n + i] == common[i])
                continue;
            const struct tensor *tensor =
                i < params->n_tensors ? &params->tensors[i] : NULL;

            char *other = comm->size > 2
                              ? xstrdup("most ranks")
                              : xasprintf("rank %d on %s", comm_rank_of_job(comm, 0),
                                          comm_host(comm, 0));
            int rc =
                fail(ERR_INTERNAL,
                     "rank %d on %s has drifted: its %s%s%s is not that of %s; memory "
                     "or a processor may be faulty%s. Nothing of this was saved: go on "
                     "from the last checkpoint with --resume, without that host",
                     comm_rank_of_job(comm, r), comm_host(comm, r),
                     tensor ? tensor->layer : "optimizer state", tensor ? "/" : "",
                     tensor ? tensor->name : "", other,
                     comm->size > 2 ? "" : ", on either of the two");

            free(other);
            return rc;
        }
    return OK;
}

/* Of all ranks' weights. */
static bool is_one_copy(const struct trainer *trainer)
{
    return trainer_shares_weights(trainer) &&
           trainer->comm->node_size == trainer->comm->size;
}

int trainer_check_replicas(struct trainer *trainer)
{
    const struct comm *comm = trainer->comm;
    trainer_settle(trainer);
    if (comm->size == 1 || is_one_copy(trainer))
        return OK;

    int n_most = trainer->params->n_tensors + optim_arrays(&trainer->optim);
    uint64_t *mine = xcalloc((size_t)n_most, sizeof *mine);
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);
    int n = hash_parts(trainer, mine);
    char *all = comm_gather_bytes(comm, mine, (size_t)n * sizeof *mine, counts);
    int rc = comm->rank == 0
                 ? compare_replicas(trainer, (const uint64_t *)(const void *)all, n)
                 : OK;

    free(all);
    free(counts);
    free(mine);
    return comm_agree(comm, rc);
}
