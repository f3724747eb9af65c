/* What of a corpus is left out, file by file, and what is missing. */
#include "corpus/settle_private.h"

#include <stdlib.h>
#include <string.h>

#include "input/layout.h"
#include "input/place.h"
#include "input/strays.h"

static char *shown(const struct corpus *corpus, int source, const char *path)
{
    return block_document_name(corpus->sources[source].path, "", path, 0);
}

static const char *reason_beside(const struct layout_source *answer)
{
    return answer->has_folders ? "files beside the class folders"
                               : "files beside the records";
}

/* A file's path within its source; the caller's to free. */
static char *path_of(const struct corpus *corpus, const struct document *document)
{
    const char *folder = strchr(settle_folder(corpus, document->place), ' ') + 1;
    return xasprintf("%s%s%s", folder, *folder ? "/" : "",
                     corpus->names + document->name);
}

/* Paths of the files that are noted by themselves, "SOURCE PATH"; and whether each is the
 * corpus's in one of the ways in which it was read. */
struct noted {
    struct words paths, folders; /* and those that they stand in */
    struct words classes;        /* folders of the corpus's documents */
    bool *is_ours;
};

static struct noted find_noted(const struct layout_question *question)
{
    struct noted noted = {.is_ours = xcalloc((size_t)question->n_places + 1, 1)};
    for (int i = 0; i < question->n_places; i++) {
        const struct layout_place *place = &question->places[i];
        char *key = xasprintf("%d %s", place->source, place->path);
        if (place->kind == PLACE_FOLDER) {
            if (place->is_ours)
                words_add(&noted.classes, key, strlen(key));
            free(key);
            continue;
        }
        noted.is_ours[words_add(&noted.paths, key, strlen(key))] |= place->is_ours;
        char *end = strrchr(key, '/');
        words_add(&noted.folders, key, end ? (size_t)(end - key) : 0);
        free(key);
    }
    return noted;
}

static int32_t find(const struct noted *noted, int source, const char *path)
{
    char *key = xasprintf("%d %s", source, path);
    int32_t index = words_find(&noted->paths, key, strlen(key));
    free(key);
    return index;
}

/* A document of a folder; those of ours are not left out in other ways either. */
static void leave_document(struct corpus *corpus, struct noted *noted,
                           const struct document *document,
                           const struct layout_source *answers)
{
    int source = corpus->places[document->place].source;
    const char *folder = settle_folder(corpus, document->place);
    bool is_ours = document->part != CORPUS_DROPPED;
    if (is_ours && words_find(&noted->folders, folder, strlen(folder)) < 0)
        return;

    char *path = path_of(corpus, document);
    int32_t index = find(noted, source, path);
    if (is_ours && index >= 0)
        noted->is_ours[index] = true;
    if (!is_ours && document->is_binary && answers[source].has_folders)
        left_out_add(&corpus->layout.left_out, "files that are no text",
                     shown(corpus, source, path));
    else if (!is_ours && index < 0)
        left_out_add(&corpus->layout.left_out, reason_beside(&answers[source]),
                     shown(corpus, source, path));
    if (document->is_binary && index >= 0)
        noted->is_ours[index] = true; /* it was counted */
    free(path);
}

/* A file among a class's documents that was none for its size alone; it was read as
 * records, in case that it is a corpus. */
static int check_large(const struct corpus *corpus, const struct noted *noted,
                       const struct layout_place *place)
{
    char *key = xasprintf("%d %s", place->source, place->path);
    const char *slash = strrchr(place->path, '/');
    size_t n = slash ? strlen(key) - strlen(slash) : 0;
    bool is_in_class = slash && words_find(&noted->classes, key, n) >= 0;
    free(key);
    if (!is_in_class || place->is_named || strays_beside(place->path))
        return OK;

    char *name = shown(corpus, place->source, place->path);
    int rc = fail(ERR_FORMAT,
                  "%s: too large for a document in a class folder: `--format folders` "
                  "takes it as one; else move it out of the corpus",
                  name);
    free(name);
    return rc;
}

static int leave_files(struct corpus *corpus, struct noted *noted,
                       const struct layout_question *question,
                       const struct layout_source *answers)
{
    int rc = OK;
    for (int i = 0; i < question->n_places && !rc; i++) {
        const struct layout_place *place = &question->places[i];
        if (place->kind == PLACE_FOLDER || !*place->path)
            continue;
        int32_t index = find(noted, place->source, place->path);
        if (index < 0 || noted->is_ours[index])
            continue;
        noted->is_ours[index] = true; /* once */
        rc = check_large(corpus, noted, place);
        left_out_add(&corpus->layout.left_out,
                     place->is_unlabelled
                         ? "files without labels, which are for rnntrain predict"
                         : reason_beside(&answers[place->source]),
                     shown(corpus, place->source, place->path));
    }
    return rc;
}

/* All folders that documents or files of records stand in, "SOURCE PATH". */
static struct words find_folders(const struct layout_question *question)
{
    struct words folders = {0};
    for (int i = 0; i < question->n_places; i++) {
        const struct layout_place *place = &question->places[i];
        char *key = xasprintf("%d %s", place->source, place->path);
        size_t n = strlen(key);
        while (n > 0) {
            words_add(&folders, key, n);
            while (n > 0 && key[n - 1] != '/')
                n--;
            n = n ? n - 1 : 0;
        }
        free(key);
    }
    return folders;
}

/* Whether class folders stand in the folder that n bytes of a path are. */
static bool is_parent(const struct layout_source *answer, const char *path, size_t n)
{
    for (int i = 0; i < answer->n_parents; i++)
        if (strlen(answer->parents[i]) == n && !memcmp(answer->parents[i], path, n))
            return true;
    return false;
}

/* Whether a class folder should stand where a folder stands. */
static bool is_class_place(const struct layout_source *answer, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    char *parent = xstrndup(path, n);
    bool is_class = is_parent(answer, path, n) || place_part_of_file(parent, NULL) >= 0;
    free(parent);
    return answer->has_folders && is_class;
}

/* A class folder without a document is a mistake that a count of classes would hide. */
static int check_empty(const struct corpus *corpus,
                       const struct layout_question *question,
                       const struct layout_source *answers,
                       const struct reader_notes *notes)
{
    struct words folders = find_folders(question);
    int rc = OK;
    for (int i = 0; i < notes->n_folders && !rc; i++) {
        const struct reader_folder *folder = &notes->folders[i];
        char *key = xasprintf("%d %s", folder->source, folder->path);
        if (words_find(&folders, key, strlen(key)) < 0 &&
            is_class_place(&answers[folder->source], folder->path))
            rc = fail(ERR_FORMAT,
                      "%s: %s holds no document: add some or remove the folder",
                      corpus->sources[folder->source].path, folder->path);
        free(key);
    }
    words_release(&folders);
    return rc;
}

/* Files of records that were not looked into, since there are so many of them. */
static int check_many(const struct corpus *corpus, const struct noted *noted,
                      const struct layout_question *question,
                      const struct layout_source *answers)
{
    struct words folders = {0}; /* of files of ours that are not called like records */
    int rc = OK;
    for (int i = 0; i < question->n_places; i++) {
        const struct layout_place *place = &question->places[i];
        const char *slash = strrchr(place->path, '/');
        if (place->kind == PLACE_FOLDER || !place->is_ours || place->is_named || !slash)
            continue;
        char *key =
            xasprintf("%d %.*s", place->source, (int)(slash - place->path), place->path);
        words_add(&folders, key, strlen(key));
        free(key);
    }

    for (int32_t i = 0; i < corpus->n_documents && folders.n && !rc; i++) {
        const struct document *document = &corpus->documents[i];
        const struct corpus_place *place = &corpus->places[document->place];
        const char *folder = settle_folder(corpus, document->place);
        const char *name = corpus->names + document->name;
        if (place->kind != PLACE_FOLDER || answers[place->source].has_folders ||
            strays_beside(name) || words_find(&folders, folder, strlen(folder)) < 0)
            continue;

        char *path = path_of(corpus, document);
        if (find(noted, place->source, path) < 0) {
            char *name_shown = shown(corpus, place->source, path);
            rc = fail(ERR_FORMAT,
                      "%s and others were not looked into, since the folder holds many "
                      "files: if they are records, --format names what they are",
                      name_shown);
            free(name_shown);
        }
        free(path);
    }
    words_release(&folders);
    return rc;
}

int settle_left_out(struct corpus *corpus, const struct layout_question *question,
                    const struct layout_source *answers, const struct reader_notes *notes)
{
    struct noted noted = find_noted(question);
    int rc = check_many(corpus, &noted, question, answers);
    for (int32_t i = 0; i < corpus->n_documents && !rc; i++)
        if (corpus->places[corpus->documents[i].place].kind == PLACE_FOLDER)
            leave_document(corpus, &noted, &corpus->documents[i], answers);

    if (!rc)
        rc = leave_files(corpus, &noted, question, answers);
    if (!rc)
        rc = check_empty(corpus, question, answers, notes);
    words_release(&noted.paths);
    words_release(&noted.folders);
    words_release(&noted.classes);
    free(noted.is_ours);
    return rc;
}

/* "12 .txt in docs", by folder and ending. */
struct kinds {
    struct words names, paths; /* what was counted */
    int *counts;
};

static void add_kind(struct kinds *kinds, const char *path)
{
    const char *file = place_last_name(path), *ending = place_ending(path);
    int32_t n_known = kinds->paths.n;
    if (words_add(&kinds->paths, path, strlen(path)) < n_known)
        return;
    int n_folder = file > path ? (int)(file - path - 1) : 0;
    char *name = xasprintf("%s%s%.*s", *ending ? ending : "files without ending",
                           n_folder ? " in " : " at the top", n_folder, path);
    int32_t n_before = kinds->names.n,
            index = words_add(&kinds->names, name, strlen(name));
    if (index == n_before) {
        kinds->counts = xrealloc(kinds->counts, (size_t)index + 1, sizeof *kinds->counts);
        kinds->counts[index] = 0;
    }
    kinds->counts[index]++;
    free(name);
}

static char *describe(const struct kinds *kinds)
{
    enum { MOST_SHOWN = 6 };
    char *text = xstrdup(kinds->names.n ? "" : "nothing");
    for (int32_t i = 0; i < kinds->names.n && i < MOST_SHOWN; i++) {
        char *longer = xasprintf("%s%s%d %s", text, i ? ", " : "", kinds->counts[i],
                                 words_text(&kinds->names, i));
        free(text);
        text = longer;
    }
    if (kinds->names.n > MOST_SHOWN) {
        char *longer = xasprintf("%s, ...", text);
        free(text);
        text = longer;
    }
    return text;
}

const char *settle_trouble(const struct reader_notes *notes)
{
    for (int i = 0; i < notes->n_files; i++)
        if (notes->files[i].kind == PLACE_RECORDS && notes->files[i].trouble)
            return notes->files[i].trouble;
    return NULL;
}

int settle_no_training(const struct corpus *corpus, const struct reader_notes *notes)
{
    struct kinds kinds = {0};
    const char *trouble = settle_trouble(notes);
    for (int i = 0; i < notes->n_files; i++) {
        const struct reader_file *file = &notes->files[i];
        if (file->kind == PLACE_RECORDS && *file->path)
            add_kind(&kinds, file->path);
    }
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        if (corpus->places[document->place].kind != PLACE_FOLDER)
            continue;
        char *path = path_of(corpus, document);
        add_kind(&kinds, path);
        free(path);
    }

    char *found = describe(&kinds);
    int rc = fail(ERR_FORMAT,
                  "%s: no training documents; expected class folders, train/CLASS/ or "
                  "CLASS/ with a file a text, or files of records (csv, tsv, jsonl, "
                  "fasttext, lines: `rnnprep FILE --format ...`), or `--class NAME=FILE` "
                  "for each class; found: %s%s%s",
                  block_source_name(settle_path(corpus)), found, trouble ? "; " : "",
                  trouble ? trouble : "");
    words_release(&kinds.names);
    words_release(&kinds.paths);
    free(kinds.counts);
    free(found);
    return rc;
}
