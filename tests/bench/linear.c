/* bench_linear TRAIN TEST [C [SCALING [TOLERANCE]]]: seconds of a fit, and the accuracy
 * of its weights. Files: rows, features and classes, uint64_t each, then start (rows + 1)
 * uint64_t, index uint32_t, and classes (rows) int32_t. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "train/linear_fit.h"

struct file {
    struct sparse sparse;
    struct rows labels;
    size_t n_classes;
};

static void *take(FILE *from, size_t n, size_t size)
{
    void *to = xcalloc(n, size);
    if (fread(to, size, n, from) != n)
        die("a file is too short");
    return to;
}

static struct file read_file(const char *path)
{
    FILE *from = fopen(path, "rb");
    if (!from)
        die("%s: cannot be read", path);

    uint64_t *sizes = take(from, 3, sizeof *sizes);
    uint64_t *start = take(from, sizes[0] + 1, sizeof *start);
    uint32_t *index = take(from, start[sizes[0]], sizeof *index);
    struct file file = {
        .sparse = {sizes[0], sizes[1], start, index},
        .labels = {.n = (int)sizes[0], .y = take(from, sizes[0], sizeof(int32_t))},
        .n_classes = sizes[2]};
    free(sizes);
    fclose(from);
    return file;
}

static double accuracy(const struct file *file, const float *kernel, const float *bias,
                       const float *idf, size_t k)
{
    int correct = 0;

    for (size_t i = 0; i < file->sparse.n_rows; i++) {
        size_t best = 0;
        double most = -1e300;
        for (size_t c = 0; c < k; c++) {
            double sum = 0, square = 0;
            for (uint64_t e = file->sparse.start[i]; e < file->sparse.start[i + 1]; e++) {
                sum += (double)kernel[file->sparse.index[e] * k + c];
                square += (double)idf[file->sparse.index[e]] *
                          (double)idf[file->sparse.index[e]];
            }
            sum = sum / (square > 0 ? sqrt(square) : 1) + (double)bias[c];
            if (sum > most) {
                most = sum;
                best = c;
            }
        }
        correct += file->labels.y[i] == (k == 1 ? most > 0 : (int)best);
    }
    return (double)correct / (double)file->sparse.n_rows;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        die("bench_linear TRAIN TEST [C [SCALING [TOLERANCE]]]");
    struct comm comm = {0};
    comm_init(&comm);

    struct file train = read_file(argv[1]), test = read_file(argv[2]);
    size_t k = train.n_classes == 2 ? 1 : train.n_classes;
    int32_t *rows = xcalloc(train.sparse.n_rows, sizeof *rows);
    for (size_t i = 0; i < train.sparse.n_rows; i++)
        rows[i] = (int32_t)i;

    const struct kernels *kernels = NULL;
    if (kernels_select("auto", &kernels))
        die("%s", fail_message());
    struct linear_task task = {.loss = k == 1 ? LOSS_BINARY : LOSS_CATEGORICAL,
                               .outputs = (int)k,
                               .kernels = kernels,
                               .sparse = &train.sparse,
                               .labels = &train.labels,
                               .rows = rows,
                               .n = (int)train.sparse.n_rows,
                               .scaling = argc > 4 ? (enum linear_scaling)atoi(argv[4])
                                                   : SCALING_LOG_COUNT};
    struct linear_stop stop = {.tolerance = argc > 5 ? atof(argv[5]) : LINEAR_TOLERANCE};
    float *kernel = xcalloc(train.sparse.n_features * k, sizeof *kernel);
    float *idf = xcalloc(train.sparse.n_features, sizeof *idf);
    float *bias = xcalloc(k, sizeof *bias);
    struct linear_fit *fit = NULL;

    double began = seconds_now(), cpu = (double)clock() / CLOCKS_PER_SEC;
    if (linear_fit_new(&comm, &task, &fit))
        die("%s", fail_message());
    double made = seconds_now() - began;
    linear_fit_begin(fit, kernel, bias);
    (void)linear_fit_run(fit, argc > 3 ? atof(argv[3]) : 1, &stop, kernel, bias);
    double seconds = seconds_now() - began;
    linear_fit_idf(fit, idf);

    struct linear_effort effort = linear_fit_effort(fit);
    if (comm.rank == 0)
        printf("%.2f s (%.2f to set up; processor %.2f)  %d steps, %d passes  objective "
               "%.4f  acc %.5f\n",
               seconds, made, (double)clock() / CLOCKS_PER_SEC - cpu, effort.newton_steps,
               effort.passes, effort.objective, accuracy(&test, kernel, bias, idf, k));
    linear_fit_free(fit);
    comm_finalize(&comm);
    return 0;
}
