#define _GNU_SOURCE /* sched_getaffinity */
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

struct slot {
    void *item;
    bool is_done;
    int rc;
    char *message; /* of rc; owned */
};

struct crew {
    const struct crew_job *job;
    pthread_mutex_t taking; /* held while an item is taken */
    pthread_mutex_t state;  /* guards what follows */
    pthread_cond_t moved;   /* an item was finished */
    struct slot *slots;     /* a ring: item i is in slot i % n_slots */
    int64_t n_slots, n_taken, n_finished;
    struct member *members; /* (n_threads), of which n_started are there */
    int n_threads, n_started;
    bool ended, finishing;
    int rc;
    char *message; /* of rc; owned */
};

struct member {
    struct crew *crew;
    int number;
    pthread_t thread; /* of all but the first, which is the caller's */
};

static void note_error(struct slot *slot, int rc)
{
    slot->rc = rc;
    slot->message = rc ? xstrdup(fail_message()) : NULL;
}

/* The slot of the next item, or NULL at the end. An error of taking is the item's. */
static struct slot *take(struct crew *crew)
{
    struct slot *slot = NULL;
    bool end = false;

    pthread_mutex_lock(&crew->taking);
    pthread_mutex_lock(&crew->state);
    while (!crew->ended && crew->n_taken - crew->n_finished == crew->n_slots)
        pthread_cond_wait(&crew->moved, &crew->state);
    if (!crew->ended)
        slot = &crew->slots[crew->n_taken % crew->n_slots];
    pthread_mutex_unlock(&crew->state);

    if (slot) {
        slot->is_done = false;
        note_error(slot, crew->job->take(crew->job->context, slot->item, &end));
        pthread_mutex_lock(&crew->state);
        crew->ended |= end || slot->rc;
        crew->n_taken += !end;
        pthread_mutex_unlock(&crew->state);
    }
    pthread_mutex_unlock(&crew->taking);
    return end ? NULL : slot;
}

/* Finishes what is next in order, unless another thread is at it. Holds crew->state. */
static void finish(struct crew *crew)
{
    while (!crew->finishing && !crew->rc && crew->n_finished < crew->n_taken) {
        struct slot *slot = &crew->slots[crew->n_finished % crew->n_slots];
        if (!slot->is_done)
            return;

        crew->finishing = true;
        pthread_mutex_unlock(&crew->state);

        if (!slot->rc)
            note_error(slot, crew->job->finish(crew->job->context, slot->item));
        pthread_mutex_lock(&crew->state);
        crew->finishing = false;
        if (slot->rc) {
            crew->rc = slot->rc;
            crew->message = slot->message;
            slot->message = NULL;
            crew->ended = true;
        }
        crew->n_finished++;
        pthread_cond_broadcast(&crew->moved);
    }
}

static void *serve(void *given);

/* Who has taken an item starts the next thread, so that there are no more of them than
 * the items need; where one cannot be had, fewer do the same. */
static void start_next(struct crew *crew)
{
    pthread_mutex_lock(&crew->state);
    int next = crew->n_started;
    if (next < crew->n_threads && !crew->ended) {
        if (pthread_create(&crew->members[next].thread, NULL, serve,
                           &crew->members[next]))
            crew->n_threads = next;
        else
            crew->n_started++;
    }
    pthread_mutex_unlock(&crew->state);
}

/* A thread is started by one that stands before it, which has been joined then, or by
 * this one. */
static void join_all(struct crew *crew)
{
    for (int i = 1;; i++) {
        pthread_mutex_lock(&crew->state);
        bool is_there = i < crew->n_started;
        pthread_mutex_unlock(&crew->state);
        if (!is_there)
            return;
        pthread_join(crew->members[i].thread, NULL);
    }
}

static void *serve(void *given)
{
    const struct member *member = given;
    struct crew *crew = member->crew;
    for (struct slot *slot; (slot = take(crew));) {
        start_next(crew);
        if (!slot->rc)
            note_error(slot,
                       crew->job->work(crew->job->context, slot->item, member->number));
        pthread_mutex_lock(&crew->state);
        slot->is_done = true;
        finish(crew);
        pthread_mutex_unlock(&crew->state);
    }
    return NULL;
}

int crew_run(const struct crew_job *job, int n_threads)
{
    struct crew crew = {.job = job,
                        .n_slots = job->n_items ? job->n_items : 2 * n_threads,
                        .n_threads = n_threads,
                        .n_started = 1};
    crew.members = xcalloc((size_t)n_threads, sizeof *crew.members);
    crew.slots = xcalloc((size_t)crew.n_slots, sizeof *crew.slots);
    for (int64_t i = 0; i < crew.n_slots; i++)
        crew.slots[i].item = xcalloc(1, job->item_bytes);

    pthread_mutex_init(&crew.taking, NULL);
    pthread_mutex_init(&crew.state, NULL);
    pthread_cond_init(&crew.moved, NULL);
    for (int i = 0; i < n_threads; i++)
        crew.members[i] = (struct member){.crew = &crew, .number = i};

    serve(&crew.members[0]);
    join_all(&crew);
    for (int64_t i = 0; i < crew.n_slots; i++) {
        job->release(crew.slots[i].item);
        free(crew.slots[i].item);
        free(crew.slots[i].message);
    }

    pthread_cond_destroy(&crew.moved);
    pthread_mutex_destroy(&crew.state);
    pthread_mutex_destroy(&crew.taking);
    free(crew.slots);
    free(crew.members);

    int rc = crew.rc ? fail(crew.rc, "%s", crew.message) : OK;
    free(crew.message);
    return rc;
}

int crew_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

double crew_core_share(void)
{
    const double enough = 0.05e9; /* nanoseconds of work */
    double ran = 0, waited = 0;
    FILE *file = fopen("/proc/self/schedstat", "re");
    if (!file)
        return 1;

    bool is_said = fscanf(file, "%lf %lf", &ran, &waited) == 2;
    fclose(file);
    return is_said && ran >= enough && waited >= 0 ? ran / (ran + waited) : 1;
}
