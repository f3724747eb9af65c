#include "rnntrain/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "rnntrain/sampler.h"
#include "rnntrain/trace.h"

enum { LOSS, CORRECT, WIDTH }; /* what a lane hands over */

static int common_divisor(int a, int b)
{
    return b ? common_divisor(b, a % b) : a;
}

/* Lanes of similar rows cost least, and differ in cost. Lane l is number l * stride of those
 * sorted by length, with a stride near the golden section, so that any range of lanes has
 * its share of long and short ones, and ranks with even ranges finish together. */
static int even_stride(int n_lanes)
{
    int stride = (int)(0.618 * n_lanes);
    while (stride > 1 && common_divisor(n_lanes, stride) != 1)
        stride--;
    return stride > 0 ? stride : 1;
}

/* Lanes of a rank between two meetings, which tell the others that it is alive. */
enum { LANES_TOGETHER = 64 };

/* So often all ranks meet: as the one with the most lanes needs. */
static int n_meetings(const struct comm *comm, const int *first)
{
    int most = 0;
    for (int r = 0; r < comm->size; r++)
        most = first[r + 1] - first[r] > most ? first[r + 1] - first[r] : most;
    return most / LANES_TOGETHER;
}

struct score evaluate(const struct comm *comm, const struct balance *balance,
                      struct model *model, const struct dataset *data,
                      enum dataset_part part, const int32_t *rows, int n, int lane_rows)
{
    int n_lanes = (n + lane_rows - 1) / lane_rows, stride = even_stride(n_lanes);
    double *values = xcalloc((size_t)n_lanes, WIDTH * sizeof *values);
    int *first = xcalloc((size_t)comm->size + 1, sizeof *first);
    int32_t *sorted = xcalloc((size_t)n, sizeof *sorted);
    memcpy(sorted, rows, (size_t)n * sizeof *rows);
    sampler_sort_by_length(data, part, sorted, n);
    balance_ranges(balance, n_lanes, first);
    int mine = first[comm->rank], meetings = n_meetings(comm, first);
    double began = trace_begin();
    for (int l = mine; l < first[comm->rank + 1]; l++) {
        if (l > mine && (l - mine) % LANES_TOGETHER == 0) {
            comm_meet(comm);
            meetings--;
        }
        int begin = (int)((int64_t)l * stride % n_lanes) * lane_rows;
        struct lane lane = {data, part, sorted + begin,
                            n - begin < lane_rows ? n - begin : lane_rows};
        struct lane_result result = model_evaluate(model, &lane, NULL);
        values[l * WIDTH + LOSS] = result.loss;
        values[l * WIDTH + CORRECT] = (double)result.correct;
    }
    while (meetings-- > 0)
        comm_meet(comm);
    trace_end(TRACE_VALIDATE, began);
    comm_gather_lanes(comm, values, WIDTH, first);
    struct score score = {.n = n};
    score.loss = n ? comm_tree_sum(values + LOSS, n_lanes, WIDTH) / n : 0;
    score.correct = (int64_t)comm_tree_sum(values + CORRECT, n_lanes, WIDTH);
    free(sorted);
    free(first);
    free(values);
    return score;
}
