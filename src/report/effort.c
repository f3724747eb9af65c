/* Where the time went: epoch by epoch as the log has it, and as the trace has it, if
 * there is one. */
#include <math.h>
#include <stdlib.h>

#include "report/sections.h"
#include "report/traced.h"

enum { MOST_EPOCHS = 60 };

static void write_epochs(struct page *page, const struct past_run *run)
{
    static const char *const columns[] = {
        "Epoch",       "#Seconds",         "#Rows/s",      "#GFLOP/s",
        "#% of SGEMM", "#% communication", "#% imbalance", NULL};
    int from = run->n_epochs > MOST_EPOCHS ? run->n_epochs - MOST_EPOCHS : 0;

    page_table(page, "Epochs, validation included", columns);
    for (int e = from; e < run->n_epochs; e++) {
        char *number = xasprintf("%d", (int)run->epoch[e]);
        page_row(page, number);
        page_cell_number(page, run->value[PAST_SECONDS][e], 2);
        page_cell_number(page, run->value[PAST_SAMPLES][e], 0);
        page_cell_number(page, run->value[PAST_GFLOPS][e], 1);
        page_cell_number(page, 100 * run->value[PAST_PEAK_SHARE][e], 0);
        page_cell_number(page, 100 * run->value[PAST_COMM_SHARE][e], 0);
        page_cell_number(page, 100 * run->value[PAST_IMBALANCE][e], 0);
        page_row_end(page);
        free(number);
    }
    page_table_end(page);
    if (from > 0)
        page_write(page, "<p class=\"note\">The last %d of %d.</p>\n", MOST_EPOCHS,
                   run->n_epochs);
}

static void write_trace(struct page *page, const struct traced *traced)
{
    static const char *const columns[] = {"Work",  "#Seconds a rank", "#Least",
                                          "#Most", "Share",           NULL};
    double all = 0;
    for (int k = 0; k < traced->n_kinds; k++)
        all += traced->kinds[k].seconds;

    page_table(page, "What ranks did, from the trace", columns);
    for (int k = 0; k < traced->n_kinds; k++) {
        const struct traced_kind *kind = &traced->kinds[k];
        double share = all > 0 ? kind->seconds / all : 0;
        page_row(page, kind->name);
        page_cell_number(page, kind->seconds / traced->n_ranks, 2);
        page_cell_number(page, kind->least, 2);
        page_cell_number(page, kind->most, 2);
        page_write(page,
                   "<td class=\"share\"><span class=\"meter\" style=\"--share:%.3f\">"
                   "</span> %.1f %%</td>",
                   share, 100 * share);
        page_row_end(page);
    }
    page_table_end(page);
}

void section_time(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    struct page *page = &dossier->page;
    struct traced traced;
    char *path = dossier->settings->trace ? xstrdup(dossier->settings->trace)
                                          : past_path(run, "trace.json");

    page_section(page, "time", "Where time went");
    if (traced_read(path, &traced))
        write_trace(page, &traced);
    else
        page_markup(page, "<p class=\"note\">There is no trace of this run here: "
                          "<code>rnntrain --trace FILE</code> writes what each rank did "
                          "when, and <code>rnntrain report --trace FILE</code> shows "
                          "it.</p>\n");
    write_epochs(page, run);
    page_section_end(page);
    free(path);
}
