/* rnntrain predict CHECKPOINT [FILE|-] [--jsonl]: one text a line, one judgement a line.
 * Whoever writes a line into a pipe and waits gets its answer: lines are judged together
 * only while more of them are there.
 */
#include "commands/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "commands/import_options.h"
#include "serve/predictor.h"

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

static const struct option_part parts[] = {
    {&import_options, offsetof(struct settings, keras)}};

const struct option_table cmd_predict_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain predict",
    .synopsis = "CHECKPOINT [FILE|-] [options]",
    .example = "  echo \"A touching film.\" | rnntrain predict run/best.h5\n",
    .about =
        "Judges texts: a line in, a line out, with the class and its probability.\n\n"
        "  CHECKPOINT  a run's folder, its best.h5 or last.h5, or a model of Keras: "
        ".h5,\n"
        "              .keras or .weights.h5\n"
        "  FILE        texts in UTF-8, one a line; without it or with -, standard "
        "input\n",
    .min_operands = 1,
    .max_operands = 2,
};

static void print_json(const struct facts *facts, const double *probabilities,
                       int decided)
{
    json_t *root = json_object(), *all = json_object();

    for (int c = 0; c < facts->n_labels; c++)
        json_object_set_new(all, facts->labels[c], json_real(probabilities[c]));
    json_object_set_new(root, "label", json_string(facts->labels[decided]));
    json_object_set_new(root, "probability", json_real(probabilities[decided]));
    json_object_set_new(root, "probabilities", all);

    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    puts(text);
    free(text);
    json_decref(root);
}

/* Judges n texts, which are freed. */
static void judge(struct predictor *predictor, char **texts, int n,
                  const struct settings *settings)
{
    const struct facts *facts = &predictor->info.facts;
    int classes[PREDICTOR_ROWS];
    double *all = xcalloc((size_t)(n * facts->n_labels), sizeof *all);

    predictor_judge(predictor, texts, n, all, classes);

    for (int i = 0; i < n; i++) {
        const double *probabilities = all + i * facts->n_labels;
        if (settings->jsonl)
            print_json(facts, probabilities, classes[i]);
        else
            printf("%s\t%.6f\n", facts->labels[classes[i]], probabilities[classes[i]]);
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

/* What has been read and not yet been judged. */
struct input {
    int fd;
    const char *path;
    char *bytes;
    size_t first, n, room; /* bytes[first .. n - 1] */
    size_t searched;       /* bytes from `first` on without a line's end */
    bool ended;
};

/* Reads what is there, or waits for it. */
static int read_more(struct input *input)
{
    if (input->first > 0)
        memmove(input->bytes, input->bytes + input->first, input->n - input->first);
    input->n -= input->first;
    input->first = 0;

    if (input->n == input->room) {
        input->room = input->room ? 2 * input->room : 65536;
        input->bytes = xrealloc(input->bytes, input->room, 1);
    }

    ssize_t got;
    do
        got = read(input->fd, input->bytes + input->n, input->room - input->n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(ERR_IO, "%s: cannot read: %s", input->path, strerror(errno));

    input->n += (size_t)got;
    input->ended = got == 0;
    return OK;
}

static bool is_waiting(const struct input *input)
{
    struct pollfd poll_in = {.fd = input->fd, .events = POLLIN};
    return poll(&poll_in, 1, 0) != 0;
}

/* The next line of what was read, or what is left at the end of the input, as a text;
 * NULL if there is none. */
static char *take_line(struct input *input)
{
    char *first = input->bytes + input->first, *end = NULL;
    size_t left = input->n - input->first;

    if (left > input->searched)
        end = memchr(first + input->searched, '\n', left - input->searched);
    input->searched = end ? 0 : left;
    if (!end && (!input->ended || left == 0))
        return NULL;

    size_t length = end ? (size_t)(end - first) + 1 : left;
    input->first += length;
    return clean_text(first, length);
}

/* Up to PREDICTOR_ROWS lines; fewer where the input ends or nothing more is waiting. */
static int take_lines(struct input *input, char **texts, int *n)
{
    int rc = OK;

    *n = 0;
    while (!rc && *n < PREDICTOR_ROWS) {
        if ((texts[*n] = take_line(input)))
            (*n)++;
        else if (input->ended || (*n > 0 && !is_waiting(input)))
            break;
        else
            rc = read_more(input);
    }
    return rc;
}

static int judge_lines(struct predictor *predictor, struct input *input,
                       const struct settings *settings)
{
    char *texts[PREDICTOR_ROWS];
    int n = 0, rc;

    do {
        rc = take_lines(input, texts, &n);
        judge(predictor, texts, n, settings);
        if (!input->ended && !is_waiting(input) && fflush(stdout) != 0)
            break; /* program_output says it */
    } while (!rc && n > 0);
    return rc;
}

static int judge_whole(struct predictor *predictor, struct input *input,
                       const struct settings *settings)
{
    int rc = OK;
    while (!rc && !input->ended)
        rc = read_more(input);
    if (rc)
        return rc;

    char *text = clean_text(input->bytes, input->n);
    judge(predictor, &text, 1, settings);
    return OK;
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const char *checkpoint = operands[0], *path = n > 1 ? operands[1] : "-";
    struct checkpoint_hints hints = import_hints(&settings->keras);
    struct predictor predictor;
    struct input input = {.path = path};

    int rc = predictor_open(&predictor, checkpoint, settings->isa, &hints);
    if (!rc)
        rc = predictor_check_texts(&predictor);
    if (!rc)
        import_print_notes(&predictor.info);

    if (!rc && strcmp(path, "-"))
        input.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (!rc && input.fd < 0)
        rc = fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));
    if (!rc)
        rc = settings->whole ? judge_whole(&predictor, &input, settings)
                             : judge_lines(&predictor, &input, settings);

    if (input.fd > 0)
        close(input.fd);
    free(input.bytes);
    predictor_release(&predictor);
    return rc;
}

int cmd_predict(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_predict_table, &settings, argc, argv, run);
}
