#include "export/c/curves.h"

static const char *const names[] = {ACTIVATION_LIST(ACTIVATION_NAME)};

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    fprintf(out, "Activation(%s)", names[layer->activation.how]);
}

static void call(FILE *out, const struct c_place *place)
{
    size_t length = place->in.length ? (size_t)place->in.length : 1;

    c_call_curve(out, place->layer->activation.how, place->layer->activation.alpha,
                 place->x, length * (size_t)place->in.width, place->y);
}

const struct c_kind c_elementwise = {.describe = describe, .call = call};
