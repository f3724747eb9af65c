#include "train/selftest.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "layers/stack.h"
#include "ranks/balance.h"
#include "train/optim.h"

enum { VOCABULARY = 23, CLASSES = 3, SEED = 7 };

/* Layers of more than 16 outputs are among them, whose gradients are joined. */
const struct selftest_model selftest_models[] = {
    {"lstm",
     "embedding:5, dropout:0.2, lstm:18",
     {1.0966789, 1.0877288, 1.0615618, 1.0209497, 0.9328874}},
    {"gru",
     "embedding:6, gru:12, dropout:0.2",
     {1.1049213, 1.0903432, 1.0534340, 1.0210699, 0.9742492}},
    {"bilstm",
     "embedding:5, bilstm:7, bigru:5, mean",
     {1.0979555, 1.0939903, 1.0764408, 1.0530016, 1.0145757}},
    {"conv",
     "embedding:8, conv:12:3:tanh:same, max, dropout:0.2",
     {1.1052808, 1.0748042, 1.0415552, 0.9840311, 0.9384299}},
    {"dense",
     "embedding:9, mean, dense:20:tanh, dense:17:sigmoid",
     {1.2438485, 1.1575335, 1.0938359, 1.0569081, 1.0466335}},
    {"attention",
     "embedding:6, gru:9, attention:7",
     {1.0980946, 1.0883174, 1.0751511, 1.0563430, 1.0289099}},
};
_Static_assert(COUNT_OF(selftest_models) == SELFTEST_MODELS, "a model is missing");

/* Words of a class are likelier in its rows; a row's length goes from 1 to all. */
void selftest_fill(struct selftest_data *data)
{
    enum { OWN = (VOCABULARY - 1) / CLASSES };
    struct rng rng = {.seed = SEED, .purpose = RNG_TEST};

    memset(data, 0, sizeof *data);
    for (int r = 0; r < SELFTEST_ROWS; r++) {
        int length = 1 + (5 * r + 8) % SELFTEST_LENGTH;
        data->y[r] = r % CLASSES;
        data->length[r] = length;
        data->order[r] = r;

        rng.row = (uint32_t)r;
        for (int t = SELFTEST_LENGTH - length; t < SELFTEST_LENGTH; t++) {
            bool is_own = rng_below(&rng, 2 * (uint32_t)t, 3) > 0;
            uint32_t word = rng_below(&rng, 2 * (uint32_t)t + 1, is_own ? OWN : 22);
            data->x[r][t] =
                (uint16_t)(1 + word + (is_own ? (uint32_t)(r % CLASSES * OWN) : 0));
        }
    }

    data->rows = (struct rows){.n = SELFTEST_ROWS,
                               .maxlen = SELFTEST_LENGTH,
                               .id_bytes = 2,
                               .pad_pre = true,
                               .x = data->x,
                               .y = data->y,
                               .length = data->length};
    rows_sort_by_length(&data->rows, data->order, SELFTEST_ROWS);
}

int selftest_new(const struct selftest_model *which, const struct kernels *kernels,
                 struct model **model)
{
    struct chain_config chain = {.vocabulary = VOCABULARY,
                                 .length = SELFTEST_LENGTH,
                                 .mask = true,
                                 .pad_pre = true,
                                 .lookup_bytes = CHAIN_LOOKUP_BYTES};
    int rc = stack_read(which->layers, &chain);
    if (rc)
        return rc;

    struct layer_config *output = chain_add(&chain, LAYER_OUTPUT);
    output->output.units = CLASSES;
    output->output.loss = LOSS_CATEGORICAL;
    chain_complete(&chain);
    return model_new(&chain, kernels, SELFTEST_LANE_ROWS, model);
}

/* A model in training. */
struct school {
    const struct comm *comm;
    enum selftest_way way;
    struct selftest_data data;
    struct model *model;
    struct comm_sum *sum;
    struct optim optim;
    real *weights, *whole; /* whole: (lanes of this rank, n) gradients, backwards only */
    uint64_t touched[SELFTEST_LANES];
    double loss[SELFTEST_LANES];
    int *first; /* (size + 1) */
};
_Static_assert(VOCABULARY <= 64, "a lane's words do not fit into one word of bits");

static void join_lanes(void *model, int first, int count, real *values)
{
    model_join(model, first, count, values);
}

static void deal_lanes(struct school *school)
{
    int size = school->comm->size;

    school->first = xcalloc((size_t)size + 1, sizeof *school->first);
    balance_even_ranges(SELFTEST_LANES, size, school->first);
    for (int r = 1; r < size && school->way == SELFTEST_UNEVEN; r++)
        school->first[r] = r == 1 ? 1 : 2;
}

static void begin(struct school *school, const struct kernels *kernels)
{
    const struct params *params = model_params(school->model);
    const struct tensor *table = &params->tensors[0];
    const struct comm_shape shape = {table->shape[0], table->shape[1], params->size, 0};
    const struct comm_joint joint = {model_joint_size(school->model), MODEL_JOINT_LANES,
                                     join_lanes, school->model};
    const struct optim_config adam = {.kind = OPTIM_ADAM,
                                      .learning_rate = 0.02,
                                      .beta1 = 0.9,
                                      .beta2 = 0.999,
                                      .epsilon = 1e-7};

    selftest_fill(&school->data);
    deal_lanes(school);
    school->sum =
        comm_sum_new(school->comm, kernels, COMM_CANONICAL, shape, SELFTEST_LANES, 1);
    if (school->way == SELFTEST_BACKWARDS)
        school->whole = xaligned(SELFTEST_LANES * params->size, sizeof *school->whole);
    else
        comm_sum_join(school->sum, &joint);

    optim_new(&adam, kernels, params->size, &school->optim);
    school->weights = xaligned(params->size, sizeof *school->weights);
    model_init_weights(school->model, SEED, school->weights);
    model_pack(school->model, school->weights);
}

static void end(struct school *school)
{
    optim_release(&school->optim);
    comm_sum_free(school->sum);
    free(school->first);
    free(school->weights);
    free(school->whole);
}

static struct lane lane_of(const struct school *school, int l)
{
    return (struct lane){&school->data.rows, school->data.order + l * SELFTEST_LANE_ROWS,
                         SELFTEST_LANE_ROWS, NULL};
}

/* As a run computes them. */
static void compute_lanes(struct school *school, uint32_t step)
{
    int rank = school->comm->rank;

    for (int l = school->first[rank]; l < school->first[rank + 1]; l++) {
        struct lane lane = lane_of(school, l);
        struct comm_lane place = comm_sum_next(school->sum);
        const struct lane_gradient to = {place.values, place.touched, place.table};
        school->loss[l] =
            model_lane_gradient(school->model, &lane, l, SEED, step, &to).loss;
        comm_sum_push(school->sum, l);
    }
}

static void compute_backwards(struct school *school, uint32_t step)
{
    size_t n = model_params(school->model)->size;
    int from = school->first[school->comm->rank];
    int to = school->first[school->comm->rank + 1];

    for (int l = to - 1; l >= from; l--) {
        struct lane lane = lane_of(school, l);
        real *gradient = school->whole + (size_t)l * n;
        memset(gradient, 0, n * sizeof *gradient);
        school->touched[l] = 0;
        school->loss[l] = model_gradient(school->model, &lane, SEED, step, gradient,
                                         &school->touched[l])
                              .loss;
    }

    for (int l = from; l < to; l++) {
        struct comm_lane place = comm_sum_next(school->sum);
        memcpy(place.values, school->whole + (size_t)l * n, n * sizeof(real));
        *place.touched = school->touched[l];
        comm_sum_push(school->sum, l);
    }
}

/* Collective. The mean loss of the batch, which is then learnt. */
static double learn(struct school *school, int step)
{
    if (school->way == SELFTEST_BACKWARDS)
        compute_backwards(school, (uint32_t)step);
    else
        compute_lanes(school, (uint32_t)step);

    struct comm_lane sum = comm_sum_finish(school->sum, school->first, school->loss);
    optim_apply(&school->optim, step, sum.values, SELFTEST_ROWS, school->weights);
    model_pack(school->model, school->weights);
    return comm_tree_sum(school->loss, SELFTEST_LANES, 1) / SELFTEST_ROWS;
}

int selftest_train(const struct selftest_model *which, const struct comm *comm,
                   const struct kernels *kernels, enum selftest_way way,
                   struct selftest_run *run)
{
    struct school school = {.comm = comm, .way = way};
    int rc = comm_agree(comm, selftest_new(which, kernels, &school.model));
    if (rc) {
        model_free(school.model);
        return rc;
    }

    begin(&school, kernels);
    for (int step = 0; step < SELFTEST_STEPS; step++)
        run->loss[step] = learn(&school, step);
    run->hash = params_hash(model_params(school.model), school.weights);

    end(&school);
    model_free(school.model);
    return OK;
}
