#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "files/file.h"
#include "report/sections.h"
#include "saved/data_place.h"

/* Whether it is the file that the run learnt of. */
static bool is_of_run(const struct past_run *run, const struct dataset *data)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)data->hash);
    return !strcmp(hash, past_text(run->start, "data"));
}

/* Rows are found in it by their numbers: these must be there. */
static bool has_rows(const struct judged *judged, const struct dataset *data)
{
    const struct predictions_part *rows = judged ? judged->rows : NULL;
    return !rows || rows->n == 0 || rows->row[rows->n - 1] < data->part[rows->of].n;
}

static int open_data(struct dossier *dossier, const char *path)
{
    struct dataset *data = &dossier->data;
    int rc = dataset_open(path, DATASET_WORDS_KEPT, data);
    if (!rc)
        rc = dataset_load_alone(data, DATASET_COLUMNS, "name no --data");
    if (!rc && data->tokenizer)
        rc = dataset_tokenizer(data, &dossier->tokenizer);
    return rc;
}

static void close_data(struct dossier *dossier)
{
    text_free(dossier->tokenizer);
    dataset_release(&dossier->data);
    dossier->tokenizer = NULL;
    dossier->data = (struct dataset){.path = NULL};
}

/* Of a file that nobody named: nothing is open where it is not the run's. */
static void try_data(struct dossier *dossier, const char *path)
{
    dossier->has_data = open_data(dossier, path) == OK &&
                        is_of_run(dossier_run(dossier), &dossier->data) &&
                        has_rows(dossier_judged(dossier), &dossier->data);
    if (!dossier->has_data)
        close_data(dossier);
}

/* One that is named must be the run's; else those are tried that may be. */
static int find_data(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    const char *path = dossier->settings->data;
    if (!path) {
        const char *recorded = past_text(run->start, "data_path"), *place;
        for (int i = 0; !dossier->has_data && (place = data_place(recorded, i)); i++)
            try_data(dossier, place);
        return OK;
    }

    int rc = open_data(dossier, path);
    dossier->has_data = !rc && is_of_run(run, &dossier->data) &&
                        has_rows(dossier_judged(dossier), &dossier->data);
    if (!rc && !dossier->has_data)
        rc = fail(ERR_USAGE,
                  "--data %s is not what %s was trained on: its SHA-256 begins with "
                  "%016llx, that of the run's data with %s",
                  path, run->path, (unsigned long long)dossier->data.hash,
                  past_text(run->start, "data"));
    return rc;
}

static int compose(struct dossier *dossier)
{
    section_head(dossier);
    section_runs(dossier);
    section_curves(dossier);
    section_figures(dossier);
    section_confusion(dossier);
    section_sure(dossier);
    section_slices(dossier);
    int rc = section_mistakes(dossier);
    section_time(dossier);
    section_model(dossier);
    section_data(dossier);
    section_repeat(dossier);
    page_write(&dossier->page,
               "</main>\n<footer><p>Made by rnntrain %s.</p></footer>\n</body></html>\n",
               RNNTRAIN_VERSION);
    return rc;
}

static void release(struct dossier *dossier)
{
    for (int i = 0; i < dossier->past.n && dossier->judged; i++)
        judged_release(&dossier->judged[i]);
    free(dossier->judged);
    close_data(dossier);
    past_release(&dossier->past);
    page_release(&dossier->page);
}

/* Intervals take long: the run that is shown in full has them. */
static void judge_all(struct dossier *dossier)
{
    const struct report_settings *settings = dossier->settings;
    dossier->judged = xcalloc((size_t)dossier->past.n, sizeof *dossier->judged);

    for (int i = 0; i < dossier->past.n; i++)
        judged_compute(&dossier->past.runs[i], settings->seed,
                       i == dossier->chosen ? settings->resamples : 0,
                       &dossier->judged[i]);
}

int report_page(const char *const *folders, int n, const struct report_settings *settings,
                const char *output)
{
    struct dossier dossier = {.settings = settings};
    int rc = past_read(folders, n, &dossier.past);
    if (!rc) {
        past_read_predictions(&dossier.past);
        dossier.chosen = past_best(&dossier.past);
        judge_all(&dossier);
        rc = find_data(&dossier);
    }
    if (!rc)
        rc = compose(&dossier);
    if (!rc)
        rc = file_replace(output, dossier.page.html, dossier.page.n, false);
    release(&dossier);
    return rc;
}
