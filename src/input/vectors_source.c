#include "input/vectors_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/say.h"
#include "input/place.h"

/* The path of the file or archive itself, the caller's to free, and what is named within
 * it, in `path`, or NULL. */
static char *split_path(const char *path, const char **entry)
{
    struct stat status;
    char *file = xstrdup(path), *slash;

    *entry = NULL;
    if (stat(path, &status) == 0)
        return file;
    while ((slash = strrchr(file, '/')) && slash > file) {
        *slash = '\0';
        if (stat(file, &status) == 0 && S_ISREG(status.st_mode)) {
            *entry = path + (slash - file) + 1;
            return file;
        }
    }
    free(file);
    return xstrdup(path);
}

static int check_file(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return fail(ERR_NO_INPUT, "%s: cannot open: %s; expected a file of word vectors",
                    path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return fail(ERR_NO_INPUT, "%s: a folder, expected a file of word vectors", path);
    if (!S_ISREG(status.st_mode))
        return fail(ERR_NO_INPUT,
                    "%s: it is no regular file: word vectors are read twice, first their "
                    "width, so save them in a file",
                    path);
    return OK;
}

static bool is_wanted(const struct input_entry *entry)
{
    return entry->kind == INPUT_FILE && !place_is_hidden(entry->name) &&
           strncmp(entry->name, "__MACOSX/", 9);
}

/* The files of an archive as lines of a message; the number of them. */
static int list_entries(const char *path, char **names, bool *is_archive)
{
    struct input *archive = NULL;
    struct input_entry entry;
    bool end = false;
    int n = 0, rc = input_open(path, &archive);

    *names = xstrdup("");
    *is_archive = false;
    while (!rc && !end) {
        rc = input_next(archive, &entry, &end);
        if (rc || end || !entry.name)
            break;
        *is_archive = true;
        if (!is_wanted(&entry) || n++ >= 8)
            continue;
        char *longer = xasprintf("%s%s%.*s%s", *names, **names ? ", " : "",
                                 SAY_SHORT(entry.name, 100));
        free(*names);
        *names = longer;
    }
    input_close(archive);
    return rc ? -1 : n;
}

static int refuse_several(const char *path, const char *names, int n)
{
    if (n == 0)
        return fail(ERR_FORMAT, "%s: an archive without a file in it", path);
    return fail(ERR_USAGE,
                "%s: an archive of %d files: name one of them, as in %s/%.*s (%s)", path,
                n, path, (int)strcspn(names, ","), names, names);
}

/* Steps to the entry, or to the archive's only file. */
static int find_entry(struct vectors_source *source, const char *path, const char *name)
{
    struct input_entry entry = {0};
    bool end = false;
    int rc = OK;

    while (!rc && !end) {
        rc = input_next(source->archive, &entry, &end);
        if (rc || end)
            break;
        if (!entry.name)
            return name
                       ? fail(ERR_NO_INPUT, "%s: no archive, so it has no %s", path, name)
                       : OK;
        if (name ? entry.kind == INPUT_FILE && !strcmp(entry.name, name)
                 : is_wanted(&entry))
            return OK;
    }
    return rc ? rc : fail(ERR_NO_INPUT, "%s: the archive has no file %s", path, name);
}

static int open_entry(struct vectors_source *source, const char *path, const char *name)
{
    static const struct input_head none = {.bytes = "", .has_more = true};
    struct input_entry entry = {0};
    bool end = false;

    int rc = input_open(path, &source->archive);
    if (!rc)
        rc = find_entry(source, path, name);
    if (!rc)
        rc = input_open_entry(source->archive, &none, source->name, &source->input);
    if (!rc)
        rc = input_next(source->input, &entry, &end);
    if (!rc && entry.name)
        rc = fail(ERR_FORMAT, "%s: an archive within an archive: unpack the outer one",
                  source->name);
    return rc;
}

static int open_plain(struct vectors_source *source, const char *path)
{
    struct input_entry entry;
    bool end = false;

    int rc = input_open(path, &source->input);
    return rc ? rc : input_next(source->input, &entry, &end);
}

static int open_file(struct vectors_source *source, const char *path, const char *name)
{
    char *names = NULL;
    bool is_archive = false;
    int rc = check_file(path), n = rc ? 0 : list_entries(path, &names, &is_archive);

    if (!rc && n < 0)
        rc = fail(ERR_FORMAT, "%s", fail_message());
    if (!rc && is_archive && !name && n != 1)
        rc = refuse_several(path, names, n);
    if (!rc)
        rc = is_archive || name ? open_entry(source, path, name)
                                : open_plain(source, path);
    free(names);
    return rc;
}

int vectors_source_open(const char *path, struct vectors_source *source)
{
    const char *entry = NULL;
    char *file = split_path(path, &entry);

    *source = (struct vectors_source){.name = xstrdup(path), .room = VECTORS_VIEW};
    source->bytes = xcalloc(source->room, 1);
    int rc = open_file(source, file, entry);
    free(file);
    return rc;
}

void vectors_source_close(struct vectors_source *source)
{
    input_close(source->input);
    input_close(source->archive);
    free(source->bytes);
    free(source->name);
    *source = (struct vectors_source){0};
}

/* What is in view goes to the front, and more is read behind it. */
static int read_more(struct vectors_source *source)
{
    size_t left = vectors_source_left(source), got = 0;

    if (source->at) {
        memmove(source->bytes, source->bytes + source->at, left);
        source->before += (int64_t)source->at;
        source->at = 0;
        source->n = left;
    }
    if (source->n == source->room) {
        source->room *= 2;
        source->bytes = xrealloc(source->bytes, source->room, 1);
    }

    int rc = input_read(source->input, source->bytes + source->n,
                        source->room - source->n, &got);
    source->n += rc ? 0 : got;
    source->has_ended = got == 0;
    return rc;
}

int vectors_source_need(struct vectors_source *source, size_t n)
{
    int rc = OK;

    while (!rc && !source->has_ended && vectors_source_left(source) < n)
        rc = read_more(source);
    return rc;
}

int vectors_source_line(struct vectors_source *source, const char **line, size_t *n)
{
    const char *end = NULL;
    size_t looked = 0;

    for (;;) {
        const char *view = vectors_source_view(source);
        size_t left = vectors_source_left(source);
        end = left > looked ? memchr(view + looked, '\n', left - looked) : NULL;
        if (end || source->has_ended)
            break;
        looked = left;
        if (looked >= VECTORS_MOST_VIEW)
            return fail(ERR_FORMAT,
                        "%s: byte %lld: no line ends within %d MiB: no text of word "
                        "vectors",
                        source->name, (long long)vectors_source_byte(source),
                        VECTORS_MOST_VIEW >> 20);
        int rc = read_more(source);
        if (rc)
            return rc;
    }

    size_t left = vectors_source_left(source);
    *line = left ? vectors_source_view(source) : NULL;
    *n = end ? (size_t)(end - vectors_source_view(source)) : left;
    source->at += *n + (end != NULL);
    return OK;
}

int vectors_source_take(struct vectors_source *source, size_t n, const char *what,
                        void *to)
{
    char *next = to;

    while (n > 0) {
        int rc = vectors_source_left(source) ? OK : read_more(source);
        size_t left = vectors_source_left(source), part = left < n ? left : n;
        if (rc)
            return rc;
        if (part == 0)
            return fail(ERR_FORMAT,
                        "%s: byte %lld: the file ends within %s: it was cut short, copy "
                        "it again",
                        source->name, (long long)vectors_source_byte(source), what);
        if (next) {
            memcpy(next, vectors_source_view(source), part);
            next += part;
        }
        source->at += part;
        n -= part;
    }
    return OK;
}
