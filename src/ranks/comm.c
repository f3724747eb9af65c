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

static void new_state(struct comm *comm)
{
    *comm = (struct comm){.size = 1, .node_size = 1, .node_cores = 1};
    comm->state = xcalloc(1, sizeof *comm->state);
    comm->state->all = comm->state->node = comm->state->leaders = MPI_COMM_NULL;
    comm->state->piece = (size_t)1 << 30;
    comm->state->many_nodes = 32;
    comm->state->short_message = 4096;
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
#ifdef OMPI_MAJOR_VERSION
    return xasprintf("Open MPI v%d.%d.%d", OMPI_MAJOR_VERSION, OMPI_MINOR_VERSION,
                     OMPI_RELEASE_VERSION);
#else
    return xasprintf("MPI %d.%d", MPI_VERSION, MPI_SUBVERSION); /* a simulated one */
#endif
}

void comm_init(struct comm *comm)
{
    int threads = 0, number = 0;
    comm_prepare_launch();
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &threads); /* others read files */

    new_state(comm);
    MPI_Comm_rank(MPI_COMM_WORLD, &number);
    comm_learn_ranks(comm, MPI_COMM_WORLD, comm_real_node(MPI_COMM_WORLD), number);
    die_set_hook(abort_job);
}

/* A rank that is alone, and its number in the job. */
static void learn_alone(struct comm *comm, int number)
{
    struct comm_state *state;
    new_state(comm);
    state = comm->state;
    state->numbers = xcalloc(1, sizeof *state->numbers);
    state->numbers[0] = number;
    state->node_first = xcalloc(2, sizeof *state->node_first);
    state->node_first[state->n_nodes = 1] = 1;
    comm_learn_hosts(comm);
}

void comm_init_alone(struct comm *comm)
{
    learn_alone(comm, 0);
}

static void release_state(struct comm *comm)
{
    comm_forget_ranks(comm);
    free(comm->state);
    comm->state = NULL;
}

void comm_finalize(struct comm *comm)
{
    struct comm_state *state = comm->state;
    if (!state)
        return;

    bool was_begun = state->node != MPI_COMM_NULL;
    if (was_begun) {
        comm_meet(comm);
        comm_beats_free(comm);
    }
    release_state(comm);
    if (was_begun) {
        MPI_Finalize();
        die_set_hook(NULL);
    }
}

int comm_group(const struct comm *comm, int n_groups)
{
    return (int)((int64_t)comm->rank * n_groups / comm->size);
}

int comm_split(struct comm *comm, int n_groups, struct comm *group)
{
    MPI_Comm ranks;
    int number = comm->state->numbers[comm->rank];
    if (comm->size == 1) {
        learn_alone(group, number);
        group->node_cores = comm->node_cores;
        group->state->job = comm->state;
        return OK;
    }

    comm_meet(comm); /* who never comes is noticed here, MPI itself would wait */
    int rc = comm->state->beats ? OK : comm_beats_new(comm);
    if (rc)
        return rc;
    MPI_Comm_split(comm->state->all, comm_group(comm, n_groups), comm->rank, &ranks);
    new_state(group);
    comm_learn_ranks(group, ranks, comm_real_node(ranks), number);
    MPI_Comm_free(&ranks);
    group->state->stall_timeout = comm->state->stall_timeout;
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
        state->job->is_split = false;
    }
    release_state(group);
}

int comm_rank_of_job(const struct comm *comm, int rank)
{
    return comm->state->numbers[rank];
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

int comm_agree_resting(const struct comm *comm, int rc)
{
    comm->state->rests = comm->rank > 0;
    rc = comm_agree(comm, rc);
    comm->state->rests = false;
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
