/* The lists of names of layers and weights, which are attributes. */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static const char layer[] = "/model_weights/lstm", root[] = "/model_weights";

static void set_names(const char *name, const char *object, const char *attribute,
                      size_t length, size_t n, const void *texts)
{
    hid_t file = begin_without(name, NULL);

    must(H5Adelete_by_name(file, object, attribute, H5P_DEFAULT));
    if (texts)
        set_texts(file, object, attribute, length, n, texts);
    H5Fclose(file);
}

/* No list, or names that lead out of the file or are no text. */
static void make_wrong(void)
{
    set_names("listless.h5", root, "layer_names", 0, 0, NULL);
    set_names("nameless.h5", layer, "weight_names", 0, 0, NULL);
    set_names("dots.h5", layer, "weight_names", 32, 1,
              "../../../../etc/passwd\0\0\0\0\0\0\0\0\0\0");
    set_names("absolute.h5", root, "layer_names", 16, 1, "/etc\0\0\0\0\0\0\0\0\0\0\0\0");
    set_names("latin.h5", root, "layer_names", 8, 1, "caf\xe9\0\0\0\0");
}

/* What Keras 3.0 to 3.2 leave of a Bidirectional, whose arrays they call alike. */
static void make_cut(void)
{
    static const char layers[2][16] = {"embedding", "bidirectional"};
    static const char arrays[2][16] = {"kernel:0", "kernel:0"};

    set_names("cut.h5", root, "layer_names", sizeof *layers, 2, layers);
    hid_t file = begin_without("alike.h5", NULL);
    must(H5Adelete_by_name(file, "/", "keras_version", H5P_DEFAULT));
    set_texts(file, "/", "keras_version", 8, 1, "3.1.1\0\0");
    must(H5Adelete_by_name(file, layer, "weight_names", H5P_DEFAULT));
    set_texts(file, layer, "weight_names", sizeof *arrays, 2, arrays);
    put(file, "/model_weights/lstm/kernel:0", 2, 3, 12, 0);
    H5Fclose(file);
}

/* "lstm////.../kernel:0" */
static void make_slashes(void)
{
    enum { LONG = 600 };
    char slashes[LONG + 1];

    memset(slashes, '/', LONG);
    memcpy(slashes, "lstm", 4);
    snprintf(slashes + LONG - 9, 10, "/kernel:0");
    set_names("slashes.h5", layer, "weight_names", sizeof slashes, 1, slashes);
}

static void make_many(void)
{
    enum { MANY = 4096 };
    char(*same)[14] = xcalloc(MANY + 1, sizeof *same);

    for (int i = 0; i <= MANY; i++)
        snprintf(same[i], sizeof same[i], "lstm/kernel:0");
    set_names("too_many.h5", layer, "weight_names", sizeof *same, MANY, same);

    /* one array by 4095 names: more numbers than the file has */
    hid_t file = begin_without("same.h5", KERNEL);
    put(file, KERNEL, 2, 512, 512, 0);
    must(H5Adelete_by_name(file, layer, "weight_names", H5P_DEFAULT));
    set_texts(file, layer, "weight_names", sizeof *same, MANY - 1, same);
    H5Fclose(file);
    free(same);
}

/* Lists of another type: strings of any length, and a number. */
static void make_types(void)
{
    const char *texts[] = {"lstm/kernel:0", "lstm/recurrent_kernel:0", "lstm/bias:0"};

    set_names("variable.h5", layer, "weight_names", 0, 3, texts);

    hid_t file = begin_without("numbers.h5", NULL), space = H5Screate(H5S_SCALAR);
    must(H5Adelete_by_name(file, root, "layer_names", H5P_DEFAULT));
    H5Aclose(must(H5Acreate_by_name(file, root, "layer_names", H5T_STD_I32LE, space,
                                    H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    H5Fclose(file);
    H5Sclose(space);
}

void make_names(void)
{
    make_wrong();
    make_cut();
    make_slashes();
    make_many();
    make_types();
}
