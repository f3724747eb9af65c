/* A thread that makes items ahead of whoever takes them: reading that pushes becomes
 * reading that is pulled. */
#ifndef RNNTRAIN_BASE_AHEAD_H
#define RNNTRAIN_BASE_AHEAD_H

#include "base/base.h"

struct ahead;

/* What the thread does: it fills ahead_item, again and again, and gives it by ahead_give.
 * What it returns is ahead_take's once all that it gave was taken. */
typedef int ahead_work(void *context, struct ahead *ahead);

/* At most n_items wait, each item_bytes that are zero at first. The thread begins with
 * the first ahead_take. */
struct ahead *ahead_new(int n_items, size_t item_bytes, ahead_work *work, void *context);
/* Waits for the thread's end; release(item) is called for each item. NULL is fine. */
void ahead_free(struct ahead *ahead, void (*release)(void *item));

/* For the thread: what it is to fill, and gives; whoever takes may have stopped, which
 * ahead_give then says. */
void *ahead_item(struct ahead *ahead);
bool ahead_give(struct ahead *ahead);

/* Exchanges *item for the next one; *end: there is none. */
int ahead_take(struct ahead *ahead, void *item, bool *end) NODISCARD;

#endif
