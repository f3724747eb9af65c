/* The rows that the result was most sure of, wrongly. */
#include <stdlib.h>

#include "report/row_text.h"
#include "report/sections.h"

struct mistake {
    int i; /* of the judged rows */
    double probability;
};

/* The surest first; ties by row. */
static int compare(const void *left, const void *right)
{
    const struct mistake *a = left, *b = right;

    if (a->probability != b->probability)
        return a->probability < b->probability ? -1 : 1;
    return a->i - b->i;
}

static struct mistake *find(const struct judged *judged, int *n)
{
    struct mistake *found = xcalloc((size_t)judged->rows->n + 1, sizeof *found);
    *n = 0;

    for (int i = 0; i < judged->rows->n; i++)
        if (!judged_is_right(judged, i))
            found[(*n)++] = (struct mistake){i, judged_probability(judged, i)};
    qsort(found, (size_t)*n, sizeof *found, compare);
    return found;
}

/* Names of the labels that a row has, or was given. */
static void write_labels(struct page *page, const struct judged *judged, int i,
                         bool given)
{
    const struct predictions *predictions = judged->predictions;
    size_t classes = (size_t)predictions->n_labels;
    bool is_first = true;

    for (size_t c = 0; c < classes; c++) {
        size_t at = (size_t)i * classes + c;
        if (given ? judged->rows->probabilities[at] <= 0.5F : !judged->rows->labels[at])
            continue;
        page_markup(page, is_first ? "" : ", ");
        page_text(page, predictions->labels[c]);
        is_first = false;
    }
    page_markup(page, is_first ? "none" : "");
}

static void write_verdict(struct page *page, const struct judged *judged,
                          const struct mistake *mistake)
{
    char *const *names = judged->predictions->labels;
    int i = mistake->i;

    page_write(page, "<p class=\"verdict\">Row %d: is <b>", judged->rows->row[i]);
    if (judged->rows->label)
        page_text(page, names[judged->rows->label[i]]);
    else
        write_labels(page, judged, i, false);
    page_markup(page, "</b>, taken for <b>");
    if (judged->rows->label)
        page_text(page, names[judged->rows->decided[i]]);
    else
        write_labels(page, judged, i, true);
    page_markup(page, "</b>; what is right had probability ");
    page_number(page, mistake->probability, 4);
    page_markup(page, "</p>\n");
}

static void write_text(struct page *page, const struct row_text *text)
{
    if (!text->text)
        return;
    page_markup(page, "<blockquote dir=\"auto\">");
    for (int w = 0; w < text->n_words; w++) {
        const struct row_word *word = &text->words[w];
        int strength = (int)(word->share * 4 + (word->share < 0 ? -0.5 : 0.5));
        strength = strength > 4 ? 4 : strength < -4 ? -4 : strength;

        if (strength)
            page_write(page, "<mark class=\"%c%d\">", strength < 0 ? 'm' : 'p',
                       abs(strength));
        page_text_n(page, text->text + word->start, word->end - word->start);
        page_markup(page, strength ? "</mark> " : " ");
    }
    if (text->n_words == 0)
        page_text(page, text->text);
    page_markup(page, text->is_cut ? " \xE2\x80\xA6</blockquote>\n" : "</blockquote>\n");
}

int section_mistakes(struct dossier *dossier)
{
    const struct judged *judged = dossier_judged(dossier);
    struct page *page = &dossier->page;
    int n = 0, rc = OK, most = dossier->settings->mistakes;
    if (!judged || most == 0)
        return OK;

    struct mistake *found = find(judged, &n);
    page_section(page, "mistakes", "Worst mistakes");
    page_write(page, "<p>%d rows were judged wrongly.", n);
    page_markup(page, dossier->has_data
                          ? " Of these it was surest. Words are shown as the model reads "
                            "them: in its vocabulary's form, without those that it does "
                            "not know.</p>\n"
                          : " Of these it was surest; their words are not known here, as "
                            "the data set is not: name it with <code>--data</code>."
                            "</p>\n");
    page_markup(page, "<ol class=\"mistakes\">\n");
    for (int m = 0; m < n && m < most && !rc; m++) {
        struct row_text text = {.text = NULL};
        page_markup(page, "<li>");
        write_verdict(page, judged, &found[m]);
        if (dossier->has_data)
            rc = row_text_find(&dossier->data, dossier->tokenizer, judged->rows->of,
                               judged->rows->row[found[m].i], &text);
        write_text(page, &text);
        row_text_release(&text);
        page_markup(page, "</li>\n");
    }
    page_markup(page, "</ol>\n");
    page_section_end(page);
    free(found);
    return rc;
}
