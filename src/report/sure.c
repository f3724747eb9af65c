/* Whether probabilities are what they say, and how well they put rows in order. */
#include <math.h>
#include <stdlib.h>

#include "base/say.h"
#include "judge/calibration.h"
#include "judge/curve.h"
#include "report/plot.h"
#include "report/sections.h"

/* Rows that a bin must have for the line to go through it: the share of fewer says
 * little. */
enum { ROWS_OF_LINE = 20 };

static const struct plot_range unit = {0, 1};

static void draw_reliability(struct dossier *dossier, struct plot *plot, int i)
{
    const struct past_run *run = &dossier->past.runs[i];
    struct judge_bin bins[JUDGE_BINS];
    double x[JUDGE_BINS], y[JUDGE_BINS];
    int n = 0;
    if (!dossier->judged[i].judge || !judge_bins(dossier->judged[i].judge, NULL, bins))
        return;

    for (int b = 0; b < JUDGE_BINS; b++)
        if (bins[b].n >= ROWS_OF_LINE) {
            x[n] = bins[b].probability;
            y[n++] = bins[b].share;
        }
    plot_line(plot, section_colour(dossier, run),
              i == dossier->chosen ? PLOT_SOLID : PLOT_THIN, n, x, y);
    if (i != dossier->chosen)
        return;
    for (int b = 0; b < JUDGE_BINS; b++) {
        char *text =
            xasprintf("%lld row%s: said %.3f, came true %.3f", (long long)bins[b].n,
                      plural(bins[b].n), bins[b].probability, bins[b].share);
        plot_point(plot, section_colour(dossier, run), bins[b].probability, bins[b].share,
                   text);
        free(text);
    }
}

static void write_reliability(struct dossier *dossier, const struct judged *judged)
{
    double error = judged->figures.value[JUDGE_CALIBRATION_ERROR];
    char *description =
        xasprintf("Of rows whose probability lies within one of ten bins, the mean "
                  "probability and the share that came true. On the diagonal both are "
                  "equal. The calibration error is %.4f.",
                  error);
    struct plot plot = {.page = &dossier->page, .x = unit, .y = unit};
    const struct plot_text text = {"Reliability", description,
                                   "probability that was said", "share that came true"};

    plot_begin(&plot, &text);
    plot_diagonal(&plot);
    for (int i = 0; i < dossier->past.n; i++)
        draw_reliability(dossier, &plot, i);
    plot_end(&plot);
    free(description);
}

/* Of two classes the second one; of more each, as long as they can be told apart. */
static void draw_roc(struct dossier *dossier, struct plot *plot, int i)
{
    const struct past_run *run = &dossier->past.runs[i];
    const struct judged *judged = &dossier->judged[i];
    struct judge_curve curve;
    int classes = judged->judge ? judged->judge->classes : 0;
    bool is_of_two = classes == 2 && !judged->judge->multi_label;

    if (is_of_two) {
        judge_roc(judged->judge, 1, &curve);
        plot_line(plot, section_colour(dossier, run),
                  i == dossier->chosen ? PLOT_SOLID : PLOT_THIN, curve.n,
                  curve.false_positives, curve.true_positives);
        return;
    }
    for (int c = 0; c < classes && c < PLOT_COLOURS && i == dossier->chosen; c++) {
        judge_roc(judged->judge, c, &curve);
        plot_line(plot, c, PLOT_SOLID, curve.n, curve.false_positives,
                  curve.true_positives);
    }
}

static void write_class_legend(struct dossier *dossier, const struct judged *judged)
{
    const struct predictions *predictions = judged->predictions;
    struct page *page = &dossier->page;
    if (predictions->n_labels == 2 && !predictions->multi_label)
        return;

    page_markup(page, "<p class=\"note\">ROC, each class against the others:</p>"
                      "<ul class=\"legend\">");
    for (int c = 0; c < predictions->n_labels && c < PLOT_COLOURS; c++) {
        if (judge_support(&judged->figures.classes[c]) == 0)
            continue; /* which has no curve */
        page_write(page, "<li><span class=\"swatch s%d\"></span>", c);
        page_text(page, predictions->labels[c]);
        page_markup(page, "</li>");
    }
    page_markup(page, "</ul>\n");
}

static void write_roc(struct dossier *dossier, const struct judged *judged)
{
    double area = judged->figures.value[JUDGE_ROC_AUC];
    char *beneath = isfinite(area) ? xasprintf(" The area beneath is %.4f.", area)
                                   : xstrdup(""); /* a class has no rows */
    char *description = xasprintf(
        "The share of rows of a class that stand above a threshold against that of the "
        "others, for all thresholds. The diagonal is chance.%s",
        beneath);
    struct plot plot = {.page = &dossier->page, .x = unit, .y = unit};
    const struct plot_text text = {"ROC", description, "false positives",
                                   "true positives"};

    plot_begin(&plot, &text);
    plot_diagonal(&plot);
    for (int i = 0; i < dossier->past.n; i++)
        draw_roc(dossier, &plot, i);
    plot_end(&plot);
    free(description);
    free(beneath);
}

void section_sure(struct dossier *dossier)
{
    const struct judged *judged = dossier_judged(dossier);
    if (!judged || !judged->judge->ranks)
        return;

    page_section(&dossier->page, "sure", "Probabilities");
    section_legend(dossier);
    page_write(&dossier->page,
               "<p class=\"note\">Reliability in ten bins; the line leaves out those of "
               "fewer than %d rows.</p>\n",
               ROWS_OF_LINE);
    if (dossier->past.n > 1) {
        page_markup(&dossier->page,
                    "<p class=\"note\">The strong lines and the points are ");
        page_text(&dossier->page, dossier_run(dossier)->name);
        page_markup(&dossier->page, "\u2019s, thin lines the other runs\u2019.</p>\n");
    }
    write_class_legend(dossier, judged);
    page_markup(&dossier->page, "<div class=\"charts\">\n");
    write_reliability(dossier, judged);
    write_roc(dossier, judged);
    page_markup(&dossier->page, "</div>\n");
    page_section_end(&dossier->page);
}
