/* An LSTM's gates side by side without padding: the bits of padded ones, forward and
 * back, and nothing of a neighbour is touched. */
#include "kernels/kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"

enum { ROWS = 5, GATES = 4 };

/* How the numbers of the gates of ROWS rows stand. */
struct gates {
    int gate;          /* columns of one */
    size_t row, panel; /* reals to the next */
    size_t size;
    int panel_columns;
};

static struct gates padded_gates(const struct kernels *kernels, int padded)
{
    int columns = round_up(GATES * padded, kernels->panel);
    size_t panel = (size_t)kernels->panel;

    return (struct gates){padded, panel, ROWS * panel, (size_t)(ROWS * columns),
                          kernels->panel};
}

static struct gates tight_gates(const struct kernels *kernels, int units)
{
    size_t row = (size_t)round_up(GATES * units + 1, kernels->width);

    return (struct gates){units, row, (size_t)kernels->panel,
                          ROWS * row + (size_t)kernels->width, kernels->panel};
}

static real *at(const struct gates *gates, real *z, int r, int g, int u)
{
    size_t c = (size_t)(g * gates->gate + u), panel = (size_t)gates->panel_columns;
    return z + c / panel * gates->panel + (size_t)r * gates->row + c % panel;
}

/* One layout's arrays: those of gates, and (ROWS, padded) of units. */
struct cell {
    struct gates gates;
    int units, padded;
    real *z, *dz, *db, *c_prev, *c, *tanh_c, *h, *dh, *dc;
};

static real *take_units(const struct cell *cell, uint32_t row)
{
    struct rng rng = {.seed = 4, .purpose = RNG_TEST, .row = row};
    real *x = xaligned((size_t)(ROWS * cell->padded), sizeof *x);

    for (int r = 0; r < ROWS; r++)
        for (int u = 0; u < cell->units; u++)
            x[r * cell->padded + u] =
                (real)(2 * rng_uniform(&rng, (uint32_t)(r * cell->units + u)) - 1);
    return x;
}

static struct cell make(struct gates gates, int units, int padded)
{
    struct cell cell = {.gates = gates, .units = units, .padded = padded};
    struct rng rng = {.seed = 4, .purpose = RNG_TEST};

    cell.z = xaligned(gates.size, sizeof(real));
    cell.dz = xaligned(gates.size, sizeof(real));
    cell.db = xaligned((size_t)(GATES * padded + padded), sizeof(real));
    for (int r = 0; r < ROWS; r++)
        for (int g = 0; g < GATES; g++)
            for (int u = 0; u < units; u++)
                *at(&gates, cell.z, r, g, u) =
                    (real)(8 * rng_uniform(&rng, (uint32_t)((r * 4 + g) * units + u)) -
                           4);

    cell.c_prev = take_units(&cell, 1);
    cell.dh = take_units(&cell, 2);
    cell.dc = take_units(&cell, 3);
    cell.c = take_units(&cell, 4);
    cell.tanh_c = take_units(&cell, 5);
    cell.h = take_units(&cell, 6);
    return cell;
}

static void run(const struct kernels *kernels, struct cell *cell, bool hard)
{
    const struct gates *gates = &cell->gates;
    const struct lstm_forward forward = {.rows = ROWS,
                                         .vectors = cell->padded / kernels->width,
                                         .gate = gates->gate,
                                         .hard = hard,
                                         .activation = CELL_TANH,
                                         .z = cell->z,
                                         .z_row = gates->row,
                                         .z_panel = gates->panel,
                                         .c_prev = cell->c_prev,
                                         .c = cell->c,
                                         .tanh_c = cell->tanh_c,
                                         .h = cell->h};
    const struct lstm_backward backward = {.rows = ROWS,
                                           .vectors = forward.vectors,
                                           .gate = gates->gate,
                                           .hard = hard,
                                           .activation = CELL_TANH,
                                           .gates = cell->z,
                                           .gates_row = gates->row,
                                           .gates_panel = gates->panel,
                                           .c_prev = cell->c_prev,
                                           .tanh_c = cell->tanh_c,
                                           .dh = cell->dh,
                                           .dh_row = (size_t)cell->padded,
                                           .dc = cell->dc,
                                           .dz = cell->dz,
                                           .dz_row = gates->row,
                                           .dz_panel = gates->panel,
                                           .db = cell->db};

    kernels->lstm_forward(&forward);
    kernels->lstm_backward(&backward);
}

static void release(struct cell *cell)
{
    real *const arrays[] = {cell->z,      cell->dz, cell->db, cell->c_prev, cell->c,
                            cell->tanh_c, cell->h,  cell->dh, cell->dc};

    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        free(arrays[i]);
}

static void assert_same(const struct cell *tight, const struct cell *padded)
{
    struct cell t = *tight, p = *padded;
    size_t n_units = (size_t)(ROWS * p.padded) * sizeof(real);

    for (int r = 0; r < ROWS; r++)
        for (int g = 0; g < GATES; g++)
            for (int u = 0; u < t.units; u++) {
                assert_memory_equal(at(&t.gates, t.z, r, g, u),
                                    at(&p.gates, p.z, r, g, u), sizeof(real));
                assert_memory_equal(at(&t.gates, t.dz, r, g, u),
                                    at(&p.gates, p.dz, r, g, u), sizeof(real));
                assert_memory_equal(t.db + g * t.units + u, p.db + g * p.padded + u,
                                    sizeof(real));
            }

    assert_memory_equal(t.c, p.c, n_units);
    assert_memory_equal(t.tanh_c, p.tanh_c, n_units);
    assert_memory_equal(t.h, p.h, n_units);
    assert_memory_equal(t.dc, p.dc, n_units);
}

/* What stands behind a row's last gate. */
static void assert_zero_behind(const struct cell *tight)
{
    const struct gates *gates = &tight->gates;

    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = (size_t)(GATES * tight->units); c < gates->row; c++)
            assert_true(tight->dz[r * gates->row + c] == 0);
}

static void check_units(const struct kernels *kernels, int units)
{
    int padded = round_up(units, kernels->width);

    for (int hard = 0; hard < 2; hard++) {
        struct cell tight = make(tight_gates(kernels, units), units, padded);
        struct cell wide = make(padded_gates(kernels, padded), units, padded);

        run(kernels, &tight, hard);
        run(kernels, &wide, hard);
        assert_same(&tight, &wide);
        assert_zero_behind(&tight);
        release(&tight);
        release(&wide);
    }
}

static void check_tight_gates(const struct kernels *kernels)
{
    check_units(kernels, kernels->width + 1);
    check_units(kernels, 2 * kernels->width + 3);
    check_units(kernels, 4 * kernels->width - 1);
    check_units(kernels, kernels->width);
}

static void test_tight_gates(void **state)
{
    (void)state;
    for_each_kernel_set(check_tight_gates);
}

/* B as rows gives what B in panels gives. */
static void check_rows_of_b(const struct kernels *kernels)
{
    enum { POSITIONS = 70, DEPTH = 6 };
    int panel = kernels->panel, columns = 3 * panel, vectors = columns / kernels->width;
    size_t n = (size_t)(POSITIONS * columns), n_c = (size_t)(DEPTH * columns);
    real *a = xaligned(POSITIONS * DEPTH, sizeof *a), *rows = xaligned(n, sizeof *rows);
    real *panels = xaligned(n, sizeof *panels);
    real *c = xaligned(2 * n_c, sizeof *c);

    for (int i = 0; i < POSITIONS * DEPTH; i++)
        a[i] = (real)(i % 13 - 6) / 7;
    for (int k = 0; k < POSITIONS; k++)
        for (int j = 0; j < columns; j++)
            rows[k * columns + j] =
                panels[(j / panel * POSITIONS + k) * panel + j % panel] =
                    (real)((k * columns + j) % 17 - 8) / 5;

    struct matmul_outer m = {.positions = POSITIONS,
                             .rows = DEPTH,
                             .vectors = vectors,
                             .a = a,
                             .a_row = DEPTH,
                             .b = panels,
                             .b_row = (size_t)panel,
                             .b_panel = (size_t)(POSITIONS * panel),
                             .c = c};
    kernels->matmul_outer(&m);
    m.b = rows;
    m.b_row = (size_t)columns;
    m.b_panel = (size_t)panel;
    m.c = c + n_c;
    kernels->matmul_outer(&m);
    assert_memory_equal(c, c + n_c, n_c * sizeof *c);

    free(a);
    free(rows);
    free(panels);
    free(c);
}

static void test_rows_of_b(void **state)
{
    (void)state;
    for_each_kernel_set(check_rows_of_b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tight_gates),
        cmocka_unit_test(test_rows_of_b),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
