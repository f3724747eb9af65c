#include "words/encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/crew.h"

#include "files/h5_write.h"

enum { STOP = -1, BEYOND = -2 };

struct worker {
    struct spool_reader reader;
    struct h5_packer *packer;
    char *ids;         /* of a chunk */
    int32_t *row;      /* maxlen */
    int32_t *document; /* ids of a document before padding */
    size_t room;
};

struct run {
    const struct encoding *encoding;
    struct dataset *data;
    struct dataset_writer *writer;
    struct tally *tally, *unlabelled;
    struct worker *workers;
    int32_t *ids;            /* of the spool's numbers; 0: none; STOP; BEYOND num_words */
    int32_t unknown, beyond; /* the ids of those that have none */
    int32_t start;           /* what a text begins with; 0: its first word */
    int first[DATASET_PARTS]; /* row of all labelled rows */
    bool gave_tokenizer;      /* as an item */
    int part;                 /* of the next chunk */
    size_t chunk;
};

/* A chunk of rows; or the tokenizer's JSON, which takes as long as fifty of them. */
enum { ITEMS = 64 };

struct item {
    bool is_tokenizer;
    int part;
    size_t chunk;
    char *packed;
    size_t n_packed, room;
    struct tally tally;
};

static int take(void *context, void *given, bool *end)
{
    struct run *run = context;
    struct item *item = given;
    const struct dataset *data = run->data;

    item->is_tokenizer = !run->gave_tokenizer;
    if (item->is_tokenizer) {
        run->gave_tokenizer = true;
        return OK;
    }

    while (run->part < DATASET_ALL_PARTS &&
           (data->part[run->part].n == 0 ||
            run->chunk * dataset_chunk_rows(data, (enum dataset_part)run->part) >=
                (size_t)data->part[run->part].n)) {
        run->part++;
        run->chunk = 0;
    }

    *end = run->part == DATASET_ALL_PARTS;
    item->part = run->part;
    item->chunk = run->chunk++;
    item->tally = (struct tally){0};
    return OK;
}

/* A document's ids; the result is their number. */
static size_t find_ids(const struct run *run, struct worker *worker,
                       const int32_t *numbers, int32_t n_numbers, struct tally *tally)
{
    size_t n = 0, n_stops = 0, n_unknown = 0;

    if (worker->room <= (size_t)n_numbers) {
        worker->room = 2 * (size_t)n_numbers + 1;
        worker->document = xrealloc(worker->document, worker->room, sizeof(int32_t));
    }

    if (run->start)
        worker->document[n++] = run->start;
    for (int32_t i = 0; i < n_numbers; i++) {
        int32_t id = run->ids[numbers[i]];
        n_stops += id == STOP;
        n_unknown += id == 0 || id == BEYOND;
        id = id == 0 ? run->unknown : id == BEYOND ? run->beyond : id;
        worker->document[n] = id;
        n += id > 0;
    }

    tally->n_words += n_numbers - (int64_t)n_stops;
    tally->n_unknown += (int64_t)n_unknown;
    tally->n_ids += (int64_t)n;
    return n;
}

/* The ids of the spool's numbers; the caller's to free. */
static int32_t *ids_of_numbers(const struct encoding *encoding)
{
    int32_t *ids = xcalloc((size_t)encoding->n_numbers, sizeof *ids);
    for (int32_t i = 0; i < encoding->n_numbers; i++) {
        int32_t word = encoding->map[i];
        if (word < 0)
            ids[i] = word == TEXT_STOP ? STOP : 0;
        else if (text_is_beyond(encoding->tokenizer, word))
            ids[i] = BEYOND;
        else
            ids[i] = text_known_id(encoding->tokenizer, word);
    }
    return ids;
}

static void store_row(const struct facts *facts, const int32_t *row, char *to)
{
    bool is_short = facts_id_bytes(facts) == 2;
    for (int t = 0; t < facts->maxlen; t++)
        if (is_short)
            ((uint16_t *)to)[t] = (uint16_t)row[t];
        else
            ((int32_t *)to)[t] = row[t];
}

static void store_labels(const struct corpus *corpus, const struct document *document,
                         struct rows *rows, int row)
{
    if (!rows->n_labels) {
        rows->y[row] = document->label;
        return;
    }

    uint8_t *labels = rows->multi_hot + (size_t)row * (size_t)rows->n_labels;
    for (int32_t k = 0; k < corpus_n_labels(corpus, document); k++)
        labels[corpus_label(corpus, document, k)] = 1;
}

/* What is known of a labelled row alone. */
static void note_labelled(const struct run *run, int part, int row, int32_t length)
{
    const struct corpus *corpus = run->encoding->corpus;
    int at = run->first[part] + row;
    store_labels(corpus, &corpus->documents[corpus->rows[at]], &run->data->part[part],
                 row);
    run->tally->lengths[at] = length;
}

static const struct document *document_of(const struct run *run, int part, int row)
{
    const struct encoding *encoding = run->encoding;
    bool is_labelled = part != DATASET_UNLABELLED;
    const struct corpus *corpus = is_labelled ? encoding->corpus : encoding->unlabelled;
    return &corpus->documents[corpus->rows[is_labelled ? run->first[part] + row : row]];
}

static int fill_row(const struct run *run, struct worker *worker, struct item *item,
                    int row, char *to)
{
    const struct encoding *encoding = run->encoding;
    struct dataset *data = run->data;
    const struct document *document = document_of(run, item->part, row);
    const int32_t *numbers = NULL;

    int rc = spool_read(encoding->spool, &worker->reader, document->words_at,
                        (size_t)document->n_words, &numbers);
    if (rc)
        return rc;

    size_t n = find_ids(run, worker, numbers, document->n_words, &item->tally);
    int kept =
        text_pad(text_settings(encoding->tokenizer), worker->document, n, worker->row);
    store_row(&data->facts, worker->row, to);

    data->part[item->part].length[row] = kept;
    if (item->part != DATASET_UNLABELLED)
        note_labelled(run, item->part, row, (int32_t)n);
    item->tally.n_truncated += (int64_t)n - kept;
    item->tally.n_longer += n > (size_t)kept;
    item->tally.n_empty += n == (run->start != 0);
    return OK;
}

static int encode_chunk(struct run *run, struct item *item, int number)
{
    struct worker *worker = &run->workers[number];
    enum dataset_part part = (enum dataset_part)item->part;
    size_t rows = (size_t)run->data->part[part].n;
    size_t chunk_rows = dataset_chunk_rows(run->data, part);
    size_t row_bytes = dataset_row_bytes(run->data);
    size_t first = item->chunk * chunk_rows, n_packed = 0;
    size_t n = rows - first < chunk_rows ? rows - first : chunk_rows;

    if (!worker->packer) {
        worker->packer = h5_packer_new();
        worker->row = xcalloc((size_t)run->data->facts.maxlen, sizeof *worker->row);
    }

    worker->ids = xrealloc(worker->ids, chunk_rows, row_bytes);
    for (size_t i = 0; i < n; i++) {
        int rc =
            fill_row(run, worker, item, (int)(first + i), worker->ids + i * row_bytes);
        if (rc)
            return rc;
    }

    memset(worker->ids + n * row_bytes, 0, (chunk_rows - n) * row_bytes);
    const void *packed =
        dataset_pack(run->data, part, worker->packer, worker->ids, &n_packed);
    if (item->room < n_packed) {
        item->room = n_packed + n_packed / 4;
        item->packed = xrealloc(item->packed, item->room, 1);
    }
    memcpy(item->packed, packed, n_packed);
    item->n_packed = n_packed;
    return OK;
}

static int work(void *context, void *given, int number)
{
    struct run *run = context;
    struct item *item = given;
    if (!item->is_tokenizer)
        return encode_chunk(run, item, number);
    run->data->tokenizer = text_to_json(run->encoding->tokenizer, false);
    run->data->kept = text_to_json(run->encoding->tokenizer, true);
    return OK;
}

static int finish(void *context, void *given)
{
    struct run *run = context;
    const struct item *item = given;
    struct tally *tally = item->part == DATASET_UNLABELLED ? run->unlabelled : run->tally;
    if (item->is_tokenizer) {
        dataset_write_tokenizer(run->writer);
        return OK;
    }

    dataset_write_ids(run->writer, (enum dataset_part)item->part, item->chunk,
                      item->packed, item->n_packed);
    tally->n_words += item->tally.n_words;
    tally->n_unknown += item->tally.n_unknown;
    tally->n_ids += item->tally.n_ids;
    tally->n_truncated += item->tally.n_truncated;
    tally->n_longer += item->tally.n_longer;
    tally->n_empty += item->tally.n_empty;
    return OK;
}

static void release(void *given)
{
    struct item *item = given;
    free(item->packed);
}

static void release_workers(struct worker *workers, int n)
{
    for (int i = 0; i < n; i++) {
        spool_reader_release(&workers[i].reader);
        h5_packer_free(workers[i].packer);
        free(workers[i].ids);
        free(workers[i].row);
        free(workers[i].document);
    }
    free(workers);
}

int encode_write(const struct encoding *encoding, struct dataset *data,
                 struct tally *tally, struct tally *unlabelled)
{
    struct run run = {
        .encoding = encoding, .data = data, .tally = tally, .unlabelled = unlabelled};
    int n_threads = encoding->n_threads, n_rows = 0;
    int rc = dataset_create(data, &run.writer);
    if (rc)
        return rc;
    for (int part = 0; part < DATASET_PARTS; part++) {
        run.first[part] = n_rows;
        n_rows += data->part[part].n;
    }

    run.workers = xcalloc((size_t)n_threads, sizeof *run.workers);
    run.ids = ids_of_numbers(encoding);
    run.unknown = text_unknown_id(encoding->tokenizer);
    run.beyond = text_beyond_id(encoding->tokenizer);
    run.start = text_start_id(encoding->tokenizer);
    tally->lengths = xcalloc((size_t)n_rows, sizeof *tally->lengths);

    struct crew_job job = {&run, sizeof(struct item), take, work, finish, release, ITEMS};
    rc = crew_run(&job, n_threads);
    if (!rc && encoding->ngrams)
        rc = ngram_rows_write(encoding->ngrams, data, run.writer, n_threads);
    release_workers(run.workers, n_threads);
    free(run.ids);
    if (!rc)
        return dataset_finish(run.writer);
    dataset_abandon(run.writer);
    return rc;
}
