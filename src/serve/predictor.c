#include "serve/predictor.h"

#include <stdlib.h>
#include <string.h>

#include "data/rows.h"
#include "data/sparse_list.h"

/* What one thread needs: a workspace of the model, ids on their way, one batch of
 * rows. */
struct predictor_worker {
    const struct predictor *predictor;
    struct model **models; /* (n) owned, unless they are the predictor's */
    struct ensemble ensemble;
    struct text_ids ids;
    int32_t *x; /* (PREDICTOR_ROWS, maxlen) padded ids */
    int32_t length[PREDICTOR_ROWS], rows[PREDICTOR_ROWS];
    size_t n_words[PREDICTOR_ROWS], n_unknown[PREDICTOR_ROWS]; /* of the texts */
    real *logits; /* (PREDICTOR_ROWS, 1 or classes) */

    /* Where they are read: the n-grams of the batch's rows. */
    struct ngram_features features; /* of a text */
    struct sparse_list ngrams;
};

static size_t logits_a_row(const struct predictor *predictor)
{
    return (size_t)chain_outputs(model_chain(predictor->model));
}

bool predictor_reads_ids(const struct predictor *predictor)
{
    for (int i = 0; i < predictor->n; i++)
        if (!chain_is_linear(model_chain(predictor->models[i])))
            return true;
    return false;
}

static struct predictor_worker *new_worker(const struct predictor *predictor,
                                           struct model **models)
{
    struct predictor_worker *worker = xcalloc(1, sizeof *worker);
    size_t maxlen = (size_t)predictor->info.facts.maxlen;

    worker->predictor = predictor;
    worker->models = models;
    ensemble_init(&worker->ensemble, &predictor->info.ensemble, models);
    worker->x = xcalloc(PREDICTOR_ROWS, maxlen * sizeof *worker->x);
    worker->logits =
        xcalloc(PREDICTOR_ROWS, logits_a_row(predictor) * sizeof *worker->logits);
    return worker;
}

/* A lane's activations are bounded by its positions; its rows' bits are the same however
 * many there are. */
static int rows_of_lane(int maxlen)
{
    enum { MOST_POSITIONS = 1 << 19 };
    int rows = maxlen > 0 ? MOST_POSITIONS / maxlen : PREDICTOR_ROWS;
    return rows < 1 ? 1 : rows < PREDICTOR_ROWS ? rows : PREDICTOR_ROWS;
}

/* Finite weights whose products are infinite make probabilities that are no numbers: no
 * model that was trained comes near. */
static int check_range(const struct checkpoint *info, const struct params *params,
                       const real *weights)
{
    const real most = 1e12F;
    size_t bad = params_first_beyond(params, weights, most);
    if (bad == params->size)
        return OK;

    const struct tensor *tensor = params_find(params, bad);
    return fail(ERR_FORMAT,
                "%s: %s/%s: element %zu is %g, and weights beyond %g make no "
                "probabilities: the model is damaged, or was not trained",
                info->path, tensor->layer, tensor->name, bad - tensor->offset,
                (double)weights[bad], (double)most);
}

static int load_weights(const struct checkpoint *info, struct model *model,
                        real **weights)
{
    const struct params *params = model_params(model);

    *weights = xaligned(params->size, sizeof(real));
    int rc = checkpoint_load(info, params, (float *)*weights, NULL);
    if (!rc)
        rc = check_range(info, params, *weights);
    if (!rc)
        model_pack(model, *weights);
    return rc;
}

static int load_member(struct predictor *predictor, int i, const struct kernels *kernels)
{
    const struct checkpoint *info = predictor_member(predictor, i);
    const struct record_source source = {info->path, info->provenance};
    struct record *record = &predictor->records[i];
    struct chain_config chain;

    int rc = record_read(info->config, &source, record);
    if (!rc)
        rc = checkpoint_check_model(info, &record->model);
    if (!rc)
        rc = model_options_chain(&record->model, &info->facts, &chain);
    if (!rc)
        rc = model_new_evaluator(&chain, kernels, predictor->lane_rows,
                                 &predictor->models[i]);
    if (!rc)
        rc = load_weights(info, predictor->models[i], &predictor->all_weights[i]);
    return rc;
}

/* A model's temperature goes into its weights, and so into all that is made of them. */
static void cool(struct predictor *predictor)
{
    double temperature = predictor->info.ensemble.decision.temperature;

    if (predictor->n > 1)
        ensemble_cool(&predictor->info.ensemble,
                      chain_outputs(model_chain(predictor->models[0])));
    if (predictor->n > 1 || !(temperature > 0))
        return;
    decision_cool(predictor->models[0], temperature, predictor->all_weights[0]);
    model_pack(predictor->models[0], predictor->all_weights[0]);
}

static int load_members(struct predictor *predictor, const struct kernels *kernels)
{
    const struct checkpoint *with_ngrams = checkpoint_with_ngrams(&predictor->info);
    int n = predictor->info.ensemble.n > 1 ? predictor->info.ensemble.n : 1, rc = OK;

    predictor->n = n;
    predictor->lane_rows = rows_of_lane(predictor->info.facts.maxlen);
    predictor->records = xcalloc((size_t)n, sizeof *predictor->records);
    predictor->models = xcalloc((size_t)n, sizeof *predictor->models);
    predictor->all_weights = xcalloc((size_t)n, sizeof *predictor->all_weights);
    for (int i = 0; i < n && !rc; i++)
        rc = load_member(predictor, i, kernels);
    if (!rc)
        cool(predictor);
    if (!rc && with_ngrams)
        rc = checkpoint_ngrams(with_ngrams, &predictor->ngrams);
    if (rc)
        return rc;

    predictor->record = predictor->records[0];
    predictor->model = predictor->models[0];
    predictor->weights = predictor->all_weights[0];
    if (with_ngrams)
        predictor->table = ngram_table_new(&predictor->ngrams);
    predictor->own = new_worker(predictor, predictor->models);
    return OK;
}

int predictor_take(struct predictor *predictor, const struct checkpoint *info,
                   const char *isa)
{
    const struct kernels *kernels = NULL;
    *predictor = (struct predictor){.info = *info};

    int rc = kernels_select(isa, &kernels);
    if (!rc && info->facts.maxlen == 0)
        rc = fail(ERR_USAGE, "%s takes rows of any length: give --maxlen N", info->path);
    if (!rc)
        rc = load_members(predictor, kernels);
    return rc ? rc : checkpoint_tokenizer(&predictor->info, &predictor->tokenizer);
}

int predictor_open(struct predictor *predictor, const char *path, const char *isa,
                   const struct checkpoint_hints *hints)
{
    struct checkpoint info = {0};
    *predictor = (struct predictor){0};
    int rc = checkpoint_import(path, hints, &info);
    return rc ? rc : predictor_take(predictor, &info, isa);
}

int predictor_check_texts(const struct predictor *predictor)
{
    if (predictor->tokenizer)
        return OK;
    return fail(
        ERR_USAGE,
        "%s has no tokenizer: name Keras's by --tokenizer tokenizer.json, or give "
        "--imdb-word-index imdb_word_index.json for a model of keras.datasets.imdb",
        predictor->info.path);
}

static void free_models(struct model **models, int n)
{
    for (int i = 0; i < n && models; i++)
        model_free(models[i]);
    free(models);
}

uint64_t predictor_hash(const struct predictor *predictor)
{
    uint64_t *hashes = xcalloc((size_t)predictor->n, sizeof *hashes);

    for (int i = 0; i < predictor->n; i++)
        hashes[i] =
            params_hash(model_params(predictor->models[i]), predictor->all_weights[i]);
    uint64_t hash = params_hash_models(hashes, (size_t)predictor->n);
    free(hashes);
    return hash;
}

void predictor_release(struct predictor *predictor)
{
    if (predictor->own)
        predictor->own->models = NULL;
    predictor_worker_free(predictor->own);

    ngram_table_free(predictor->table);
    ngrams_release(&predictor->ngrams);
    text_free(predictor->tokenizer);
    for (int i = 0; i < predictor->n; i++)
        free(predictor->all_weights[i]);
    free(predictor->all_weights);
    free_models(predictor->models, predictor->n);
    free(predictor->records);
    checkpoint_release(&predictor->info);
    *predictor = (struct predictor){0};
}

size_t predictor_vocabulary(const struct predictor *predictor)
{
    return predictor_reads_ids(predictor) ? (size_t)predictor->info.facts.num_words : 0;
}

void predictor_share(struct predictor *predictor)
{
    for (int i = 0; i < predictor->n; i++)
        model_learn(predictor->models[i]);
    checkpoint_close(&predictor->info);
}

int predictor_worker_new(const struct predictor *predictor,
                         struct predictor_worker **worker)
{
    struct model **models = xcalloc((size_t)predictor->n, sizeof(struct model *));
    int rc = OK;

    for (int i = 0; i < predictor->n && !rc; i++)
        rc = model_new_sharer(predictor->models[i], &models[i]);
    if (rc)
        free_models(models, predictor->n);
    else
        *worker = new_worker(predictor, models);
    return rc;
}

void predictor_worker_free(struct predictor_worker *worker)
{
    if (!worker)
        return;
    free_models(worker->models, worker->predictor->n);
    ensemble_release(&worker->ensemble);
    text_ids_release(&worker->ids);
    ngram_features_release(&worker->features);
    sparse_list_release(&worker->ngrams);
    free(worker->x);
    free(worker->logits);
    free(worker);
}

/* Row `row` of the batch from ids before padding. */
static void put_row(struct predictor_worker *worker, int row, const int32_t *ids,
                    size_t n)
{
    const struct text_options padding = facts_padding(&worker->predictor->info.facts);
    size_t maxlen = (size_t)padding.maxlen;

    worker->rows[row] = row;
    worker->length[row] = text_pad(&padding, ids, n, worker->x + (size_t)row * maxlen);
}

static void add_ngrams(struct predictor_worker *worker, const char *text)
{
    struct ngram_features *features = &worker->features;

    ngram_table_features(worker->predictor->table, worker->predictor->tokenizer, text,
                         strlen(text), features);
    sparse_list_add(&worker->ngrams, features->index, features->n);
}

/* Judges the batch's rows, sorted, in lanes. */
static void judge_rows(struct predictor_worker *worker, int n, double *probabilities,
                       int *classes)
{
    const struct facts *facts = &worker->predictor->info.facts;
    size_t units = logits_a_row(worker->predictor), n_labels = (size_t)facts->n_labels;
    const struct sparse sparse =
        sparse_list_rows(&worker->ngrams, (size_t)worker->predictor->ngrams.n_features);
    const struct rows rows = {.n = n,
                              .maxlen = facts->maxlen,
                              .id_bytes = sizeof *worker->x,
                              .pad_pre = facts->pad_pre,
                              .x = worker->x,
                              .length = worker->length,
                              .ngrams = worker->predictor->table ? &sparse : NULL};

    int has = worker->predictor->lane_rows;
    int most = has < PREDICTOR_LANE_ROWS ? has : PREDICTOR_LANE_ROWS;

    rows_sort_by_length(&rows, worker->rows, n);
    for (int first = 0; first < n; first += most) {
        int left = n - first;
        struct lane lane = {&rows, worker->rows + first, left < most ? left : most, NULL};
        (void)ensemble_evaluate(&worker->ensemble, &lane,
                                worker->logits + (size_t)first * units);
    }

    for (int i = 0; i < n; i++) {
        const real *logits = worker->logits + (size_t)i * units;
        size_t row = (size_t)worker->rows[i];
        int class =
            ensemble_judge(&worker->ensemble, logits, probabilities + row * n_labels);
        if (classes)
            classes[row] = class;
    }
}

void predictor_worker_judge(struct predictor_worker *worker, const char *const *texts,
                            int n_texts, double *probabilities, int *classes)
{
    sparse_list_clear(&worker->ngrams);
    for (int i = 0; i < n_texts; i++) {
        text_encode(worker->predictor->tokenizer, texts[i], strlen(texts[i]),
                    &worker->ids);
        put_row(worker, i, worker->ids.ids, worker->ids.n);
        if (worker->predictor->table)
            add_ngrams(worker, texts[i]);
        worker->n_words[i] = worker->ids.n_words;
        worker->n_unknown[i] = worker->ids.n_unknown;
    }
    judge_rows(worker, n_texts, probabilities, classes);
}

void predictor_worker_judge_ids(struct predictor_worker *worker,
                                const int32_t *const *ids, const size_t *lengths,
                                int n_rows, double *probabilities)
{
    for (int i = 0; i < n_rows; i++)
        put_row(worker, i, ids[i], lengths[i]);
    judge_rows(worker, n_rows, probabilities, NULL);
}

const real *predictor_worker_logits(const struct predictor_worker *worker, int i)
{
    size_t at = 0; /* rows were sorted */

    while (worker->rows[at] != i)
        at++;
    return worker->logits + at * logits_a_row(worker->predictor);
}

void predictor_judge(struct predictor *predictor, char *const *texts, int n_texts,
                     double *probabilities, int *classes)
{
    predictor_worker_judge(predictor->own, (const char *const *)texts, n_texts,
                           probabilities, classes);
}

void predictor_worker_words(const struct predictor_worker *worker, int i, size_t *n_words,
                            size_t *n_unknown)
{
    *n_words = worker->n_words[i];
    *n_unknown = worker->n_unknown[i];
}

void predictor_words(const struct predictor *predictor, int i, size_t *n_words,
                     size_t *n_unknown)
{
    predictor_worker_words(predictor->own, i, n_words, n_unknown);
}
