/* Files of records that are copies of others, or pieces of them: data (1).csv beside
 * data.csv, train.csv.gz beside train.csv, a small set beside the whole. */
#include "corpus/settle_private.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PLACES = 64, FEW_DOCUMENTS = 10 };

/* A part's files: a bit each. */
struct copies {
    int32_t places[MOST_PLACES]; /* by their rank */
    int n_places;
    int32_t n[MOST_PLACES];      /* documents */
    uint64_t holds[MOST_PLACES]; /* the files that have all of its documents */
    const struct document **all; /* documents of these files, n_all */
    int32_t n_all;
};

/* In the order of ranks, which is the same from a folder and its archive. */
static void sort_places(const struct corpus *corpus, struct copies *copies)
{
    int32_t *places = copies->places;
    for (int i = 1; i < copies->n_places; i++)
        for (int j = i;
             j > 0 && corpus->places[places[j]].rank < corpus->places[places[j - 1]].rank;
             j--) {
            int32_t other = places[j];
            places[j] = places[j - 1];
            places[j - 1] = other;
        }
}

static int find_place(const struct copies *copies, int32_t place)
{
    for (int i = 0; i < copies->n_places; i++)
        if (copies->places[i] == place)
            return i;
    return -1;
}

/* False: there are too many, or one only. */
static bool find_places(const struct corpus *corpus, int part, struct copies *copies)
{
    int32_t last = -1, n_places = corpus->place_names.n;
    bool *is_met = xcalloc((size_t)n_places + 1, sizeof *is_met);
    int n = 0;

    for (int32_t i = 0; i < corpus->n_documents && n <= MOST_PLACES; i++) {
        const struct document *document = &corpus->documents[i];
        if (document->part != part || document->place == last ||
            !settle_is_record(corpus, document) || is_met[document->place])
            continue;
        last = document->place;
        is_met[last] = true;
        if (n < MOST_PLACES)
            copies->places[n] = last;
        n++;
    }
    free(is_met);

    if (n < 2 || n > MOST_PLACES)
        return false;
    copies->n_places = n;
    sort_places(corpus, copies);
    return true;
}

static int compare_documents(const void *left, const void *right)
{
    const struct document *a = *(const struct document *const *)left,
                          *b = *(const struct document *const *)right;
    int order = memcmp(a->hash, b->hash, CORPUS_HASH_BYTES);
    return order ? order : a->label < b->label ? -1 : a->label > b->label;
}

static void collect(const struct corpus *corpus, int part, struct copies *copies)
{
    copies->all = xcalloc((size_t)corpus->n_documents, sizeof *copies->all);
    copies->n_all = 0;
    for (int32_t i = 0; i < corpus->n_documents; i++) {
        const struct document *document = &corpus->documents[i];
        int place = document->part == part ? find_place(copies, document->place) : -1;
        if (place < 0)
            continue;
        copies->all[copies->n_all++] = document;
        copies->n[place]++;
    }
    for (int i = 0; i < copies->n_places; i++)
        copies->holds[i] = ~(UINT64_C(1) << i);
    qsort(copies->all, (size_t)copies->n_all, sizeof(const struct document *),
          compare_documents);
}

/* Equal documents are held by the files that they stand in. */
static void compare(struct copies *copies)
{
    for (int32_t i = 0, end; i < copies->n_all; i = end) {
        uint64_t held_by = 0;
        for (end = i; end < copies->n_all &&
                      !compare_documents(&copies->all[i], &copies->all[end]);
             end++)
            held_by |= UINT64_C(1) << find_place(copies, copies->all[end]->place);
        for (int place = 0; place < copies->n_places; place++)
            if (held_by >> place & 1)
                copies->holds[place] &= held_by;
    }
}

static char *shown(const struct corpus *corpus, int32_t place)
{
    const char *path = strchr(settle_folder(corpus, place), ' ') + 1;
    return block_document_name(corpus->sources[corpus->places[place].source].path, "",
                               path, 0);
}

static void drop(struct corpus *corpus, struct copies *copies, int place, int whole)
{
    int32_t dropped = copies->places[place];
    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (corpus->documents[i].place == dropped)
            corpus->documents[i].part = CORPUS_DROPPED;
    for (int i = 0; i < copies->n_places; i++)
        copies->holds[i] &= ~(UINT64_C(1) << place);

    char *name = shown(corpus, dropped), *other = shown(corpus, copies->places[whole]);
    corpus_note(corpus, "copies",
                xasprintf("%s is left out: all of its %d documents stand in %s too", name,
                          (int)copies->n[place], other));
    free(name);
    free(other);
}

void settle_copies(struct corpus *corpus)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        struct copies copies = {.n_places = 0};
        if (!find_places(corpus, part, &copies))
            continue;

        collect(corpus, part, &copies);
        compare(&copies);
        free(copies.all);
        for (int place = copies.n_places - 1; place >= 0; place--)
            for (int whole = 0; whole < copies.n_places; whole++)
                if (copies.n[place] >= FEW_DOCUMENTS &&
                    copies.holds[place] >> whole & 1) {
                    drop(corpus, &copies, place, whole);
                    break;
                }
    }
}
