#include "runs/groups.h"

#include <math.h>

/* Of a run on so many ranks, as a share of its time on one: each doubling costs a tenth
 * in meetings and in lanes that do not come out even. */
static double seconds(int ranks)
{
    return (1 + 0.1 * log2(ranks)) / ranks;
}

static int least_groups(int n_ranks, int most)
{
    return (n_ranks + most - 1) / most;
}

static double rounds(int n, int n_groups, int n_ranks)
{
    return n / n_groups * seconds(n_ranks / n_groups);
}

/* All runs, the last ones in as many groups as they are. */
static double whole(int n, int n_groups, int n_ranks, int most)
{
    int rest = n % n_groups, least = least_groups(n_ranks, most);
    double time = rounds(n, n_groups, n_ranks);
    return rest ? time + seconds(n_ranks / (rest > least ? rest : least)) : time;
}

int groups_of_runs(int n, int n_ranks, int most, int *n_done)
{
    int least = least_groups(n_ranks, most), best = least;

    for (int g = least; g <= n && g <= n_ranks; g++)
        if (whole(n, g, n_ranks, most) < whole(n, best < n ? best : n, n_ranks, most))
            best = g;
    *n_done = best < n ? n / best * best : n;
    return best;
}

int groups_as_wanted(int wanted, int n, int n_ranks, int most, int *n_done)
{
    int least = least_groups(n_ranks, most);
    int fits = wanted < n_ranks ? wanted : n_ranks;
    int groups = fits > least ? fits : least;

    *n_done = groups < n ? n / groups * groups : n;
    return groups;
}
