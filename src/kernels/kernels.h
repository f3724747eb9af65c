/* The arithmetic: products, gates, activations, dropout, updates; and the only door to
 * CBLAS.
 *
 * The same source is compiled once per instruction set into one `struct kernels`; a
 * program chooses one at start and passes the pointer on. `width` is the number of reals
 * in a vector.
 *
 * Padding. Every inner dimension is rounded up to whole vectors; padded elements are zero
 * in weights and inputs and their results are never read into a real tensor.
 *
 * Panel matrix (rows, columns): the columns are cut into panels of a few vectors, as many
 * as a tile of products is wide, and a panel's rows stand together: [panel][row][column].
 * Packed weights, gate pre-activations and their gradients are panel matrices, so that a
 * product reads and writes them in order. A matrix of rows, one behind the other, is one
 * whose panels are a panel's columns apart.
 *
 * Row independence: a row of a product is a sum in one fixed order (bias, then terms in
 * order, depth ascending; of bf16 as bf16.h says), whatever the number of rows. Nothing
 * here allocates or is collective.
 */
#ifndef RNNTRAIN_KERNELS_KERNELS_H
#define RNNTRAIN_KERNELS_KERNELS_H

#include "base/base.h"
#include "base/rng.h"
#include "kernels/activation.h"
#include "kernels/cell.h"
#include "kernels/update.h"

/* C = bias + A·B, or C = bias + A1·B1 + A2·B2, or C += either.
 * A (rows, depth): row r starts at a + r * row; where the depth is cut into chunks (A is
 * a panel matrix), chunk i starts at a + i * chunk_stride. B (depth, columns) is packed.
 * C: row r of panel p starts at c + p * c_panel + r * c_row. */
struct matmul_term {
    const real *a;
    size_t row, chunk_stride;
    int chunk, depth; /* chunk == depth: A is row-major */
    const real *b;
    const uint32_t *pairs; /* B as pack_pairs gives it: the product is one of bf16; or
                              NULL */
};

/* Memory that the caller uses next and that may lie in a far cache: it is fetched, a line
 * at a time, while the product computes. */
struct matmul_span {
    const real *first;
    size_t n; /* reals, more than 0 */
};

struct matmul {
    int rows, vectors;
    int n_terms;
    struct matmul_term term[2];
    const real *bias; /* `vectors` vectors; NULL: zero */
    bool accumulate;  /* start from C instead of the bias */
    bool relu;        /* what comes out below 0 becomes 0 */
    real *c;
    size_t c_row, c_panel;
    const struct matmul_span *ahead; /* (n_ahead) */
    int n_ahead;
};

/* C += A^T·B over `positions`: A (positions, rows) row-major with stride a_row, B with
 * panels b_panel and rows b_row apart (bf16: a panel matrix), C (rows, columns) a packed
 * panel matrix. */
struct matmul_outer {
    int positions, rows, vectors;
    const real *a;
    size_t a_row;
    const real *b;
    size_t b_row, b_panel;
    real *c;
    /* Of a set of bf16: another one with the same B, which is converted once for both; or
     * NULL. */
    const struct matmul_outer *also;
};

/* y = x·W + bias for a W of many columns: each element is the number that dot() and one
 * addition give, bit for bit. `vectors` vectors of columns. dot() sums 4 * width parts,
 * element k of x in part k % (4 * width) as long as there are as many, then k % width,
 * and adds the parts in a tree. x (rows, depth) and the panel matrix w (depth, columns)
 * have the elements part by part, as kernels_dot_order gives them; those of the n-th part
 * end before ends[n]. */
struct dots {
    int rows, vectors, depth;
    const int32_t *ends; /* (4 * width) */
    const real *x;
    size_t row;
    const real *w, *bias;
    real *y; /* (rows, vectors * width), y_row apart */
    size_t y_row;
};

/* C = A^T·B over `positions`, all row by row: A (positions, rows), B (positions, columns)
 * with room up to the last whole vector, C (rows, columns). */
struct outer {
    int positions, rows, columns;
    const real *a, *b;
    size_t a_row, b_row;
    real *c;
    size_t c_row;
};

/* C += S·B for a sparse S: row r has value[i] in column[i] for i from first[r] to below
 * first[r + 1], added in this order. Rows of B stand b_row apart, those of C c_row; they
 * may lie over each other, as one is added to after the other. */
struct matmul_sparse {
    int rows, vectors; /* of C */
    const int32_t *first, *column;
    const real *value;
    const real *b;
    size_t b_row;
    real *c;
    size_t c_row;
};

/* Vectors that a dot product adds side by side. */
enum { DOT_VECTORS = 4 };

/* Back through a Dense layer of few units and the Dropout below it, of some of its
 * inputs: dx[r][j] += keep ? scale * sum over c of dy[r][c] w[c][first + j] : 0. */
struct dropped_back {
    int rows, vectors, units;
    const real *dy; /* (rows, units) */
    const real *w;  /* (units, inputs), rows w_row apart */
    size_t w_row, first;
    const uint32_t *bits; /* of all inputs, rows bits_row words apart; NULL: all stay */
    size_t bits_row;
    real scale;
    real *dx; /* rows dx_row apart */
    size_t dx_row;
};

/* One step of the LSTM cell for `rows` rows of `vectors` vectors of units. z is (rows, 4
 * gates) in Keras's order i, f, c, o, panels z_panel and rows z_row apart; the others are
 * (rows, vectors * width). A gate has `gate` columns: all vectors of a panel matrix, or
 * fewer of a matrix of rows, whose gates stand side by side without padding; behind its
 * last row there is room for another vector. */
struct lstm_forward {
    int rows, vectors, gate;
    bool hard;
    enum cell_activation activation;
    real *z; /* in: pre-activations; out: i, f, g, o */
    size_t z_row, z_panel;
    const real *c_prev;
    real *c, *tanh_c, *h; /* tanh_c: of the activation, whatever it is */
};

struct lstm_backward {
    int rows, vectors, gate;
    bool hard;
    enum cell_activation activation;
    const real *gates;
    size_t gates_row, gates_panel;
    const real *c_prev, *tanh_c;
    const real *dh; /* dL/dh of this step, rows dh_row apart */
    size_t dh_row;
    real *dc; /* in: dL/dc from the next step; out: for the previous one */
    real *dz; /* (rows, 4 gates), as z */
    size_t dz_row, dz_panel;
    real *db; /* (4 gates), and room: += column sums of dz */
};

/* One step of the GRU cell. `zr` is a panel matrix (rows, 2 gates: z, r), `hh` and `rec`
 * (rows, 1 gate). rec is h·U_h + b of reset_after, NULL otherwise. */
struct gru_forward {
    int rows, vectors;
    bool hard;
    enum cell_activation activation;
    real *zr, *hh;
    const real *rec;
    size_t zr_panel, hh_panel;
    const real *h_prev;
    real *rh; /* r * h_prev, input of the candidate's product; not of reset_after */
    real *h;
};

struct gru_backward {
    int rows, vectors;
    bool hard;
    enum cell_activation activation;
    const real *zr, *hh, *rec;
    size_t zr_panel, hh_panel;
    const real *h_prev;
    real *dh;               /* in: dL/dh of this step; out: the part for h_prev so far */
    const real *drh;        /* dL/d(r * h_prev); not of reset_after */
    real *dzr, *dhh, *drec; /* panel matrices; drec of reset_after only */
    size_t dzr_panel, dhh_panel;
    real *dbzr, *dbhh, *dbrec; /* += column sums of dzr, dhh, drec */
};

/* One step of the simple cell: h = f(z). z and dz are panel matrices (rows, 1 gate). */
struct simple_forward {
    int rows, vectors;
    enum cell_activation activation;
    const real *z;
    size_t z_panel;
    real *h;
};

struct simple_backward {
    int rows, vectors;
    enum cell_activation activation;
    const real *h, *dh; /* of this step, rows of dh dh_row apart */
    size_t dh_row;
    real *dz;
    size_t dz_panel;
    real *db; /* += column sums of dz */
};

/* A step of additive attention on the way back, of tanh outputs u (rows, vectors * width)
 * whose sum, weighed by v, is a row's score. dz is a panel matrix (rows, columns). */
struct attention_backward {
    int rows, vectors;
    const real *u, *v;
    const real *d_score; /* (rows) */
    real *dz;
    size_t dz_panel;
    real *dv, *db; /* += column sums of d_score u and of dz */
};

/* Embeddings of n positions, elements dropped where bits is not NULL: element j of row r
 * is kept, and scaled, if bit j of bits[r * bits_row] and on is set. */
struct embedding {
    int n, width; /* E */
    const int32_t *ids;
    const uint32_t *bits;
    size_t bits_row; /* words */
    real scale;
    int n_next; /* ids that the caller comes to next: their rows are fetched */
    const int32_t *next;
};

/* LayerNormalization of `rows` rows of `width` numbers, which lie among `row` reals, a
 * multiple of a vector. */
struct normalize {
    int rows, row, width;
    real epsilon;
    const real *ones;         /* (row) 1 at numbers, 0 at padding */
    const real *gamma, *beta; /* (row), 0 at padding */
};

struct kernels {
    const char *name;
    int width; /* reals in a vector */
    int panel; /* reals in a row of a panel: whole vectors */

    void (*matmul)(const struct matmul *m);
    void (*matmul_outer)(const struct matmul_outer *m);
    /* Of a set that multiplies bf16, else NULL: a panel matrix (depth, columns) as
     * `pairs`, kernels_pairs(depth) * columns words: the bf16 of two rows side by side, a
     * panel of such pairs after the other; what fills the last pairs up is zero. */
    void (*pack_pairs)(int depth, int columns, const real *b, uint32_t *pairs);
    void (*matmul_sparse)(const struct matmul_sparse *s);
    /* Rows of `table` (any, vectors * width, row-major with stride `row`) at `ids` into
     * the n rows of a matrix with panels c_panel and rows c_row apart. */
    void (*gather)(int n, const int32_t *ids, const real *table, size_t row, int vectors,
                   real *c, size_t c_row, size_t c_panel);
    /* Its gradient: adds the rows of such a matrix to the table's, last row first. */
    void (*scatter)(int n, const int32_t *ids, const real *c, size_t c_row,
                    size_t c_panel, int vectors, real *table, size_t row);
    /* sums (vectors * width) += column sums of a panel matrix */
    void (*add_rows)(int rows, int vectors, const real *b, size_t b_panel, real *sums);

    void (*lstm_forward)(const struct lstm_forward *s);
    void (*lstm_backward)(const struct lstm_backward *s);
    /* z and r, and rh where it is asked for; then, the candidate known, hh and h */
    void (*gru_gates)(const struct gru_forward *s);
    void (*gru_output)(const struct gru_forward *s);
    /* dhh, dz (and dr, drec of reset_after); then dr and the rest of dh from drh */
    void (*gru_backward_output)(const struct gru_backward *s);
    void (*gru_backward_gates)(const struct gru_backward *s);
    void (*simple_forward)(const struct simple_forward *s);
    void (*simple_backward)(const struct simple_backward *s);
    void (*attention_backward)(const struct attention_backward *s);

    /* limit * (2 u - 1) of n elements from `first` on: u equal to rng_uniform of each. */
    void (*uniform)(const struct rng *rng, uint32_t first, size_t n, double limit,
                    real *values);
    /* Keep bits of `n` words from index `first`: equal to rng_keep_bits of each. */
    void (*keep_bits)(const struct rng *rng, uint32_t first, int n, uint32_t threshold,
                      uint32_t *bits);
    /* x[j] = keep ? scale * x[j] : 0, for n elements; bit j of `bits` decides. */
    void (*drop)(int n, const uint32_t *bits, real scale, real *x);
    void (*add_dropped_back)(const struct dropped_back *back);
    /* Rows of the table (V, width) into x, row r at x + r * x_row; padding of x is left
     * as it is. */
    void (*embed)(const struct embedding *e, const real *table, real *x, size_t x_row);
    /* Its gradient: adds the rows of dx to the table's rows, last row first. */
    void (*embed_backward)(const struct embedding *e, const real *dx, size_t dx_row,
                           real *d_table);

    void (*relu)(size_t n, real *x);
    void (*relu_backward)(size_t n, const real *y, real *dy);
    real (*dot)(size_t n, const real *a, const real *b);
    /* The same in parts: sums, DOT_VECTORS vectors, begin as 0; each part but the last is
     * of whole groups of so many vectors, the last of whole vectors. */
    void (*dot_some)(size_t n, const real *a, const real *b, real *sums);
    real (*dot_end)(const real *sums);
    void (*axpy)(size_t n, real alpha, const real *x, real *y);  /* y += alpha x */
    void (*scale)(size_t n, real alpha, const real *x, real *y); /* y = alpha x */
    void (*add)(size_t n, real *a, const real *b);               /* a += b */
    /* The same of rows of `vectors` vectors, a_row and b_row apart. */
    void (*add_each)(int rows, int vectors, real *a, size_t a_row, const real *b,
                     size_t b_row);
    /* a = b of such rows. */
    void (*copy_each)(int rows, int vectors, real *a, size_t a_row, const real *b,
                      size_t b_row);
    void (*multiply)(size_t n, real *a, const real *b); /* a *= b */
    /* y = a b; y += a b */
    void (*product)(size_t n, const real *a, const real *b, real *y);
    void (*multiply_add)(size_t n, const real *a, const real *b, real *y);
    activation_rule *activate[ACTIVATION_KINDS];

    /* y = gamma (x - mean) / sqrt(variance + epsilon) + beta, of each row's own mean and
     * variance; y may be x. Back from dy: dx is set, rows `row` apart as those of x;
     * dgamma and dbeta (row) are added to. */
    void (*normalize)(const struct normalize *s, const real *x, size_t x_row, real *y,
                      size_t y_row);
    void (*normalize_backward)(const struct normalize *s, const real *x, const real *dy,
                               size_t dy_row, real *dx, real *dgamma, real *dbeta);
    /* y = scales x + shifts, n a multiple of a vector; y may be x. */
    void (*scale_shift)(size_t n, const real *x, const real *scales, const real *shifts,
                        real *y);
    void (*dots)(const struct dots *d);
    void (*outer)(const struct outer *o);
    size_t (*count)(size_t n, const real *x); /* of those that are not 0 */
    /* The largest of n > 0 numbers; any of them where one is NaN. */
    real (*largest)(size_t n, const real *x);
    /* The same of each of `vectors` vectors' numbers over n > 0 rows of x, and in which
     * row, `from` being the first one's number, it stands first. */
    void (*maxima)(int n, const real *x, size_t x_row, int vectors, int from, real *y,
                   int32_t *where);
    /* e[i] = kernels_exp(x[i] - less), the same bits; the sum of all, in order. */
    double (*exp_sum)(size_t n, const real *x, double less, double *e);
    void (*exp_each)(size_t n, double *x); /* x[i] = kernels_exp(x[i]), the same bits */
    /* y = the sum of rows index[0 .. n - 1] of x, one after the other in double; rows are
     * `stride` long, a multiple of 4. */
    void (*sum_rows)(size_t n, const uint32_t *index, const float *x, size_t stride,
                     float *y);
    /* The sum of log(1 + exp(x[i])) - y[i] x[i], in order; d[i] = scale (sigmoid(x[i]) -
     * y[i]), unless d is NULL. y: 0 or 1. In double, errors below 1e-15. */
    double (*labels_loss)(size_t n, const real *x, const uint8_t *y, double scale,
                          real *d);
    void (*divide)(size_t n, const double *e, double by, real *y); /* y = e / by */
    /* In double, over blocks of 1,024 elements, the blocks' sums added pairwise. */
    double (*sum_squares)(size_t n, const real *a);

    update_rule *update[UPDATE_KINDS];
    idle_rule *idle[UPDATE_KINDS];

    /* mean += share (x - mean), n elements: a moving average goes on. */
    void (*average)(size_t n, real share, const real *x, real *mean);

    /* y = f(x), n elements, for tests. Errors in float: tanh 4e-7 relative everywhere;
     * sigmoid 1.2e-7 absolute everywhere and 5e-7 relative for x > -4. NaN stays NaN. */
    void (*sigmoid)(size_t n, const real *x, real *y);
    void (*tanh)(size_t n, const real *x, real *y);
};

/* Between the two, in this thread, subnormal numbers (in float below 1.2e-38) count as
 * zero. Gradients that vanish through time end there, and each such operation would cost
 * a hundred others. kernels_begin returns what kernels_end restores. */
uint64_t kernels_begin(void);
void kernels_end(uint64_t mode);

/* What products of packed matrices are made of. */
enum precision {
    PRECISION_FP32,
    PRECISION_BF16, /* operands, their sums in fp32 */
    PRECISIONS
};
extern const char *const precision_names[PRECISIONS + 1];

/* The kernel set of that name; "auto": the widest that this processor runs. With "+bf16"
 * behind it products of packed matrices have bf16 operands (bf16.h). ERR_USAGE. */
int kernels_select(const char *name, const struct kernels **kernels) NODISCARD;

/* The name of the set of an instruction set, or of "auto", with such products; the
 * caller's. */
char *kernels_name(const char *isa, enum precision precision) NODISCARD;

/* Whether the processor has the instruction that the set's products are made of; if not,
 * they are plain C, the same bits at a tenth of the speed. */
bool kernels_are_native(const struct kernels *kernels);

/* Loads OpenBLAS, once: only here, because it decides as it is loaded, from the
 * environment, how many threads it starts and which code it runs. One thread, always:
 * another number changes bits. And where it is older than the processor and would fall
 * back to SSE3, a fifth of the rate, it is told the widest instructions that the
 * processor has, unless OPENBLAS_CORETYPE is set. ERR_NO_INPUT. */
int kernels_open_blas(void) NODISCARD;

/* Everything that decides bits besides data and configuration: instruction set, number
 * type, OpenBLAS version and core. At most `n` bytes. After kernels_open_blas. */
void kernels_describe(const struct kernels *kernels, char *text, size_t n);

/* What SGEMM of n^3 reaches on the calling thread, best of `repeats`; of the least n
 * where that already is below 3 GFLOP/s. After kernels_open_blas. */
enum { PROBE_LEAST = 256, PROBE_MOST = 1024 };
struct kernels_rate {
    double gflops; /* while the thread was on its core, whoever else wants that */
    double share;  /* of the time that passed, which it was there: within (0, 1] */
};
struct kernels_rate kernels_probe(int n, int repeats);

/* Where dot() adds the elements of two vectors of n, a multiple of `width`: place v of
 * struct dots has element order[v] (n), parts end at `ends` (4 * width). */
void kernels_dot_order(int width, int n, int32_t *order, int32_t *ends);

/* exp(x) for |x| < 700 (beyond: 0 or infinity), log(x) for x > 0, log(1 + exp(x)) and
 * 1 / (1 + exp(-x)) to 4 ulp in double, from our own code: glibc's are chosen by
 * processor and may differ between nodes. */
double kernels_exp(double x);
double kernels_log(double x);
double kernels_softplus(double x);
double kernels_sigmoid(double x);

/* n rounded up to a multiple of `to`. */
static inline int round_up(int n, int to)
{
    return (n + to - 1) / to * to;
}

/* Pairs of rows that pack_pairs makes of so many rows: whole tiles of AMX. */
static inline int kernels_pairs(int depth)
{
    return round_up(depth, 32) / 2;
}

#endif
