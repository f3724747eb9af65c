/* rnntrain inspect FILE: what a checkpoint, a model of Keras or a data set holds. */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/pairs.h"
#include "base/say.h"
#include "commands/import_options.h"
#include "commands/inspect_json.h"
#include "data/own_vectors.h"
#include "data/sparse.h"
#include "files/h5.h"
#include "saved/decision.h"
#include "saved/kind.h"
#include "serve/predictor.h"

static void show_input(const struct facts *facts, bool any_length)
{
    char positions[32];

    snprintf(positions, sizeof positions, "%d", facts->maxlen);
    say_line(stdout, "input      %d ids, %s positions, padding %s, truncating %s",
             facts->num_words, any_length ? "any number of" : positions,
             facts_side(facts->pad_pre), facts_side(facts->truncate_pre));
}

static void show_labels(const struct facts *facts)
{
    int column = program_print_label(facts->multi_label ? "labels" : "classes");
    for (int c = 0; c < facts->n_labels; c++) {
        char *piece =
            xasprintf("%s%s", facts->labels[c], c + 1 < facts->n_labels ? ", " : "");
        column = program_print_piece(column, piece, (int)strlen(piece));
        free(piece);
    }
    if (facts->multi_label)
        program_print_piece(column, "; a text has any of them", 24);
    putchar('\n');
}

/* Every tensor of a model, and how many numbers they are. */
static void show_weights(const struct model *model, const real *weights)
{
    const struct params *params = model_params(model);
    char total[32];

    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        char name[100], shape[48];
        snprintf(name, sizeof name, "%s/%s", tensor->layer, tensor->name);
        if (tensor->n_dims == 2)
            snprintf(shape, sizeof shape, "(%zu, %zu)", tensor->shape[0],
                     tensor->shape[1]);
        else if (tensor->n_dims == 3)
            snprintf(shape, sizeof shape, "(%zu, %zu, %zu)", tensor->shape[0],
                     tensor->shape[1], tensor->shape[2]);
        else
            snprintf(shape, sizeof shape, "(%zu)", tensor->shape[0]);
        say_line(stdout, "  %-44s %-14s %9zu", name, shape, tensor->size);
    }

    program_thousands((int64_t)params->size, total);
    say_line(stdout, "parameters %s, weights hash %016llx", total,
             (unsigned long long)params_hash(params, weights));
}

/* What a run's state says of it, epoch by epoch, and of where it stands. */
static void show_state(json_t *root)
{
    const json_t *history = json_object_get(root, "history");
    for (size_t e = 0; e < json_array_size(history); e++) {
        char *label = xasprintf("epoch %zu", e + 1);
        json_t *line = json_array_get(history, e);
        json_object_del(line, "weights"); /* so that it fits; --json has them */
        pairs_print(label, line);
        free(label);
    }
    json_object_del(root, "history");
    pairs_print("state", root);
}

/* Whether a run had rows to validate on, by its configuration. */
static bool validates(const char *config)
{
    json_t *root = config ? json_loads(config, 0, NULL) : NULL;
    const char *rule = json_string_value(json_object_get(root, "validation"));
    bool is = !rule || strcmp(rule, "none") != 0;
    json_decref(root);
    return is;
}

/* How far the run had come, of its state; nothing of a model that is no point of one. */
static void show_run(const char *state, const char *prefix)
{
    json_t *root = state ? json_loads(state, 0, NULL) : NULL;
    const json_t *epochs = json_object_get(root, "epoch");
    json_int_t steps = json_integer_value(json_object_get(root, "step"));
    json_int_t best = json_integer_value(json_object_get(root, "best_epoch"));
    const json_t *line = json_array_get(json_object_get(root, "history"),
                                        (size_t)(best > 0 ? best - 1 : 0));
    char *loss_name = xasprintf("%sloss", prefix), *acc_name = xasprintf("%sacc", prefix);
    const json_t *loss = json_object_get(line, loss_name);
    const json_t *acc = json_object_get(line, acc_name);

    if (json_is_integer(epochs)) {
        char *of = best > 0 && loss && acc
                       ? xasprintf("; best epoch %lld, %s %.4f, %s %.4f", (long long)best,
                                   loss_name, json_number_value(loss), acc_name,
                                   json_number_value(acc))
                       : xstrdup("");
        say_line(stdout, "run        %lld epoch%s, %lld step%s%s",
                 (long long)json_integer_value(epochs),
                 plural(json_integer_value(epochs)), (long long)steps, plural(steps), of);
        free(of);
    }
    free(loss_name);
    free(acc_name);
    if (json_is_object(root))
        show_state(root);
    json_decref(root);
}

static void show_texts(const struct checkpoint *info)
{
    show_run(info->state, validates(info->config) ? "val_" : "");
    pairs_print_text("config", info->config);
    pairs_print_text("provenance", info->provenance);
}

static void show_model(const struct predictor *predictor, bool any_length)
{
    const struct checkpoint *info = &predictor->info;

    if (info->keras)
        say_line(stdout, "model      %s of Keras %s", info->path, info->keras->version);
    else
        say_line(stdout, "checkpoint %s", info->path);
    show_weights(predictor->model, predictor->weights);
    show_input(&info->facts, any_length);
    show_labels(&info->facts);
    printf("optimizer  %d arrays\n", info->n_slots);
    show_texts(info);
}

static void show_bias(const struct predictor *predictor)
{
    int n = chain_outputs(model_chain(predictor->model));
    int column = program_print_label("bias");

    for (int c = 0; c < n; c++) {
        char *piece =
            xasprintf("%.6g%s", predictor->info.ensemble.bias[c], c + 1 < n ? ", " : "");
        column = program_print_piece(column, piece, (int)strlen(piece));
        free(piece);
    }
    putchar('\n');
}

/* Where one was chosen. */
static void show_decision(const struct decision *decision, const struct facts *facts)
{
    if (!decision_is_there(decision))
        return;
    char *text = decision_describe(decision, facts);
    say_line(stdout, "decision   %s, chosen on validation rows", text);
    free(text);
}

/* What it reads once, then member by member. */
static void show_ensemble(const struct predictor *predictor)
{
    const struct checkpoint *info = &predictor->info;
    bool is_sum = info->ensemble.rule == ENSEMBLE_SUM;

    say_line(stdout, "checkpoint %s", info->path);
    say_line(stdout, "ensemble   %s of %d models: %s",
             ensemble_rule_names[info->ensemble.rule], predictor->n,
             is_sum ? "their logits, each times its weight, and the bias"
                    : "the mean of their probabilities");
    if (is_sum)
        show_bias(predictor);
    show_input(&info->facts, false);
    show_labels(&info->facts);

    for (int i = 0; i < predictor->n; i++) {
        if (is_sum)
            say_line(stdout, "member %-3d weight %.6g", i + 1, info->ensemble.weights[i]);
        else
            say_line(stdout, "member %d", i + 1);
        show_weights(predictor->models[i], predictor->all_weights[i]);
        show_texts(predictor_member(predictor, i));
    }
}

static void show_dataset(const struct dataset *data)
{
    say_line(stdout, "data set   %s, hash %016llx", data->path,
             (unsigned long long)data->hash);
    show_input(&data->facts, false);
    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        if (data->part[part].n)
            say_line(stdout, "%-10s %d row%s", dataset_part_name((enum dataset_part)part),
                     data->part[part].n, plural(data->part[part].n));
    show_labels(&data->facts);
    pairs_print_text("provenance", data->provenance);
}

static int show_vectors(const struct dataset *data)
{
    char *line = NULL;
    int rc = dataset_describe_vectors(data, &line);

    if (line)
        say_line(stdout, "vectors    %s", line);
    free(line);
    return rc;
}

static void show_notes(const struct dataset *data)
{
    bool origin = data->notes[ROW_ORIGIN], text = data->notes[ROW_TEXT];

    if (origin || text)
        say_line(stdout, "kept       %s%s%s of each row", origin ? "origin" : "",
                 origin && text ? ", " : "", text ? "text" : "");
}

static int show_ngrams(const struct dataset *data)
{
    char **lines = NULL;
    size_t n = 0;
    int rc = dataset_describe_ngrams(data, &n, &lines);

    program_print_lines("n-grams", n, lines);
    h5_free_texts(n, lines);
    return rc;
}

static int inspect_dataset(const char *path, bool json)
{
    struct dataset data = {0};
    int rc = dataset_open_again(path, &data); /* its seal was checked */
    if (!rc && json) {
        rc = inspect_json_dataset(&data);
    } else if (!rc) {
        import_print_unsealed(data.is_unsealed, path);
        show_dataset(&data);
        rc = show_ngrams(&data);
        if (!rc)
            rc = show_vectors(&data);
        if (!rc)
            show_notes(&data);
    }
    dataset_release(&data);
    return rc;
}

/* A model of Keras that takes rows of any length is shown all the same. */
static int inspect_model(const char *path, const struct checkpoint_hints *hints,
                         bool json)
{
    struct predictor predictor = {0};
    struct checkpoint info = {0};
    int rc = checkpoint_import(path, hints, &info);
    if (rc)
        return rc;

    bool any_length = info.facts.maxlen == 0;
    if (any_length)
        info.facts.maxlen = 1;
    /* weights are shown as they are in the file */
    struct decision decision = info.ensemble.decision;
    info.ensemble.decision = (struct decision){.temperature = 0};
    rc = predictor_take(&predictor, &info, "auto");
    if (!rc && json) {
        inspect_json_model(&predictor, any_length);
    } else if (!rc) {
        import_print_notes(&predictor.info);
        import_print_training_notes(&predictor.info);
        if (predictor.n > 1)
            show_ensemble(&predictor);
        else
            show_model(&predictor, any_length);
        show_decision(&decision, &predictor.info.facts);
    }
    predictor_release(&predictor);
    decision_release(&decision);
    return rc;
}

/* Reads every number of a member, moments too. */
static int verify_member(const struct predictor *predictor, int i)
{
    const struct checkpoint *info = predictor_member(predictor, i);
    const struct params *params = model_params(predictor->models[i]);
    float *slots[CHECKPOINT_MAX_SLOTS] = {NULL};

    for (int k = 0; k < info->n_slots; k++)
        slots[k] = xcalloc(params->size, sizeof **slots);
    int rc = checkpoint_load(info, params, (float *)predictor->all_weights[i], slots);
    for (int k = 0; k < CHECKPOINT_MAX_SLOTS; k++)
        free(slots[k]);
    return rc;
}

static int verify_checkpoint(const char *path)
{
    struct predictor predictor;
    int rc = predictor_open(&predictor, path, "auto", NULL), n_tensors = 0, n_slots = 0;

    for (int i = 0; i < predictor.n && !rc; i++) {
        n_tensors += model_params(predictor.models[i])->n_tensors;
        n_slots += predictor_member(&predictor, i)->n_slots;
        rc = verify_member(&predictor, i);
    }
    if (!rc)
        say_line(stdout,
                 "%s: whole: SHA-256 as sealed, %d tensors and %d optimizer arrays, all "
                 "finite and of the shapes of its configuration",
                 path, n_tensors, n_slots);

    predictor_release(&predictor);
    return rc;
}

static int verify_dataset(const char *path)
{
    struct dataset data = {0};
    uint64_t content = 0;
    int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data), rows = 0;

    if (!rc)
        rc = dataset_content(&data, &content);
    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        rows += data.part[part].n;
    if (!rc)
        say_line(stdout,
                 "%s: whole: SHA-256 as sealed, %d row%s, all ids, lengths and labels in "
                 "range, content %016llx",
                 path, rows, plural(rows), (unsigned long long)content);
    dataset_release(&data);
    return rc;
}

struct settings {
    struct import_settings keras;
    bool verify, json;
};

static int inspect(const struct settings *settings, const char *path)
{
    struct checkpoint_hints hints = import_hints(&settings->keras);
    struct saved_look look = {.kind = SAVED_OTHER};

    int rc = saved_look(path, &look);
    if (rc)
        return rc;
    if (!settings->verify)
        return look.kind == SAVED_DATASET ? inspect_dataset(path, settings->json)
                                          : inspect_model(path, &hints, settings->json);

    if (look.kind == SAVED_OTHER)
        return fail(
            ERR_FORMAT,
            "%s: neither rnnprep nor rnntrain wrote it: it has no seal that could "
            "be verified",
            path);
    if (look.ending == H5_UNSEALED)
        return h5_refuse_unsealed(path);
    return look.kind == SAVED_CHECKPOINT ? verify_checkpoint(path) : verify_dataset(path);
}

static int run(const void *settings, const char *const *operands, int n)
{
    char *path = checkpoint_path(operands[0]);
    (void)n;
    int rc = checkpoint_check_path(path);
    if (!rc)
        rc = inspect(settings, path);
    free(path);
    return rc;
}

static const struct option options[] = {
    {"verify", OPTION_BOOL, offsetof(struct settings, verify), "false", 0, 0, NULL,
     "read every number and say whether the file is whole, instead of what is in it",
     NULL, true},
    {"json", OPTION_BOOL, offsetof(struct settings, json), "false", 0, 0, NULL,
     "what is in it as one JSON object", NULL, true},
};

static const struct option_part parts[] = {
    {&import_options, offsetof(struct settings, keras)}};

const struct option_table cmd_inspect_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain inspect",
    .synopsis = "FILE [options]",
    .example = "  rnntrain inspect run/best.h5\n",
    .about =
        "Shows what a file holds.\n\n"
        "  FILE  a data set, a checkpoint (best.h5, last.h5 or ensemble.h5 of a run,\n"
        "        or its folder) or a model of Keras: .h5, .keras or .weights.h5\n",
    .min_operands = 1,
    .max_operands = 1,
};

int cmd_inspect(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_inspect_table, &settings, argc, argv, run);
}
