#include "files/build.h"

#include <stdlib.h>

#include <xxhash.h>

#include "base/program.h"
#include "files/file.h"
#include "files/h5_library.h"

int build_id(char text[17])
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = file_read("/proc/self/exe", &bytes, &n);

    if (!rc)
        program_hex(XXH64(bytes, n, 0), text);
    free(bytes);
    return rc;
}

void build_add(json_t *facts, const char *name, char *value)
{
    json_object_set_new(facts, name, json_string(value));
    free(value);
}

json_t *build_facts(void)
{
    json_t *facts = json_object();
    unsigned major = 0, minor = 0, release = 0;
    char id[17];

    build_add(facts, "build", xstrdup(build_id(id) ? "unknown" : id));
#if defined(__clang__)
    build_add(facts, "compiler", xstrdup("clang " __clang_version__));
#else
    build_add(facts, "compiler", xstrdup("gcc " __VERSION__));
#endif
    if (H5get_libversion(&major, &minor, &release) >= 0)
        build_add(facts, "hdf5", xasprintf("%u.%u.%u", major, minor, release));
    return facts;
}
