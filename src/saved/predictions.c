#include "saved/predictions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/h5_write.h"

enum { VERSION = 1 };
static const char kind_name[] = "predictions";

/* Of a part. */
enum array { ROW, LABEL, DECIDED, PROBABILITIES, ARRAYS };

static const char *const array_names[ARRAYS] = {
    [ROW] = "row",
    [LABEL] = "label",
    [DECIDED] = "decided",
    [PROBABILITIES] = "probabilities",
};

struct path {
    char text[64];
};

static struct path path_of(enum dataset_part part, enum array array)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "/%s/%s", dataset_part_names[part],
             array_names[array]);
    return path;
}

static struct path group_of(enum dataset_part part)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "/%s", dataset_part_names[part]);
    return path;
}

void predictions_take_room(struct predictions *predictions, enum dataset_part part, int n)
{
    struct predictions_part *taken = &predictions->part[part];
    size_t rows = (size_t)n, values = rows * (size_t)predictions->n_labels;

    taken->n = n;
    taken->row = xcalloc(rows + 1, sizeof *taken->row);
    taken->probabilities = xcalloc(values + 1, sizeof *taken->probabilities);
    if (predictions->multi_label) {
        taken->labels = xcalloc(values + 1, sizeof *taken->labels);
        return;
    }
    taken->label = xcalloc(rows + 1, sizeof *taken->label);
    taken->decided = xcalloc(rows + 1, sizeof *taken->decided);
}

void predictions_round(const double *probabilities, int n_labels, float *rounded)
{
    for (int c = 0; c < n_labels; c++) {
        rounded[c] = (float)probabilities[c];
        if (probabilities[c] > 0.5 && rounded[c] <= 0.5F)
            rounded[c] = nextafterf(0.5F, 1);
    }
}

static void write_part(struct h5_writer *file, const struct predictions *predictions,
                       enum dataset_part part)
{
    const struct predictions_part *written = &predictions->part[part];
    size_t shape[] = {(size_t)written->n, (size_t)predictions->n_labels};
    if (written->n == 0)
        return;

    h5_write(file, path_of(part, ROW).text, H5_INT32, 1, shape, written->row, true);
    if (predictions->multi_label)
        h5_write(file, path_of(part, LABEL).text, H5_UINT8, 2, shape, written->labels,
                 true);
    else
        h5_write(file, path_of(part, LABEL).text, H5_INT32, 1, shape, written->label,
                 true);
    if (!predictions->multi_label)
        h5_write(file, path_of(part, DECIDED).text, H5_INT32, 1, shape, written->decided,
                 true);
    h5_write(file, path_of(part, PROBABILITIES).text, H5_FLOAT32, 2, shape,
             written->probabilities, true);

    h5_attribute_text(file, group_of(part).text, "of", dataset_part_names[written->of]);
    h5_attribute_int(file, group_of(part).text, "epoch", written->epoch);
}

static void write_hash(struct h5_writer *file, const char *name, uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    h5_attribute_text(file, "/", name, text);
}

int predictions_write(const struct predictions *predictions,
                      const struct directory *folder)
{
    struct h5_writer *file = h5_create();
    char *bytes = NULL;
    size_t n = 0;

    h5_attribute_text(file, "/", "kind", kind_name);
    h5_attribute_int(file, "/", "version", VERSION);
    h5_attribute_text(file, "/", "which", predictions->which);
    write_hash(file, "data", predictions->data_hash);
    write_hash(file, "weights", predictions->weights);
    h5_attribute_int(file, "/", "multi_label", predictions->multi_label);
    h5_write_strings(file, "/labels", (size_t)predictions->n_labels, predictions->labels);
    for (enum dataset_part part = 0; part < DATASET_PARTS; part++)
        write_part(file, predictions, part);

    int rc = h5_image(file, &bytes, &n);
    if (!rc)
        rc = directory_replace(folder, PREDICTIONS_FILE, bytes, n, false);
    free(bytes);
    return rc;
}

static int read_hash(struct h5 *file, const char *name, uint64_t *hash)
{
    char *text = NULL;
    int rc = h5_read_attribute_text(file, "/", name, &text);
    if (!rc)
        *hash = strtoull(text, NULL, 16);
    free(text);
    return rc;
}

static int check_kind(struct h5 *file)
{
    char *kind = NULL;
    int64_t version = 0;
    int rc = h5_read_attribute_text(file, "/", "kind", &kind);
    if (!rc && strcmp(kind, kind_name) != 0)
        rc = fail(ERR_FORMAT, "%s: it holds \"%s\", expected \"%s\"", h5_path(file), kind,
                  kind_name);
    free(kind);

    if (!rc)
        rc = h5_read_attribute_int(file, "/", "version", &version);
    if (!rc && version != VERSION)
        rc = fail(ERR_FORMAT,
                  "%s: its format has version %lld, this program reads %d: use the one "
                  "that wrote it",
                  h5_path(file), (long long)version, VERSION);
    return rc;
}

static int read_facts(struct h5 *file, struct predictions *predictions)
{
    size_t n = 0;
    int64_t multi_label = 0;
    int rc = check_kind(file);
    if (!rc)
        rc = h5_read_attribute_text(file, "/", "which", &predictions->which);
    if (!rc)
        rc = read_hash(file, "data", &predictions->data_hash);
    if (!rc)
        rc = read_hash(file, "weights", &predictions->weights);
    if (!rc)
        rc = h5_read_attribute_int(file, "/", "multi_label", &multi_label);
    if (!rc)
        rc = h5_read_strings(file, "/labels", &n, &predictions->labels);
    if (rc)
        return rc;

    predictions->n_labels = (int)n;
    predictions->multi_label = multi_label != 0;
    if (n < 2 || n > FACTS_MOST_LABELS)
        return fail(ERR_FORMAT, "%s: /labels has %zu names, expected 2 to %d",
                    h5_path(file), n, FACTS_MOST_LABELS);
    return OK;
}

/* Of the rows there are, and of which part. */
static int read_frame(struct h5 *file, enum dataset_part part,
                      struct predictions_part *read, size_t *n)
{
    struct path rows = path_of(part, ROW), group = group_of(part);
    size_t shape[H5_MAX_RANK] = {0};
    enum h5_type type;
    char *of = NULL;
    int n_dims = 0;
    int64_t epoch = 0;

    int rc = h5_shape(file, rows.text, &type, &n_dims, shape);
    if (!rc)
        rc = h5_read_attribute_text(file, group.text, "of", &of);
    if (!rc)
        rc = h5_read_attribute_int(file, group.text, "epoch", &epoch);
    if (rc) {
        free(of);
        return rc;
    }

    *n = shape[0];
    read->epoch = (int)epoch;
    for (enum dataset_part p = 0; p < DATASET_PARTS; p++)
        if (!strcmp(of, dataset_part_names[p]))
            read->of = p;
    free(of);
    return OK;
}

/* Classes within range: an index of them is used as one. */
static int check_classes(const char *path, const char *array, const int32_t *classes,
                         const struct predictions *predictions, int n)
{
    for (int i = 0; i < n; i++)
        if (classes[i] < 0 || classes[i] >= predictions->n_labels)
            return fail(ERR_FORMAT, "%s: %s, row %d: %d is no class, there are %d", path,
                        array, i, classes[i], predictions->n_labels);
    return OK;
}

static int check_values(const char *path, const struct predictions *predictions,
                        enum dataset_part part)
{
    const struct predictions_part *read = &predictions->part[part];
    size_t values = (size_t)read->n * (size_t)predictions->n_labels;
    struct path label = path_of(part, LABEL), decided = path_of(part, DECIDED);
    int rc = OK;

    for (int i = 0; i < read->n && !rc; i++)
        if (read->row[i] < 0 || (i > 0 && read->row[i] <= read->row[i - 1]))
            rc = fail(ERR_FORMAT, "%s: %s, row %d: numbers must ascend from 0 on", path,
                      path_of(part, ROW).text, i);
    for (size_t i = 0; i < values && !rc; i++)
        if (!(read->probabilities[i] >= 0 && read->probabilities[i] <= 1)) /* or NaN */
            rc = fail(ERR_FORMAT, "%s: %s: %g is no probability", path,
                      path_of(part, PROBABILITIES).text, (double)read->probabilities[i]);
    for (size_t i = 0; i < values && read->labels && !rc; i++)
        if (read->labels[i] > 1)
            rc = fail(ERR_FORMAT, "%s: %s: %d is neither 0 nor 1", path, label.text,
                      read->labels[i]);

    if (!rc && read->label)
        rc = check_classes(path, label.text, read->label, predictions, read->n);
    if (!rc && read->decided)
        rc = check_classes(path, decided.text, read->decided, predictions, read->n);
    return rc;
}

static int read_part(struct h5 *file, struct predictions *predictions,
                     enum dataset_part part)
{
    struct predictions_part *read = &predictions->part[part];
    struct path row = path_of(part, ROW), label = path_of(part, LABEL),
                decided = path_of(part, DECIDED), all = path_of(part, PROBABILITIES);
    size_t n = 0, classes = (size_t)predictions->n_labels;
    int rc = read_frame(file, part, read, &n);
    if (!rc && n > PREDICTIONS_MOST / classes)
        rc = fail(ERR_FORMAT, "%s: /%s has %zu rows of %zu classes, too many",
                  h5_path(file), dataset_part_names[part], n, classes);
    if (rc)
        return rc;

    const size_t shape[] = {n, classes};
    predictions_take_room(predictions, part, (int)n);
    rc = h5_read(file, row.text, H5_INT32, 1, shape, read->row);
    if (!rc && predictions->multi_label)
        rc = h5_read(file, label.text, H5_UINT8, 2, shape, read->labels);
    else if (!rc)
        rc = h5_read(file, label.text, H5_INT32, 1, shape, read->label);
    if (!rc && !predictions->multi_label)
        rc = h5_read(file, decided.text, H5_INT32, 1, shape, read->decided);
    if (!rc)
        rc = h5_read(file, all.text, H5_FLOAT32, 2, shape, read->probabilities);
    return rc ? rc : check_values(h5_path(file), predictions, part);
}

static int read_all(struct h5 *file, struct predictions *predictions)
{
    int rc = read_facts(file, predictions);

    for (enum dataset_part part = 0; part < DATASET_PARTS && !rc; part++) {
        if (h5_exists(file, path_of(part, ROW).text))
            rc = read_part(file, predictions, part);
    }
    return rc;
}

int predictions_read(const char *path, struct predictions *predictions)
{
    struct predictions read = {.which = NULL};
    struct h5 *file = NULL;
    int rc = h5_open(path, &file);
    if (!rc)
        rc = read_all(file, &read);
    h5_close(file);

    if (rc)
        predictions_release(&read);
    else
        *predictions = read;
    return rc;
}

void predictions_release(struct predictions *predictions)
{
    for (int p = 0; p < DATASET_PARTS; p++) {
        struct predictions_part *part = &predictions->part[p];
        free(part->row);
        free(part->label);
        free(part->decided);
        free(part->labels);
        free(part->probabilities);
    }
    if (predictions->labels)
        h5_free_texts((size_t)predictions->n_labels, predictions->labels);
    free(predictions->which);
    *predictions = (struct predictions){.which = NULL};
}
