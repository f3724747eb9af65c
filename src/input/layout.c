/* Folders or files: which of them are the corpus. */
#include "input/layout.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input/layout_private.h"

enum { TIMES_DOCUMENTS = 2 }; /* records beside class folders that are more than these */

static bool is_folder(const char *path)
{
    struct stat status;
    return strcmp(path, "-") && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

char *layout_shown(const struct layout_view *view, const char *path)
{
    const char *source = view->source->path;
    size_t n = strlen(source);
    while (n > 1 && source[n - 1] == '/')
        n--;
    if (!strcmp(source, "-"))
        return xasprintf("standard input: %s", path);
    return xasprintf("%.*s%s%s", (int)n, source, *path ? "/" : "", path);
}

const char *layout_unpack(const struct layout_view *view)
{
    return is_folder(view->source->path) ? "" : "unpack it; then ";
}

void layout_refuse(char **refusal, char *text)
{
    if (*refusal)
        free(text);
    else
        *refusal = text;
}

void layout_refuse_part(const struct layout_view *view, const char *path, char **refusal)
{
    char *shown = layout_shown(view, path);
    layout_refuse(
        refusal,
        xasprintf("%s: which part of the corpus is it? %s`--test %s` or `--validation "
                  "%s` says so; else move it out of the corpus",
                  shown, layout_unpack(view), shown, shown));
    free(shown);
}

/* Folders by their names, those above first. */
static int compare_folders(const char *a, const char *b)
{
    for (; *a && *a == *b; a++)
        b++;
    int left = *a == '/' ? 1 : (unsigned char)*a,
        right = *b == '/' ? 1 : (unsigned char)*b;
    return left - right;
}

static int compare_places(const void *left, const void *right)
{
    const struct layout_place *a = left, *b = right;
    if (a->source != b->source)
        return a->source - b->source;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return a->kind == PLACE_FOLDER ? compare_folders(a->path, b->path)
                                   : layout_compare_paths(a->path, b->path);
}

/* Bytes of the folders that two paths of n and m bytes share. */
static size_t share(const char *a, size_t n, const char *b, size_t m)
{
    size_t common = 0;
    for (size_t i = 0;; i++) {
        bool ends_a = i == n || a[i] == '/', ends_b = i == m || b[i] == '/';
        if (ends_a && ends_b)
            common = i;
        if (i == n || i == m || a[i] != b[i])
            return common;
    }
}

/* Folders that all documents and files of records stand in say nothing, as what is given
 * says nothing. */
static void find_common(struct layout_view *view)
{
    view->common = NULL;
    for (int i = 0; i < view->n_places; i++) {
        const struct layout_place *place = &view->places[i];
        const char *path = place->path, *slash = strrchr(path, '/');
        bool is_folder_place = place->kind == PLACE_FOLDER;
        if (is_folder_place ? place->n == 0 : !place->is_named && !place->is_told)
            continue;

        size_t n = is_folder_place ? strlen(path) : slash ? (size_t)(slash - path) : 0;
        view->n_common = view->common ? share(view->common, view->n_common, path, n) : n;
        view->common = path;
    }
    if (!view->common)
        view->common = "";
}

/* The name of the folder that gives the documents in a folder their part: above their
 * class, or in it. */
static const char *part_folder(const struct layout_folders *folders,
                               const struct layout_node *node)
{
    int above = folders->nodes[node->class_node].parent;
    while (above >= 0 && folders->nodes[above].part != node->says)
        above = folders->nodes[above].parent;
    return above >= 0 ? folders->nodes[above].name : node->name;
}

static void take_folders(const struct layout_view *view,
                         const struct layout_folders *folders)
{
    for (int i = 0; i < view->n_places; i++) {
        struct layout_place *place = &view->places[i];
        place->is_ours = false;
        if (place->kind != PLACE_FOLDER)
            continue;

        const struct layout_node *node =
            &folders->nodes[layout_find_node(folders, place->path)];
        int wanted = view->source->part;
        if (node->class_node < 0 || (wanted >= 0 && node->says >= 0 &&
                                     node->says != wanted && folders->has_part[wanted]))
            continue;
        place->is_ours = true;
        place->part = node->says;
        place->class_name = xstrdup(folders->nodes[node->class_node].name);
        if (node->says >= 0)
            place->why = xasprintf("the folder %s", part_folder(folders, node));
    }
}

static void answer_folders(const struct layout_folders *folders,
                           struct layout_source *answer)
{
    answer->has_folders = true;
    answer->n_parents = folders->parents.n;
    answer->parents = xcalloc((size_t)folders->parents.n + 1, sizeof *answer->parents);
    for (int32_t i = 0; i < folders->parents.n; i++)
        answer->parents[i] = xstrdup(words_text(&folders->parents, i));
}

/* Whether a file stands in no class folder. */
static bool is_apart(const struct layout_folders *folders, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *above = xstrndup(path, slash ? (size_t)(slash - path) : 0);
    int node = layout_find_node(folders, above);
    free(above);
    return node < 0 || folders->nodes[node].class_node < 0;
}

/* What a file of records beside class folders could be but a list of them; NULL:
 * nothing. The caller's to free. */
static char *refuse_file(const struct layout_view *view,
                         const struct layout_folders *folders,
                         const struct layout_place *place)
{
    int part = place_part_of_file(place->path, NULL);
    bool lacks_part = view->source->part < 0 && part >= 0 && !folders->has_part[part] &&
                      (place->is_named || is_apart(folders, place->path));
    bool is_more = place->is_named && place->n > TIMES_DOCUMENTS * folders->n_documents;
    if (place->kind != PLACE_RECORDS || !place->is_told || place->trouble ||
        place->n == 0 || (!lacks_part && !is_more))
        return NULL;

    char *shown = layout_shown(view, place->path), *refusal = NULL;
    const char *unpack = layout_unpack(view);
    if (lacks_part)
        refusal = xasprintf("%s is beside class folders and called like the %s part: "
                            "%s`--test %s` or `--validation %s` takes it, `rnnprep %s` "
                            "takes it alone; else move it out of the corpus",
                            shown, dataset_part_names[part], unpack, shown, shown, shown);
    else
        refusal = xasprintf("%s holds %lld records, the class folders beside it %lld "
                            "documents: records or folders? %s`rnnprep %s` takes the "
                            "records, `--format folders` the folders",
                            shown, (long long)place->n, (long long)folders->n_documents,
                            unpack, shown);
    free(shown);
    return refusal;
}

static int check_files(const struct layout_view *view,
                       const struct layout_folders *folders)
{
    int rc = OK;
    for (int i = 0; i < view->n_places && !rc; i++) {
        char *refusal = refuse_file(view, folders, &view->places[i]);
        if (refusal)
            rc = fail(ERR_FORMAT, "%s", refusal);
        free(refusal);
    }
    return rc;
}

/* Why a file that could be records is none; NULL: none was tried. */
static const char *first_trouble(const struct layout_view *view)
{
    for (int i = 0; i < view->n_places; i++)
        if (view->places[i].kind == PLACE_RECORDS && view->places[i].trouble)
            return view->places[i].trouble;
    return NULL;
}

static int take_or_refuse(const struct layout_view *view,
                          const struct layout_folders *folders,
                          struct layout_source *answer)
{
    const char *trouble = folders->is_unlabelled ? first_trouble(view) : NULL;
    if (folders->refusal)
        return fail(ERR_FORMAT, "%s%s%s", folders->refusal,
                    trouble ? "; as records: " : "", trouble ? trouble : "");
    take_folders(view, folders);
    answer_folders(folders, answer);
    return OK;
}

/* Class folders of plain documents; else records; else folders of whatever files. */
static int choose(const struct layout_view *view, const struct layout_folders *plain,
                  const struct layout_folders *all, const struct layout_files *files,
                  struct layout_source *answer)
{
    bool takes_folders = view->format < FORMAT_FIRST;
    bool takes_files = view->format != FORMAT_FOLDERS;
    bool is_undecided = plain->refusal && !plain->is_unlabelled;
    const struct layout_folders *others = plain->refusal ? plain : all;

    if (takes_folders && (plain->classes.n >= 2 || is_undecided || !takes_files)) {
        int rc = takes_files && !plain->refusal ? check_files(view, plain) : OK;
        return rc ? rc : take_or_refuse(view, plain, answer);
    }
    if (files->n_records > 0 || files->refusal)
        return files->refusal ? fail(ERR_FORMAT, "%s", files->refusal) : OK;
    if (takes_folders && (others->refusal || others->classes.n > 0))
        return take_or_refuse(view, others, answer);
    return OK;
}

static int decide(const struct layout_view *view, struct layout_source *answer)
{
    struct layout_folders plain = {0}, all = {0};
    struct layout_files files = {0};
    bool takes_files = view->format != FORMAT_FOLDERS;
    layout_read_folders(view, !takes_files, &plain);
    layout_read_folders(view, true, &all);
    if (view->format < FORMAT_FIRST) {
        layout_decide_folders(view, &plain);
        layout_decide_folders(view, &all);
        if (takes_files) {
            layout_check_same(view, &plain);
            layout_check_same(view, &all);
        }
    }
    if (takes_files)
        layout_decide_files(view, &files);

    int rc = choose(view, &plain, &all, &files, answer);
    layout_release_folders(&plain);
    layout_release_folders(&all);
    free(files.refusal);
    return rc;
}

int layout_decide(struct layout_question *question, struct layout_source *answers)
{
    struct layout_place *places = question->places;
    int rc = OK;
    for (int i = 0; i < question->n_places; i++)
        places[i].part = PLACE_NO_PART;
    if (question->n_places)
        qsort(places, (size_t)question->n_places, sizeof *places, compare_places);

    for (int i = 0, end; i < question->n_places && !rc; i = end) {
        for (end = i + 1; end < question->n_places; end++)
            if (places[end].source != places[i].source)
                break;

        int source = places[i].source;
        struct layout_view view = {.source = &question->sources[source],
                                   .places = places + i,
                                   .n_places = end - i,
                                   .format = question->format};
        find_common(&view);
        rc = decide(&view, &answers[source]);
    }

    for (int i = 0; i < question->n_places; i++) {
        int given = question->sources[places[i].source].part;
        int part = given >= 0 ? given : places[i].part;
        places[i].part = part >= 0 ? part : DATASET_TRAIN;
    }
    return rc;
}

void layout_release_question(struct layout_question *question,
                             struct layout_source *answers)
{
    for (int i = 0; i < question->n_places; i++) {
        free(question->places[i].class_name);
        free(question->places[i].why);
    }
    for (int i = 0; i < question->n_sources; i++) {
        for (int j = 0; j < answers[i].n_parents; j++)
            free(answers[i].parents[j]);
        free(answers[i].parents);
    }
}
