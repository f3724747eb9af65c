/* Models as C sources: chains of any shape are written, compile without a warning and say
 * what the models say; of the templates only those that a chain needs are written. How
 * texts come in is tested by cli/export_c.sh. */
#include "export/c/kind.h"

#include <math.h>
#include <stdio.h>

#include "../scratch.h"
#include "chains.h"

enum { CHAINS = 40 };

static void begin(struct c_export *export, struct predictor *predictor,
                  const struct drawn *drawn, int number)
{
    static struct c_member member;
    static char label[] = "class";
    static char *labels[CHAINS_CLASSES] = {label, label, label, label};
    char filters[] = "";
    struct text_options options = {
        .tags = TEXT_TAGS_KEEP, .filters = filters, .maxlen = drawn->chain.length};
    options.pad_pre = drawn->chain.pad_pre;

    *predictor = (struct predictor){.model = drawn->model, .weights = drawn->weights};
    predictor->tokenizer = text_new(&options);
    text_freeze(predictor->tokenizer, 1);
    predictor->info.facts.labels = labels;
    predictor->info.facts.n_labels = chain_classes(&drawn->chain);
    member = (struct c_member){.chain = &drawn->chain,
                               .params = model_params(drawn->model),
                               .weights = drawn->weights};
    *export = (struct c_export){.predictor = predictor,
                                .members = &member,
                                .n_members = 1,
                                .text = text_settings(predictor->tokenizer)};
    char *path = xasprintf("chain_%d.c", number);
    c_prepare(export, path);
    free(path);
}

static void end(struct c_export *export, struct predictor *predictor)
{
    c_release(export);
    text_free(predictor->tokenizer);
}

static char *source_of(const struct drawn *drawn, int number)
{
    struct c_export export;
    struct predictor predictor;
    size_t n = 0;
    begin(&export, &predictor, drawn, number);
    char *source = c_file(&export, c_template_model_c, &n);
    assert_int_equal(strlen(source), n);
    end(&export, &predictor);
    return source;
}

static void write_file(const struct c_export *export, const char *path, const char *text)
{
    size_t n = 0;
    char *bytes = c_file(export, text, &n);
    scratch_write(path, bytes, n);
    free(bytes);
}

static void write_chain(const struct drawn *drawn, int number, FILE *program)
{
    struct c_export export;
    struct predictor predictor;
    begin(&export, &predictor, drawn, number);
    write_file(&export, export.path, c_template_model_c);
    write_file(&export, export.header_path, c_template_model_h);
    fprintf(program, "    say(%s_predict_ids, %d, %d);\n", export.prefix,
            drawn->chain.length, export.predictor->info.facts.n_labels);
    end(&export, &predictor);
}

/* Reads the rows of all chains and prints their probabilities. */
static char *write_program(struct drawn *drawn)
{
    char *main = scratch_path("main.c");
    FILE *program = fopen(main, "w");
    assert_non_null(program);

    fputs("#include <stdio.h>\n", program);
    for (int i = 0; i < CHAINS; i++)
        fprintf(program, "#include \"chain_%d.h\"\n", i);
    fprintf(program,
            "static void say(int (*predict)(const int *, int, double *), int n, int c)\n"
            "{\n"
            "    int ids[%d];\n"
            "    double p[%d];\n"
            "    for (int r = 0; r < %d; r++) {\n"
            "        for (int i = 0; i < n; i++)\n"
            "            if (scanf(\"%%d\", &ids[i]) != 1)\n"
            "                return;\n"
            "        predict(ids, n, p);\n"
            "        for (int i = 0; i < c; i++)\n"
            "            printf(\"%%.17g\\n\", p[i]);\n"
            "    }\n"
            "}\n"
            "int main(void)\n"
            "{\n",
            CHAINS_LENGTH, CHAINS_CLASSES, CHAINS_ROWS);

    for (int i = 0; i < CHAINS; i++)
        write_chain(&drawn[i], i, program);
    fputs("}\n", program);
    assert_int_equal(fclose(program), 0);
    return main;
}

static void write_rows(const struct drawn *drawn)
{
    char *path = scratch_path("rows");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < CHAINS; i++)
        for (int k = 0; k < CHAINS_ROWS * drawn[i].chain.length; k++)
            fprintf(file, "%d\n", drawn[i].ids[k]);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static void compare(const struct drawn *drawn)
{
    char *path = scratch_path("said");
    FILE *file = fopen(path, "r");
    assert_non_null(file);

    for (int i = 0; i < CHAINS; i++)
        for (int r = 0; r < CHAINS_ROWS; r++)
            for (int c = 0; c < chain_classes(&drawn[i].chain); c++) {
                double found = 0, expected = drawn[i].probabilities[r][c];
                assert_int_equal(fscanf(file, "%lf", &found), 1);
                if (!(fabs(found - expected) < 2e-6))
                    fail_msg("chain %d, row %d, class %d: %g, expected %g", i, r, c,
                             found, expected);
            }

    fclose(file);
    free(path);
}

static void test_chains_say_what_models_say(void **state)
{
    (void)state;
    static struct drawn drawn[CHAINS];
    if (system("command -v cc >/dev/null"))
        skip();
    for (int i = 0; i < CHAINS; i++)
        draw_model(i, &drawn[i]);
    char *main = write_program(drawn);
    write_rows(drawn);

    char *command = xasprintf("cd '%s' && cc -std=c11 -O0 -Wall -Wextra -Wpedantic "
                              "-Werror *.c -lm -o program && ./program <rows >said",
                              scratch);
    assert_int_equal(system(command), 0);
    compare(drawn);
    free(command);
    free(main);
    for (int i = 0; i < CHAINS; i++)
        release_model(&drawn[i]);
}

/* Where the calls of the layers stand, in the order of the chain. */
static void expect_in_order(const char *source, const char *const *lines)
{
    for (; *lines; lines++) {
        const char *found = strstr(source, *lines);
        if (!found)
            fail_msg("not in its place: %s", *lines);
        source = found + strlen(*lines);
    }
}

static void draw_mixed(struct drawn *drawn)
{
    struct chain_config *chain = &drawn->chain;
    const struct kernels *kernels = NULL;
    *drawn = (struct drawn){.chain = {.vocabulary = 5, .length = 3, .mask = true}};

    chain_add(chain, LAYER_EMBEDDING)->embedding.width = 2;
    struct layer_config *layer = chain_add(chain, LAYER_RECURRENT);
    layer->recurrent.cell = CELL_LSTM;
    layer->recurrent.units = 4;
    layer->recurrent.bidirectional = layer->recurrent.sequences = true;
    *chain_add(chain, LAYER_DROPOUT) =
        (struct layer_config){.kind = LAYER_DROPOUT, .dropout = {0.5, RNG_DROPOUT_RNN}};
    layer = chain_add(chain, LAYER_RECURRENT);
    layer->recurrent.cell = CELL_GRU;
    layer->recurrent.units = 3;
    layer->recurrent.reset_after = layer->recurrent.hard_sigmoid = true;
    layer->recurrent.sequences = true;
    chain_add(chain, LAYER_FLATTEN);
    chain_add(chain, LAYER_DENSE)->dense.units = 7;
    chain_add(chain, LAYER_OUTPUT)->output.units = 1;
    chain_complete(chain);

    assert_int_equal(kernels_select("baseline", &kernels), OK);
    assert_int_equal(model_new_evaluator(chain, kernels, 1, &drawn->model), OK);
    drawn->weights = xaligned(model_params(drawn->model)->size, sizeof(real));
}

static void test_calls_in_order(void **state)
{
    (void)state;
    static struct drawn drawn;
    draw_mixed(&drawn);
    char *source = source_of(&drawn, 0);

    expect_in_order(
        source, (const char *const[]){
                    " *   -> ids (3)\n",
                    " *   -> Embedding(5, 2), pads skipped\n",
                    " *   -> Bidirectional LSTM(4, all states)\n",
                    " *   -> GRU(3, reset_after, hard_sigmoid, all states)\n",
                    " *   -> Flatten\n",
                    " *   -> Dense(7, relu)\n",
                    " *   -> Dense(1, sigmoid)\n",
                    "    VALUES = 24,",
                    "    STATE = 24,",
                    "static const float embedding_embeddings[5 * 2];\n",
                    "static void embed(",
                    "static double sigmoid(",
                    "static double hard_sigmoid(",
                    "static void lstm_step(",
                    "static void gru_step_reset_after(",
                    "static const struct cell bidirectional_backward = {\n",
                    "    .inputs = 8,\n    .units = 3,\n    .reads_backward = false,\n"
                    "    .skips_pads = true,\n"
                    "    .step = gru_step_reset_after,\n    .gate = hard_sigmoid,\n",
                    "    embed(embedding_embeddings, 2, work->ids, a);\n",
                    "    run(&bidirectional_forward, a, b, 8, work);\n"
                    "    run(&bidirectional_backward, a, b + 4, 8, work);\n",
                    "    run(&gru, b, a, 3, work);\n\n    /* Flatten: (9) */\n",
                    "    weigh_relu(a, 9, dense_kernel, dense_bias, 7, b);\n",
                    "    weigh(b, 7, dense_1_kernel, dense_1_bias, 1, a);\n",
                    "    return a;\n",
                    NULL,
                });

    assert_null(strstr(source, "gru_step("));
    assert_null(strstr(source, "run_to_end("));
    assert_null(strstr(source, "take_max("));
    assert_null(strstr(source, "\n\n\n"));
    assert_null(strstr(source, "WITH_"));
    assert_null(strstr(source, "insert:"));

    free(source);
    release_model(&drawn);
}

/* Without recurrent layers nothing of them is there. */
static void test_only_what_occurs(void **state)
{
    (void)state;
    static struct drawn drawn;
    const struct kernels *kernels = NULL;
    struct chain_config *chain = &drawn.chain;
    *chain = (struct chain_config){.vocabulary = 5, .length = 3};
    chain_add(chain, LAYER_EMBEDDING)->embedding.width = 2;
    chain_add(chain, LAYER_POOLING)->pooling.how = POOLING_MEAN;
    *chain_add(chain, LAYER_OUTPUT) = (struct layer_config){
        .kind = LAYER_OUTPUT, .output = {.units = 3, .loss = LOSS_CATEGORICAL}};
    chain_complete(chain);
    assert_int_equal(kernels_select("baseline", &kernels), OK);
    assert_int_equal(model_new_evaluator(chain, kernels, 1, &drawn.model), OK);
    drawn.weights = xaligned(model_params(drawn.model)->size, sizeof(real));

    char *source = source_of(&drawn, 0);
    expect_in_order(source, (const char *const[]){"    take_mean(a, 3, 2, b);\n",
                                                  "    weigh(b, 2, dense_kernel, "
                                                  "dense_bias, 3, a);\n",
                                                  NULL});
    assert_null(strstr(source, "struct cell"));
    assert_null(strstr(source, "tanh"));
    assert_null(strstr(source, "STATE"));
    assert_null(strstr(source, "weigh_relu"));
    free(source);
    release_model(&drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains_say_what_models_say),
        cmocka_unit_test(test_calls_in_order),
        cmocka_unit_test(test_only_what_occurs),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
