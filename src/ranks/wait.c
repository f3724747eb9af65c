#include "ranks/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"

/* Tags of messages: those that carry something are 0. */
enum { TAG_WAITING = 1 };

/* How long those who wait listen to each other before they judge: as long as the last of
 * them may have come behind the first. */
static double listening(const struct comm *comm)
{
    return fmin(5, fmax(2, comm->state->stall_timeout / 10));
}

void comm_set_stall_timeout(struct comm *comm, double seconds)
{
    comm->state->stall_timeout = seconds;
}

/* Everybody who waits says so to all, so each learns who does not. `waits` (size). */
static void hear_who_waits(const struct comm *comm, bool *waits)
{
    int n = 1;
    double began = seconds_now();
    waits[comm->rank] = true;
    for (int r = 0; r < comm->size; r++) {
        MPI_Request request; /* of a process that ends: nobody will ask for it */
        if (r != comm->rank)
            MPI_Isend(NULL, 0, MPI_BYTE, r, TAG_WAITING, comm->state->all, &request);
    }

    while (n < comm->size && seconds_now() - began < listening(comm)) {
        MPI_Status status;
        int is_there = 0;
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_WAITING, comm->state->all, &is_there, &status);
        if (!is_there) {
            usleep(1000);
            continue;
        }
        MPI_Recv(NULL, 0, MPI_BYTE, status.MPI_SOURCE, TAG_WAITING, comm->state->all,
                 MPI_STATUS_IGNORE);
        n += !waits[status.MPI_SOURCE];
        waits[status.MPI_SOURCE] = true;
    }
}

/* "rank 1 on node7, rank 3 on node9", at most a dozen of them; the caller's to free. */
static char *name_silent(const struct comm *comm, const bool *waits)
{
    enum { MOST = 12 };
    char *list = xstrdup("");
    int n = 0;
    for (int r = 0; r < comm->size; r++) {
        if (waits[r] || ++n > MOST)
            continue;
        char *longer = xasprintf("%s%srank %d on %s", list, *list ? ", " : "",
                                 comm_rank_of_job(comm, r), comm_host(comm, r));
        free(list);
        list = longer;
    }

    if (n > MOST) {
        char *longer = xasprintf("%s and %d more", list, n - MOST);
        free(list);
        list = longer;
    }
    return list;
}

/* sleep() would end with the first signal, and a job that is ended gets some. */
static void pause_for(double seconds)
{
    for (double began = seconds_now(); seconds_now() - began < seconds;)
        usleep(10000);
}

static void say_silent(const struct comm *comm, const bool *waits)
{
    char *silent = name_silent(comm, waits);
    say_line(stderr,
             "rnntrain: no answer for %.0f s from %s: stopped, frozen, or cut off from "
             "the network; the job ends; go on from its last checkpoint with --resume "
             "(--stall-timeout sets the time)",
             comm->state->stall_timeout,
             *silent ? silent : "MPI, though all ranks wait for it");
    fflush(stderr);
    free(silent);
}

/* Where others are at work in groups: that they do not answer is no reason to end. */
static void look_at_beats(const struct comm *comm, bool begins)
{
    const bool *alive = NULL;
    if (begins)
        comm_beats_watch(comm);
    else
        alive = comm_beats_stopped(comm);
    if (!alive)
        return;

    if (comm_beats_tell(comm))
        say_silent(comm, alive);
    else
        pause_for(1);
    _exit(ERR_UNAVAILABLE);
}

/* Ends this process: no message of MPI will come. The first of those who hear each other
 * says whom they wait for; the launcher ends the rest, also a process that is stopped. */
static _Noreturn void end_stalled(const struct comm *comm)
{
    bool *waits = xcalloc((size_t)comm->size, sizeof *waits);
    int first = 0;
    hear_who_waits(comm, waits);
    if (!memchr(waits, false, (size_t)comm->size * sizeof *waits))
        pause_for(5); /* if this one was stopped, the others' end ends it now */
    while (!waits[first])
        first++;

    if (first == comm->rank)
        say_silent(comm, waits);
    else
        pause_for(1); /* the first one's word comes before its job is ended */
    _exit(ERR_UNAVAILABLE);
}

/* Whether another rank has waited too long and asks who else waits. */
static bool is_called(const struct comm *comm)
{
    int is_there = 0;
    if (comm->size > 1)
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_WAITING, comm->state->all, &is_there,
                   MPI_STATUS_IGNORE);
    return is_there;
}

void comm_wait(const struct comm *comm, int n, MPI_Request *requests)
{
    enum {
        POLLS = 20
    }; /* between looks at the clock: on a busy host each may take 20 ms */
    double began = 0, looked = 0, timeout = comm->state->stall_timeout;
    int done = 0;
    for (int polls = 1;; polls++) {
        MPI_Testall(n, requests, &done, MPI_STATUSES_IGNORE);
        if (done)
            return;
        if (polls % POLLS)
            continue;
        if (comm->state->rests)
            usleep(1000);
        comm_tick(comm);
        if (timeout <= 0)
            continue;

        double now = seconds_now();
        /* the first look; or this process was stopped itself */
        bool begins = looked <= 0 || now - looked > timeout / 2;
        if (begins)
            began = now;
        looked = now;
        if (comm->state->is_split)
            look_at_beats(comm, begins);
        else if (now - began > timeout || is_called(comm))
            end_stalled(comm);
    }
}

void comm_meet(const struct comm *comm)
{
    comm_tick(comm);
    if (comm->size == 1)
        return;
    MPI_Request request;
    MPI_Ibarrier(comm->state->all, &request);
    comm_wait(comm, 1, &request);
}
