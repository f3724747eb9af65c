#include "train/private.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/say.h"
#include "data/own_vectors.h"
#include "input/vectors.h"

/* The words of the data set's ids; what stands for unknown words is none. */
struct vocabulary {
    struct words words;
    int32_t *ids;    /* (words.n) */
    int64_t *counts; /* (words.n) in the training texts; 0: not known */
};

static int read_vocabulary(const struct trainer *trainer, struct vocabulary *vocabulary)
{
    struct text_tokenizer *tokenizer = NULL;
    int rc = dataset_tokenizer(&trainer->data, &tokenizer);
    if (rc)
        return rc;

    int num_words = trainer->data.facts.num_words;
    size_t room = (size_t)num_words + 1;
    vocabulary->ids = xcalloc(room, sizeof *vocabulary->ids);
    vocabulary->counts = xcalloc(room, sizeof *vocabulary->counts);
    own_vectors_words(tokenizer, num_words, &vocabulary->words, vocabulary->ids);
    for (int32_t i = 0; i < vocabulary->words.n; i++)
        vocabulary->counts[i] = text_word_count(tokenizer, vocabulary->ids[i]);
    text_free(tokenizer);
    return OK;
}

static void release_vocabulary(struct vocabulary *vocabulary)
{
    words_release(&vocabulary->words);
    free(vocabulary->ids);
    free(vocabulary->counts);
}

/* What messages call the vectors' file. */
static const char *source_of(const struct trainer *trainer)
{
    return trainer_config_has_own_vectors(trainer->config) ? trainer->config->data
                                                           : trainer->config->vectors;
}

/* Those that the data set has, as if they were a file's. */
static int read_own(const struct trainer *trainer, const struct vocabulary *vocabulary,
                    struct vectors *vectors)
{
    struct own_vectors own = {0};
    int rc = dataset_own_vectors(&trainer->data, &own);
    if (rc)
        return rc;

    size_t width = (size_t)own.width, n = (size_t)vocabulary->words.n;
    *vectors = (struct vectors){.width = own.width,
                                .n = vocabulary->words.n,
                                .values = xcalloc(n * width + 1, sizeof(float)),
                                .match = xcalloc(n + 1, 1)};
    for (size_t i = 0; i < n; i++) {
        int32_t id = vocabulary->ids[i];
        vectors->match[i] = own.known[id] ? VECTORS_EXACT : VECTORS_MISSING;
        vectors->n_of_match[vectors->match[i]]++;
        memcpy(vectors->values + i * width, own.values + (size_t)id * width,
               width * sizeof(float));
    }
    vectors->n_rows = own_vectors_n_known(&own);
    own_vectors_release(&own);
    return OK;
}

/* The width that is wanted, of the table and of what --vectors-dim leaves. */
static int fit_width(const struct trainer *trainer, struct vectors *vectors)
{
    const struct trainer_config *config = trainer->config;
    int table = (int)trainer->params->tensors[0].shape[1], width = vectors->width;

    if (config->vectors_dim > width)
        return fail(ERR_USAGE, "--vectors-dim %d: the vectors of %s have %d numbers only",
                    config->vectors_dim, source_of(trainer), width);
    width = config->vectors_dim ? config->vectors_dim : width;
    if (width != table)
        return fail(ERR_USAGE,
                    "%s: vectors of %d numbers, but the embedding is %d wide: leave "
                    "--embedding out (or write embedding:%d in --stack)%s",
                    source_of(trainer), width, table, width,
                    width > table ? ", or have them reduced by --vectors-dim" : "");
    if (width < vectors->width)
        vectors_reduce(vectors, width);
    return OK;
}

/* Found rows are the file's; the others keep what was drawn, uniform within 0.05, at the
 * deviation of the found ones: they are as long as those, and nothing is guessed. */
static void put_in(const struct trainer *trainer, const struct vocabulary *vocabulary,
                   const struct vectors *vectors)
{
    const struct tensor *tensor = &trainer->params->tensors[0];
    real *table = trainer->weights + tensor->offset;
    size_t width = tensor->shape[1];
    real scale = (real)(vectors_deviation(vectors) / (0.05 / sqrt(3)));

    for (size_t i = 0; i < tensor->size; i++)
        table[i] *= scale;
    for (int32_t i = 0; i < vectors->n; i++)
        for (size_t j = 0; j < width && vectors->match[i]; j++)
            table[(size_t)vocabulary->ids[i] * width + j] =
                vectors->values[(size_t)i * width + j];
}

/* ", 97.1 % of the training texts' words", or nothing where counts are not known; the
 * caller's. */
static char *describe_share(const struct vocabulary *vocabulary,
                            const struct vectors *vectors)
{
    double all = 0, found = 0;

    for (int32_t i = 0; i < vectors->n; i++) {
        all += (double)vocabulary->counts[i];
        found += vectors->match[i] ? (double)vocabulary->counts[i] : 0;
    }
    return all > 0 ? xasprintf(", %.1f %% of those words in the training texts",
                               100 * found / all)
                   : xstrdup("");
}

static char *add_note(char *lines, char *note)
{
    char *longer = xasprintf("%s%s\n", lines, note);
    free(lines);
    free(note);
    return longer;
}

/* Lines, each with its '\n'; the caller's. */
static char *describe(const struct trainer *trainer, const struct vocabulary *vocabulary,
                      const struct vectors *vectors)
{
    const int32_t *n = vectors->n_of_match;
    int32_t missing = n[VECTORS_MISSING];
    const char *form = trainer_config_has_own_vectors(trainer->config)
                           ? "its own"
                           : vectors_form_names[vectors->form];
    char rows[32], words[32], found[32], *share = describe_share(vocabulary, vectors);
    program_thousands(vectors->n_rows, rows);
    program_thousands(vectors->n, words);
    program_thousands(vectors->n - missing, found);

    char *lines =
        add_note(xstrdup(""), xasprintf("vectors of %s (%s, %s x %d): %s of %s words%s",
                                        source_of(trainer), form, rows, vectors->width,
                                        found, words, share));
    free(share);
    if (n[VECTORS_FOLDED])
        lines =
            add_note(lines, xasprintf("%d of them by a word that is the same in lower "
                                      "case",
                                      n[VECTORS_FOLDED]));
    if (n[VECTORS_PARTS])
        lines =
            add_note(lines, xasprintf("%d of them by their n-grams, as the model does "
                                      "not list them",
                                      n[VECTORS_PARTS]));
    if (missing)
        lines =
            add_note(lines, xasprintf("%d without a vector are drawn, at the deviation "
                                      "of the others, %.3g",
                                      missing, vectors_deviation(vectors)));
    if (vectors->n_twice)
        lines = add_note(lines, xasprintf("%lld rows are of words that had one before, "
                                          "which counts (the first is row %lld)",
                                          (long long)vectors->n_twice,
                                          (long long)vectors->first_twice));
    return lines;
}

static int put_vectors(struct trainer *trainer, const struct vocabulary *vocabulary)
{
    struct vectors vectors = {0};
    int rc = trainer_config_has_own_vectors(trainer->config)
                 ? read_own(trainer, vocabulary, &vectors)
                 : vectors_read(trainer->config->vectors, &vocabulary->words, &vectors);

    if (!rc && vectors.n_of_match[VECTORS_MISSING] == vectors.n)
        rc = fail(ERR_USAGE,
                  "%s: it has none of the %d words of %s: are the vectors of its "
                  "language, and of words as its tokenizer cuts them?",
                  source_of(trainer), vectors.n, trainer->config->data);
    if (!rc)
        rc = fit_width(trainer, &vectors);
    if (!rc) {
        put_in(trainer, vocabulary, &vectors);
        free(trainer->beginning);
        trainer->beginning = describe(trainer, vocabulary, &vectors);
    }
    vectors_release(&vectors);
    return rc;
}

/* A run that is gone on with has its weights: the file may be gone. */
static bool will_resume(const struct trainer *trainer)
{
    static const char *const names[] = {"last.h5", "last.prev.h5"};
    bool is_there = false;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *path = xasprintf("%s/%s", trainer->config->run_dir, names[i]);
        is_there = is_there || access(path, F_OK) == 0;
        free(path);
    }
    return trainer->config->resume && !trainer->resumed.is_resumed && is_there;
}

int trainer_take_vectors(struct trainer *trainer)
{
    struct vocabulary vocabulary = {0};
    if (will_resume(trainer))
        return OK;

    int rc = read_vocabulary(trainer, &vocabulary);
    if (!rc)
        rc = put_vectors(trainer, &vocabulary);
    release_vocabulary(&vocabulary);
    return rc;
}
