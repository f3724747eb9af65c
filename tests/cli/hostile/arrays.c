/* Arrays that are larger, elsewhere, packed, or hold other numbers than they should. */
#include "hostile.h"

#include <math.h>
#include <stdlib.h>

#include "base/base.h"

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

/* Of shapes, types and places that no array of the model has. */
static void make_declared(void)
{
    hsize_t huge[2] = {1 << 20, 1 << 20}, much[2] = {1 << 10, 1 << 10},
            cube[4] = {3, 8, 1, 1};
    char *pipe = xasprintf("%s/pipe", folder);
    hid_t text = H5Tcopy(H5T_C_S1);

    must(H5Tset_size(text, 8));
    declare(begin_without("huge.h5", KERNEL), H5T_IEEE_F32LE, 2, huge, H5P_DEFAULT);
    declare(begin_without("unwritten.h5", KERNEL), H5T_IEEE_F32LE, 2, much, H5P_DEFAULT);
    declare(begin_without("cube.h5", KERNEL), H5T_IEEE_F32LE, 4, cube, H5P_DEFAULT);
    declare(begin_without("text.h5", KERNEL), text, 2, cube, H5P_DEFAULT);

    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    must(H5Pset_external(creation, pipe, 0, 96));
    declare(begin_without("stored.h5", KERNEL), H5T_IEEE_F32LE, 2, cube, creation);
    H5Pclose(creation);
    H5Tclose(text);
    free(pipe);
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

/* The filter of a plug-in that the reader does not have. */
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

/* Two softmax units, whose difference is no finite float. */
static void make_sums(void)
{
    hsize_t shape[2] = {2, 2};
    float far[4] = {3e38F, -3e38F, 0, 0};
    static const char config[] =
        CHAIN(EMBEDDING, LSTM(""),
              LAYER("Dense", "dense", ",\"units\":2,\"activation\":\"softmax\""));
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

/* Numbers that are none, and a group in an array's place. */
static void make_filled(void)
{
    hid_t file = begin_without("nan.h5", KERNEL);

    put(file, KERNEL, 2, 3, 8, NAN);
    H5Fclose(file);

    file = begin_without("infinite.h5", DENSE_KERNEL);
    put(file, DENSE_KERNEL, 2, 2, 1, INFINITY);
    H5Fclose(file);

    file = begin_without("group.h5", KERNEL);
    make_group(file, KERNEL);
    H5Fclose(file);
}

void make_arrays(void)
{
    make_declared();
    make_filled();
    make_virtual();
    make_packed();
    make_sums();
}
