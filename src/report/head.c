#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "report/sections.h"

void section_fact(struct page *page, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    page_markup(page, "<dt>");
    page_text(page, name);
    page_markup(page, "</dt><dd>");
    page_text(page, text);
    page_markup(page, "</dd>\n");
}

void section_fact_count(struct page *page, const char *name, int64_t value)
{
    page_markup(page, "<dt>");
    page_text(page, name);
    page_markup(page, "</dt><dd>");
    page_count(page, value);
    page_markup(page, "</dd>\n");
}

int section_colour(const struct dossier *dossier, const struct past_run *run)
{
    return dossier->past.n_groups > 1 ? run->group : 0;
}

/* How a group is called: by its only run, or the first and how many there are. */
static void write_group(struct dossier *dossier, int group)
{
    const struct past *past = &dossier->past;
    int members = 0, first = -1;

    for (int i = 0; i < past->n; i++)
        if (past->runs[i].group == group) {
            first = first < 0 ? i : first;
            members++;
        }
    page_text(&dossier->page, past->runs[first].name);
    if (members > 1)
        page_write(&dossier->page, " and %d more of its configuration", members - 1);
}

void section_legend(struct dossier *dossier)
{
    struct page *page = &dossier->page;
    if (dossier->past.n_groups < 2)
        return;

    page_markup(page, "<ul class=\"legend\">");
    for (int group = 0; group < dossier->past.n_groups; group++) {
        page_write(page, "<li><span class=\"swatch s%d\"></span>", group % 8);
        write_group(dossier, group);
        page_markup(page, "</li>\n");
    }
    page_markup(page, "</ul>\n");
}

static void begin_tile(struct page *page, const char *name)
{
    page_markup(page, "<div class=\"tile\"><dt>");
    page_text(page, name);
    page_markup(page, "</dt><dd>");
}

static void end_tile(struct page *page, const char *note)
{
    page_markup(page, "</dd><dd class=\"note\">");
    page_text(page, note);
    page_markup(page, "</dd></div>\n");
}

static char *name_of_score(const struct past_run *run, bool is_test)
{
    return xasprintf("%s %s", is_test ? "Test" : "Validation",
                     run->several_labels ? "F1" : "accuracy");
}

/* Whether it stands for the job that the run is one of. */
static bool is_job_of(const struct past_run *joint, const struct past_run *run)
{
    size_t n = strlen(joint->path);
    return joint->is_joint && joint->result.is_there &&
           !strncmp(joint->path, run->path, n) && run->path[n] == '/';
}

/* What a job's models came to as one, which is its result. */
static void write_job(struct dossier *dossier)
{
    const struct past *past = &dossier->past;
    const struct past_run *run = dossier_run(dossier), *joint = NULL;
    for (int i = 0; i < past->n && !joint; i++)
        joint = is_job_of(&past->runs[i], run) ? &past->runs[i] : NULL;
    if (!joint)
        return;

    const struct past_result *result = &joint->result;
    char *score = name_of_score(joint, result->is_test);
    char *name = xasprintf("%s, all models as one", score);
    char *note = xasprintf("of %s; what follows is of %s alone", joint->name, run->name);
    begin_tile(&dossier->page, name);
    page_number(&dossier->page, joint->several_labels ? result->f1 : result->acc, 4);
    end_tile(&dossier->page, note);
    free(note);
    free(name);
    free(score);
}

/* What it came to, and how sure that is. */
static void write_score(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    const struct judged *judged = dossier_judged(dossier);
    enum judge_figure figure = run->several_labels ? JUDGE_MICRO_F1 : JUDGE_ACC;
    bool is_test = judged ? judged->rows->of == DATASET_TEST : run->result.is_test;
    double value = judged                ? judged->figures.value[figure]
                   : run->several_labels ? run->result.f1
                                         : run->result.acc;
    struct judge_interval interval = {(double)NAN, (double)NAN};
    char *name = name_of_score(run, is_test);
    if (judged && judged->intervals.resamples)
        interval = judged->intervals.value[figure];

    begin_tile(&dossier->page, name);
    page_number(&dossier->page, value, 4);
    char *note = isfinite(interval.low) ? xasprintf("95 %% between %.4f and %.4f",
                                                    interval.low, interval.high)
                                        : xstrdup("");
    end_tile(&dossier->page, note);
    free(note);
    free(name);
}

static void write_baseline(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    const struct judged *judged = dossier_judged(dossier);
    enum judge_figure figure = run->several_labels ? JUDGE_MICRO_F1 : JUDGE_ACC;
    if (!judged)
        return;

    char *note =
        isfinite(run->naive_bayes)
            ? xasprintf("%s; naive Bayes %.4f",
                        run->several_labels ? "one answer for all" : "the largest class",
                        run->naive_bayes)
            : xstrdup(run->several_labels ? "one answer for all texts"
                                          : "the largest class for all texts");
    begin_tile(&dossier->page, "Baseline");
    page_number(&dossier->page, judged->baseline.value[figure], 4);
    end_tile(&dossier->page, note);
    free(note);
}

static void write_best(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    char *of = xasprintf("of %d, by validation", run->n_epochs);

    begin_tile(&dossier->page, "Best epoch");
    page_count(&dossier->page, run->best_epoch);
    end_tile(&dossier->page, of);
    free(of);
}

static void write_time(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    json_int_t ranks = json_integer_value(json_object_get(run->start, "ranks"));
    char *on = xasprintf("on %lld rank%s", (long long)ranks, plural(ranks));

    begin_tile(&dossier->page, "Training");
    page_seconds(&dossier->page, past_seconds(run));
    end_tile(&dossier->page, on);
    free(on);
}

/* Links to the sections that may be there: a link to none is none. */
static void write_contents(struct dossier *dossier)
{
    static const char *const sections[][2] = {
        {"runs", "Runs"},           {"curves", "Learning"},
        {"figures", "Figures"},     {"confusion", "Confusion"},
        {"sure", "Probabilities"},  {"slices", "Kinds of text"},
        {"mistakes", "Mistakes"},   {"time", "Time"},
        {"model", "Model"},         {"data", "Data"},
        {"repeat", "Repeating it"},
    };
    struct page *page = &dossier->page;

    page_markup(page, "<nav aria-label=\"Contents\"><ul>\n");
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        page_write(page, "<li><a href=\"#%s\">%s</a></li>\n", sections[i][0],
                   sections[i][1]);
    page_markup(page, "</ul></nav>\n");
}

void section_head(struct dossier *dossier)
{
    struct page *page = &dossier->page;
    const struct past_run *run = dossier_run(dossier);
    int n = dossier->past.n;

    page_markup(page,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, "
                "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
                "dark\">\n<meta http-equiv=\"Content-Security-Policy\" "
                "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
                "data:\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    page_text(page, run->name);
    if (n > 1)
        page_write(page, " and %d more", n - 1);
    page_markup(page, " \xE2\x80\x93 rnntrain report</title>\n<style>\n");
    page_markup(page, report_style);
    page_markup(page, "</style></head>\n<body>\n<a class=\"skip\" href=\"#main\">To the "
                      "report</a>\n<header>\n<p class=\"kicker\">rnntrain report</p>\n"
                      "<h1>");
    page_text(page, run->name);
    page_markup(page, "</h1>\n<p class=\"lead\">");
    if (n > 1)
        page_write(page,
                   "The best by validation of %d runs; the others are compared "
                   "with it below.",
                   n);
    else
        page_markup(page, "One run.");

    page_markup(page, "</p>\n<dl class=\"tiles\">\n");
    write_job(dossier);
    write_score(dossier);
    write_baseline(dossier);
    write_best(dossier);
    write_time(dossier);
    page_markup(page, "</dl></header>\n");
    write_contents(dossier);
    page_markup(page, "<main id=\"main\" tabindex=\"-1\">\n");
}
