#include "input/place.h"

#include <string.h>
#include <strings.h>

/* What folders and files of the validation part are called besides. */
static const char *const validation_names[] = {"valid", "val", "dev"};

/* Whether a name of n bytes ends in a word: is it, or has it behind a mark. */
static bool ends_in(const char *name, size_t n, const char *word)
{
    size_t length = strlen(word);
    return n >= length && !strncasecmp(name + n - length, word, length) &&
           (n == length || strchr("-_.", name[n - length - 1]));
}

/* The part that a name of n bytes tells; -1: none. */
static int part_of(const char *name, size_t n)
{
    for (int part = 0; part < DATASET_PARTS; part++)
        if (ends_in(name, n, dataset_part_names[part]))
            return part;
    for (size_t i = 0; i < COUNT_OF(validation_names); i++)
        if (ends_in(name, n, validation_names[i]))
            return DATASET_VALIDATION;
    return -1;
}

static const char *file_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int place_part_of_file(const char *path)
{
    const char *file = file_of(path);
    size_t n = strlen(file);
    for (;;) {
        int part = part_of(file, n);
        while (n > 0 && file[n - 1] != '.')
            n--;
        if (part >= 0 || n == 0)
            return part;
        n--; /* the ending and its dot */
    }
}

/* The last name of the first n bytes of a path: where it begins. */
static size_t last_name(const char *path, size_t n)
{
    while (n > 0 && path[n - 1] != '/')
        n--;
    return n;
}

static size_t without_slash(size_t n)
{
    return n ? n - 1 : 0;
}

static bool is_unlabelled(const char *name, size_t n)
{
    return n == 5 && !memcmp(name, "unsup", 5);
}

struct place place_of_folder(const char *folder)
{
    size_t n = strlen(folder), class_at = last_name(folder, n);
    size_t n_parent = without_slash(class_at), part_at = last_name(folder, n_parent);
    struct place place = {.kind = PLACE_CLASS,
                          .part = part_of(folder + part_at, n_parent - part_at),
                          .class_name = folder + class_at,
                          .n_class = n - class_at,
                          .n_parent = n_parent};
    if (n == 0 || part_of(place.class_name, place.n_class) >= 0)
        place.kind = PLACE_BESIDE;
    else if (place.part >= 0)
        place.kind = is_unlabelled(place.class_name, place.n_class) ? PLACE_UNLABELLED
                                                                    : PLACE_SPLIT;
    return place;
}

bool place_is_hidden(const char *path)
{
    for (const char *name = path; name; name = strchr(name, '/')) {
        name += *name == '/';
        size_t n = strcspn(name, "/");
        if (*name == '.' && !(n == 1 || (n == 2 && name[1] == '.')))
            return true;
    }
    return false;
}
