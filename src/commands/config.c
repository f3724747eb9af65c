#include "commands/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "saved/checkpoint.h"
#include "files/file.h"

enum { MODEL_LSTM, MODEL_BILSTM, MODEL_GRU, MODEL_BIGRU };

static const char *const recipes[] = {"none", "keras-lstm", "keras-bilstm", "keras-gru",
                                      NULL};
static const char *const models[] = {"lstm", "bilstm", "gru", "bigru", NULL};
static const char *const activations[] = {"sigmoid", "hard_sigmoid", NULL};
static const char *const heads[] = {"last", "flatten", "max", "mean", NULL};
static const char *const optimizers[] = {OPTIMIZER_NAMES, NULL};
static const char *const decays[] = {DECAY_NAMES, NULL};
static const char *const monitors[] = {"val_acc", "val_loss", "acc", "loss", NULL};
static const char *const validations[] = {"stratified", "keras-tail", "own", "none",
                                          NULL};

static const char *const shuffles[] = {"full", "window", "none", NULL};

enum { BALANCE_SPEED };

static const char *const balances[] = {"speed", "off", NULL};
static const char *const reductions[] = {"canonical", "mpi", NULL};
static const char *const on_nans[] = {"stop", "skip", "rollback", NULL};

#define AT(field) offsetof(struct config, field)

static const struct option options[] = {
    {"data", OPTION_STRING, AT(data), "dataset.h5", 0, 0, NULL,
     "data set that rnnprep wrote; also the first operand", "Run", true},
    {"run-dir", OPTION_STRING, AT(run_dir), "run", 0, 0, NULL,
     "folder for log.jsonl, best.h5 and last.h5", "Run", true},
    {"recipe", OPTION_CHOICE, AT(recipe), "keras-lstm", 0, 0, recipes,
     "one of the notebook's three models with all its numbers", "Run", false},
    {"notebook", OPTION_BOOL, AT(notebook), "false", 0, 0, NULL,
     "the recipe to the letter of its era: hard_sigmoid, the tail of the rows as "
     "validation "
     "set, which holds one class only, and the last weights as the result",
     "Run", false},
    {"init-from", OPTION_STRING, AT(init_from), NULL, 0, 0, NULL,
     "begin with the weights of a checkpoint or of a model of Keras, which also says "
     "what model "
     "it is and its optimizer's settings",
     "Run", true},
    {"init-optimizer", OPTION_BOOL, AT(init_optimizer), "true", 0, 0, NULL,
     "with --init-from: begin with its moments too, where the optimizer is the same",
     "Run", true},
    {"config", OPTION_STRING, AT(config_file), NULL, 0, 0, NULL,
     "JSON file with options, {\"units\": 64, ...}", "Run", true},
    {"overwrite", OPTION_BOOL, AT(overwrite), "false", 0, 0, NULL,
     "discard a run that stands in the run directory", "Run", true},
    {"resume", OPTION_BOOL, AT(resume), "false", 0, 0, NULL,
     "go on with the run in the run directory, on any number of ranks; begin it if there "
     "is "
     "none",
     "Run", true},
    {"checkpoint-every", OPTION_INT, AT(checkpoint_every), "0", 0, OPTION_HUGE, NULL,
     "steps between checkpoints inside an epoch; 0: only at its end", "Run", true},
    {"checkpoint-seconds", OPTION_DOUBLE, AT(checkpoint_seconds), "0", 0, 1e9, NULL,
     "seconds between checkpoints inside an epoch; 0: only at its end", "Run", true},
    {"max-time", OPTION_DOUBLE, AT(max_time), "0", 0, 1e9, NULL,
     "seconds after which the run has stopped with a checkpoint and exit code 75; 0: "
     "any. "
     "The end of a Slurm job (SLURM_JOB_END_TIME) is minded too",
     "Run", true},
    {"stall-timeout", OPTION_DOUBLE, AT(stall_timeout), "600", 0, 1e9, NULL,
     "seconds after which a rank that does not answer is named and the job ended; 0: "
     "wait "
     "for ever",
     "Run", true},
    {"on-nan", OPTION_CHOICE, AT(on_nan), "stop", 0, 0, on_nans,
     "after a batch whose loss or gradient is not finite: stop; skip the batch; or go "
     "back "
     "to the epoch's beginning with half the learning rate, at most three times",
     "Run", false},
    {"allow-other-bits", OPTION_BOOL, AT(allow_other_bits), "false", 0, 0, NULL,
     "resume a run that another kernel set began", "Run", true},
    {"quiet", OPTION_BOOL, AT(quiet), "false", 0, 0, NULL, "print nothing but errors",
     "Run", true},
    {"balance", OPTION_CHOICE, AT(balance), "speed", 0, 0, balances,
     "lanes follow the speed of the ranks, or off: the same number each (same bits)",
     "Run", true},
    {"allreduce", OPTION_CHOICE, AT(allreduce), "canonical", 0, 0, reductions,
     "how gradients are added over ranks: in one tree over lanes, or by MPI_Allreduce, "
     "whose "
     "order is its own (other bits for another number of ranks)",
     "Run", false},
    {"isa", OPTION_STRING, AT(isa), "auto", 0, 0, NULL,
     "kernel set: auto, baseline, avx2 or avx512 (bits differ between them)", "Run",
     true},

    {"trace", OPTION_STRING, AT(trace), NULL, 0, 0, NULL,
     "file for what each rank did when, for chrome://tracing or Perfetto", "Run", true},

    {"model", OPTION_CHOICE, AT(model), "lstm", 0, 0, models, "recurrent layer", "Model",
     false},
    {"layers", OPTION_INT, AT(layers), "1", 1, 64, NULL, "recurrent layers, stacked",
     "Model", false},
    {"units", OPTION_INTS, AT(units), "32", 1, 8192, NULL,
     "units of each direction; several: of each recurrent layer", "Model", false},
    {"embedding", OPTION_INT, AT(embedding), "32", 1, 8192, NULL,
     "width of the embedding", "Model", false},
    {"dense", OPTION_INT, AT(dense), "256", 0, 65536, NULL,
     "units of the hidden Dense(relu); 0: none", "Model", false},
    {"head", OPTION_CHOICE, AT(head), "last", 0, 0, heads,
     "what the dense layers see: the last state, all steps, or their maximum or mean",
     "Model", false},
    {"mask", OPTION_BOOL, AT(mask), "false", 0, 0, NULL,
     "skip pads, as Embedding(mask_zero=True)", "Model", false},
    {"recurrent-activation", OPTION_CHOICE, AT(recurrent_activation), "sigmoid", 0, 0,
     activations, "of the gates; hard_sigmoid is Keras 2's clip(0.2 x + 0.5)", "Model",
     false},
    {"reset-after", OPTION_BOOL, AT(reset_after), "false", 0, 0, NULL,
     "GRU: reset gate after the product, two biases", "Model", false},
    {"embedding-dropout", OPTION_DOUBLE, AT(embedding_dropout), "0.2", 0, 0.99, NULL,
     "dropout rate after the embedding", "Model", false},
    {"rnn-dropout", OPTION_DOUBLE, AT(rnn_dropout), "0", 0, 0.99, NULL,
     "dropout rate after the recurrent layers", "Model", false},
    {"dense-dropout", OPTION_DOUBLE, AT(dense_dropout), "0.2", 0, 0.99, NULL,
     "dropout rate after the hidden Dense", "Model", false},

    {"epochs", OPTION_INT, AT(epochs), "20", 1, 1000000, NULL, "epochs at most",
     "Training", false},
    {"batch-size", OPTION_INT, AT(batch_size), "256", 1, 1048576, NULL,
     "rows of a batch, over all ranks", "Training", false},
    {"optimizer", OPTION_CHOICE, AT(optimizer), "adam", 0, 0, optimizers,
     "adam and rmsprop in Keras's form", "Training", false},
    {"learning-rate", OPTION_DOUBLE, AT(learning_rate), "0.001", 1e-12, 1000, NULL,
     "learning rate after warm-up", "Training", false},
    {"beta-1", OPTION_DOUBLE, AT(beta_1), "0.9", 0, 0.999999, NULL,
     "Adam: decay of the first moment", "Training", false},
    {"beta-2", OPTION_DOUBLE, AT(beta_2), "0.999", 0, 0.9999999, NULL,
     "Adam: decay of the second moment", "Training", false},
    {"rho", OPTION_DOUBLE, AT(rho), "0.9", 0, 0.999999, NULL,
     "RMSprop: decay of the mean", "Training", false},
    {"momentum", OPTION_DOUBLE, AT(momentum), "0", 0, 0.999999, NULL, "SGD: momentum",
     "Training", false},
    {"epsilon", OPTION_DOUBLE, AT(epsilon), "1e-7", 1e-30, 1, NULL,
     "Adam and RMSprop: added to the root", "Training", false},
    {"clip-norm", OPTION_DOUBLE, AT(clip_norm), "0", 0, 1e30, NULL,
     "largest global norm of the gradient; 0: any", "Training", false},
    {"lr-warmup", OPTION_DOUBLE, AT(lr_warmup), "0", 0, 1000, NULL,
     "epochs over which the rate rises from 0", "Training", false},
    {"lr-decay", OPTION_CHOICE, AT(lr_decay), "none", 0, 0, decays,
     "linear or cosine to 0 at the last epoch, or lr / (1 + rate * step)", "Training",
     false},
    {"lr-decay-rate", OPTION_DOUBLE, AT(lr_decay_rate), "0", 0, 1000, NULL,
     "rate of the inverse decay", "Training", false},
    {"seed", OPTION_INT, AT(seed), "1", 0, OPTION_HUGE, NULL,
     "of weights, order, dropout and split", "Training", false},
    {"shuffle", OPTION_CHOICE, AT(shuffle), "full", 0, 0, shuffles,
     "order of an epoch's rows: any, the ids being in memory; within windows of rows "
     "from "
     "chunks of the file in any order, for data larger than memory; that of the file",
     "Training", false},
    {"window-rows", OPTION_INT, AT(window_rows), "0", 0, 1 << 24, NULL,
     "rows of a window of --shuffle window, of which a node holds two; 0: 32768",
     "Training", false},
    {"lane-rows", OPTION_INT, AT(lane_rows), "16", 1, 4096, NULL,
     "rows of a lane: a batch is cut into lanes, a lane is computed by one rank (other "
     "bits "
     "for another number)",
     "Training", false},

    {"validation", OPTION_CHOICE, AT(validation), "stratified", 0, 0, validations,
     "the same share of each class; the last rows, as Keras's validation_split; the data "
     "set's "
     "own part; none",
     "Validation", false},
    {"validation-split", OPTION_DOUBLE, AT(validation_split), "0.1", 0, 0.9, NULL,
     "share of the training rows", "Validation", false},
    {"allow-one-class", OPTION_BOOL, AT(allow_one_class), "false", 0, 0, NULL,
     "accept a validation set of one class", "Validation", false},
    {"monitor", OPTION_CHOICE, AT(monitor), "val_acc", 0, 0, monitors,
     "what early stopping and best.h5 watch", "Validation", false},
    {"patience", OPTION_INT, AT(patience), "5", 0, 1000000, NULL,
     "epochs without improvement before training stops; 0: it never does", "Validation",
     false},
    {"min-delta", OPTION_DOUBLE, AT(min_delta), "0", 0, 1000, NULL,
     "an improvement must be greater than this", "Validation", false},
    {"limit-train", OPTION_INT, AT(limit_train), "0", 0, OPTION_HUGE, NULL,
     "use so many training rows, the same share of each class; 0: all", "Validation",
     false},
    {"limit-test", OPTION_INT, AT(limit_test), "0", 0, OPTION_HUGE, NULL,
     "use so many test rows; 0: all", "Validation", false},

    {"test-delay", OPTION_INT, AT(test.delay), "0", 0, 1000000, NULL, "", NULL, true},
    {"test-ranges", OPTION_INT, AT(test.ranges), "0", 0, OPTION_HUGE, NULL, "", NULL,
     true},
    {"test-nan", OPTION_INT, AT(test.nan), "0", 0, OPTION_HUGE, NULL, "", NULL, true},
    {"test-drift", OPTION_INT, AT(test.drift), "0", 0, OPTION_HUGE, NULL, "", NULL, true},
};

const struct option_table cmd_train_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .program = "rnntrain train",
    .synopsis = "[dataset.h5] [options]",
    .about =
        "Trains a model on a data set and tests it. `mpirun -np N rnntrain ...` trains "
        "on N\nprocesses, with the same result. The word `train` may be left out.\n\n"
        "  dataset.h5  the data set that rnnprep made; without it, dataset.h5 in this\n"
        "              folder\n\n"
        "Options may also stand in the environment (RNNTRAIN_BATCH_SIZE=64) and in a "
        "file\n(--config); the command line comes last and wins. The run begins with new "
        "weights or,\nby --init-from, with those of a checkpoint or of a model of "
        "Keras.\n",
    .environment = "RNNTRAIN_",
    .min_operands = 0,
    .max_operands = 1,
};

/* Recipes. */

/* What a recipe sets besides the defaults, which are those of keras-lstm. */
static const char *const recipe_options[][6][2] = {
    {{NULL}},
    {{NULL}},
    {{"model", "bilstm"},
     {"head", "flatten"},
     {"dense", "0"},
     {"embedding-dropout", "0.5"},
     {"rnn-dropout", "0.5"},
     {NULL}},
    {{"model", "gru"}, {NULL}},
};

static const char *const notebook_options[][2] = {
    {"recurrent-activation", "hard_sigmoid"},
    {"validation", "keras-tail"},
    {"allow-one-class", "true"},
    {NULL, NULL}};

static int apply(struct config *config, const char *const pairs[][2], const char *source)
{
    int rc = OK;
    for (int i = 0; pairs[i][0] && !rc; i++)
        rc = options_set(&cmd_train_table, config, pairs[i][0], pairs[i][1], source);
    return rc;
}

/* Sources. */

/* A configuration file that names another one would be read in part. */
static int read_json_file(struct config *config, const char *path)
{
    char *text = NULL, *named = xstrdup(path);
    size_t n = 0;
    int rc = file_read(path, &text, &n);
    if (!rc)
        rc = options_from_json(&cmd_train_table, config, text, named);
    if (!rc && config->config_file && strcmp(config->config_file, named))
        rc =
            fail(ERR_USAGE, "%s: \"config\" cannot stand in a configuration file", named);
    free(text);
    free(named);
    return rc;
}

/* What a model says of itself: what it is and how it was optimized. */
static int apply_initial(struct config *config, const char *path)
{
    static const char *const also[] = {"optimizer", "learning-rate", "beta-1",  "beta-2",
                                       "epsilon",   "rho",           "momentum"};
    struct checkpoint info = {0};
    int rc = checkpoint_import(path, NULL, &info);
    json_t *record = rc ? NULL : json_loads(info.config, 0, NULL);
    json_t *wanted = json_object();
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        const struct option *option = &options[i];
        bool is_wanted = option->group && !strcmp(option->group, "Model");
        for (size_t k = 0; k < COUNT_OF(also); k++)
            is_wanted |= !strcmp(option->name, also[k]);
        char *key = options_key(option);
        if (is_wanted && json_object_get(record, key))
            json_object_set(wanted, key, json_object_get(record, key));
        free(key);
    }
    char *text = json_dumps(wanted, 0);
    if (!rc)
        rc = options_from_json(&cmd_train_table, config, text, path);
    free(text);
    json_decref(wanted);
    json_decref(record);
    checkpoint_release(&info);
    return rc;
}

/* Environment, file and command line, in this order; `path` is of the file or NULL. */
static int apply_sources(struct config *config, const char *path, int argc, char **argv,
                         const char **operands, int *n_operands)
{
    int rc = options_from_environment(&cmd_train_table, config);
    if (!rc && path)
        rc = read_json_file(config, path);
    if (!rc)
        rc = options_from_arguments(&cmd_train_table, config, argc, argv, operands,
                                    n_operands);
    return rc;
}

/* Options that would have no effect are mistakes. */
static int check_combination(const struct config *config)
{
    bool is_gru = config->model == MODEL_GRU || config->model == MODEL_BIGRU;
    if (config->reset_after && !is_gru)
        return fail(ERR_USAGE, "--reset-after is for --model gru or bigru");
    if (config->units.n > 1 && config->layers != 1 && config->layers != config->units.n)
        return fail(ERR_USAGE,
                    "--units has %d numbers, --layers is %lld: they must be the same",
                    config->units.n, (long long)config->layers);
    if (config->resume && config->overwrite)
        return fail(ERR_USAGE, "--resume goes on with a run, --overwrite discards it: "
                               "give one of them");
    if (config->momentum > 0 && config->optimizer != OPTIM_SGD)
        return fail(ERR_USAGE, "--momentum is for --optimizer sgd");
    if (config->window_rows && config->shuffle != SHUFFLE_WINDOW)
        return fail(ERR_USAGE, "--window-rows is for --shuffle window");
    if ((config->lr_decay == DECAY_INVERSE) != (config->lr_decay_rate > 0))
        return fail(ERR_USAGE, "--lr-decay inverse and --lr-decay-rate go together");
    return OK;
}

/* The recipe and the file may be named anywhere, so all is read once to find them, and
 * again on top of what they set. */
int config_resolve(int argc, char **argv, struct config *config, const char **operands,
                   int *n_operands)
{
    struct config first = {0};
    options_init(&cmd_train_table, &first);
    int rc = apply_sources(&first, NULL, argc, argv, operands, n_operands);
    char *path = first.config_file ? xstrdup(first.config_file) : NULL;
    if (!rc && path)
        rc = read_json_file(&first, path);
    if (!rc) /* once more: the command line stands above the file */
        rc = options_from_arguments(&cmd_train_table, &first, argc, argv, operands,
                                    n_operands);
    options_init(&cmd_train_table, config);
    if (!rc)
        rc = apply(config, recipe_options[first.recipe], recipes[first.recipe]);
    if (!rc && first.notebook)
        rc = apply(config, notebook_options, "--notebook");
    if (!rc && first.init_from)
        rc = apply_initial(config, first.init_from);
    if (!rc)
        rc = apply_sources(config, path, argc, argv, operands, n_operands);
    if (!rc)
        rc = check_combination(config);
    options_release(&cmd_train_table, &first);
    free(path);
    return rc;
}

/* Records of older builds say "shuffle": true or false. */
static char *renew(const char *json)
{
    json_t *root = json_loads(json, 0, NULL), *shuffle = json_object_get(root, "shuffle");
    if (json_is_boolean(shuffle))
        json_object_set_new(root, "shuffle",
                            json_string(json_is_true(shuffle) ? "full" : "none"));
    char *text = root ? json_dumps(root, 0) : xstrdup(json);
    json_decref(root);
    return text;
}

int config_from_record(const char *json, const char *source, struct config *config)
{
    options_init(&cmd_train_table, config);
    char *renewed = renew(json);
    int rc = options_from_json(&cmd_train_table, config, renewed, source);
    free(renewed);
    return rc ? fail(ERR_FORMAT, "%s", fail_message()) : OK;
}

void config_release(struct config *config)
{
    options_release(&cmd_train_table, config);
}

/* What the modules take. */

/* Several --units say how many layers there are. */
static int layers_of(const struct config *config)
{
    return config->units.n > 1 ? config->units.n : (int)config->layers;
}

struct model_config config_model(const struct config *config, const struct dataset *data)
{
    struct model_config model = {
        .cell = config->model == MODEL_LSTM || config->model == MODEL_BILSTM ? CELL_LSTM
                                                                             : CELL_GRU,
        .bidirectional = config->model == MODEL_BILSTM || config->model == MODEL_BIGRU,
        .hard_sigmoid = config->recurrent_activation == 1,
        .reset_after = config->reset_after,
        .mask = config->mask,
        .pad_pre = data->pad_pre,
        .head = (enum head_kind)config->head,
        .vocabulary = data->num_words,
        .maxlen = data->maxlen,
        .embedding = (int)config->embedding,
        .layers = layers_of(config),
        .dense = (int)config->dense,
        .classes = data->n_labels,
        .embedding_dropout = config->embedding_dropout,
        .rnn_dropout = config->rnn_dropout,
        .dense_dropout = config->dense_dropout,
        .lookup_bytes = MODEL_LOOKUP_BYTES,
    };
    for (int i = 0; i < model.layers; i++)
        model.units[i] = (int)config->units.value[config->units.n > 1 ? i : 0];
    return model;
}

static struct optim_config optim_of(const struct config *config)
{
    return (struct optim_config){
        .kind = (enum optim_kind)config->optimizer,
        .learning_rate = config->learning_rate,
        .beta1 = config->beta_1,
        .beta2 = config->beta_2,
        .rho = config->rho,
        .momentum = config->momentum,
        .epsilon = config->epsilon,
        .clip_norm = config->clip_norm,
        .decay = (enum optim_decay)config->lr_decay,
        .decay_rate = config->lr_decay_rate,
    };
}

int config_window_rows(const struct config *config)
{
    enum { USUAL = 32768 };
    return config->window_rows ? (int)config->window_rows : USUAL;
}

static struct sampler_config sampler_of(const struct config *config)
{
    return (struct sampler_config){
        .rule = (enum validation_rule)config->validation,
        .validation_split = config->validation_split,
        .allow_one_class = config->allow_one_class,
        .shuffle = (enum shuffle)config->shuffle,
        .window_rows = config_window_rows(config),
        .limit_train = config->limit_train,
        .limit_test = config->limit_test,
        .batch_size = (int)config->batch_size,
        .lane_rows = (int)config->lane_rows,
        .seed = (uint64_t)config->seed,
    };
}

struct trainer_config config_trainer(const struct config *config, const char *record)
{
    const struct dataset unknown = {
        0}; /* the trainer fills in what the data set decides */
    return (struct trainer_config){
        .data = config->data,
        .run_dir = config->run_dir,
        .isa = config->isa,
        .init_from = config->init_from,
        .init_optimizer = config->init_optimizer,
        .trace = config->trace,
        .record = record,
        .model = config_model(config, &unknown),
        .optim = optim_of(config),
        .sampler = sampler_of(config),
        .warmup_epochs = config->lr_warmup,
        .epochs = (int)config->epochs,
        .monitor = (enum monitor)config->monitor,
        .patience = (int)config->patience,
        .min_delta = config->min_delta,
        .result_is_last = config->notebook,
        .overwrite = config->overwrite,
        .resume = config->resume,
        .allow_other_bits = config->allow_other_bits,
        .checkpoint_every = config->checkpoint_every,
        .checkpoint_seconds = config->checkpoint_seconds,
        .max_time = config->max_time,
        .stall_timeout = config->stall_timeout,
        .on_nan = (enum on_nan)config->on_nan,
        .quiet = config->quiet,
        .balances = config->balance == BALANCE_SPEED,
        .reduction = (enum comm_reduction)config->allreduce,
    };
}
