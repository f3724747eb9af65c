/* The small model that all files are about. */
#include "hostile.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void put_weights(hid_t file, const char *left_out)
{
    static const struct {
        const char *path;
        int n_dims;
        hsize_t rows, columns;
    } arrays[] = {{"/model_weights/embedding/embedding/embeddings:0", 2, 10, 3},
                  {KERNEL, 2, 3, 8},
                  {"/model_weights/lstm/lstm/recurrent_kernel:0", 2, 2, 8},
                  {"/model_weights/lstm/lstm/bias:0", 1, 8, 1},
                  {DENSE_KERNEL, 2, 2, 1},
                  {"/model_weights/dense/dense/bias:0", 1, 1, 1}};
    static const char layers[][12] = {"embedding", "lstm", "dense"},
                      embedding[][24] = {"embedding/embeddings:0"},
                      lstm[][24] = {"lstm/kernel:0", "lstm/recurrent_kernel:0",
                                    "lstm/bias:0"},
                      dense[][16] = {"dense/kernel:0", "dense/bias:0"};

    for (size_t i = 0; i < COUNT_OF(arrays); i++)
        if (!left_out || strcmp(left_out, arrays[i].path))
            put(file, arrays[i].path, arrays[i].n_dims, arrays[i].rows, arrays[i].columns,
                0.125F);

    for (size_t i = 0; i < COUNT_OF(layers); i++) {
        char *path = xasprintf("/model_weights/%s", layers[i]);
        make_group(file, path);
        free(path);
    }

    set_texts(file, "/model_weights", "layer_names", sizeof *layers, 3, layers);
    set_texts(file, "/model_weights/embedding", "weight_names", sizeof *embedding, 1,
              embedding);
    set_texts(file, "/model_weights/lstm", "weight_names", sizeof *lstm, 3, lstm);
    set_texts(file, "/model_weights/dense", "weight_names", sizeof *dense, 2, dense);
}

hid_t begin_without(const char *name, const char *left_out)
{
    hid_t file = begin(name);
    set_text(file, "keras_version", "2.2.4");
    set_text(file, "model_config", GOOD);
    put_weights(file, left_out);
    return file;
}

void make_configured(const char *name, const char *version, const char *config)
{
    hid_t file = begin(name);
    set_text(file, "keras_version", version);
    set_text(file, "model_config", config);
    put_weights(file, NULL);
    H5Fclose(file);
}
