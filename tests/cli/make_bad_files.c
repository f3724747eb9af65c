/* make_bad_files FOLDER: data sets and checkpoints that are whole, sealed, and wrong in
 * one place each, for bad_input.sh. */
#include "saved/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/dataset.h"
#include "files/file.h"
#include "files/h5_write.h"
#include "../classifier.h"

enum { ROWS = 4, LENGTH = 3, WORDS = 10 };

static const char *folder;

static void check(int rc)
{
    if (rc)
        die("%s", fail_message());
}

static char *in_folder(const char *name)
{
    return xasprintf("%s/%s", folder, name);
}

static void write_large_id(struct dataset *data)
{
    uint16_t x[ROWS][LENGTH] = {{0, 1, 2}, {3, 4, WORDS}, {0, 0, 9}, {0, 0, 0}};
    int32_t y[ROWS] = {0, 1, 0, 1}, length[ROWS] = {2, 3, 1, 0};
    struct dataset bad = *data;
    bad.path = in_folder("large_id.h5");
    bad.part[DATASET_TRAIN] = (struct rows){.n = ROWS, .x = x, .y = y, .length = length};
    check(dataset_write(&bad));
    free(bad.path);
}

/* Rows of a million pads. With is_written they are in the file, a thousandth as large, as
 * many rows as no memory here holds; else it only says that it has a million of them. */
static void write_huge(const struct dataset *data, const char *name, bool is_written)
{
    const size_t row = (size_t)FACTS_MOST_LENGTH * sizeof(uint16_t);
    size_t rows = is_written ? host_memory() / row + 1 : 1000000, n_packed = 0;
    struct dataset huge = *data;
    struct dataset_writer *writer = NULL;
    struct h5_packer *packer = h5_packer_new();
    int32_t *zeros = xcalloc(rows, sizeof *zeros), *y = xcalloc(rows, sizeof *y);
    char *ids = xcalloc(row, 1);
    for (size_t i = 0; i < rows; i++)
        y[i] = i % 2;

    huge.path = in_folder(name);
    huge.facts.maxlen = FACTS_MOST_LENGTH;
    huge.part[DATASET_TRAIN] = (struct rows){.n = (int)rows, .y = y, .length = zeros};
    check(dataset_create(&huge, &writer));
    const void *packed = dataset_pack(&huge, DATASET_TRAIN, packer, ids, &n_packed);
    for (size_t i = 0; i < rows && is_written; i++)
        dataset_write_ids(writer, DATASET_TRAIN, i, packed, n_packed);
    dataset_write_tokenizer(writer);
    check(dataset_finish(writer));

    h5_packer_free(packer);
    free(huge.path);
    free(zeros);
    free(y);
    free(ids);
}

static void write_newer(const char *name, const char *group, bool is_checkpoint)
{
    struct h5_writer *file = h5_create();
    char *path = in_folder(name);
    if (is_checkpoint)
        h5_write_text(file, "/rnntrain/config", "{}");
    else
        h5_attribute_text(file, group, "format", "rnntrain-dataset");
    h5_attribute_int(file, group, "format_version", 2);
    check(h5_save(file, path, false));
    free(path);
}

/* A data set whose format is three strings. */
static void write_array(void)
{
    char *formats[] = {(char[]){"rnntrain-dataset"}, (char[]){"b"}, (char[]){"c"}};
    char *path = in_folder("array.h5");
    struct h5_writer *file = h5_create();
    h5_attribute_texts(file, "/", "format", COUNT_OF(formats), formats);
    check(h5_save(file, path, false));
    free(path);
}

/* A checkpoint of a tiny LSTM whose embedding is `width` wide, its configuration says
 * 3. */
static void write_checkpoint(const char *name, struct dataset *data, size_t width,
                             float value)
{
    static char config[] =
        "{\"recipe\":\"none\",\"embedding\":3,\"units\":2,\"dense\":0}";
    static char empty[] = "{}";
    struct classifier of_width = {.vocabulary = WORDS,
                                  .maxlen = LENGTH,
                                  .embedding = (int)width,
                                  .units = {2},
                                  .layers = 1,
                                  .classes = 2};
    struct chain_config chain = classifier_chain(&of_width);
    struct checkpoint info = {.config = config,
                              .state = empty,
                              .provenance = empty,
                              .facts = data->facts,
                              .tokenizer = data->tokenizer};
    struct params params = {0};
    char *path = in_folder(name);

    params_add(&params, "embedding", "embeddings", WORDS, width);
    params_add(&params, "lstm", "kernel", width, 8);
    params_add(&params, "lstm", "recurrent_kernel", 2, 8);
    params_add(&params, "lstm", "bias", 8, 0);
    params_add(&params, "dense", "kernel", 2, 1);
    params_add(&params, "dense", "bias", 1, 0);

    float *weights = xcalloc(params.size, sizeof *weights);
    weights[params.size / 2] = value;
    char *bytes = NULL;
    size_t n = 0;

    const struct checkpoint_model model = {.chain = &chain,
                                           .optimizer =
                                               "{\"class_name\":\"SGD\",\"config\":{}}",
                                           .params = &params,
                                           .weights = weights};
    check(checkpoint_image(&info, &model, &bytes, &n));
    check(file_replace(path, bytes, n, true));

    free(bytes);
    params_release(&params);
    free(weights);
    free(path);
}

int main(int argc, char **argv)
{
    static char neg[] = "neg", pos[] = "pos", empty[] = "{}";
    static char tokenizer[] =
        "{\"config\":{\"num_words\":10,\"filters\":\"\",\"lower\":true,"
        "\"split\":\" \",\"word_index\":\"{\\\"a\\\":1}\"}}";
    static char empty_split[] = "{\"config\":{\"split\":\"\",\"word_index\":\"{}\"}}";
    static char many_words[] =
        "{\"config\":{\"word_index\":\"{\\\"a\\\":1,\\\"b\\\":2,"
        "\\\"c\\\":3,\\\"d\\\":4,\\\"e\\\":5,\\\"f\\\":6,\\\"g\\\":7,"
        "\\\"h\\\":8,\\\"i\\\":9,\\\"j\\\":10,\\\"k\\\":11}\"}}";
    char *labels[] = {neg, pos};
    struct dataset data = {.facts = {.num_words = WORDS,
                                     .maxlen = LENGTH,
                                     .n_labels = 2,
                                     .labels = labels,
                                     .pad_pre = true},
                           .tokenizer = tokenizer,
                           .provenance = empty};

    if (argc != 2)
        die("expected one folder");
    folder = argv[1];

    write_large_id(&data);
    write_huge(&data, "huge.h5", true);
    write_huge(&data, "hollow.h5", false);
    write_newer("newer.h5", "/", false);
    write_newer("newer.ck.h5", "/rnntrain", true);
    write_checkpoint("nan.ck.h5", &data, 3, NAN);
    write_checkpoint("shape.ck.h5", &data, 2, 0);
    write_array();

    data.tokenizer = empty_split;
    write_checkpoint("split.ck.h5", &data, 3, 0);
    data.tokenizer = many_words;
    write_checkpoint("words.ck.h5", &data, 3, 0);
    return 0;
}
