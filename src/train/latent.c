#include "train/latent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/lanczos.h"
#include "train/linear_private.h"

/* Vectors that pass over all texts at once, and a multiple of how many; how often they
 * pass at least; and dimensions that are searched for each component that is kept. */
enum { BLOCK = 64, MULTIPLE = 16, STEPS = 8, OVERSAMPLING = 2 };

/* Less than that share of the first component's energy is rounding. */
static const double LEAST_ENERGY = 1e-10;

struct latent {
    size_t n_features, n_kept;
    int32_t *place;  /* (n_features) among those kept; -1: left out */
    float *weight;   /* (n_kept) w */
    struct tall map; /* (n_kept, components): from n-grams to components */
    struct tall rows;
};

/* Its inside while it is made. */
struct making {
    struct latent *latent;
    const struct linear_task *task;
    const struct sparse *unlabelled;
    size_t n_rows;            /* labelled rows and the others behind them */
    uint64_t *start;          /* (n_rows + 1) */
    uint32_t *index;          /* of n-grams that are kept */
    struct sparse texts;      /* both */
    int32_t *numbers;         /* (n_rows) 0, 1 .. */
    struct linear_fit fit;    /* has but what the passes need; K: vectors of a block */
    double *inside, *outside; /* (K of the task) ones in rows of a class */
};

static struct linear_ones text_of(const struct making *making, size_t i)
{
    const struct sparse *others = making->unlabelled;
    size_t labelled = (size_t)making->task->n;

    if (i < labelled)
        return linear_row(making->task, i);
    i -= labelled;
    return (struct linear_ones){others->index + others->start[i],
                                (size_t)(others->start[i + 1] - others->start[i])};
}

/* Which n-grams enough texts have. */
static void keep(struct making *making)
{
    struct latent *latent = making->latent;
    size_t least = (making->n_rows + LATENT_SHARE - 1) / LATENT_SHARE;
    uint32_t *texts = xcalloc(latent->n_features, sizeof *texts);

    for (size_t i = 0; i < making->n_rows; i++) {
        struct linear_ones ones = text_of(making, i);
        for (size_t e = 0; e < ones.n; e++)
            texts[ones.index[e]]++;
    }

    latent->place = xcalloc(latent->n_features, sizeof *latent->place);
    for (size_t f = 0; f < latent->n_features; f++) {
        bool is_kept = texts[f] >= LATENT_LEAST && texts[f] >= least;
        latent->place[f] = is_kept ? (int32_t)latent->n_kept++ : -1;
    }
    free(texts);
}

/* All texts as rows of what is kept. */
static void gather_texts(struct making *making)
{
    const int32_t *place = making->latent->place;
    size_t n = 0;

    making->start = xcalloc(making->n_rows + 1, sizeof *making->start);
    making->numbers = xcalloc(making->n_rows, sizeof *making->numbers);
    for (size_t i = 0; i < making->n_rows; i++) {
        struct linear_ones ones = text_of(making, i);
        for (size_t e = 0; e < ones.n; e++)
            n += place[ones.index[e]] >= 0;
        making->start[i + 1] = n;
        making->numbers[i] = (int32_t)i;
    }

    making->index = xcalloc(n + 1, sizeof *making->index);
    for (size_t i = 0, at = 0; i < making->n_rows; i++) {
        struct linear_ones ones = text_of(making, i);
        for (size_t e = 0; e < ones.n; e++)
            if (place[ones.index[e]] >= 0)
                making->index[at++] = (uint32_t)place[ones.index[e]];
    }
    making->texts = (struct sparse){making->n_rows, making->latent->n_kept, making->start,
                                    making->index};
}

/* Ones in labelled rows of each class, and in the others. */
static void count_classes(struct making *making)
{
    const struct linear_task *task = making->task;
    size_t k = (size_t)task->outputs;

    making->inside = xcalloc(k, sizeof *making->inside);
    making->outside = xcalloc(k, sizeof *making->outside);
    for (size_t i = 0; i < (size_t)task->n; i++) {
        double ones = (double)(making->start[i + 1] - making->start[i]);
        for (size_t c = 0; c < k; c++)
            *(linear_is_of(task, i, c) ? &making->inside[c] : &making->outside[c]) +=
                ones;
    }
}

/* |r|, of the class of which feature f of the rank's says most. */
static double ratio_of(const struct making *making, size_t f, double *inside)
{
    const struct linear_task *task = making->task;
    struct linear_ones rows = linear_own(&making->fit.features, f);
    double most = 0;

    while (rows.n > 0 && rows.index[rows.n - 1] >= (uint32_t)task->n) /* unlabelled */
        rows.n--;
    linear_count_inside(task, rows, inside);
    for (size_t c = 0; c < (size_t)task->outputs; c++) {
        double r = linear_log_count((double)rows.n, inside[c], making->inside[c],
                                    making->outside[c], (double)making->latent->n_kept);
        most = fmax(most, fabs(r));
    }
    return most;
}

/* Collective. */
static void weigh(struct making *making)
{
    struct linear_fit *fit = &making->fit;
    const struct linear_share *share = &fit->features;
    double *inside = xcalloc((size_t)making->task->outputs, sizeof *inside);

    count_classes(making);
    fit->idf = xcalloc((size_t)share->blocks * LINEAR_BLOCK, sizeof *fit->idf);
    for (size_t f = 0; f < share_own(share) && share->begin + f + 1 < share->n; f++) {
        double texts = (double)linear_own(share, f).n;
        double idf = fmax(kernels_log((double)making->n_rows / (1 + texts)), 0);
        fit->idf[share->begin + f] =
            (float)(idf * idf * sqrt(sqrt(ratio_of(making, f, inside))));
    }
    comm_gather_blocks(fit->comm, fit->idf, LINEAR_BLOCK * sizeof *fit->idf,
                       share->first);
    linear_take_norms(fit);
    free(inside);
}

/* Vectors over what is kept, which `folded` has with the bias behind them. */
static struct tall of_ngrams(const struct making *making)
{
    return (struct tall){(int32_t)making->latent->n_kept, (int)making->fit.stride,
                         making->fit.folded};
}

/* Vectors over all texts. */
static struct tall of_texts(const struct making *making)
{
    return (struct tall){(int32_t)making->n_rows, (int)making->fit.stride,
                         making->fit.slopes};
}

/* Collective. n-grams = A^T texts, which are overwritten. */
static void project_back(struct making *making)
{
    struct linear_fit *fit = &making->fit;
    const struct linear_share *share = &fit->features;
    size_t n = fit->stride, own = share_own(share);

    for (size_t i = 0; i < making->n_rows * n; i++)
        fit->slopes[i] /= fit->norm[i / n];
    linear_pass_features(fit, fit->product);
    for (size_t i = 0; i < own * n; i++)
        fit->folded[share->begin * n + i] =
            fit->product[i] * fit->idf[share->begin + i / n];
    linear_gather_features(fit);
    memset(fit->folded + making->latent->n_kept * n, 0, n * sizeof *fit->folded);
}

/* Collective. texts = A n-grams, which are weighed by w. */
static void project(struct making *making)
{
    struct linear_fit *fit = &making->fit;
    size_t n = fit->stride, own = share_own(&fit->rows);

    for (size_t i = 0; i < making->latent->n_kept * n; i++)
        fit->folded[i] *= fit->idf[i / n];
    linear_pass_rows(fit);
    memcpy(fit->slopes + fit->rows.begin * n, fit->sums, own * n * sizeof *fit->sums);
    linear_gather_rows(fit);
}

/* to's columns from `at` = from's from `first`, as many as both have; others stay. */
static void copy_columns(const struct tall *from, int first, const struct tall *to,
                         int at)
{
    int left = from->n_columns - first, room = to->n_columns - at;
    size_t n = (size_t)(left < room ? left : room);

    for (size_t i = 0; i < (size_t)to->n_rows; i++)
        memcpy(to->values + i * (size_t)to->n_columns + at,
               from->values + i * (size_t)from->n_columns + first, n * sizeof(float));
}

/* Collective. A lanczos_operator: to = A A^T of. */
static void project_there_and_back(void *context, const struct tall *of, struct tall *to)
{
    struct making *making = context;
    struct tall texts = of_texts(making);

    copy_columns(of, 0, &texts, 0);
    project_back(making);
    project(making);
    copy_columns(&texts, 0, to, 0);
}

/* Collective. The first left singular vectors of all texts. */
static struct tall find_vectors(struct making *making, int width)
{
    int n = (int)making->fit.stride, steps = (OVERSAMPLING * width + n - 1) / n;
    int32_t n_texts = (int32_t)making->n_rows;
    struct tall start = tall_new(n_texts, n), vectors = tall_new(n_texts, width);

    tall_draw(&start, (struct rng){.purpose = RNG_LATENT});
    lanczos_eigenvectors(project_there_and_back, making, &start,
                         steps < STEPS ? STEPS : steps, 1, &vectors);
    free(start.values);
    return vectors;
}

/* Collective. What of n-grams makes the vectors, some at a time, and what all texts make
 * of that. */
static void take_components(struct making *making, const struct tall *vectors)
{
    struct latent *latent = making->latent;
    struct tall texts = of_texts(making), ngrams = of_ngrams(making);

    latent->map = tall_new((int32_t)latent->n_kept, vectors->n_columns);
    latent->rows = tall_new((int32_t)making->n_rows, vectors->n_columns);
    for (int at = 0; at < vectors->n_columns; at += texts.n_columns) {
        copy_columns(vectors, at, &texts, 0);
        project_back(making);
        project(making);
        copy_columns(&ngrams, 0, &latent->map, at);
        copy_columns(&texts, 0, &latent->rows, at);
    }
}

/* Turns the components to the principal axes of all texts' and scales them to a mean
 * square of 1; what is but rounding becomes zero. */
static void whiten(struct latent *latent)
{
    size_t n = (size_t)latent->rows.n_columns;
    double *energy = xcalloc(n, sizeof *energy), *axes = xcalloc(n * n, sizeof *axes);
    double *right = xcalloc(n * n, sizeof *right);

    tall_axes(&latent->rows, 1, energy, axes);
    for (size_t c = 0; c < n && energy[c] > LEAST_ENERGY * energy[0]; c++)
        for (size_t k = 0; k < n; k++)
            right[k * n + c] = axes[c * n + k] * sqrt(latent->rows.n_rows / energy[c]);
    tall_multiply(&latent->rows, 1, right);
    tall_multiply(&latent->map, 1, right);

    free(energy);
    free(axes);
    free(right);
}

/* Collective. What passes over all texts need. */
static void take_room(struct making *making, const struct comm *comm, int width)
{
    struct linear_fit *fit = &making->fit;
    size_t n = (size_t)(width < BLOCK ? width : BLOCK);

    *fit = (struct linear_fit){.comm = comm,
                               .task = {.sparse = &making->texts,
                                        .rows = making->numbers,
                                        .n = (int)making->n_rows,
                                        .kernels = making->task->kernels,
                                        .outputs = (int)n},
                               .outputs = n,
                               .stride = n};
    linear_shares_new(fit);
    fit->sums = xaligned(share_own(&fit->rows) * n, sizeof *fit->sums);
    fit->product = xaligned(share_own(&fit->features) * n, sizeof *fit->product);
    fit->slopes =
        xaligned((size_t)fit->rows.blocks * LINEAR_BLOCK * n, sizeof *fit->slopes);
    fit->folded =
        xaligned((size_t)fit->features.blocks * LINEAR_BLOCK * n, sizeof *fit->folded);
    fit->row = xcalloc(n, sizeof *fit->row);
}

static void release(struct making *making)
{
    struct linear_fit *fit = &making->fit;
    void *const owned[] = {fit->idf,        fit->norm,      fit->sums,
                           fit->product,    fit->slopes,    fit->folded,
                           fit->row,        making->start,  making->index,
                           making->numbers, making->inside, making->outside};

    for (size_t i = 0; i < COUNT_OF(owned); i++)
        free(owned[i]);
    linear_share_free(&fit->rows);
    linear_share_free(&fit->features);
}

struct latent *latent_new(const struct comm *comm, const struct linear_task *task,
                          const struct sparse *unlabelled, int width)
{
    struct latent *latent = xcalloc(1, sizeof *latent);
    struct making making = {.latent = latent, .task = task, .unlabelled = unlabelled};

    latent->n_features = task->sparse->n_features;
    making.n_rows = (size_t)task->n + (unlabelled ? unlabelled->n_rows : 0);
    keep(&making);
    gather_texts(&making);
    width = round_up(width, MULTIPLE);
    take_room(&making, comm, width);
    weigh(&making);

    struct tall vectors = find_vectors(&making, width);
    take_components(&making, &vectors);
    whiten(latent);
    latent->rows.n_rows = (int32_t)task->n; /* no one asks for the others */
    latent->weight = xcalloc(latent->n_kept + 1, sizeof *latent->weight);
    memcpy(latent->weight, making.fit.idf, latent->n_kept * sizeof *latent->weight);
    free(vectors.values);
    release(&making);
    return latent;
}

void latent_free(struct latent *latent)
{
    if (!latent)
        return;
    free(latent->place);
    free(latent->weight);
    free(latent->map.values);
    free(latent->rows.values);
    free(latent);
}

const struct tall *latent_rows(const struct latent *latent)
{
    return &latent->rows;
}

void latent_unfold(const struct latent *latent, int outputs, const float *weights,
                   float *kernel, float *idf)
{
    size_t k = (size_t)outputs, n = (size_t)latent->map.n_columns;

    memset(kernel, 0, latent->n_features * k * sizeof *kernel);
    memset(idf, 0, latent->n_features * sizeof *idf);
    for (size_t f = 0; f < latent->n_features; f++) {
        if (latent->place[f] < 0)
            continue;

        const float *row = latent->map.values + (size_t)latent->place[f] * n;
        idf[f] = latent->weight[latent->place[f]];
        for (size_t c = 0; c < k; c++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += (double)row[i] * (double)weights[i * k + c];
            kernel[f * k + c] = (float)sum;
        }
    }
}
