#include "base/ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct ahead {
    ahead_work *work;
    void *context;
    size_t item_bytes;
    char *items, *spare; /* a ring of n_items; one more, for an exchange */
    int64_t n_items;

    pthread_t thread;
    bool is_begun;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t moved;
    int64_t n_given, n_taken;
    bool has_ended, is_stopped;
    int rc;
    char *message; /* of rc; owned */
};

static void *item_of(const struct ahead *ahead, int64_t number)
{
    return ahead->items + (size_t)(number % ahead->n_items) * ahead->item_bytes;
}

struct ahead *ahead_new(int n_items, size_t item_bytes, ahead_work *work, void *context)
{
    struct ahead *ahead = xcalloc(1, sizeof *ahead);
    ahead->work = work;
    ahead->context = context;
    ahead->item_bytes = item_bytes;
    ahead->n_items = n_items;
    ahead->items = xcalloc((size_t)n_items, item_bytes);
    ahead->spare = xcalloc(1, item_bytes);
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->moved, NULL);
    return ahead;
}

void ahead_free(struct ahead *ahead, void (*release)(void *item))
{
    if (!ahead)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->is_stopped = true;
    pthread_cond_broadcast(&ahead->moved);
    pthread_mutex_unlock(&ahead->lock);
    if (ahead->is_begun)
        pthread_join(ahead->thread, NULL);

    for (int64_t i = 0; i < ahead->n_items; i++)
        release(item_of(ahead, i));
    pthread_mutex_destroy(&ahead->lock);
    pthread_cond_destroy(&ahead->moved);
    free(ahead->items);
    free(ahead->spare);
    free(ahead->message);
    free(ahead);
}

void *ahead_item(struct ahead *ahead)
{
    return item_of(ahead, ahead->n_given); /* which only the thread itself moves */
}

bool ahead_give(struct ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->n_given++;
    pthread_cond_broadcast(&ahead->moved);
    while (!ahead->is_stopped && ahead->n_given - ahead->n_taken == ahead->n_items)
        pthread_cond_wait(&ahead->moved, &ahead->lock);
    bool goes_on = !ahead->is_stopped;
    pthread_mutex_unlock(&ahead->lock);
    return goes_on;
}

static void *run(void *given)
{
    struct ahead *ahead = given;
    int rc = ahead->work(ahead->context, ahead);
    char *message = rc ? xstrdup(fail_message()) : NULL;

    pthread_mutex_lock(&ahead->lock);
    ahead->rc = rc;
    ahead->message = message;
    ahead->has_ended = true;
    pthread_cond_broadcast(&ahead->moved);
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

static void exchange(struct ahead *ahead, void *item)
{
    void *given = item_of(ahead, ahead->n_taken);
    memcpy(ahead->spare, given, ahead->item_bytes);
    memcpy(given, item, ahead->item_bytes);
    memcpy(item, ahead->spare, ahead->item_bytes);
    ahead->n_taken++;
    pthread_cond_broadcast(&ahead->moved);
}

int ahead_take(struct ahead *ahead, void *item, bool *end)
{
    if (!ahead->is_begun && pthread_create(&ahead->thread, NULL, run, ahead))
        return fail(ERR_INTERNAL, "no thread could be started");
    ahead->is_begun = true;

    pthread_mutex_lock(&ahead->lock);
    while (!ahead->has_ended && ahead->n_given == ahead->n_taken)
        pthread_cond_wait(&ahead->moved, &ahead->lock);
    *end = ahead->n_given == ahead->n_taken;
    if (!*end)
        exchange(ahead, item);
    pthread_mutex_unlock(&ahead->lock);
    if (*end && ahead->rc) {
        *end = false; /* its error is an item */
        return fail(ahead->rc, "%s", ahead->message);
    }
    return OK;
}
