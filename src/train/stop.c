#include "train/private.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/signals.h"

static double started;

void trainer_start_clock(void)
{
    started = seconds_now();
}

/* Seconds until Slurm ends the job; infinite where it does not say. */
static double left_of_job(void)
{
    const char *text = getenv("SLURM_JOB_END_TIME"); /* seconds since 1970 */
    double end = text ? strtod(text, NULL) : 0;
    return end > 0 ? end - (double)time(NULL) : (double)INFINITY;
}

static const double slow_disk = 20e6; /* bytes a second, until a checkpoint was timed */

/* Rank 0's environment and clock count; the clocks of two hosts need not agree. */
void trainer_set_deadline(struct trainer *trainer)
{
    double most = trainer->config->max_time;
    double left = left_of_job(), now = seconds_now();
    if (most > 0)
        left = fmin(left, started + most - now);
    comm_broadcast(trainer->comm, &left, sizeof left);
    trainer->deadline = isfinite(left) ? now + fmax(left, 0) : 0;

    trainer->saved_at = now;
    size_t arrays = 2 + (size_t)optim_arrays(&trainer->optim);
    trainer->pace.save =
        (double)(arrays * trainer->params->size * sizeof(float)) / slow_disk;
}

/* What comes before the next moment at which the run can stop, each part at its longest
 * so far, twice where a neighbour may slow it down; and what the launcher needs to
 * end. */
static double needed(const struct trainer *trainer, int b)
{
    enum { MARGIN = 2 }; /* seconds */
    const struct pace *pace = &trainer->pace;
    const struct sampler *sampler = &trainer->sampler;
    double validation = 0;

    if (b + 1 == sampler_batches(sampler))
        validation = pace->validation > 0 ? pace->validation
                                          : pace->step * sampler->n_validation /
                                                sampler->config.batch_size;
    return 2 * pace->step + 1.5 * validation + 3 * pace->save + MARGIN;
}

int trainer_wish(const struct trainer *trainer, int b)
{
    const struct trainer_config *config = trainer->config;
    double now = seconds_now();
    if (signals_noted())
        return WISH_SIGNAL + signals_noted();
    if (trainer->deadline > 0 && now + needed(trainer, b) > trainer->deadline)
        return WISH_STOP_FOR_TIME;

    bool by_steps = config->checkpoint_every > 0 &&
                    (trainer->progress.step + 1) % config->checkpoint_every == 0;
    bool by_time = config->checkpoint_seconds > 0 &&
                   now - trainer->saved_at >= config->checkpoint_seconds;
    return by_steps || by_time ? WISH_SAVE : WISH_NONE;
}
