/* Which folders and files of a source are the corpus's. */
#include "corpus/settle_private.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of "SOURCE PARENT" in a place's name. */
static size_t n_parent_key(const struct corpus *corpus, int32_t place)
{
    const char *name = settle_folder(corpus, place);
    return (size_t)(strchr(name, ' ') + 1 - name) + corpus->places[place].n_parent;
}

/* Documents of each place; owned by the caller. */
static int *count_places(const struct corpus *corpus)
{
    int *counts = xcalloc((size_t)corpus->place_names.n, sizeof *counts);
    for (int32_t i = 0; i < corpus->n_documents; i++)
        counts[corpus->documents[i].place]++;
    return counts;
}

/* The parent of the source's class folders with most documents, the first of equals;
 * -1. */
static int32_t find_parent(const struct corpus *corpus, int source, const int *counts,
                           struct words *parents)
{
    int32_t n_places = corpus->place_names.n, best = -1;
    int *sums = xcalloc((size_t)n_places, sizeof *sums);

    for (int32_t p = 0; p < n_places; p++) {
        const struct corpus_place *place = &corpus->places[p];
        if (place->source != source || place->kind != PLACE_CLASS)
            continue;
        int32_t parent =
            words_add(parents, settle_folder(corpus, p), n_parent_key(corpus, p));
        sums[parent] += counts[p];
        if (best < 0 || sums[parent] > sums[best])
            best = parent;
    }
    free(sums);
    return best;
}

/* Which places of a source are the corpus's. */
static void choose_layout(const struct corpus *corpus, int source, const int *counts,
                          bool *is_ours)
{
    bool has_kind[PLACE_RECORDS + 1] = {false};
    struct words parents = {0};
    int32_t parent = find_parent(corpus, source, counts, &parents);

    for (int32_t p = 0; p < corpus->place_names.n; p++)
        if (corpus->places[p].source == source)
            has_kind[corpus->places[p].kind] = true;
    enum place_kind kind = has_kind[PLACE_SPLIT]     ? PLACE_SPLIT
                           : has_kind[PLACE_RECORDS] ? PLACE_RECORDS
                                                     : PLACE_CLASS;

    for (int32_t p = 0; p < corpus->place_names.n; p++) {
        const struct corpus_place *place = &corpus->places[p];
        if (place->source != source)
            continue;
        is_ours[p] = place->kind == kind;
        if (is_ours[p] && kind == PLACE_CLASS)
            is_ours[p] = words_find(&parents, settle_folder(corpus, p),
                                    n_parent_key(corpus, p)) == parent;
    }
    words_release(&parents);
}

/* A class folder without a document is a mistake that a count of classes would hide. */
static int check_empty(const struct corpus *corpus, const struct reader_notes *notes,
                       const bool *is_ours)
{
    struct words ours = {0}, parents = {0}; /* folders, and what they stand in */
    int rc = OK;

    for (int32_t p = 0; p < corpus->place_names.n; p++)
        if (is_ours[p] && corpus->places[p].kind != PLACE_RECORDS) {
            words_add(&ours, settle_folder(corpus, p), strlen(settle_folder(corpus, p)));
            words_add(&parents, settle_folder(corpus, p), n_parent_key(corpus, p));
        }

    for (int i = 0; i < notes->n_folders && !rc; i++) {
        const struct reader_folder *folder = &notes->folders[i];
        struct place place = place_of_folder(folder->path);
        char *key = xasprintf("%d %s", folder->source, folder->path);
        size_t n = strlen(key), n_parent = n - strlen(folder->path) + place.n_parent;
        bool fits = place.kind == PLACE_SPLIT || words_find(&parents, key, n_parent) >= 0;
        if (fits && words_find(&ours, key, n) < 0)
            rc = fail(ERR_FORMAT,
                      "%s: %s holds no document: add some or remove the folder",
                      corpus->sources[folder->source].path, folder->path);
        free(key);
    }
    words_release(&ours);
    words_release(&parents);
    return rc;
}

int settle_layout(struct corpus *corpus, int n_sources, const struct reader_notes *notes)
{
    int *counts = count_places(corpus);
    bool *is_ours = xcalloc((size_t)corpus->place_names.n, sizeof *is_ours);
    for (int source = 0; source < n_sources; source++)
        choose_layout(corpus, source, counts, is_ours);

    for (int32_t i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        int part = corpus->places[document->place].part;
        document->part = (int8_t)(part < 0 ? (int)DATASET_TRAIN : part);
        if (is_ours[document->place])
            continue;
        document->part = CORPUS_DROPPED;
        if (corpus->n_beside++ == 0)
            corpus->beside = i;
    }

    int rc = check_empty(corpus, notes, is_ours);
    free(is_ours);
    free(counts);
    return rc;
}
