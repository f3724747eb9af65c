/* Names that lead elsewhere: to other places of the file, to other files, in circles. */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

static void make_soft(void)
{
    hid_t file = begin_without("soft.h5", KERNEL);

    must(H5Lcreate_soft("/model_weights/lstm/lstm/recurrent_kernel:0", file, KERNEL,
                        H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);

    file = begin_without("loop.h5", KERNEL);
    must(H5Lcreate_soft(KERNEL, file, KERNEL, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
}

/* FOLDER/pipe is a FIFO: who opens it, waits. */
static void make_external(void)
{
    char *pipe = xasprintf("%s/pipe", folder), *good = xasprintf("%s/good.h5", folder);
    hid_t file = begin_without("external.h5", KERNEL);

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
    free(good);
    free(pipe);
}

static void make_cycle(void)
{
    hid_t file = begin("cycle.weights.h5");

    make_group(file, "/layers/lstm");
    must(H5Lcreate_hard(file, "/", file, "/layers/lstm/cell", H5P_DEFAULT, H5P_DEFAULT));
    must(H5Lcreate_hard(file, "/", file, "/layers/again", H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
}

static void make_crowd(void)
{
    hid_t file = begin("crowd.weights.h5");

    make_group(file, "/layers/vars");
    for (int i = 0; i < 4097; i++) {
        char name[32];
        snprintf(name, sizeof name, "/layers/vars/%d", i);
        must(H5Lcreate_hard(file, "/", file, name, H5P_DEFAULT, H5P_DEFAULT));
    }
    H5Fclose(file);
}

void make_links(void)
{
    make_soft();
    make_external();
    make_cycle();
    make_crowd();
    H5Fclose(begin("nothing.h5"));
}
