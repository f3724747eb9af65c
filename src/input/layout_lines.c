/* Files of unlabelled lines, a file a class. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/file_class.h"
#include "input/layout_private.h"

/* A file whose name could say a class. */
struct sibling {
    struct layout_place *lines;
    const struct layout_place *records; /* the same file as labelled texts */
    struct word class_name;
    char *stem; /* what siblings share; owned */
    int part;
};

struct siblings {
    struct sibling *all;
    int n;
};

static int compare_siblings(const void *left, const void *right)
{
    const struct sibling *a = left, *b = right;
    int order = strcmp(a->stem, b->stem);
    return order ? order : layout_compare_paths(a->lines->path, b->lines->path);
}

static const struct layout_place *records_of(const struct layout_view *view,
                                             const char *path)
{
    for (int i = 0; i < view->n_places; i++)
        if (view->places[i].kind == PLACE_RECORDS && !strcmp(view->places[i].path, path))
            return &view->places[i];
    return NULL;
}

static struct siblings find_siblings(const struct layout_view *view)
{
    struct siblings siblings = {xcalloc((size_t)view->n_places, sizeof *siblings.all), 0};
    for (int i = 0; i < view->n_places; i++) {
        struct layout_place *place = &view->places[i];
        struct word name = {0}, word = {0};
        if (place->kind != PLACE_LINES || place->n == 0)
            continue;

        struct sibling *sibling = &siblings.all[siblings.n];
        sibling->lines = place;
        sibling->records = records_of(view, place->path);
        sibling->part = layout_part_of_file(view, place->path, &name, &word);
        if (file_class(place->path, &sibling->class_name)) {
            sibling->stem = file_class_stem(place->path, sibling->class_name);
            siblings.n++;
        }
    }
    if (siblings.n)
        qsort(siblings.all, (size_t)siblings.n, sizeof *siblings.all, compare_siblings);
    return siblings;
}

static bool is_same_class(const struct sibling *a, const struct sibling *b)
{
    return a->class_name.n == b->class_name.n &&
           !strncasecmp(a->class_name.text, b->class_name.text, a->class_name.n);
}

/* Whether n siblings of one stem are a class each: two classes at least, each of them
 * once a part. Where all of them hold the same labels they are files of records. */
static bool are_classes(const struct sibling *siblings, int n)
{
    static const struct label_set none;
    struct label_set common = {{0}};
    bool differ = false;
    for (int i = 0; i < n; i++) {
        const struct layout_place *records = siblings[i].records;
        bool has_records = records && records->is_told && records->n;
        const struct label_set *labels = has_records ? &records->labels : &none;
        if (i == 0)
            common = *labels;
        label_set_meet(&common, labels);
        differ |= !is_same_class(&siblings[0], &siblings[i]);
        for (int j = 0; j < i; j++)
            if (is_same_class(&siblings[i], &siblings[j]) &&
                siblings[i].part == siblings[j].part)
                return false;
    }
    return differ && label_set_count(&common) == 0;
}

static void take(const struct layout_view *view, struct sibling *siblings, int n,
                 struct layout_files *files)
{
    for (int i = 0; i < n; i++) {
        struct layout_place *lines = siblings[i].lines;
        const struct word *name = &siblings[i].class_name;
        int wanted = view->source->part;
        if (wanted >= 0 && siblings[i].part >= 0 && siblings[i].part != wanted)
            continue;
        if (siblings[i].part == PLACE_UNCLEAR_PART)
            layout_refuse_part(view, lines->path, &files->refusal);
        layout_take_file(view, lines, files);
        lines->class_name = xstrndup(name->text, name->n);
    }
}

static void refuse_two(const struct layout_view *view, const struct sibling *a,
                       const struct sibling *b, struct layout_files *files)
{
    char *first = layout_shown(view, a->lines->path);
    char *second = layout_shown(view, b->lines->path);
    layout_refuse(
        &files->refusal,
        xasprintf("%s and %s: files of a class each, of several corpora side by "
                  "side? %s`--class NAME=FILE` once a class takes one of them",
                  first, second, layout_unpack(view)));
    free(first);
    free(second);
}

static bool is_beside(const char *path, const char *other)
{
    size_t n = (size_t)(place_last_name(path) - path);
    return n == (size_t)(place_last_name(other) - other) && !strncmp(path, other, n) &&
           !strcmp(place_ending(path), place_ending(other));
}

/* A file that is called as files of classes are, though its name is no usual one: it
 * would be lost. */
static void check_other_classes(const struct layout_view *view,
                                const struct layout_place *taken,
                                struct layout_files *files)
{
    if (!file_class_is_bare(taken->path))
        return;
    for (int i = 0; i < view->n_places; i++) {
        const struct layout_place *place = &view->places[i];
        struct word name = {0};
        if (place->kind != PLACE_RECORDS || !is_beside(place->path, taken->path) ||
            file_class(place->path, &name) || !file_class_is_bare(place->path))
            continue;

        char *shown = layout_shown(view, place->path);
        layout_refuse(&files->refusal,
                      xasprintf("%s: a class as the files beside it are? %s`--class "
                                "NAME=%s`, and --class for each of the others, says so; "
                                "else move it out of the corpus",
                                shown, layout_unpack(view), shown));
        free(shown);
        return;
    }
}

bool layout_decide_lines(const struct layout_view *view, struct layout_files *files)
{
    struct siblings siblings = find_siblings(view);
    int first = -1;

    for (int i = 0, end; i < siblings.n; i = end) {
        for (end = i + 1; end < siblings.n; end++)
            if (strcmp(siblings.all[i].stem, siblings.all[end].stem))
                break;
        if (!are_classes(siblings.all + i, end - i))
            continue;
        if (first >= 0)
            refuse_two(view, &siblings.all[first], &siblings.all[i], files);
        else
            take(view, siblings.all + i, end - i, files);
        first = first < 0 ? i : first;
    }

    if (first >= 0 && view->source->part < 0)
        check_other_classes(view, siblings.all[first].lines, files);

    for (int i = 0; i < siblings.n; i++)
        free(siblings.all[i].stem);
    free(siblings.all);
    return first >= 0;
}
