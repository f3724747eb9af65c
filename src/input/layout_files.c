/* What the files of a source are, if files are the corpus: which of them, of which
 * part. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/layout_private.h"

int layout_part_of_file(const struct layout_view *view, const char *path,
                        struct word *name, struct word *word)
{
    const char *file = place_last_name(path);
    size_t end = (size_t)(file - path);
    *name = (struct word){file, strlen(file)};
    int own = place_part_of_name(file, name->n, word);
    if (own >= 0)
        return own;

    for (size_t begin = end; end > view->n_common + 1; end = begin) {
        end--; /* the slash */
        for (begin = end; begin > 0 && path[begin - 1] != '/';)
            begin--;
        struct word found = {0};
        int part = place_part_of_name(path + begin, end - begin, &found);
        if (part == PLACE_NO_PART || (part == PLACE_UNCLEAR_PART && own == part))
            continue;
        *name = (struct word){path + begin, end - begin};
        *word = found;
        return part;
    }
    return own;
}

void layout_take_file(const struct layout_view *view, struct layout_place *place,
                      struct layout_files *files)
{
    struct word name = {0}, word = {0};
    int part = layout_part_of_file(view, place->path, &name, &word);
    place->is_ours = true;
    place->part = part >= 0 ? part : PLACE_NO_PART;
    if (part >= 0)
        place->why =
            xasprintf("`%.*s` in %.*s", (int)word.n, word.text, (int)name.n, name.text);
    files->n_records += place->n;
    files->n_ours++;
    if (place->trouble)
        layout_refuse(&files->refusal, xstrdup(place->trouble));
}

static int part_of(const struct layout_view *view, const struct layout_place *place)
{
    struct word name = {0}, word = {0};
    return layout_part_of_file(view, place->path, &name, &word);
}

/* How many files there are whose part is train, validation, test; unclear, unsaid. */
struct tally {
    int of_part[DATASET_PARTS], unclear, unsaid, all;
    struct label_set labels; /* of those that a part has */
};

/* Whether a file could be the corpus's: where files are called like records, those. */
static bool could_be_ours(const struct layout_view *view,
                          const struct layout_place *place, bool any_named)
{
    if (place->kind != PLACE_RECORDS)
        return false;
    if (view->format >= FORMAT_FIRST)
        return place->is_told || place->trouble;
    return any_named ? place->is_named : place->is_told && place->n > 0;
}

static struct tally count(const struct layout_view *view, bool any_named)
{
    struct tally tally = {0};
    for (int i = 0; i < view->n_places; i++) {
        const struct layout_place *place = &view->places[i];
        if (!could_be_ours(view, place, any_named))
            continue;
        int part = part_of(view, place);
        tally.all++;
        tally.unclear += part == PLACE_UNCLEAR_PART;
        tally.unsaid += part == PLACE_NO_PART;
        if (part >= 0) {
            tally.of_part[part]++;
            label_set_join(&tally.labels, &place->labels);
        }
    }
    return tally;
}

/* A file that would be left out though its name has a word for a part that no other file
 * has. */
static void check_left_out(const struct layout_view *view, const struct tally *tally,
                           const struct layout_place *place, struct layout_files *files)
{
    int part = place_part_of_file(place->path, NULL);
    if (place->kind != PLACE_RECORDS || part < 0 || tally->of_part[part])
        return;
    if (!place->trouble) {
        layout_refuse_part(view, place->path, &files->refusal);
        return;
    }
    layout_refuse(&files->refusal,
                  xasprintf("%s (it is called like the %s part: if it is none, move "
                            "it out of the corpus)",
                            place->trouble, dataset_part_names[part]));
}

/* A file that could not be read to its end, though others that end as it does are the
 * corpus: a piece of it that would be lost. */
static void check_broken_piece(const struct layout_view *view,
                               const struct layout_place *place,
                               struct layout_files *files)
{
    if (place->kind != PLACE_RECORDS || place->is_ours || !place->is_told ||
        !place->trouble || view->source->part >= 0)
        return;

    for (int i = 0; i < view->n_places; i++)
        if (view->places[i].is_ours && view->places[i].kind == PLACE_RECORDS &&
            !strcmp(place_ending(view->places[i].path), place_ending(place->path))) {
            layout_refuse(&files->refusal, xstrdup(place->trouble));
            return;
        }
}

/* Files that are not called like records, of a row or two each: texts that a comma cut,
 * or documents that were packed one by one. */
static void check_rows(const struct layout_view *view, struct layout_files *files)
{
    enum { FEW_ROWS = 2, SEVERAL = 3 };
    const struct layout_place *first = NULL;
    int n = 0;
    for (int i = 0; i < view->n_places; i++) {
        const struct layout_place *place = &view->places[i];
        if (place->kind != PLACE_RECORDS || !place->is_ours)
            continue;
        if (place->is_named || place->n > FEW_ROWS || part_of(view, place) >= 0)
            return;
        first = first ? first : place;
        n++;
    }
    if (n < SEVERAL)
        return;

    char *shown = layout_shown(view, first->path);
    layout_refuse(
        &files->refusal,
        xasprintf("%s and %d others hold a row or two each, as documents do: expected "
                  "class folders with a text file a document (packed ones: `gunzip -r` "
                  "first); if they are records, --format says of which kind",
                  shown, n - 1));
    free(shown);
}

/* Two files that have no label in common, each several. */
static void check_side_by_side(const struct layout_view *view, bool any_named,
                               struct layout_files *files)
{
    const struct layout_place *first = NULL;
    for (int i = 0; i < view->n_places; i++) {
        const struct layout_place *place = &view->places[i];
        if (!could_be_ours(view, place, any_named) || label_set_count(&place->labels) < 2)
            continue;
        first = first ? first : place;
        if (label_set_shares(&first->labels, &place->labels))
            continue;

        char *a = layout_shown(view, first->path), *b = layout_shown(view, place->path);
        layout_refuse(
            &files->refusal,
            xasprintf(
                "%s and %s have no label in common: several corpora "
                "side by side? %s`rnnprep %s` takes one of them; if each is a class: "
                "`--class NAME=%s` for each, with --text-column or "
                "--text-field",
                a, b, layout_unpack(view), a, a));
        free(a);
        free(b);
        return;
    }
}

/* A file that nothing gives a part, beside others that have one: of which it is a piece,
 * if it has their labels. */
static bool is_piece(const struct layout_place *place, const struct tally *tally)
{
    return place->is_told && !place->trouble && place->n > 0 &&
           label_set_holds(&tally->labels, &place->labels);
}

static bool says_unlabelled(const char *path)
{
    static const char *const words[] = {"unlabeled", "unlabelled", "unsup", "nolabel"};
    return place_has_word(path, words, COUNT_OF(words));
}

static bool has_line(const char *lines, const char *line, size_t n)
{
    for (; *lines; lines += strcspn(lines, "\n") + 1)
        if (strcspn(lines, "\n") == n && !strncasecmp(lines, line, n))
            return true;
    return false;
}

/* Whether a file has columns of the training part's and no other: the labels are kept
 * back. */
static bool has_fewer_columns(const struct layout_view *view,
                              const struct layout_place *place)
{
    for (int i = 0; i < view->n_places; i++) {
        const struct layout_place *other = &view->places[i];
        if (other == place || other->trouble || !other->names || other->n == 0)
            continue;

        const char *name = place->names;
        while (*name && has_line(other->names, name, strcspn(name, "\n")))
            name += strcspn(name, "\n") + 1;
        if (!*name)
            return true;
    }
    return false;
}

/* A test part as competitions give it away, or texts for learning without labels. */
static bool is_for_judging(const struct layout_view *view,
                           const struct layout_place *place, int part)
{
    bool is_kept_back = part == DATASET_TEST || part == DATASET_VALIDATION;
    return view->source->part < 0 && *place->path && place->lacks_labels &&
           place->names && (is_kept_back || says_unlabelled(place->path)) &&
           has_fewer_columns(view, place);
}

static void decide(const struct layout_view *view, const struct tally *tally,
                   struct layout_place *place, struct layout_files *files)
{
    int part = part_of(view, place);
    bool has_train = tally->of_part[DATASET_TRAIN] > 0;
    int wanted = view->source->part;
    if (is_for_judging(view, place, part)) {
        place->is_unlabelled = true;
    } else if (!*place->path) {
        layout_take_file(view, place, files);
    } else if (wanted >= 0) {
        if (part < 0 || part == wanted || tally->of_part[wanted] == 0)
            layout_take_file(view, place, files);
    } else if (part == PLACE_UNCLEAR_PART && tally->all > 1) {
        layout_refuse_part(view, place->path, &files->refusal);
    } else if (part >= 0 || !has_train) {
        layout_take_file(view, place, files);
    } else if (is_piece(place, tally)) {
        layout_refuse_part(view, place->path, &files->refusal);
    }
}

/* The corpus is one file: its name tells nothing apart. */
static bool is_alone(const struct layout_view *view)
{
    int n = 0;
    for (int i = 0; i < view->n_places; i++)
        n += view->places[i].kind == PLACE_RECORDS;
    return n == 1;
}

void layout_decide_files(const struct layout_view *view, struct layout_files *files)
{
    bool any_named = false;
    for (int i = 0; i < view->n_places; i++)
        any_named |= view->places[i].kind == PLACE_RECORDS && view->places[i].is_named;
    if (!any_named && view->format == FORMAT_AUTO && layout_decide_lines(view, files))
        return;

    struct tally tally = count(view, any_named);
    if (tally.unsaid == tally.all && view->format == FORMAT_AUTO)
        check_side_by_side(view, any_named, files);

    for (int i = 0; i < view->n_places; i++) {
        struct layout_place *place = &view->places[i];
        if (could_be_ours(view, place, any_named))
            decide(view, &tally, place, files);
        else if (tally.all > 0 && view->source->part < 0)
            check_left_out(view, &tally, place, files);
    }

    for (int i = 0; i < view->n_places && view->format == FORMAT_AUTO; i++)
        check_broken_piece(view, &view->places[i], files);

    if (view->format == FORMAT_AUTO)
        check_rows(view, files);

    bool says_nothing = files->n_ours == 1 && is_alone(view);
    for (int i = 0; i < view->n_places && says_nothing; i++) {
        view->places[i].part = PLACE_NO_PART;
        free(view->places[i].why);
        view->places[i].why = NULL;
    }
}
