/* make_hostile_models FOLDER: files that look like a small model of Keras and are wrong
 * in one place each, for hostile_models.sh. FOLDER/pipe is a FIFO: who opens it,
 * waits. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>

#include "hostile_archives.h"
#include "base/base.h"

#define LAYER(class, name, rest)                                                         \
    "{\"class_name\":\"" class "\",\"config\":{\"name\":\"" name "\"" rest "}}"
#define EMBEDDING                                                                        \
    LAYER("Embedding", "embedding",                                                      \
          ",\"input_dim\":10,\"output_dim\":3,\"input_length\":4")
#define LSTM(rest)                                                                       \
    LAYER("LSTM", "lstm", ",\"units\":2,\"recurrent_activation\":\"sigmoid\"" rest)
#define DENSE(activation)                                                                \
    LAYER("Dense", "dense", ",\"units\":1,\"activation\":\"" activation "\"")
#define MODEL(layers)                                                                    \
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"m\",\"layers\":[" layers "]}" \
    "}"
#define GOOD MODEL(EMBEDDING "," LSTM("") "," DENSE("sigmoid"))

static const char *folder;

/* HDF5. */

static hid_t must(hid_t id)
{
    if (id < 0)
        die("HDF5 refuses");
    return id;
}

static hid_t begin(const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    hid_t file = must(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    free(path);
    return file;
}

static hid_t with_groups(void)
{
    hid_t links = must(H5Pcreate(H5P_LINK_CREATE));
    must(H5Pset_create_intermediate_group(links, 1));
    return links;
}

static void make_group(hid_t file, const char *path)
{
    hid_t links = with_groups();
    if (H5Lexists(file, path, H5P_DEFAULT) <= 0)
        H5Gclose(must(H5Gcreate2(file, path, links, H5P_DEFAULT, H5P_DEFAULT)));
    H5Pclose(links);
}

/* n strings of a fixed length, or of a variable one where `length` is 0. */
static void set_texts(hid_t file, const char *object, const char *name, size_t length,
                      size_t n, const void *texts)
{
    hsize_t count = n;
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);

    must(H5Tset_size(type, length ? length : H5T_VARIABLE));
    hid_t attribute = must(H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT,
                                             H5P_DEFAULT, H5P_DEFAULT));
    must(H5Awrite(attribute, type, texts));
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void set_text(hid_t file, const char *name, const char *text)
{
    set_texts(file, "/", name, 0, 1, &text);
}

/* An array of one value throughout, with these properties. */
static void put_with(hid_t file, const char *path, int n_dims, const hsize_t *shape,
                     float value, hid_t creation)
{
    hid_t links = with_groups(), space = must(H5Screate_simple(n_dims, shape, NULL));
    size_t n = (size_t)H5Sget_simple_extent_npoints(space);
    float *values = xcalloc(n, sizeof *values);

    for (size_t i = 0; i < n; i++)
        values[i] = value;
    hid_t set =
        must(H5Dcreate2(file, path, H5T_IEEE_F32LE, space, links, creation, H5P_DEFAULT));
    must(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    free(values);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(links);
}

static void put(hid_t file, const char *path, int n_dims, hsize_t rows, hsize_t columns,
                float value)
{
    hsize_t shape[2] = {rows, columns};
    put_with(file, path, n_dims, shape, value, H5P_DEFAULT);
}

/* The model. */

#define KERNEL "/model_weights/lstm/lstm/kernel:0"
#define DENSE_KERNEL "/model_weights/dense/dense/kernel:0"

/* Every array but the one at `left_out`, and the lists of names. */
static void put_weights(hid_t file, const char *left_out)
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

/* A file with everything but one array, to be filled. */
static hid_t begin_without(const char *name, const char *left_out)
{
    hid_t file = begin(name);
    set_text(file, "keras_version", "2.2.4");
    set_text(file, "model_config", GOOD);
    put_weights(file, left_out);
    return file;
}

static void make_configured(const char *name, const char *version, const char *config)
{
    hid_t file = begin(name);
    set_text(file, "keras_version", version);
    set_text(file, "model_config", config);
    put_weights(file, NULL);
    H5Fclose(file);
}

/* Configurations. */

static void make_configurations(void)
{
#define WITH(layer) MODEL(EMBEDDING "," layer "," DENSE("sigmoid"))
#define BOTH_WAYS(rest)                                                                  \
    WITH("{\"class_name\":\"Bidirectional\",\"config\":{\"name\":\"both\","              \
         "\"layer\":" LSTM("") rest "}}")
    static const struct {
        const char *name, *config;
    } files[] = {
        {"good.h5", GOOD},
        {"conv.h5", WITH(LAYER("Conv1D", "conv", ""))},
        {"escape.h5", WITH(LAYER("Conv\\n1D", "co\\u001b[2Jnv\\nrnntrain: ok", ""))},
        {"relu.h5", WITH(LSTM(",\"activation\":\"relu\""))},
        {"gate.h5",
         WITH(LAYER("LSTM", "lstm", ",\"units\":2,\"recurrent_activation\":\"tanh\""))},
        {"sum.h5", BOTH_WAYS(",\"merge_mode\":\"sum\"")},
        {"unmerged.h5", BOTH_WAYS(",\"merge_mode\":null")},
        {"stateful.h5", WITH(LSTM(",\"stateful\":true"))},
        {"state.h5", WITH(LSTM(",\"return_state\":true"))},
        {"backwards.h5", WITH(LSTM(",\"go_backwards\":true"))},
        {"major.h5", WITH(LSTM(",\"time_major\":true"))},
        {"output.h5", MODEL(EMBEDDING "," LSTM("") "," DENSE("tanh"))},
        {"units.h5", WITH(LAYER("LSTM", "lstm", ",\"units\":1e300"))},
        {"wide.h5", WITH(LAYER("LSTM", "lstm", ",\"units\":8193"))},
        {"negative.h5", WITH(LAYER("LSTM", "lstm", ",\"units\":-2"))},
        {"textual.h5", WITH(LAYER("LSTM", "lstm", ",\"units\":\"2\""))},
        {"one_word.h5",
         MODEL(LAYER(
             "Embedding", "embedding",
             ",\"input_dim\":1,\"output_dim\":3") "," LSTM("") "," DENSE("sigmoid"))},
        {"needs.h5",
         MODEL(LAYER(
             "Embedding", "embedding",
             ",\"input_dim\":2147483647,\"output_dim\":8192") "," LSTM("") "," DENSE("sig"
                                                                                     "moi"
                                                                                     "d"))},
        {"long.h5",
         MODEL(LAYER("Embedding", "embedding",
                     ",\"batch_input_shape\":[null,99999999999],\"input_dim\":10,"
                     "\"output_dim\":3") "," LSTM("") "," DENSE("sigmoid"))},
        {"any_length.h5",
         MODEL(LAYER(
             "Embedding", "embedding",
             ",\"input_dim\":10,\"output_dim\":3") "," LSTM("") "," DENSE("sigmoid"))},
        {"flat.h5", MODEL(EMBEDDING "," LSTM(",\"return_sequences\":true") "," LAYER(
                        "Flatten", "flatten", "") "," DENSE("sigmoid"))},
        {"inputs.h5",
         "{\"class_name\":\"Model\",\"config\":{\"layers\":["
         "{\"class_name\":\"InputLayer\",\"name\":\"a\",\"config\":{\"name\":\"a\"},"
         "\"inbound_nodes\":[]},{\"class_name\":\"Embedding\",\"name\":\"embedding\","
         "\"config\":"
         "{\"name\":\"embedding\",\"input_dim\":10,\"output_dim\":3},"
         "\"inbound_nodes\":[[[\"a\",0,0,{}],[\"b\",0,0,{}]]]}]}}"},
        {"no_class.h5", MODEL("{\"config\":{}}")},
        {"no_layers.h5", "{\"class_name\":\"Sequential\",\"config\":7}"},
        {"no_json.h5", "{\"class_name\":"},
        {"empty_json.h5", ""},
        {"no_model.h5", MODEL("")},
        {"fewer.h5",
         MODEL(EMBEDDING "," LSTM(",\"use_bias\":false") "," DENSE("sigmoid"))},
        {"more.h5", MODEL(EMBEDDING "," LSTM("") "," LAYER(
                        "Dense", "hidden",
                        ",\"units\":2,\"activation\":\"relu\"") "," DENSE("sigmoid"))},
        {"shape.h5", WITH(LAYER("LSTM", "lstm",
                                ",\"units\":3,\"recurrent_activation\":\"sigmoid\""))},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++)
        make_configured(files[i].name, "2.2.4", files[i].config);
    make_configured("garbage_version.h5", "\xff\xfe", GOOD);
}

/* `n` times a piece between a beginning and an end. */
static void make_repeated(const char *name, const char *first, const char *piece,
                          size_t n, const char *last)
{
    size_t length = strlen(piece), before = strlen(first);
    char *text = xcalloc(before + n * length + strlen(last) + 1, 1);
    memcpy(text, first, before);
    for (size_t i = 0; i < n; i++)
        memcpy(text + before + i * length, piece, length);
    memcpy(text + before + n * length, last, strlen(last));
    make_configured(name, "2.2.4", text);
    free(text);
}

static void make_many(void)
{
    static const char head[] = "{\"class_name\":\"Sequential\",\"config\":{\"layers\":[";

    make_repeated("layers.h5", head, LAYER("Dropout", "d", "") ",", 10000,
                  EMBEDDING "]}}");
    make_repeated("nested.h5", "", head, 100, "");
    make_repeated("deep.h5", "", "[", 100000, "");
    make_repeated("nested_whole.h5", head, "{\"class_name\":\"Model\",\"config\":[", 9,
                  "]}]}]}]}]}]}]}]}]}]}}");
    make_repeated("values.h5", "[{}", ",{}", 1700000, "]");
    char version[200];
    memset(version, '9', sizeof version - 1);
    version[sizeof version - 1] = '\0';
    make_configured("version.h5", version, GOOD);
}

/* Links. */

static void make_links(void)
{
    char *pipe = xasprintf("%s/pipe", folder), *good = xasprintf("%s/good.h5", folder);
    hid_t file = begin_without("soft.h5", KERNEL);

    must(H5Lcreate_soft("/model_weights/lstm/lstm/recurrent_kernel:0", file, KERNEL,
                        H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    file = begin_without("loop.h5", KERNEL);
    must(H5Lcreate_soft(KERNEL, file, KERNEL, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    file = begin_without("external.h5", KERNEL);
    must(H5Lcreate_external(good, KERNEL, file, KERNEL, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    file = begin("external_all.h5");
    set_text(file, "model_config", GOOD);
    must(H5Lcreate_external(good, "/model_weights", file, "/model_weights", H5P_DEFAULT,
                            H5P_DEFAULT));
    H5Fclose(file);
    file = begin_without("external_pipe.h5", KERNEL);
    must(H5Lcreate_external(pipe, "/x", file, KERNEL, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    file = begin("cycle.weights.h5");
    make_group(file, "/layers/lstm");
    must(H5Lcreate_hard(file, "/", file, "/layers/lstm/cell", H5P_DEFAULT, H5P_DEFAULT));
    must(H5Lcreate_hard(file, "/", file, "/layers/again", H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    file = begin("crowd.weights.h5");
    make_group(file, "/layers/vars");
    for (int i = 0; i < 4097; i++) {
        char name[32];
        snprintf(name, sizeof name, "/layers/vars/%d", i);
        must(H5Lcreate_hard(file, "/", file, name, H5P_DEFAULT, H5P_DEFAULT));
    }
    H5Fclose(file);
    file = begin("nothing.h5");

    H5Fclose(file);
    free(good);
    free(pipe);
}

/* Arrays. */

/* An array that is declared and not written. */
static void declare(hid_t file, hid_t type, int n_dims, const hsize_t *shape,
                    hid_t creation)
{
    hid_t space = must(H5Screate_simple(n_dims, shape, NULL));
    H5Dclose(
        must(H5Dcreate2(file, KERNEL, type, space, H5P_DEFAULT, creation, H5P_DEFAULT)));
    H5Sclose(space);
    H5Fclose(file);
}

/* HDF5 opens the source of such a set where it is asked for its shape. */
static void make_virtual(void)
{
    hsize_t shape[2] = {3, 8}, most[2] = {H5S_UNLIMITED, 8}, zero[2] = {0, 0};
    hid_t file = begin_without("virtual.h5", KERNEL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = must(H5Screate_simple(2, shape, most));
    hsize_t block[2] = {3, 8}, count[2] = {H5S_UNLIMITED, 1};
    char *pipe = xasprintf("%s/pipe", folder);

    must(H5Sselect_hyperslab(space, H5S_SELECT_SET, zero, block, count, block));
    hid_t source = must(H5Screate_simple(2, shape, most));
    must(H5Sselect_hyperslab(source, H5S_SELECT_SET, zero, block, count, block));
    must(H5Pset_virtual(creation, space, pipe, "/x", source));
    H5Dclose(must(H5Dcreate2(file, KERNEL, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation,
                             H5P_DEFAULT)));

    H5Sclose(source);
    H5Sclose(space);
    H5Pclose(creation);
    H5Fclose(file);
    free(pipe);
}

static size_t pass(unsigned flags, size_t n, const unsigned values[], size_t n_bytes,
                   size_t *room, void **bytes)
{
    (void)flags;
    (void)n;
    (void)values;
    (void)room;
    (void)bytes;
    return n_bytes;
}

static void make_packed(void)
{
    static const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, 32000, 1,    1,
                                        "a plug-in's",    NULL,  NULL, pass};
    hsize_t small[2] = {3, 8}, large[2] = {1 << 13, 1 << 12};

    must(H5Zregister(&filter));
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t file = begin_without("filter.h5", KERNEL);
    must(H5Pset_chunk(creation, 2, small));
    must(H5Pset_filter(creation, 32000, 0, 0, NULL));
    put_with(file, KERNEL, 2, small, 1, creation);
    H5Fclose(file);
    H5Pclose(creation);
    creation = H5Pcreate(H5P_DATASET_CREATE);
    file = begin_without("packed.h5", KERNEL);
    must(H5Pset_chunk(creation, 2, large));
    must(H5Pset_deflate(creation, 1));
    put_with(file, KERNEL, 2, large, 0, creation);

    H5Fclose(file);
    H5Pclose(creation);
}

static void make_arrays(void)
{
    hsize_t huge[2] = {1 << 20, 1 << 20}, much[2] = {1 << 10, 1 << 10},
            cube[3] = {3, 8, 1};
    char *pipe = xasprintf("%s/pipe", folder);
    hid_t text = H5Tcopy(H5T_C_S1);

    must(H5Tset_size(text, 8));
    declare(begin_without("huge.h5", KERNEL), H5T_IEEE_F32LE, 2, huge, H5P_DEFAULT);
    declare(begin_without("unwritten.h5", KERNEL), H5T_IEEE_F32LE, 2, much, H5P_DEFAULT);
    declare(begin_without("cube.h5", KERNEL), H5T_IEEE_F32LE, 3, cube, H5P_DEFAULT);
    declare(begin_without("text.h5", KERNEL), text, 2, cube, H5P_DEFAULT);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    must(H5Pset_external(creation, pipe, 0, 96));
    declare(begin_without("stored.h5", KERNEL), H5T_IEEE_F32LE, 2, cube, creation);
    H5Pclose(creation);
    hid_t file = begin_without("nan.h5", KERNEL);
    put(file, KERNEL, 2, 3, 8, NAN);
    H5Fclose(file);
    file = begin_without("infinite.h5", DENSE_KERNEL);
    put(file, DENSE_KERNEL, 2, 2, 1, INFINITY);
    H5Fclose(file);
    file = begin_without("group.h5", KERNEL);
    make_group(file, KERNEL);
    H5Fclose(file);
    H5Tclose(text);
    free(pipe);
    make_virtual();
    make_packed();
}

/* Two softmax units, whose difference is no finite float. */
static void make_sums(void)
{
    hsize_t shape[2] = {2, 2};
    float far[4] = {3e38F, -3e38F, 0, 0};
    static const char config[] = MODEL(EMBEDDING "," LSTM("") "," LAYER(
        "Dense", "dense", ",\"units\":2,\"activation\":\"softmax\""));
    hid_t file = begin("sums.h5"), space = H5Screate_simple(2, shape, NULL);

    set_text(file, "keras_version", "2.2.4");
    set_text(file, "model_config", config);
    put_weights(file, DENSE_KERNEL);
    must(H5Ldelete(file, "/model_weights/dense/dense/bias:0", H5P_DEFAULT));
    put(file, "/model_weights/dense/dense/bias:0", 1, 2, 1, 0);
    hid_t set = must(H5Dcreate2(file, DENSE_KERNEL, H5T_IEEE_F32LE, space, H5P_DEFAULT,
                                H5P_DEFAULT, H5P_DEFAULT));
    must(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, far));

    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
}

/* Adam's state of the model: the steps, then first and second moments. */
static void make_moments(const char *name, float steps, float first, float second)
{
    static const struct {
        int n_dims;
        hsize_t rows, columns;
    } shapes[] = {{2, 10, 3}, {2, 3, 8}, {2, 2, 8}, {1, 8, 1}, {2, 2, 1}, {1, 1, 1}};
    static const char training[] =
        "{\"optimizer_config\":{\"class_name\":\"Adam\",\"config\":{\"lr\":0.01}}}";
    enum { N = 1 + 2 * COUNT_OF(shapes) };
    char names[N][8] = {"steps"};
    hid_t file = begin_without(name, NULL);
    set_text(file, "training_config", training);
    put(file, "/optimizer_weights/steps", 1, 1, 1, steps);
    for (int i = 1; i < N; i++) {
        size_t k = (size_t)(i - 1) % COUNT_OF(shapes);
        bool is_first = i <= (int)COUNT_OF(shapes);
        snprintf(names[i], sizeof names[i], "%c%d", is_first ? 'm' : 'v', (int)k);
        char *path = xasprintf("/optimizer_weights/%s", names[i]);
        put(file, path, shapes[k].n_dims, shapes[k].rows, shapes[k].columns,
            is_first ? first : second);
        free(path);
    }
    set_texts(file, "/optimizer_weights", "weight_names", sizeof *names, N, names);
    H5Fclose(file);
}

/* Attributes. */

static void set_names(const char *name, const char *object, const char *attribute,
                      size_t length, size_t n, const void *texts)
{
    hid_t file = begin_without(name, NULL);
    must(H5Adelete_by_name(file, object, attribute, H5P_DEFAULT));
    if (texts)
        set_texts(file, object, attribute, length, n, texts);
    H5Fclose(file);
}

static void make_names(void)
{
    static const char layer[] = "/model_weights/lstm", root[] = "/model_weights";

    enum { MANY = 4096, LONG = 600 };
    char(*same)[14] = xcalloc(MANY + 1, sizeof *same), slashes[LONG + 1];
    for (int i = 0; i <= MANY; i++)
        snprintf(same[i], sizeof same[i], "lstm/kernel:0");
    memset(slashes, '/', LONG);
    memcpy(slashes, "lstm", 4);
    snprintf(slashes + LONG - 9, 10, "/kernel:0");
    const char *garbage[] = {"lstm/kernel:0", "lstm/recurrent_kernel:0", "lstm/bias:0"};
    set_names("listless.h5", root, "layer_names", 0, 0, NULL);
    set_names("nameless.h5", layer, "weight_names", 0, 0, NULL);
    set_names("dots.h5", layer, "weight_names", 32, 1,
              "../../../../etc/passwd\0\0\0\0\0\0\0\0\0\0");
    set_names("absolute.h5", root, "layer_names", 16, 1, "/etc\0\0\0\0\0\0\0\0\0\0\0\0");
    set_names("latin.h5", root, "layer_names", 8, 1, "caf\xe9\0\0\0\0");
    set_names("slashes.h5", layer, "weight_names", sizeof slashes, 1, slashes);
    set_names("too_many.h5", layer, "weight_names", sizeof *same, MANY, same);
    set_names("variable.h5", layer, "weight_names", 0, 3, garbage);
    hid_t file = begin_without("numbers.h5", NULL), space = H5Screate(H5S_SCALAR);
    must(H5Adelete_by_name(file, root, "layer_names", H5P_DEFAULT));
    H5Aclose(must(H5Acreate_by_name(file, root, "layer_names", H5T_STD_I32LE, space,
                                    H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    H5Fclose(file);
    file = begin_without("same.h5",
                         KERNEL); /* by 4095 names: more numbers than the file has */
    put(file, KERNEL, 2, 512, 512, 0);
    must(H5Adelete_by_name(file, layer, "weight_names", H5P_DEFAULT));
    set_texts(file, layer, "weight_names", sizeof *same, MANY - 1, same);

    H5Fclose(file);
    H5Sclose(space);
    free(same);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        die("expected one folder");
    folder = argv[1];
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    make_configurations();
    make_many();
    make_links();
    make_arrays();
    make_sums();
    make_moments("moments.h5", 5, 0.1F, 0.2F);
    make_moments("moments_nan.h5", 5, NAN, 0.2F);
    make_moments("moments_negative.h5", 5, 0.1F, -0.2F);
    make_moments("moments_steps.h5", 1e38F, 0.1F, 0.2F);
    make_names();
    make_archives(folder, GOOD);
    return 0;
}
