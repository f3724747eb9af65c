#include "base/blocks.h"

#include "base/crew.h"

struct blocks {
    int n, next;
    void (*work)(void *context, int block);
    void *context;
};

static int take(void *context, void *item, bool *end)
{
    struct blocks *blocks = context;
    *end = blocks->next == blocks->n;
    *(int *)item = blocks->next;
    blocks->next += !*end;
    return OK;
}

static int work(void *context, void *item, int worker)
{
    const struct blocks *blocks = context;
    (void)worker;
    blocks->work(blocks->context, *(const int *)item);
    return OK;
}

static int finish(void *context, void *item)
{
    (void)context;
    (void)item;
    return OK;
}

static void release(void *item)
{
    (void)item;
}

void blocks_run(int n, int n_threads, void (*run)(void *context, int block),
                void *context)
{
    struct blocks blocks = {.n = n, .work = run, .context = context};
    struct crew_job job = {&blocks, sizeof(int), take, work, finish, release, 0};

    if (crew_run(&job, n_threads))
        die("blocks of work failed: %s", fail_message());
}
