#include "ranks/errands.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ranks/private.h"

enum { LOOK_MICROSECONDS = 200 };

/* An errand that came, until its answer has gone. */
struct served {
    char *message;
    size_t n;
    struct served *next;
    MPI_Request request;
};

/* First in, first out. */
struct queue {
    struct served *first, *last;
};

struct serving {
    const struct errand_job *job;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct queue come, done;
    bool is_prepared, is_over;
};

struct server {
    struct serving *serving;
    int number;
    pthread_t thread;
};

static void put(struct queue *queue, struct served *served)
{
    served->next = NULL;
    *(queue->last ? &queue->last->next : &queue->first) = served;
    queue->last = served;
}

/* NULL: there is none. */
static struct served *take(struct queue *queue)
{
    struct served *served = queue->first;
    if (!served)
        return NULL;
    queue->first = served->next;
    if (!queue->first)
        queue->last = NULL;
    return served;
}

static void answer(const struct errand_job *job, int worker, struct served *served)
{
    struct errand_answer found = {.bytes = NULL};
    struct errand_heading heading;
    memcpy(&heading, served->message, sizeof heading);

    heading.code = job->work(job->context, worker, served->message + sizeof heading,
                             served->n - sizeof heading, &found);
    const char *bytes = heading.code ? fail_message() : found.bytes;
    size_t n = heading.code ? strlen(bytes) : found.n;

    free(served->message);
    served->message = errand_message(heading, bytes, n);
    served->n = sizeof heading + n;
    free(found.bytes);
}

static void *serve(void *given)
{
    struct server *server = given;
    struct serving *serving = server->serving;

    pthread_mutex_lock(&serving->lock);
    for (;;) {
        struct served *served = take(&serving->come);
        if (!served && serving->is_over)
            break;
        if (!served) {
            pthread_cond_wait(&serving->moved, &serving->lock);
            continue;
        }

        pthread_mutex_unlock(&serving->lock);
        answer(serving->job, server->number, served);
        pthread_mutex_lock(&serving->lock);
        put(&serving->done, served);
    }
    pthread_mutex_unlock(&serving->lock);
    return NULL;
}

/* Whether an errand came; *over: instead, that there are no more. */
static bool take_errand(const struct comm *comm, struct serving *serving, bool *over)
{
    size_t n = 0;
    char *message = errand_take(comm, TAG_ERRAND, &n);
    if (!message)
        return false;
    if (n == 0) {
        free(message);
        *over = true;
        return true;
    }

    struct served *served = xcalloc(1, sizeof *served);
    served->message = message;
    served->n = n;
    if (!serving->is_prepared)
        serving->job->prepare(serving->job->context,
                              message + sizeof(struct errand_heading));
    serving->is_prepared = true;

    pthread_mutex_lock(&serving->lock);
    put(&serving->come, served);
    pthread_cond_signal(&serving->moved);
    pthread_mutex_unlock(&serving->lock);
    return true;
}

static void free_served(struct served *served)
{
    free(served->message);
    free(served);
}

/* Answers on their way, the oldest first. */
static bool send_answers(const struct comm *comm, struct serving *serving,
                         struct queue *sent)
{
    pthread_mutex_lock(&serving->lock);
    struct served *served = take(&serving->done);
    pthread_mutex_unlock(&serving->lock);

    if (served) {
        MPI_Isend(served->message, mpi_count(served->n), MPI_BYTE, 0, TAG_ANSWER,
                  comm->state->all, &served->request);
        put(sent, served);
    }
    for (int is_gone = 1; is_gone && sent->first;) {
        MPI_Test(&sent->first->request, &is_gone, MPI_STATUS_IGNORE);
        if (is_gone)
            free_served(take(sent));
    }
    return served != NULL;
}

int errands_serve(const struct comm *comm, const struct errand_job *job, int n_threads)
{
    struct serving serving = {.job = job};
    struct server *servers = xcalloc((size_t)n_threads, sizeof *servers);
    struct queue sent = {.first = NULL};
    bool over = false;
    int n_started = 0;

    pthread_mutex_init(&serving.lock, NULL);
    pthread_cond_init(&serving.moved, NULL);
    for (; n_started < n_threads; n_started++) {
        servers[n_started] = (struct server){.serving = &serving, .number = n_started};
        if (pthread_create(&servers[n_started].thread, NULL, serve, &servers[n_started]))
            break;
    }
    if (n_started == 0)
        die("no thread could be started");

    while (!over) {
        bool came = take_errand(comm, &serving, &over);
        bool went = send_answers(comm, &serving, &sent);
        if (!came && !went)
            usleep(LOOK_MICROSECONDS);
    }

    pthread_mutex_lock(&serving.lock);
    serving.is_over = true;
    pthread_cond_broadcast(&serving.moved);
    pthread_mutex_unlock(&serving.lock);
    for (int i = 0; i < n_started; i++)
        pthread_join(servers[i].thread, NULL);
    while (sent.first) {
        comm_wait(comm, 1, &sent.first->request);
        free_served(take(&sent));
    }
    for (struct served *left; (left = take(&serving.done));)
        free_served(left);

    pthread_cond_destroy(&serving.moved);
    pthread_mutex_destroy(&serving.lock);
    free(servers);
    return OK;
}
