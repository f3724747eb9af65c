#include "train/stream.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/trace.h"

enum { NONE = -1 };

/* A row of the window, and where in it. */
struct place {
    int32_t row, slot;
};

struct stream {
    const struct comm *comm;
    const struct dataset *data;
    struct comm_window memory; /* two windows, one after the other */
    size_t window_bytes;
    int reader, readers; /* reader >= readers: reads nothing */
    struct dataset_reader *files[DATASET_PARTS];
    struct place *places; /* (window_rows) of `next`, n_places */
    int n_places;
    /* the pass */
    enum dataset_part part;
    const int32_t *rows;
    int n, per_window;
    int current, next; /* windows in memory and being read; NONE */
    /* the reading of `next` */
    bool has_thread;
    pthread_t thread;
    int rc;
    char *message; /* of rc; owned */
};

int stream_window_rows(int window_rows, int rows)
{
    return window_rows > rows ? window_rows / rows * rows : rows;
}

/* No window has more rows than a part. */
static int most_rows(const struct dataset *data, int window_rows)
{
    int most = 0;
    for (int part = 0; part < DATASET_PARTS; part++)
        most = data->part[part].n > most ? data->part[part].n : most;
    return window_rows < most ? window_rows : most;
}

int stream_new(const struct comm *comm, const struct dataset *data, int readers,
               int window_rows, struct stream **result)
{
    struct stream *stream = xcalloc(1, sizeof *stream);
    window_rows = most_rows(data, window_rows);
    stream->comm = comm;
    stream->data = data;
    stream->reader = comm->node_rank;
    stream->readers = readers;
    stream->window_bytes = ((size_t)window_rows * dataset_row_bytes(data) + 63) / 64 * 64;
    stream->current = stream->next = NONE;

    int rc = comm_window_open(comm, 2 * stream->window_bytes, &stream->memory);
    if (rc) {
        free(stream);
        return rc;
    }
    if (stream->reader < readers)
        stream->places = xcalloc((size_t)window_rows, sizeof *stream->places);
    *result = stream;
    return OK;
}

size_t stream_bytes(const struct stream *stream)
{
    return 2 * stream->window_bytes;
}

/* Windows alternate between the halves of the memory. */
static char *memory_of(const struct stream *stream, int w)
{
    return (char *)stream->memory.bytes + (size_t)(w % 2) * stream->window_bytes;
}

static int compare_rows(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* This reader's share of the window's rows, as they stand in the file. */
static int read_share(struct stream *stream)
{
    int n = stream->n_places;
    struct dataset_reader **file = &stream->files[stream->part];
    size_t row_bytes = dataset_row_bytes(stream->data);
    char *memory = memory_of(stream, stream->next);
    int rc = *file ? OK : dataset_reader_open(stream->data, stream->part, file);
    qsort(stream->places, (size_t)n, sizeof *stream->places, compare_rows);
    int begin = (int)((int64_t)n * stream->reader / stream->readers);
    int end = (int)((int64_t)n * (stream->reader + 1) / stream->readers);
    for (int i = begin; i < end && !rc; i++)
        rc = dataset_reader_row(*file, stream->places[i].row,
                                memory + (size_t)stream->places[i].slot * row_bytes);
    return rc;
}

static void *read_next(void *context)
{
    struct stream *stream = context;
    stream->rc = read_share(stream);
    stream->message = stream->rc ? xstrdup(fail_message()) : NULL;
    return NULL;
}

static void list_places(struct stream *stream, int w)
{
    int first = w * stream->per_window, left = stream->n - first;
    stream->n_places = left < stream->per_window ? left : stream->per_window;
    for (int i = 0; i < stream->n_places; i++)
        stream->places[i] = (struct place){stream->rows[first + i], i};
}

/* Signals are the main thread's. Without a thread it is read here and now: the same,
 * later. */
static void begin_reading(struct stream *stream, int w)
{
    sigset_t all, before;
    free(stream->message);
    stream->message = NULL;
    stream->rc = OK;
    stream->next = w;
    if (stream->reader >= stream->readers)
        return;

    list_places(stream, w);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    stream->has_thread = !pthread_create(&stream->thread, NULL, read_next, stream);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!stream->has_thread)
        read_next(stream);
}

static void wait_for_reading(struct stream *stream)
{
    if (stream->has_thread)
        pthread_join(stream->thread, NULL);
    stream->has_thread = false;
    stream->next = NONE;
}

void stream_begin(struct stream *stream, enum dataset_part part, const int32_t *rows,
                  int n, int per_window)
{
    wait_for_reading(stream);
    stream->part = part;
    stream->rows = rows;
    stream->n = n;
    stream->per_window = per_window;
    stream->current = NONE;
}

/* Collective. */
static int take_window(struct stream *stream, int w)
{
    if (w != stream->next) {
        wait_for_reading(stream);
        comm_meet(stream->comm); /* nobody uses what is overwritten */
        begin_reading(stream, w);
    }
    wait_for_reading(stream);

    int rc = comm_agree(stream->comm,
                        stream->rc ? fail(stream->rc, "%s", stream->message) : OK);
    if (rc)
        return rc;

    comm_window_sync(stream->comm, &stream->memory);
    stream->current = w;
    if ((w + 1) * (int64_t)stream->per_window < stream->n)
        begin_reading(stream, w + 1);
    return OK;
}

int stream_window(struct stream *stream, int w, const void **ids)
{
    int rc = OK;
    if (w != stream->current) {
        double began = trace_begin();
        rc = take_window(stream, w);
        trace_end(TRACE_READ, began);
    }
    *ids = memory_of(stream, w);
    return rc;
}

void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    wait_for_reading(stream);
    for (int part = 0; part < DATASET_PARTS; part++)
        dataset_reader_close(stream->files[part]);
    comm_window_close(stream->comm, &stream->memory);
    free(stream->places);
    free(stream->message);
    free(stream);
}
