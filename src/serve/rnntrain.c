#include "serve/library_private.h"

#include <stdlib.h>
#include <string.h>

struct order {
    const char *path;
    struct rnntrain_model *opened;
};

static int open_model(void *context)
{
    struct order *order = context;
    struct rnntrain_model *opened = xcalloc(1, sizeof *opened);

    int rc = predictor_open(&opened->predictor, order->path, "auto", NULL);
    if (rc) {
        predictor_release(&opened->predictor);
        free(opened);
        return rc;
    }

    predictor_share(&opened->predictor);
    pthread_mutex_init(&opened->lock, NULL);
    order->opened = opened;
    return OK;
}

PUBLIC int rnntrain_open(const char *path, struct rnntrain_model **model)
{
    struct order order = {.path = path};
    if (!path || !model)
        return fail(ERR_USAGE, "rnntrain_open: an argument is NULL");

    int rc = die_caught(open_model, &order);
    if (!rc)
        *model = order.opened;
    return rc;
}

PUBLIC void rnntrain_close(struct rnntrain_model *model)
{
    if (!model)
        return;
    for (size_t i = 0; i < model->n_idle; i++)
        predictor_worker_free(model->idle[i]);
    free(model->idle);
    pthread_mutex_destroy(&model->lock);
    predictor_release(&model->predictor);
    free(model);
}

PUBLIC size_t rnntrain_classes(const struct rnntrain_model *model)
{
    return (size_t)model->predictor.info.facts.n_labels;
}

PUBLIC const char *rnntrain_label(const struct rnntrain_model *model, size_t number)
{
    return number < rnntrain_classes(model) ? model->predictor.info.facts.labels[number]
                                            : NULL;
}

PUBLIC int rnntrain_is_multi_label(const struct rnntrain_model *model)
{
    return model->predictor.info.facts.multi_label;
}

PUBLIC size_t rnntrain_maxlen(const struct rnntrain_model *model)
{
    return (size_t)model->predictor.info.facts.maxlen;
}

PUBLIC size_t rnntrain_num_words(const struct rnntrain_model *model)
{
    return (size_t)model->predictor.info.facts.num_words;
}

PUBLIC const char *rnntrain_version(void)
{
    return RNNTRAIN_VERSION;
}

PUBLIC double rnntrain_threshold(const struct rnntrain_model *model, size_t number)
{
    const struct predictor *predictor = &model->predictor;
    const struct decision *decision = &predictor->info.ensemble.decision;
    bool several = predictor->info.facts.multi_label;
    size_t first = several ? 0 : 1; /* that has one */

    return number < first || number - first >= (size_t)decision->n_thresholds
               ? -1
               : decision->threshold[number - first];
}

PUBLIC const char *rnntrain_message(void)
{
    return fail_message();
}

struct predictor_worker *library_take_idle(struct rnntrain_model *model)
{
    struct predictor_worker *taken = NULL;

    pthread_mutex_lock(&model->lock);
    if (model->n_idle > 0)
        taken = model->idle[--model->n_idle];
    pthread_mutex_unlock(&model->lock);
    return taken;
}

void library_give_back(struct rnntrain_model *model, struct predictor_worker *worker)
{
    pthread_mutex_lock(&model->lock);
    if (model->n_idle == model->room) {
        size_t room = 2 * model->room + 1;
        void *idle = reallocarray(model->idle, room, sizeof(struct predictor_worker *));
        if (idle) {
            model->idle = idle;
            model->room = room;
        }
    }

    bool is_kept = model->n_idle < model->room;
    if (is_kept)
        model->idle[model->n_idle++] = worker;
    pthread_mutex_unlock(&model->lock);

    if (!is_kept)
        predictor_worker_free(worker);
}

const char *library_clean_text(const char *text, char **copy)
{
    size_t n = 0, first_bad = 0;
    return text_repair_utf8(text, strlen(text), copy, &n, &first_bad) ? *copy : text;
}

static void judge_texts(struct predictor_worker *worker, const char *const *texts, int n,
                        double *probabilities)
{
    const char *clean[PREDICTOR_ROWS];
    char *copies[PREDICTOR_ROWS] = {NULL};

    for (int i = 0; i < n; i++)
        clean[i] = library_clean_text(texts[i], &copies[i]);

    predictor_worker_judge(worker, clean, n, probabilities, NULL);
    for (int i = 0; i < n; i++)
        free(copies[i]);
}

/* What a call wants judged: n texts, or ids where `texts` is NULL. */
struct request {
    struct rnntrain_model *model;
    struct predictor_worker *worker; /* NULL: a new one is made */
    const char *const *texts;
    const int32_t *ids;
    const size_t *lengths;
    size_t n;
    double *probabilities;
};

static int judge(void *context)
{
    struct request *request = context;
    const int32_t *ids = request->ids, *row[PREDICTOR_ROWS];
    size_t n_classes = rnntrain_classes(request->model);

    int rc = request->worker
                 ? OK
                 : predictor_worker_new(&request->model->predictor, &request->worker);
    for (size_t i = 0; i < request->n && !rc; i += PREDICTOR_ROWS) {
        size_t left = request->n - i;
        int n = left < PREDICTOR_ROWS ? (int)left : PREDICTOR_ROWS;
        double *probabilities = request->probabilities + i * n_classes;

        if (request->texts) {
            judge_texts(request->worker, request->texts + i, n, probabilities);
            continue;
        }

        const size_t *lengths = request->lengths + i;
        for (int r = 0; r < n; ids += lengths[r++])
            row[r] = ids;
        predictor_worker_judge_ids(request->worker, row, lengths, n, probabilities);
    }
    return rc;
}

/* A worker whose memory gave out in the middle of its work is not used again. */
static int answer(struct request *request)
{
    if (request->n == 0)
        return OK;

    request->worker = library_take_idle(request->model);
    int rc = die_caught(judge, request);
    if (!rc)
        library_give_back(request->model, request->worker);
    return rc;
}

PUBLIC int rnntrain_predict_texts(struct rnntrain_model *model, const char *const *texts,
                                  size_t n, double *probabilities)
{
    struct request request = {
        .model = model, .texts = texts, .n = n, .probabilities = probabilities};

    if (!model || (n > 0 && (!texts || !probabilities)))
        return fail(ERR_USAGE, "rnntrain_predict_texts: an argument is NULL");
    for (size_t i = 0; i < n; i++)
        if (!texts[i])
            return fail(ERR_USAGE, "rnntrain_predict_texts: text %zu is NULL", i);

    int rc = predictor_check_texts(&model->predictor);
    return rc ? rc : answer(&request);
}

static int check_ids(const struct rnntrain_model *model, const int32_t *ids,
                     const size_t *lengths, size_t n)
{
    int num_words = model->predictor.info.facts.num_words;
    for (size_t i = 0; i < n; ids += lengths[i++])
        for (size_t j = 0; j < lengths[i]; j++)
            if (ids[j] < 1 || ids[j] >= num_words)
                return fail(ERR_USAGE,
                            "rnntrain_predict_ids: id %zu of text %zu is %ld, expected 1 "
                            "to %d",
                            j, i, (long)ids[j], num_words - 1);
    return OK;
}

PUBLIC int rnntrain_predict_ids(struct rnntrain_model *model, const int32_t *ids,
                                const size_t *lengths, size_t n, double *probabilities)
{
    struct request request = {.model = model,
                              .ids = ids,
                              .lengths = lengths,
                              .n = n,
                              .probabilities = probabilities};

    if (!model || (n > 0 && (!ids || !lengths || !probabilities)))
        return fail(ERR_USAGE, "rnntrain_predict_ids: an argument is NULL");

    int rc = n > 0 ? check_ids(model, ids, lengths, n) : OK;
    if (predictor_reads_ngrams(&model->predictor))
        rc = fail(ERR_USAGE,
                  "rnntrain_predict_ids: %s is %sa linear model, which reads n-grams of "
                  "all words: give texts to rnntrain_predict_texts",
                  model->predictor.info.path,
                  model->predictor.n > 1 ? "an ensemble with " : "");
    return rc ? rc : answer(&request);
}
