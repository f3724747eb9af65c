#include "ranks/errands.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "ranks/private.h"

enum { LOOK_MICROSECONDS = 200 };

/* A thread that waits for its answer. */
struct place {
    int rank;
    bool is_taken, is_new, is_answered;
    char *message; /* what goes out, then what came */
    size_t n;
    double since; /* when it went out */
    MPI_Request request;
};

struct errands {
    const struct comm *comm;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct place *places; /* (n), those of a rank not beside each other */
    int n;

    /* Of errands_run. */
    int (*work)(void *context);
    void *context;
    int rc;
    char *why; /* owned */
    bool is_over;
};

struct errands *errands_new(const struct comm *comm, int n_at_a_time)
{
    double *of_rank = xcalloc((size_t)comm->size, sizeof *of_rank);
    int *first = xcalloc((size_t)comm->size + 1, sizeof *first), most = 0, n = 0;
    for (int r = 0; r <= comm->size; r++)
        first[r] = r;
    of_rank[comm->rank] = n_at_a_time;
    comm_gather_lanes(comm, of_rank, 1, first);
    free(first);

    for (int r = 1; r < comm->size; r++) {
        n += (int)of_rank[r];
        most = (int)of_rank[r] > most ? (int)of_rank[r] : most;
    }
    if (comm->rank != 0) {
        free(of_rank);
        return NULL;
    }

    struct errands *errands = xcalloc(1, sizeof *errands);
    errands->comm = comm;
    errands->places = xcalloc((size_t)n, sizeof *errands->places);
    for (int turn = 0; turn < most; turn++)
        for (int r = 1; r < comm->size; r++)
            if (turn < (int)of_rank[r])
                errands->places[errands->n++].rank = r;
    pthread_mutex_init(&errands->lock, NULL);
    pthread_cond_init(&errands->moved, NULL);
    free(of_rank);
    return errands;
}

void errands_free(struct errands *errands)
{
    if (!errands)
        return;
    pthread_mutex_destroy(&errands->lock);
    pthread_cond_destroy(&errands->moved);
    free(errands->places);
    free(errands->why);
    free(errands);
}

int errands_room(const struct errands *errands)
{
    return errands->n;
}

char *errand_message(struct errand_heading heading, const void *bytes, size_t n)
{
    char *message = xcalloc(sizeof heading + n, 1);
    memcpy(message, &heading, sizeof heading);
    if (n)
        memcpy(message + sizeof heading, bytes, n);
    return message;
}

char *errand_take(const struct comm *comm, int tag, size_t *n)
{
    MPI_Status status;
    int is_there = 0, count = 0;
    MPI_Iprobe(MPI_ANY_SOURCE, tag, comm->state->all, &is_there, &status);
    if (!is_there)
        return NULL;

    MPI_Get_count(&status, MPI_BYTE, &count);
    char *message = xcalloc((size_t)count + 1, 1);
    MPI_Recv(message, count, MPI_BYTE, status.MPI_SOURCE, tag, comm->state->all,
             MPI_STATUS_IGNORE);
    *n = (size_t)count;
    return message;
}

static struct place *find_place(struct errands *errands)
{
    for (int i = 0; i < errands->n; i++)
        if (!errands->places[i].is_taken)
            return &errands->places[i];
    return NULL;
}

/* What came: bytes without their heading, or what the errand failed with. */
static int open_answer(char *message, size_t n, struct errand_answer *answer)
{
    struct errand_heading heading;
    memcpy(&heading, message, sizeof heading);
    size_t n_bytes = n - sizeof heading;

    memmove(message, message + sizeof heading, n_bytes);
    if (!heading.code) {
        *answer = (struct errand_answer){message, n_bytes};
        return OK;
    }
    int rc = fail((int)heading.code, "%.*s", (int)n_bytes, message);
    free(message);
    return rc;
}

int errands_send(struct errands *errands, const void *bytes, size_t n,
                 struct errand_answer *answer)
{
    pthread_mutex_lock(&errands->lock);
    struct place *place;
    while (!(place = find_place(errands)))
        pthread_cond_wait(&errands->moved, &errands->lock);

    struct errand_heading heading = {.number = place - errands->places};
    *place = (struct place){.rank = place->rank,
                            .is_taken = true,
                            .is_new = true,
                            .message = errand_message(heading, bytes, n),
                            .n = sizeof heading + n};
    while (!place->is_answered)
        pthread_cond_wait(&errands->moved, &errands->lock);

    char *message = place->message;
    size_t n_message = place->n;
    place->message = NULL;
    place->is_taken = false;
    pthread_cond_broadcast(&errands->moved);
    pthread_mutex_unlock(&errands->lock);
    return open_answer(message, n_message, answer);
}

static void *run_work(void *given)
{
    struct errands *errands = given;
    int rc = errands->work(errands->context);
    char *why = rc ? xstrdup(fail_message()) : NULL;

    pthread_mutex_lock(&errands->lock);
    errands->rc = rc;
    errands->why = why;
    errands->is_over = true;
    pthread_mutex_unlock(&errands->lock);
    return NULL;
}

/* Whether something was sent. */
static bool send_new(struct errands *errands)
{
    bool sent = false;
    pthread_mutex_lock(&errands->lock);
    for (int i = 0; i < errands->n; i++) {
        struct place *place = &errands->places[i];
        if (!place->is_taken || !place->is_new)
            continue;
        place->is_new = false;
        place->since = seconds_now();
        MPI_Isend(place->message, mpi_count(place->n), MPI_BYTE, place->rank, TAG_ERRAND,
                  errands->comm->state->all, &place->request);
        sent = true;
    }
    pthread_mutex_unlock(&errands->lock);
    return sent;
}

static bool take_answer(struct errands *errands)
{
    size_t n = 0;
    char *message = errand_take(errands->comm, TAG_ANSWER, &n);
    if (!message)
        return false;

    struct errand_heading heading;
    memcpy(&heading, message, sizeof heading);
    pthread_mutex_lock(&errands->lock);
    struct place *place = &errands->places[heading.number];
    MPI_Wait(&place->request, MPI_STATUS_IGNORE); /* it came: it was sent */
    free(place->message);
    place->message = message;
    place->n = n;
    place->is_answered = true;
    pthread_cond_broadcast(&errands->moved);
    pthread_mutex_unlock(&errands->lock);
    return true;
}

/* Without an answer nothing more can be told in its order; the launcher ends the rest. */
static void check_owed(const struct errands *errands)
{
    double timeout = errands->comm->state->stall_timeout, now = seconds_now();
    for (int i = 0; i < errands->n && timeout > 0; i++) {
        const struct place *place = &errands->places[i];
        if (!place->is_taken || place->is_new || place->is_answered ||
            now - place->since < timeout)
            continue;
        say_line(stderr,
                 "rnntrain: no answer for %.0f s from rank %d on %s: stopped, frozen, or "
                 "cut off from the network; the job ends",
                 timeout, place->rank, comm_host(errands->comm, place->rank));
        fflush(stderr);
        _exit(ERR_UNAVAILABLE);
    }
}

static bool is_over(struct errands *errands)
{
    pthread_mutex_lock(&errands->lock);
    bool over = errands->is_over;
    if (!over)
        check_owed(errands);
    pthread_mutex_unlock(&errands->lock);
    return over;
}

int errands_run(struct errands *errands, int (*work)(void *context), void *context)
{
    const struct comm *comm = errands->comm;
    pthread_t thread;
    errands->work = work;
    errands->context = context;
    if (pthread_create(&thread, NULL, run_work, errands))
        die("no thread could be started");

    while (!is_over(errands)) {
        bool sent = send_new(errands), came = take_answer(errands);
        if (!sent && !came)
            usleep(LOOK_MICROSECONDS);
    }
    pthread_join(thread, NULL);

    for (int r = 1; r < comm->size; r++) {
        MPI_Request request;
        MPI_Isend(NULL, 0, MPI_BYTE, r, TAG_ERRAND, comm->state->all, &request);
        comm_wait(comm, 1, &request);
    }
    return errands->rc ? fail(errands->rc, "%s", errands->why) : OK;
}
