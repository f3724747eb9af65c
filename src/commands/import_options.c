#include "commands/import_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files/h5.h"

static const char *const sides[] = {"pre", "post", NULL};
static const char *const heads[] = {MODEL_HEAD_NAMES, [MODEL_HEADS] = "auto", NULL};
static const char *const gates[] = {MODEL_GATES_NAMES, [MODEL_GATES] = "auto", NULL};

#define AT(field) offsetof(struct import_settings, field)
#define GROUP "Models of Keras: what such a file does not say"

static const struct option options[] = {
    {"tokenizer", OPTION_STRING, AT(tokenizer), NULL, 0, 0, option_file,
     "file with its tokenizer, as Tokenizer.to_json() gives it", GROUP, true},
    {"imdb-word-index", OPTION_STRING, AT(imdb_word_index), NULL, 0, 0, option_file,
     "file with the word index of keras.datasets.imdb, {\"the\": 1, ...}: ids are index "
     "+ 3, a text begins with 1, words at or beyond the embedding's rows are 2, words "
     "that it lacks are dropped",
     GROUP, true},
    {"labels", OPTION_STRING, AT(labels), NULL, 0, 0, NULL,
     "names of the classes in the model's order, with commas between, or a file with one "
     "a line; of a checkpoint too, in place of its own; without, a model of Keras has "
     "0,1,... or, with the word index, neg,pos",
     GROUP, true},
    {"maxlen", OPTION_INT, AT(maxlen), "0", 0, FACTS_MOST_LENGTH, NULL,
     "ids a row, where the model takes any; 0: as it says", GROUP, true},
    {"padding", OPTION_CHOICE, AT(padding), "pre", 0, 0, sides, "where pads stand", GROUP,
     true},
    {"truncating", OPTION_CHOICE, AT(truncating), "pre", 0, 0, sides,
     "which side a long text loses", GROUP, true},
    {"head", OPTION_CHOICE, AT(head), "auto", 0, 0, heads,
     "of a file of weights alone: what follows the recurrent layers; auto: flatten or "
     "last, as shapes say",
     GROUP, true},
    {"recurrent-activation", OPTION_CHOICE, AT(recurrent_activation), "auto", 0, 0, gates,
     "of a file of weights alone; auto: hard_sigmoid up to Keras 2.2, then sigmoid",
     GROUP, true},
    {"mask", OPTION_BOOL, AT(mask), "false", 0, 0, NULL,
     "of a file of weights alone: Embedding(mask_zero=True)", GROUP, true},
};

const struct option_table import_options = {.options = options,
                                            .n_options = (int)COUNT_OF(options)};

struct checkpoint_hints import_hints(const struct import_settings *settings)
{
    return (struct checkpoint_hints){
        .tokenizer = settings->tokenizer,
        .word_index = settings->imdb_word_index,
        .labels = settings->labels,
        .pad_post = settings->padding == 1,
        .truncate_post = settings->truncating == 1,
        .keras = {.maxlen = (int)settings->maxlen,
                  .head = (enum model_head)settings->head,
                  .gates = (enum model_gates)settings->recurrent_activation,
                  .mask = settings->mask,
                  .asked = settings->head != MODEL_HEADS || settings->mask ||
                           settings->recurrent_activation != MODEL_GATES},
    };
}

static bool is_same_file(const char *left, const char *right)
{
    struct stat a, b;
    return left && right && stat(left, &a) == 0 && stat(right, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int import_check_output(const char *model, const struct import_settings *settings,
                        const char *output)
{
    char *file = checkpoint_path(model);
    bool is_model = is_same_file(file, output);
    free(file);

    if (is_model)
        return fail(ERR_EXISTS, "-o %s would replace the model that is read", output);
    if (is_same_file(settings->tokenizer, output) ||
        is_same_file(settings->imdb_word_index, output))
        return fail(ERR_EXISTS, "%s would be replaced, but it is the model's tokenizer",
                    output);
    return OK;
}

void import_print_unsealed(bool is_unsealed, const char *path)
{
    char *note = is_unsealed ? h5_unsealed_note(path) : NULL;
    if (note)
        fprintf(stderr, "rnntrain: note: %s\n", note);
    free(note);
}

void import_print_notes(const struct checkpoint *info)
{
    const char *note = info->keras ? info->keras->notes : "";

    import_print_unsealed(info->is_unsealed, info->path);
    while (*note) {
        size_t n = strcspn(note, "\n");
        fprintf(stderr, "rnntrain: note: %s: %.*s\n", info->path, (int)n, note);
        note += n + (note[n] == '\n');
    }
}
