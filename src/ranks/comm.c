#include "ranks/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* die() has said what it was. */
static void abort_job(int code)
{
    char host[256] = "";
    int rank = 0;

    gethostname(host, sizeof host - 1);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    fprintf(stderr, "rnntrain: it was rank %d on %s\n", rank, host);
    MPI_Abort(MPI_COMM_WORLD, code);
    _exit(code);
}

static struct comm_state *new_state(MPI_Comm all, MPI_Comm node)
{
    struct comm_state *state = xcalloc(1, sizeof *state);
    state->all = all;
    state->node = node;
    state->piece = (size_t)1 << 30;
    return state;
}

/* Collective. Of ranks that are there. */
static void learn_ranks(struct comm *comm, MPI_Comm all)
{
    MPI_Comm node;
    MPI_Comm_split_type(all, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);

    *comm =
        (struct comm){.node_cores = comm_usable_cores(), .state = new_state(all, node)};
    MPI_Comm_rank(all, &comm->rank);
    MPI_Comm_size(all, &comm->size);
    MPI_Comm_rank(node, &comm->node_rank);
    MPI_Comm_size(node, &comm->node_size);
    comm_learn_hosts(comm);
}

char *comm_library(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int n = 0;
    MPI_Get_library_version(text, &n);
    return xstrndup(text, strcspn(text, ",\n"));
}

char *comm_built_with(void)
{
    return xasprintf("Open MPI v%d.%d.%d", OMPI_MAJOR_VERSION, OMPI_MINOR_VERSION,
                     OMPI_RELEASE_VERSION);
}

void comm_init(struct comm *comm)
{
    int threads = 0;
    comm_prepare_launch();
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &threads); /* others read files */

    learn_ranks(comm, MPI_COMM_WORLD);
    die_set_hook(abort_job);
}

void comm_init_alone(struct comm *comm)
{
    *comm = (struct comm){.size = 1,
                          .node_size = 1,
                          .node_cores = 1,
                          .state = new_state(MPI_COMM_NULL, MPI_COMM_NULL)};
    comm_learn_hosts(comm);
}

static void release_state(struct comm *comm)
{
    free(comm->state->hosts);
    free(comm->state);
    comm->state = NULL;
}

void comm_finalize(struct comm *comm)
{
    struct comm_state *state = comm->state;
    if (!state)
        return;

    if (state->node != MPI_COMM_NULL) {
        comm_meet(comm);
        comm_beats_free(comm);
        MPI_Comm_free(&state->node);
        MPI_Finalize();
        die_set_hook(NULL);
    }
    release_state(comm);
}

int comm_group(const struct comm *comm, int n_groups)
{
    return (int)((int64_t)comm->rank * n_groups / comm->size);
}

int comm_split(struct comm *comm, int n_groups, struct comm *group)
{
    MPI_Comm all;
    if (comm->size == 1) {
        comm_init_alone(group);
        group->node_cores = comm->node_cores;
        group->state->first = comm->state->first;
        group->state->beat = comm->state->beat;
        return OK;
    }

    comm_meet(comm); /* who never comes is noticed here, MPI itself would wait */
    int rc = comm->state->beats ? OK : comm_beats_new(comm);
    if (rc)
        return rc;
    MPI_Comm_split(comm->state->all, comm_group(comm, n_groups), comm->rank, &all);
    learn_ranks(group, all);
    group->state->first = comm->state->first + comm->rank - group->rank;
    group->state->stall_timeout = comm->state->stall_timeout;
    group->state->beat = comm->state->beat;
    group->state->job = comm->state;
    comm->state->is_split = true;
    return OK;
}

void comm_leave(struct comm *group)
{
    struct comm_state *state = group->state;
    if (!state)
        return;

    if (state->node != MPI_COMM_NULL) {
        comm_meet(group);
        comm_beats_free(group);
        MPI_Comm_free(&state->node);
        MPI_Comm_free(&state->all);
        state->job->is_split = false;
    }
    release_state(group);
}

int comm_rank_of_job(const struct comm *comm, int rank)
{
    return comm->state->first + rank;
}

void comm_set_hook(struct comm *comm,
                   void (*before)(const struct comm *comm, uint32_t exchange,
                                  const void *data),
                   const void *data)
{
    comm->state->before = before;
    comm->state->data = data;
}

double comm_begin(const struct comm *comm)
{
    struct comm_state *state = comm->state;
    comm_tick(comm);
    if (state->before)
        state->before(comm, state->n_exchanges, state->data);
    state->n_exchanges++;
    return seconds_now();
}

void comm_end(const struct comm *comm, enum trace_kind kind, double start)
{
    comm->state->seconds += seconds_now() - start;
    trace_end(kind, start);
}

double comm_seconds(const struct comm *comm)
{
    return comm->state->seconds;
}

int comm_agree(const struct comm *comm, int rc)
{
    comm_tick(comm);
    if (comm->size == 1)
        return rc;
    double start = comm_begin(comm);
    int mine = rc ? comm->rank : comm->size, lowest = 0;
    MPI_Request request;
    MPI_Iallreduce(&mine, &lowest, 1, MPI_INT, MPI_MIN, comm->state->all, &request);
    comm_wait(comm, 1, &request);

    if (lowest < comm->size) {
        struct {
            int code;
            char message[2048];
        } outcome = {.code = rc};
        snprintf(outcome.message, sizeof outcome.message, "%s", fail_message());
        MPI_Ibcast(&outcome, sizeof outcome, MPI_BYTE, lowest, comm->state->all,
                   &request);
        comm_wait(comm, 1, &request);
        rc = fail(outcome.code, "%s", outcome.message);
    }

    comm_end(comm, TRACE_WAIT, start);
    return rc;
}

int comm_same(const struct comm *comm, const char *text, const char *what,
              const char *remedy)
{
    size_t n = strlen(text);
    comm_broadcast(comm, &n, sizeof n);
    char *first = xcalloc(n + 1, 1);
    const char *host = comm_host(comm, comm->rank);
    if (comm->rank == 0)
        memcpy(first, text, n);
    comm_broadcast(comm, first, n);

    int rc = OK;
    if (strcmp(first, text) && n < 200)
        rc =
            fail(ERR_USAGE, "rank %d on %s has another %s (%.200s) than rank %d (%s): %s",
                 comm_rank_of_job(comm, comm->rank), host, what, text,
                 comm_rank_of_job(comm, 0), first, remedy);
    else if (strcmp(first, text))
        rc = fail(ERR_USAGE, "rank %d on %s has another %s than rank %d: %s",
                  comm_rank_of_job(comm, comm->rank), host, what,
                  comm_rank_of_job(comm, 0), remedy);

    free(first);
    return comm_agree(comm, rc);
}

static double reduce_double(const struct comm *comm, double value, MPI_Op op)
{
    if (comm->size == 1)
        return value;
    double result = 0, start = comm_begin(comm);
    MPI_Request request;
    MPI_Iallreduce(&value, &result, 1, MPI_DOUBLE, op, comm->state->all, &request);
    comm_wait(comm, 1, &request);
    comm_end(comm, TRACE_WAIT, start);
    return result;
}

double comm_min(const struct comm *comm, double value)
{
    return reduce_double(comm, value, MPI_MIN);
}

double comm_max(const struct comm *comm, double value)
{
    return reduce_double(comm, value, MPI_MAX);
}
