#include "saved/decision.h"

#include <stdlib.h>

#include "base/names.h"

json_t *decision_json(const struct decision *decision)
{
    json_t *root = json_object(), *thresholds = json_array();

    for (int i = 0; i < decision->n_thresholds; i++)
        json_array_append_new(thresholds, json_real(decision->threshold[i]));
    if (decision->temperature > 0)
        json_object_set_new(root, "temperature", json_real(decision->temperature));
    if (decision->n_thresholds) {
        json_object_set(root, "thresholds", thresholds);
        json_object_set_new(root, "metric",
                            json_string(decision_metric_names[decision->metric]));
    }
    json_decref(thresholds);
    return root;
}

static int damaged(const char *source, const char *what)
{
    return fail(ERR_FORMAT, "%s: " DECISION_PATH ": %s: calibrate the model again",
                source, what);
}

static int read_temperature(const json_t *root, const char *source,
                            struct decision *decision)
{
    const json_t *found = json_object_get(root, "temperature");
    const double least = 1e-6,
                 most = 1e6; /* beyond these weights become infinite, or 0 */
    double value = json_number_value(found);

    if (found && !(value >= least && value <= most))
        return damaged(source, "the temperature is no number from 1e-6 to 1e6");
    decision->temperature = value;
    return OK;
}

/* One of two classes, else one of each label. */
static size_t wanted(const struct facts *facts)
{
    if (facts->multi_label)
        return (size_t)facts->n_labels;
    return facts->n_labels == 2 ? 1 : 0;
}

static int read_metric(const json_t *root, const char *source, struct decision *decision)
{
    const char *name = json_string_value(json_object_get(root, "metric"));
    int metric = name ? names_find(decision_metric_names, name) : -1;

    if (metric < 0)
        return damaged(source, "nothing is said of what the thresholds are best by");
    decision->metric = (enum decision_metric)metric;
    return OK;
}

static int read_thresholds(const json_t *root, const struct facts *facts,
                           const char *source, struct decision *decision)
{
    const json_t *found = json_object_get(root, "thresholds");
    size_t n = json_array_size(found);
    if (!found)
        return OK;
    if (n == 0 || n != wanted(facts))
        return damaged(source, "it has another number of thresholds than classes want");

    int rc = read_metric(root, source, decision);
    decision->n_thresholds = (int)n;
    decision->threshold = xcalloc(n, sizeof *decision->threshold);
    for (size_t i = 0; i < n && !rc; i++) {
        const json_t *value = json_array_get(found, i);
        decision->threshold[i] = json_number_value(value);
        if (!json_is_number(value) ||
            !(decision->threshold[i] >= 0 && decision->threshold[i] <= 1))
            rc = damaged(source, "a threshold is no probability");
    }
    return rc;
}

int decision_read(const char *json, const struct facts *facts, const char *source,
                  struct decision *decision)
{
    json_t *root = json_loads(json, 0, NULL);
    struct decision read = {.temperature = 0};
    int rc = json_is_object(root) ? OK : damaged(source, "it is no JSON object");

    if (!rc)
        rc = read_temperature(root, source, &read);
    if (!rc)
        rc = read_thresholds(root, facts, source, &read);
    if (rc)
        decision_release(&read);
    else
        *decision = read;
    json_decref(root);
    return rc;
}

/* The first labels, as a text may have thousands. */
static char *describe_thresholds(const struct decision *decision,
                                 const struct facts *facts)
{
    enum { MOST = 8 };
    char *all = xstrdup("");
    int n = decision->n_thresholds;

    for (int i = 0; i < n && i < MOST; i++) {
        const char *label = facts->labels[facts->multi_label ? i : 1];
        char *longer = xasprintf("%s%s%s from %.4g on", all, i ? ", " : "", label,
                                 decision->threshold[i]);
        free(all);
        all = longer;
    }
    char *whole = xasprintf("%s%s, by %s", all, n > MOST ? ", ..." : "",
                            decision_metric_names[decision->metric]);
    free(all);
    return whole;
}

char *decision_describe(const struct decision *decision, const struct facts *facts)
{
    char *thresholds =
        decision->n_thresholds ? describe_thresholds(decision, facts) : xstrdup("");
    bool cools = decision->temperature > 0;
    /* judge/decide.h chooses just that where no row was judged wrongly */
    const char *why = decision->temperature == 1 ? ", as no row was judged wrongly" : "";
    char *text = cools ? xasprintf("temperature %.4g%s%s%s", decision->temperature, why,
                                   *thresholds ? "; " : "", thresholds)
                       : xstrdup(thresholds);
    free(thresholds);
    return text;
}
