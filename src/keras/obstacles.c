/* What stands in the way of a model: all of it is told at once, so that nobody mends one
 * thing to meet the next. */
#include "keras/private.h"

#include <stdlib.h>
#include <string.h>

/* More are counted. */
enum { MOST_TOLD = 8 };

/* The last message, without the path in front that all have. */
static const char *what_failed(const struct keras_reading *reading)
{
    const char *message = fail_message(), *path = keras_source(reading);
    size_t n = strlen(path);

    return !strncmp(message, path, n) && !strncmp(message + n, ": ", 2) ? message + n + 2
                                                                        : message;
}

void keras_take_obstacle(struct keras_reading *reading)
{
    struct keras_obstacles *obstacles = reading->obstacles;
    char *before = obstacles->text;

    if (obstacles->n++ >= MOST_TOLD)
        return;
    obstacles->text = xasprintf("%s%s%s", before ? before : "", before ? "; " : "",
                                what_failed(reading));
    free(before);
}

int keras_refuse_obstacles(struct keras_reading *reading)
{
    const struct keras_obstacles *obstacles = reading->obstacles;
    if (obstacles->n == 0)
        return OK;

    char *more = obstacles->n > MOST_TOLD
                     ? xasprintf("; and %d more", obstacles->n - MOST_TOLD)
                     : xstrdup("");
    char *known = obstacles->has_unknown ? keras_class_list() : NULL;
    int rc = fail(ERR_FORMAT, "%s: %s%s%s%s", keras_source(reading), obstacles->text,
                  more, known ? "; rnntrain has " : "", known ? known : "");

    free(more);
    free(known);
    return rc;
}
