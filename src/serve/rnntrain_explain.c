#include "serve/library_private.h"

#include <stdlib.h>
#include <string.h>

#include "serve/explain.h"

_Static_assert((int)RNNTRAIN_INTEGRATED_GRADIENTS == (int)EXPLAIN_GRADIENTS &&
                   (int)RNNTRAIN_LEAVE_ONE_OUT == (int)EXPLAIN_LEAVE_ONE_OUT,
               "methods have the same numbers");

/* What a call wants explained. */
struct request {
    struct rnntrain_model *model;
    struct predictor_worker *worker; /* NULL: a new one is made */
    const char *const *texts;
    size_t n;
    enum explain_method method;
    char *lines;
    size_t n_bytes, room;
};

static void add_line(struct request *request, json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT);
    size_t n = line ? strlen(line) : 0;

    if (request->room - request->n_bytes < n + 2) {
        request->room = 2 * (request->room + n + 2);
        request->lines = xrealloc(request->lines, request->room, 1);
    }
    if (n > 0)
        memcpy(request->lines + request->n_bytes, line, n);
    request->n_bytes += n;
    memcpy(request->lines + request->n_bytes++, "\n", 2);
    free(line);
    json_decref(object);
}

static int explain(void *context)
{
    struct request *request = context;
    const struct predictor *predictor = &request->model->predictor;
    struct explainer *explainer = NULL;

    int rc = request->worker ? OK : predictor_worker_new(predictor, &request->worker);
    if (!rc)
        rc = explainer_new(predictor, request->worker, &explainer);
    request->lines = xstrdup("");
    for (size_t i = 0; i < request->n && !rc; i++) {
        struct explanation explanation = {0};
        char *copy = NULL;
        const char *text = library_clean_text(request->texts[i], &copy);

        explain_text(explainer, text, request->method, &explanation);
        add_line(request, explanation_json(&explanation, predictor, text));
        explanation_release(&explanation);
        free(copy);
    }
    explainer_free(explainer);
    return rc;
}

PUBLIC int rnntrain_explain_texts(struct rnntrain_model *model, const char *const *texts,
                                  size_t n, enum rnntrain_method method, char **lines)
{
    struct request request = {
        .model = model, .texts = texts, .n = n, .method = (enum explain_method)method};

    if (!model || (n > 0 && !texts) || !lines)
        return fail(ERR_USAGE, "rnntrain_explain_texts: an argument is NULL");
    if ((int)method < 0 || (int)method >= EXPLAIN_METHODS)
        return fail(ERR_USAGE, "rnntrain_explain_texts: %d is no method", (int)method);
    for (size_t i = 0; i < n; i++)
        if (!texts[i])
            return fail(ERR_USAGE, "rnntrain_explain_texts: text %zu is NULL", i);

    int rc = predictor_check_texts(&model->predictor);
    if (rc)
        return rc;

    request.worker = library_take_idle(model);
    rc = die_caught(explain, &request);
    if (!rc) {
        library_give_back(model, request.worker);
        *lines = request.lines;
    }
    return rc;
}

PUBLIC void rnntrain_free(void *memory)
{
    free(memory);
}
