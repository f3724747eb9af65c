#include "ranks/balance.h"

#include <stdlib.h>
#include <string.h>

/* What an older step counts beside the next one: some ten steps are remembered, which is
 * more than a hiccup and less than the time in which a neighbour comes or goes. */
static const double memory = 0.9;

void balance_new(int size, bool is_even, struct balance *balance)
{
    *balance = (struct balance){.size = size,
                                .is_even = is_even,
                                .work = xcalloc((size_t)size, sizeof(double)),
                                .seconds = xcalloc((size_t)size, sizeof(double))};
}

void balance_release(struct balance *balance)
{
    free(balance->work);
    free(balance->seconds);
    *balance = (struct balance){0};
}

/* Seconds that rank r needs for one unit of work; 0 if it never had any. */
static double pace_of(const struct balance *balance, int r)
{
    return balance->work[r] > 0 ? balance->seconds[r] / balance->work[r] : 0;
}

static bool all_have_worked(const struct balance *balance)
{
    for (int r = 0; r < balance->size; r++)
        if (!(pace_of(balance, r) > 0))
            return false;
    return true;
}

/* When the last rank ends, in seconds for a lane of one unit. */
static double end_of(const struct balance *balance, const int *first)
{
    double end = 0;
    for (int r = 0; r < balance->size; r++) {
        double seconds = (first[r + 1] - first[r]) * pace_of(balance, r);
        end = seconds > end ? seconds : end;
    }
    return end;
}

/* What a rank would end with one lane more, and how many it has. */
struct candidate {
    double end;
    int rank, count;
};

/* Ties go to the lower rank. */
static bool ends_before(const struct candidate *a, const struct candidate *b)
{
    return a->end < b->end || (a->end == b->end && a->rank < b->rank);
}

/* Candidate i of a heap of n, whose first ends first, may have become later than those
 * below it. */
static void sift_down(struct candidate *heap, int n, int i)
{
    struct candidate moved = heap[i];
    for (int child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && ends_before(&heap[child + 1], &heap[child]);
        if (!ends_before(&heap[child], &moved))
            break;
        heap[i] = heap[child];
    }
    heap[i] = moved;
}

/* Each lane goes to the rank that would end first with it, which for lanes of the same
 * work is the best split. Each rank has one to begin with, so that its pace stays
 * known. */
static void split_by_pace(const struct balance *balance, int n_lanes, int *first)
{
    int size = balance->size;
    struct candidate *heap = xcalloc((size_t)size, sizeof *heap);
    for (int r = 0; r < size; r++)
        heap[r] = (struct candidate){2 * pace_of(balance, r), r, 1};
    for (int i = size / 2 - 1; i >= 0; i--)
        sift_down(heap, size, i);

    for (int left = n_lanes - size; left > 0; left--) {
        heap->count++;
        heap->end = (heap->count + 1) * pace_of(balance, heap->rank);
        sift_down(heap, size, 0);
    }

    first[0] = 0;
    for (int i = 0; i < size; i++)
        first[heap[i].rank + 1] = heap[i].count;
    for (int r = 0; r < size; r++)
        first[r + 1] += first[r];
    free(heap);
}

void balance_even_ranges(int n_lanes, int size, int *first)
{
    for (int r = 0; r <= size; r++)
        first[r] = (int)((int64_t)n_lanes * r / size);
}

void balance_ranges(const struct balance *balance, int n_lanes, int *first)
{
    const double worthwhile = 0.97; /* of the even split's end: less is noise */
    balance_even_ranges(n_lanes, balance->size, first);
    if (balance->is_even || n_lanes <= balance->size || !all_have_worked(balance))
        return;

    double even = end_of(balance, first);
    split_by_pace(balance, n_lanes, first);
    if (end_of(balance, first) > worthwhile * even)
        balance_even_ranges(n_lanes, balance->size, first);
}

void balance_observe(struct balance *balance, const int *first, const double *work,
                     const double *seconds, int stride)
{
    double sum = 0, most = 0;
    for (int r = 0; r < balance->size; r++) {
        double of_rank = 0, done = 0;
        for (size_t l = (size_t)first[r]; l < (size_t)first[r + 1]; l++) {
            of_rank += seconds[l * (size_t)stride];
            done += work[l * (size_t)stride];
        }

        sum += of_rank;
        most = of_rank > most ? of_rank : most;
        if (done > 0) {
            balance->work[r] = memory * balance->work[r] + done;
            balance->seconds[r] = memory * balance->seconds[r] + of_rank;
        }
    }

    balance->busiest += most;
    balance->mean += sum / balance->size;
}

void balance_begin_epoch(struct balance *balance)
{
    balance->busiest = balance->mean = 0;
}

double balance_imbalance(const struct balance *balance)
{
    return balance->mean > 0 ? balance->busiest / balance->mean - 1 : 0;
}
