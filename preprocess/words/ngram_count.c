#include "words/ngram_count.h"

#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "base/crew.h"
#include "words/ngram_bins.h"

/* Documents that are cut into n-grams together by one thread; sheets that are counted
 * together, bin by bin. */
enum { SHEET_WORDS = 1 << 16, SHEETS = 32, CHARACTERS_A_WORD = 8 };

struct sheet {
    int32_t first, end;    /* rows */
    struct ngram_met *met; /* bin by bin, in the order of rows */
    size_t room, begin[NGRAM_BINS + 1];
};

struct worker {
    struct ngram_text text;
    int32_t *found;
    size_t found_room;
    struct ngram_met *met; /* of a sheet, in the order of rows */
    size_t n, room;
};

struct run {
    struct ngram_texts *texts;
    const struct ngram_counting *options;
    struct ngram_kept *kept;
    int k;                   /* words or characters of the n-grams that are counted */
    int32_t first_character; /* the places from there on are characters' */
    struct pairs children;   /* (n-gram kept, word) -> n-gram kept */
    struct worker *workers;
    struct sheet sheets[SHEETS];
    int n_sheets, taken; /* sheets or bins */
    struct ngram_bin bins[NGRAM_BINS];
};

static void no_release(void *item)
{
    (void)item;
}

static int no_finish(void *context, void *item)
{
    (void)context;
    (void)item;
    return OK;
}

/* Hands out the numbers 0 .. n - 1. */
static void take_number(struct run *run, int n, int *item, bool *end)
{
    *end = run->taken == n;
    *item = run->taken++;
}

static int take_sheet(void *context, void *item, bool *end)
{
    struct run *run = context;
    take_number(run, run->n_sheets, item, end);
    return OK;
}

static int take_bin(void *context, void *item, bool *end)
{
    struct run *run = context;
    take_number(run, NGRAM_BINS, item, end);
    return OK;
}

/* Adds the n-grams of k words or characters of a document. */
static void meet(const struct run *run, struct worker *worker, int32_t row)
{
    const struct ngram_counting *options = run->options;
    size_t n_words = worker->text.n_words, k = (size_t)run->k;
    size_t first = run->k > options->n ? n_words : 0; /* else words are too short */
    size_t n = (run->k > options->characters ? n_words : worker->text.n) - first;
    const int32_t *words = worker->text.words + first;
    if (n < k)
        return;

    if (worker->found_room < n) {
        worker->found_room = n + n / 2;
        worker->found = xrealloc(worker->found, worker->found_room, sizeof(int32_t));
    }
    if (worker->room - worker->n < n) {
        worker->room = 2 * worker->room + n;
        worker->met = xrealloc(worker->met, worker->room, sizeof *worker->met);
    }

    int32_t *found = memcpy(worker->found, words, n * sizeof *found);
    for (size_t some = 1; some + 1 < k; some++)
        pairs_extend(&run->children, words, n, some, found);

    for (size_t i = 0; i + k <= n; i++) {
        struct ngram_met *met = &worker->met[worker->n];
        *met = k == 1 ? (struct ngram_met){-1, words[i], row}
                      : (struct ngram_met){found[i], words[i + k - 1], row};
        worker->n += k == 1 ? words[i] >= 0 : found[i] >= 0 && found[i + 1] >= 0;
    }
}

/* What was met goes to the sheet, sorted by bins, else as it was. */
static void sort_by_bins(const struct worker *worker, struct sheet *sheet)
{
    size_t at[NGRAM_BINS] = {0}, n = 0;

    if (sheet->room < worker->n) {
        sheet->room = worker->n;
        sheet->met = xrealloc(sheet->met, sheet->room, sizeof *sheet->met);
    }
    for (size_t i = 0; i < worker->n; i++)
        at[ngram_bin_of(&worker->met[i])]++;

    for (int bin = 0; bin < NGRAM_BINS; bin++) {
        sheet->begin[bin] = n;
        n += at[bin];
        at[bin] = sheet->begin[bin];
    }
    sheet->begin[NGRAM_BINS] = n;

    for (size_t i = 0; i < worker->n; i++)
        sheet->met[at[ngram_bin_of(&worker->met[i])]++] = worker->met[i];
}

static int work_sheet(void *context, void *item, int number)
{
    struct run *run = context;
    struct sheet *sheet = &run->sheets[*(const int *)item];
    struct worker *worker = &run->workers[number];

    worker->n = 0;
    for (int32_t row = sheet->first; row < sheet->end; row++) {
        int rc = ngram_text_read(run->texts, row, &worker->text);
        if (rc)
            return rc;
        meet(run, worker, row);
    }
    sort_by_bins(worker, sheet);
    return OK;
}

static int work_bin(void *context, void *item, int number)
{
    struct run *run = context;
    int bin = *(const int *)item;
    (void)number;

    for (int i = 0; i < run->n_sheets; i++) {
        const struct sheet *sheet = &run->sheets[i];
        ngram_bin_count(&run->bins[bin], sheet->met + sheet->begin[bin],
                        sheet->begin[bin + 1] - sheet->begin[bin]);
    }
    return OK;
}

/* Lays out sheets from a row on; returns the row behind them. */
static int32_t lay_out(struct run *run, int32_t row)
{
    const struct corpus *corpus = run->texts->corpus;
    int32_t end = corpus->n_of_part[DATASET_TRAIN];
    int a_word = run->options->characters ? 1 + CHARACTERS_A_WORD : 1;

    for (run->n_sheets = 0; run->n_sheets < SHEETS && row < end; run->n_sheets++) {
        struct sheet *sheet = &run->sheets[run->n_sheets];
        int64_t n = 0;
        sheet->first = row;
        while (row < end && n < SHEET_WORDS)
            n += 1 + (int64_t)a_word * corpus->documents[corpus->rows[row++]].n_words;
        sheet->end = row;
    }
    return row;
}

static int count_sheets(struct run *run)
{
    const struct crew_job cutting = {run,       sizeof(int), take_sheet, work_sheet,
                                     no_finish, no_release,  0};
    const struct crew_job counting = {run,       sizeof(int), take_bin, work_bin,
                                      no_finish, no_release,  0};

    run->taken = 0;
    int rc = crew_run(&cutting, run->options->n_threads);
    run->taken = 0;
    return rc ? rc : crew_run(&counting, run->options->n_threads);
}

static void show_progress(const struct run *run, int32_t row)
{
    if (run->options->shows_progress)
        say(stderr, "\rcounted n-grams of length %d in %d documents", run->k, row);
}

/* Characters that only one document has side by side say no more than its words do. */
static bool is_kept(const struct run *run, struct ngram_counted counted)
{
    int32_t least = run->options->min_documents;
    int32_t place = run->k == 1 ? counted.word : run->kept->places[counted.word];
    bool is_of_characters = place >= run->first_character;

    return counted.documents >= (is_of_characters && least < 2 ? 2 : least);
}

/* Keeps what is in enough documents, numbered by bins. */
static int keep(struct run *run)
{
    struct ngram_kept *kept = run->kept;
    int64_t n = kept->n;

    for (int bin = 0; bin < NGRAM_BINS; bin++)
        for (int32_t i = 0; i < run->bins[bin].n; i++)
            n += is_kept(run, run->bins[bin].counted[i]);
    if (n > INT32_MAX)
        return fail(ERR_USAGE,
                    "%lld n-grams, more than %d: give a larger --ngram-min-count, or an "
                    "--ngram-limit",
                    (long long)n, INT32_MAX);

    kept->parent = xrealloc(kept->parent, (size_t)n + 1, sizeof *kept->parent);
    kept->word = xrealloc(kept->word, (size_t)n + 1, sizeof *kept->word);
    kept->documents = xrealloc(kept->documents, (size_t)n + 1, sizeof *kept->documents);
    pairs_reserve(&run->children, (size_t)n);

    for (int bin = 0; bin < NGRAM_BINS; bin++)
        for (int32_t i = 0; i < run->bins[bin].n; i++) {
            struct ngram_counted counted = run->bins[bin].counted[i];
            if (!is_kept(run, counted))
                continue;
            kept->parent[kept->n] = counted.parent;
            kept->word[kept->n] = counted.word;
            kept->documents[kept->n] = counted.documents;
            if (counted.parent >= 0)
                pairs_add(&run->children, counted.parent, counted.word, kept->n);
            kept->n++;
        }
    return OK;
}

static int count_length(struct run *run)
{
    struct ngram_kept *kept = run->kept;
    int64_t n_forgotten = 0;
    int32_t end = run->texts->corpus->n_of_part[DATASET_TRAIN];
    int rc = OK;

    for (int32_t row = 0; row < end && !rc;) {
        row = lay_out(run, row);
        rc = count_sheets(run);
        n_forgotten += ngram_bins_forget(run->bins, run->options->limit);
        show_progress(run, row);
    }

    kept->tally.n_met[run->k - 1] = ngram_bins_count(run->bins) + n_forgotten;
    kept->tally.n_forgotten += n_forgotten;
    if (!rc)
        rc = keep(run);
    kept->first[run->k] = kept->n;
    kept->tally.n_kept[run->k - 1] = kept->n - kept->first[run->k - 1];
    ngram_bins_release(run->bins);
    return rc;
}

/* From places to the words that were kept. */
static void number_words(struct ngram_texts *texts, int32_t n_places,
                         struct ngram_kept *kept)
{
    int32_t *words = xcalloc((size_t)n_places, sizeof *words);
    for (int32_t place = 0; place < n_places; place++)
        words[place] = NGRAM_UNKNOWN;

    kept->places = xcalloc((size_t)kept->n, sizeof *kept->places);
    for (int32_t i = 0; i < kept->n; i++) {
        kept->places[i] = kept->word[i];
        words[kept->word[i]] = i;
        kept->word[i] = i;
    }

    for (int32_t i = 0; i < texts->n_numbers; i++)
        if (texts->map[i] >= 0)
            texts->map[i] = words[texts->map[i]];
    for (int i = 0; i < TEXT_MARKS; i++)
        if (texts->marks[i] >= 0)
            texts->marks[i] = words[texts->marks[i]];
    for (int32_t i = 0; i < texts->spellings.characters.n; i++)
        texts->spellings.map[i] = words[texts->spellings.map[i]];
    free(words);
}

static void release(struct run *run)
{
    for (int i = 0; i < run->options->n_threads; i++) {
        ngram_text_release(&run->workers[i].text);
        free(run->workers[i].found);
        free(run->workers[i].met);
    }
    for (int i = 0; i < SHEETS; i++)
        free(run->sheets[i].met);
    free(run->workers);
    pairs_release(&run->children);
    free(run);
}

int ngram_count(struct ngram_texts *texts, int32_t n_places,
                const struct ngram_counting *options, struct ngram_kept *kept)
{
    struct run *run = xcalloc(1, sizeof *run);
    int rc = OK;
    run->texts = texts;
    run->options = options;
    run->kept = kept;
    run->first_character = n_places - texts->spellings.characters.n;
    run->workers = xcalloc((size_t)options->n_threads, sizeof *run->workers);

    int longest = options->n > options->characters ? options->n : options->characters;
    for (run->k = 1; run->k <= longest && !rc; run->k++) {
        rc = count_length(run);
        if (!rc && run->k == 1)
            number_words(texts, n_places, kept);
    }

    release(run);
    if (options->shows_progress)
        say(stderr, "\r%60s\r", "");
    return rc;
}

void ngram_kept_release(struct ngram_kept *kept)
{
    free(kept->parent);
    free(kept->word);
    free(kept->documents);
    free(kept->places);
    *kept = (struct ngram_kept){0};
}
