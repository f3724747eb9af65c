#include "train/loss_options.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "data/classes.h"
#include "files/file.h"

#define AT(field) offsetof(struct loss_config, field)
#define MOST_WEIGHT 1e6

static const char balanced[] = "balanced";

static const struct option loss_table[] = {
    {"class-weight", OPTION_STRING, AT(class_weight), NULL, 0, 0, NULL,
     "what rows of a class count in training: balanced, which is rows / (classes * rows "
     "of the class), or JSON or a file of it, {\"spam\": 5}, where others count 1",
     "Training", false},
    {"adversarial", OPTION_DOUBLE, AT(adversarial), "0", 0, 100, NULL,
     "rows are learnt twice a step, also with embeddings moved by so much, in units of "
     "their root mean square, to where the loss is larger; 0: once",
     "Training", false},
    {"label-smoothing", OPTION_DOUBLE, AT(label_smoothing), "0", 0, 0.999, NULL,
     "share of each target in training that is spread evenly over all classes, or over "
     "yes and no of each label",
     "Training", false},
};

const struct option_table loss_options_table = {.options = loss_table,
                                                .n_options = (int)COUNT_OF(loss_table)};

static bool is_balanced(const char *given)
{
    return !strcmp(given, balanced);
}

static bool is_json(const char *given)
{
    return given[strspn(given, " \t\r\n")] == '{';
}

static int check_weights(const char *source, const json_t *weights)
{
    const char *class;
    json_t *value;

    json_object_foreach((json_t *)weights, class, value)
    {
        double weight = json_number_value(value);
        if (!json_is_number(value) || !(weight >= 0 && weight <= MOST_WEIGHT))
            return fail(ERR_USAGE,
                        "--class-weight %s: the weight of %s is no number from 0 to %g",
                        source, class, MOST_WEIGHT);
    }
    return json_object_size(weights) > 0
               ? OK
               : fail(ERR_USAGE,
                      "--class-weight %s: it names no class: give names and their "
                      "weights, as {\"spam\": 5}",
                      source);
}

/* *text, the caller's, is the same JSON in one spelling. */
static int settle_json(const char *source, const char *json, char **text)
{
    json_error_t error;
    json_t *weights = json_loads(json, JSON_REJECT_DUPLICATES, &error);
    int rc = json_is_object(weights)
                 ? check_weights(source, weights)
                 : fail(ERR_USAGE,
                        "--class-weight %s: it is no JSON object, as {\"spam\": 5}: line "
                        "%d: %s",
                        source, error.line, error.text);

    if (!rc)
        *text =
            json_dumps(weights, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(weights);
    return rc;
}

/* Neither a word that is known nor JSON: a file. */
static int read_weights(const char *path, char **json)
{
    size_t n = 0;
    if (file_read(path, json, &n))
        return fail(ERR_NO_INPUT,
                    "--class-weight %s: it is not \"balanced\", nor JSON, and cannot be "
                    "read as a file: %s",
                    path, fail_message());
    return OK;
}

int loss_options_settle(struct loss_config *config)
{
    char *given = config->class_weight, *json = NULL, *text = NULL;

    if (!given || is_balanced(given))
        return OK;
    int rc = is_json(given) ? OK : read_weights(given, &json);
    if (!rc)
        rc = settle_json(given, json ? json : given, &text);
    if (!rc) {
        config->class_weight = text;
        free(given);
    }

    free(json);
    return rc;
}

static void balance(const struct facts *facts, const int *counts, double *weights)
{
    double n_rows = 0, n_classes = 0;

    for (int c = 0; c < facts->n_labels; c++) {
        n_rows += counts[c];
        n_classes += counts[c] > 0;
    }
    for (int c = 0; c < facts->n_labels; c++)
        weights[c] = counts[c] > 0 ? n_rows / (n_classes * counts[c]) : 1;
}

static int place_of(const struct facts *facts, const char *class)
{
    for (int c = 0; c < facts->n_labels; c++)
        if (!strcmp(facts->labels[c], class))
            return c;
    return -1;
}

static int take_named(const struct loss_config *config, const struct facts *facts,
                      const char *data, double *weights)
{
    json_t *named = json_loads(config->class_weight, 0, NULL), *value;
    const char *class;
    int rc = OK;

    for (int c = 0; c < facts->n_labels; c++)
        weights[c] = 1;
    json_object_foreach(named, class, value)
    {
        int place = place_of(facts, class);
        if (place < 0) {
            char *known = classes_shown(facts);
            rc = fail(ERR_USAGE, "--class-weight: %s has no class %s, but %s: name these",
                      data, class, known);
            free(known);
            break;
        }
        weights[place] = json_number_value(value);
    }
    json_decref(named);
    return rc;
}

int loss_class_weights(const struct loss_config *config, const struct facts *facts,
                       const char *data, const int *counts, double *weights)
{
    if (facts->multi_label)
        return fail(ERR_USAGE,
                    "--class-weight is for texts of one class each, those of %s may have "
                    "several labels: leave it out",
                    data);
    if (!is_balanced(config->class_weight))
        return take_named(config, facts, data, weights);
    balance(facts, counts, weights);
    return OK;
}
