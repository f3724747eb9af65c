/* An epoch as one line of at most 80 columns, and how fast it went as another. */
#include "train/report_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/program.h"

/* "0.6931"; what is large has fewer decimals, as a line has no room for it. */
static const char *figure(double value, char text[32])
{
    snprintf(text, 32, value < 10 ? "%.4f" : value < 100 ? "%.3f" : "%.5g", value);
    return text;
}

/* Of the rest of the epochs, as long as those of this start were. */
static void describe_left(const struct report *report, const struct report_epoch *epoch,
                          char text[48])
{
    char duration[PROGRAM_DURATION];
    int left = epoch->epochs - epoch->epoch;
    *text = '\0';
    if (left <= 0 || epoch->trial.scaling || !(report->began > 0))
        return;

    double taken = seconds_now() - report->began;
    program_duration(taken / report->effort.epochs * left, duration);
    snprintf(text, 48, " %s left", duration);
}

/* The caller's. */
static char *name_of(const struct report_epoch *epoch)
{
    const struct report_trial *trial = &epoch->trial;
    return trial->scaling ? xasprintf("fit %2d %s, C %g%s", epoch->epoch, trial->scaling,
                                      trial->c, trial->is_last ? ", on all rows" : "")
                          : xasprintf("epoch %2d/%d", epoch->epoch, epoch->epochs);
}

static void say_scores(struct report *report, const struct report_epoch *epoch)
{
    const char *what = epoch->multi_label ? "f1" : "acc";
    char left[48], loss[32], validation[96] = "", *name = name_of(epoch);

    describe_left(report, epoch, left);
    if (epoch->validated && epoch->watched)
        snprintf(validation, sizeof validation, " val_loss %s %s %.4f %c",
                 figure(epoch->val_loss, loss), epoch->watched, epoch->watched_value,
                 epoch->improved ? '*' : ' ');
    else if (epoch->validated)
        snprintf(validation, sizeof validation, " val_loss %s val_%s %.4f %c",
                 figure(epoch->val_loss, loss), what,
                 epoch->multi_label ? epoch->val_f1 : epoch->val_acc,
                 epoch->improved ? '*' : ' ');
    report_say(report, "%s loss %s %s %.4f%s%s", name, figure(epoch->loss, loss), what,
               epoch->multi_label ? epoch->f1 : epoch->acc, validation, left);
    free(name);

    if (epoch->one_class)
        report_say(report, "         all %d validation rows were taken for %s%s",
                   epoch->n_validation, epoch->one_class,
                   epoch->is_spared ? ", which does not count against patience" : "");
}

static void say_speed(struct report *report, const struct report_epoch *epoch)
{
    char rate[32], duration[PROGRAM_DURATION];

    program_duration(epoch->seconds, duration);
    program_thousands((int64_t)(epoch->samples_per_s + 0.5), rate);
    if (epoch->trial.scaling) /* fits hardly multiply */
        report_say(report, "         %s, %s rows/s", duration, rate);
    else
        report_say(report,
                   "         %s, %s rows/s, %.1f GFLOP/s (%.0f %%), comm %.0f %%, "
                   "imbalance %.0f %%",
                   duration, rate, epoch->gflops,
                   100 * epoch->gflops / epoch->peak_gflops, 100 * epoch->comm_share,
                   100 * epoch->imbalance);
}

void report_say_epoch(struct report *report, const struct report_epoch *epoch)
{
    say_scores(report, epoch);
    if (report->is_verbose)
        say_speed(report, epoch);
}
