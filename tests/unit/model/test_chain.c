/* Models of thousands of shapes give the numbers that they gave when the model was one
 * fixed shape, walked by hand: tensors and initial weights, evaluation, gradients, bit
 * for bit, in every kernel set. golden/chain has 24 bits of a hash a shape, frozen then;
 * a set that the processor lacks is skipped by name.
 *
 *   test_chain FOLDER [EVERY]    every so many shapes only, another rest of them a set
 */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xxhash.h>

#include "../../classifier.h"

enum { ROWS = 16, WORDS = 150, N_SHAPES = 6144, MOST_POSITIONS = 37, MOST_CLASSES = 4 };

static const char *folder;
static int every = 1;

static int32_t ids[ROWS * MOST_POSITIONS], labels[ROWS], lengths[ROWS], numbers[ROWS];

static int take(int *number, int n)
{
    int digit = *number % n;

    *number /= n;
    return digit;
}

/* The first half has two layers of odd sizes and all dropouts at once; the second up to
 * three of even sizes, one dropout at a time, and rows of nothing but pads. */
static struct chain_config make_chain(int shape)
{
    bool even = shape >= N_SHAPES / 2;
    int n = shape % (N_SHAPES / 2);
    struct classifier model = {.vocabulary = WORDS,
                               .maxlen = even ? 23 : 37,
                               .embedding = even ? 32 : 9,
                               .units = {even ? 32 : 17, even ? 16 : 5, 8}};

    int cell = take(&n, 3);
    model.cell = cell == 0 ? CELL_LSTM : CELL_GRU;
    model.reset_after = cell == 2;
    model.bidirectional = take(&n, 2);
    bool stacked = take(&n, 2);
    model.head = (enum head)take(&n, 4);
    model.dense = take(&n, 2) ? 6 : 0;
    model.mask = take(&n, 2);
    model.pad_pre = take(&n, 2);
    model.lookup_bytes = take(&n, 2) ? CHAIN_LOOKUP_BYTES : 0;

    if (even) {
        int drop = take(&n, 4);
        model.layers = stacked ? 3 : 1;
        model.classes = model.dense ? 3 : 2;
        model.hard_sigmoid = drop == 0;
        model.embedding_dropout = drop == 1 ? 0.5 : 0;
        model.rnn_dropout = drop == 2 ? 0.25 : 0;
        model.dense_dropout = drop == 3 && model.dense ? 0.1 : 0;
    } else {
        model.layers = stacked ? 2 : 1;
        model.classes = take(&n, 2) ? MOST_CLASSES : 2;
        bool drop = take(&n, 2);
        model.hard_sigmoid = take(&n, 2);
        model.embedding_dropout = drop ? 0.2 : 0;
        model.rnn_dropout = drop ? 0.3 : 0;
        model.dense_dropout = drop && model.dense ? 0.4 : 0;
    }
    return classifier_chain(&model);
}

/* The rows of a lane, the longest first. */
static struct rows make_rows(const struct chain_config *chain)
{
    int length = chain->length;

    for (int r = 0; r < ROWS; r++) {
        int n = length - 2 * r > 0 ? length - 2 * r : 0;
        lengths[r] = n;
        numbers[r] = r;
        labels[r] = r % chain_classes(chain);
        for (int t = 0; t < length; t++) {
            int word = chain->pad_pre ? t - (length - n) : t;
            bool is_pad = word < 0 || word >= n;
            ids[r * length + t] = is_pad ? 0 : 1 + (r * 31 + t * 17) % (WORDS - 1);
        }
    }
    return (struct rows){.n = ROWS,
                         .maxlen = length,
                         .id_bytes = 4,
                         .pad_pre = chain->pad_pre,
                         .x = ids,
                         .y = labels,
                         .length = lengths};
}

static struct model *new_model(const struct chain_config *chain,
                               const struct kernels *kernels, bool trains)
{
    struct model *model = NULL;

    assert_int_equal(trains ? model_new(chain, kernels, ROWS, &model)
                            : model_new_evaluator(chain, kernels, ROWS, &model),
                     OK);
    return model;
}

static unsigned digest(XXH64_state_t *state)
{
    unsigned folded = (unsigned)(XXH64_digest(state) & 0xffffff);

    XXH64_reset(state, 0);
    return folded;
}

static void add_result(XXH64_state_t *state, const struct lane_result *result)
{
    XXH64_update(state, &result->loss, sizeof result->loss);
    XXH64_update(state, &result->correct, sizeof result->correct);
}

/* Every tensor's names, place and shape. */
static void add_tensors(XXH64_state_t *state, const struct params *params)
{
    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        char line[256];
        int n = snprintf(line, sizeof line, "%s %s %zu %zu %zu\n", tensor->layer,
                         tensor->name, tensor->offset, tensor->shape[0],
                         tensor->n_dims == 2 ? tensor->shape[1] : 0);
        XXH64_update(state, line, (size_t)n);
    }
}

/* Tensors, initial weights and figures, which are the same in every kernel set. */
static unsigned initial_of(const struct chain_config *chain,
                           const struct kernels *kernels, const struct lane *lane,
                           XXH64_state_t *state)
{
    struct model *model = new_model(chain, kernels, true);
    const struct params *params = model_params(model);
    real *weights = xcalloc(params->size, sizeof *weights);
    double figures[3] = {model_flops(chain, 100, 10), model_forward_flops(chain, 100, 10),
                         model_positions(model, lane, true)};

    add_tensors(state, params);
    model_init_weights(model, 7, weights);
    XXH64_update(state, weights, params->size * sizeof *weights);
    XXH64_update(state, figures, sizeof figures);

    /* What evaluation shares it does not compute again. */
    assert_true(model_positions(model, lane, false) <= figures[2]);

    free(weights);
    model_free(model);
    return digest(state);
}

static real *some_weights(const struct params *params)
{
    real *weights = xaligned(params->size, sizeof *weights);

    for (size_t i = 0; i < params->size; i++)
        weights[i] = (real)(0.4 * sin(1.7 * (double)i));
    return weights;
}

static void add_evaluation(XXH64_state_t *state, struct model *model,
                           const struct lane *lane)
{
    real logits[ROWS * MOST_CLASSES];
    size_t n = (size_t)(lane->n_rows * chain_outputs(model_chain(model)));
    struct lane_result result = model_evaluate(model, lane, logits);

    XXH64_update(state, logits, n * sizeof *logits);
    add_result(state, &result);
}

/* Before anything is known of the weights, after it, and by a model that shares what the
 * first one knows. */
static unsigned evaluation_of(const struct chain_config *chain,
                              const struct kernels *kernels, const struct lane lanes[3],
                              XXH64_state_t *state)
{
    struct model *model = new_model(chain, kernels, false), *sharer = NULL;
    real *weights = some_weights(model_params(model));

    model_pack(model, weights);
    add_evaluation(state, model, &lanes[0]);
    add_evaluation(state, model, &lanes[1]);

    model_learn(model);
    assert_int_equal(model_new_sharer(model, &sharer), OK);
    add_evaluation(state, sharer, &lanes[2]);

    model_free(sharer);
    model_free(model);
    free(weights);
    return digest(state);
}

/* With a table that the caller clears, and one that the model does. */
static unsigned gradient_of(const struct chain_config *chain,
                            const struct kernels *kernels, const struct lane lanes[3],
                            XXH64_state_t *state)
{
    struct model *model = new_model(chain, kernels, true);
    const struct params *params = model_params(model);
    real *weights = some_weights(params);
    real *gradient = xaligned(params->size, sizeof *gradient);

    model_pack(model, weights);
    for (int i = 0; i < 3; i++) {
        uint64_t touched[(WORDS + 63) / 64] = {0};

        memset(gradient, 0, params->tensors[0].size * sizeof *gradient);
        struct lane_result result = model_gradient(model, &lanes[i], 3, (uint32_t)(5 + i),
                                                   gradient, i == 2 ? NULL : touched);
        XXH64_update(state, gradient, params->size * sizeof *gradient);
        XXH64_update(state, touched, sizeof touched);
        add_result(state, &result);
    }

    model_free(model);
    free(weights);
    free(gradient);
    return digest(state);
}

static FILE *open_golden(const char *name)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s.txt", folder, name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be opened", path);
    return file;
}

/* The two hashes of the next line, the second 0 if there is none. */
static void read_line(FILE *file, unsigned hash[2])
{
    char line[32];

    hash[0] = hash[1] = 0;
    assert_non_null(fgets(line, sizeof line, file));
    assert_true(sscanf(line, "%x %x", &hash[0], &hash[1]) > 0);
}

static void check_shapes(const struct kernels *kernels, const char *name)
{
    FILE *golden = open_golden(name);
    XXH64_state_t *state = XXH64_createState();
    int offset = name[strlen(name) - 1] % every;

    XXH64_reset(state, 0);
    for (int i = 0; i < N_SHAPES; i++) {
        unsigned frozen[2], found[2] = {0, 0};
        read_line(golden, frozen);
        if (i % every != offset)
            continue;

        struct chain_config chain = make_chain(i);
        struct rows rows = make_rows(&chain);
        struct lane all = {&rows, numbers, ROWS, NULL},
                    few = {&rows, numbers + 3, 5, NULL};
        const struct lane lanes[3] = {all, few, all};

        if (!strcmp(name, "initial")) {
            found[0] = initial_of(&chain, kernels, &all, state);
        } else {
            found[0] = evaluation_of(&chain, kernels, lanes, state);
            found[1] = gradient_of(&chain, kernels, lanes, state);
        }
        if (found[0] != frozen[0] || found[1] != frozen[1])
            fail_msg("%s, shape %d: %06x %06x, expected %06x %06x", name, i, found[0],
                     found[1], frozen[0], frozen[1]);
    }

    XXH64_freeState(state);
    fclose(golden);
}

static void check_set(const char *name)
{
    const struct kernels *kernels = NULL;

    if (kernels_select(name, &kernels)) {
        printf("SKIPPED: %s: %s\n", name, fail_message());
        skip();
    }
    check_shapes(kernels, name);
}

static void test_initial(void **unused)
{
    const struct kernels *kernels = NULL;

    (void)unused;
    assert_int_equal(kernels_select("baseline", &kernels), OK);
    check_shapes(kernels, "initial");
}

static void test_baseline(void **unused)
{
    (void)unused;
    check_set("baseline");
}

static void test_avx2(void **unused)
{
    (void)unused;
    check_set("avx2");
}

static void test_avx512(void **unused)
{
    (void)unused;
    check_set("avx512");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_initial),
        cmocka_unit_test(test_baseline),
        cmocka_unit_test(test_avx2),
        cmocka_unit_test(test_avx512),
    };

    folder = argc > 1 ? argv[1] : ".";
    every = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
