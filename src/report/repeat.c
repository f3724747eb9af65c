/* On what the run ran, and how it is made again. */
#include <stdlib.h>

#include "report/sections.h"

static void write_environment(struct page *page, const struct past_run *run)
{
    const json_t *start = run->start;
    const json_t *reproducible = json_object_get(start, "reproducible");

    page_markup(page, "<dl class=\"facts\">\n");
    section_fact(page, "rnntrain", past_text(start, "version"));
    section_fact(page, "Build", past_text(start, "build"));
    section_fact(page, "Begun", past_text(start, "time"));
    section_fact(page, "As it was called", past_text(start, "command"));
    section_fact(page, "Kernels", past_text(start, "kernels"));
    section_fact(page, "Hosts", past_text(start, "hosts"));
    section_fact_count(page, "Ranks",
                       json_integer_value(json_object_get(start, "ranks")));
    section_fact_count(page, "Lanes of a batch",
                       json_integer_value(json_object_get(start, "lanes")));
    section_fact_count(page, "Parameters",
                       json_integer_value(json_object_get(start, "parameters")));
    section_fact(page, "Same bits on any number of ranks",
                 json_is_boolean(reproducible) ? json_is_true(reproducible) ? "yes" : "no"
                                               : NULL);
    page_markup(page, "</dl>\n");
}

static void write_config(struct page *page, const json_t *config)
{
    char *text =
        config
            ? json_dumps(config, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9))
            : NULL;
    if (!text)
        return;

    page_markup(page, "<details><summary>All options</summary><div class=\"wide\" "
                      "role=\"region\" tabindex=\"0\" aria-label=\"All options\"><pre>");
    page_text(page, text);
    page_markup(page, "</pre></div></details>\n");
    free(text);
}

void section_repeat(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    struct page *page = &dossier->page;
    char *command = run->config && dossier->settings->command
                        ? dossier->settings->command(run->config)
                        : NULL;

    page_section(page, "repeat", "Repeating it");
    if (command) {
        page_markup(page, "<p>This command makes the same run again, with the same bits "
                          "where the kernels are the same:</p>\n<pre "
                          "class=\"command\"><code>");
        page_text(page, command);
        page_markup(page, "</code></pre>\n");
    }
    write_environment(page, run);
    write_config(page, run->config);
    page_section_end(page);
    free(command);
}
