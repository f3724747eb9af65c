#include "report/traced.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/file.h"

/* Seconds of each rank, kind by kind. */
struct sums {
    double *of[TRACED_MOST_KINDS]; /* (ranks) */
    int ranks;                     /* that there is room for */
};

static int find_kind(struct traced *traced, const char *name)
{
    int k = 0;
    while (k < traced->n_kinds && strcmp(traced->kinds[k].name, name) != 0)
        k++;
    if (k == traced->n_kinds && k < TRACED_MOST_KINDS) {
        snprintf(traced->kinds[k].name, sizeof traced->kinds[k].name, "%s", name);
        traced->n_kinds++;
    }
    return k < TRACED_MOST_KINDS ? k : -1;
}

static void make_room(struct sums *sums, int rank)
{
    int ranks = rank + 1 > sums->ranks ? 2 * (rank + 1) : sums->ranks;

    for (int k = 0; k < TRACED_MOST_KINDS; k++) {
        if (ranks == sums->ranks)
            continue;
        sums->of[k] = xrealloc(sums->of[k], (size_t)ranks, sizeof(double));
        for (int r = sums->ranks; r < ranks; r++)
            sums->of[k][r] = 0;
    }
    sums->ranks = ranks;
}

/* One of trace_file_add's lines. */
static void take_line(struct traced *traced, struct sums *sums, const char *line)
{
    char name[24] = "";
    int rank = -1;
    double start, microseconds = 0;
    int found = sscanf(line,
                       "{\"name\":\"%23[a-z_]\",\"ph\":\"X\",\"pid\":0,\"tid\":%d,"
                       "\"ts\":%lf,\"dur\":%lf",
                       name, &rank, &start, &microseconds);
    if (found != 4 || rank < 0 || rank >= TRACED_MOST_RANKS || !isfinite(microseconds))
        return;

    int kind = find_kind(traced, name);
    if (kind < 0)
        return;
    make_room(sums, rank);
    sums->of[kind][rank] += microseconds * 1e-6;
    traced->n_ranks = rank + 1 > traced->n_ranks ? rank + 1 : traced->n_ranks;
}

static void add_up(struct traced *traced, const struct sums *sums)
{
    for (int k = 0; k < traced->n_kinds; k++) {
        struct traced_kind *kind = &traced->kinds[k];
        kind->least = (double)INFINITY;
        for (int r = 0; r < traced->n_ranks; r++) {
            kind->seconds += sums->of[k][r];
            kind->least = fmin(kind->least, sums->of[k][r]);
            kind->most = fmax(kind->most, sums->of[k][r]);
        }
    }
}

bool traced_read(const char *path, struct traced *traced)
{
    struct sums sums = {.ranks = 0};
    char line[512];
    size_t size = 0;
    int fd = -1;
    *traced = (struct traced){.n_ranks = 0};
    FILE *stream = file_open(path, &fd, &size) == OK ? fdopen(fd, "r") : NULL;
    if (!stream)
        return false;

    while (fgets(line, sizeof line, stream))
        take_line(traced, &sums, line);
    fclose(stream);
    add_up(traced, &sums);
    for (int k = 0; k < TRACED_MOST_KINDS; k++)
        free(sums.of[k]);
    return traced->n_ranks > 0;
}
