#include "layers/steps.h"

void steps_layout(struct steps *steps, struct arena *arena, int rows, int length)
{
    steps->rows = rows;
    steps->length = length;
    steps->active = arena_take(arena, (size_t)length, sizeof *steps->active);
    steps->slot = arena_take(arena, (size_t)length + 2, sizeof *steps->slot);
}

/* Slot s of a forward plan holds the rows that take step s; of a reverse plan those that
 * took step s - 1, so that a row that leaves keeps its final state there. */
void steps_plan(struct steps *steps, int rows, const int *count, bool reverse)
{
    int length = steps->length, n = reverse ? rows : 0;

    steps->rows = rows;
    steps->reverse = reverse;
    steps->count = count;
    for (int s = 0; s < length; s++) {
        while (reverse && n > 0 && count[n - 1] <= s)
            n--;
        while (!reverse && n < rows && count[n] >= length - s)
            n++;
        steps->active[s] = n;
    }
    steps->slot[0] = 0;
    for (int s = 0; s <= length; s++) {
        int held = reverse ? (s == 0 ? rows : steps->active[s - 1])
                           : (s == length ? rows : steps->active[s]);
        steps->slot[s + 1] = steps->slot[s] + (size_t)held;
    }
}
