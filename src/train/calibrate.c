#include "train/private.h"

#include <stdlib.h>

#include "saved/checkpoint.h"
#include "saved/contents.h"
#include "saved/decision.h"
#include "train/choosing.h"

/* The result's logits of the validation rows are on every rank, so all choose alike. */

static int refuse(const struct trainer *trainer, const char *why)
{
    return fail(ERR_USAGE, "--calibrate %s: %s",
                calibrate_names[trainer->config->calibrate], why);
}

static int check(const struct trainer *trainer)
{
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
    return choosing_check(&trainer->data.facts, trainer->config->calibrate);
}

int trainer_check_calibration(const struct trainer *trainer)
{
    return comm_agree(trainer->comm, check(trainer));
}

struct asking {
    struct trainer *trainer;
    real *weights; /* that the model is packed of */
};

/* Collective. */
static int ask(void *context, double temperature, real *logits)
{
    const struct asking *asking = context;
    struct trainer *trainer = asking->trainer;
    const struct sampler *sampler = &trainer->sampler;
    real *weights = asking->weights;

    memcpy(weights,
           trainer->config->result_is_last ? trainer_model_weights(trainer)
                                           : trainer->best_weights,
           trainer->params->size * sizeof *weights);
    if (temperature > 0)
        decision_cool(trainer->model, temperature, weights);
    model_pack(trainer->model, weights);
    return trainer_logits(trainer, sampler->validation_part, sampler->validation,
                          sampler->n_validation, logits);
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

int trainer_calibrate(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    const struct comm *comm = trainer->comm;
    const struct sampler *sampler = &trainer->sampler;
    const struct chain_config *chain = model_chain(trainer->model);
    struct report_decision report = {.n = 0};
    struct decision decision = {.temperature = 0};
    if (!config->calibrate || config->is_trial)
        return OK;

    struct asking asking = {trainer, xaligned(trainer->params->size, sizeof(real))};
    struct choosing choosing = {
        .model = trainer->model,
        .facts = &trainer->data.facts,
        .calibrate = config->calibrate,
        .metric = config->threshold_metric,
        .rows = {.loss = chain->layer[chain->n_layers - 1].output.loss,
                 .outputs = chain_outputs(chain),
                 .labels = &trainer->data.part[sampler->validation_part],
                 .rows = sampler->validation,
                 .n = sampler->n_validation},
        .ask = ask,
        .context = &asking};

    int rc = choosing_run(&choosing, &decision, &report.before, &report.after);
    if (!rc)
        rc = comm_agree(comm, comm->rank == 0 ? store(trainer, &decision) : OK);
    if (!rc)
        rc = comm_agree(comm, comm->rank == 0 ? tell(trainer, &decision, &report) : OK);
    decision_release(&decision);
    free(asking.weights);
    return rc;
}
