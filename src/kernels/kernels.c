#include "kernels/bf16.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cblas.h>

_Thread_local bool bf16_tiles_ready;

/* Tiles are set up by the first product that wants them. */
static void give_tiles_back(void)
{
#if defined(HAVE_BF16_tiles)
    if (bf16_tiles_ready)
        bf16_tiles_release();
#endif
}

#if defined(__x86_64__)
enum { FLUSH_RESULTS = 1 << 15, FLUSH_OPERANDS = 1 << 6 };

uint64_t kernels_begin(void)
{
    uint32_t mode = __builtin_ia32_stmxcsr();
    bf16_tiles_ready = false;
    __builtin_ia32_ldmxcsr(mode | FLUSH_RESULTS | FLUSH_OPERANDS);
    return mode;
}

void kernels_end(uint64_t mode)
{
    give_tiles_back();
    __builtin_ia32_ldmxcsr((uint32_t)mode);
}
#elif defined(__aarch64__)
enum { FLUSH = 1 << 24 };

uint64_t kernels_begin(void)
{
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" : : "r"(mode | FLUSH));
    return mode;
}

void kernels_end(uint64_t mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}
#else
#error "how are subnormal numbers flushed to zero here?"
#endif

/* OpenBLAS, as far as it is used. */
static struct {
    void *library;
    char *(*config)(void), *(*core)(void);
    void (*sgemm)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, int m,
                  int n, int k, float alpha, const float *a, int lda, const float *b,
                  int ldb, float beta, float *c, int ldc);
} blas;

/* POSIX has dlsym give functions as data pointers. */
static int find_in_blas(const char *name, void *function)
{
    void *symbol = dlsym(blas.library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol ? OK : fail(ERR_INTERNAL, RNNTRAIN_OPENBLAS ": it has no %s", name);
}

static int load_blas(void)
{
    blas.library = dlopen(RNNTRAIN_OPENBLAS, RTLD_NOW | RTLD_LOCAL);
    if (!blas.library)
        return fail(ERR_NO_INPUT, "OpenBLAS cannot be loaded: %s", dlerror());
    int rc = find_in_blas("openblas_get_config", &blas.config);
    if (!rc)
        rc = find_in_blas("openblas_get_corename", &blas.core);
    if (!rc)
        rc = find_in_blas("cblas_sgemm", &blas.sgemm);
    return rc;
}

int kernels_open_blas(void)
{
    const struct kernels *widest = NULL;
    if (blas.library)
        return OK;

    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    int rc = kernels_select("auto", &widest);
    if (!rc)
        rc = load_blas();
    size_t bytes = rc ? 0 : (size_t)widest->width * sizeof(real);
    bool fell_back = bytes >= 32 && !strcmp(blas.core(), "Prescott");
    if (!fell_back || getenv("OPENBLAS_CORETYPE"))
        return rc;

    dlclose(blas.library);
    setenv("OPENBLAS_CORETYPE", bytes == 64 ? "SkylakeX" : "Haswell", 1);
    return load_blas();
}

void kernels_describe(const struct kernels *kernels, char *text, size_t n)
{
    char version[64] = "";
    sscanf(blas.config(), "OpenBLAS %63s", version);
    snprintf(text, n, "%s float%zu, OpenBLAS %s %s", kernels->name, 8 * sizeof(real),
             version, blas.core());
}

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Seconds of products: of the thread, and all that passed. */
struct spent {
    double own, wall;
};

/* GFLOP/s of one product of n^3, by the thread's own time. */
static double sgemm_rate(int n, const float *a, const float *b, float *c,
                         struct spent *spent)
{
    double own = thread_seconds(), wall = seconds_now();
    blas.sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c,
               n);
    own = thread_seconds() - own;
    wall = seconds_now() - wall;
    if (own <= 0) /* a clock that goes by ticks */
        own = wall;

    spent->own += own;
    spent->wall += wall > own ? wall : own; /* two clocks */
    return 2.0 * n * n * n / own * 1e-9;
}

struct kernels_rate kernels_probe(int n, int repeats)
{
    const double slow = 3; /* GFLOP/s: a large product would take seconds */
    size_t size = (size_t)n * (size_t)n;
    float *a = xaligned(size, sizeof *a), *b = xaligned(size, sizeof *b);
    float *c = xaligned(size, sizeof *c);
    struct spent spent = {0};
    for (size_t i = 0; i < size; i++) {
        a[i] = 0.01f * (float)(i % 97);
        b[i] = 0.01f * (float)(i % 89);
    }

    double best = sgemm_rate(PROBE_LEAST, a, b, c, &spent);
    if (best > slow)
        spent = (struct spent){0};
    for (int i = 0; i < repeats && best > slow; i++) {
        double rate = sgemm_rate(n, a, b, c, &spent);
        best = i == 0 || rate > best ? rate : best;
    }

    free(a);
    free(b);
    free(c);
    return (struct kernels_rate){best, spent.own / spent.wall};
}

/* The bits of n, of which there are log2(most), last one first. */
static int reversed(int n, int most)
{
    int result = 0;

    for (int bit = 1; bit < most; bit <<= 1, n >>= 1)
        result = result << 1 | (n & 1);
    return result;
}

/* A leaf is one vector's element of one of four sums: the four are added, then halves of
 * the vector, so that neighbours of the tree lie half a vector apart. */
void kernels_dot_order(int width, int n, int32_t *order, int32_t *ends)
{
    int whole = n / (4 * width) * (4 * width), v = 0;

    for (int leaf = 0; leaf < 4 * width; leaf++) {
        int sum = leaf % 4, element = reversed(leaf / 4, width);
        for (int k = sum * width + element; k < whole; k += 4 * width)
            order[v++] = k;
        for (int k = whole + element; k < n && sum == 0; k += width)
            order[v++] = k;
        ends[leaf] = v;
    }
}

static double scale_by_power(double x, int power)
{
    uint64_t bits = (uint64_t)(power + 1023) << 52;
    double factor;
    memcpy(&factor, &bits, sizeof factor);
    return x * factor;
}

/* exp(x) = 2^k exp(r), r = x - k ln 2 in [-0.35, 0.35], the Taylor series to r^14. */
double kernels_exp(double x)
{
    const double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
    if (!(x > -700 && x < 700))
        return x > 0 ? 0x1p1023 * 2 : x < 0 ? 0 : x; /* infinity, 0 or NaN */
    double k = (x * 1.4426950408889634 + 0x1.8p52) - 0x1.8p52;
    double r = (x - k * ln2_high) - k * ln2_low;
    double sum = 1;
    for (int i = 14; i >= 1; i--)
        sum = 1 + sum * r / i;
    return scale_by_power(sum, (int)k);
}

/* log(m) for m around 1: 2 atanh(s), s = (m - 1) / (m + 1) within [-1/3, 1/3]. */
static double log_near_one(double s)
{
    double square = s * s, sum = 0;
    for (int i = 33; i >= 1; i -= 2)
        sum = sum * square + 1.0 / i;
    return 2 * s * sum;
}

double kernels_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int power = (int)(bits >> 52) - 1023;
    double mantissa = scale_by_power(x, -power);
    if (mantissa > 1.4142135623730951) {
        mantissa /= 2;
        power++;
    }
    return power * 0.6931471805599453 + log_near_one((mantissa - 1) / (mantissa + 1));
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + u), u = exp(-|x|) in (0, 1]; s = u / (2 + u). */
double kernels_softplus(double x)
{
    double u = kernels_exp(x > 0 ? -x : x);
    return (x > 0 ? x : 0) + log_near_one(u / (2 + u));
}

double kernels_sigmoid(double x)
{
    double e = kernels_exp(x < 0 ? x : -x);
    return (x < 0 ? e : 1) / (1 + e);
}
