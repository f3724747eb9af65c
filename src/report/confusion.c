/* What was taken for what. */
#include <stdlib.h>

#include "report/sections.h"

enum { MOST_MATRIX = 20, MOST_PAIRS = 20 };

struct counts {
    int n;     /* classes */
    int *rows; /* (n) of each class */
    int *of;   /* (n, n) by class and by what they were taken for */
};

static struct counts count(const struct judged *judged)
{
    struct counts counts = {.n = judged->predictions->n_labels};
    size_t n = (size_t)counts.n;
    counts.rows = xcalloc(n, sizeof *counts.rows);
    counts.of = xcalloc(n * n, sizeof *counts.of);

    for (int i = 0; i < judged->rows->n; i++) {
        size_t label = (size_t)judged->rows->label[i];
        counts.rows[label]++;
        counts.of[label * n + (size_t)judged->rows->decided[i]]++;
    }
    return counts;
}

static void write_cell(struct page *page, const struct counts *counts, int label,
                       int decided)
{
    int n = counts->of[label * counts->n + decided], of = counts->rows[label];
    double share = of ? (double)n / of : 0;

    page_write(page, "<td class=\"n heat %s\" style=\"--share:%.3f\">",
               label == decided ? "right" : "wrong", share);
    page_count(page, n);
    if (of)
        page_write(page, "<br><small>%.1f %%</small>", 100 * share);
    page_markup(page, "</td>");
}

static void write_matrix(struct page *page, const struct judged *judged,
                         const struct counts *counts)
{
    char *const *names = judged->predictions->labels;
    const char **columns = xcalloc((size_t)counts->n + 2, sizeof *columns);
    char **marked = xcalloc((size_t)counts->n, sizeof *marked);

    columns[0] = "Is \xE2\x86\x93, taken for \xE2\x86\x92";
    for (int c = 0; c < counts->n; c++)
        columns[c + 1] = marked[c] = xasprintf("#%s", names[c]);
    page_table(page, "Rows by their class, and of them the share of each answer",
               columns);
    for (int label = 0; label < counts->n; label++) {
        page_row(page, names[label]);
        for (int decided = 0; decided < counts->n; decided++)
            write_cell(page, counts, label, decided);
        page_row_end(page);
    }
    page_table_end(page);

    for (int c = 0; c < counts->n; c++)
        free(marked[c]);
    free(marked);
    free(columns);
}

struct confused {
    int32_t label, decided;
    int n;
};

static int compare_pairs(const void *left, const void *right)
{
    const struct confused *a = left, *b = right;
    return a->label != b->label ? a->label - b->label : a->decided - b->decided;
}

static int compare_counts(const void *left, const void *right)
{
    const struct confused *a = left, *b = right;
    return a->n != b->n ? b->n - a->n : compare_pairs(left, right);
}

/* The commonest first; *n of them, the caller's. */
static struct confused *find_pairs(const struct judged *judged, int *n)
{
    const struct predictions_part *rows = judged->rows;
    struct confused *pairs = xcalloc((size_t)rows->n + 1, sizeof *pairs);
    int wrong = 0, found = 0;

    for (int i = 0; i < rows->n; i++)
        if (rows->label[i] != rows->decided[i])
            pairs[wrong++] = (struct confused){rows->label[i], rows->decided[i], 1};
    qsort(pairs, (size_t)wrong, sizeof *pairs, compare_pairs);

    for (int i = 0; i < wrong; i++)
        if (found && compare_pairs(&pairs[found - 1], &pairs[i]) == 0)
            pairs[found - 1].n++;
        else
            pairs[found++] = pairs[i];
    qsort(pairs, (size_t)found, sizeof *pairs, compare_counts);
    *n = found;
    return pairs;
}

static void write_pairs(struct page *page, const struct judged *judged)
{
    static const char *const columns[] = {"Is", "Taken for", "#Rows", NULL};
    char *const *names = judged->predictions->labels;
    int n = 0;
    struct confused *pairs = find_pairs(judged, &n);

    page_table(page, "The commonest confusions", columns);
    for (int i = 0; i < n && i < MOST_PAIRS; i++) {
        page_row(page, names[pairs[i].label]);
        page_cell_text(page, names[pairs[i].decided]);
        page_cell_count(page, pairs[i].n);
        page_row_end(page);
    }
    page_table_end(page);
    free(pairs);
}

void section_confusion(struct dossier *dossier)
{
    const struct judged *judged = dossier_judged(dossier);
    if (!judged || judged->predictions->multi_label)
        return;

    page_section(&dossier->page, "confusion", "Confusion");
    if (judged->predictions->n_labels <= MOST_MATRIX) {
        struct counts counts = count(judged);
        write_matrix(&dossier->page, judged, &counts);
        free(counts.rows);
        free(counts.of);
    }
    if (judged->predictions->n_labels > 2)
        write_pairs(&dossier->page, judged);
    page_section_end(&dossier->page);
}
