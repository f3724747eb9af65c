#include "mutant_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "files/file.h"
#include "files/zip.h"

const char *const mutant_names[MUTANT_ALL_KINDS] = {
    [MUTANT_CHECKPOINT] = "checkpoint",   [MUTANT_DATASET] = "data set",
    [MUTANT_KERAS_H5] = "Keras .h5",      [MUTANT_KERAS_ZIP] = "Keras .keras",
    [MUTANT_PREDICTIONS] = "predictions",
};

enum { MOST_GOOD = 8 };

/* Good files by their paths in tests/. */
static const struct {
    const char *path[MOST_GOOD];
} good[MUTANT_ALL_KINDS] = {
    [MUTANT_CHECKPOINT] = {{"fixtures/records/run/last.h5",
                            "fixtures/records/run/best.h5", "fixtures/checkpoint_v1.h5",
                            "fixtures/linear.h5", "fixtures/ensemble.h5",
                            "fixtures/decided.h5"}},
    [MUTANT_DATASET] = {{"fixtures/records/dataset.h5", "fixtures/dataset_v1.h5",
                         "fixtures/dataset_ngrams.h5", "fixtures/dataset_notes.h5"}},
    [MUTANT_KERAS_H5] = {{"golden/keras_models/keras_lstm.h5",
                          "golden/keras_models/tf_keras_lstm.h5",
                          "golden/keras_models/keras_hard.h5",
                          "golden/keras_models/tf_keras_frozen.h5",
                          "golden/keras_models/keras_weights.weights.h5",
                          "golden/keras_models/tf_keras_weights.weights.h5"}},
    [MUTANT_KERAS_ZIP] = {{"golden/keras_models/keras_chain.keras",
                           "golden/keras_models/tf_keras_chain.keras",
                           "golden/keras_models/keras_stack.keras",
                           "golden/keras_models/tf_keras_stack.keras"}},
    [MUTANT_PREDICTIONS] = {{"fixtures/predictions.h5"}},
};

static struct image images[MUTANT_ALL_KINDS][MOST_GOOD];
static size_t n_images[MUTANT_ALL_KINDS];
static const char *elsewhere_stem;

static struct image read_image(const char *tests, const char *name)
{
    struct image image = {NULL, 0};
    char *path = xasprintf("%s/%s", tests, name);

    fuzz_check(file_read(path, &image.bytes, &image.n) == OK, path);
    if (file_has_seal(image.bytes, image.n))
        image.n -= FILE_TRAILER_BYTES;
    free(path);
    return image;
}

void mutant_begin(const char *tests, const char *elsewhere)
{
    elsewhere_stem = elsewhere;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);

    for (int kind = 0; kind < MUTANT_ALL_KINDS; kind++)
        for (size_t i = 0; i < MOST_GOOD && good[kind].path[i]; i++)
            images[kind][n_images[kind]++] = read_image(tests, good[kind].path[i]);
}

const char *mutant_elsewhere(const char *extension)
{
    static char *path;
    free(path);
    path = xasprintf("%s%s", elsewhere_stem, extension);
    return path;
}

size_t mutant_below(struct fuzz *input, size_t n)
{
    size_t low = fuzz_byte(input);
    return (low | (size_t)fuzz_byte(input) << 8) % n;
}

void mutant_change_hdf5(struct image *image, struct fuzz *input)
{
    if (mutant_has_members(image) && fuzz_below(input, 2))
        mutant_change_member(image, input);
    int n_by_hdf5 = fuzz_below(input, 3), n_behind = fuzz_below(input, 3);

    if (fuzz_below(input, 16) == 15)
        mutant_write_as_latest(image);
    for (; n_by_hdf5 > 0; n_by_hdf5--) {
        if (fuzz_below(input, 3) == 0)
            mutant_change_texts(image, input);
        else
            mutant_change_objects(image, input);
    }
    for (; n_behind > 0; n_behind--) {
        if (fuzz_below(input, 3) == 0)
            mutant_change_bytes(image, input);
        else
            mutant_change_fields(image, input);
    }
}

/* An entry of a .keras file: its JSON or its HDF5 is another. */
static void change_entry(struct zip_entry *entry, struct fuzz *input)
{
    struct image image = {(char *)(uintptr_t)entry->bytes, entry->n};

    if (strstr(entry->name, ".json")) {
        char *json = mutant_change_json(image.bytes, input);
        free(image.bytes);
        image = (struct image){json, strlen(json)};
    } else {
        mutant_change_hdf5(&image, input);
    }
    entry->bytes = image.bytes;
    entry->n = image.n;
}

static void change_zip(struct image *image, struct fuzz *input)
{
    static const char *const names[] = {"config.json", "metadata.json",
                                        "model.weights.h5"};
    struct zip_entry entries[COUNT_OF(names) + 1];
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *bytes = NULL;
        fuzz_check(zip_read("good", image->bytes, image->n, names[i], SIZE_MAX, &bytes,
                            &entries[n].n) == OK,
                   names[i]);
        entries[n].name = names[i];
        entries[n++].bytes = bytes;
    }

    for (int changes = fuzz_below(input, 4); changes > 0; changes--)
        change_entry(&entries[mutant_below(input, n)], input);
    if (fuzz_below(input, 8) == 7) /* one is missing */
        free((void *)(uintptr_t)entries[--n].bytes);

    free(image->bytes);
    zip_write(entries, n, &image->bytes, &image->n);
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)entries[i].bytes);
    for (int changes = fuzz_below(input, 3); changes > 0; changes--)
        mutant_change_bytes(image, input);
}

/* Those of LeakSanitizer, where it is there: what HDF5 loses of files that it cannot
 * change is its own affair. */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static void change_image(enum mutant_kind kind, struct image *image, struct fuzz *input)
{
    if (__lsan_disable)
        __lsan_disable();
    if (kind == MUTANT_KERAS_ZIP)
        change_zip(image, input);
    else
        mutant_change_hdf5(image, input);
    if (__lsan_enable)
        __lsan_enable();
}

char *mutant_make(enum mutant_kind kind, bool sealed, struct fuzz *input, size_t *n)
{
    const struct image *from = &images[kind][mutant_below(input, n_images[kind])];
    struct image image = {xcalloc(from->n + 1, 1), from->n};
    memcpy(image.bytes, from->bytes, from->n);

    change_image(kind, &image, input);
    if (sealed) {
        image.bytes = xrealloc(image.bytes, image.n + FILE_TRAILER_BYTES, 1);
        file_seal(image.bytes, image.n);
        image.n += FILE_TRAILER_BYTES;
    }
    *n = image.n;
    return image.bytes;
}
