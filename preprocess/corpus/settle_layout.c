/* Which folders and files of a source are the corpus's. */
#include "corpus/settle_private.h"

#include <stdlib.h>
#include <string.h>

#include "input/layout.h"
#include "input/strays.h"

static int *label_numbers(const struct corpus *corpus)
{
    int *numbers = xcalloc((size_t)corpus->labels.n + 1, sizeof *numbers);
    for (int32_t label = 0; label < corpus->labels.n; label++)
        numbers[label] = label_set_number(words_text(&corpus->labels, label));
    return numbers;
}

static const char *path_of(const struct corpus *corpus, int32_t place)
{
    return strchr(settle_folder(corpus, place), ' ') + 1;
}

/* What documents say of their places. */
static void count_documents(const struct corpus *corpus, struct layout_place *places)
{
    int *numbers = label_numbers(corpus);
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        struct layout_place *place = &places[document->place];
        if (document->is_binary)
            continue;

        place->n++;
        if (place->kind == PLACE_FOLDER) {
            const char *name = corpus->names + document->name;
            place->n_plain += !records_named(name) && !strays_beside(name);
        } else {
            for (int32_t k = 0; k < corpus_n_labels(corpus, document); k++)
                label_set_add(&place->labels, numbers[corpus_label(corpus, document, k)]);
        }
    }
    free(numbers);
}

/* Files of the notes by "KIND SOURCE PATH"; an archive may hold a path twice. */
struct file_keys {
    struct words keys;
    int32_t *of_file; /* each file's key */
    int32_t *file;    /* each key's first file */
};

static struct file_keys find_keys(const struct reader_notes *notes)
{
    size_t room = (size_t)notes->n_files + 1;
    struct file_keys files = {.of_file = xcalloc(room, sizeof *files.of_file),
                              .file = xcalloc(room, sizeof *files.file)};
    for (int i = 0; i < notes->n_files; i++) {
        const struct reader_file *file = &notes->files[i];
        char *text = xasprintf("%d %d %s", (int)file->kind, file->source, file->path);
        int32_t n_before = files.keys.n, key = words_add(&files.keys, text, strlen(text));
        if (key == n_before)
            files.file[key] = i;
        files.of_file[i] = key;
        free(text);
    }
    return files;
}

static void release_keys(struct file_keys *files)
{
    words_release(&files->keys);
    free(files->of_file);
    free(files->file);
}

/* The key of the file whose documents a place holds: the place is the file, or an array
 * of it, whose own key is a name below it. -1: it is a folder. */
static int32_t key_of(const struct words *keys, const struct layout_place *place)
{
    if (place->kind == PLACE_FOLDER)
        return -1;
    char *text = xasprintf("%d %d %s", (int)place->kind, place->source, place->path);
    size_t n = strlen(text), n_bare = n - strlen(place->path);
    int32_t key = words_find(keys, text, n);
    while (key < 0 && n > n_bare) {
        do
            n--;
        while (n > n_bare && text[n] != '/');
        key = words_find(keys, text, n);
    }
    free(text);
    return key;
}

/* The first place of each key, -1: it gave no document; owned by the caller. */
static int32_t *find_first_places(const struct layout_place *places, int32_t n,
                                  const struct words *keys)
{
    int32_t *first = xcalloc((size_t)keys->n + 1, sizeof *first);
    for (int32_t key = 0; key < keys->n; key++)
        first[key] = -1;
    for (int32_t p = 0; p < n; p++) {
        int32_t key = key_of(keys, &places[p]);
        if (key >= 0 && first[key] < 0)
            first[key] = p;
    }
    return first;
}

/* Places of documents, and files that gave none. */
static void find_places(const struct corpus *corpus, const struct reader_notes *notes,
                        const struct file_keys *files, struct layout_question *question)
{
    int32_t n = corpus->place_names.n;
    struct layout_place *places =
        xcalloc((size_t)n + (size_t)notes->n_files + 1, sizeof *places);

    for (int32_t p = 0; p < n; p++) {
        const char *path = path_of(corpus, p);
        places[p] = (struct layout_place){.id = p,
                                          .source = corpus->places[p].source,
                                          .kind = corpus->places[p].kind,
                                          .path = path,
                                          .is_named = records_named(path),
                                          .is_told = true};
    }
    count_documents(corpus, places);

    question->places = places;
    question->n_places = n;
    int32_t *first = find_first_places(places, n, &files->keys);
    for (int i = 0; i < notes->n_files; i++) {
        const struct reader_file *file = &notes->files[i];
        struct layout_place *place = &places[question->n_places];
        int32_t known = first[files->of_file[i]];
        if (known >= 0) {
            place = &places[known];
        } else {
            question->n_places++;
            *place = (struct layout_place){.id = -1,
                                           .source = file->source,
                                           .kind = file->kind,
                                           .path = file->path,
                                           .is_named = file->is_named};
        }
        place->is_told = file->is_told;
        place->trouble = file->trouble;
        place->names = file->names;
        place->lacks_labels = file->lacks_labels;
    }
    free(first);
}

static void note_part(struct corpus *corpus, const struct layout_place *place)
{
    char **why = &corpus->layout.parts[place->part];
    if (!*why && place->why && place->n)
        *why = xstrdup(place->why);
}

static void note_classes(struct corpus *corpus, const struct layout_place *place)
{
    if (corpus->layout.classes || !place->class_name)
        return;
    corpus->layout.classes = xstrdup(
        place->kind == PLACE_FOLDER ? "a folder each" : "a file each, by their names");
}

/* Documents get what was decided of their places. */
static void mark_documents(struct corpus *corpus, const struct layout_question *question)
{
    int32_t n = corpus->place_names.n;
    const struct layout_place **decided = xcalloc((size_t)n + 1, sizeof *decided);
    int32_t *labels = xcalloc((size_t)n + 1, sizeof *labels);

    for (int i = 0; i < question->n_places; i++) {
        const struct layout_place *place = &question->places[i];
        if (place->id >= 0) {
            decided[place->id] = place;
            corpus->places[place->id].rank = i;
            labels[place->id] = place->is_ours && place->class_name
                                    ? words_add(&corpus->labels, place->class_name,
                                                strlen(place->class_name))
                                    : -1;
        }
        if (place->is_ours) {
            note_part(corpus, place);
            note_classes(corpus, place);
        }
    }

    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        const struct layout_place *place = decided[document->place];
        bool is_ours = place->is_ours && !document->is_binary;
        document->part = is_ours ? (int8_t)place->part : CORPUS_DROPPED;
        if (is_ours && labels[place->id] >= 0) {
            document->label = labels[place->id];
            document->has_set = false;
        }
    }
    free(decided);
    free(labels);
}

static bool has_training(const struct corpus *corpus)
{
    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (corpus->documents[i].part == DATASET_TRAIN)
            return true;
    return false;
}

/* What was read of the files that are the corpus's. */
static void note_read(struct corpus *corpus, const struct layout_question *question,
                      const struct reader_notes *notes, const struct file_keys *files)
{
    struct corpus_layout *layout = &corpus->layout;
    bool *is_noted = xcalloc((size_t)notes->n_files + 1, sizeof *is_noted);
    layout->read = xcalloc((size_t)notes->n_files + 1, sizeof *layout->read);

    for (int i = 0; i < question->n_places; i++) {
        const struct layout_place *place = &question->places[i];
        int32_t key = place->is_ours ? key_of(&files->keys, place) : -1;
        const char *read = key < 0 ? NULL : notes->files[files->file[key]].layout;
        if (!read || is_noted[key])
            continue;
        layout->read[layout->n_read++] = xstrdup(read);
        is_noted[key] = true;
    }
    free(is_noted);
}

int settle_layout(struct corpus *corpus, int n_sources, const struct reader_notes *notes)
{
    struct layout_question question = {
        .sources = corpus->sources, .n_sources = n_sources, .format = notes->format};
    struct layout_source *answers = xcalloc((size_t)n_sources + 1, sizeof *answers);
    struct file_keys files = find_keys(notes);
    find_places(corpus, notes, &files, &question);

    int rc = layout_decide(&question, answers);
    if (!rc) {
        mark_documents(corpus, &question);
        note_read(corpus, &question, notes, &files);
        rc = settle_left_out(corpus, &question, answers, notes);
    }
    if (!rc && !has_training(corpus))
        rc = settle_no_training(corpus, notes);

    layout_release_question(&question, answers);
    free(question.places);
    free(answers);
    release_keys(&files);
    return rc;
}
