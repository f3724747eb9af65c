#include "runs/private.h"

#include <stdlib.h>
#include <string.h>

#include "data/sampler_options.h"
#include "files/file.h"
#include "saved/decision.h"
#include "saved/ensemble.h"
#include "train/blend.h"
#include "train/choosing.h"

/* All models at work: the networks, numbered from 0, then each linear one and its
 * refit. */
struct joint {
    struct job *job;
    struct judging *judging;
    struct ensemble_config rule; /* arrays owned */
    int *members;                /* (rule.n) numbers of models, on rows not learnt */
    int n_sides;                 /* linear models */
    int outputs;
    struct decision decision; /* of all as one, that validation rows chose */
    struct report_decision chosen;
    double blended_loss;            /* of validation rows, by the blend; rank 0 */
    struct predictions predictions; /* of all as one; names borrowed; rank 0 */
};

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
    for (int side = 0; side < JOB_SIDES && !rc; side++) {
        if (!job->config->side[side])
            continue;
        rc = take_model(joint, &job->side[side].run);
        if (!rc && job_has_refit(job))
            rc = take_model(joint, &job->side[side].refit);
    }
    return rc;
}

static void make_rule(struct joint *joint)
{
    int k = joint->job->config->seeds, n = k + joint->n_sides;
    int models = job_has_refit(joint->job) ? 2 : 1; /* of a side */
    size_t size = (size_t)n;

    joint->outputs = chain_outputs(judging_chain(joint->judging, 0));
    joint->rule = (struct ensemble_config){
        .n = n, .rule = joint->n_sides ? ENSEMBLE_SUM : ENSEMBLE_MEAN};
    joint->members = xcalloc(size, sizeof *joint->members);
    for (int i = 0; i < n; i++)
        joint->members[i] = i < k ? i : k + (i - k) * models;
    if (!joint->n_sides)
        return;
    joint->rule.weights = xcalloc(size, sizeof(double));
    joint->rule.bias = xcalloc((size_t)joint->outputs, sizeof(double));
}

/* The rule of one model. */
static const struct ensemble_config alone = {.n = 0};

/* Collective. The mean of the networks' logits (n, outputs). */
static int network_logits(struct joint *joint, const struct judging_rows *rows,
                          real *mean)
{
    size_t size = (size_t)rows->n * (size_t)joint->outputs;
    real *logits = xcalloc(size, sizeof *logits);
    double *sum = xcalloc(size, sizeof *sum);
    int k = joint->job->config->seeds, rc = OK;

    for (int m = 0; m < k && !rc; m++) {
        const struct judging_models one = {&alone, &m};
        rc = judging_logits(joint->judging, rows, &one, logits);
        for (size_t i = 0; i < size; i++)
            sum[i] += (double)logits[i];
    }
    for (size_t i = 0; i < size; i++)
        mean[i] = (real)(sum[i] / k);
    free(sum);
    free(logits);
    return rc;
}

/* Rank 0. Logits of the networks as one, then of each linear model. */
static int fit(struct joint *joint, const struct judging_rows *rows,
               const real *const logits[])
{
    const struct chain_config *chain = judging_chain(joint->judging, 0);
    double *weights = NULL;
    struct blend_task task = {
        .loss = chain->layer[chain->n_layers - 1].output.loss,
        .outputs = joint->outputs,
        .labels = &judging_data(joint->judging)->part[rows->part],
        .rows = rows->rows,
        .n = rows->n,
        .n_models = 1 + joint->n_sides,
        .has_biases = true,
    };
    struct blend blend = {.c = joint->rule.bias};
    int k = joint->job->config->seeds;
    int rc = judging_class_weights(joint->judging, &weights);
    if (rc)
        return rc;

    for (int i = 0; i < task.n_models; i++)
        task.logits[i] = logits[i];
    task.class_weights = weights;
    joint->blended_loss = blend_fit(&task, &blend);
    for (int i = 0; i < k; i++)
        joint->rule.weights[i] = blend.a[0] / k;
    for (int i = 0; i < joint->n_sides; i++)
        joint->rule.weights[k + i] = blend.a[1 + i];
    free(weights);
    return OK;
}

/* Collective. What each model weighs and c, on validation rows. */
static int fit_blend(struct joint *joint)
{
    const struct comm *comm = joint->job->comm;
    const struct judging_rows rows = judging_validation(joint->judging);
    size_t size = (size_t)rows.n * (size_t)joint->outputs;
    int k = joint->job->config->seeds;
    real *all = xcalloc(size * (size_t)(1 + joint->n_sides), sizeof *all);
    const real *logits[BLEND_MOST_MODELS] = {all};

    int rc = network_logits(joint, &rows, all);
    for (int i = 0; i < joint->n_sides && !rc; i++) {
        real *own = all + size * (size_t)(1 + i);
        logits[1 + i] = own;
        const struct judging_models one = {&alone, &joint->members[k + i]};
        rc = judging_logits(joint->judging, &rows, &one, own);
    }
    if (!rc)
        rc = comm_agree(comm, comm->rank == 0 ? fit(joint, &rows, logits) : OK);

    comm_broadcast(comm, joint->rule.weights, (size_t)joint->rule.n * sizeof(double));
    comm_broadcast(comm, joint->rule.bias, (size_t)joint->outputs * sizeof(double));
    free(all);
    return rc;
}

/* Rank 0. */
static int report_blend(struct joint *joint)
{
    const struct ensemble_config *rule = &joint->rule;
    const struct job *job = joint->job;
    int k = job->config->seeds, at = k;
    double a = rule->weights[0] * k;
    char *said = xasprintf("%.3f network", a);
    json_t *line = json_pack("{s:s,s:f}", "event", "blend", "a", a);
    json_t *bias = json_array();

    for (int side = 0; side < JOB_SIDES; side++) {
        static const char *const keys[] = {
            [JOB_LINEAR] = "b", [JOB_TF_IDF] = "tf_idf", [JOB_LATENT] = "latent"};
        if (!job->config->side[side])
            continue;
        char *more =
            xasprintf("%s + %.3f %s", said, rule->weights[at], job_side_names[side]);
        json_object_set_new(line, keys[side], json_real(rule->weights[at++]));
        free(said);
        said = more;
    }
    for (int c = 0; c < joint->outputs; c++)
        json_array_append_new(bias, json_real(rule->bias[c]));

    report_say(&joint->job->report, "blend    logits %s + c, fitted on validation rows",
               said);
    free(said);
    json_object_set_new(line, "c", bias);
    json_object_set_new(line, "val_loss", json_real(joint->blended_loss));
    return report_write(&joint->job->report, line, false);
}

/* Collective. Logits of the validation rows, by members that have not learnt them. */
static int ask(void *context, double temperature, real *logits)
{
    struct joint *joint = context;
    const struct judging_rows rows = judging_validation(joint->judging);
    struct ensemble_config config;
    const struct judging_models models = {&config, joint->members};

    ensemble_config_copy(&joint->rule, joint->outputs, &config);
    config.decision.temperature = temperature;
    ensemble_cool(&config, joint->outputs);
    int rc = judging_logits(joint->judging, &rows, &models, logits);
    ensemble_config_release(&config);
    return rc;
}

/* Collective. What --calibrate asks for; all ranks have the logits, and choose alike. */
static int choose(struct joint *joint)
{
    const struct trainer_config *config = joint->job->config->network;
    const struct dataset *data = judging_data(joint->judging);
    const struct judging_rows rows = judging_validation(joint->judging);
    const struct chain_config *chain = judging_chain(joint->judging, 0);
    if (!config->calibrate || joint->rule.n == 1)
        return OK;

    struct choosing choosing = {
        .model = judging_model(joint->judging, 0),
        .facts = &data->facts,
        .calibrate = config->calibrate,
        .metric = config->threshold_metric,
        .rows = {.loss = chain->layer[chain->n_layers - 1].output.loss,
                 .outputs = joint->outputs,
                 .labels = &data->part[rows.part],
                 .rows = rows.rows,
                 .n = rows.n},
        .ask = ask,
        .context = joint};
    return choosing_run(&choosing, &joint->decision, &joint->chosen.before,
                        &joint->chosen.after);
}

/* Rank 0. */
static int report_choice(struct joint *joint)
{
    const struct facts *facts = &judging_data(joint->judging)->facts;
    struct report_decision *chosen = &joint->chosen;
    if (!decision_is_there(&joint->decision))
        return OK;

    char *said = decision_describe(&joint->decision, facts);
    chosen->said = said;
    chosen->json = decision_json(&joint->decision);
    chosen->n = judging_validation(joint->judging).n;
    chosen->multi_label = facts->multi_label;
    int rc = report_decision(&joint->job->report, chosen);
    free(said);
    return rc;
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
static void begin_predictions(struct joint *joint)
{
    const struct dataset *data = judging_data(joint->judging);

    joint->predictions = (struct predictions){.which = xstrdup("best"),
                                              .data_hash = data->hash,
                                              .n_labels = data->facts.n_labels,
                                              .labels = data->facts.labels,
                                              .multi_label = data->facts.multi_label};
}

/* Rank 0. The job is whole without them. */
static void write_predictions(struct joint *joint)
{
    struct job *job = joint->job;
    size_t n = (size_t)joint->rule.n;
    uint64_t *hashes = xcalloc(n, sizeof *hashes);

    for (size_t i = 0; i < n; i++)
        hashes[i] = judging_hash(joint->judging, joint->members[i]);
    joint->predictions.weights = params_hash_models(hashes, n);
    free(hashes);
    if (predictions_write(&joint->predictions, &job->folder))
        report_tell(&job->report, "%s; the job is whole without what it would hold",
                    fail_message());
}

/* Rank 0. */
static int write_file(struct joint *joint)
{
    const struct job *job = joint->job;
    int k = job->config->seeds;
    if (joint->rule.n == 1)
        return write_network(job);

    char **paths = xcalloc((size_t)joint->rule.n, sizeof *paths), *bytes = NULL;
    size_t n = 0;
    for (int i = 0; i < k; i++)
        paths[i] = job_result_of(&job->networks[i]);
    for (int side = 0, at = k; side < JOB_SIDES; side++) {
        const struct job_side_runs *runs = &job->side[side];
        if (job->config->side[side])
            paths[at++] = job_result_of(job_has_refit(job) ? &runs->refit : &runs->run);
    }

    joint->rule.decision = joint->decision;
    int rc = ensemble_image(&joint->rule, (const char *const *)paths, &bytes, &n);
    if (!rc)
        rc = directory_replace(&job->folder, ENSEMBLE_FILE, bytes, n, false);
    if (!rc)
        write_predictions(joint);
    joint->rule.decision = (struct decision){.temperature = 0};
    free(bytes);
    for (int i = 0; i < joint->rule.n; i++)
        free(paths[i]);
    free(paths);
    return rc;
}

/* Collective. What all come to as one: refits have learnt validation rows and judge
 * others. */
static int score(struct joint *joint, struct scores *scores)
{
    const struct judging_rows validation = judging_validation(joint->judging);
    const struct judging_rows test = judging_test(joint->judging);
    const struct judging_models models = {&joint->rule, joint->members};
    struct score of;
    int rc = OK;

    if (validation.n > 0)
        rc = judging_score(joint->judging, &validation, &models, &of, &joint->predictions,
                           DATASET_VALIDATION);
    if (!rc && validation.n > 0) {
        scores->is_validated = true;
        scores->validation = scores_of(&of);
    }

    for (int i = 0; i < joint->n_sides && job_has_refit(joint->job); i++)
        joint->members[joint->rule.n - 1 - i]++;
    if (!rc && test.n > 0)
        rc = judging_score(joint->judging, &test, &models, &of, &joint->predictions,
                           DATASET_TEST);
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
    if (!rc && k > 1) {
        struct scores_spread spread = scores_spread_begin("seeds", k);
        scores_spread_accuracy(job, scores, &spread);
        rc = scores_spread_report(job, &spread);
    }

    for (int i = 0; i < 2 * JOB_SIDES && !rc; i++) {
        const struct job_side_runs *runs = &job->side[i / 2];
        const struct run *run = i % 2 ? &runs->refit : &runs->run;
        if (run->name) {
            struct scores own = scores_of_run(run);
            rc = scores_report(job, run->name, &own);
        }
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
    if (!rc && joint->n_sides)
        rc = report_blend(joint);
    if (!rc)
        rc = scores_report(job, joint->rule.n > 1 ? "ensemble" : "network", scores);
    if (!rc)
        rc = report_choice(joint);
    if (!rc && joint->rule.n == 1)
        report_say(&job->report, "result   the best network: %s/best.h5",
                   job->config->network->run_dir);
    else if (!rc)
        report_say(&job->report, "result   %d models as one, by the %s: %s/ensemble.h5",
                   joint->rule.n,
                   joint->n_sides ? "sum of their logits" : "mean of their probabilities",
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
    if (is_first)
        begin_predictions(joint);
    if (joint->n_sides)
        rc = fit_blend(joint);
    if (!rc)
        rc = choose(joint);
    if (!rc)
        rc = score(joint, &scores);
    if (!rc)
        rc = comm_agree(job->comm, is_first ? write_file(joint) : OK);
    return rc ? rc : comm_agree(job->comm, is_first ? report(joint, &scores) : OK);
}

int job_join(struct job *job)
{
    struct joint joint = {.job = job, .n_sides = job_n_sides(job)};
    struct trainer_config config = *job->config->network;
    config.sampler.fold = job->networks[0].config.sampler.fold; /* of the best one */
    sampler_options_complete(&config.sampler);

    int rc = judging_new(job->comm, &config, joint.n_sides > 0, &joint.judging);
    if (!rc)
        rc = join(&joint);

    joint.predictions.labels = NULL;
    predictions_release(&joint.predictions);
    judging_free(joint.judging);
    ensemble_config_release(&joint.rule);
    decision_release(&joint.decision);
    free(joint.members);
    return rc;
}
