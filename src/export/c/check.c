/* An exported source is compiled and run before it gets its name. */
#include "export/c/private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "files/file.h"
#include "base/rng.h"

enum {
    TEXTS = 48, /* at most PREDICTOR_ROWS */
    MOST_PIECES = 2000,
    COMPILE_SECONDS = 600,
    RUN_SECONDS = 120,
    NOT_STARTED = 126, /* as a shell's codes */
    NOT_FOUND = 127,
    TIME_IS_UP = -1
};

#define ROUNDING 0.51e-6 /* half of the last digit that is printed */

/* The trial's files, in a folder of its own. */
enum { SOURCE, HEADER, PROGRAM, INPUT, SAID, ERRORS, FILES };

struct trial {
    const struct c_export *export;
    char *folder, *file[FILES];
    char *text[TEXTS]; /* as the predictor takes them */
    double tolerance;  /* most that a probability may differ */
};

/* The model adds in 32 bits, the source in 64; what the former rounds away grows with the
 * root of the features that the dense layers add up, which after `flatten` are many. */
static double tolerance_of(const struct chain_config *chain)
{
    const double few = 1024, usual = 2e-6;
    int i = 0;
    while (chain_outline(chain, i).length > 0)
        i++;
    double n = chain_outline(chain, i).width;
    return n > few ? usual * sqrt(n / few) : usual;
}

static int trial_begin(struct trial *trial, const struct c_export *export)
{
    const char *place = getenv("TMPDIR");
    char *folder = xasprintf("%s/rnntrain-XXXXXX", place && *place ? place : "/tmp");
    *trial = (struct trial){.export = export, .tolerance = tolerance_of(export->chain)};
    if (!mkdtemp(folder)) {
        int rc = fail(ERR_IO, "%s: cannot make a folder: %s", folder, strerror(errno));
        free(folder);
        return rc;
    }
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
    for (int i = 0; i < FILES; i++) {
        if (trial->file[i])
            unlink(trial->file[i]);
        free(trial->file[i]);
    }
    if (trial->folder)
        rmdir(trial->folder);
    free(trial->folder);
    for (int i = 0; i < TEXTS; i++)
        free(trial->text[i]);
}

/* Programs. */

static void redirect(int to, const char *path, int flags)
{
    int fd = open(path, flags, 0600);
    if (fd < 0 || dup2(fd, to) < 0)
        _exit(NOT_STARTED);
}

/* In the child: the program's streams are the trial's files. */
static _Noreturn void become(const struct trial *trial, const char **command)
{
    const int write_flags = O_WRONLY | O_CREAT | O_TRUNC;
    setpgid(0, 0);
    redirect(STDIN_FILENO, trial->file[INPUT], O_RDONLY);
    redirect(STDOUT_FILENO, trial->file[SAID], write_flags);
    redirect(STDERR_FILENO, trial->file[ERRORS], write_flags);
    execvp(command[0], (char **)command);
    _exit(errno == ENOENT ? NOT_FOUND : NOT_STARTED);
}

/* Exit code of a child, 256 and more for a signal; TIME_IS_UP if it had to be killed. */
static int wait_for(pid_t child, double seconds)
{
    const struct timespec pause = {0, 5000000};
    double end = seconds_now() + seconds;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (seconds_now() > end) {
            kill(-child, SIGKILL); /* a compiler has children too */
            waitpid(child, &status, 0);
            return TIME_IS_UP;
        }
        nanosleep(&pause, NULL);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static int run(const struct trial *trial, const char **command, double seconds, int *code)
{
    pid_t child = fork();
    if (child < 0)
        return fail(ERR_IO, "cannot start %s: %s", command[0], strerror(errno));
    if (child == 0)
        become(trial, command);
    *code = wait_for(child, seconds);
    return OK;
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
    int rc = run(trial, command, COMPILE_SECONDS, code);
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

/* Texts. */

/* What is hard to get right: bytes that are no UTF-8, capitals of all kinds, tags. */
static const struct {
    const char *bytes;
    size_t n;
} odd_pieces[] = {
    {"\xff", 1},
    {"\xe2\x82", 2},
    {"\xed\xa0\x80", 3},
    {"\0", 1},
    {"\xf4\x90\x80", 3},
    {"\xc3\x89T\xc3\x89", 5},
    {"\xce\xa3", 2},
    {"\xc4\xb0", 2},
    {"A\xce\xa3'\xce\xa3", 6},
    {"<br />", 6},
    {"<", 1},
    {"<>", 2},
    {"&eacute;", 8},
    {"&#39;", 5},
    {"''", 2},
    {"?!", 2},
    {"\t", 1},
    {"\xc2\xa0", 2},
    {"\xf0\x9d\x92\x9c", 4},
    {"Xyzzy", 5},
};

/* A word of the vocabulary, in one of four often with a capital; or something odd. */
static void write_piece(FILE *out, const struct c_export *export, const struct rng *rng,
                        uint32_t index)
{
    uint32_t word[4];
    rng_block(rng, index, word);
    if (word[0] % 8 == 0) {
        size_t odd = word[1] % COUNT_OF(odd_pieces);
        fwrite(odd_pieces[odd].bytes, 1, odd_pieces[odd].n, out);
    } else {
        const char *text = export->words[word[1] % export->n_words].text;
        bool is_capital = word[2] % 4 == 0 && *text >= 'a' && *text <= 'z';
        for (const char *c = text; *c; c++)
            fputc(*c == '\n' ? ' ' : is_capital && c == text ? *c - 'a' + 'A' : *c, out);
    }
    if (word[3] % 16)
        fputc(' ', out);
}

/* A line's bytes; lengths around the model's. */
static char *make_line(const struct c_export *export, uint32_t row, size_t *n)
{
    struct rng rng = {.seed = 1, .purpose = RNG_TEST, .row = row};
    uint32_t most = 2 * (uint32_t) export->chain->length;
    uint32_t pieces = rng_below(&rng, 0, most < MOST_PIECES ? most : MOST_PIECES);
    char *line = NULL;
    FILE *out = open_memstream(&line, n);
    if (!out)
        die("memory is exhausted");
    for (uint32_t i = 1; row > 0 && i <= pieces; i++) /* the first line is empty */
        write_piece(out, export, &rng, i);
    if (fclose(out))
        die("memory is exhausted");
    return line;
}

/* The texts for the predictor, and the same as lines of the program's input. */
static int make_texts(struct trial *trial)
{
    char *input = NULL;
    size_t n_input = 0;
    for (int i = 0; i < TEXTS; i++) {
        size_t n = 0, first_bad = 0;
        char *line = make_line(trial->export, (uint32_t)i, &n);
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

/* Comparison. */

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

static int compare(struct trial *trial, const char *said)
{
    struct predictor *predictor = trial->export->predictor;
    int n_labels = predictor->info.facts.n_labels, classes[TEXTS], rc = OK;
    double *expected = xcalloc((size_t)(TEXTS * n_labels), sizeof *expected);
    predictor_judge(predictor, trial->text, TEXTS, expected, classes);
    for (int i = 0; i < TEXTS && !rc; i++) {
        const double *row = expected + i * n_labels;
        double probability = 0;
        int class = read_judgement(trial->export, &said, &probability);
        double difference = class < 0 ? 1 : fabs(probability - row[class]);
        bool is_best = class >= 0 && row[classes[i]] - row[class] < trial->tolerance;
        if (!(difference < trial->tolerance + ROUNDING) || !is_best)
            rc = fail(ERR_INTERNAL,
                      "%s: the exported source judges text %d otherwise than the model, "
                      "class %d with %g instead of class %d with %g: please report this",
                      trial->export->path, i, class, probability, classes[i],
                      row[classes[i]]);
    }
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
    int code = 0, rc = run(trial, command, RUN_SECONDS, &code);
    if (rc)
        return rc;
    if (code == NOT_STARTED) { /* mounted so */
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
    if (code == NOT_FOUND)
        *checked = xstrdup("not run, as there is no C compiler here (cc)");
    else if (code == TIME_IS_UP)
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
