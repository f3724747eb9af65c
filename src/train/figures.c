#include "train/report_private.h"

#include <math.h>
#include <stdlib.h>

/* By the names that monitors have (trainer.h); averages are macro. Where texts have
 * several labels a line has an F1 already, of their sums. */
static const struct {
    const char *name;
    enum judge_figure figure;
} logged[] = {
    {"f1", JUDGE_MACRO_F1},
    {"precision", JUDGE_MACRO_PRECISION},
    {"recall", JUDGE_MACRO_RECALL},
    {"balanced_acc", JUDGE_BALANCED_ACC},
    {"mcc", JUDGE_MCC},
    {"auc", JUDGE_ROC_AUC},
    {"average_precision", JUDGE_AVERAGE_PRECISION},
};

void report_add_figures(json_t *line, const char *prefix, bool multi_label,
                        const double *figures)
{
    for (size_t i = 0; i < COUNT_OF(logged) && figures; i++) {
        enum judge_figure figure = logged[i].figure;
        bool is_macro = multi_label && figure == JUDGE_MACRO_F1;
        if (isnan(figures[figure]))
            continue;

        char *key = xasprintf("%s%s%s", prefix, is_macro ? "macro_" : "", logged[i].name);
        json_object_set_new(line, key, json_real(figures[figure]));
        free(key);
    }
}

static json_t *describe(bool multi_label, const struct report_baseline *baseline)
{
    json_t *line = json_object();

    if (baseline->label && !multi_label)
        json_object_set_new(line, "label", json_string(baseline->label));
    json_object_set_new(line, "loss", json_real(baseline->loss));
    json_object_set_new(line, "acc", json_real(baseline->figures[JUDGE_ACC]));
    if (multi_label)
        json_object_set_new(line, "f1", json_real(baseline->figures[JUDGE_MICRO_F1]));
    report_add_figures(line, "", multi_label, baseline->figures);
    return line;
}

/* "  acc 0.500000", or the F1 of labels. */
static void say_score(const struct report_baselines *baselines,
                      const struct report_baseline *baseline, char *text, size_t size)
{
    bool several = baselines->multi_label;
    snprintf(text, size, "%sloss %.6f  %s%s %.6f", baselines->is_test ? "" : "val_",
             baseline->loss, baselines->is_test ? "" : "val_", several ? "f1" : "acc",
             baseline->figures[several ? JUDGE_MICRO_F1 : JUDGE_ACC]);
}

int report_baselines(struct report *report, const struct report_baselines *baselines)
{
    const struct report_baseline *constant = &baselines->constant;
    const struct report_baseline *bayes = &baselines->bayes;
    char first[80], second[80];
    if (!report->is_open)
        return OK;

    json_t *line =
        json_pack("{s:s,s:s,s:i,s:o}", "event", "baseline", "part",
                  baselines->is_test ? "test" : "validation", "n", baselines->n, "prior",
                  describe(baselines->multi_label, constant));
    say_score(baselines, constant, first, sizeof first);
    char *who = baselines->multi_label ? xstrdup("the labels' shares")
                                       : xasprintf("always %s", constant->label);
    if (bayes->is_there) {
        json_object_set_new(line, "naive_bayes", describe(baselines->multi_label, bayes));
        say_score(baselines, bayes, second, sizeof second);
    }
    report_say(report, "baseline %s: %s%s%s", who, first,
               bayes->is_there ? "; naive Bayes: " : "", bayes->is_there ? second : "");
    free(who);
    return report_write(report, line, false);
}

int report_decision(struct report *report, const struct report_decision *decision)
{
    const struct report_baseline *before = &decision->before, *after = &decision->after;
    bool several = decision->multi_label;
    enum judge_figure f1 = several ? JUDGE_MICRO_F1 : JUDGE_MACRO_F1;
    if (!report->is_open) {
        json_decref(decision->json);
        return OK;
    }

    json_t *line =
        json_pack("{s:s,s:s,s:i,s:o,s:o,s:o}", "event", "decision", "part", "validation",
                  "n", decision->n, "decision", decision->json, "before",
                  describe(several, before), "after", describe(several, after));
    report_say(report,
               "decision %s: val_loss %.4f, was %.4f; val_acc %.4f, was %.4f; val_f1 "
               "%.4f, was %.4f",
               decision->said, after->loss, before->loss, after->figures[JUDGE_ACC],
               before->figures[JUDGE_ACC], after->figures[f1], before->figures[f1]);
    return report_write(report, line, false);
}
