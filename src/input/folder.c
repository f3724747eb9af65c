#define _GNU_SOURCE /* DT_REG */
#include "input/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What stands in a folder, sorted; one of these a level. */
struct level {
    char *path; /* below the folder that was opened, "" for itself */
    struct found {
        char *name;
        enum input_kind kind;
    } * found;
    size_t n, at;
};

struct folder {
    char *path;
    struct level *levels; /* from the top down to where we are */
    size_t n_levels;
    char *name; /* of the entry */
    char *real; /* the path that links are followed from; NULL: they are not */
};

/* Folders first: what stands in class folders is met before what stands beside them. */
static int compare_found(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if ((a->kind == INPUT_FOLDER) != (b->kind == INPUT_FOLDER))
        return a->kind == INPUT_FOLDER ? -1 : 1;
    return strcmp(a->name, b->name);
}

static enum input_kind kind_of(int folder, const struct dirent *entry)
{
    struct stat status;
    unsigned char type = entry->d_type;
    if (type == DT_UNKNOWN &&
        fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        type = S_ISREG(status.st_mode)   ? DT_REG
               : S_ISDIR(status.st_mode) ? DT_DIR
               : S_ISLNK(status.st_mode) ? DT_LNK
                                         : DT_UNKNOWN;
    return type == DT_DIR   ? INPUT_FOLDER
           : type == DT_LNK ? INPUT_LINK
           : type == DT_REG ? INPUT_FILE
                            : INPUT_OTHER;
}

/* Adds to the level what stands in a folder. */
static void list(DIR *folder, struct level *level)
{
    size_t room = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (*entry->d_name == '.')
            continue;
        if (level->n == room) {
            room = room ? 2 * room : 64;
            level->found = xrealloc(level->found, room, sizeof *level->found);
        }
        level->found[level->n++] =
            (struct found){xstrdup(entry->d_name), kind_of(dirfd(folder), entry)};
    }

    if (level->n)
        qsort(level->found, level->n, sizeof *level->found, compare_found);
}

/* Enters a folder below; takes `path`. */
static int enter(struct folder *folder, char *path)
{
    struct level level = {.path = path};
    char *whole = xasprintf("%s%s%s", folder->path, *path ? "/" : "", path);
    DIR *opened = opendir(whole);
    int rc = opened ? OK
                    : fail(ERR_NO_INPUT, "%s: cannot open the folder: %s", whole,
                           strerror(errno));
    free(whole);
    if (opened) {
        list(opened, &level);
        closedir(opened);
    }

    folder->levels = xrealloc(folder->levels, folder->n_levels + 1, sizeof level);
    folder->levels[folder->n_levels++] = level;
    return rc;
}

static void leave(struct folder *folder)
{
    struct level *level = &folder->levels[--folder->n_levels];
    for (size_t i = 0; i < level->n; i++)
        free(level->found[i].name);
    free(level->found);
    free(level->path);
}

/* Whether a path is within another, or the same. */
static bool is_within(const char *path, const char *above)
{
    size_t n = strlen(above);
    return !strncmp(path, above, n) &&
           (!path[n] || path[n] == '/' || above[n - 1] == '/');
}

/* What a link leads to. */
static int follow(const struct folder *folder, const char *name, enum input_kind *kind)
{
    struct stat status;
    char *link = xasprintf("%s/%s", folder->path, name), *end = strrchr(link, '/');
    char *target = realpath(link, NULL), *here = NULL;
    int rc = OK;
    *end = '\0';
    here = realpath(link, NULL);
    *end = '/';

    if (!target || !here || stat(target, &status) != 0)
        rc = fail(ERR_NO_INPUT, "%s: the link leads nowhere: %s", link, strerror(errno));
    else if (S_ISREG(status.st_mode))
        *kind = INPUT_FILE;
    else if (!S_ISDIR(status.st_mode))
        rc = fail(ERR_FORMAT, "%s: the link leads to neither a file nor a folder", link);
    else if (!is_within(target, folder->real))
        rc = fail(ERR_FORMAT,
                  "%s: the link leads to a folder outside of the corpus: put the folder "
                  "itself there",
                  link);
    else if (is_within(here, target))
        rc = fail(ERR_FORMAT, "%s: the link leads to a folder that it stands in", link);
    else
        *kind = INPUT_FOLDER;
    free(link);
    free(target);
    free(here);
    return rc;
}

void folder_follow_links(struct folder *folder)
{
    if (!folder->real)
        folder->real = realpath(folder->path, NULL);
}

int folder_next(struct folder *folder, struct input_entry *entry, bool *end)
{
    while (folder->n_levels && folder->levels[folder->n_levels - 1].at ==
                                   folder->levels[folder->n_levels - 1].n)
        leave(folder);
    *end = folder->n_levels == 0;
    if (*end)
        return OK;

    struct level *level = &folder->levels[folder->n_levels - 1];
    struct found *found = &level->found[level->at++];
    free(folder->name);
    folder->name = xasprintf("%s%s%s", level->path, *level->path ? "/" : "", found->name);
    if (found->kind == INPUT_LINK && folder->real) {
        int rc = follow(folder, folder->name, &found->kind);
        if (rc)
            return rc;
    }
    *entry = (struct input_entry){folder->name, found->kind};
    return found->kind == INPUT_FOLDER ? enter(folder, xstrdup(folder->name)) : OK;
}

int folder_open(const char *path, struct folder **result)
{
    struct folder *folder = xcalloc(1, sizeof *folder);
    folder->path = xstrdup(path);
    int rc = enter(folder, xstrdup(""));
    if (rc)
        folder_close(folder);
    else
        *result = folder;
    return rc;
}

void folder_close(struct folder *folder)
{
    if (!folder)
        return;
    while (folder->n_levels)
        leave(folder);
    free(folder->levels);
    free(folder->name);
    free(folder->path);
    free(folder->real);
    free(folder);
}
