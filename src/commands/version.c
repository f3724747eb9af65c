/* rnntrain --version */
#include "commands/version.h"

#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "files/build.h"
#include "kernels/kernels.h"
#include "kernels/sets.h"
#include "ranks/comm.h"

static char *mpi(void)
{
    char *built = comm_built_with(), *found = comm_library();
    bool are_same = !strcmp(built, found);
    char *text = are_same ? xstrdup(found) : xasprintf("%s, built with %s", found, built);
    free(built);
    free(found);
    return text;
}

/* The last of "avx512 float32, OpenBLAS 0.3.21 SkylakeX". */
static char *openblas(const struct kernels *chosen)
{
    static const char name[] = "OpenBLAS ";
    char text[128];
    if (kernels_open_blas())
        return xstrdup("none can be loaded");

    kernels_describe(chosen, text, sizeof text);
    const char *found = strstr(text, name);
    return xstrdup(found ? found + sizeof name - 1 : text);
}

static char *bf16(void)
{
    const struct kernels *kernels = NULL;
    char *name = kernels_name("auto", PRECISION_BF16);
    bool is_native = !kernels_select(name, &kernels) && kernels_are_native(kernels);
    free(name);
    return xstrdup(is_native ? "by the processor's instruction" : "plain C");
}

json_t *version_facts(void)
{
    const struct kernels *chosen = NULL;
    json_t *facts = build_facts();
    char *sets = kernels_sets();

    if (!kernels_select("auto", &chosen))
        build_add(facts, "kernels", xasprintf("%s of %s", chosen->name, sets));
    free(sets);
    build_add(facts, "bf16", bf16());
    if (chosen)
        build_add(facts, "openblas", openblas(chosen));
    build_add(facts, "mpi", mpi());
    build_add(facts, "onnx", xstrdup(export_has_onnx() ? "yes" : "no"));
    return facts;
}
