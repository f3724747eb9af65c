#include "rnntrain/rnntrain.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "files/h5.h"
#include "serve/predictor.h"

#define PUBLIC __attribute__((visibility("default")))

struct rnntrain_model {
    struct predictor predictor;
    pthread_mutex_t lock; /* of the pool */
    struct predictor_worker **idle;
    size_t n_idle, n_workers, room; /* of all workers room is in `idle` */
};

/* Models are opened one after the other: HDF5 need not be thread-safe. */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static int open_predictor(const char *path, struct predictor *predictor)
{
    struct h5_manners manners;

    pthread_mutex_lock(&opening);
    h5_enter(&manners);

    int rc = predictor_open(predictor, path, "auto", NULL);
    if (rc)
        predictor_release(predictor);
    else
        predictor_share(predictor);

    h5_leave(&manners);
    pthread_mutex_unlock(&opening);
    return rc;
}

PUBLIC int rnntrain_open(const char *path, struct rnntrain_model **model)
{
    if (!path || !model)
        return fail(ERR_USAGE, "rnntrain_open: an argument is NULL");

    struct rnntrain_model *opened = xcalloc(1, sizeof *opened);
    int rc = open_predictor(path, &opened->predictor);
    if (rc) {
        free(opened);
        return rc;
    }

    pthread_mutex_init(&opened->lock, NULL);
    *model = opened;
    return OK;
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

PUBLIC size_t rnntrain_maxlen(const struct rnntrain_model *model)
{
    return (size_t)model->predictor.info.facts.maxlen;
}

PUBLIC size_t rnntrain_num_words(const struct rnntrain_model *model)
{
    return (size_t)model->predictor.info.facts.num_words;
}

PUBLIC const char *rnntrain_message(void)
{
    return fail_message();
}

/* An idle worker, or a new one, for which room is made to be given back. */
static int borrow(struct rnntrain_model *model, struct predictor_worker **worker)
{
    struct predictor_worker *taken = NULL;

    pthread_mutex_lock(&model->lock);
    if (model->n_idle > 0)
        taken = model->idle[--model->n_idle];
    else if (model->n_workers++ == model->room) {
        model->room = 2 * model->room + 1;
        model->idle =
            xrealloc(model->idle, model->room, sizeof(struct predictor_worker *));
    }
    pthread_mutex_unlock(&model->lock);

    /* without the lock: a new worker's workspace takes its time */
    int rc = taken ? OK : predictor_worker_new(&model->predictor, &taken);
    if (!rc) {
        *worker = taken;
        return OK;
    }

    pthread_mutex_lock(&model->lock);
    model->n_workers--;
    pthread_mutex_unlock(&model->lock);
    return rc;
}

static void give_back(struct rnntrain_model *model, struct predictor_worker *worker)
{
    pthread_mutex_lock(&model->lock);
    model->idle[model->n_idle++] = worker;
    pthread_mutex_unlock(&model->lock);
}

/* The text itself, or its repaired copy, which is left in *copy. */
static const char *clean_text(const char *text, char **copy)
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
        clean[i] = clean_text(texts[i], &copies[i]);

    predictor_worker_judge(worker, clean, n, probabilities, NULL);
    for (int i = 0; i < n; i++)
        free(copies[i]);
}

static int batch(size_t left)
{
    return left < PREDICTOR_ROWS ? (int)left : PREDICTOR_ROWS;
}

PUBLIC int rnntrain_predict_texts(struct rnntrain_model *model, const char *const *texts,
                                  size_t n, double *probabilities)
{
    struct predictor_worker *worker = NULL;

    if (!model || (n > 0 && (!texts || !probabilities)))
        return fail(ERR_USAGE, "rnntrain_predict_texts: an argument is NULL");
    for (size_t i = 0; i < n; i++)
        if (!texts[i])
            return fail(ERR_USAGE, "rnntrain_predict_texts: text %zu is NULL", i);

    int rc = predictor_check_texts(&model->predictor);
    if (!rc && n > 0)
        rc = borrow(model, &worker);
    if (rc || n == 0)
        return rc;

    for (size_t i = 0; i < n; i += PREDICTOR_ROWS)
        judge_texts(worker, texts + i, batch(n - i),
                    probabilities + i * rnntrain_classes(model));

    give_back(model, worker);
    return OK;
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
    struct predictor_worker *worker = NULL;

    if (!model || (n > 0 && (!ids || !lengths || !probabilities)))
        return fail(ERR_USAGE, "rnntrain_predict_ids: an argument is NULL");

    int rc = n > 0 ? check_ids(model, ids, lengths, n) : OK;
    if (!rc && n > 0)
        rc = borrow(model, &worker);
    if (rc || n == 0)
        return rc;

    for (size_t i = 0; i < n; i += PREDICTOR_ROWS) {
        const int32_t *row[PREDICTOR_ROWS];
        int n_rows = batch(n - i);
        for (int r = 0; r < n_rows; ids += lengths[i + (size_t)r++])
            row[r] = ids;

        predictor_worker_judge_ids(worker, row, lengths + i, n_rows,
                                   probabilities + i * rnntrain_classes(model));
    }

    give_back(model, worker);
    return OK;
}
