/* What equal runs may differ in: when, by which command, of which files. */
#include "train/report.h"

#include <stdio.h>
#include <time.h>

void report_add_time(json_t *object)
{
    struct timespec now;
    struct tm utc;
    char text[32], whole[64];

    if (clock_gettime(CLOCK_REALTIME, &now) || !gmtime_r(&now.tv_sec, &utc))
        return;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(whole, sizeof whole, "%s.%03ldZ", text, now.tv_nsec / 1000000);
    json_object_set_new(object, "time", json_string(whole));
}

/* Paths and arguments need not be UTF-8, which JSON is. */
static void add_text(json_t *object, const char *key, const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    if (value)
        json_object_set_new(object, key, value);
}

void report_add_origin(json_t *object, const struct report_origin *origin)
{
    add_text(object, "command", origin->command);
    add_text(object, "data_path", origin->data_path);
    add_text(object, "corpus", origin->corpus);
    add_text(object, "build", origin->build);
}
