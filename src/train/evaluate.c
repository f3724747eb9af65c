#include "train/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crew.h"
#include "base/trace.h"

/* What a lane hands over. */
enum {
    LOSS,
    CORRECT,
    FIRST_CLASS,
    LAST_CLASS,
    TRUE_POSITIVES,
    FALSE_POSITIVES,
    FALSE_NEGATIVES,
    WIDTH
};

const char *score_one_class(const struct score *score, const struct facts *facts)
{
    if (!score_is_one_class(score))
        return NULL;
    return score_is_no_label(score) ? "none of the labels"
                                    : facts->labels[score->first_class];
}

static int common_divisor(int a, int b)
{
    return b ? common_divisor(b, a % b) : a;
}

/* Lanes of similar rows cost least, and differ in cost. Lane l is number l * stride of
 * those sorted by length, with a stride near the golden section, so that any range of
 * lanes has its share of long and short ones, and ranks with even ranges finish
 * together. */
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

/* What is asked of each lane: `width` numbers. */
struct question {
    size_t width;
    void (*ask)(const struct evaluator *evaluator, const struct lane *lane,
                double *values);
};

/* Lanes of an evaluator. */
static int lanes_of(const struct evaluator *evaluator, int n)
{
    return (n + evaluator->lane_rows - 1) / evaluator->lane_rows;
}

/* Lanes of n rows that are sorted; `ids` of all of them, or NULL. */
struct asking {
    const struct evaluator *evaluator;
    struct lane all;
    int n_lanes;
    const struct question *question;
    double *values;
    int next, end; /* of this rank's lanes */
};

static void ask_lane(const struct asking *asking, const struct evaluator *evaluator,
                     int l)
{
    const struct lane *all = &asking->all;
    int lane_rows = evaluator->lane_rows, stride = even_stride(asking->n_lanes);
    int begin = (int)((int64_t)l * stride % asking->n_lanes) * lane_rows;
    size_t offset = (size_t)begin * rows_row_bytes(all->from);
    int left = all->n_rows - begin;

    struct lane lane = {all->from, all->rows + begin, left < lane_rows ? left : lane_rows,
                        all->ids ? (const char *)all->ids + offset : NULL};
    asking->question->ask(evaluator, &lane,
                          asking->values + (size_t)l * asking->question->width);
}

/* Side by side: a thread takes some lanes at a time. */
enum { LANES_OF_THREAD = 8 };

static int take_lanes(void *context, void *item, bool *end)
{
    struct asking *asking = context;

    *(int *)item = asking->next;
    *end = asking->next >= asking->end;
    asking->next += LANES_OF_THREAD;
    return OK;
}

static int ask_taken(void *context, void *item, int worker)
{
    const struct asking *asking = context;
    struct evaluator own = *asking->evaluator;
    int first = *(const int *)item, left = asking->end - first;

    own.ensemble = worker > 0 ? &own.others[worker - 1] : own.ensemble;
    for (int i = 0; i < LANES_OF_THREAD && i < left; i++)
        ask_lane(asking, &own, first + i);
    return OK;
}

static int finish_lanes(void *context, void *item)
{
    (void)context;
    (void)item;
    return OK;
}

static void release_lanes(void *item)
{
    (void)item;
}

static void ask_side_by_side(struct asking *asking)
{
    const struct crew_job job = {asking,       sizeof(int),   take_lanes, ask_taken,
                                 finish_lanes, release_lanes, 0};
    if (crew_run(&job, 1 + asking->evaluator->n_others))
        die("lanes cannot fail");
}

/* This rank's. */
static void ask_lanes(const struct evaluator *evaluator, struct lane all,
                      const struct question *question, double *values)
{
    const struct comm *comm = evaluator->comm;
    int n_lanes = lanes_of(evaluator, all.n_rows);
    int *first = xcalloc((size_t)comm->size + 1, sizeof *first);
    balance_ranges(evaluator->balance, n_lanes, first);

    int mine = first[comm->rank], meetings = n_meetings(comm, first);
    double began = trace_begin();
    struct asking asking = {
        evaluator, all, n_lanes, question, values, mine, first[comm->rank + 1]};
    if (evaluator->n_others)
        ask_side_by_side(&asking);
    for (int l = mine; l < asking.end && !evaluator->n_others; l++) {
        if (l > mine && (l - mine) % LANES_TOGETHER == 0) {
            comm_meet(comm);
            meetings--;
        }
        ask_lane(&asking, evaluator, l);
    }

    while (meetings-- > 0)
        comm_meet(comm);
    trace_end(TRACE_VALIDATE, began);
    comm_gather_lanes(comm, values, (int)question->width, first);
    free(first);
}

/* What all lanes of all windows say, (lanes, width); on every rank. */
static int ask_all(const struct evaluator *evaluator, const struct dataset *data,
                   enum dataset_part part, const int32_t *rows, int n,
                   const struct question *question, double *values)
{
    struct stream *stream = evaluator->stream;
    int lane_rows = evaluator->lane_rows, rc = OK;
    int window = stream ? stream_window_rows(evaluator->window_rows, lane_rows) : n;
    int32_t *sorted = xcalloc((size_t)n, sizeof *sorted);

    memcpy(sorted, rows, (size_t)n * sizeof *rows);
    for (int64_t first = 0; first < n; first += window)
        rows_sort_by_length(&data->part[part], sorted + first,
                            n - first < window ? (int)(n - first) : window);

    if (stream)
        stream_begin(stream, part, sorted, n, window);
    for (int64_t first = 0; first < n && !rc; first += window) {
        struct lane lane = {&data->part[part], sorted + first,
                            n - first < window ? (int)(n - first) : window, NULL};
        if (stream)
            rc = stream_window(stream, (int)(first / window), &lane.ids);
        if (!rc)
            ask_lanes(evaluator, lane, question,
                      values + (size_t)(first / lane_rows) * question->width);
    }
    free(sorted);
    return rc;
}

/* As ensemble_evaluate; whoever listens is told the logits. */
static struct lane_result judge_lane(const struct evaluator *evaluator,
                                     const struct lane *lane)
{
    const struct listener *listener = evaluator->listener;
    size_t outputs = (size_t)ensemble_outputs(evaluator->ensemble);
    if (!listener)
        return ensemble_evaluate(evaluator->ensemble, lane, NULL);

    real *logits = xcalloc((size_t)lane->n_rows, outputs * sizeof *logits);
    struct lane_result result = ensemble_evaluate(evaluator->ensemble, lane, logits);
    listener->hear(listener->data, lane, logits);
    free(logits);
    return result;
}

static void ask_score(const struct evaluator *evaluator, const struct lane *lane,
                      double *values)
{
    struct lane_result result = judge_lane(evaluator, lane);

    values[LOSS] = result.loss;
    values[CORRECT] = (double)result.correct;
    values[FIRST_CLASS] = result.first_class;
    values[LAST_CLASS] = result.last_class;
    values[TRUE_POSITIVES] = (double)result.labels.true_positives;
    values[FALSE_POSITIVES] = (double)result.labels.false_positives;
    values[FALSE_NEGATIVES] = (double)result.labels.false_negatives;
}

/* Over lanes, of integers. */
static int64_t count(const double *values, int n_lanes)
{
    return (int64_t)comm_tree_sum(values, n_lanes, WIDTH);
}

/* Of all lanes' values. */
static struct score add_up(const double *values, int n_lanes, int n)
{
    struct score score = {.n = n};
    if (n == 0)
        return score;

    double first = values[FIRST_CLASS], last = values[LAST_CLASS];
    for (int l = 1; l < n_lanes; l++) {
        first = fmin(first, values[l * WIDTH + FIRST_CLASS]);
        last = fmax(last, values[l * WIDTH + LAST_CLASS]);
    }
    score.first_class = (int)first;
    score.last_class = (int)last;
    score.loss = comm_tree_sum(values + LOSS, n_lanes, WIDTH) / n;
    score.correct = count(values + CORRECT, n_lanes);
    score.labels = (struct label_counts){count(values + TRUE_POSITIVES, n_lanes),
                                         count(values + FALSE_POSITIVES, n_lanes),
                                         count(values + FALSE_NEGATIVES, n_lanes)};
    return score;
}

int evaluate(const struct evaluator *evaluator, const struct dataset *data,
             enum dataset_part part, const int32_t *rows, int n, struct score *score)
{
    static const struct question question = {WIDTH, ask_score};
    int n_lanes = lanes_of(evaluator, n);
    double *values = xcalloc((size_t)n_lanes, WIDTH * sizeof *values);

    int rc = ask_all(evaluator, data, part, rows, n, &question, values);

    *score = add_up(values, n_lanes, n);
    free(values);
    return rc;
}

/* Of each row of a lane its number, from 1 on, as there is none where a lane is short;
 * then its logits. */
static void ask_logits(const struct evaluator *evaluator, const struct lane *lane,
                       double *values)
{
    size_t outputs = (size_t)ensemble_outputs(evaluator->ensemble);
    real *logits = xcalloc((size_t)lane->n_rows, outputs * sizeof *logits);

    (void)ensemble_evaluate(evaluator->ensemble, lane, logits);
    for (size_t r = 0; r < (size_t)lane->n_rows; r++) {
        *values++ = lane->rows[r] + 1;
        for (size_t c = 0; c < outputs; c++)
            *values++ = (double)logits[r * outputs + c];
    }
    free(logits);
}

int evaluate_logits(const struct evaluator *evaluator, const struct dataset *data,
                    enum dataset_part part, const int32_t *rows, int n, real *logits)
{
    size_t outputs = (size_t)ensemble_outputs(evaluator->ensemble), answer = 1 + outputs;
    size_t answers = (size_t)lanes_of(evaluator, n) * (size_t)evaluator->lane_rows;
    const struct question question = {(size_t)evaluator->lane_rows * answer, ask_logits};
    double *values = xcalloc(answers, answer * sizeof *values);
    const double **of_row = xcalloc((size_t)data->part[part].n, sizeof *of_row);

    int rc = ask_all(evaluator, data, part, rows, n, &question, values);
    for (size_t i = 0; i < answers; i++)
        if (values[i * answer] > 0)
            of_row[(size_t)values[i * answer] - 1] = values + i * answer + 1;
    for (size_t i = 0; i < (size_t)n && !rc; i++)
        for (size_t c = 0; c < outputs; c++)
            logits[i * outputs + c] = (real)of_row[rows[i]][c];

    free(of_row);
    free(values);
    return rc;
}
