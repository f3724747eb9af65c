#include "train/shared_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/trace.h"

/* What ranks that do not read the file need to know of it: plain data. */
struct shared {
    uint64_t hash;
    struct facts facts; /* but for the labels, whose bytes follow */
    size_t label_bytes;
    struct rows part[DATASET_ALL_PARTS]; /* not in memory yet */
};

struct shared_readers shared_readers_few(const struct comm *comm, bool is_once)
{
    enum { FEW = 4 };
    int n = comm->node_size < FEW ? comm->node_size : FEW;
    return (struct shared_readers){n, is_once};
}

static bool reads(const struct comm *comm, struct shared_readers readers)
{
    bool is_first_node = comm->rank == comm->node_rank;
    return comm->node_rank < readers.n && (is_first_node || !readers.is_once);
}

/* Collective. What rank 0 has read of the file; its labels are the caller's to free. */
static struct shared share(struct comm *comm, const struct dataset *data, char **labels)
{
    struct shared shared = {.hash = data->hash, .facts = data->facts};
    shared.facts.labels = NULL;
    memcpy(shared.part, data->part, sizeof shared.part);
    *labels = facts_pack_labels(&data->facts, &shared.label_bytes);

    comm_broadcast(comm, &shared, sizeof shared);
    *labels = xrealloc(*labels, shared.label_bytes, 1);
    comm_broadcast(comm, *labels, shared.label_bytes);
    return shared;
}

/* Collective. Readers compare what they opened with rank 0's; the others take it. */
static int share_facts(struct comm *comm, const char *path, bool reads,
                       struct dataset *data)
{
    char *labels = NULL;
    int rc = OK;
    struct shared shared = share(comm, data, &labels);

    if (reads && data->hash != shared.hash)
        rc = fail(ERR_FORMAT,
                  "%s: rank %d reads another file under this name than rank %d: put "
                  "one data set where every node sees it",
                  path, comm_rank_of_job(comm, comm->rank), comm_rank_of_job(comm, 0));
    if (!reads) {
        data->hash = shared.hash;
        data->facts = shared.facts;
        facts_set_labels(&data->facts, labels);
        memcpy(data->part, shared.part, sizeof data->part);
    }
    free(labels);
    return comm_agree(comm, rc);
}

int shared_data_open(struct comm *comm, const char *path, enum dataset_words words,
                     struct shared_readers readers, struct dataset *data)
{
    bool opens = reads(comm, readers);
    int rc = OK;
    if (opens && comm->node_rank == 0)
        rc = dataset_open(path, comm->rank == 0 ? words : DATASET_WORDS_NONE, data);
    rc = comm_agree(comm, rc);

    if (!rc && opens && comm->node_rank > 0)
        rc = dataset_open_again(path, data);
    rc = comm_agree(comm, rc);
    return rc || comm->size == 1 ? rc : share_facts(comm, path, opens, data);
}

int shared_data_load(struct comm *comm, enum dataset_extent extent,
                     struct shared_readers readers, const char *remedy,
                     struct dataset *data, struct comm_window *window)
{
    int rc = comm_window_open(comm, dataset_bytes(data, extent), window);
    if (rc)
        return remedy ? fail(rc, "%s, or %s", fail_message(), remedy) : rc;

    double began = trace_begin();
    dataset_attach(data, extent, window->bytes);
    if (reads(comm, readers))
        rc = dataset_load(data, comm->node_rank, readers.n);
    trace_end(TRACE_READ, began);

    comm_window_sync(comm, window);
    rc = comm_agree(comm, rc);
    if (rc || !readers.is_once)
        return rc;
    comm_broadcast_hosts(comm, window->bytes, window->n);
    comm_window_sync(comm, window);
    return OK;
}
