#include "words/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/say.h"
#include "corpus/examine.h"
#include "base/crew.h"
#include "words/marks.h"
#include "input/load.h"

/* A worker numbers the words that it meets by itself, from block to block; the numbers of
 * the corpus are found in the order of blocks, when one is finished. */
enum { MOST_WORDS = 1 << 18 }; /* then it begins anew */

struct worker {
    struct load_memory memory;
    struct text_cut cut;
    struct words words;
    /* of the finishing side: */
    int32_t *places; /* in the vocabulary, of the worker's words */
    int32_t n_places, room;
    struct word *fresh; /* (fresh_room) */
    size_t fresh_room;
};

/* A block and what became of it. */
struct item {
    struct block block;
    struct result {
        unsigned char hash[CORPUS_HASH_BYTES];
        struct text_look look;
        size_t n_text; /* bytes */
    } * results;       /* (block.n) */
    char *texts;       /* one behind the other, where they are kept */
    size_t n_texts, texts_room;
    struct marks_counts *counts; /* (block.n) */
    size_t results_room;
    struct marks marks;
    int32_t *words; /* of all documents, by the worker's numbers */
    size_t n_words, words_room;
    int worker;
    bool begins_anew; /* the worker's numbers start from 0 again */
    size_t fresh;     /* words that are new to the worker: n_fresh strings, one behind */
    int32_t n_fresh;  /* the other, in block.strings */
    int32_t first_fresh; /* the worker's number of the first */
};

struct run {
    const struct intake *intake;
    struct worker *workers;
    double began, shown; /* seconds */
};

static int take(void *context, void *given, bool *end)
{
    struct run *run = context;
    struct item *item = given;
    struct block *first = run->intake->first;
    block_clear(&item->block);
    if (first && first->n > 0) {
        const struct block taken = *first;
        *first = item->block;
        item->block = taken;
        first->n = 0;
        return OK;
    }
    return reader_take(run->intake->reader, &item->block, end);
}

static void hash_text(const char *text, size_t n, unsigned char hash[CORPUS_HASH_BYTES])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(text, n));
    memcpy(hash, canonical.digest, CORPUS_HASH_BYTES);
}

static void need_words(struct item *item, size_t n)
{
    if (item->words_room - item->n_words < n) {
        item->words_room = 2 * item->words_room + n;
        item->words = xrealloc(item->words, item->words_room, sizeof *item->words);
    }
}

static void keep_text(struct item *item, const char *text, size_t n)
{
    if (item->texts_room - item->n_texts < n) {
        item->texts_room = 2 * item->texts_room + n;
        item->texts = xrealloc(item->texts, item->texts_room, 1);
    }
    if (n)
        memcpy(item->texts + item->n_texts, text, n);
    item->n_texts += n;
}

/* The words that were cut become the worker's numbers; new ones go into the block, to get
 * the corpus's. Returns how many words there are. */
static int32_t number_words(struct worker *worker, struct item *item)
{
    const struct text_cut *cut = &worker->cut;
    if (cut->n > INT32_MAX)
        die("a document of %zu words", cut->n);

    need_words(item, cut->n);
    int32_t *to = item->words + item->n_words, n_before = worker->words.n;
    words_add_all(&worker->words, cut->words, cut->n, to);
    for (size_t i = 0; i < cut->n && n_before < worker->words.n; i++)
        if (to[i] == n_before) {
            block_add_string(&item->block, cut->words[i].text, cut->words[i].n);
            n_before++;
        }

    item->n_words += cut->n;
    return (int32_t)cut->n;
}

static int work(void *context, void *given, int number)
{
    struct run *run = context;
    struct item *item = given;
    struct worker *worker = &run->workers[number];
    struct block *block = &item->block;
    bool limited = run->intake->vocabulary->limit > 0; /* forgets words between blocks */

    item->worker = number;
    item->n_words = item->marks.n = item->n_texts = 0;
    worker->cut.keeps_marks = run->intake->keeps_marks;
    item->begins_anew = limited || worker->words.n > MOST_WORDS;
    item->fresh = block->n_strings;
    if (item->begins_anew)
        words_clear(&worker->words);
    item->first_fresh = worker->words.n;

    if (item->results_room < block->n) {
        item->results_room = block->n;
        item->results = xrealloc(item->results, block->n, sizeof *item->results);
        item->counts = xrealloc(item->counts, block->n, sizeof *item->counts);
    }

    for (size_t i = 0; i < block->n; i++) {
        const char *text = NULL;
        size_t n = 0;
        int rc = load_text(run->intake->corpus->sources, run->intake->encoding, block,
                           &block->documents[i], &worker->memory, &text, &n);
        if (rc)
            return rc;

        hash_text(text, n, item->results[i].hash);
        item->results[i].look = text_look(text, n);
        item->results[i].n_text = n;
        if (run->intake->texts)
            keep_text(item, text, n);
        text_cut(run->intake->tokenizer, text, n, &worker->cut);
        item->counts[i].n_marks =
            run->intake->keeps_marks
                ? marks_take(run->intake->tokenizer, &worker->cut, &item->marks)
                : 0;
        item->counts[i].n_words = number_words(worker, item);
    }

    item->n_fresh = worker->words.n - item->first_fresh;
    return OK;
}

/* Finds the places of the worker's new words, block after block. */
static void place_fresh(const struct run *run, const struct item *item)
{
    struct worker *worker = &run->workers[item->worker];
    const char *fresh = item->block.strings + item->fresh;
    if (item->begins_anew)
        worker->n_places = 0;
    if (worker->n_places != item->first_fresh)
        die("blocks of a worker are out of order");
    if (worker->room - worker->n_places < item->n_fresh) {
        worker->room = 2 * worker->room + item->n_fresh;
        worker->places =
            xrealloc(worker->places, (size_t)worker->room, sizeof *worker->places);
    }

    size_t n = (size_t)item->n_fresh;
    if (worker->fresh_room < n) {
        worker->fresh_room = 2 * n;
        worker->fresh = xrealloc(worker->fresh, 2 * n, sizeof *worker->fresh);
    }

    for (size_t i = 0; i < n; i++, fresh += worker->fresh[i - 1].n + 1)
        worker->fresh[i] = (struct word){fresh, strlen(fresh)};
    vocabulary_find_places(run->intake->vocabulary, worker->fresh, n,
                           worker->places + worker->n_places);
    worker->n_places += item->n_fresh;
}

static void show_progress(struct run *run)
{
    double now = seconds_now();
    if (!run->intake->shows_progress || now - run->shown < 0.5)
        return;
    run->shown = now;
    fprintf(stderr, "\rread %d documents, %lld words, %.0f s",
            run->intake->corpus->n_documents, (long long)run->intake->spool->n,
            now - run->began);
}

static int refuse(const struct intake *intake, const struct document *document,
                  const struct block_document *from)
{
    char *name = corpus_name(intake->corpus, document);
    int rc =
        fail(ERR_FORMAT,
             "%s: byte %zu is not valid %s%s; repair the file, or leave --strict out to "
             "have it replaced",
             name, from->first_bad, intake->encoding ? intake->encoding : "UTF-8",
             from->line ? " (of the text)" : "");
    free(name);
    return rc;
}

static int finish(void *context, void *given)
{
    struct run *run = context;
    struct item *item = given;
    const struct intake *intake = run->intake;
    place_fresh(run, item);

    const int32_t *places = run->workers[item->worker].places;
    for (size_t i = 0; i < item->n_words; i++)
        item->words[i] = places[item->words[i]];
    vocabulary_meet(intake->vocabulary, item->words, item->n_words);

    int64_t at = intake->spool->n, text_at = intake->texts ? intake->texts->n : 0;
    for (size_t i = 0; i < item->block.n; i++) {
        const struct block_document *from = &item->block.documents[i];
        struct document *document = corpus_add(intake->corpus, &item->block, from);
        document->words_at = at;
        document->n_words = item->counts[i].n_words;
        memcpy(document->hash, item->results[i].hash, sizeof document->hash);
        document->look = item->results[i].look;
        document->text_at = text_at;
        text_at += (int64_t)item->results[i].n_text;
        at += document->n_words + (intake->keeps_marks ? 1 + item->counts[i].n_marks : 0);
        if (from->n_bad && intake->strict)
            return refuse(intake, document, from);
    }

    int rc = corpus_check_labels(intake->corpus);
    if (!rc && intake->texts)
        rc = text_spool_append(intake->texts, item->texts, item->n_texts);
    if (rc)
        return rc;

    vocabulary_end_block(intake->vocabulary);
    show_progress(run);
    return intake->keeps_marks ? marks_spool(&item->marks, item->words, item->counts,
                                             item->block.n, intake->spool)
                               : spool_append(intake->spool, item->words, item->n_words);
}

static void release(void *given)
{
    struct item *item = given;
    block_release(&item->block);
    free(item->results);
    free(item->counts);
    free(item->texts);
    free(item->words);
    marks_release(&item->marks);
}

int intake_run(const struct intake *intake)
{
    struct run run = {.intake = intake, .began = seconds_now()};
    run.workers = xcalloc((size_t)intake->n_threads, sizeof *run.workers);
    run.shown = run.began;

    struct crew_job job = {&run, sizeof(struct item), take, work, finish, release, 0};
    int rc = crew_run(&job, intake->n_threads);

    for (int i = 0; i < intake->n_threads; i++) {
        struct worker *worker = &run.workers[i];
        load_memory_release(&worker->memory);
        text_cut_release(&worker->cut);
        words_release(&worker->words);
        free(worker->places);
        free(worker->fresh);
    }
    free(run.workers);

    if (run.shown > run.began)
        say(stderr, "\r%60s\r", "");

    const struct reader_notes *notes = reader_notes(intake->reader);
    if (!rc && notes->n_bad && intake->strict)
        rc = fail(ERR_FORMAT,
                  "%s is not valid in %s; repair the file, or leave --strict out to have "
                  "it replaced",
                  notes->bad,
                  intake->encoding ? intake->encoding : "the encoding of its mark");
    return rc;
}
