#include "commands/grid.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 10000 };

/* What makes another model; the rest says how a run goes. */
static int check_option(const char *name)
{
    struct option option;

    for (int i = 0; options_at(&cmd_train_table, i, &option); i++) {
        if (strcmp(option.name, name) || !*option.help)
            continue;
        return option.transient
                   ? fail(ERR_USAGE,
                          "--grid %s: it makes no other model, or has an option of its "
                          "own here: give --%s once",
                          name, name)
                   : OK;
    }
    return fail(ERR_USAGE,
                "--grid %s: there is no such option: rnntrain train --help "
                "lists them",
                name);
}

static void add_value(struct grid_axis *axis, const char *value, size_t n)
{
    axis->values = xrealloc(axis->values, (size_t)axis->n + 1, sizeof *axis->values);
    axis->values[axis->n++] = xstrndup(value, n);
}

static int read_values(struct grid_axis *axis, const char *values, size_t n)
{
    const char *between = memchr(values, ';', n) ? ";" : ",", *end = values + n;

    while (values <= end) {
        size_t length = strcspn(values, between);
        if (values + length > end)
            length = (size_t)(end - values);
        if (length == 0)
            return fail(ERR_USAGE,
                        "--grid %s: a value is empty, expected "
                        "name=value,value",
                        axis->option);
        for (int i = 0; i < axis->n; i++)
            if (strlen(axis->values[i]) == length &&
                !strncmp(axis->values[i], values, length))
                return fail(ERR_USAGE, "--grid %s: the value %s stands there twice",
                            axis->option, axis->values[i]);
        add_value(axis, values, length);
        values += length + 1;
    }
    return OK;
}

static int read_axis(struct grid *grid, const char *line, size_t n)
{
    const char *equals = memchr(line, '=', n);
    if (!equals || equals == line)
        return fail(ERR_USAGE, "--grid %.*s: expected name=value,value", (int)n, line);

    size_t size = (size_t)grid->n_axes;
    grid->axes = xrealloc(grid->axes, size + 1, sizeof *grid->axes);
    struct grid_axis *axis = &grid->axes[grid->n_axes++];
    *axis = (struct grid_axis){.option = xstrndup(line, (size_t)(equals - line))};
    for (char *c = axis->option; (c = strchr(c, '_'));)
        *c = '-';

    int rc = check_option(axis->option);
    for (size_t i = 0; i < size && !rc; i++)
        if (!strcmp(grid->axes[i].option, axis->option))
            rc = fail(ERR_USAGE, "--grid %s stands there twice", axis->option);
    return rc ? rc : read_values(axis, equals + 1, (size_t)(line + n - equals - 1));
}

int grid_read(const char *lines, struct grid *grid)
{
    int rc = OK;
    *grid = (struct grid){.n_points = 1};
    if (!lines || !*lines)
        return fail(ERR_USAGE, "nothing varies: give --grid name=value,value, such as "
                               "--grid units=32,64");

    for (const char *line = lines; *line && !rc; line += strcspn(line, "\n") + 1) {
        rc = read_axis(grid, line, strcspn(line, "\n"));
        if (rc)
            break;
        grid->n_points *= grid->axes[grid->n_axes - 1].n;
        if (grid->n_points > MOST_POINTS)
            rc = fail(ERR_USAGE, "--grid: more than %d points: give fewer values",
                      MOST_POINTS);
    }
    return rc;
}

void grid_release(struct grid *grid)
{
    for (int a = 0; a < grid->n_axes; a++) {
        for (int i = 0; i < grid->axes[a].n; i++)
            free(grid->axes[a].values[i]);
        free(grid->axes[a].values);
        free(grid->axes[a].option);
    }
    free(grid->axes);
    *grid = (struct grid){.axes = NULL};
}

const char *grid_value(const struct grid *grid, int point, int axis)
{
    for (int a = grid->n_axes - 1; a > axis; a--)
        point /= grid->axes[a].n;
    return grid->axes[axis].values[point % grid->axes[axis].n];
}

char *grid_describe(const struct grid *grid, int point)
{
    char *said = xstrdup("");

    for (int a = 0; a < grid->n_axes; a++) {
        char *longer = xasprintf("%s%s--%s %s", said, *said ? " " : "",
                                 grid->axes[a].option, grid_value(grid, point, a));
        free(said);
        said = longer;
    }
    return said;
}
