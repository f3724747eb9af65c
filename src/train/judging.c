#include "train/judging.h"

#include <stdlib.h>

#include "saved/checkpoint.h"
#include "saved/record.h"
#include "train/private.h"

struct judged_model {
    struct model *model;
    real *weights;
};

/* The data are loaded as a run loads them, which is what is set of it. */
struct judging {
    struct trainer run;
    struct judged_model *models; /* (n) */
    int n;
};

static const struct test_hooks no_hooks = {.delay = 0};

static int load(struct judging *judging, bool has_ngrams)
{
    struct trainer *run = &judging->run;

    int rc = trainer_select_kernels(run);
    if (!rc)
        rc = trainer_take_data(run);
    if (!rc && has_ngrams && !trainer_is_linear(run))
        rc = trainer_load_ngrams(run);
    return rc;
}

int judging_new(struct comm *comm, const struct trainer_config *config, bool has_ngrams,
                struct judging **judging)
{
    struct judging *made = xcalloc(1, sizeof *made);
    made->run = (struct trainer){.config = config, .hooks = &no_hooks, .comm = comm};
    balance_new(comm->size, true, &made->run.balance);

    int rc = load(made, has_ngrams);
    if (rc)
        judging_free(made);
    else
        *judging = made;
    return rc;
}

void judging_free(struct judging *judging)
{
    if (!judging)
        return;
    for (int i = 0; i < judging->n; i++) {
        model_free(judging->models[i].model);
        free(judging->models[i].weights);
    }
    free(judging->models);
    trainer_tear_down(&judging->run);
    free(judging);
}

int judging_class_weights(const struct judging *judging, double **weights)
{
    const struct trainer *run = &judging->run;
    *weights = NULL;
    return run->config->loss.class_weight
               ? trainer_class_weights(run, run->sampler.train, run->sampler.n_train,
                                       weights)
               : OK;
}

/* Rank 0. What model it is; its arrays stay to be read. */
static int open_model(const struct judging *judging, const char *path,
                      struct checkpoint *info, struct chain_config *chain)
{
    struct record record;
    int rc = checkpoint_open(path, info);
    const struct record_source source = {path, info->provenance};

    if (!rc)
        rc = record_read(info->config, &source, &record);
    if (!rc)
        rc = checkpoint_check_model(info, &record.model);
    if (!rc && !facts_agree(&info->facts, &judging->run.data.facts))
        rc = fail(ERR_FORMAT, "%s: it is a model of other data than %s", path,
                  judging->run.config->data);
    return rc ? rc : model_options_chain(&record.model, &info->facts, chain);
}

static int new_model(const struct judging *judging, const struct chain_config *chain,
                     struct judged_model *made)
{
    const struct trainer *run = &judging->run;
    int rc = comm_agree(run->comm, model_new_evaluator(chain, run->kernels,
                                                       run->config->sampler.lane_rows,
                                                       &made->model));
    if (!rc)
        made->weights = xaligned(model_params(made->model)->size, sizeof *made->weights);
    return rc;
}

int judging_take(struct judging *judging, const char *path)
{
    const struct comm *comm = judging->run.comm;
    struct checkpoint info = {0};
    struct chain_config chain = {.length = 0};
    bool is_first = comm->rank == 0;

    judging->models =
        xrealloc(judging->models, (size_t)judging->n + 1, sizeof *judging->models);
    struct judged_model *made = &judging->models[judging->n++];
    *made = (struct judged_model){.model = NULL};

    int rc = comm_agree(comm, is_first ? open_model(judging, path, &info, &chain) : OK);
    if (!rc) {
        comm_broadcast(comm, &chain, sizeof chain);
        rc = new_model(judging, &chain, made);
    }
    if (!rc && is_first)
        rc = checkpoint_load(&info, model_params(made->model), (float *)made->weights,
                             NULL);
    if (is_first)
        checkpoint_release(&info);

    rc = made->weights ? comm_agree(comm, rc) : rc;
    if (rc)
        return rc;
    comm_broadcast(comm, made->weights,
                   model_params(made->model)->size * sizeof *made->weights);
    model_pack(made->model, made->weights);
    return OK;
}

const struct dataset *judging_data(const struct judging *judging)
{
    return &judging->run.data;
}

const struct chain_config *judging_chain(const struct judging *judging, int model)
{
    return model_chain(judging->models[model].model);
}

struct model *judging_model(const struct judging *judging, int model)
{
    return judging->models[model].model;
}

uint64_t judging_hash(const struct judging *judging, int model)
{
    const struct judged_model *judged = &judging->models[model];
    return params_hash(model_params(judged->model), judged->weights);
}

struct judging_rows judging_validation(const struct judging *judging)
{
    const struct sampler *sampler = &judging->run.sampler;
    return (struct judging_rows){sampler->validation_part, sampler->validation,
                                 sampler->n_validation};
}

struct judging_rows judging_test(const struct judging *judging)
{
    const struct sampler *sampler = &judging->run.sampler;
    return (struct judging_rows){DATASET_TEST, sampler->test, sampler->n_test};
}

/* At work, until end. */
struct judges {
    struct model **members;
    struct ensemble ensemble;
};

static void begin(const struct judging *judging, const struct judging_models *models,
                  struct judges *judges)
{
    int n = models->config->n > 1 ? models->config->n : 1;

    judges->members = xcalloc((size_t)n, sizeof(struct model *));
    for (int i = 0; i < n; i++)
        judges->members[i] = judging->models[models->members[i]].model;
    ensemble_init(&judges->ensemble, models->config, judges->members);
}

static void end(struct judges *judges)
{
    ensemble_release(&judges->ensemble);
    free(judges->members);
}

int judging_logits(struct judging *judging, const struct judging_rows *rows,
                   const struct judging_models *models, real *logits)
{
    struct judges judges;
    begin(judging, models, &judges);
    const struct evaluator evaluator = trainer_evaluator(&judging->run, &judges.ensemble);

    int rc = evaluate_logits(&evaluator, &judging->run.data, rows->part, rows->rows,
                             rows->n, logits);
    end(&judges);
    return rc;
}

int judging_score(struct judging *judging, const struct judging_rows *rows,
                  const struct judging_models *models, struct score *score,
                  struct predictions *predictions, enum dataset_part part)
{
    const struct dataset *data = &judging->run.data;
    struct judges judges;
    begin(judging, models, &judges);

    struct evaluator evaluator = trainer_evaluator(&judging->run, &judges.ensemble);
    struct heard heard = {.record_bytes =
                              trainer_heard_bytes(ensemble_outputs(&judges.ensemble))};
    const struct listener listener = {trainer_hear, &heard};
    bool keeps =
        predictions && (int64_t)rows->n * data->facts.n_labels <= PREDICTIONS_MOST;
    evaluator.listener = keeps ? &listener : NULL;

    int rc = evaluate(&evaluator, data, rows->part, rows->rows, rows->n, score);
    if (!rc && keeps)
        trainer_gather_heard(&heard, &evaluator, data, rows->part, predictions, part);
    free(heard.records);
    end(&judges);
    return rc;
}
