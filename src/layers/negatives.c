#include "layers/negatives.h"

#include "kernels/kernels.h"

int negatives_number(int vocabulary, int wanted)
{
    int all = vocabulary - 1;

    return all <= 2 * (int64_t)wanted ? all : wanted;
}

void negatives_init(struct negatives *negatives, int vocabulary, int wanted)
{
    *negatives = (struct negatives){.vocabulary = vocabulary,
                                    .n = negatives_number(vocabulary, wanted)};
}

void negatives_layout(struct negatives *negatives, struct arena *arena)
{
    size_t n = (size_t)negatives->n, vocabulary = (size_t)negatives->vocabulary;

    negatives->ids = arena_take(arena, n, sizeof *negatives->ids);
    negatives->chance = arena_take(arena, n, sizeof *negatives->chance);
    negatives->place = arena_take(arena, vocabulary, sizeof *negatives->place);
}

/* Of word k, q. */
static double law(int vocabulary, int32_t k)
{
    return (kernels_log((double)k + 1) - kernels_log((double)k)) /
           kernels_log((double)vocabulary);
}

double negatives_log_law(int vocabulary, int32_t id)
{
    return kernels_log(law(vocabulary, id));
}

static void forget(struct negatives *negatives)
{
    for (int i = 0; i < negatives->n; i++)
        negatives->place[negatives->ids[i]] = 0;
}

static void take(struct negatives *negatives, int i, int32_t id)
{
    negatives->ids[i] = id;
    negatives->place[id] = i + 1;
}

static void take_all(struct negatives *negatives)
{
    for (int i = 0; i < negatives->n; i++) {
        take(negatives, i, i + 1);
        negatives->chance[i] = 1;
    }
}

/* The inverse of the law's distribution, log(k + 1) / log(V). */
static int32_t draw_one(const struct negatives *negatives, const struct rng *rng,
                        uint32_t draw)
{
    double u = rng_uniform(rng, draw), range = kernels_log(negatives->vocabulary);
    int32_t id = (int32_t)kernels_exp(u * range), last = negatives->vocabulary - 1;

    return id < 1 ? 1 : id > last ? last : id;
}

void negatives_draw(struct negatives *negatives, const struct rng *rng)
{
    uint32_t n_draws = 0;

    forget(negatives);
    if (negatives->n == negatives->vocabulary - 1) {
        take_all(negatives);
        return;
    }

    for (int i = 0; i < negatives->n; n_draws++) {
        int32_t id = draw_one(negatives, rng, n_draws);
        if (negatives->place[id] == 0)
            take(negatives, i++, id);
    }
    for (int i = 0; i < negatives->n; i++) {
        double missed = kernels_log(1 - law(negatives->vocabulary, negatives->ids[i]));
        negatives->chance[i] = 1 - kernels_exp(n_draws * missed);
    }
}
