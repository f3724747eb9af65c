#include "report/past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "report/past_private.h"

const char *const past_value_names[PAST_VALUES] = {
    [PAST_LOSS] = "loss",
    [PAST_VAL_LOSS] = "val_loss",
    [PAST_ACC] = "acc",
    [PAST_VAL_ACC] = "val_acc",
    [PAST_F1] = "f1",
    [PAST_VAL_F1] = "val_f1",
    [PAST_VAL_AUC] = "val_auc",
    [PAST_RATE] = "learning_rate",
    [PAST_SECONDS] = "seconds",
    [PAST_SAMPLES] = "samples_per_s",
    [PAST_GFLOPS] = "gflops",
    [PAST_PEAK_SHARE] = "peak_share",
    [PAST_COMM_SHARE] = "comm_share",
    [PAST_IMBALANCE] = "imbalance",
};

char *past_path(const struct past_run *run, const char *name)
{
    return xasprintf("%s/%s", run->path, name);
}

const char *past_text(const json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text ? text : "";
}

double past_at(const struct past_run *run, enum past_value value, int epoch)
{
    for (int i = run->n_epochs - 1; i >= 0; i--)
        if ((int)run->epoch[i] == epoch)
            return run->value[value][i];
    return (double)NAN;
}

bool past_has(const struct past_run *run, enum past_value value)
{
    for (int i = 0; i < run->n_epochs; i++)
        if (isfinite(run->value[value][i]))
            return true;
    return false;
}

double past_seconds(const struct past_run *run)
{
    double seconds = 0;

    for (int i = 0; i < run->n_epochs; i++)
        if (isfinite(run->value[PAST_SECONDS][i]))
            seconds += run->value[PAST_SECONDS][i];
    return seconds;
}

int past_best(const struct past *past)
{
    int best = 0;
    double least = (double)INFINITY;

    for (int i = 0; i < past->n; i++) {
        const struct past_run *run = &past->runs[i];
        double score = -past_at(run, past_val_score(run), run->best_epoch);
        if (isfinite(score) && score < least) {
            least = score;
            best = i;
        }
    }
    return best;
}

static void release_run(struct past_run *run)
{
    for (int v = 0; v < PAST_VALUES; v++)
        free(run->value[v]);
    free(run->epoch);
    free(run->path);
    free(run->name);
    free(run->log);
    json_decref(run->start);
    json_decref(run->end);
    json_decref(run->decision);
    predictions_release(&run->predictions);
    free(run->predictions_fault);
}

void past_release(struct past *past)
{
    for (int i = 0; i < past->n; i++)
        release_run(&past->runs[i]);
    free(past->runs);
    *past = (struct past){.n = 0};
}

/* Without what runs of one configuration differ in; what has none is alone. */
static json_t *but_for_seed(const struct past_run *run)
{
    static const char *const keys[] = {"seed", "replica", "fold"};
    json_t *copy =
        run->config ? json_deep_copy(run->config) : json_pack("{s:s}", "", run->path);

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        json_object_del(copy, keys[i]);
    return copy;
}

static void find_groups(struct past *past)
{
    json_t **kinds = xcalloc((size_t)past->n + 1, sizeof *kinds);

    for (int i = 0; i < past->n; i++) {
        json_t *mine = but_for_seed(&past->runs[i]);
        int group = 0;
        while (group < past->n_groups && !json_equal(kinds[group], mine))
            group++;
        past->runs[i].group = group;
        if (group == past->n_groups)
            kinds[past->n_groups++] = mine;
        else
            json_decref(mine);
    }

    for (int group = 0; group < past->n_groups; group++)
        json_decref(kinds[group]);
    free(kinds);
}

/* Behind the folders that all runs share. */
static size_t shared_folders(const struct past *past)
{
    size_t shared = 0;

    for (size_t at = 0; past->n > 0 && past->runs[0].path[at]; at++) {
        for (int i = 1; i < past->n; i++)
            if (past->runs[i].path[at] != past->runs[0].path[at])
                return shared;
        if (past->runs[0].path[at] == '/')
            shared = at + 1;
    }
    return past->n > 1 ? shared : 0;
}

static void find_names(struct past *past)
{
    size_t shared = shared_folders(past);

    for (int i = 0; i < past->n; i++)
        past->runs[i].name = xstrdup(past->runs[i].path + shared);
}

static void read_predictions(struct past_run *run)
{
    char *path = past_path(run, PREDICTIONS_FILE);

    if (access(path, F_OK) == 0) {
        run->has_predictions = !predictions_read(path, &run->predictions);
        if (!run->has_predictions) {
            run->predictions_fault = xstrdup(fail_message());
            say_line(stderr, "rnntrain: note: %s; what it says of rows is left out",
                     run->predictions_fault);
        }
    }
    free(path);
}

void past_read_predictions(struct past *past)
{
    for (int i = 0; i < past->n; i++)
        read_predictions(&past->runs[i]);
}

int past_read(const char *const *folders, int n, struct past *past)
{
    struct past read = {.n = 0};
    int rc = OK;

    for (int i = 0; i < n && !rc; i++)
        rc = past_find(folders[i], &read);
    if (!rc && read.n > PAST_MOST_RUNS)
        rc = fail(ERR_USAGE,
                  "there are %d runs in these folders, of which at most %d can "
                  "be shown at once: name fewer folders",
                  read.n, PAST_MOST_RUNS);

    if (rc) {
        past_release(&read);
        return rc;
    }
    find_groups(&read);
    find_names(&read);
    *past = read;
    return OK;
}
