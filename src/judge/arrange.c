#include "judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "judge/scored.h"

/* What a row is and what is said of it, for comparisons: any total order will do, as rows
 * that are equal in it are equal in all that is added up. */
struct content {
    const struct judge *judge;
    int32_t row;
    int32_t label, decided;
    double terms[3];
};

static struct content content_of(const struct judge *judge, int32_t row)
{
    struct content content = {.judge = judge, .row = row};

    if (!judge->multi_label) {
        content.label = judge->label[row];
        content.decided = judge->decided[row];
        content.terms[2] = judge->sure[row];
    }
    content.terms[0] = judge->loss[row];
    content.terms[1] = judge->brier[row];
    return content;
}

static int compare_numbers(int32_t a, int32_t b)
{
    return (a > b) - (a < b);
}

/* Of the entries of both rows in an array (n, C). */
static int compare_entries(const void *array, size_t size, const struct content *a,
                           const struct content *b)
{
    size_t bytes = (size_t)a->judge->classes * size;
    const char *entries = array;

    return array ? memcmp(entries + (size_t)a->row * bytes,
                          entries + (size_t)b->row * bytes, bytes)
                 : 0;
}

static int compare_contents(const void *left, const void *right)
{
    const struct content *a = left, *b = right;
    const struct judge *judge = a->judge;

    int order = compare_numbers(a->label, b->label);
    if (!order)
        order = compare_numbers(a->decided, b->decided);
    if (!order)
        order = memcmp(a->terms, b->terms, sizeof a->terms);
    if (!order)
        order = compare_entries(judge->there, sizeof *judge->there, a, b);
    if (!order)
        order = compare_entries(judge->given, sizeof *judge->given, a, b);
    if (!order)
        order = compare_entries(judge->probabilities, sizeof(double), a, b);
    return order ? order : compare_numbers(a->row, b->row);
}

static void put_in_order(struct judge *judge)
{
    struct content *contents = xcalloc((size_t)judge->n, sizeof *contents);

    for (int i = 0; i < judge->n; i++)
        contents[i] = content_of(judge, i);
    qsort(contents, (size_t)judge->n, sizeof *contents, compare_contents);

    judge->place = xcalloc((size_t)judge->n, sizeof *judge->place);
    for (int i = 0; i < judge->n; i++)
        judge->place[i] = contents[i].row;
    free(contents);
}

void judge_arrange(struct judge *judge)
{
    size_t n = (size_t)judge->n;
    put_in_order(judge);
    if (!scored_is_possible(judge))
        return;

    struct scored *room = xcalloc(2 * n, sizeof *room);
    judge->ranks = xcalloc(n * (size_t)judge->classes, sizeof *judge->ranks);
    for (int c = 0; c < judge->classes; c++)
        scored_rank(judge, c, room, judge->ranks + (size_t)c * n);
    free(room);
}
