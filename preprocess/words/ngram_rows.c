#include "words/ngram_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/crew.h"

enum { TOGETHER = 128 }; /* rows that one thread takes at once */

struct finder {
    struct ngram_text text;
    struct ngram_features features;
};

struct finding {
    const struct ngram_texts *texts;
    const struct ngram_table *table;
    struct ngram_rows *rows;
    struct finder *finders;
    int32_t next, end;       /* rows of all parts */
    int part;                /* of the next row that is finished */
    int32_t finished, first; /* rows; the first of the part */
};

/* Rows and what they have. */
struct found {
    int32_t first, end;
    int32_t counts[TOGETHER];
    int32_t *features;
    size_t n, room;
};

static int take_rows(void *context, void *given, bool *end)
{
    struct finding *finding = context;
    struct found *found = given;
    int32_t left = finding->end - finding->next;
    found->first = finding->next;
    found->end = finding->next += left < TOGETHER ? left : TOGETHER;
    *end = left == 0;
    return OK;
}

static int find_rows(void *context, void *given, int number)
{
    struct finding *finding = context;
    struct found *found = given;
    struct finder *finder = &finding->finders[number];
    struct ngram_features *features = &finder->features;

    found->n = 0;
    for (int32_t row = found->first; row < found->end; row++) {
        int rc = ngram_text_read(finding->texts, row, &finder->text);
        if (rc)
            return rc;
        ngram_table_find(finding->table, finder->text.words, finder->text.n, features);

        if (found->room - found->n < features->n) {
            found->room = 2 * found->room + features->n;
            found->features =
                xrealloc(found->features, found->room, sizeof *found->features);
        }
        if (features->n)
            memcpy(found->features + found->n, features->index,
                   features->n * sizeof *found->features);
        found->n += features->n;
        found->counts[row - found->first] = (int32_t)features->n;
    }
    return OK;
}

/* Whether the part of the next row has no more. */
static bool part_is_full(const struct finding *finding)
{
    size_t n = (size_t)(finding->finished - finding->first);
    return n == finding->rows->sparse[finding->part].n_rows;
}

/* In the order of rows. */
static void note_row(struct finding *finding, int32_t count)
{
    struct ngram_rows *rows = finding->rows;

    while (part_is_full(finding)) {
        int64_t n =
            (int64_t)rows->start[finding->part][finding->finished - finding->first];
        finding->first = finding->finished;
        finding->part++;
        rows->first[finding->part] = rows->first[finding->part - 1] + n;
    }

    uint64_t *start = rows->start[finding->part] + (finding->finished++ - finding->first);
    start[1] = start[0] + (uint64_t)count;
    rows->n_empty += count == 0;
}

static int finish_rows(void *context, void *given)
{
    struct finding *finding = context;
    const struct found *found = given;
    for (int32_t row = found->first; row < found->end; row++)
        note_row(finding, found->counts[row - found->first]);
    return spool_append(&finding->rows->spool, found->features, found->n);
}

static void release_found(void *given)
{
    struct found *found = given;
    free(found->features);
}

int ngram_rows_find(const struct ngram_texts *texts, const struct ngram_table *table,
                    const char *output, int n_threads, struct ngram_rows *rows)
{
    struct finding finding = {.texts = texts, .table = table, .rows = rows};
    for (int part = 0; part < DATASET_ALL_PARTS; part++) {
        size_t n = (size_t)ngram_texts_rows(texts, (enum dataset_part)part);
        rows->start[part] = xcalloc(n + 1, sizeof *rows->start[part]);
        rows->sparse[part] = (struct sparse){.n_rows = n, .start = rows->start[part]};
        finding.end += (int32_t)n;
    }

    int rc = spool_open(&rows->spool, output);
    if (rc)
        return rc;

    finding.finders = xcalloc((size_t)n_threads, sizeof *finding.finders);
    const struct crew_job job = {&finding,    sizeof(struct found), take_rows, find_rows,
                                 finish_rows, release_found,        0};
    rc = crew_run(&job, n_threads);

    for (int i = 0; i < n_threads; i++) {
        ngram_text_release(&finding.finders[i].text);
        ngram_features_release(&finding.finders[i].features);
    }
    free(finding.finders);
    return rc;
}

void ngram_rows_release(struct ngram_rows *rows)
{
    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        free(rows->start[part]);
    spool_close(&rows->spool);
    *rows = (struct ngram_rows){0};
}
