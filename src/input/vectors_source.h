/* The bytes of a file of vectors, unpacked, with as many in view as are asked for. */
#ifndef RNNTRAIN_INPUT_VECTORS_SOURCE_H
#define RNNTRAIN_INPUT_VECTORS_SOURCE_H

#include "input/input.h"

enum {
    VECTORS_VIEW = 1 << 20,     /* bytes that are read at once */
    VECTORS_MOST_VIEW = 4 << 20 /* that can be asked for, and of a line */
};

struct vectors_source {
    char *name; /* in messages; owned */
    struct input *archive, *input;
    char *bytes; /* (room); n of them are read, those from `at` on are in view */
    size_t room, at, n;
    int64_t before; /* bytes of the file in front of bytes[0] */
    bool has_ended; /* no others follow */
};

/* ERR_NO_INPUT, ERR_FORMAT, ERR_USAGE. Close it, also where this failed. */
int vectors_source_open(const char *path, struct vectors_source *source) NODISCARD;
void vectors_source_close(struct vectors_source *source);

/* Has n bytes in view, at most VECTORS_MOST_VIEW, or all that are left. What was borrowed
 * from the view before is gone. */
int vectors_source_need(struct vectors_source *source, size_t n) NODISCARD;
static inline const char *vectors_source_view(const struct vectors_source *source)
{
    return source->bytes + source->at;
}
static inline size_t vectors_source_left(const struct vectors_source *source)
{
    return source->n - source->at;
}
/* Where the view begins in the file. */
static inline int64_t vectors_source_byte(const struct vectors_source *source)
{
    return source->before + (int64_t)source->at;
}

/* The next line without its '\n', borrowed until the next call; *line NULL: there is
 * none. ERR_FORMAT: it does not end within VECTORS_MOST_VIEW. */
int vectors_source_line(struct vectors_source *source, const char **line,
                        size_t *n) NODISCARD;

/* Copies n bytes, or passes over them where `to` is NULL. ERR_FORMAT: the file ends
 * before; `what` was being read. */
int vectors_source_take(struct vectors_source *source, size_t n, const char *what,
                        void *to) NODISCARD;

#endif
