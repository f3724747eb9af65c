/* What the page is made of, one file a section. Nothing here is collective. */
#ifndef RNNTRAIN_REPORT_SECTIONS_H
#define RNNTRAIN_REPORT_SECTIONS_H

#include "data/dataset.h"
#include "report/judged.h"
#include "report/page.h"
#include "report/past.h"
#include "report/report.h"

/* style.css. */
extern const char report_style[];

struct dossier {
    struct page page;
    const struct report_settings *settings;
    struct past past;
    struct judged *judged; /* (past.n); without a judge where there are no predictions */
    int chosen;            /* the run that is shown in full */
    bool has_data;         /* the data set of the chosen run is there */
    struct dataset data;   /* its columns */
    struct text_tokenizer *tokenizer; /* of the data; NULL: none */
};

static inline const struct past_run *dossier_run(const struct dossier *dossier)
{
    return &dossier->past.runs[dossier->chosen];
}
/* NULL: there are no predictions. */
static inline const struct judged *dossier_judged(const struct dossier *dossier)
{
    const struct judged *judged = &dossier->judged[dossier->chosen];
    return judged->judge ? judged : NULL;
}

/* Each writes its section, or nothing where there is nothing to be shown. */
void section_head(struct dossier *dossier);
void section_runs(struct dossier *dossier);
void section_curves(struct dossier *dossier);
void section_figures(struct dossier *dossier);
void section_confusion(struct dossier *dossier);
void section_sure(struct dossier *dossier);
void section_slices(struct dossier *dossier);
int section_mistakes(struct dossier *dossier) NODISCARD;
void section_time(struct dossier *dossier);
void section_model(struct dossier *dossier);
void section_data(struct dossier *dossier);
void section_repeat(struct dossier *dossier);

/* The colour of a run in all charts, that of its group or, where all are of one group,
 * the first. And a list that explains the colours, where there are several. */
int section_colour(const struct dossier *dossier, const struct past_run *run);
void section_legend(struct dossier *dossier);

/* A pair of a list of facts: <dt>, <dd>. */
void section_fact(struct page *page, const char *name, const char *text);
void section_fact_count(struct page *page, const char *name, int64_t value);

#endif
