#include "train/report_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"
#include "base/say.h"

/* Infinity and NaN are no JSON. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *hex(uint64_t value)
{
    char text[17];
    program_hex(value, text);
    return json_string(text);
}

static json_t *event(const char *name)
{
    json_t *line = json_object();
    json_object_set_new(line, "event", json_string(name));
    return line;
}

/* Where the ids are. */
static void say_data(struct report *report, const struct report_start *start)
{
    size_t mebibytes = start->data_bytes >> 20;
    char ngrams[32];
    program_thousands((int64_t)start->n_ngrams, ngrams);
    if (start->n_ngrams)
        report_say(report, "         %s n-grams, all rows' in memory: %zu MiB a node",
                   ngrams, mebibytes);
    else if (!start->window_rows)
        report_say(report, "         all ids in memory: %zu MiB a node", mebibytes);
    else
        report_say(report,
                   "         ids read ahead, two windows of %d rows: %zu MiB a node",
                   start->window_rows, mebibytes);

    if (start->wanted_rows)
        report_say(
            report,
            "warning  a window has few of the file's chunks of %d rows, which may be "
            "all of one class: give --window-rows %d or more",
            start->chunk_rows, start->wanted_rows);
}

/* Lines, each with its '\n'; or NULL. */
static void say_beginning(struct report *report, const char *lines)
{
    for (const char *line = lines ? lines : ""; *line; line += strcspn(line, "\n") + 1)
        report_say(report, "%s%.*s", line == lines ? "begins   with " : "note     ",
                   (int)strcspn(line, "\n"), line);
}

static void say_lines(struct report *report, const char *lines)
{
    for (; lines && *lines; lines += strcspn(lines, "\n") + 1)
        report_say(report, "  %.*s", (int)strcspn(lines, "\n"), lines);
}

/* Products at two thirds of SGEMM, behind which vectors move unless there are hardly any
 * products; and arrays as large as the weights, which is what many classes wait for, in
 * order, so twice as fast: of 1,000 to 5,000 classes that is within a factor of 1.5. */
static double epoch_seconds(const struct report_start *start)
{
    const double bytes_per_s = 8e9, bytes_in_order_per_s = 16e9;
    double products = start->epoch_flops / (start->peak_gflops * 1e9 * 2 / 3);
    double moves = start->epoch_moved / bytes_per_s;

    return (products > moves ? products : moves) +
           start->epoch_bytes / bytes_in_order_per_s;
}

static void say_forecast(struct report *report, const struct report_start *start)
{
    double seconds = epoch_seconds(start), share = start->core_share;
    if (start->epoch_flops <= 0 || start->bf16)
        return;

    if (share > 0 && share < 1)
        report_say(
            report,
            "epoch    about %.2g s at two thirds of that, %.2g s if the others go on",
            seconds, seconds / share);
    else
        report_say(report, "epoch    about %.2g s at two thirds of that", seconds);
}

void report_say_start(struct report *report, const struct report_start *start)
{
    char train[32], validation[32], test[32], parameters[32];
    program_thousands(start->n_train, train);
    program_thousands(start->n_validation, validation);
    program_thousands(start->n_test, test);
    program_thousands((int64_t)start->parameters, parameters);

    if (start->resumed_from)
        report_say(report, "resume   epoch %d after batch %d, from %s", start->epoch,
                   start->batch, start->resumed_from);
    else
        say_beginning(report, start->beginning);

    report_say(report, "data     %s rows to train, %s to validate (%s), %s to test",
               train, validation, start->validation, test);
    say_data(report, start);
    if (start->n_validation == 0 && start->watched)
        report_say(report,
                   "note     nothing to validate: best.h5 and early stopping go by the "
                   "training %s",
                   start->watched);
    if (start->unseen)
        report_say(report, "warning  %s", start->unseen);
    if (start->class_weights)
        report_say(report, "weights  of a row, by its class: %s", start->class_weights);
    if (start->node_bytes)
        report_say(
            report, "model    %s parameters, %d classes, %zu MiB a node and %zu a rank",
            parameters, start->classes, start->node_bytes >> 20, start->bytes >> 20);
    else
        report_say(report, "model    %s parameters, %d classes, %zu MiB a rank",
                   parameters, start->classes, start->bytes >> 20);

    if (!start->resumed_from)
        say_lines(report, start->layers);
    if (start->n_ngrams)
        report_say(report, "ranks    %d on %s", start->ranks, start->hosts);
    else
        report_say(report, "ranks    %d on %s, %d lane%s, one BLAS thread each",
                   start->ranks, start->hosts, start->lanes, plural(start->lanes));
    if (start->hard_sigmoid)
        report_say(report,
                   "note     best.h5 will carry Keras 2's hard_sigmoid, clip(0.2 x + "
                   "0.5); Keras 3 computes clip(x/6 + 0.5) by that name");

    if (start->shares_cores)
        report_say(report, "warning  a host has more ranks than cores: as many as it has "
                           "cores would be faster, and give the same bits");
    if (!start->reproducible)
        report_say(report,
                   "warning  sums by MPI_Allreduce: the bits depend on the ranks");

    report_say(report, "kernels  %s, SGEMM %.0f GFLOP/s on all ranks", start->kernels,
               start->peak_gflops);
    if (start->plain_bf16)
        report_say(report, "warning  products of bf16 are plain C, as the processor or "
                           "--isa has no instruction for them: the same bits, much "
                           "slower than --precision fp32");
    if (start->core_share > 0 && start->core_share < 1)
        report_say(
            report,
            "warning  others are at work: %.0f %% of the cores' time was left; SGEMM's "
            "rate is of processor time, and measured again after long epochs",
            100 * start->core_share);
    say_forecast(report, start);
}

int report_start(struct report *report, const struct report_start *start)
{
    if (!report->is_open)
        return OK;

    json_t *line = event(start->resumed_from ? "resume" : "start");
    if (start->resumed_from) {
        json_object_set_new(line, "epoch", json_integer(start->epoch));
        json_object_set_new(line, "batch", json_integer(start->batch));
        json_object_set_new(line, "step", json_integer(start->step));
    }
    if (start->beginning && !start->resumed_from)
        json_object_set_new(
            line, "begins_with",
            json_stringn(start->beginning, strcspn(start->beginning, "\n")));

    json_object_set_new(line, "version", json_string(RNNTRAIN_VERSION));
    json_object_set_new(line, "config", json_loads(start->config, 0, NULL));

    json_object_set_new(line, "ranks", json_integer(start->ranks));
    json_object_set_new(line, "hosts", json_string(start->hosts));
    json_object_set_new(line, "lanes", json_integer(start->lanes));
    json_object_set_new(line, "reproducible", json_boolean(start->reproducible));
    json_object_set_new(line, "kernels", json_string(start->kernels));

    json_object_set_new(line, "data", hex(start->data_hash));
    json_object_set_new(line, "train", json_integer(start->n_train));
    json_object_set_new(line, "validation", json_integer(start->n_validation));
    json_object_set_new(line, "validation_rule", json_string(start->validation));
    json_object_set_new(line, "test", json_integer(start->n_test));

    json_object_set_new(line, "classes", json_integer(start->classes));
    json_object_set_new(line, "parameters", json_integer((json_int_t)start->parameters));
    json_object_set_new(line, "bytes", json_integer((json_int_t)start->bytes));
    json_object_set_new(line, "peak_gflops", number(start->peak_gflops));
    if (start->node_bytes)
        json_object_set_new(line, "node_bytes",
                            json_integer((json_int_t)start->node_bytes));
    if (start->core_share > 0 && start->core_share < 1)
        json_object_set_new(line, "core_share", number(start->core_share));

    report_add_origin(line, &start->origin);
    report_add_time(line);
    report->began = report->last_step = seconds_now();
    report_say_start(report, start);
    return report_write(report, line, true);
}

static void add_effort(struct report_effort *effort, const struct report_epoch *epoch)
{
    effort->epochs++;
    effort->seconds += epoch->seconds;
    effort->rows += epoch->samples_per_s * epoch->seconds;
    effort->gflop += epoch->gflops * epoch->seconds;
    effort->communicated += epoch->comm_share * epoch->seconds;
    effort->imbalance += epoch->imbalance * epoch->seconds;
    effort->peak_gflops = epoch->peak_gflops;
}

/* How fast it went, and why not faster. */
static void say_effort(struct report *report)
{
    const struct report_effort *effort = &report->effort;
    double seconds = effort->seconds;
    if (effort->epochs == 0 || seconds <= 0)
        return;

    double share = effort->gflop / seconds / effort->peak_gflops;
    char rate[32], of[40];
    program_thousands((int64_t)(effort->rows / seconds + 0.5), rate);
    if (effort->gflop <= 0) { /* fits, which add and hardly multiply */
        report_say(report, "speed    %s rows/s, %.0f %% in communication", rate,
                   100 * effort->communicated / seconds);
        return;
    }
    if (share <= 1)
        snprintf(of, sizeof of, "%.0f %% of SGEMM", 100 * share);
    else /* however often it was measured */
        snprintf(of, sizeof of, "SGEMM slower, beside other work");

    report_say(report,
               "speed    %s rows/s, %.1f GFLOP/s (%s), %.0f %% in communication, "
               "imbalance %.0f %%",
               rate, effort->gflop / seconds, of, 100 * effort->communicated / seconds,
               100 * effort->imbalance / seconds);
}

static void add_trial(json_t *line, const struct report_trial *trial)
{
    json_object_set_new(line, "scaling", json_string(trial->scaling));
    json_object_set_new(line, "c", number(trial->c));
    if (trial->bayes > 0) {
        json_object_set_new(line, "regression", number(trial->regression));
        json_object_set_new(line, "bayes", number(trial->bayes));
    }
    json_object_set_new(line, "passes", json_integer(trial->passes));
    json_object_set_new(line, "all_rows", json_boolean(trial->is_last));
}

int report_epoch(struct report *report, const struct report_epoch *epoch)
{
    if (!report->is_open)
        return OK;

    json_t *line = event("epoch");
    json_object_set_new(line, "epoch", json_integer(epoch->epoch));
    json_object_set_new(line, "loss", number(epoch->loss));
    json_object_set_new(line, "acc", number(epoch->acc));
    if (epoch->multi_label)
        json_object_set_new(line, "f1", number(epoch->f1));
    if (epoch->validated) {
        json_object_set_new(line, "val_loss", number(epoch->val_loss));
        json_object_set_new(line, "val_acc", number(epoch->val_acc));
        if (epoch->multi_label)
            json_object_set_new(line, "val_f1", number(epoch->val_f1));
        json_object_set_new(line, "improved", json_boolean(epoch->improved));
        if (epoch->one_class)
            json_object_set_new(line, "one_class", json_string(epoch->one_class));
        if (epoch->is_spared)
            json_object_set_new(line, "spared", json_true());
    }

    if (epoch->trial.scaling)
        add_trial(line, &epoch->trial);
    else
        json_object_set_new(line, "learning_rate", number(epoch->learning_rate));
    json_object_set_new(line, "seconds", number(epoch->seconds));
    json_object_set_new(line, "samples_per_s", number(epoch->samples_per_s));
    json_object_set_new(line, "gflops", number(epoch->gflops));
    json_object_set_new(line, "peak_share", number(epoch->gflops / epoch->peak_gflops));
    json_object_set_new(line, "comm_share", number(epoch->comm_share));
    json_object_set_new(line, "imbalance", number(epoch->imbalance));
    json_object_set_new(line, "weights", hex(epoch->weights));
    if (epoch->validated)
        report_add_figures(line, "val_", epoch->multi_label, epoch->figures);
    report_add_time(line);

    add_effort(&report->effort, epoch);
    report_say_epoch(report, epoch);
    return report_write(report, line, false);
}

int report_step(struct report *report, const struct report_step *step)
{
    if (!report->is_open)
        return OK;

    json_t *line = event("step");
    double now = seconds_now();
    json_object_set_new(line, "epoch", json_integer(step->epoch));
    json_object_set_new(line, "batch", json_integer(step->batch));
    json_object_set_new(line, "batches", json_integer(step->batches));
    json_object_set_new(line, "step", json_integer(step->step));
    json_object_set_new(line, "batch_loss", number(step->batch_loss));
    json_object_set_new(line, "loss", number(step->loss));
    json_object_set_new(line, "acc", number(step->acc));
    json_object_set_new(line, "learning_rate", number(step->learning_rate));
    json_object_set_new(line, "seconds", number(now - report->last_step));
    report_add_time(line);
    report->last_step = now;
    return report_write(report, line, false);
}

int report_nonfinite(struct report *report, const struct report_nonfinite *bad)
{
    if (!report->is_open)
        return OK;
    json_t *line = event("nonfinite"), *rows = json_array();
    for (int i = 0; i < bad->n; i++)
        json_array_append_new(rows, json_integer(bad->rows[i]));

    json_object_set_new(line, "epoch", json_integer(bad->epoch));
    json_object_set_new(line, "batch", json_integer(bad->batch));
    json_object_set_new(line, "step", json_integer(bad->step));
    json_object_set_new(line, "what", json_string(bad->what));
    json_object_set_new(line, "action", json_string(bad->action));
    json_object_set_new(line, "rows", rows);

    if (strcmp(bad->action, "stop"))
        report_tell(report,
                    "epoch %d, batch %d: the %s is not finite: %s (its rows are in %s)",
                    bad->epoch, bad->batch, bad->what, bad->action, report->path);
    return report_write(report, line, false);
}

int report_result(struct report *report, const struct report_result *result)
{
    if (!report->is_open)
        return OK;

    json_t *line = event(result->is_test ? "test" : "validation");
    json_object_set_new(line, "which", json_string(result->which));
    json_object_set_new(line, "epoch", json_integer(result->epoch));
    json_object_set_new(line, "loss", number(result->loss));
    json_object_set_new(line, "acc", number(result->acc));
    if (result->multi_label)
        json_object_set_new(line, "f1", number(result->f1));
    json_object_set_new(line, "n", json_integer(result->n));
    if (result->one_class)
        json_object_set_new(line, "one_class", json_string(result->one_class));
    report_add_figures(line, "", result->multi_label, result->figures);

    const char *of = result->is_test ? "" : "val_";
    char f1[48] = "";
    if (result->multi_label)
        snprintf(f1, sizeof f1, "  %sf1 %.6f", of, result->f1);
    report_say(report, "%s %s weights (epoch %d): %sloss %.6f%s  %sacc %.6f on %d row%s",
               result->is_test ? "test    " : "validate", result->which, result->epoch,
               of, result->loss, f1, of, result->acc, result->n, plural(result->n));
    return report_write(report, line, false);
}

int report_end(struct report *report, const char *reason, const char *text)
{
    if (!report->is_open)
        return OK;
    json_t *line = event("end");
    json_object_set_new(line, "reason", json_string(reason));
    report_add_time(line);
    say_effort(report);
    if (text)
        report_say(report, "end      %s", text);
    return report_write(report, line, true);
}
