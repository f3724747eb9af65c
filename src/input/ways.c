#include "input/ways.h"

#include <stdlib.h>
#include <string.h>

#include "input/file_class.h"
#include "input/records.h"
#include "input/strays.h"

/* Files of a folder that are looked into, unless they are called like records. */
enum { MOST_IN_CLASS = 64, MOST_CLASSES = 16, MOST_IN_PART = 4096 };

/* Where a file stands. */
struct standing {
    const char *folder, *above;       /* names of the folder and of that above it; NULL */
    size_t n_folder, n_above, n_path; /* their bytes; those of the folder's path */
    bool in_part, in_class_of_part;
};

static bool is_part(const char *name, size_t n)
{
    return name && place_part_of_name(name, n, NULL) >= 0;
}

static struct standing stand(const char *path)
{
    struct standing standing = {0};
    const char *file = place_last_name(path), *end = file;
    if (file == path)
        return standing;

    standing.n_path = (size_t)(--end - path);
    for (standing.folder = end; standing.folder > path && standing.folder[-1] != '/';)
        standing.folder--;
    standing.n_folder = (size_t)(end - standing.folder);
    standing.in_part = is_part(standing.folder, standing.n_folder);
    if (standing.folder == path)
        return standing;

    end = standing.folder - 1;
    for (standing.above = end; standing.above > path && standing.above[-1] != '/';)
        standing.above--;
    standing.n_above = (size_t)(end - standing.above);
    standing.in_class_of_part =
        !standing.in_part && is_part(standing.above, standing.n_above);
    return standing;
}

static void note_class(struct ways *ways, const struct standing *standing)
{
    if (ways->knows_classes || !standing->in_class_of_part)
        return;
    if (!ways->class_name)
        ways->class_name = xstrndup(standing->folder, standing->n_folder);
    ways->knows_classes =
        strncmp(ways->class_name, standing->folder, standing->n_folder) ||
        ways->class_name[standing->n_folder];
}

/* Whether a file of the folder is still to be looked into; it counts then. */
static bool looks_into(struct ways *ways, const struct standing *standing,
                       const char *path)
{
    int32_t n_before = ways->folders.n;
    int32_t folder = words_add(&ways->folders, path, standing->n_path);
    if (folder == n_before) {
        ways->n_looked =
            xrealloc(ways->n_looked, (size_t)folder + 1, sizeof *ways->n_looked);
        ways->n_looked[folder] = 0;
        ways->n_classes += standing->folder && !standing->in_part;
        if (!standing->in_part && ways->n_classes > MOST_CLASSES)
            ways->n_looked[folder] = MOST_IN_CLASS;
    }

    bool is_class = standing->folder && !standing->in_part;
    return ways->n_looked[folder]++ < (is_class ? MOST_IN_CLASS : MOST_IN_PART);
}

int ways_of(struct ways *ways, const char *path)
{
    struct standing standing = stand(path);
    struct word name = {0};
    bool is_named = records_named(path), in_folder = standing.folder != NULL;
    int way = in_folder ? WAY_DOCUMENT : 0;

    note_class(ways, &standing);
    if (ways->format == FORMAT_FOLDERS)
        return way;
    if (ways->format != FORMAT_AUTO)
        return is_named || !strays_beside(path) ? WAY_RECORDS : 0;
    if (!ways->has_labels)
        return is_named                            ? WAY_RECORDS
               : strays_beside(path) && !in_folder ? 0
                                                   : WAY_DOCUMENT;
    if (is_named)
        return way | WAY_RECORDS;
    if (strays_beside(path) || standing.in_class_of_part)
        return way;

    bool says_part = place_part_of_file(path, NULL) != PLACE_NO_PART;
    if (ways->knows_classes && !says_part && (!in_folder || standing.in_part))
        return 0;
    if (!looks_into(ways, &standing, path))
        return way;
    return way | WAY_RECORDS | (file_class(path, &name) ? WAY_LINES : 0);
}

bool ways_is_unlabelled(const char *path)
{
    const char *above = NULL;
    size_t n_above = 0;
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n == 5 && !memcmp(path, "unsup", 5) && is_part(above, n_above))
            return true;
        above = path;
        n_above = n;
        path += n + (path[n] == '/');
    }
    return false;
}

void ways_release(struct ways *ways)
{
    words_release(&ways->folders);
    free(ways->n_looked);
    free(ways->class_name);
    *ways = (struct ways){0};
}
