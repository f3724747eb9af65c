/* Which kinds of text are judged well: by their length, and by how many of their words
 * the model does not know. Needs the data set. */
#include <stdlib.h>
#include <string.h>

#include "report/plot.h"
#include "report/sections.h"

enum { MOST_SLICES = 6 };

/* A row: what it is sorted by, and whether it was judged rightly. */
struct sorted {
    double key;
    bool is_right;
};

static int compare(const void *left, const void *right)
{
    const struct sorted *a = left, *b = right;
    return (a->key > b->key) - (a->key < b->key);
}

/* Rows of neighbouring keys, of which none is in two slices. */
struct slice {
    double low, high;
    int n, n_right;
};

static int cut(struct sorted *rows, int n, struct slice slices[MOST_SLICES])
{
    int n_slices = 0, begin = 0;
    qsort(rows, (size_t)n, sizeof *rows, compare);

    for (int s = 1; s <= MOST_SLICES && begin < n; s++) {
        int end = (int)((int64_t)n * s / MOST_SLICES);
        while (end > begin && end < n && rows[end].key == rows[end - 1].key)
            end++;
        if (end <= begin)
            continue;
        struct slice *slice = &slices[n_slices++];
        *slice = (struct slice){rows[begin].key, rows[end - 1].key, end - begin, 0};
        for (; begin < end; begin++)
            slice->n_right += rows[begin].is_right;
    }
    return n_slices;
}

/* What the rows are sorted by. */
struct kind {
    const char *title, *name;
    double scale; /* of a key, to be shown */
    int digits;
};

static double share_of(const struct slice *slice)
{
    return (double)slice->n_right / slice->n;
}

static void write_table(struct page *page, const struct kind *kind,
                        const struct slice *slices, int n)
{
    const char *columns[] = {kind->name, "#Rows", "#Judged rightly", NULL};

    page_table(page, kind->title, columns);
    for (int i = 0; i < n; i++) {
        char *low = xasprintf("%.*f", kind->digits, slices[i].low * kind->scale);
        char *high = xasprintf("%.*f", kind->digits, slices[i].high * kind->scale);
        char *range = strcmp(low, high) ? xasprintf("%s to %s", low, high) : xstrdup(low);
        page_row(page, range);
        page_cell_count(page, slices[i].n);
        page_cell_number(page, share_of(&slices[i]), 4);
        page_row_end(page);
        free(range);
        free(high);
        free(low);
    }
    page_table_end(page);
}

/* A point a slice, from the top of the table: their ranges stand there. */
static void draw(struct page *page, const struct kind *kind, const struct slice *slices,
                 int n)
{
    struct plot plot = {.page = page, .x = {0.7, n + 0.3}, .whole_x = true};
    struct plot_range range = plot_nothing();
    double x[MOST_SLICES], y[MOST_SLICES];
    for (int i = 0; i < n; i++) {
        x[i] = i + 1;
        y[i] = share_of(&slices[i]);
        plot_widen(&range, y[i]);
    }
    plot.y = plot_with_room(range);

    const struct plot_text text = {kind->title,
                                   "The share of rows that were judged rightly, slice by "
                                   "slice; the table has the numbers.",
                                   "slice, as in the table from the top",
                                   "share judged rightly"};
    plot_begin(&plot, &text);
    plot_line(&plot, 0, PLOT_SOLID, n, x, y);
    for (int i = 0; i < n; i++) {
        char *said = xasprintf("%.*f to %.*f: %.4f of %d rows", kind->digits,
                               slices[i].low * kind->scale, kind->digits,
                               slices[i].high * kind->scale, y[i], slices[i].n);
        plot_point(&plot, 0, x[i], y[i], said);
        free(said);
    }
    plot_end(&plot);
}

static void write_kind(struct page *page, const struct kind *kind, struct sorted *rows,
                       int n)
{
    struct slice slices[MOST_SLICES];
    int n_slices = cut(rows, n, slices);
    if (n_slices < 2)
        return;

    page_markup(page, "<div class=\"charts\">\n");
    draw(page, kind, slices, n_slices);
    write_table(page, kind, slices, n_slices);
    page_markup(page, "</div>\n");
}

/* Ids of a row that stand for words the model does not know. */
static int count_unknown(const struct rows *rows, int row, const void *ids,
                         int32_t unknown, int32_t *room)
{
    int n = 0, length = rows->length[row];

    rows_ids(rows, ids, rows_first_word(rows, row), length, room);
    for (int t = 0; t < length; t++)
        n += room[t] == unknown;
    return n;
}

/* Shares of unknown words; false where they were dropped, or cannot be read. */
static bool find_unknown(struct dossier *dossier, const struct judged *judged,
                         struct sorted *sorted)
{
    const struct rows *rows = &dossier->data.part[judged->rows->of];
    int32_t unknown = dossier->tokenizer ? text_unknown_id(dossier->tokenizer) : 0;
    struct dataset_reader *reader = NULL;
    if (unknown == 0 ||
        dataset_reader_open(&dossier->data, judged->rows->of, &reader) != OK)
        return false;

    void *ids = xcalloc(1, dataset_row_bytes(&dossier->data));
    int32_t *room = xcalloc((size_t)rows->maxlen + 1, sizeof *room);
    int rc = OK;
    for (int i = 0; i < judged->rows->n && !rc; i++) {
        int row = judged->rows->row[i], length = rows->length[row];
        rc = dataset_reader_row(reader, row, ids);
        if (!rc && length > 0)
            sorted[i].key = (double)count_unknown(rows, row, ids, unknown, room) / length;
        sorted[i].is_right = judged_is_right(judged, i);
    }
    free(room);
    free(ids);
    dataset_reader_close(reader);
    return !rc;
}

void section_slices(struct dossier *dossier)
{
    static const struct kind by_length = {"By length", "Words that the model reads", 1,
                                          0};
    static const struct kind by_unknown = {"By unknown words", "% of words unknown", 100,
                                           1};
    const struct judged *judged = dossier_judged(dossier);
    if (!judged || !dossier->has_data)
        return;

    const struct rows *rows = &dossier->data.part[judged->rows->of];
    struct sorted *sorted = xcalloc((size_t)judged->rows->n, sizeof *sorted);
    page_section(&dossier->page, "slices", "Kinds of text");
    for (int i = 0; i < judged->rows->n; i++)
        sorted[i] = (struct sorted){rows->length[judged->rows->row[i]],
                                    judged_is_right(judged, i)};
    write_kind(&dossier->page, &by_length, sorted, judged->rows->n);
    if (find_unknown(dossier, judged, sorted))
        write_kind(&dossier->page, &by_unknown, sorted, judged->rows->n);
    page_section_end(&dossier->page);
    free(sorted);
}
