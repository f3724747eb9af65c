#include "ranks/private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void comm_learn_hosts(const struct comm *comm)
{
    char mine[COMM_HOST_BYTES] = "", (*hosts)[COMM_HOST_BYTES];
    hosts = comm->state->hosts = xcalloc((size_t)comm->size, sizeof *hosts);
    gethostname(mine, sizeof mine - 1);
    memcpy(hosts[comm->rank], mine, sizeof mine);
    if (comm->size > 1)
        MPI_Allgather(mine, sizeof mine, MPI_CHAR, hosts, sizeof mine, MPI_CHAR,
                      comm->state->all);
}

static bool is_listed(const char *list, const char *host)
{
    size_t n = strlen(host);
    for (const char *at = strstr(list, host); at; at = strstr(at + 1, host))
        if ((at == list || at[-1] == ',') && (at[n] == ',' || !at[n]))
            return true;
    return false;
}

const char *comm_host(const struct comm *comm, int rank)
{
    return comm->state->hosts[rank];
}

char *comm_hosts(const struct comm *comm)
{
    char *list = xcalloc((size_t)comm->size, COMM_HOST_BYTES + 1);
    for (int r = 0; r < comm->size; r++) {
        const char *host = comm_host(comm, r);
        if (is_listed(list, host))
            continue;
        if (*list)
            strcat(list, ",");
        strcat(list, host);
    }
    return list;
}
