#include "runs/private.h"

#include <stdlib.h>
#include <string.h>

#include "data/sampler_options.h"
#include "files/file.h"
#include "saved/ensemble.h"
#include "train/blend.h"

/* All models at work: the networks, numbered from 0, then the linear one and its
 * refit. */
struct joint {
    struct job *job;
    struct judging *judging;
    struct ensemble_config rule; /* arrays owned */
    int *members;                /* (rule.n) numbers of models, on rows not learnt */
    int outputs;
    double blended_loss; /* of validation rows, by the blend; rank 0 */
};

static bool has_linear(const struct joint *joint)
{
    return joint->job->config->linear != NULL;
}

static int take_model(struct joint *joint, const struct run *run)
{
    char *path = job_result_of(run);
    int rc = judging_take(joint->judging, path);
    free(path);
    return rc;
}

static int take_models(struct joint *joint)
{
    struct job *job = joint->job;
    int rc = OK;

    for (int i = 0; i < job->config->seeds && !rc; i++)
        rc = take_model(joint, &job->networks[i]);
    if (!rc && has_linear(joint))
        rc = take_model(joint, &job->linear);
    if (!rc && job_has_refit(job))
        rc = take_model(joint, &job->refit);
    return rc;
}

static void make_rule(struct joint *joint)
{
    int k = joint->job->config->seeds, n = has_linear(joint) ? k + 1 : k;
    size_t size = (size_t)n;

    joint->outputs = chain_outputs(judging_chain(joint->judging, 0));
    joint->rule = (struct ensemble_config){
        .n = n, .rule = has_linear(joint) ? ENSEMBLE_SUM : ENSEMBLE_MEAN};
    joint->members = xcalloc(size, sizeof *joint->members);
    for (int i = 0; i < n; i++)
        joint->members[i] = i;
    if (!has_linear(joint))
        return;
    joint->rule.weights = xcalloc(size, sizeof(double));
    joint->rule.bias = xcalloc((size_t)joint->outputs, sizeof(double));
}

/* Collective. The mean of the networks' logits (n, outputs). */
static int network_logits(struct joint *joint, const struct judging_rows *rows,
                          real *mean)
{
    size_t size = (size_t)rows->n * (size_t)joint->outputs;
    real *logits = xcalloc(size, sizeof *logits);
    double *sum = xcalloc(size, sizeof *sum);
    int k = joint->job->config->seeds, rc = OK;

    for (int m = 0; m < k && !rc; m++) {
        rc = judging_logits(joint->judging, rows, m, logits);
        for (size_t i = 0; i < size; i++)
            sum[i] += (double)logits[i];
    }
    for (size_t i = 0; i < size; i++)
        mean[i] = (real)(sum[i] / k);
    free(sum);
    free(logits);
    return rc;
}

/* Rank 0. */
static int fit(struct joint *joint, const struct judging_rows *rows, const real *network,
               const real *linear)
{
    const struct chain_config *chain = judging_chain(joint->judging, 0);
    double *weights = NULL;
    struct blend_task task = {
        .loss = chain->layer[chain->n_layers - 1].output.loss,
        .outputs = joint->outputs,
        .labels = &judging_data(joint->judging)->part[rows->part],
        .rows = rows->rows,
        .n = rows->n,
        .first = network,
        .second = linear,
        .has_biases = true,
    };
    struct blend blend = {.c = joint->rule.bias};
    int k = joint->job->config->seeds;
    int rc = judging_class_weights(joint->judging, &weights);
    if (rc)
        return rc;

    task.class_weights = weights;
    joint->blended_loss = blend_fit(&task, &blend);
    for (int i = 0; i < k; i++)
        joint->rule.weights[i] = blend.a / k;
    joint->rule.weights[k] = blend.b;
    free(weights);
    return OK;
}

/* Collective. a, b and c, on validation rows. */
static int fit_blend(struct joint *joint)
{
    const struct comm *comm = joint->job->comm;
    const struct judging_rows rows = judging_validation(joint->judging);
    size_t size = (size_t)rows.n * (size_t)joint->outputs;
    real *network = xcalloc(size, sizeof *network),
         *linear = xcalloc(size, sizeof *linear);

    int rc = network_logits(joint, &rows, network);
    if (!rc)
        rc = judging_logits(joint->judging, &rows, joint->job->config->seeds, linear);
    if (!rc)
        rc = comm_agree(comm, comm->rank == 0 ? fit(joint, &rows, network, linear) : OK);

    comm_broadcast(comm, joint->rule.weights, (size_t)joint->rule.n * sizeof(double));
    comm_broadcast(comm, joint->rule.bias, (size_t)joint->outputs * sizeof(double));
    free(network);
    free(linear);
    return rc;
}

/* Rank 0. */
static int report_blend(struct joint *joint)
{
    const struct ensemble_config *rule = &joint->rule;
    int k = joint->job->config->seeds;
    double a = rule->weights[0] * k, b = rule->weights[k];
    json_t *bias = json_array();
    for (int c = 0; c < joint->outputs; c++)
        json_array_append_new(bias, json_real(rule->bias[c]));

    report_say(
        &joint->job->report,
        "blend    logits %.3f network + %.3f linear + c, fitted on validation rows", a,
        b);
    return report_write(&joint->job->report,
                        json_pack("{s:s,s:f,s:f,s:o,s:f}", "event", "blend", "a", a, "b",
                                  b, "c", bias, "val_loss", joint->blended_loss),
                        false);
}

/* Rank 0. A network alone is the folder's best.h5. */
static int write_network(const struct job *job)
{
    char *path = job_result_of(&job->networks[0]), *bytes = NULL;
    size_t n = 0;

    int rc = file_read(path, &bytes, &n);
    if (!rc)
        rc = directory_replace(&job->folder, "best.h5", bytes, n, false);
    free(bytes);
    free(path);
    return rc;
}

/* Rank 0. */
static int write_file(const struct joint *joint)
{
    const struct job *job = joint->job;
    int k = job->config->seeds;
    if (joint->rule.n == 1)
        return write_network(job);

    char **paths = xcalloc((size_t)joint->rule.n, sizeof *paths), *bytes = NULL;
    size_t n = 0;
    for (int i = 0; i < k; i++)
        paths[i] = job_result_of(&job->networks[i]);
    if (has_linear(joint))
        paths[k] = job_result_of(job_has_refit(job) ? &job->refit : &job->linear);

    int rc = ensemble_image(&joint->rule, (const char *const *)paths, &bytes, &n);
    if (!rc)
        rc = directory_replace(&job->folder, "ensemble.h5", bytes, n, false);
    free(bytes);
    for (int i = 0; i < joint->rule.n; i++)
        free(paths[i]);
    free(paths);
    return rc;
}

/* Collective. What all come to as one: the refit has learnt validation rows and judges
 * others. */
static int score(struct joint *joint, struct scores *scores)
{
    const struct judging_rows validation = judging_validation(joint->judging);
    const struct judging_rows test = judging_test(joint->judging);
    struct score of;
    int rc = OK;

    if (validation.n > 0)
        rc =
            judging_score(joint->judging, &validation, &joint->rule, joint->members, &of);
    if (!rc && validation.n > 0) {
        scores->is_validated = true;
        scores->validation = scores_of(&of);
    }

    if (job_has_refit(joint->job))
        joint->members[joint->rule.n - 1]++;
    if (!rc && test.n > 0)
        rc = judging_score(joint->judging, &test, &joint->rule, joint->members, &of);
    if (!rc && test.n > 0) {
        scores->is_tested = true;
        scores->test = scores_of(&of);
    }
    return rc;
}

/* Rank 0. */
static int report_members(struct job *job)
{
    int k = job->config->seeds, rc = OK;
    struct scores *scores = xcalloc((size_t)k, sizeof *scores);

    for (int i = 0; i < k && !rc; i++) {
        scores[i] = scores_of_run(&job->networks[i]);
        rc = scores_report(job, job->networks[i].name, &scores[i]);
    }
    if (!rc && k > 1)
        rc = scores_report_seeds(job, scores);

    const struct run *linear[] = {&job->linear, &job->refit};
    for (size_t i = 0; i < COUNT_OF(linear) && !rc; i++)
        if (linear[i]->name) {
            struct scores own = scores_of_run(linear[i]);
            rc = scores_report(job, linear[i]->name, &own);
        }
    free(scores);
    return rc;
}

/* Rank 0. */
static int report(struct joint *joint, const struct scores *scores)
{
    struct job *job = joint->job;
    job->multi_label = judging_data(joint->judging)->facts.multi_label;

    int rc = report_members(job);
    if (!rc && has_linear(joint))
        rc = report_blend(joint);
    if (!rc)
        rc = scores_report(job, joint->rule.n > 1 ? "ensemble" : "network", scores);
    if (!rc && joint->rule.n == 1)
        report_say(&job->report, "result   the best network: %s/best.h5",
                   job->config->network->run_dir);
    else if (!rc)
        report_say(&job->report, "result   %d models as one, by the %s: %s/ensemble.h5",
                   joint->rule.n,
                   has_linear(joint) ? "sum of their logits"
                                     : "mean of their probabilities",
                   job->config->network->run_dir);
    return rc;
}

static int join(struct joint *joint)
{
    struct job *job = joint->job;
    bool is_first = job->comm->rank == 0;
    struct scores scores = {.is_tested = false};

    int rc = take_models(joint);
    if (rc)
        return rc;
    make_rule(joint);
    if (has_linear(joint))
        rc = fit_blend(joint);
    if (!rc)
        rc = score(joint, &scores);
    if (!rc)
        rc = comm_agree(job->comm, is_first ? write_file(joint) : OK);
    return rc ? rc : comm_agree(job->comm, is_first ? report(joint, &scores) : OK);
}

int job_join(struct job *job)
{
    struct joint joint = {.job = job};
    struct trainer_config config = *job->config->network;
    sampler_options_complete(&config.sampler);

    int rc = judging_new(job->comm, &config, job->config->linear != NULL, &joint.judging);
    if (!rc)
        rc = join(&joint);

    judging_free(joint.judging);
    ensemble_config_release(&joint.rule);
    free(joint.members);
    return rc;
}
