#include "commands/selftest.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/say.h"

/* Errors that are rounding's, of floats and of products of bf16. Shares: of a tensor's
 * largest gradient, of a loss. */
static const struct tolerance {
    double gradient, loss;
} tolerances[PRECISIONS] = {
    [PRECISION_FP32] = {0.02, 2e-6}, [PRECISION_BF16] = {0.05, 1e-3}};

static const struct tolerance *tolerance_of(const struct kernels *kernels)
{
    return &tolerances[kernels->pack_pairs ? PRECISION_BF16 : PRECISION_FP32];
}

static void say_result(struct selftest_result *result, bool failed, const char *format,
                       ...) PRINTF_LIKE(3, 4);

static void say_result(struct selftest_result *result, bool failed, const char *format,
                       ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(result->says, sizeof result->says, format, args);
    va_end(args);
    result->failed = failed;
}

/* The built-in models are there on every processor: what fails is said as it is. */
static void say_failure(struct selftest_result *result)
{
    say_result(result, true, "%s", fail_message());
}

void selftest_check_gradients(struct selftest *selftest, struct selftest_result *result)
{
    double most = tolerance_of(selftest->chosen)->gradient;
    struct selftest_error worst = {.share = -1};
    const char *model = "";

    for (int i = 0; i < SELFTEST_MODELS; i++) {
        struct selftest_error error;
        if (selftest_gradient(&selftest_models[i], selftest->chosen, selftest->floats,
                              &error)) {
            say_failure(result);
            return;
        }
        if (error.share <= worst.share)
            continue;
        worst = error;
        model = selftest_models[i].name;
    }
    say_result(result, !(worst.share <= most),
               "of %d models: %.2g of a tensor's largest gradient off at most, in %s of "
               "%s; %g is allowed",
               SELFTEST_MODELS, worst.share, worst.tensor, model, most);
}

/* The largest error of the built-in losses, as a share, and in which model; false: the
 * result says why it is not known. */
static bool try_losses(const struct selftest *selftest, const struct kernels *kernels,
                       double *worst, const char **model, struct selftest_result *result)
{
    *worst = -1;
    for (int i = 0; i < SELFTEST_MODELS; i++) {
        const struct selftest_model *which = &selftest_models[i];
        struct selftest_run run;
        if (selftest_train(which, &selftest->alone, kernels, SELFTEST_EVEN, &run)) {
            say_failure(result);
            return false;
        }

        for (int step = 0; step < SELFTEST_STEPS; step++) {
            double share = fabs(run.loss[step] / which->loss[step] - 1);
            if (share <= *worst)
                continue;
            *worst = isnan(share) ? HUGE_VAL : share;
            *model = which->name;
        }
    }
    return true;
}

void selftest_check_losses(struct selftest *selftest, struct selftest_result *result)
{
    double worst = 0, most = tolerance_of(selftest->chosen)->loss;
    const char *model = "";

    if (try_losses(selftest, selftest->chosen, &worst, &model, result))
        say_result(result, !(worst <= most),
                   "of %d steps of %d models: %.2g off at most, of %s; %g is allowed",
                   SELFTEST_STEPS, SELFTEST_MODELS, worst, model, most);
}

void selftest_check_sets(struct selftest *selftest, struct selftest_result *result)
{
    static const char *const names[] = {"baseline",      "avx2",      "avx512",
                                        "baseline+bf16", "avx2+bf16", "avx512+bf16",
                                        "amx+bf16"};
    char all[300] = "";
    size_t n = 0;
    bool failed = false;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct kernels *kernels = NULL;
        const char *model = "";
        double worst = 0;
        if (kernels_select(names[i], &kernels))
            continue;
        if (!strcmp(kernels->name, selftest->chosen->name))
            kernels = selftest->chosen;
        if (!try_losses(selftest, kernels, &worst, &model, result))
            return;

        bool is_bad = !(worst <= tolerance_of(kernels)->loss);
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s %.2g%s", n ? ", " : "",
                              names[i], worst, is_bad ? " (too much)" : "");
        failed |= is_bad;
    }
    say_result(result, failed, "losses off by: %s", all);
}

void selftest_check_rows(struct selftest *selftest, struct selftest_result *result)
{
    for (int i = 0; i < SELFTEST_MODELS; i++) {
        bool are_same = true;
        if (selftest_rows_alone(&selftest_models[i], selftest->chosen, &are_same)) {
            say_failure(result);
            return;
        }
        if (are_same)
            continue;
        say_result(result, true, "%s judges a row otherwise among others than alone",
                   selftest_models[i].name);
        return;
    }
    say_result(result, false, "a row alone and among others: the same bits");
}

/* Collective in `comm`. Both hashes of a model's weights. */
static int try_way(const struct selftest *selftest, const struct selftest_model *which,
                   const struct comm *comm, enum selftest_way way, uint64_t *alone,
                   uint64_t *hash)
{
    struct selftest_run run = {.hash = 0};
    int rc = comm_agree(comm, selftest_train(which, &selftest->alone, selftest->chosen,
                                             SELFTEST_EVEN, &run));
    *alone = run.hash;
    if (!rc)
        rc = selftest_train(which, comm, selftest->chosen, way, &run);
    *hash = run.hash;
    return rc;
}

/* Collective in `comm`. Whether training on it, in this way, comes to the weights of this
 * rank alone; *hash is of those. Ranks meet often, so they try every second model. False:
 * the result says where not. */
static bool is_same_way(const struct selftest *selftest, const struct comm *comm,
                        enum selftest_way way, uint64_t *hash,
                        struct selftest_result *result)
{
    const char *differs = NULL;

    *hash = 0;
    for (int i = 0; i<SELFTEST_MODELS; i += comm->size> 1 ? 2 : 1) {
        uint64_t alone = 0, other = 0;
        if (try_way(selftest, &selftest_models[i], comm, way, &alone, &other)) {
            say_failure(result);
            return false;
        }
        if (alone != other && !differs)
            differs = selftest_models[i].name;
        *hash = *hash * 31 + alone;
    }
    if (differs)
        say_result(result, true, "%s has other weights after %d steps", differs,
                   SELFTEST_STEPS);
    return !differs;
}

void selftest_check_order(struct selftest *selftest, struct selftest_result *result)
{
    uint64_t hash = 0;

    if (is_same_way(selftest, &selftest->alone, SELFTEST_BACKWARDS, &hash, result))
        say_result(result, false,
                   "%d lanes computed forwards and backwards: the same bits, hash "
                   "%016" PRIx64,
                   SELFTEST_LANES, hash);
}

/* Collective. */
void selftest_check_ranks(struct selftest *selftest, struct selftest_result *result)
{
    struct comm *comm = selftest->comm;
    uint64_t hash = 0;

    if (comm_same(comm, selftest->chosen->name, "kernel set",
                  "give an --isa that all of their hosts have")) {
        say_failure(result);
        return;
    }
    for (int way = SELFTEST_EVEN; way < SELFTEST_WAYS; way++) {
        bool is_same = is_same_way(selftest, comm, (enum selftest_way)way, &hash, result);
        if (comm_agree(comm, is_same ? OK : ERR_INTERNAL))
            return;
    }
    say_result(result, false, "%d rank%s, lanes dealt in %d ways: the bits of one%s",
               comm->size, plural(comm->size), SELFTEST_WAYS,
               comm->size > 1 ? "" : " (mpirun -np 2 tries more)");
}
