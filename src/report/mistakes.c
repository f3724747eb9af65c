/* The rows that the result was most sure of, wrongly. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
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
                          const struct mistake *mistake, const char *origin)
{
    char *const *names = judged->predictions->labels;
    int i = mistake->i;

    page_write(page, "<p class=\"verdict\">Row %d", judged->rows->row[i]);
    page_markup(page, origin ? ", <code>" : "");
    page_text(page, origin);
    page_markup(page, origin ? "</code>: is <b>" : ": is <b>");
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

/* Words of a text that are shown. */
enum { MOST_WORDS = 100 };

/* How much a word says, from -4 to 4. */
static int strength_of(const struct row_word *word)
{
    double strength = 4 * word->share;
    return (int)(strength < 0 ? strength - 0.5 : strength + 0.5);
}

/* The first of MOST_WORDS words, or fewer, that say most of all that stand together. */
static int first_shown(const struct row_text *text)
{
    double says = 0, most = 0;
    int first = 0;

    for (int w = 0; w < text->n_words; w++) {
        says += fabs(text->words[w].share);
        if (w >= MOST_WORDS)
            says -= fabs(text->words[w - MOST_WORDS].share);
        if (w < MOST_WORDS || says > most + 1e-9) {
            most = says;
            first = w < MOST_WORDS ? 0 : w + 1 - MOST_WORDS;
        }
    }
    return first;
}

/* Words first .. behind - 1, and what stands between them. */
static void write_words(struct page *page, const struct row_text *text, int first,
                        int behind)
{
    size_t at = text->words[first].start;

    for (int w = first; w < behind; w++) {
        const struct row_word *word = &text->words[w];
        int strength = strength_of(word);

        if (word->start > at)
            page_text_n(page, text->text + at, word->start - at);
        if (strength)
            page_write(page, "<mark class=\"%c%d\">", strength < 0 ? 'm' : 'p',
                       abs(strength));
        page_text_n(page, text->text + word->start, word->end - word->start);
        page_markup(page, strength ? "</mark>" : "");
        at = word->end;
    }
}

static void write_text(struct page *page, const struct row_text *text)
{
    enum { MOST_BYTES = 700 }; /* where words are not told apart */
    int first = first_shown(text), behind = first + MOST_WORDS;
    bool is_cut = behind < text->n_words;
    if (!text->text)
        return;

    page_markup(page, "<blockquote dir=\"auto\">");
    page_markup(page, first > 0 ? "\xE2\x80\xA6 " : "");
    if (text->n_words > 0) {
        write_words(page, text, first, is_cut ? behind : text->n_words);
    } else {
        size_t shown = (size_t)say_fit(text->text, MOST_BYTES);
        page_text_n(page, text->text, shown);
        is_cut = text->text[shown] != '\0';
    }
    page_markup(page, is_cut ? " \xE2\x80\xA6</blockquote>\n" : "</blockquote>\n");
}

/* The run's model, which says what each word adds; without one words have no colours. */
struct model_of_run {
    struct predictor predictor;
    struct explainer *explainer; /* NULL: there is none */
};

static void open_model(const struct dossier *dossier, struct model_of_run *model)
{
    const struct past_run *run = dossier_run(dossier);
    bool is_last = !strcmp(run->predictions.which, "last");
    char *path = past_path(run, is_last ? "last.h5" : "best.h5");
    *model = (struct model_of_run){.explainer = NULL};

    if (dossier->has_data && access(path, F_OK) == 0 &&
        predictor_open(&model->predictor, path, "auto", NULL) == OK &&
        explainer_new(&model->predictor, NULL, &model->explainer) != OK)
        model->explainer = NULL;
    free(path);
}

static void close_model(struct model_of_run *model)
{
    explainer_free(model->explainer);
    predictor_release(&model->predictor);
}

static void write_introduction(struct dossier *dossier, int n, bool explains)
{
    struct page *page = &dossier->page;

    page_markup(page, "<p>");
    page_count(page, n);
    page_markup(page, n == 1 ? " row was judged wrongly. "
                             : " rows were judged wrongly; these the model was surest "
                               "of. ");
    page_markup(page, dossier->has_data && dossier->data.notes[ROW_TEXT]
                          ? "Their texts are those that the data set has kept."
                      : dossier->has_data
                          ? "Words are shown as the model reads them: in its "
                            "vocabulary's form, without those that it does not know."
                          : "Their words are not known here, as the data set is not: "
                            "name it with <code>--data</code>.");
    if (explains)
        page_markup(page, " Words that spoke <mark class=\"p3\">for the answer</mark> "
                          "that was given and <mark class=\"m3\">against it</mark> are "
                          "marked, by integrated gradients, the stronger the more they "
                          "added.");
    page_markup(page, "</p>\n");
}

static int write_mistake(struct dossier *dossier, struct model_of_run *model,
                         const struct mistake *mistake)
{
    const struct judged *judged = dossier_judged(dossier);
    struct row_text text = {.text = NULL};
    int rc = OK;

    page_markup(&dossier->page, "<li>");
    if (dossier->has_data)
        rc = row_text_find(&dossier->data, dossier->tokenizer, judged->rows->of,
                           judged->rows->row[mistake->i], &text);
    if (!rc && text.text && model->explainer)
        row_text_explain(&text, model->explainer);
    write_verdict(&dossier->page, judged, mistake, text.origin);
    write_text(&dossier->page, &text);
    page_markup(&dossier->page, "</li>\n");
    row_text_release(&text);
    return rc;
}

int section_mistakes(struct dossier *dossier)
{
    const struct judged *judged = dossier_judged(dossier);
    struct page *page = &dossier->page;
    struct model_of_run model;
    int n = 0, rc = OK, most = dossier->settings->mistakes;
    if (!judged || most == 0)
        return OK;

    struct mistake *found = find(judged, &n);
    open_model(dossier, &model);
    page_section(page, "mistakes", "Worst mistakes");
    write_introduction(dossier, n, model.explainer != NULL);
    page_markup(page, "<ol class=\"mistakes\">\n");
    for (int m = 0; m < n && m < most && !rc; m++)
        rc = write_mistake(dossier, &model, &found[m]);

    page_markup(page, "</ol>\n");
    page_section_end(page);
    close_model(&model);
    free(found);
    return rc;
}
