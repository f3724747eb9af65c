#include "judge/curve.h"

static bool has_class(const struct judge *judge, int row, int c)
{
    return judge->multi_label
               ? judge->there[(size_t)row * (size_t)judge->classes + (size_t)c] != 0
               : judge->label[row] == c;
}

static void add(struct judge_curve *curve, double false_positives, double true_positives)
{
    curve->false_positives[curve->n] = false_positives;
    curve->true_positives[curve->n++] = true_positives;
}

static bool is_far(const struct judge_curve *curve, double false_positives,
                   double true_positives)
{
    const double step = 1.0 / JUDGE_CURVE_STEPS;
    int last = curve->n - 1;

    return false_positives - curve->false_positives[last] >= step ||
           true_positives - curve->true_positives[last] >= step;
}

void judge_roc(const struct judge *judge, int c, struct judge_curve *curve)
{
    int n = judge->n;
    int64_t with = 0, without = 0, of_class = 0;
    curve->n = 0;
    for (int i = 0; i < n; i++)
        of_class += has_class(judge, i, c);
    if (!judge->ranks || of_class == 0 || of_class == n)
        return;

    const uint32_t *ranked = judge->ranks + (size_t)c * (size_t)n;
    add(curve, 0, 0);
    for (int i = 0; i < n; i++) {
        bool ends_threshold = ranked[i] & 1;
        bool is_one = has_class(judge, (int)(ranked[i] >> 1), c);
        with += is_one;
        without += !is_one;

        double x = (double)without / (double)(n - of_class);
        double y = (double)with / (double)of_class;
        if (i == n - 1 || (ends_threshold && is_far(curve, x, y)))
            add(curve, x, y);
    }
}
