#include "judge/ranking.h"

static bool has_class(const struct judge *judge, uint32_t row, int c)
{
    return judge->multi_label
               ? judge->there[(size_t)row * (size_t)judge->classes + (size_t)c] != 0
               : judge->label[row] == c;
}

void judge_rank(const struct judge *judge, int c, const int32_t *weights, double *roc_auc,
                double *average_precision)
{
    judge_rank_entries(judge, c, judge->ranks + (size_t)c * (size_t)judge->n, weights,
                       roc_auc, average_precision);
}

void judge_rank_entries(const struct judge *judge, int c, const uint32_t *ranks,
                        const int32_t *weights, double *roc_auc,
                        double *average_precision)
{
    int64_t with = 0, without = 0, halves = 0; /* rows so far; pairs won, twice */
    int64_t tied_with = 0, tied_without = 0;
    double area = 0;

    for (int i = 0; i < judge->n; i++) {
        uint32_t row = ranks[i] >> 1;
        int64_t times = weights ? weights[row] : 1;

        if (has_class(judge, row, c))
            tied_with += times;
        else
            tied_without += times;
        if (!(ranks[i] & 1))
            continue;

        halves += tied_without * (2 * with + tied_with);
        with += tied_with;
        without += tied_without;
        if (tied_with)
            area += (double)tied_with * ((double)with / (double)(with + without));
        tied_with = tied_without = 0;
    }

    bool has_both = with && without;
    *roc_auc = has_both ? (double)halves / (2.0 * (double)with * (double)without)
                        : JUDGE_UNDEFINED;
    *average_precision = with + without == 0 ? JUDGE_UNDEFINED
                         : with              ? area / (double)with
                                             : 0;
}
