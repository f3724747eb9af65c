/* An exported source is compiled and run before it gets its name. */
#include "export/c/private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/c/run.h"
#include "files/file.h"
#include "files/temporary.h"

enum {
    TEXTS = 48, /* at most PREDICTOR_ROWS */
    COMPILE_SECONDS = 600,
    RUN_SECONDS = 120
};

#define ROUNDING 0.51e-6 /* half of the last digit that is printed */

/* The trial's files, in a folder of its own; three of them are a program's streams. */
enum { SOURCE, HEADER, PROGRAM, INPUT, SAID, ERRORS, FILES };

struct trial {
    const struct c_export *export;
    struct directory place; /* of the folder: TMPDIR */
    struct temporary temporary;
    char *folder, *file[FILES];
    char *text[TEXTS]; /* as the predictor takes them */
    double tolerance;  /* most that a probability may differ */
};

/* The model adds in 32 bits, the source in 64; what the former rounds away grows with the
 * root of the features that the dense layers add up, which after `flatten` are many. */
static double tolerance_of_member(const struct chain_config *chain)
{
    const double few = 1024, usual = 2e-6;
    int i = 0;
    while (chain_outline(chain, i).length > 0)
        i++;
    double n = chain_outline(chain, i).width;
    return n > few ? usual * sqrt(n / few) : usual;
}

/* A sum of logits has the errors of its parts. */
static double tolerance_of(const struct c_export *export)
{
    const double *weights = export->rule ? export->rule->weights : NULL;
    double most = 0, sum = 0;
    for (int i = 0; i < export->n_members; i++) {
        most = fmax(most, tolerance_of_member(export->members[i].chain));
        sum += weights ? fabs(weights[i]) : 0;
    }
    return most * fmax(1, sum);
}

static int trial_begin(struct trial *trial, const struct c_export *export)
{
    static const char *const name = "rnntrain-export";
    const char *place = getenv("TMPDIR");
    place = place && *place ? place : "/tmp";

    *trial = (struct trial){.export = export, .tolerance = tolerance_of(export)};
    if (directory_open(place, &trial->place))
        return fail(ERR_IO, "%s: cannot open it: %s; TMPDIR names another folder", place,
                    strerror(errno));

    temporary_sweep(&trial->place, &name, 1);
    if (temporary_make_folder(&trial->place, name, &trial->temporary))
        return fail(ERR_IO,
                    "%s: cannot make a folder there: %s; TMPDIR names another one", place,
                    strerror(errno));

    char *folder = directory_path(&trial->place, trial->temporary.name);
    static const char *const names[FILES] = {
        [PROGRAM] = "program", [INPUT] = "input", [SAID] = "said", [ERRORS] = "errors"};
    trial->folder = folder;
    for (int i = 0; i < FILES; i++)
        trial->file[i] = i <= HEADER ? xasprintf("%s/%s.%c", folder, export->stem,
                                                 i == SOURCE ? 'c' : 'h')
                                     : xasprintf("%s/%s", folder, names[i]);
    return OK;
}

static void trial_end(struct trial *trial)
{
    temporary_end(&trial->temporary);
    directory_close(&trial->place);
    for (int i = 0; i < FILES; i++)
        free(trial->file[i]);
    free(trial->folder);
    for (int i = 0; i < TEXTS; i++)
        free(trial->text[i]);
}

static int compile(const struct trial *trial, int *code)
{
    char *define = xasprintf("-D%s_MAIN", trial->export->upper);
    const char *command[] = {"cc",
                             "-std=c11",
                             "-O1",
                             "-Wall",
                             "-Wextra",
                             "-Werror",
                             define,
                             "-o",
                             trial->file[PROGRAM],
                             trial->file[SOURCE],
                             "-lm",
                             NULL};

    int rc = c_run(command, trial->folder, trial->file + INPUT, COMPILE_SECONDS, code);
    free(define);
    return rc;
}

/* With the first line of what a program said on standard error. */
static int fail_with_errors(const struct trial *trial, const char *what, int code)
{
    char *said = NULL;
    size_t n = 0;
    int rc = file_read(trial->file[ERRORS], &said, &n);
    if (!rc)
        rc = fail(ERR_INTERNAL, "%s: the exported source %s (code %d): %.*s",
                  trial->export->path, what, code, (int)strcspn(said, "\n"), said);
    free(said);
    return rc;
}

/* The texts for the predictor, and the same as lines of the program's input. */
static int make_texts(struct trial *trial)
{
    char *input = NULL;
    size_t n_input = 0;
    for (int i = 0; i < TEXTS; i++) {
        size_t n = 0, first_bad = 0;
        char *line = c_sample_line(trial->export, (uint32_t)i, &n);

        input = xrealloc(input, n_input + n + 2, 1);
        memcpy(input + n_input, line, n);
        memcpy(input + n_input + n, "\r\n", 2);
        n_input += n + 2;

        trial->text[i] = line;
        if (text_repair_utf8(line, n, &trial->text[i], &n, &first_bad))
            free(line);
    }

    int rc = file_replace(trial->file[INPUT], input, n_input, false);
    free(input);
    return rc;
}

/* What the program printed for a text: the label of one of the classes, a tab, a
 * probability. Returns the class, or -1; *at moves to the next line. */
static int read_judgement(const struct c_export *export, const char **at,
                          double *probability)
{
    const struct facts *facts = &export->predictor->info.facts;
    for (int c = 0; c < facts->n_labels; c++) {
        size_t n = strlen(facts->labels[c]);
        if (strncmp(*at, facts->labels[c], n) || (*at)[n] != '\t')
            continue;

        char *end = NULL;
        *probability = strtod(*at + n + 1, &end);
        if (*end != '\n')
            continue;

        *at = end + 1;
        return c;
    }
    return -1;
}

static const struct decision *decision_of(const struct trial *trial)
{
    return &trial->export->predictor->info.ensemble.decision;
}

static bool is_surely_given(const struct trial *trial, int c, double probability)
{
    return decision_gives(decision_of(trial), c, probability - trial->tolerance);
}

/* Whether the one class is as good as the other, within the tolerance. */
static bool is_tied(const struct trial *trial, const double *row, int class, int best)
{
    const struct decision *decision = decision_of(trial);

    if (decision->n_thresholds)
        return class == best || fabs(row[1] - *decision->threshold) < trial->tolerance;
    return row[best] - row[class] < trial->tolerance;
}

/* A line of what the program printed of a text with several labels: names that `row`
 * says, where a probability near one half may stand on either side. */
static bool read_labels(const struct trial *trial, const char **at, const double *row)
{
    const struct facts *facts = &trial->export->predictor->info.facts;
    const char *end = strchr(*at, '\n'),
               *tab = end ? memchr(*at, '\t', (size_t)(end - *at)) : NULL;
    const char *name = *at, *number = tab ? tab + 1 : NULL;

    for (int c = 0; c < facts->n_labels && tab; c++) {
        size_t n = strlen(facts->labels[c]);
        bool is_said = (size_t)(tab - name) >= n && !memcmp(name, facts->labels[c], n) &&
                       (name[n] == '|' || name + n == tab);
        if (!is_said && is_surely_given(trial, c, row[c]))
            return false;
        if (!is_said)
            continue;

        char *rest = NULL;
        double said = strtod(number, &rest);
        if (!(fabs(said - row[c]) < trial->tolerance + ROUNDING))
            return false;
        name += n + (name + n < tab);
        number = rest + (rest < end);
    }
    if (!tab || name != tab || number < end)
        return false;
    *at = end + 1;
    return true;
}

static int compare_labels(const struct trial *trial, const double *expected,
                          const char **said)
{
    int n_labels = trial->export->predictor->info.facts.n_labels;

    for (int i = 0; i < TEXTS; i++)
        if (!read_labels(trial, said, expected + i * n_labels))
            return fail(ERR_INTERNAL,
                        "%s: the exported source gives text %d other labels than the "
                        "model: please report this",
                        trial->export->path, i);
    return OK;
}

static int compare_classes(const struct trial *trial, const double *expected,
                           const int *classes, const char **said)
{
    int n_labels = trial->export->predictor->info.facts.n_labels, rc = OK;

    for (int i = 0; i < TEXTS && !rc; i++) {
        const double *row = expected + i * n_labels;
        double probability = 0;
        int class = read_judgement(trial->export, said, &probability);
        double difference = class < 0 ? 1 : fabs(probability - row[class]);
        bool is_best = class >= 0 && is_tied(trial, row, class, classes[i]);
        if (!(difference < trial->tolerance + ROUNDING) || !is_best)
            rc = fail(ERR_INTERNAL,
                      "%s: the exported source judges text %d otherwise than the model, "
                      "class %d with %g instead of class %d with %g: please report this",
                      trial->export->path, i, class, probability, classes[i],
                      row[classes[i]]);
    }
    return rc;
}

static int compare(struct trial *trial, const char *said)
{
    struct predictor *predictor = trial->export->predictor;
    const struct facts *facts = &predictor->info.facts;
    int classes[TEXTS];
    double *expected = xcalloc((size_t)(TEXTS * facts->n_labels), sizeof *expected);

    predictor_judge(predictor, trial->text, TEXTS, expected, classes);
    int rc = facts->multi_label ? compare_labels(trial, expected, &said)
                                : compare_classes(trial, expected, classes, &said);
    if (!rc && *said)
        rc = fail(ERR_INTERNAL, "%s: the exported source says more than it was asked",
                  trial->export->path);
    free(expected);
    return rc;
}

static int judge(struct trial *trial, char **checked)
{
    char *said = NULL;
    size_t n = 0;
    int rc = file_read(trial->file[SAID], &said, &n);
    if (!rc)
        rc = compare(trial, said);
    if (!rc)
        *checked = xasprintf("compiled and run on %d random texts: the model's labels, "
                             "and its probabilities within %.0e",
                             (int)TEXTS, trial->tolerance);
    free(said);
    return rc;
}

static int run_program(struct trial *trial, char **checked)
{
    const char *command[] = {trial->file[PROGRAM], NULL};
    int code = 0,
        rc = c_run(command, trial->folder, trial->file + INPUT, RUN_SECONDS, &code);
    if (rc)
        return rc;

    if (code == RUN_NOT_STARTED) { /* mounted so */
        *checked = xasprintf("compiled but not run, as no program can be started in %s "
                             "(TMPDIR names another folder)",
                             trial->folder);
        return OK;
    }
    return code ? fail_with_errors(trial, "does not run", code) : judge(trial, checked);
}

static int try(struct trial *trial, char **checked)
{
    int code = 0, rc = compile(trial, &code);
    if (rc)
        return rc;

    if (code == RUN_NOT_FOUND)
        *checked = xstrdup("not run, as there is no C compiler here (cc)");
    else if (code == RUN_TIME_IS_UP)
        *checked = xasprintf("not run, as compiling it took more than %d s",
                             (int)COMPILE_SECONDS);
    else
        rc = code ? fail_with_errors(trial, "does not compile", code)
                  : run_program(trial, checked);
    return rc;
}

int c_check(const struct c_export *export, const char *source, size_t n_source,
            const char *header, size_t n_header, char **checked)
{
    struct trial trial;
    int rc = trial_begin(&trial, export);

    if (!rc)
        rc = make_texts(&trial);
    if (!rc)
        rc = file_replace(trial.file[HEADER], header, n_header, false);
    if (!rc)
        rc = file_replace(trial.file[SOURCE], source, n_source, false);
    if (!rc)
        rc = try(&trial, checked);

    trial_end(&trial);
    return rc;
}
