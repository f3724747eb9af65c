/* A convolution right on an embedding. The same words stand at many positions of a lane,
 * so the products of a word with each tap are computed once and looked up:
 *
 *   y[p] = b + sum over taps k of (x of the word at p * strides + k - left) W_k
 *
 * and on the way back dL/dz is summed by word and tap first, then multiplied. Rows are
 * taken in groups, whose words fit the table. */
#include "layers/conv_private.h"

#include <string.h>

#include "layers/embedding.h"
#include "layers/positions.h"

/* Words whose gradients are multiplied at once: they stay in a near cache. */
enum { BLOCK = 128 };
/* A table of more taps would be larger than a lane's outputs. */
enum { MOST_TAPS = 16 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

static size_t taps_of(const struct conv_layer *conv)
{
    return (size_t)conv->windows.size;
}

static size_t row_of(const struct conv_layer *conv)
{
    return (size_t)conv->layer.out.row;
}

/* Reals of a word in the table. */
static size_t word_of(const struct conv_layer *conv)
{
    return taps_of(conv) * row_of(conv);
}

void conv_words_shape(struct conv_layer *conv)
{
    const struct chain_config *chain = conv->layer.frame->chain;
    size_t fit = chain->lookup_bytes / (word_of(conv) * sizeof(real));
    size_t length = (size_t)conv->layer.in.length, most = fit > length ? fit : length;

    if (conv->windows.size > MOST_TAPS)
        return;
    conv->words.embedding = embedding_below(&conv->layer);
    conv->words.most = most < (size_t)chain->vocabulary ? (int)most : chain->vocabulary;
}

void conv_words_layout(struct conv_layer *conv, struct space *space)
{
    struct conv_words *words = &conv->words;
    size_t most = (size_t)words->most, rows = (size_t)conv->layer.frame->rows;
    size_t vocabulary = (size_t)conv->layer.frame->chain->vocabulary;
    size_t n = (size_t)conv->windows.n, row = (size_t)conv->layer.in.row;
    size_t columns = (size_t)conv->linear.columns;

    if (!words->embedding)
        return;
    words->place = arena_take(&space->lane, vocabulary, sizeof(int32_t));
    words->ids = arena_take(&space->lane, most, sizeof(int32_t));
    words->at =
        arena_take(&space->lane, rows * (size_t)conv->layer.in.length, sizeof(int32_t));
    words->x = arena_take(&space->lane, most * row, sizeof(real));
    words->z = arena_take(&space->lane, most * word_of(conv), sizeof(real));
    words->first = arena_take(&space->lane, n + 1, sizeof(int32_t));
    words->column = arena_take(&space->lane, n * taps_of(conv), sizeof(int32_t));
    words->one = arena_take(&space->lane, n * taps_of(conv), sizeof(real));

    words->dz = arena_take(&space->backward, n * row_of(conv), sizeof(real));
    words->panels = arena_take(&space->backward, BLOCK * columns, sizeof(real));
    words->dx = arena_take(&space->backward, BLOCK * row, sizeof(real));
    for (size_t i = 0; words->one && i < n * taps_of(conv); i++)
        words->one[i] = 1;
}

bool conv_words_serve(const struct conv_layer *conv, const struct pass *pass)
{
    return conv->words.embedding && !embedding_varies(conv->words.embedding, pass);
}

/* Forgets the words from number `from` on. */
static void forget(struct conv_words *words, int from)
{
    for (int i = from; i < words->n; i++)
        words->place[words->ids[i]] = 0;
    words->n = from;
}

void conv_words_begin(struct conv_layer *conv, const struct pass *pass)
{
    forget(&conv->words, 0);
    conv->words.pass = *pass;
    conv->words.low = conv->words.high = 0;
}

/* Numbers the words of row r; false where there is no room for them, and it has none. */
static bool take_row(struct conv_layer *conv, int r)
{
    struct conv_words *words = &conv->words;
    const struct pass *pass = &words->pass;
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    int length = conv->layer.in.length, before = words->n;

    for (int s = 0; s < length; s++) {
        int32_t id = plans_ids(pass->plans, steps, s)[r];
        if (!words->place[id]) {
            if (words->n == words->most) {
                forget(words, before);
                return false;
            }
            words->ids[words->n++] = id;
            words->place[id] = words->n;
        }
        words->at[r * length + positions_time(pass, r, s)] = words->place[id] - 1;
    }
    return true;
}

/* As many rows as there is room for, r the first, and the vectors of their words. */
static void take_group(struct conv_layer *conv, int r)
{
    struct conv_words *words = &conv->words;

    forget(words, 0);
    words->low = words->high = r;
    while (words->high < words->pass.n_rows && take_row(conv, words->high))
        words->high++;
    embedding_look_up(words->embedding, words->ids, words->n, words->x,
                      (size_t)conv->layer.in.row);
}

static bool has_row(const struct conv_words *words, int r)
{
    return words->low <= r && r < words->high;
}

/* The group's table of products. */
static void multiply(struct conv_layer *conv)
{
    struct conv_words *words = &conv->words;

    for (int tap = 0; tap < conv->windows.size; tap++)
        for (int p = 0; p < linear_panels(&conv->linear); p++) {
            struct matmul m = linear_tap(&conv->linear, tap, p, words->n, words->x,
                                         (size_t)conv->layer.in.row);
            m.c = words->z + (size_t)tap * row_of(conv) +
                  (size_t)(p * linear_panel(&conv->linear));
            m.c_row = word_of(conv);
            conv->linear.kernels->matmul(&m);
        }
}

/* The taps of window p that see positions of the row: from *first on; returns behind
 * which they end. */
static int clip(const struct conv_layer *conv, int p, int *first)
{
    int begin = p * conv->windows.strides - conv->windows.left;

    *first = begin < 0 ? -begin : 0;
    return least(conv->windows.size, conv->layer.in.length - begin);
}

void conv_words_forward(struct conv_layer *conv, int r, real *y)
{
    struct conv_words *words = &conv->words;
    const struct kernels *kernels = conv->linear.kernels;
    size_t row = row_of(conv);
    int32_t n = 0;

    if (!has_row(words, r)) {
        take_group(conv, r);
        multiply(conv);
    }

    const int32_t *at = words->at + r * conv->layer.in.length;
    for (int p = 0; p < conv->windows.n; p++) {
        int tap = 0, end = clip(conv, p, &tap);
        memcpy(y + (size_t)p * row, conv->b, row * sizeof *y);
        words->first[p] = n;
        for (; tap < end; tap++)
            words->column[n++] =
                at[p * conv->windows.strides - conv->windows.left + tap] *
                    conv->windows.size +
                tap;
    }
    words->first[conv->windows.n] = n;

    const struct matmul_sparse sum = {
        .rows = conv->windows.n,
        .vectors = (int)row / kernels->width,
        .first = words->first,
        .column = words->column,
        .value = words->one,
        .b = words->z,
        .b_row = row,
        .c = y,
        .c_row = row,
    };
    kernels->matmul_sparse(&sum);
    if (conv->layer.config->conv.activation == ACTIVATION_RELU)
        kernels->relu((size_t)conv->windows.n * row, y);
}

/* Adds what dL/dz of row r gives to the words of its windows. */
static void add_row(struct conv_layer *conv, int r, const real *dz)
{
    struct conv_words *words = &conv->words;
    const struct kernels *kernels = conv->linear.kernels;
    const int32_t *at = words->at + r * conv->layer.in.length;
    size_t row = row_of(conv), word = word_of(conv);

    for (int p = 0; p < conv->windows.n; p++, dz += row) {
        int tap = 0, end = clip(conv, p, &tap);
        kernels->add(row, conv->db, dz);
        for (; tap < end; tap++) {
            int t = p * conv->windows.strides - conv->windows.left + tap;
            kernels->add(row, words->z + (size_t)at[t] * word + (size_t)tap * row, dz);
        }
    }
}

/* A tap's part of dL/dz of n words as a panel matrix of BLOCK rows. */
static void to_panels(struct conv_layer *conv, int n, const real *z)
{
    size_t width = (size_t)linear_panel(&conv->linear), row = row_of(conv);

    for (size_t p = 0; p * width < row; p++) {
        size_t some = row - p * width < width ? row - p * width : width;
        for (size_t i = 0; i < (size_t)n; i++)
            memcpy(conv->words.panels + (p * BLOCK + i) * width,
                   z + i * word_of(conv) + p * width, some * sizeof *z);
    }
}

/* Gradients of W and of the embeddings of n words from number `from` on. */
static void finish_block(struct conv_layer *conv, const struct pass *pass, int from,
                         int n)
{
    struct conv_words *words = &conv->words;
    size_t row = (size_t)conv->layer.in.row;
    size_t panel = BLOCK * (size_t)linear_panel(&conv->linear);

    for (int tap = 0; tap < conv->windows.size; tap++) {
        to_panels(conv, n,
                  words->z + (size_t)from * word_of(conv) + (size_t)tap * row_of(conv));
        linear_add_tap_gradient(&conv->linear, tap, n, words->x + (size_t)from * row, row,
                                words->panels, panel);
        struct matmul back =
            linear_back_tap(&conv->linear, tap, n, words->panels, panel, words->dx);
        back.c_row = row;
        back.accumulate = tap > 0;
        conv->linear.kernels->matmul(&back);
    }
    embedding_add_gradient(words->embedding, words->ids + from, n, words->dx, row, pass);
}

void conv_words_backward(struct conv_layer *conv, const struct pass *pass,
                         const real *(*dz_of)(struct conv_layer *conv, int r))
{
    struct conv_words *words = &conv->words;

    for (int r = 0; r < pass->n_rows;) {
        if (!has_row(words, r))
            take_group(conv, r);
        memset(words->z, 0, (size_t)words->n * word_of(conv) * sizeof *words->z);
        for (; r < words->high; r++)
            add_row(conv, r, dz_of(conv, r));
        for (int i = 0; i < words->n; i += BLOCK)
            finish_block(conv, pass, i, least(BLOCK, words->n - i));
    }
}
