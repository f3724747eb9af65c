/* rnnprep sample: a synthetic corpus of film reviews in which word order matters.
 *
 * Nearly every opinion holds one good and one bad adjective, and its mirror image, with
 * the two exchanged, is just as frequent in the other class: negation ("was not dull, it
 * was moving"), contrast ("although ..., ..."), degree ("slightly ... yet deeply ...").
 * The words of such a review say nothing about its class; their order says all. One
 * review in five also has a plain opinion, so that single words carry a little. */
#include "programs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/say.h"
#include "files/directory.h"

struct settings {
    int64_t documents, seed;
};

static const struct option table_options[] = {
    {"documents", OPTION_INT, offsetof(struct settings, documents), "6000", 30, 10000000,
     NULL, "documents in all; two thirds are for training", "Options", true},
    {"seed", OPTION_INT, offsetof(struct settings, seed), "1", 0, 1e15, NULL,
     "seed of the generator", "Options", true},
};

const struct option_table cmd_sample_table = {
    .options = table_options,
    .n_options = (int)COUNT_OF(table_options),
    .program = "rnnprep sample",
    .synopsis = "FOLDER [options]",
    .example = "  rnnprep sample reviews && rnnprep reviews -o dataset.h5\n",
    .about = "Writes a synthetic corpus of film reviews in which the order of words "
             "decides.\n\n"
             "  FOLDER  to be made, with train/ and test/ and a folder a class in each\n",
    .min_operands = 1,
    .max_operands = 1,
};

static const char *const good_words[] = {
    "wonderful",  "moving", "brilliant", "charming", "gripping", "superb",
    "delightful", "clever", "touching",  "splendid", "fresh",    "hilarious"};
static const char *const bad_words[] = {"dull",    "terrible", "boring",   "clumsy",
                                        "tedious", "awful",    "lifeless", "shallow",
                                        "stale",   "dreadful", "messy",    "painful"};
static const char *const things[] = {"plot",   "acting",      "music",  "script",
                                     "ending", "story",       "cast",   "dialogue",
                                     "pacing", "camera work", "humour", "direction"};
static const char *const films[] = {"film",  "movie",  "picture",
                                    "drama", "comedy", "thriller"};
static const char *const people[] = {"my sister",      "a friend",       "my father",
                                     "two colleagues", "our neighbours", "my wife"};
static const char *const places[] = {"at the cinema",     "on a long flight",
                                     "on a rainy sunday", "at a festival",
                                     "late at night",     "on an old screen"};

/* {g} and {b} are the adjectives of the class and of the other one, {t} and {u} two
 * things, {f} a kind of film. What {g} says decides. */
static const char *const mirrored[] = {
    "The {t} was not {b}, it was {g}.",
    "It is {g}, not {b}.",
    "The {t} may be {b}, but the {f} as a whole is {g}.",
    "Although the {t} is {b}, everything else is {g}.",
    "It begins {b} and ends {g}.",
    "I expected something {b} and got something {g}.",
    "Never {b}, always {g}.",
    "The {t} is slightly {b} yet the {u} is deeply {g}.",
    "A {g} {f} rather than a {b} one.",
    "Critics called it {b}; they were wrong, it is {g}.",
    "What a {g} {f}, and nobody should call it {b}.",
    "Despite a {b} {t} the {f} stays {g}.",
};
static const char *const plain[] = {
    "The {t} is simply {g}.",
    "A very {g} {f}.",
};
static const char *const neutral[] = {
    "I saw this {f} {w} with {p}.",
    "It was {p} who took me to see it {w}.",
    "The {f} runs for about two hours.",
    "It was made on a small budget in the nineties.",
    "The {t} and the {u} are by people I had not heard of before.",
    "We talked about the {t} afterwards.",
};

/* Draws one after the other from the stream of one document. */
struct draw {
    struct rng rng;
    uint32_t index;
};

static uint32_t draw_below(struct draw *draw, uint32_t n)
{
    return rng_below(&draw->rng, draw->index++, n);
}

#define DRAW(draw, list) ((list)[draw_below((draw), (uint32_t)COUNT_OF(list))])

static const char *fill_in(struct draw *draw, char slot, bool is_good)
{
    switch (slot) {
    case 'g':
        return is_good ? DRAW(draw, good_words) : DRAW(draw, bad_words);
    case 'b':
        return is_good ? DRAW(draw, bad_words) : DRAW(draw, good_words);
    case 'f':
        return DRAW(draw, films);
    case 'p':
        return DRAW(draw, people);
    case 'w':
        return DRAW(draw, places);
    default:
        return DRAW(draw, things);
    }
}

static void print_sentence(FILE *file, struct draw *draw, const char *pattern,
                           bool is_good)
{
    for (const char *c = pattern; *c; c++) {
        if (*c == '{') {
            fputs(fill_in(draw, c[1], is_good), file);
            c += 2;
        } else {
            fputc(*c, file);
        }
    }
    fputc(' ', file);
}

static void print_review(FILE *file, struct draw *draw, bool is_good)
{
    uint32_t opinions = 1 + draw_below(draw, 3);
    if (draw_below(draw, 2))
        print_sentence(file, draw, DRAW(draw, neutral), is_good);
    for (uint32_t i = 0; i < opinions; i++)
        print_sentence(file, draw, DRAW(draw, mirrored), is_good);
    if (draw_below(draw, 5) == 0)
        print_sentence(file, draw, DRAW(draw, plain), is_good);
    if (draw_below(draw, 3) == 0)
        print_sentence(file, draw, DRAW(draw, neutral), is_good);
    fputc('\n', file);
}

/* TOP, of all others; each is made in one that stands before it. */
enum { TOP, TRAIN, TEST, TRAIN_NEG, TRAIN_POS, TEST_NEG, TEST_POS, FOLDERS };
static const struct {
    int in;
    const char *name;
} layout[FOLDERS] = {
    [TRAIN] = {TOP, "train"},     [TEST] = {TOP, "test"},
    [TRAIN_NEG] = {TRAIN, "neg"}, [TRAIN_POS] = {TRAIN, "pos"},
    [TEST_NEG] = {TEST, "neg"},   [TEST_POS] = {TEST, "pos"},
};

/* TOP itself; `path` may end in '/'. */
static int make_top(const char *path, struct directory *made)
{
    struct directory around = {-1, NULL};
    const char *name = NULL;
    char *top = xstrdup(path);
    size_t n = strlen(top);
    while (n > 1 && top[n - 1] == '/')
        top[--n] = '\0';

    int rc = directory_of(top, &around, &name)
                 ? fail(ERR_IO, "%s: cannot make the folder: %s", path, strerror(errno))
                 : directory_make(&around, name, made);
    if (rc == ERR_EXISTS)
        rc = fail(ERR_EXISTS, "%s: it exists: name a new folder, or remove it", path);
    directory_close(&around);
    free(top);
    return rc;
}

/* Opened as they are made: what is written then comes into no other ones. */
static int make_folders(const char *top, struct directory folders[FOLDERS])
{
    int rc = make_top(top, &folders[TOP]);
    for (int i = TOP + 1; i < FOLDERS && !rc; i++)
        rc = directory_make(&folders[layout[i].in], layout[i].name, &folders[i]);
    return rc;
}

/* A new file; NULL: it cannot be made. */
static FILE *create(const struct directory *folder, const char *name)
{
    int fd = -1;
    return directory_create(folder, name, &fd) ? NULL : fdopen(fd, "w");
}

static int finish(const struct directory *folder, const char *name, FILE *file)
{
    if (!file)
        return ERR_IO;
    if (fclose(file) == 0)
        return OK;
    return fail(ERR_IO, "%s%s: cannot write: %s", folder->path, name, strerror(errno));
}

static int write_document(const struct directory folders[FOLDERS], int64_t number,
                          int64_t n_train, uint64_t seed)
{
    bool is_good = number % 2;
    struct draw draw = {{.seed = seed, .row = (uint32_t)number}, 0};
    const struct directory *folder =
        &folders[(number < n_train ? TRAIN_NEG : TEST_NEG) + is_good];

    char *name = xasprintf("synthetic_%06lld.txt", (long long)number);
    FILE *file = create(folder, name);
    if (file)
        print_review(file, &draw, is_good);
    int rc = finish(folder, name, file);
    free(name);
    return rc;
}

static int write_note(const struct directory *top)
{
    FILE *file = create(top, "README");
    if (file)
        fputs("Synthetic film reviews, written by `rnnprep sample`: no real films, no "
              "real\n"
              "opinions. Word order decides their class.\n",
              file);
    return finish(top, "README", file);
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    const char *folder = operands[0];
    int64_t n_train = settings->documents * 2 / 3;
    (void)n;
    struct directory folders[FOLDERS] = {0};

    int rc = make_folders(folder, folders);
    if (!rc)
        rc = write_note(&folders[TOP]);
    for (int64_t i = 0; i < settings->documents && !rc; i++)
        rc = write_document(folders, i, n_train, (uint64_t)settings->seed);
    for (int i = 0; i < FOLDERS; i++)
        directory_close(&folders[i]);

    if (!rc)
        say_line(stdout, "wrote %lld synthetic reviews to %s, %lld of them for training",
                 (long long)settings->documents, folder, (long long)n_train);
    return rc;
}

int cmd_sample(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_sample_table, &settings, argc, argv, run);
}
