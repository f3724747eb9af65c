#include "layers/embedding.h"

#include "layers/initial.h"

/* Embedding(V, E): y[t] = table[id t]. The gradient of the table is added to, row by row
 * of the lane's ids; whoever owns the flat array has cleared it. Source: Keras
 * Embedding. */
struct embedding_layer {
    struct layer layer;
    const real *table;                 /* (V, E), borrowed: the weights as they stand */
    const struct position_bits *drop;  /* of the Dropout above; NULL: there is none */
    struct perturbation *perturbation; /* borrowed; NULL: none */
};

static struct embedding_layer *of(struct layer *layer)
{
    return (struct embedding_layer *)layer;
}

static const struct embedding_layer *const_of(const struct layer *layer)
{
    return (const struct embedding_layer *)layer;
}

struct layer *embedding_below(const struct layer *layer)
{
    struct layer *below = layer->below;

    if (below && below->config->kind == LAYER_DROPOUT)
        below = below->below;
    return below && below->config->kind == LAYER_EMBEDDING ? below : NULL;
}

void embedding_set_dropout(struct layer *embedding, const struct position_bits *bits)
{
    of(embedding)->drop = bits;
}

bool embedding_drops(const struct layer *embedding, const struct pass *pass)
{
    return pass->trains && const_of(embedding)->drop;
}

void embedding_set_perturbation(struct layer *embedding,
                                struct perturbation *perturbation)
{
    of(embedding)->perturbation = perturbation;
}

bool embedding_varies(const struct layer *embedding, const struct pass *pass)
{
    return embedding_drops(embedding, pass) ||
           (pass->trains && const_of(embedding)->perturbation);
}

/* Where rows of the gradient go, and which row of it each planned position has. */
static real *d_table_of(const struct layer *embedding, const struct pass *pass)
{
    return pass->table ? pass->table->rows : layer_gradient(embedding, pass->gradient, 0);
}

static const int32_t *places_of(const struct pass *pass)
{
    return pass->table ? pass->plans->places : pass->plans->ids;
}

void embedding_perturb(struct layer *embedding, const struct pass *pass)
{
    const struct perturbed_table table = {of(embedding)->table,
                                          d_table_of(embedding, pass), places_of(pass)};

    perturbation_apply(of(embedding)->perturbation, pass->plans,
                       embedding->frame->kernels, &table);
}

/* Where a pass stands; no other than one that trains has stages. */
static bool is_at(const struct embedding_layer *layer, enum perturbation_stage stage)
{
    return layer->perturbation && (layer->perturbation->stage == stage ||
                                   layer->perturbation->stage == PERTURBATION_FOLLOWS);
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)in;
    return (struct outline){chain->length, chain->layer[i].embedding.width};
}

static void tensors(const struct chain_config *chain, int i, struct params *params)
{
    const struct layer_config *layer = &chain->layer[i];

    params_add(params, layer->name, "embeddings", (size_t)chain->vocabulary,
               (size_t)layer->embedding.width);
}

static int shape(struct layer *layer)
{
    const struct chain_config *chain = layer->frame->chain;
    int width = layer->config->embedding.width;

    if (layer->below)
        return fail(ERR_USAGE, "layer %s: an Embedding takes ids, and is the first layer",
                    layer->config->name);
    if (width < 1)
        return fail(ERR_USAGE, "--embedding and --layers must be 1 or more");

    layer->out = (struct shape){
        .length = chain->length,
        .blocks = 1,
        .width = width,
        .row = round_up(width, layer->frame->kernels->width),
        .skipped = SKIPPED_PADS,
        .alike = chain->pad_pre && !layer->frame->mask,
    };
    return OK;
}

void embedding_init_rows(const struct layer *layer, uint64_t seed, size_t first, size_t n,
                         real *weights)
{
    const struct tensor *table = &layer->frame->params->tensors[layer->first_tensor];
    const struct rng rng = init_stream(seed, layer->first_tensor);
    size_t width = table->shape[1], at = first * width;

    layer->frame->kernels->uniform(&rng, (uint32_t)at, n * width, 0.05,
                                   weights + table->offset + at);
}

static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    const struct tensor *table = &layer->frame->params->tensors[layer->first_tensor];

    embedding_init_rows(layer, seed, 0, table->shape[0], weights);
}

static void pack(struct layer *layer, const real *weights)
{
    of(layer)->table = layer_weights(layer, weights, 0);
}

/* The embeddings that step s reads, and those of the step after it, `ahead` being 1, or
 * before it, -1; `all` are the ids in the order of the plans. */
static struct embedding at_step(const struct embedding_layer *layer,
                                const struct pass *pass, const struct steps *steps, int s,
                                int ahead, const int32_t *all)
{
    const size_t *slot = pass->plans->all.slot;
    int t = steps_time(steps, s), next = s + ahead;
    bool ends = next < 0 || next >= steps->length;
    struct embedding e = {
        .n = steps->active[s],
        .width = layer->layer.out.width,
        .ids = all + slot[t],
        .scale = 1,
        .n_next = ends ? 0 : steps->active[next],
        .next = ends ? NULL : all + slot[steps_time(steps, next)],
    };

    if (embedding_drops(&layer->layer, pass)) {
        e.bits = layer->drop->bits + (size_t)t * layer->drop->position;
        e.bits_row = layer->drop->row;
        e.scale = (real)(1 / (1 - layer->drop->rate));
    }
    return e;
}

static void pull(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, real *x, size_t row)
{
    const struct embedding_layer *own = of(layer);
    bool moved = is_at(own, PERTURBATION_APPLIES);
    struct embedding e = at_step(own, pass, steps, s, 1,
                                 moved ? own->perturbation->slots : pass->plans->ids);

    layer->frame->kernels->embed(&e, moved ? own->perturbation->vectors : own->table, x,
                                 row);
}

static void push(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, const real *dx, size_t row)
{
    const struct embedding_layer *own = of(layer);
    bool collects = is_at(own, PERTURBATION_COLLECTS);
    struct embedding e = at_step(own, pass, steps, s, -1,
                                 collects ? own->perturbation->slots : places_of(pass));

    layer->frame->kernels->embed_backward(
        &e, dx, row, collects ? own->perturbation->d_vectors : d_table_of(layer, pass));
}

void embedding_look_up(const struct layer *embedding, const int32_t *ids, int n, real *x,
                       size_t row)
{
    struct embedding words = {.n = n, .width = embedding->out.width, .ids = ids};

    embedding->frame->kernels->embed(&words, const_of(embedding)->table, x, row);
}

void embedding_add_gradient(const struct layer *embedding, const int32_t *ids, int n,
                            const real *dx, size_t row, const struct pass *pass)
{
    enum { SOME = 256 };
    const struct kernels *kernels = embedding->frame->kernels;
    int32_t places[SOME];

    /* last to first, as the kernel goes through those of a call */
    for (int end = n; end > 0;) {
        int first = end > SOME && pass->table ? end - SOME : 0;
        struct embedding words = {
            .n = end - first, .width = embedding->out.width, .ids = ids + first};
        for (int i = first; i < end && pass->table; i++)
            places[i - first] = (int32_t)table_rows_place(pass->table, (size_t)ids[i]);
        if (pass->table)
            words.ids = places;
        kernels->embed_backward(&words, dx + (size_t)first * row, row,
                                d_table_of(embedding, pass));
        end = first;
    }
}

static const char *const words[] = {"embedding", NULL};

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    int rc = stack_take_count(item, "width", LAYER_MOST_UNITS, &layer->embedding.width);

    chain->mask = stack_take_word(item, "mask");
    return rc ? rc : stack_end(item, "its width, mask");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    return xasprintf("embedding:%d%s", layer->embedding.width,
                     chain->mask ? ":mask" : "");
}

const struct layer_ops embedding_layer = {
    .size = sizeof(struct embedding_layer),
    .name = "embedding",
    .words = words,
    .read_words = read_words,
    .write_words = write_words,
    .outline = outline,
    .tensors = tensors,
    .shape = shape,
    .init = init,
    .pack = pack,
    .share = pack,
    .pull = pull,
    .push = push,
};
