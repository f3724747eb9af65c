/* Loss and score, epoch by epoch: of all runs, and of those of a group their mean. */
#include <math.h>
#include <stdlib.h>

#include "report/plot.h"
#include "report/sections.h"

/* What is drawn of training and of validation. */
struct pair {
    enum past_value train, validation;
};

static struct plot_range range_of(const struct past *past, struct pair pair)
{
    struct plot_range range = plot_nothing();

    for (int i = 0; i < past->n; i++)
        for (int e = 0; e < past->runs[i].n_epochs; e++) {
            plot_widen(&range, past->runs[i].value[pair.train][e]);
            plot_widen(&range, past->runs[i].value[pair.validation][e]);
        }
    return plot_with_room(range);
}

static int most_epochs(const struct past *past)
{
    int most = 1;

    for (int i = 0; i < past->n; i++)
        for (int e = 0; e < past->runs[i].n_epochs; e++)
            most = past->runs[i].epoch[e] > most ? (int)past->runs[i].epoch[e] : most;
    return most;
}

static int members_of(const struct past *past, int group)
{
    int n = 0;
    for (int i = 0; i < past->n; i++)
        n += past->runs[i].group == group;
    return n;
}

/* A group's mean and deviation at each epoch that two of its runs have, or all that there
 * are; (n) each. */
struct course {
    int n;
    double *epoch, *mean, *low, *high;
};

static void course_release(struct course *course)
{
    free(course->epoch);
    free(course->mean);
    free(course->low);
    free(course->high);
}

static struct course course_of(const struct past *past, int group, enum past_value value)
{
    struct course course = {.n = most_epochs(past)};
    size_t n = (size_t)course.n;
    course.epoch = xcalloc(n, sizeof(double));
    course.mean = xcalloc(n, sizeof(double));
    course.low = xcalloc(n, sizeof(double));
    course.high = xcalloc(n, sizeof(double));
    double *squares = xcalloc(n, sizeof *squares);
    int *counts = xcalloc(n, sizeof *counts);

    for (int i = 0; i < past->n; i++)
        for (int e = 0; e < past->runs[i].n_epochs; e++) {
            double y = past->runs[i].value[value][e];
            size_t at = (size_t)past->runs[i].epoch[e] - 1;
            if (past->runs[i].group != group || !isfinite(y))
                continue;
            double from_mean = y - course.mean[at];
            course.mean[at] += from_mean / ++counts[at];
            squares[at] += from_mean * (y - course.mean[at]);
        }

    for (size_t at = 0; at < n; at++) {
        double deviation =
            counts[at] > 1 ? sqrt(squares[at] / (counts[at] - 1)) : (double)NAN;
        course.epoch[at] = (double)at + 1;
        course.mean[at] = counts[at] > 1 ? course.mean[at] : (double)NAN;
        course.low[at] = course.mean[at] - deviation;
        course.high[at] = course.mean[at] + deviation;
    }
    free(squares);
    free(counts);
    return course;
}

static void draw_group(struct dossier *dossier, struct plot *plot, int group,
                       struct pair pair)
{
    const struct past *past = &dossier->past;
    struct course train = course_of(past, group, pair.train);
    struct course validation = course_of(past, group, pair.validation);
    int colour = past->n_groups > 1 ? group : 0;

    plot_band(plot, colour, validation.n, validation.epoch, validation.low,
              validation.high);
    if (pair.train != pair.validation)
        plot_line(plot, colour, PLOT_DASHED, train.n, train.epoch, train.mean);
    plot_line(plot, colour, PLOT_SOLID, validation.n, validation.epoch, validation.mean);
    course_release(&train);
    course_release(&validation);
}

static void draw_run(struct dossier *dossier, struct plot *plot,
                     const struct past_run *run, struct pair pair)
{
    int colour = section_colour(dossier, run);
    bool is_alone = members_of(&dossier->past, run->group) == 1;

    if (is_alone && pair.train != pair.validation)
        plot_line(plot, colour, PLOT_DASHED, run->n_epochs, run->epoch,
                  run->value[pair.train]);
    plot_line(plot, colour, is_alone ? PLOT_SOLID : PLOT_THIN, run->n_epochs, run->epoch,
              run->value[pair.validation]);
}

/* The best epoch of a run. */
static void draw_best(struct dossier *dossier, struct plot *plot,
                      const struct past_run *run, struct pair pair)
{
    double value = past_at(run, pair.validation, run->best_epoch);
    if (!isfinite(value))
        value = past_at(run, pair.train, run->best_epoch);

    char *text = xasprintf("%s: best epoch %d, %.4f", run->name, run->best_epoch, value);
    plot_point(plot, section_colour(dossier, run), run->best_epoch, value, text);
    free(text);
}

/* What who does not see the chart should know of it. */
static char *describe(const struct past_run *run, struct pair pair)
{
    int last = run->n_epochs ? (int)run->epoch[run->n_epochs - 1] : 0;
    if (pair.train == pair.validation)
        return xasprintf("%d epochs of %s, from %.4f to %.4f; at the best epoch, %d, it "
                         "was %.4f.",
                         run->n_epochs, run->name, past_at(run, pair.validation, 1),
                         past_at(run, pair.validation, last), run->best_epoch,
                         past_at(run, pair.validation, run->best_epoch));

    return xasprintf("%d epochs of %s. Training went from %.4f to %.4f, validation from "
                     "%.4f to %.4f; at the best epoch, %d, it was %.4f.",
                     run->n_epochs, run->name, past_at(run, pair.train, 1),
                     past_at(run, pair.train, last), past_at(run, pair.validation, 1),
                     past_at(run, pair.validation, last), run->best_epoch,
                     past_at(run, pair.validation, run->best_epoch));
}

static void draw(struct dossier *dossier, const char *title, const char *name,
                 struct pair pair)
{
    const struct past *past = &dossier->past;
    int most = most_epochs(past);
    char *description = describe(dossier_run(dossier), pair);
    struct plot plot = {.page = &dossier->page,
                        .x = {most > 1 ? 1 : 0.5, most > 1 ? most : 1.5},
                        .y = range_of(past, pair),
                        .whole_x = true};
    const struct plot_text text = {title, description, "epoch", name};

    plot_begin(&plot, &text);
    for (int group = 0; group < past->n_groups; group++)
        if (members_of(past, group) > 1)
            draw_group(dossier, &plot, group, pair);
    for (int i = 0; i < past->n; i++)
        draw_run(dossier, &plot, &past->runs[i], pair);
    for (int i = 0; i < past->n; i++)
        draw_best(dossier, &plot, &past->runs[i], pair);
    plot_end(&plot);
    free(description);
}

void section_curves(struct dossier *dossier)
{
    struct page *page = &dossier->page;
    const struct past_run *run = dossier_run(dossier);
    const struct pair loss = {PAST_LOSS, PAST_VAL_LOSS};
    const struct pair auc = {PAST_VAL_AUC, PAST_VAL_AUC};
    const struct pair score = {past_score(run), past_val_score(run)};

    page_section(page, "curves", "Learning");
    page_markup(page,
                "<ul class=\"legend\"><li><span class=\"stroke\"></span>validation</li>"
                "<li><span class=\"stroke dashed\"></span>training</li><li><span "
                "class=\"dot\"></span>best epoch</li>");
    if (dossier->past.n_groups < dossier->past.n)
        page_markup(page, "<li><span class=\"band-key\"></span>one standard deviation "
                          "around the mean over seeds</li>");
    page_markup(page, "</ul>\n");
    section_legend(dossier);

    page_markup(page, "<div class=\"charts\">\n");
    draw(dossier, "Loss", "loss", loss);
    draw(dossier, run->several_labels ? "F1, micro-average over labels" : "Accuracy",
         run->several_labels ? "F1" : "accuracy", score);
    if (past_has(run, PAST_VAL_AUC))
        draw(dossier, "ROC AUC of validation rows", "ROC AUC", auc);
    page_markup(page, "</div>\n");
    page_section_end(page);
}
