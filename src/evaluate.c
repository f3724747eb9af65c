#include "rnntrain/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "rnntrain/sampler.h"

enum { LOSS, CORRECT, WIDTH }; /* what a lane hands over */

struct score evaluate(const struct comm *comm, struct model *model,
                      const struct dataset *data, enum dataset_part part,
                      const int32_t *rows, int n, int lane_rows)
{
    int n_lanes = (n + lane_rows - 1) / lane_rows;
    double *values = xcalloc((size_t)n_lanes, WIDTH * sizeof *values);
    int *first = xcalloc((size_t)comm->size + 1, sizeof *first);
    int32_t *lane_numbers = xcalloc((size_t)lane_rows, sizeof *lane_numbers);
    comm_even_ranges(n_lanes, comm->size, first);
    for (int l = first[comm->rank]; l < first[comm->rank + 1]; l++) {
        int begin = l * lane_rows, count = n - begin < lane_rows ? n - begin : lane_rows;
        memcpy(lane_numbers, rows + begin, (size_t)count * sizeof *rows);
        sampler_sort_by_length(data, part, lane_numbers, count);
        struct lane lane = {data, part, lane_numbers, count};
        struct lane_result result = model_evaluate(model, &lane, NULL);
        values[l * WIDTH + LOSS] = result.loss;
        values[l * WIDTH + CORRECT] = (double)result.correct;
    }
    comm_gather_lanes(comm, values, WIDTH, first);
    struct score score = {.n = n};
    score.loss = n ? comm_tree_sum(values + LOSS, n_lanes, WIDTH) / n : 0;
    score.correct = (int64_t)comm_tree_sum(values + CORRECT, n_lanes, WIDTH);
    free(lane_numbers);
    free(first);
    free(values);
    return score;
}
