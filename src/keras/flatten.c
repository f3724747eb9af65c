#include "keras/dense.h"

#include <string.h>

/* One vector a row is flat already. */
static int read_flatten(struct keras_reading *reading, const struct keras_layer *layer)
{
    struct keras_part *part = NULL;

    if (!reading->has_steps)
        return OK;
    int rc = keras_check_steps(reading, layer);
    reading->has_steps = false;
    return rc ? rc : keras_add_part(reading, layer, LAYER_FLATTEN, &part);
}

static json_t *write_flatten(const struct chain_config *chain,
                             const struct layer_config *layer)
{
    (void)chain;
    return keras_object("Flatten", keras_named(layer->name));
}

static const struct keras_class classes[] = {
    {"Flatten", "flatten", KERAS_ROLE_LAYER, LAYER_FLATTEN}};

const struct keras_kind keras_flatten = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_flatten,
    .write = write_flatten,
};

/* What the parts below give of rows of that length. */
static struct outline outline_below(const struct keras_reading *reading,
                                    const struct keras_part *flatten, int length)
{
    struct chain_config chain = reading->model->config;

    chain.length = length;
    chain.n_layers = 0;
    for (const struct keras_part *part = reading->parts; part < flatten; part++)
        chain.layer[chain.n_layers++] = part->config;
    return chain_outline(&chain, chain.n_layers - 1);
}

/* Windows give the same of rows of several lengths. */
static bool has_windows(const struct keras_reading *reading,
                        const struct keras_part *flatten)
{
    for (const struct keras_part *part = reading->parts; part < flatten; part++)
        if (part->config.kind == LAYER_CONV || part->config.kind == LAYER_WINDOW)
            return true;
    return false;
}

/* Sets the length of rows that the kernel says. */
static int find_length(struct keras_reading *reading, const struct keras_part *flatten,
                       const struct keras_part *dense)
{
    size_t step = (size_t)outline_below(reading, flatten, 1).width;
    size_t rows = dense->array[0][0]->shape[0];

    if (has_windows(reading, flatten)) {
        reading->model->config.length = reading->hints->maxlen;
        return reading->hints->maxlen
                   ? OK
                   : keras_refuse(reading, flatten->layer,
                                  "stands behind windows, so nothing says how long rows "
                                  "are: --maxlen does");
    }
    if (rows % step)
        return keras_refuse(reading, dense->layer,
                            "has a kernel of %zu rows: expected a multiple of the %zu "
                            "numbers that the layer below gives a position (two "
                            "directions count both: merge_mode concat)",
                            rows, step);
    if (rows / step <= FACTS_MOST_LENGTH)
        reading->model->config.length = (int)(rows / step);
    return OK;
}

int keras_flatten_length(struct keras_reading *reading, const struct keras_part *flatten,
                         const struct keras_part *dense)
{
    const struct chain_config *chain = &reading->model->config;
    size_t rows = dense->array[0][0]->shape[0];

    int rc = chain->length ? OK : find_length(reading, flatten, dense);
    if (rc)
        return rc;

    struct outline below = outline_below(reading, flatten, chain->length);
    if (chain->length > 0 && rows > 0 &&
        rows == (size_t)below.length * (size_t)below.width)
        return OK;
    return keras_refuse(reading, dense->layer,
                        "has a kernel of %zu rows: expected those of %d positions of "
                        "%d numbers",
                        rows, below.length, below.width);
}
