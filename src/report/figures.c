/* What the probabilities come to: of all rows, and of each class. */
#include <math.h>
#include <stdlib.h>

#include "base/say.h"
#include "report/sections.h"

enum { MOST_CLASSES = 200 };

static const struct {
    enum judge_figure figure;
    const char *name;
} shown[] = {
    {JUDGE_ACC, "Accuracy"},
    {JUDGE_BALANCED_ACC, "Balanced accuracy"},
    {JUDGE_MICRO_F1, "F1, micro"},
    {JUDGE_MACRO_PRECISION, "Precision, macro"},
    {JUDGE_MACRO_RECALL, "Recall, macro"},
    {JUDGE_MACRO_F1, "F1, macro"},
    {JUDGE_WEIGHTED_F1, "F1, weighted"},
    {JUDGE_MCC, "Matthews correlation"},
    {JUDGE_ROC_AUC, "ROC AUC"},
    {JUDGE_AVERAGE_PRECISION, "Average precision"},
    {JUDGE_LOG_LOSS, "Log loss"},
    {JUDGE_BRIER, "Brier score"},
    {JUDGE_CALIBRATION_ERROR, "Calibration error"},
};

static void write_interval(struct page *page, const struct judge_interval *interval)
{
    page_markup(page, "<td class=\"n\">");
    page_number(page, interval->low, 4);
    if (isfinite(interval->low)) {
        page_markup(page, "\xE2\x80\x93");
        page_number(page, interval->high, 4);
    }
    page_markup(page, "</td>");
}

static void write_all(struct page *page, const struct judged *judged, const char *caption)
{
    static const char *const columns[] = {"Figure", "#Value", "#95 % interval",
                                          "#Baseline", NULL};

    page_table(page, caption, columns);
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        enum judge_figure figure = shown[i].figure;
        if (!isfinite(judged->figures.value[figure]))
            continue;
        page_row(page, shown[i].name);
        page_cell_number(page, judged->figures.value[figure], 4);
        write_interval(page, &judged->intervals.value[figure]);
        page_cell_number(page, judged->baseline.value[figure], 4);
        page_row_end(page);
    }
    page_table_end(page);
}

static void write_class(struct page *page, const struct judged *judged, int c)
{
    const struct judge_class *class = &judged->figures.classes[c];
    const struct judge_interval *intervals = judged->intervals.classes[c];

    page_row(page, judged->predictions->labels[c]);
    page_cell_count(page, judge_support(class));
    page_cell_number(page, class->value[JUDGE_PRECISION], 4);
    page_cell_number(page, class->value[JUDGE_RECALL], 4);
    page_cell_number(page, class->value[JUDGE_F1], 4);
    write_interval(page, &intervals[JUDGE_F1]);
    page_cell_number(page, class->value[JUDGE_CLASS_ROC_AUC], 4);
    page_row_end(page);
}

static void write_classes(struct page *page, const struct judged *judged)
{
    static const char *const columns[] = {"Class", "#Rows",       "#Precision", "#Recall",
                                          "#F1",   "#95 % of F1", "#ROC AUC",   NULL};
    int n = judged->predictions->n_labels;
    int most = n > MOST_CLASSES ? MOST_CLASSES : n;

    page_table(page,
               judged->predictions->multi_label ? "Label by label" : "Class by class",
               columns);
    bool lacks_rows = false;
    for (int c = 0; c < most; c++) {
        write_class(page, judged, c);
        lacks_rows |= judge_support(&judged->figures.classes[c]) == 0;
    }
    page_table_end(page);
    if (lacks_rows)
        page_markup(page,
                    "<p class=\"note\">Without rows of a class its precision, recall "
                    "and F1 are 0, its ROC AUC and their mean are not defined, and "
                    "average precision counts it as 0.</p>\n");
    if (most < n)
        page_write(page,
                   "<p class=\"note\">The first %d of %d: <code>rnntrain eval --csv"
                   "</code> has all.</p>\n",
                   most, n);
}

/* Models of a job as one, unless it is that which is shown in full. */
static void write_joints(struct dossier *dossier)
{
    for (int i = 0; i < dossier->past.n; i++) {
        const struct past_run *run = &dossier->past.runs[i];
        const struct judged *judged = &dossier->judged[i];
        if (!run->is_joint || !judged->judge || i == dossier->chosen)
            continue;

        char *caption = xasprintf(
            judged->rows->of == DATASET_TEST ? "%s: its models as one, on the test part"
            : judged->rows->of == DATASET_TRAIN
                ? "%s: training rows, each judged by models that had not learnt it"
                : "%s: its models as one, on the validation part",
            run->name);
        write_all(&dossier->page, judged, caption);
        free(caption);
    }
}

/* predictions.h5 is what the weights alone said. */
static void write_decided(struct page *page, const struct past_run *run)
{
    if (run->decision && !run->is_joint)
        page_markup(page,
                    " All figures are of the weights alone, before what validation rows "
                    "chose (see Runs), by which <code>rnntrain eval</code> goes.");
}

static void write_missing(struct page *page, const char *fault)
{
    page_markup(page, "<p class=\"note\">");
    if (fault) {
        page_markup(page, "This run's predictions.h5 cannot be read (");
        page_text(page, fault);
        page_markup(page, ")");
    } else {
        page_markup(page, "This run has no predictions.h5, which training writes at its "
                          "end");
    }
    page_markup(page, ": figures of classes, confusion and mistakes are not known here. "
                      "<code>rnntrain eval</code> computes them.</p>\n");
}

void section_figures(struct dossier *dossier)
{
    const struct judged *judged = dossier_judged(dossier);
    struct page *page = &dossier->page;
    page_section(page, "figures", "Figures");
    if (!judged) {
        write_missing(page, dossier->past.runs[dossier->chosen].predictions_fault);
        page_section_end(page);
        return;
    }

    page_markup(page, "<p>Of the ");
    page_count(page, judged->rows->n);
    page_write(page, " row%s ", plural(judged->rows->n));
    page_markup(page, judged->rows->of == DATASET_TEST
                          ? "of the test part, which training has not seen"
                          : "that training was validated on, and its weights chosen by");
    page_write(page, ", by the weights of epoch %d.", judged->rows->epoch);
    if (judged->intervals.resamples)
        page_write(page, " The intervals are of %d resamples of them.",
                   judged->intervals.resamples);
    write_decided(page, &dossier->past.runs[dossier->chosen]);
    page_markup(page, "</p>\n<div class=\"pair\">\n");
    write_all(page, judged, "All rows, beside one answer for all of them");
    write_classes(page, judged);
    page_markup(page, "</div>\n");
    write_joints(dossier);
    page_section_end(page);
}
