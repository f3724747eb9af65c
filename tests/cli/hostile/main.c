/* make_hostile_models FOLDER: see hostile.h. FOLDER/pipe is a FIFO: who opens it,
 * waits. */
#include "hostile.h"

#include "base/base.h"

const char *folder;

int main(int argc, char **argv)
{
    if (argc != 2)
        die("expected one folder");
    folder = argv[1];
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);

    make_configurations();
    make_links();
    make_arrays();
    make_moments();
    make_names();
    make_archives();
    return 0;
}
