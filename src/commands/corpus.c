#include "commands/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/say.h"
#include "data/classes.h"
#include "files/file.h"
#include "files/h5.h"
#include "input/label_lists.h"
#include "input/layout.h"
#include "input/load.h"
#include "input/strays.h"
#include "text/words.h"

/* A text: where it stands, what its label is, and its ids. */
struct document {
    int32_t place, label; /* numbers in the words below; label -1: its place's class */
    bool has_set;         /* label is one of label_sets: any number of labels */
    int part;             /* once decided; -1: it is not the corpus's */
    int32_t length;
};

struct corpus {
    const struct predictor *predictor;
    const struct input_settings *settings;
    struct source source;
    struct words place_names, labels; /* kinds and paths of places; classes */
    struct words label_sets;          /* of labels, an int32_t each */
    struct layout_place *places;      /* (n_places) those of the words, then others */
    int n_places;
    struct document *documents;
    int32_t *ids; /* (room, maxlen) padded */
    size_t n, room;
    struct load_memory memory;
    struct text_ids text;
    struct ngram_features features; /* of a text, for a linear model */
    struct sparse_list ngrams;      /* of the documents */
    int64_t n_bad;
};

bool corpus_is_one(const char *path)
{
    char first[8]; /* as many as h5_is_one reads */
    size_t n = 0;
    int fd = -1;
    if (!strcmp(path, "-"))
        return true;
    if (file_open(path, &fd, &n))
        return access(path, F_OK) == 0; /* a folder */

    ssize_t n_first = pread(fd, first, sizeof first, 0);
    close(fd);
    return n_first > 0 && !h5_is_one(first, (size_t)n_first);
}

int corpus_refuse_run(const char *path)
{
    char *result = checkpoint_path(path);
    int rc = strcmp(result, path)
                 ? fail(ERR_FORMAT,
                        "%s: the folder of a run, whose model is %s; what is to be "
                        "judged stands behind the model: texts or, for eval, a data set",
                        path, result)
                 : OK;
    free(result);
    return rc;
}

/* The place of a document, which counts it. */
static int32_t find_place(struct corpus *corpus, const struct block *block,
                          const struct block_document *document)
{
    const char *path = block->strings + document->folder;
    char *key = xasprintf("%d %s", (int)document->kind, path);
    int32_t n = corpus->place_names.n;
    int32_t number = words_add(&corpus->place_names, key, strlen(key));
    free(key);

    if (number == n) {
        corpus->places = xrealloc(corpus->places, (size_t)n + 1, sizeof *corpus->places);
        corpus->places[n] = (struct layout_place){.id = n,
                                                  .kind = document->kind,
                                                  .path = xstrdup(path),
                                                  .is_named = records_named(path),
                                                  .is_told = true};
        corpus->n_places++;
    }

    struct layout_place *place = &corpus->places[number];
    const char *name = block->strings + document->name;
    place->n++;
    if (place->kind == PLACE_FOLDER)
        place->n_plain += !records_named(name) && !strays_beside(name);
    return number;
}

static void grow(struct corpus *corpus, size_t maxlen)
{
    if (corpus->n < corpus->room)
        return;
    corpus->room = 2 * corpus->room + 256;
    corpus->documents =
        xrealloc(corpus->documents, corpus->room, sizeof *corpus->documents);
    corpus->ids = xrealloc(corpus->ids, corpus->room * maxlen, sizeof *corpus->ids);
}

static int32_t n_labels_of(const struct corpus *corpus, const struct document *document)
{
    return document->has_set ? label_lists_count(&corpus->label_sets, document->label)
                             : 1;
}

static int32_t label_of(const struct corpus *corpus, const struct document *document,
                        int32_t i)
{
    return document->has_set ? label_lists_at(&corpus->label_sets, document->label, i)
                             : document->label;
}

/* What is said of a document's labels, if it is a record. */
static void add_labels(struct corpus *corpus, const struct block *block,
                       const struct block_document *given, struct document *document)
{
    const char *label = block->strings + given->label;
    bool is_record = given->kind == PLACE_RECORDS;
    document->has_set = is_record && given->is_multi_label;
    document->label = document->has_set
                          ? label_lists_add_names(&corpus->label_sets, &corpus->labels,
                                                  label, given->n_labels)
                      : is_record ? words_add(&corpus->labels, label, strlen(label))
                                  : -1;

    for (int32_t i = 0; is_record && i < n_labels_of(corpus, document); i++)
        label_set_add(&corpus->places[document->place].labels,
                      (int)(label_of(corpus, document, i) % LABEL_SET_BITS));
}

static void add_ngrams(struct corpus *corpus, const char *text, size_t n)
{
    const struct predictor *predictor = corpus->predictor;
    struct ngram_features *features = &corpus->features;

    ngram_table_features(predictor->table, predictor->tokenizer, text, n, features);
    sparse_list_add(&corpus->ngrams, features->index, features->n);
}

static int add_document(struct corpus *corpus, const struct block *block,
                        struct block_document *given)
{
    const struct facts *facts = &corpus->predictor->info.facts;
    const struct text_options padding = facts_padding(facts);
    const char *text = NULL;
    size_t n = 0, maxlen = (size_t)facts->maxlen;

    int rc = load_text(&corpus->source, corpus->settings->encoding, block, given,
                       &corpus->memory, &text, &n);
    if (rc || given->is_binary)
        return rc;

    grow(corpus, maxlen);
    struct document *document = &corpus->documents[corpus->n];
    document->place = find_place(corpus, block, given);
    add_labels(corpus, block, given, document);

    text_encode(corpus->predictor->tokenizer, text, n, &corpus->text);
    document->length = text_pad(&padding, corpus->text.ids, corpus->text.n,
                                corpus->ids + corpus->n * maxlen);
    if (predictor_reads_ngrams(corpus->predictor))
        add_ngrams(corpus, text, n);
    corpus->n_bad += (int64_t)given->n_bad;
    corpus->n++;
    return OK;
}

static int read_documents(struct corpus *corpus, struct reader *reader)
{
    struct block block = {0};
    bool end = false;
    int rc = OK;

    while (!rc && !end) {
        block_clear(&block);
        rc = reader_take(reader, &block, &end);
        for (size_t i = 0; i < block.n && !rc; i++)
            rc = add_document(corpus, &block, &block.documents[i]);
    }
    block_release(&block);
    return rc;
}

/* Files that gave no document count for the layout too. */
static void add_files(struct corpus *corpus, const struct reader_notes *notes)
{
    size_t room = (size_t)corpus->n_places + (size_t)notes->n_files + 1;
    corpus->places = xrealloc(corpus->places, room, sizeof *corpus->places);

    for (int i = 0; i < notes->n_files; i++) {
        const struct reader_file *file = &notes->files[i];
        char *key = xasprintf("%d %s", (int)file->kind, file->path);
        int place = words_find(&corpus->place_names, key, strlen(key));
        free(key);

        if (place < 0) {
            place = corpus->n_places++;
            corpus->places[place] = (struct layout_place){.id = -1,
                                                          .kind = file->kind,
                                                          .path = xstrdup(file->path),
                                                          .is_named = file->is_named};
        }
        corpus->places[place].is_told = file->is_told;
        corpus->places[place].trouble = file->trouble;
    }
}

/* Documents get the part and the class that was decided of their places. */
static bool mark_documents(struct corpus *corpus)
{
    const struct layout_place **decided =
        xcalloc((size_t)corpus->place_names.n + 1, sizeof(struct layout_place *));
    bool is_parted = false;
    for (int i = 0; i < corpus->n_places; i++)
        if (corpus->places[i].id >= 0)
            decided[corpus->places[i].id] = &corpus->places[i];

    for (size_t i = 0; i < corpus->n; i++) {
        struct document *document = &corpus->documents[i];
        const struct layout_place *place = decided[document->place];
        const char *name = place->class_name;
        document->part = place->is_ours ? place->part : -1;
        is_parted |= place->is_ours && place->why;
        if (place->is_ours && name) {
            document->label = words_add(&corpus->labels, name, strlen(name));
            document->has_set = false;
        }
        if (document->label < 0)
            document->part = -1;
    }
    free(decided);
    return is_parted;
}

static int decide(struct corpus *corpus, const struct reader_notes *notes,
                  bool *is_parted)
{
    add_files(corpus, notes);
    struct layout_source answer = {0};
    struct layout_question question = {.sources = &corpus->source,
                                       .n_sources = 1,
                                       .format = notes->format,
                                       .places = corpus->places,
                                       .n_places = corpus->n_places};

    int rc = layout_decide(&question, &answer);
    if (!rc)
        *is_parted = mark_documents(corpus);
    layout_release_question(&question, &answer);
    return rc;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The names of the classes that the corpus has, in order; borrowed. */
static struct facts found_classes(const struct corpus *corpus)
{
    struct facts found = {.multi_label = corpus->predictor->info.facts.multi_label};
    int32_t n = corpus->labels.n;
    bool *is_used = xcalloc((size_t)n + 1, sizeof *is_used);
    for (size_t i = 0; i < corpus->n; i++) {
        const struct document *document = &corpus->documents[i];
        if (document->part < 0)
            continue;
        found.multi_label |= document->has_set;
        for (int32_t k = 0; k < n_labels_of(corpus, document); k++)
            is_used[label_of(corpus, document, k)] = true;
    }

    found.labels = xcalloc((size_t)n + 1, sizeof *found.labels);
    for (int32_t i = 0; i < n; i++)
        if (is_used[i])
            found.labels[found.n_labels++] =
                (char *)(uintptr_t)words_text(&corpus->labels, i);
    free(is_used);
    qsort(found.labels, (size_t)found.n_labels, sizeof *found.labels, compare_names);
    return found;
}

static int find_name(const struct facts *facts, const char *name)
{
    for (int i = 0; i < facts->n_labels; i++)
        if (!strcmp(facts->labels[i], name))
            return i;
    return -1;
}

/* Where each class that was found stands in the model: some of its classes are enough,
 * where they have its names. */
static int map_classes(const struct corpus *corpus, const struct facts *found,
                       int32_t *places)
{
    const struct checkpoint *info = &corpus->predictor->info;
    bool are_known = true;
    int rc =
        facts_check_multi_label(&info->facts, info->path, found, corpus->source.path);
    if (rc)
        return rc;
    for (int i = 0; i < found->n_labels; i++) {
        places[i] = find_name(&info->facts, found->labels[i]);
        are_known &= places[i] >= 0;
    }
    if (are_known)
        return OK;

    char *note = NULL;
    rc = checkpoint_map_classes(info, found, corpus->source.path, "--labels", places,
                                &note);
    if (note)
        say_line(stderr, "rnntrain: note: %s", note);
    free(note);
    return rc;
}

/* The model's number of each label of the corpus; -1: it has none. The caller's. */
static int number_labels(const struct corpus *corpus, int32_t **numbers)
{
    struct facts found = found_classes(corpus);
    int32_t *places = xcalloc((size_t)found.n_labels + 1, sizeof *places);
    int rc = map_classes(corpus, &found, places);

    if (!rc) {
        *numbers = xcalloc((size_t)corpus->labels.n + 1, sizeof **numbers);
        for (int32_t i = 0; i < corpus->labels.n; i++) {
            int at = find_name(&found, words_text(&corpus->labels, i));
            (*numbers)[i] = at < 0 ? -1 : places[at];
        }
    }
    free(places);
    free(found.labels);
    return rc;
}

/* A row's labels, behind those that are there. */
static void add_row_labels(const struct corpus *corpus, const struct document *document,
                           const int32_t *numbers, struct rows *rows)
{
    if (!rows->n_labels) {
        rows->y[rows->n] = numbers[document->label];
        return;
    }
    uint8_t *labels = rows->multi_hot + (size_t)rows->n * (size_t)rows->n_labels;
    for (int32_t i = 0; i < n_labels_of(corpus, document); i++)
        labels[numbers[label_of(corpus, document, i)]] = 1;
}

static void add_row_ngrams(const struct corpus *corpus, size_t document,
                           struct sparse_list *rows)
{
    const uint64_t *start = corpus->ngrams.start + document;
    sparse_list_add(rows, corpus->ngrams.index + start[0], (size_t)(start[1] - start[0]));
}

/* Room for so many rows of each part, side by side in memory that the data set owns;
 * returns how many numbers. Parts have no rows yet. */
static size_t lay_out(struct dataset *data, const int n[DATASET_PARTS])
{
    size_t maxlen = (size_t)data->facts.maxlen, rows = 0, at = 0;
    size_t n_labels = data->facts.multi_label ? (size_t)data->facts.n_labels : 0;
    size_t label_words = (n_labels + sizeof(int32_t)) / sizeof(int32_t); /* of y too */
    for (int part = 0; part < DATASET_PARTS; part++)
        rows += (size_t)n[part];

    size_t all = rows * (maxlen + 1 + label_words) + 1;
    int32_t *ids = xcalloc(all, sizeof *ids);
    int32_t *length = ids + rows * maxlen, *labels = length + rows;
    data->storage = ids;
    for (int part = 0; part < DATASET_PARTS; at += (size_t)n[part++]) {
        struct rows *to = &data->part[part];
        *to = facts_rows(&data->facts, 0);
        to->id_bytes = sizeof *ids;
        to->x = ids + at * maxlen;
        to->y = n_labels ? NULL : labels + at;
        to->multi_hot = n_labels ? (uint8_t *)labels + at * n_labels : NULL;
        to->length = length + at;
    }
    return all;
}

static void fill(const struct corpus *corpus, const int32_t *numbers,
                 struct dataset *data, struct row_ngrams *ngrams)
{
    size_t maxlen = (size_t)data->facts.maxlen;
    int n[DATASET_PARTS] = {0};
    for (size_t i = 0; i < corpus->n; i++)
        n[corpus->documents[i].part]++;
    (void)lay_out(data, n);

    for (size_t i = 0; i < corpus->n; i++) {
        const struct document *document = &corpus->documents[i];
        struct rows *rows = &data->part[document->part];
        memcpy((int32_t *)rows->x + (size_t)rows->n * maxlen, corpus->ids + i * maxlen,
               maxlen * sizeof(int32_t));
        add_row_labels(corpus, document, numbers, rows);
        if (predictor_reads_ngrams(corpus->predictor))
            add_row_ngrams(corpus, i, &ngrams->list[document->part]);
        rows->length[rows->n++] = document->length;
    }
}

/* Collective. */
static void share_ngrams(const struct comm *comm, struct sparse_list *list)
{
    size_t n[2] = {list->n_rows, list->n_rows ? list->start[list->n_rows] : 0};

    comm_broadcast(comm, n, sizeof n);
    if (comm->rank > 0)
        *list = (struct sparse_list){.n_rows = n[0],
                                     .start = xcalloc(n[0] + 1, sizeof *list->start),
                                     .index = xcalloc(n[1] + 1, sizeof *list->index)};
    if (n[0] > 0)
        comm_broadcast(comm, list->start, (n[0] + 1) * sizeof *list->start);
    if (n[1] > 0)
        comm_broadcast(comm, list->index, n[1] * sizeof *list->index);
}

/* Collective. What rank 0 has read. */
static void share(const struct comm *comm, const struct predictor *predictor,
                  struct dataset *data, struct row_ngrams *ngrams, bool *is_parted)
{
    int n[DATASET_PARTS];
    size_t all = 0;
    for (int part = 0; part < DATASET_PARTS; part++)
        n[part] = data->part[part].n;

    comm_broadcast(comm, n, sizeof n);
    comm_broadcast(comm, is_parted, sizeof *is_parted);
    if (comm->rank > 0)
        all = lay_out(data, n);
    for (int part = 0; part < DATASET_PARTS; part++)
        data->part[part].n = n[part];
    all = (size_t)comm_max(comm, (double)all);
    comm_broadcast(comm, data->storage, all * sizeof(int32_t));
    if (!predictor_reads_ngrams(predictor))
        return;
    for (int part = 0; part < DATASET_PARTS; part++)
        share_ngrams(comm, &ngrams->list[part]);
    if (comm->rank > 0)
        row_ngrams_attach(ngrams, data);
}

static void print_notes(const struct corpus *corpus, const struct reader_notes *notes)
{
    const char *encoding = corpus->settings->encoding;
    int64_t n_bad = corpus->n_bad + notes->n_bad;
    if (n_bad)
        say_line(stderr,
                 "rnntrain: note: %s: %lld sequence%s not valid %s and replaced: "
                 "--encoding names another encoding",
                 corpus->source.path, (long long)n_bad, n_bad == 1 ? " is" : "s are",
                 encoding ? encoding : "UTF-8");
    left_out_note(&notes->left_out, "rnntrain", stderr);
}

static int read_corpus(struct corpus *corpus, struct dataset *data,
                       struct row_ngrams *ngrams, bool *is_parted)
{
    struct records_options records = input_records(corpus->settings);
    if (records.multi_label == CHOICE_AUTO && corpus->predictor->info.facts.multi_label)
        records.multi_label = CHOICE_YES;
    struct reader *reader =
        reader_new(&corpus->source, 1, &records, corpus->settings->encoding);
    int32_t *numbers = NULL;

    int rc = read_documents(corpus, reader);
    if (!rc)
        rc = decide(corpus, reader_notes(reader), is_parted);
    if (!rc)
        print_notes(corpus, reader_notes(reader));
    if (!rc)
        rc = number_labels(corpus, &numbers);
    if (!rc)
        fill(corpus, numbers, data, ngrams);
    if (!rc && predictor_reads_ngrams(corpus->predictor))
        row_ngrams_attach(ngrams, data);
    free(numbers);
    reader_free(reader);
    return rc;
}

int corpus_read(const struct comm *comm, const char *path,
                const struct input_settings *settings, const struct predictor *predictor,
                struct dataset *data, struct row_ngrams *ngrams, bool *is_parted)
{
    const struct facts *facts = &predictor->info.facts;
    struct corpus corpus = {.predictor = predictor,
                            .settings = settings,
                            .source = {.path = path, .part = -1}};
    size_t n = 0;
    char *labels = facts_pack_labels(facts, &n);

    *data = (struct dataset){.path = xstrdup(path), .facts = *facts};
    data->facts.has_ngrams = predictor_reads_ngrams(predictor);
    data->facts.n_ngrams = predictor->ngrams.n_features;
    facts_set_labels(&data->facts, labels);
    free(labels);
    int rc = comm->rank == 0 ? read_corpus(&corpus, data, ngrams, is_parted) : OK;
    rc = comm_agree(comm, rc);
    if (!rc && comm->size > 1)
        share(comm, predictor, data, ngrams, is_parted);

    for (int i = 0; i < corpus.n_places; i++)
        free((char *)(uintptr_t)corpus.places[i].path);
    words_release(&corpus.place_names);
    words_release(&corpus.labels);
    words_release(&corpus.label_sets);
    load_memory_release(&corpus.memory);
    text_ids_release(&corpus.text);
    ngram_features_release(&corpus.features);
    sparse_list_release(&corpus.ngrams);
    free(corpus.places);
    free(corpus.documents);
    free(corpus.ids);
    return rc;
}
