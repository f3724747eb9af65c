#include "judge/brief.h"

#include <stdlib.h>

#include "judge/ranking.h"
#include "judge/scored.h"
#include "ranks/comm.h"

/* One class's entries at a time. */
struct room {
    struct scored *scored; /* (2, n) */
    uint32_t *ranks;       /* (n) */
};

static void rank(const struct judge *judge, int c, const struct room *room,
                 struct judge_figures *figures)
{
    double *value = figures->classes[c].value;

    scored_rank(judge, c, room->scored, room->ranks);
    judge_rank_entries(judge, c, room->ranks, NULL, &value[JUDGE_CLASS_ROC_AUC],
                       &value[JUDGE_CLASS_AVERAGE_PRECISION]);
}

void judge_compute_brief(const struct judge *judge, struct judge_figures *figures)
{
    bool is_binary = judge->classes == 2 && !judge->multi_label;
    size_t n = (size_t)judge->n;

    judge_count(judge, NULL, figures);
    if (!scored_is_possible(judge))
        return;

    struct room room = {.scored = xcalloc(2 * n, sizeof *room.scored),
                        .ranks = xcalloc(n, sizeof *room.ranks)};
    for (int c = is_binary ? 1 : 0; c < judge->classes; c++) /* the second one's counts */
        rank(judge, c, &room, figures);
    judge_average_ranks(judge, figures);
    free(room.scored);
    free(room.ranks);
}

double judge_log_loss(const struct judge *judge)
{
    return comm_tree_sum(judge->loss, judge->n, 1) / judge->n;
}
