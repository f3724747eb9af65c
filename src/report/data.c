/* What the data are. */
#include <stdlib.h>
#include <string.h>

#include "report/sections.h"

enum { MOST_CLASSES = 50 };

/* A number of the log's first event. */
static void write_count(struct page *page, const struct past_run *run, const char *name,
                        const char *key)
{
    const json_t *value = json_object_get(run->start, key);
    if (json_is_integer(value))
        section_fact_count(page, name, (int64_t)json_integer_value(value));
}

static void write_facts(struct dossier *dossier)
{
    const struct past_run *run = dossier_run(dossier);
    const struct facts *facts = &dossier->data.facts;
    struct page *page = &dossier->page;

    page_markup(page, "<dl class=\"facts\">\n");
    write_count(page, run, "Rows to train", "train");
    write_count(page, run, "Rows to validate", "validation");
    section_fact(page, "Validation rule", past_text(run->start, "validation_rule"));
    write_count(page, run, "Rows to test", "test");
    write_count(page, run, "Classes", "classes");
    if (dossier->has_data) {
        section_fact_count(page, "Ids, words and others", facts->num_words);
        section_fact_count(page, "Positions of a row", facts->maxlen);
        section_fact(page, "Padding", facts_side(facts->pad_pre));
        section_fact(page, "Truncating", facts_side(facts->truncate_pre));
        section_fact(page, "File", dossier->data.path);
    }
    section_fact(page, "Data set, SHA-256 begins", past_text(run->start, "data"));
    section_fact(page, "Corpus, SHA-256", past_text(run->start, "corpus"));
    page_markup(page, "</dl>\n");
}

/* How often each class is in each part. */
static void write_classes(struct dossier *dossier)
{
    static const char *const columns[] = {"Class", "#train", "#validation", "#test",
                                          NULL};
    const struct dataset *data = &dossier->data;
    int n = data->facts.n_labels, most = n > MOST_CLASSES ? MOST_CLASSES : n;
    int *counts[DATASET_PARTS];

    for (int p = 0; p < DATASET_PARTS; p++) {
        const struct rows *rows = &data->part[p];
        int32_t *numbers = xcalloc((size_t)rows->n + 1, sizeof *numbers);
        for (int i = 0; i < rows->n; i++)
            numbers[i] = i;
        counts[p] = xcalloc((size_t)n, sizeof(int));
        rows_count(rows, numbers, rows->n, n, counts[p]);
        free(numbers);
    }

    page_table(&dossier->page, "Rows of the data set, by their class", columns);
    for (int c = 0; c < most; c++) {
        page_row(&dossier->page, data->facts.labels[c]);
        for (int p = 0; p < DATASET_PARTS; p++)
            page_cell_count(&dossier->page, counts[p][c]);
        page_row_end(&dossier->page);
    }
    page_table_end(&dossier->page);
    for (int p = 0; p < DATASET_PARTS; p++)
        free(counts[p]);
}

/* Texts and numbers of the provenance that rnnprep recorded. */
static void write_provenance(struct dossier *dossier)
{
    json_t *root =
        json_loads(dossier->data.provenance ? dossier->data.provenance : "{}", 0, NULL);
    struct page *page = &dossier->page;
    const char *key;
    json_t *value;

    page_markup(page, "<details><summary>How the data set was made</summary>"
                      "<dl class=\"facts\">\n");
    json_object_foreach(root, key, value)
    {
        char *text = json_is_string(value)
                         ? xstrdup(json_string_value(value))
                         : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
        bool is_short = text && strlen(text) <= 500;
        section_fact(page, key, is_short ? text : "");
        free(text);
    }
    page_markup(page, "</dl></details>\n");
    json_decref(root);
}

void section_data(struct dossier *dossier)
{
    page_section(&dossier->page, "data", "Data");
    write_facts(dossier);
    if (dossier->has_data) {
        write_classes(dossier);
        write_provenance(dossier);
    } else {
        page_markup(&dossier->page,
                    "<p class=\"note\">The data set itself was not found: name it with "
                    "<code>--data</code> for its classes, lengths and words.</p>\n");
    }
    page_section_end(&dossier->page);
}
