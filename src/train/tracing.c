#include "train/private.h"

#include <stdlib.h>

int trainer_open_trace(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    int rc = OK;
    if (!config->trace)
        return OK;

    if (trainer->comm->rank == 0)
        rc = trace_file_open(config->trace, config->overwrite, trainer->comm->size,
                             &trainer->trace);
    rc = comm_agree(trainer->comm, rc);
    trace_enable();
    return rc;
}

int trainer_write_trace(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    const struct trace_span *mine = NULL;
    int rc = OK;
    if (!trainer->config->trace)
        return OK;

    size_t n = trace_take(&mine) * sizeof *mine;
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);
    char *all = comm_gather_bytes(comm, mine, n, counts), *from = all;
    for (int r = 0; r < comm->size && comm->rank == 0 && !rc; from += counts[r++])
        rc = trace_file_add(trainer->trace, r, (const struct trace_span *)(void *)from,
                            counts[r] / sizeof *mine);
    free(all);
    free(counts);
    return comm_agree(comm, rc);
}
