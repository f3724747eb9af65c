#include "train/private.h"

#include <stdlib.h>
#include <unistd.h>

#include "files/file.h"

static int refuse(const char *path)
{
    return fail(ERR_EXISTS,
                "%s: there is such a file: give --trace another name, or discard it with "
                "--overwrite",
                path);
}

/* Rank 0, with --dry-run. */
static int check(const struct trainer_config *config)
{
    return !config->overwrite && !access(config->trace, F_OK) ? refuse(config->trace)
                                                              : OK;
}

/* Rank 0. */
static int create(struct trainer *trainer)
{
    const char *path = trainer->config->trace;
    int fd = -1, rc = file_create(path, trainer->config->overwrite, &fd);
    if (rc == ERR_EXISTS)
        return refuse(path);
    return rc ? rc : trace_file_open(fd, path, trainer->comm->size, &trainer->trace);
}

int trainer_open_trace(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    int rc = OK;
    if (!config->trace)
        return OK;

    if (trainer->comm->rank == 0)
        rc = config->dry_run ? check(config) : create(trainer);
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
