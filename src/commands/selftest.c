/* rnntrain selftest [options] */
#include "commands/selftest.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/say.h"
#include "commands/all_ranks.h"
#include "commands/commands.h"
#include "commands/findings.h"

struct settings {
    char *isa;
    enum precision precision;
    enum selftest_fault fault;
    bool json;
};

enum { LEVEL_OK, LEVEL_FAILED, LEVELS };
static const char *const level_names[] = {[LEVEL_OK] = "ok", [LEVEL_FAILED] = "FAILED"};
_Static_assert(COUNT_OF(level_names) == LEVELS, "a level has no name");

#define ARITHMETIC                                                                       \
    "numbers of this program are wrong here: do not train by it. Try --isa baseline; "   \
    "where that is ok, train by it, and else build the program again, by another "       \
    "compiler"
#define BITS                                                                             \
    "results are not the same bits again here: repeat the test; where it fails again "   \
    "try --isa baseline, and other memory or another node"

/* In the order in which they are done, by all ranks. */
static const struct {
    const char *name, *cure;
    selftest_check *check;
} checks[] = {
    {"gradients", ARITHMETIC, selftest_check_gradients},
    {"losses", ARITHMETIC, selftest_check_losses},
    {"kernel sets",
     "the set that is off computes wrongly here: give --isa and --precision another one",
     selftest_check_sets},
    {"rows", BITS, selftest_check_rows},
    {"order of lanes", BITS, selftest_check_order},
    {"ranks",
     "runs on these ranks are not the bits of others: where kernel sets differ give an "
     "--isa that all hosts have; else try mpirun --mca btl tcp,self, and each node alone",
     selftest_check_ranks},
};

/* Rank 0. What the first rank says whose check failed; of none, rank 0. */
static void note(struct findings *findings, size_t check, const struct comm *comm,
                 const struct selftest_result *results)
{
    int rank = 0, n_failed = 0;

    for (int r = comm->size - 1; r >= 0; r--)
        if (results[r].failed) {
            rank = r;
            n_failed++;
        }
    if (n_failed == 0)
        findings_add(findings, checks[check].name, LEVEL_OK, xstrdup(results[0].says),
                     NULL);
    else if (comm->size == 1)
        findings_add(findings, checks[check].name, LEVEL_FAILED, xstrdup(results[0].says),
                     xstrdup(checks[check].cure));
    else
        findings_add(findings, checks[check].name, LEVEL_FAILED,
                     xasprintf("on %d of %d ranks; rank %d on %s: %s", n_failed,
                               comm->size, rank, comm_host(comm, rank),
                               results[rank].says),
                     xstrdup(checks[check].cure));
}

/* Collective. Findings are rank 0's. */
static void examine(struct selftest *selftest, struct findings *findings)
{
    struct comm *comm = selftest->comm;
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);

    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        struct selftest_result mine = {.failed = false};
        checks[i].check(selftest, &mine);
        char *all = comm_gather_bytes(comm, &mine, sizeof mine, counts);
        if (comm->rank == 0)
            note(findings, i, comm, (const struct selftest_result *)(const void *)all);
        free(all);
    }
    free(counts);
}

/* Rank 0. */
static int report(const struct findings *findings, const struct selftest *selftest,
                  bool json)
{
    int failed = findings_count(findings, LEVEL_FAILED);

    findings_say(findings, json);
    if (!json)
        say_line(stdout, "%d ok, %d FAILED; kernel set %s",
                 findings_count(findings, LEVEL_OK), failed, selftest->chosen->name);
    return failed
               ? fail(ERR_INTERNAL, "the test of this processor, build and ranks FAILED: "
                                    "see what it says of each check")
               : OK;
}

/* The set that is asked for, and one of floats. */
static int choose(const struct settings *settings, struct selftest *selftest)
{
    char *name = kernels_name(settings->isa, settings->precision);
    int rc = kernels_select(name, &selftest->chosen);

    free(name);
    selftest->floats = selftest->chosen;
    if (!rc && selftest->chosen->pack_pairs)
        rc = kernels_select("baseline", &selftest->floats);
    return rc;
}

static int run(struct comm *comm, const void *read, const char *const *operands, int n)
{
    const struct settings *settings = read;
    struct findings findings = {.levels = level_names};
    struct selftest selftest = {.comm = comm};
    int rc = comm_agree(comm, choose(settings, &selftest));
    if (rc)
        return rc;

    (void)operands;
    (void)n;
    selftest.chosen = selftest_spoil(selftest.chosen, settings->fault);
    comm_init_alone(&selftest.alone);
    examine(&selftest, &findings);
    if (comm->rank == 0)
        rc = report(&findings, &selftest, settings->json);

    comm_finalize(&selftest.alone);
    findings_release(&findings);
    return rc;
}

#define AT(field) offsetof(struct settings, field)
#define GROUP "What is tried"

static const struct option options[] = {
    {"isa", OPTION_STRING, AT(isa), "auto", 0, 0, NULL,
     "kernel set: auto, baseline, avx2, avx512, amx", GROUP, true},
    {"precision", OPTION_CHOICE, AT(precision), "fp32", 0, 0, precision_names,
     "numbers that products take: fp32 or bf16", GROUP, true},
    {"json", OPTION_BOOL, AT(json), "false", 0, 0, NULL,
     "an array of objects: check, level, says, cure", GROUP, true},
    {"test-fault", OPTION_CHOICE, AT(fault), "none", 0, 0, selftest_fault_names, "", NULL,
     true},
};

const struct option_table cmd_selftest_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .program = "rnntrain selftest",
    .synopsis = "[options]",
    .example = "  mpirun -np 2 rnntrain selftest\n",
    .about =
        "Trains small models on rows that the program has in itself, in a few seconds\n"
        "and without a file, and says of each check ok or FAILED: gradients against\n"
        "differences of losses, losses against known ones, every kernel set that the\n"
        "processor runs, and the same bits for rows alone and among others, lanes in\n"
        "another order, and on the ranks that it is started on. The exit code is 70\n"
        "where a check FAILED, else 0.\n",
    .environment = NULL,
    .min_operands = 0,
    .max_operands = 0,
};

int cmd_selftest(int argc, char **argv)
{
    struct settings settings = {0};
    return all_ranks_command(&cmd_selftest_table, &settings, argc, argv, run);
}
