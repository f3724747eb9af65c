/* Which kernel set a processor runs, by name. A set of bf16 is a set of floats with other
 * products. */
#include "kernels/bf16.h"
#include "kernels/sets.h"

#include <stdlib.h>
#include <threads.h>

#if defined(HAVE_BF16_tiles)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

extern const struct kernels kernels_baseline, kernels_avx2, kernels_avx512;
extern const struct bf16_products bf16_pairs, bf16_tiles;

static bool runs_always(void)
{
    return true;
}

#if defined(HAVE_KERNELS_avx2)
static bool runs_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

#if defined(HAVE_KERNELS_avx512)
static bool runs_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

#if defined(HAVE_BF16_tiles)
/* Linux gives a process the tiles' 8 KB a thread when it asks for them; its threads
 * inherit them. */
static bool runs_amx(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    const unsigned wanted = 1u << 22 | 1u << 24; /* AMX-BF16, AMX-TILE */
    unsigned a, b, c, d = 0;

    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & wanted) == wanted &&
           __builtin_cpu_supports("avx512bf16") &&
           syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}
#endif

const struct bf16_products *bf16_native(enum bf16_order order)
{
#if defined(HAVE_BF16_pairs)
    if (order == BF16_PAIRS && runs_avx512() && __builtin_cpu_supports("avx512bf16"))
        return &bf16_pairs;
#endif
#if defined(HAVE_BF16_tiles)
    if (order == BF16_TILES && runs_avx512() && runs_amx())
        return &bf16_tiles;
#endif
    (void)order;
    return NULL;
}

/* Widest last. A row is two sets, one of floats and one of bf16; `tiles` one of bf16. */
static const struct isa {
    const char *name, *bf16_name;
    const struct kernels *floats;
    const struct bf16_products *plain;
    bool (*runs)(void);
    enum bf16_order order;
} isas[] = {
    {"baseline", "baseline+bf16", &kernels_baseline, bf16_plain_baseline, runs_always,
     BF16_PAIRS},
#if defined(HAVE_KERNELS_avx2)
    {"avx2", "avx2+bf16", &kernels_avx2, bf16_plain_avx2, runs_avx2, BF16_PAIRS},
#endif
#if defined(HAVE_KERNELS_avx512)
    {"avx512", "avx512+bf16", &kernels_avx512, bf16_plain_avx512, runs_avx512,
     BF16_PAIRS},
    {"amx", "amx+bf16", &kernels_avx512, bf16_plain_avx512, runs_avx512, BF16_TILES},
#endif
};

const char *const precision_names[] = {
    [PRECISION_FP32] = "fp32", [PRECISION_BF16] = "bf16", NULL};
_Static_assert(COUNT_OF(precision_names) == PRECISIONS + 1, "a precision has no name");

static struct kernels bf16_sets[COUNT_OF(isas)];
static once_flag sets_are_made = ONCE_FLAG_INIT;

/* Products by the instruction where it is there and the panels are avx512's. */
static void make_sets(void)
{
    for (size_t i = 0; i < COUNT_OF(isas); i++) {
        const struct isa *isa = &isas[i];
        bool is_wide = isa->plain == bf16_plain_avx512;
        const struct bf16_products *native = is_wide ? bf16_native(isa->order) : NULL;
        const struct bf16_products *plain = &isa->plain[isa->order];

        bf16_sets[i] = *isa->floats;
        bf16_sets[i].name = isa->bf16_name;
        bf16_sets[i].matmul = native ? native->matmul : plain->matmul;
        bf16_sets[i].matmul_outer = native ? native->matmul_outer : plain->matmul_outer;
        bf16_sets[i].pack_pairs = plain->pack_pairs;
    }
}

bool kernels_are_native(const struct kernels *kernels)
{
    for (int order = 0; order < BF16_ORDERS && kernels->pack_pairs; order++) {
        const struct bf16_products *native = bf16_native((enum bf16_order)order);
        if (native && kernels->matmul == native->matmul)
            return true;
    }
    return !kernels->pack_pairs;
}

/* Whether "auto" may mean it: tiles only where they are not plain C. */
static bool is_offered(size_t i, bool bf16)
{
    bool tiles = isas[i].order == BF16_TILES;

    return isas[i].runs() && (!tiles || (bf16 && bf16_native(BF16_TILES)));
}

/* Names of the sets that "auto" may mean here, or of all floats that were built in; the
 * caller's to free. */
static char *list_sets(bool offered, bool bf16)
{
    char *all = xstrdup("");

    for (size_t i = 0; i < COUNT_OF(isas); i++) {
        if (offered ? !is_offered(i, bf16) : isas[i].order == BF16_TILES)
            continue;
        char *longer = xasprintf("%s%s%s", all, *all ? ", " : "", isas[i].name);
        free(all);
        all = longer;
    }
    return all;
}

static int refuse(const char *name, bool bf16)
{
    char *all = list_sets(true, bf16);
    int rc = fail(ERR_USAGE,
                  "--isa %s: this processor does not run it; it runs %s, "
                  "or leave the option out",
                  name, all);
    free(all);
    return rc;
}

char *kernels_sets(void)
{
    return list_sets(false, false);
}

char *kernels_name(const char *isa, enum precision precision)
{
    bool is_said = strchr(isa, '+') != NULL; /* as checkpoints have it */
    return xasprintf("%s%s", isa, precision == PRECISION_BF16 && !is_said ? "+bf16" : "");
}

int kernels_select(const char *name, const struct kernels **kernels)
{
    const char *plus = strstr(name, "+bf16");
    bool bf16 = plus && plus[strlen("+bf16")] == '\0';
    size_t n = bf16 ? (size_t)(plus - name) : strlen(name), found = COUNT_OF(isas);
    bool automatic = n == strlen("auto") && !strncmp(name, "auto", n);

    for (size_t i = 0; i < COUNT_OF(isas); i++)
        if (automatic ? is_offered(i, bf16)
                      : isas[i].runs() && strlen(isas[i].name) == n &&
                            !strncmp(name, isas[i].name, n))
            found = i;

    if (found == COUNT_OF(isas))
        return refuse(name, bf16);
    if (!bf16 && isas[found].order == BF16_TILES)
        return fail(ERR_USAGE,
                    "--isa %s multiplies bf16 alone: add --precision bf16, or "
                    "give --isa avx512",
                    name);

    call_once(&sets_are_made, make_sets);
    *kernels = bf16 ? &bf16_sets[found] : isas[found].floats;
    return OK;
}
