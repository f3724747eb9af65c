#include <math.h>
#include <stdlib.h>

#include "report/sections.h"

/* Of a run's result, over test rows or validation rows. */
static double score_of(const struct past_run *run)
{
    return run->several_labels ? run->result.f1 : run->result.acc;
}

static void write_row(struct page *page, const struct past_run *run)
{
    bool is_test = run->result.is_there && run->result.is_test;

    page_row(page, run->name);
    if (run->is_joint) {
        page_cell_number(page, (double)NAN, 0);
        page_cell_number(page, (double)NAN, 0);
    } else {
        page_cell_count(page, run->n_epochs);
        page_cell_count(page, run->best_epoch);
    }
    page_cell_number(page, past_at(run, PAST_VAL_LOSS, run->best_epoch), 4);
    page_cell_number(page, past_at(run, past_val_score(run), run->best_epoch), 4);
    page_cell_number(page, is_test ? run->result.loss : (double)NAN, 4);
    page_cell_number(page, is_test ? score_of(run) : (double)NAN, 4);
    page_markup(page, "<td class=\"n\">");
    page_seconds(page, past_seconds(run));
    page_markup(page, "</td>");
    page_cell_text(page, run->end ? past_text(run->end, "reason") : "goes on");
    page_row_end(page);
}

/* Of a group's test scores; deviation NaN of less than two. */
struct spread {
    int n;
    double mean, deviation, low, high;
};

static struct spread spread_of(const struct past *past, int group)
{
    struct spread spread = {.low = (double)INFINITY, .high = -(double)INFINITY};
    double squares = 0;

    for (int i = 0; i < past->n; i++) {
        const struct past_run *run = &past->runs[i];
        double score = score_of(run);
        if (run->group != group || !run->result.is_there || !isfinite(score))
            continue;
        double from_mean = score - spread.mean;
        spread.n++;
        spread.mean += from_mean / spread.n;
        squares += from_mean * (score - spread.mean);
        spread.low = fmin(spread.low, score);
        spread.high = fmax(spread.high, score);
    }
    spread.deviation = spread.n > 1 ? sqrt(squares / (spread.n - 1)) : (double)NAN;
    return spread;
}

static const struct past_run *first_of(const struct past *past, int group)
{
    int i = 0;
    while (past->runs[i].group != group)
        i++;
    return &past->runs[i];
}

static void write_groups(struct dossier *dossier)
{
    static const char *const columns[] = {"Configuration", "#runs", "#mean", "#deviation",
                                          "#least",        "#most", NULL};
    const struct past *past = &dossier->past;
    struct page *page = &dossier->page;
    if (past->n_groups == past->n)
        return;

    page_table(page, "Score at the end over runs that differ in their seeds alone",
               columns);
    for (int group = 0; group < past->n_groups; group++) {
        struct spread spread = spread_of(past, group);
        if (spread.n == 0)
            continue;
        page_row(page, first_of(past, group)->name);
        page_cell_count(page, spread.n);
        page_cell_number(page, spread.mean, 4);
        page_cell_number(page, spread.deviation, 4);
        page_cell_number(page, spread.low, 4);
        page_cell_number(page, spread.high, 4);
        page_row_end(page);
    }
    page_table_end(page);
}

/* "0.43", of labels one behind the other; the caller's. */
static char *list_thresholds(const json_t *decision)
{
    enum { MOST = 12 };
    const json_t *thresholds = json_object_get(decision, "thresholds"), *value;
    char *all = xstrdup("");
    size_t i;

    json_array_foreach(thresholds, i, value)
    {
        char *longer =
            i < MOST ? xasprintf("%s%s%.4g", all, i ? ", " : "", json_number_value(value))
                     : xasprintf("%s, ...", all);
        free(all);
        all = longer;
        if (i == MOST)
            break;
    }
    return all;
}

static double loss_of(const json_t *event, const char *when)
{
    const json_t *loss = json_object_get(json_object_get(event, when), "loss");
    return json_is_number(loss) ? json_number_value(loss) : (double)NAN;
}

static void write_decision(struct page *page, const struct past_run *run)
{
    const json_t *decision = json_object_get(run->decision, "decision");
    double temperature = json_number_value(json_object_get(decision, "temperature"));
    char *thresholds = list_thresholds(decision);

    page_row(page, run->name);
    page_cell_number(page, temperature > 0 ? temperature : (double)NAN, 4);
    page_cell_text(page, thresholds);
    page_cell_text(page, past_text(decision, "metric"));
    page_cell_number(page, loss_of(run->decision, "before"), 4);
    page_cell_number(page, loss_of(run->decision, "after"), 4);
    page_row_end(page);
    free(thresholds);
}

static void write_decisions(struct dossier *dossier)
{
    static const char *const columns[] = {
        "Run", "#Temperature", "Thresholds", "Best by", "#Val. loss", "#With it", NULL};
    const struct past *past = &dossier->past;
    int n = 0;

    for (int i = 0; i < past->n; i++)
        n += past->runs[i].decision != NULL;
    if (n == 0)
        return;
    page_table(&dossier->page, "What validation rows chose: --calibrate", columns);
    for (int i = 0; i < past->n; i++)
        if (past->runs[i].decision)
            write_decision(&dossier->page, &past->runs[i]);
    page_table_end(&dossier->page);
}

void section_runs(struct dossier *dossier)
{
    static const char *const columns[] = {
        "Run",        "#Epochs",     "#Best", "#Val. loss", "#Val. score",
        "#Test loss", "#Test score", "#Time", "Ended by",   NULL};
    struct page *page = &dossier->page;

    page_section(page, "runs", "Runs");
    page_table(page, "Validation at the best epoch, test with its weights", columns);
    for (int i = 0; i < dossier->past.n; i++)
        write_row(page, &dossier->past.runs[i]);
    page_table_end(page);
    write_groups(dossier);
    write_decisions(dossier);
    page_section_end(page);
}
