/* --grid name=value,value: all combinations of the values of some options.
 */
#ifndef RNNTRAIN_COMMANDS_GRID_H
#define RNNTRAIN_COMMANDS_GRID_H

#include "commands/config.h"

struct grid {
    struct grid_axis {
        char *option; /* with '-' */
        char **values;
        int n;
    } * axes;
    int n_axes;
    int n_points; /* of all combinations */
};

/* Of lines "name=value,value" each with its '\n'; ';' between values that have commas
 * themselves. ERR_USAGE; release it in any case. */
int grid_read(const char *lines, struct grid *grid) NODISCARD;
void grid_release(struct grid *grid);

/* The value of an axis at a point; the last axis changes first. */
const char *grid_value(const struct grid *grid, int point, int axis);
/* "--units 64 --head max"; the caller's. */
char *grid_describe(const struct grid *grid, int point);

#endif
