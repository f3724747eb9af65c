#include "readings.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "files/file.h"
#include "files/h5_write.h"

const char *const reading_names[READINGS] = {
    [READING_PREDICT] = "predict",
    [READING_EVAL] = "eval",
    [READING_INSPECT] = "inspect",
    [READING_VERIFY] = "inspect --verify",
    [READING_IMPORT] = "import",
    [READING_EXPORT_KERAS] = "export --to keras",
    [READING_EXPORT_ONNX] = "export --to onnx",
    [READING_EXPORT_C] = "export --to c",
    [READING_SEAL] = "seal",
    [READING_TRAIN] = "train",
    [READING_RESUME] = "train --resume",
    [READING_LIBRARY] = "library",
};

#define RUN                                                                              \
    "--batch-size 8 --units 2 --embedding 2 --dense 2 --monitor val_acc "                \
    "--validation-split 0.25 --isa baseline --quiet"
#define RESUMED "--resume --epochs 3 --allow-other-bits " RUN " --run-dir run"
#define BEGUN "--epochs 1 " RUN " --overwrite --run-dir new"

/* What is typed for files of ours, for data sets where that is another thing, and for
 * models of Keras; @ stands for what is read. */
static const struct {
    const char *ours, *dataset, *keras;
} lines[READINGS] = {
    [READING_PREDICT] = {"predict @ texts --jsonl", NULL,
                         "predict @ texts --tokenizer tokenizer.json --maxlen 7"},
    [READING_EVAL] = {"eval @ data.h5 --part train",
                      "eval model.h5 @ --part train --rows out.csv",
                      "eval @ data.h5 --part train"},
    [READING_INSPECT] = {"inspect @", NULL, NULL},
    [READING_VERIFY] = {"inspect @ --verify", NULL, NULL},
    [READING_IMPORT] = {"import @ -o out.h5", NULL, "import @ -o out.h5 --maxlen 7"},
    [READING_EXPORT_KERAS] = {"export @ -o out.keras", NULL,
                              "export @ -o out.keras --maxlen 7"},
    [READING_EXPORT_ONNX] = {"export @ --to onnx -o out.onnx", NULL,
                             "export @ --to onnx -o out.onnx --maxlen 7"},
    [READING_EXPORT_C] = {"export @ --to c -o out.c", NULL,
                          "export @ --to c -o out.c --maxlen 7 --tokenizer "
                          "tokenizer.json"},
    [READING_SEAL] = {"seal @ -o out.h5", NULL, NULL},
    [READING_TRAIN] = {"train data.h5 --init-from @ " BEGUN, "train @ " BEGUN,
                       "train data.h5 --init-from @ " BEGUN},
    [READING_RESUME] = {"train data.h5 " RESUMED, "train @ " RESUMED, NULL},
    [READING_LIBRARY] = {NULL, NULL, NULL},
};

const char *readings_path(enum mutant_kind kind)
{
    return kind == MUTANT_KERAS_ZIP ? "given.keras" : "given.h5";
}

const char *const *readings_arguments(enum reading reading, enum mutant_kind kind)
{
    static const char *arguments[READINGS_MOST_ARGUMENTS];
    static char line[512];
    const char *typed = lines[reading].ours;
    size_t n = 0;

    if (kind == MUTANT_DATASET && lines[reading].dataset)
        typed = lines[reading].dataset;
    if (kind >= MUTANT_KERAS_H5 && lines[reading].keras)
        typed = lines[reading].keras;
    if (!typed)
        return NULL;

    snprintf(line, sizeof line, "%s", typed);
    for (char *at = line; at && n + 1 < COUNT_OF(arguments);) {
        char *end = strchr(at, ' ');
        if (end)
            *end++ = '\0';
        arguments[n++] = strcmp(at, "@") ? at : readings_path(kind);
        at = end;
    }
    arguments[n] = NULL;
    return arguments;
}

static void write_all(const char *path, const char *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    fuzz_check(out && fwrite(bytes, 1, n, out) == n && fclose(out) == 0, path);
}

static void copy(const char *tests, const char *from, const char *to)
{
    char *path = xasprintf("%s/%s", tests, from), *bytes = NULL;
    size_t n = 0;
    fuzz_check(file_read(path, &bytes, &n) == OK, path);
    write_all(to, bytes, n);
    free(bytes);
    free(path);
}

/* A file whose labels nobody may read, as HDF5, as a text, and as a pipe that nobody
 * writes: whoever opens it waits for ever. */
static void make_canaries(void)
{
    static char canary[] = READINGS_CANARY;
    char *labels[] = {canary, canary}, *bytes = NULL;
    size_t n = 0;
    struct h5_writer *file = h5_create();

    h5_write_strings(file, "/labels", COUNT_OF(labels), labels);
    fuzz_check(h5_image_unsealed(file, &bytes, &n) == OK, "a canary");
    write_all("canary.h5", bytes, n);
    write_all("canary.txt", canary, strlen(canary));
    fuzz_check(mkfifo("canary.fifo", 0600) == 0, "a pipe");
    free(bytes);
}

void readings_make_folder(const char *tests, const char *folder)
{
    fuzz_check(chdir(folder) == 0, folder);
    make_canaries();
    copy(tests, "fixtures/records/run/last.h5", "model.h5");
    copy(tests, "fixtures/records/dataset.h5", "data.h5");
    copy(tests, "golden/keras_models/tokenizer.json", "tokenizer.json");
    copy(tests, "fixtures/records/texts.txt", "texts");
    copy(tests, "fixtures/records/run/log.jsonl", "log.jsonl");
}

static void empty(const char *folder)
{
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char *path = xasprintf("%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
            remove(path);
        free(path);
    }
    if (directory)
        closedir(directory);
    fuzz_check(mkdir(folder, 0700) == 0 || errno == EEXIST, folder);
}

void readings_put(enum reading reading, enum mutant_kind kind, const char *bytes,
                  size_t n)
{
    static const char *const written[] = {"out.h5",  "out.keras", "out.onnx",   "out.c",
                                          "out.csv", "given.h5",  "given.keras"};
    for (size_t i = 0; i < COUNT_OF(written); i++)
        remove(written[i]);
    write_all(readings_path(kind), bytes, n);
    if (reading == READING_TRAIN)
        empty("new");
    if (reading != READING_RESUME)
        return;

    empty("run");
    copy(".", "log.jsonl", "run/log.jsonl");
    copy(".", kind == MUTANT_DATASET ? "model.h5" : readings_path(kind), "run/last.h5");
}
