#include "commands/evaluation.h"

#include <stdlib.h>
#include <string.h>

void evaluation_compute(struct evaluation *evaluation, uint64_t seed, int resamples,
                        int n_threads)
{
    struct judge *judge = evaluation->judge, *constant = judge_constant(judge);

    judge_arrange(judge);
    judge_arrange(constant);
    judge_compute(judge, NULL, &evaluation->figures);
    judge_compute(constant, NULL, &evaluation->baseline);
    judge_bootstrap_by(n_threads, judge, seed, resamples, &evaluation->intervals);
    evaluation->seed = seed;
    judge_free(constant);
}

void evaluation_release(struct evaluation *evaluation)
{
    judge_figures_release(&evaluation->figures);
    judge_figures_release(&evaluation->baseline);
    judge_intervals_release(&evaluation->intervals);
    judge_free(evaluation->judge);
}

int evaluation_largest_class(const struct evaluation *evaluation)
{
    int largest = 0;

    for (int c = 1; c < evaluation->figures.n_classes; c++)
        if (judge_support(&evaluation->figures.classes[c]) >
            judge_support(&evaluation->figures.classes[largest]))
            largest = c;
    return largest;
}

/* By classes. */
static int compare_classes(const void *left, const void *right)
{
    const struct confusion *a = left, *b = right;
    return a->label != b->label ? a->label - b->label : a->decided - b->decided;
}

static int compare(const void *left, const void *right)
{
    const struct confusion *a = left, *b = right;
    return a->n != b->n ? b->n - a->n : compare_classes(left, right);
}

struct confusion *evaluation_confusions(const struct evaluation *evaluation, int *n)
{
    const struct judge *judge = evaluation->judge;
    struct confusion *all = xcalloc((size_t)judge->n + 1, sizeof *all);
    int wrong = 0, found = 0;

    for (int i = 0; i < judge->n; i++)
        if (judge->label[i] != judge->decided[i])
            all[wrong++] = (struct confusion){judge->label[i], judge->decided[i], 1};
    qsort(all, (size_t)wrong, sizeof *all, compare_classes);

    for (int i = 0; i < wrong; i++)
        if (found && compare_classes(&all[found - 1], &all[i]) == 0)
            all[found - 1].n++;
        else
            all[found++] = all[i];
    qsort(all, (size_t)found, sizeof *all, compare);
    *n = found;
    return all;
}
