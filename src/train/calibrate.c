#include "train/private.h"

#include <stdlib.h>

#include "judge/brief.h"
#include "judge/decide.h"
#include "saved/checkpoint.h"
#include "saved/contents.h"
#include "saved/decision.h"

/* The result's logits of the validation rows are on every rank, so all choose alike. */
struct calibration {
    struct trainer *trainer;
    struct decide_rows rows;
    struct judged_rows judged;
    real *weights,
        *logits; /* the result's, divided by the temperature once it is chosen */
    double *probabilities; /* (n, C) */
    struct decision decision;
};

static bool wants(const struct trainer *trainer, enum calibrate what)
{
    return trainer->config->calibrate & what;
}

static int refuse(const struct trainer *trainer, const char *why)
{
    return fail(ERR_USAGE, "--calibrate %s: %s",
                calibrate_names[trainer->config->calibrate], why);
}

static int check(const struct trainer *trainer)
{
    const struct facts *facts = &trainer->data.facts;
    const struct sampler *sampler = &trainer->sampler;
    bool learns_all = trainer_is_linear(trainer) && trainer->config->linear.is_refitted &&
                      sampler->validation_part == DATASET_TRAIN;

    if (!trainer->config->calibrate)
        return OK;
    if (sampler->n_validation == 0)
        return refuse(trainer, "there are no validation rows to choose by: leave it out, "
                               "or give another --validation");
    if (learns_all)
        return refuse(trainer, "the last fit learns the validation rows, which then say "
                               "nothing of it: give --linear-refit false");
    if (wants(trainer, CALIBRATE_THRESHOLD) && !facts->multi_label && facts->n_labels > 2)
        return refuse(trainer, "thresholds are for two classes, or for texts with "
                               "several labels: give --calibrate temperature");
    return OK;
}

int trainer_check_calibration(const struct trainer *trainer)
{
    return comm_agree(trainer->comm, check(trainer));
}

/* Collective. By the weights as they are now. */
static int judge_rows(struct calibration *calibration)
{
    struct trainer *trainer = calibration->trainer;
    const struct judged_rows *judged = &calibration->judged;
    size_t outputs = (size_t)calibration->rows.outputs;
    size_t classes = (size_t)trainer->data.facts.n_labels;

    model_pack(trainer->model, calibration->weights);
    int rc = trainer_logits(trainer, judged->part, judged->rows, judged->n,
                            calibration->logits);
    for (size_t i = 0; i < (size_t)judged->n && !rc; i++)
        (void)model_judge(trainer->model, calibration->logits + i * outputs,
                          calibration->probabilities + i * classes);
    return rc;
}

static void choose_thresholds(struct calibration *calibration)
{
    const struct facts *facts = &calibration->trainer->data.facts;
    struct decision *decision = &calibration->decision;
    size_t n = (size_t)calibration->rows.n;
    int n_sides = facts->multi_label ? facts->n_labels : 1;
    double *second = xcalloc(n, sizeof *second);

    for (size_t i = 0; i < n && !facts->multi_label; i++)
        second[i] = calibration->probabilities[2 * i + 1];
    decision->n_thresholds = n_sides;
    decision->threshold = xcalloc((size_t)n_sides, sizeof *decision->threshold);
    decision->metric = calibration->trainer->config->threshold_metric;
    decide_thresholds(&calibration->rows,
                      facts->multi_label ? calibration->probabilities : second, n_sides,
                      decision->metric, decision->threshold);
    free(second);
}

/* What is chosen so far comes to on these rows. */
static struct report_baseline figures_of(const struct calibration *calibration)
{
    const struct facts *facts = &calibration->trainer->data.facts;
    const struct rows *labels = calibration->rows.labels;
    const struct decision *decision = &calibration->decision;
    size_t classes = (size_t)facts->n_labels;
    struct judge *judge =
        judge_new(calibration->rows.n, facts->n_labels, facts->multi_label);

    for (int i = 0; i < judge->n; i++) {
        int row = calibration->rows.rows[i];
        const double *p = calibration->probabilities + (size_t)i * classes;
        struct judge_row judged = {.probabilities = p, .thresholds = decision->threshold};

        for (int c = 1; c < judge->classes; c++)
            judged.decided = p[c] > p[judged.decided] ? c : judged.decided;
        judged.decided = decision_class(decision, facts->multi_label, p, judged.decided);
        if (facts->multi_label)
            judged.labels = rows_multi_hot(labels, row);
        else
            judged.label = labels->y[row];
        judge_take(judge, i, &judged);
    }
    struct report_baseline figures = trainer_figures_of(judge);
    judge_free(judge);
    return figures;
}

/* Collective. The temperature first, as thresholds are of what it leaves. */
static int choose(struct calibration *calibration, struct report_decision *report)
{
    struct trainer *trainer = calibration->trainer;
    int rc = judge_rows(calibration);
    if (rc)
        return rc;

    report->before = figures_of(calibration);
    if (wants(trainer, CALIBRATE_TEMPERATURE)) {
        calibration->decision.temperature = decide_temperature(&calibration->rows);
        decision_cool(trainer->model, calibration->decision.temperature,
                      calibration->weights);
        rc = judge_rows(calibration);
    }
    if (!rc && wants(trainer, CALIBRATE_THRESHOLD))
        choose_thresholds(calibration);
    if (!rc)
        report->after = figures_of(calibration);
    return rc;
}

/* Rank 0. The result's file once more, with what was chosen. */
static int store(const struct trainer *trainer, const struct decision *decision)
{
    const char *name = trainer->config->result_is_last ? "last.h5" : "best.h5";
    struct checkpoint info = {0};
    char *bytes = NULL;
    size_t n = 0;

    int rc = checkpoint_open_in(&trainer->folder, name, &info);
    if (!rc)
        rc = contents_with_decision(&info, decision, &bytes, &n);
    if (!rc)
        rc = directory_replace(&trainer->folder, name, bytes, n, true);
    free(bytes);
    checkpoint_release(&info);
    return rc;
}

/* Rank 0. */
static int tell(struct trainer *trainer, const struct decision *decision,
                struct report_decision *report)
{
    char *said = decision_describe(decision, &trainer->data.facts);
    report->said = said;
    report->json = decision_json(decision);
    report->n = trainer->sampler.n_validation;
    report->multi_label = trainer->data.facts.multi_label;

    int rc = report_decision(&trainer->report, report);
    free(said);
    return rc;
}

static struct calibration begin(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    const struct chain_config *chain = model_chain(trainer->model);
    const real *weights = trainer->config->result_is_last ? trainer_model_weights(trainer)
                                                          : trainer->best_weights;
    size_t n = (size_t)sampler->n_validation, size = trainer->params->size;
    struct calibration calibration = {.trainer = trainer};

    calibration.judged = (struct judged_rows){sampler->validation_part,
                                              sampler->validation, sampler->n_validation};
    calibration.weights = xaligned(size, sizeof(real));
    memcpy(calibration.weights, weights, size * sizeof(real));
    calibration.logits = xcalloc(n * (size_t)chain_outputs(chain), sizeof(real));
    calibration.probabilities =
        xcalloc(n * (size_t)trainer->data.facts.n_labels, sizeof(double));
    calibration.rows =
        (struct decide_rows){.loss = chain->layer[chain->n_layers - 1].output.loss,
                             .outputs = chain_outputs(chain),
                             .labels = &trainer->data.part[sampler->validation_part],
                             .rows = sampler->validation,
                             .n = sampler->n_validation,
                             .logits = calibration.logits};
    return calibration;
}

int trainer_calibrate(struct trainer *trainer)
{
    const struct comm *comm = trainer->comm;
    struct report_decision report = {.n = 0};
    if (!trainer->config->calibrate || trainer->config->is_trial)
        return OK;

    struct calibration calibration = begin(trainer);
    int rc = choose(&calibration, &report);
    if (!rc)
        rc = comm_agree(comm,
                        comm->rank == 0 ? store(trainer, &calibration.decision) : OK);
    if (!rc)
        rc = comm_agree(
            comm, comm->rank == 0 ? tell(trainer, &calibration.decision, &report) : OK);

    decision_release(&calibration.decision);
    free(calibration.weights);
    free(calibration.logits);
    free(calibration.probabilities);
    return rc;
}
