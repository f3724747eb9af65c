/* rnntrain predict CHECKPOINT [FILE|-] [--jsonl]: one text a line, one judgement a line.
 */
#define _GNU_SOURCE /* getline */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "import_options.h"
#include "rnntrain/predictor.h"

struct settings {
    struct import_settings keras;
    bool jsonl, whole;
    char *isa;
};

static const struct option options[] = {
    {"jsonl", OPTION_BOOL, offsetof(struct settings, jsonl), "false", 0, 0, NULL,
     "print JSON objects with the probabilities of all classes", "Options", true},
    {"whole", OPTION_BOOL, offsetof(struct settings, whole), "false", 0, 0, NULL,
     "the whole input is one text, not one a line", "Options", true},
    {"isa", OPTION_STRING, offsetof(struct settings, isa), "auto", 0, 0, NULL,
     "kernel set", "Options", true},
};

static const struct option_table table = {options,
                                          (int)COUNT_OF(options),
                                          "rnntrain predict",
                                          "CHECKPOINT [FILE|-] [options]",
                                          NULL,
                                          1,
                                          2,
                                          &import_options};

static void print_json(const struct dataset *data, const double *probabilities,
                       int decided)
{
    json_t *root = json_object(), *all = json_object();
    for (int c = 0; c < data->n_labels; c++)
        json_object_set_new(all, data->labels[c], json_real(probabilities[c]));
    json_object_set_new(root, "label", json_string(data->labels[decided]));
    json_object_set_new(root, "probability", json_real(probabilities[decided]));
    json_object_set_new(root, "probabilities", all);
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    puts(text);
    free(text);
    json_decref(root);
}

static void judge(struct predictor *predictor, char **texts, int n,
                  const struct settings *settings)
{
    const struct dataset *data = &predictor->info.data;
    int classes[PREDICTOR_ROWS];
    double *all = xcalloc((size_t)(n * data->n_labels), sizeof *all);
    predictor_judge(predictor, texts, n, all, classes);
    for (int i = 0; i < n; i++) {
        const double *probabilities = all + i * data->n_labels;
        if (settings->jsonl)
            print_json(data, probabilities, classes[i]);
        else
            printf("%s\t%.6f\n", data->labels[classes[i]], probabilities[classes[i]]);
        free(texts[i]);
    }
    free(all);
}

/* A text as a C string: the line's end gone, NUL and invalid UTF-8 replaced. */
static char *clean_text(const char *bytes, size_t n)
{
    char *clean = NULL;
    size_t first_bad = 0;
    if (n && bytes[n - 1] == '\n')
        n--;
    if (n && bytes[n - 1] == '\r')
        n--;
    if (text_repair_utf8(bytes, n, &clean, &n, &first_bad))
        return clean;
    return xstrndup(bytes, n);
}

static void judge_whole(struct predictor *predictor, FILE *file,
                        const struct settings *settings)
{
    char *bytes = NULL, *text;
    size_t n = 0, capacity = 0;
    do {
        capacity = capacity ? 2 * capacity : 65536;
        bytes = xrealloc(bytes, capacity, 1);
        n += fread(bytes + n, 1, capacity - n, file);
    } while (n == capacity);
    text = clean_text(bytes, n);
    free(bytes);
    judge(predictor, &text, 1, settings);
}

/* One text a line, PREDICTOR_ROWS of them at a time. */
static void judge_lines(struct predictor *predictor, FILE *file,
                        const struct settings *settings)
{
    char *line = NULL, *texts[PREDICTOR_ROWS];
    size_t capacity = 0;
    int n = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) >= 0) {
        texts[n++] = clean_text(line, (size_t)length);
        if (n == PREDICTOR_ROWS) {
            judge(predictor, texts, n, settings);
            n = 0;
        }
    }
    if (n > 0)
        judge(predictor, texts, n, settings);
    free(line);
}

static int judge_stream(struct predictor *predictor, FILE *file, const char *path,
                        const struct settings *settings)
{
    errno = 0;
    if (settings->whole)
        judge_whole(predictor, file, settings);
    else
        judge_lines(predictor, file, settings);
    if (ferror(file))
        return fail(ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    return OK;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const char *checkpoint = operands[0], *path = n > 1 ? operands[1] : "-";
    struct checkpoint_hints hints = import_hints(&settings->keras);
    struct predictor predictor;
    bool is_standard = !strcmp(path, "-");
    int rc = predictor_open(&predictor, checkpoint, settings->isa, &hints);
    if (!rc)
        rc = predictor_check_texts(&predictor);
    if (!rc)
        import_print_notes(&predictor.info);
    FILE *file = rc ? NULL : is_standard ? stdin : fopen(path, "r");
    if (!rc && !file)
        rc = fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));
    if (!rc)
        rc = judge_stream(&predictor, file, path, settings);
    if (file && !is_standard)
        fclose(file);
    predictor_release(&predictor);
    return rc;
}

int cmd_predict(int argc, char **argv)
{
    struct settings settings = {0};
    return options_run(&table, &settings, argc, argv, run);
}
