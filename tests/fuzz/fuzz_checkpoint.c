/* Checkpoints: any bytes; and whole, sealed files whose configuration, state, shapes and
 * numbers are anything. What opens must also judge a text. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "files/h5_write.h"
#include "serve/predictor.h"

static void try_file(const char *path)
{
    struct predictor predictor;
    int rc = predictor_open(&predictor, path, "baseline", NULL);

    fuzz_check(rc == OK || *fail_message(), "a message");
    if (!rc) {
        char text[] = "a good film", *texts[] = {text};
        int n_labels = predictor.info.facts.n_labels, class = -1;
        double *probabilities = xcalloc((size_t)n_labels, sizeof *probabilities);
        predictor_judge(&predictor, texts, 1, probabilities, &class);
        fuzz_check(class >= 0 && class < n_labels, "a class");
        free(probabilities);
    }

    predictor_release(&predictor);
}

/* A configuration as records have it, of small layers, or what the input says. */
static char *some_config(struct fuzz *input)
{
    static const char *const models[] = {"lstm", "bilstm", "gru", "bigru"};
    static const char *const heads[] = {"last", "flatten", "max", "mean"};
    if (fuzz_below(input, 4) == 3)
        return fuzz_text(input);
    return xasprintf("{\"recipe\":\"none\",\"model\":\"%s\",\"head\":\"%s\",\"units\":%d,"
                     "\"embedding\":%d,\"dense\":%d,\"layers\":%d,\"mask\":%s}",
                     models[fuzz_below(input, 4)], heads[fuzz_below(input, 4)],
                     1 + fuzz_below(input, 3), 1 + fuzz_below(input, 3),
                     fuzz_below(input, 3), 1 + fuzz_below(input, 2),
                     fuzz_below(input, 2) ? "true" : "false");
}

/* Every tensor that the usual small models have, in a shape that may be theirs. */
static void write_tensors(struct h5_writer *file, struct fuzz *input)
{
    static const char *const names[] = {"embedding/embedding/embeddings:0",
                                        "lstm/lstm/kernel:0",
                                        "lstm/lstm/recurrent_kernel:0",
                                        "lstm/lstm/bias:0",
                                        "gru/gru/kernel:0",
                                        "gru/gru/recurrent_kernel:0",
                                        "gru/gru/bias:0",
                                        "dense/dense/kernel:0",
                                        "dense/dense/bias:0"};
    float values[64 * 16] = {0};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *path = xasprintf("/model_weights/%s", names[i]);
        size_t shape[2] = {1 + (size_t)fuzz_below(input, 12),
                           1 + (size_t)fuzz_below(input, 12)};

        values[fuzz_byte(input)] =
            (float)fuzz_number(input) / (float)fuzz_below(input, 4);
        if (fuzz_below(input, 16) != 15)
            h5_write(file, path, fuzz_below(input, 16) ? H5_FLOAT32 : H5_INT32,
                     strstr(path, "bias") ? 1 : 2, shape, values, false);
        free(path);
    }
}

static void try_built(struct fuzz *input)
{
    static char neg[] = "neg", pos[] = "pos", other[] = "other";
    char *labels[] = {neg, pos, other}, *bytes = NULL, *config = some_config(input);
    size_t n = 0;
    struct h5_writer *file = h5_create();

    h5_make_group(file, "/rnntrain");
    h5_attribute_int(file, "/rnntrain", "format_version", 1);
    h5_attribute_int(file, "/rnntrain", "num_words", 2 + fuzz_below(input, 10));
    h5_attribute_int(file, "/rnntrain", "maxlen", 1 + fuzz_below(input, 6));
    h5_attribute_int(file, "/rnntrain", "pad_pre", fuzz_below(input, 2));
    h5_attribute_int(file, "/rnntrain", "truncate_pre", fuzz_number(input));
    h5_attribute_int(file, "/rnntrain", "n_slots", fuzz_below(input, 4));
    h5_write_text(file, "/rnntrain/config", config);
    h5_write_strings(file, "/rnntrain/labels", (size_t)fuzz_below(input, 4), labels);
    write_tensors(file, input);

    char *state = fuzz_text(input), *tokenizer = fuzz_text(input);
    h5_write_text(file, "/rnntrain/state", state);
    h5_write_text(file, "/rnntrain/provenance", state);
    h5_write_text(file, "/rnntrain/tokenizer", tokenizer);

    if (!h5_image(file, &bytes, &n))
        try_file(fuzz_file(bytes, n));

    free(bytes);
    free(config);
    free(state);
    free(tokenizer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz input = {bytes, n};
    if (n > 0 && *bytes == 0x89)
        try_file(fuzz_file(bytes, n));
    else
        try_built(&input);
    return 0;
}
