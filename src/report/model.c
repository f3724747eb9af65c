/* The layers of the model, as rnntrain summary shows them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/summary.h"
#include "report/sections.h"
#include "saved/checkpoint.h"
#include "saved/record.h"

/* Lines, the caller's; NULL: the file cannot be read, or there is none. */
static char *summary_of(const char *path)
{
    struct checkpoint info = {0};
    struct record record;
    struct chain_config chain;
    char *lines = NULL;

    int rc = access(path, F_OK) == 0 ? checkpoint_open(path, &info) : ERR_NO_INPUT;
    const struct record_source source = {path, info.provenance};
    if (!rc)
        rc = record_read(info.config, &source, &record);
    if (!rc)
        rc = checkpoint_check_model(&info, &record.model);
    if (!rc)
        rc = model_options_chain(&record.model, &info.facts, &chain);
    if (!rc)
        lines = model_summary(&chain);
    checkpoint_release(&info);
    return lines;
}

void section_model(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    struct page *page = &dossier->page;
    bool is_last = !strcmp(run->result.which, "last");
    char *path = past_path(run, is_last ? "last.h5" : "best.h5");
    char *lines = summary_of(path);

    page_section(page, "model", "Model");
    if (lines) {
        page_markup(page, "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
                          "aria-label=\"Layers of the model\"><pre>");
        page_text(page, lines);
        page_markup(page, "</pre></div>\n");
    } else {
        page_markup(page, "<p class=\"note\">The run's best.h5 is not there, or is "
                          "damaged: its layers are not known here.</p>\n");
    }
    page_section_end(page);
    free(lines);
    free(path);
}
