/* The state of an optimizer. */
#include "hostile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"

/* Adam's state of the model: the steps, then first and second moments. */
static void make_state(const char *name, float steps, float first, float second)
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

void make_moments(void)
{
    make_state("moments.h5", 5, 0.1F, 0.2F);
    make_state("moments_nan.h5", 5, NAN, 0.2F);
    make_state("moments_negative.h5", 5, 0.1F, -0.2F);
    make_state("moments_steps.h5", 1e38F, 0.1F, 0.2F);
}
