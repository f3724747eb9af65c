/* mutants RNNTRAIN TESTS FOLDER FIRST N [FORM]: mutants of files (fuzz/mutant.h) with the
 * numbers FIRST to FIRST + N - 1, each read by a process of its own: a command, or the
 * library. Says what came of them, and fails where a process
 *
 *   ends by a signal, or with a code or an output that is none of ours, or without a word
 *   takes more than 5 s of a processor, a minute, or 1 GiB
 *   opens a file that reading the good one does not open, outside of its folder
 *
 * What is opened is told by the kernel (watched.h). The files of findings are left beside
 * FOLDER, which is made. */
#define _GNU_SOURCE /* memmem */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "base/rng.h"
#include "files/file.h"
#include "fuzz/readings.h"
#include "watched.h"

enum { MOST_DECISIONS = 160, MOST_SECONDS = 5, MOST_KIB = 1 << 20 };

static const char *program, *tests, *folder;

/* What each reading came to. */
struct row {
    int n, n_read, n_refused, n_held;
    double seconds, elapsed;
    long kib;
};
static struct row table[READINGS][MUTANT_KINDS];
static int n_findings;

/* The paths that reading good files opens, digits as #. */
static char **known;
static size_t n_known;

static char *without_digits(const char *path)
{
    char *general = xstrdup(path);
    for (char *at = general; *at; at++)
        if (*at >= '0' && *at <= '9')
            *at = '#';
    return general;
}

static bool is_known(const char *path)
{
    char *general = without_digits(path);
    bool is = false;
    for (size_t i = 0; i < n_known && !is; i++)
        is = !strcmp(known[i], general);
    free(general);
    return is;
}

/* In the folder all may be opened but what is marked. */
static bool is_own(const char *path)
{
    size_t n = strlen(folder);
    return !strncmp(path, folder, n) && (path[n] == '/' || !path[n]) &&
           !strstr(path, "canary") && !strstr(path, "/../");
}

static void keep_paths(const struct watched *watched)
{
    for (size_t i = 0; i < watched->n_paths; i++)
        if (!is_own(watched->path[i]) && !is_known(watched->path[i])) {
            known = xrealloc(known, n_known + 1, sizeof *known);
            known[n_known++] = without_digits(watched->path[i]);
        }
}

/* NULL: there is none. */
static const char *unknown_path(const struct watched *watched)
{
    for (size_t i = 0; i < watched->n_paths; i++)
        if (!is_own(watched->path[i]) && !is_known(watched->path[i]))
            return watched->path[i];
    return NULL;
}

struct order {
    enum reading reading;
    enum mutant_kind kind;
};

/* In the child: becomes the program, or uses the library. */
static int begin(const void *given)
{
    const struct order *order = given;
    const char *const *arguments = readings_arguments(order->reading, order->kind);
    char *argv[READINGS_MOST_ARGUMENTS + 1] = {(char *)(uintptr_t)program};

    if (!arguments) {
        int rc = readings_use_library(order->kind);
        fflush(stdout);
        if (rc)
            fprintf(stderr, "rnntrain: refused\n");
        return rc;
    }
    for (int i = 0; arguments[i]; i++)
        argv[i + 1] = (char *)(uintptr_t)arguments[i];
    execv(program, argv);
    return 127;
}

static bool is_code(int code)
{
    static const int codes[] = {OK,         ERR_USAGE,   ERR_FORMAT,  ERR_NO_INPUT,
                                ERR_EXISTS, ERR_STOPPED, ERR_DIVERGED};
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (code == codes[i])
            return true;
    return false;
}

static bool has(const struct watched *watched, const char *text)
{
    return memmem(watched->said, watched->n_said, text, strlen(text)) != NULL;
}

static bool says_text(const struct watched *watched)
{
    for (size_t i = 0; i < watched->n_said; i++)
        if ((unsigned char)watched->said[i] < ' ' && !strchr("\n\t", watched->said[i]))
            return false;
    return true;
}

/* What is wrong with it; NULL: nothing. */
static const char *judge(const struct watched *watched)
{
    if (watched->is_late)
        return "it has no end";
    if (watched->signal || !is_code(watched->code))
        return "it did not end as our programs do";
    if (has(watched, "Sanitizer") || has(watched, "runtime error:"))
        return "a sanitizer has something to say";
    if (watched->code && !has(watched, "rnntrain: "))
        return "it failed without a word";
    if (has(watched, READINGS_CANARY) || !says_text(watched))
        return "it says what it should not";
    if (watched->seconds > MOST_SECONDS)
        return "it takes too long";
#if !defined(__SANITIZE_ADDRESS__)
    if (watched->kib > MOST_KIB)
        return "it takes too much memory";
#endif
    return unknown_path(watched) ? "it opens another file" : NULL;
}

static void count(const struct order *order, const struct watched *watched)
{
    struct row *row = &table[order->reading][order->kind];
    row->n++;
    row->n_read += watched->code == OK;
    row->n_refused += watched->code != OK;
    row->n_held += has(watched, "reading it crashed") || has(watched, "reading it takes");
    row->seconds = watched->seconds > row->seconds ? watched->seconds : row->seconds;
    row->elapsed = watched->elapsed > row->elapsed ? watched->elapsed : row->elapsed;
    row->kib = watched->kib > row->kib ? watched->kib : row->kib;
}

static void tell_finding(int number, const struct order *order,
                         const struct watched *watched, const char *what)
{
    char *kept = xasprintf("%s-%d-%s", folder, number, readings_path(order->kind));
    char *from = xasprintf("%s/%s", folder, readings_path(order->kind));

    const char *path = unknown_path(watched);
    n_findings++;
    (void)!rename(from, kept);
    printf("mutant %d, %s of a %s: %s (code %d, signal %d, %.1f s, %ld KiB): "
           "%s\n%s%s\n%.*s\n",
           number, reading_names[order->reading], mutant_names[order->kind], what,
           watched->code, watched->signal, watched->seconds, watched->kib, kept,
           path ? "unknown: " : "", path ? path : "",
           (int)(watched->n_said < 3000 ? watched->n_said : 3000), watched->said);
    free(from);
    free(kept);
}

static void read_file(const struct order *order, const char *bytes, size_t n,
                      struct watched *watched)
{
    readings_put(order->reading, order->kind, bytes, n);
    watch(begin, order, watched);
}

/* What is opened for a good file, with a seal and without. */
static void learn(const struct order *order)
{
    static bool is_learnt[READINGS][MUTANT_KINDS];

    for (int sealed = 0; sealed < 2 && !is_learnt[order->reading][order->kind];
         sealed++) {
        struct watched watched = {.code = 0};
        struct fuzz nothing = {NULL, 0};
        size_t n = 0;
        char *bytes = mutant_make(order->kind, sealed, &nothing, &n);

        read_file(order, bytes, n, &watched);
        keep_paths(&watched);
        watched_release(&watched);
        free(bytes);
    }
    is_learnt[order->reading][order->kind] = true;
}

static void try(int number, const struct order *order, const char *bytes, size_t n)
{
    struct watched watched = {.code = 0};

    read_file(order, bytes, n, &watched);
    if (unknown_path(&watched)) {
        learn(order);
        readings_put(order->reading, order->kind, bytes, n); /* if it is to be kept */
    }
    const char *what = judge(&watched);
    count(order, &watched);
    if (what)
        tell_finding(number, order, &watched, what);
    watched_release(&watched);
}

/* Files of ours are sealed mostly, unless that is to be done; others seldom. */
static void try_mutant(int number)
{
    struct rng rng = {.seed = (uint64_t)number, .purpose = RNG_TEST};
    uint8_t decisions[MOST_DECISIONS];
    uint32_t index = 0;
    struct order order = {(enum reading)(number / MUTANT_KINDS % READINGS),
                          (enum mutant_kind)(number % MUTANT_KINDS)};
    bool is_ours = order.kind <= MUTANT_DATASET && order.reading != READING_SEAL;
    bool sealed = rng_below(&rng, index++, 8) ? is_ours : order.kind != MUTANT_KERAS_ZIP;
    size_t n = 0, n_decisions = 8 + rng_below(&rng, index++, MOST_DECISIONS - 7);

    for (size_t i = 0; i < n_decisions; i++)
        decisions[i] = (uint8_t)rng_below(&rng, index++, 256);
    struct fuzz input = {decisions, n_decisions};
    char *bytes = mutant_make(order.kind, sealed, &input, &n);
    try(number, &order, bytes, n);
    free(bytes);
}

static void print_table(void)
{
    printf("%-18s %-13s %6s %6s %8s %5s %6s %8s %7s\n", "reading", "kind", "n", "read",
           "refused", "held", "CPU s", "elapsed", "MiB");
    for (int reading = 0; reading < READINGS; reading++)
        for (int kind = 0; kind < MUTANT_KINDS; kind++) {
            const struct row *row = &table[reading][kind];
            if (row->n)
                printf("%-18s %-13s %6d %6d %8d %5d %6.2f %8.2f %7ld\n",
                       reading_names[reading], mutant_names[kind], row->n, row->n_read,
                       row->n_refused, row->n_held, row->seconds, row->elapsed,
                       row->kib / 1024);
        }
}

/* Temporary files stand in the folder too. */
static void keep_all_here(void)
{
    static const char *const settings[] = {"TMPDIR",
                                           "OMPI_MCA_orte_tmpdir_base",
                                           "OMPI_MCA_shmem_mmap_backing_file_base_dir",
                                           "OMPI_MCA_btl_vader_backing_directory",
                                           "OMPI_MCA_osc_sm_backing_directory",
                                           "OMPI_MCA_osc_rdma_backing_directory"};
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        setenv(settings[i], folder, true);
}

int main(int argc, char **argv)
{
    if (argc < 6)
        die("expected RNNTRAIN TESTS FOLDER FIRST N");
    program = argv[1];
    tests = argv[2];
    folder = argv[3];
    int first = (int)strtol(argv[4], NULL, 10), n = (int)strtol(argv[5], NULL, 10);

    if (!watch_works()) {
        printf("SKIPPED: the kernel does not tell which files are opened\n");
        return 77;
    }
    if (mkdir(folder, 0700) != 0)
        die("%s cannot be made", folder);
    keep_all_here();
    readings_make_folder(tests, folder);
    mutant_begin(tests, "canary");
    for (int number = first; number < first + n; number++)
        try_mutant(number);
    print_table();
    printf("%d mutants, %d findings\n", n, n_findings);
    return n_findings > 0;
}
