#include "commands/import_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/say.h"
#include "data/classes.h"
#include "files/h5.h"

static const char *const sides[] = {[CHECKPOINT_SIDE_AUTO] = "auto",
                                    [CHECKPOINT_SIDE_PRE] = "pre",
                                    [CHECKPOINT_SIDE_POST] = "post",
                                    NULL};
static const char *const heads[] = {MODEL_HEAD_NAMES, [MODEL_HEADS] = "auto", NULL};
static const char *const gates[] = {MODEL_GATES_NAMES, [MODEL_GATES] = "auto", NULL};

static const char *const outputs[] = {[KERAS_OUTPUTS_AUTO] = "auto",
                                      [KERAS_OUTPUTS_CLASSES] = "classes",
                                      [KERAS_OUTPUTS_LABELS] = "labels",
                                      NULL};

#define AT(field) offsetof(struct import_settings, field)
#define GROUP "Models of Keras: what such a file does not say"

static const struct option options[] = {
    {"tokenizer", OPTION_STRING, AT(tokenizer), NULL, 0, 0, option_file,
     "its tokenizer: tokenizer.json of Keras's to_json(), a pickle, a word index, or a "
     "data set or model with the same words",
     GROUP, true},
    {"imdb-word-index", OPTION_STRING, AT(imdb_word_index), NULL, 0, 0, option_file,
     "file with the word index of keras.datasets.imdb, {\"the\": 1, ...}: ids are index "
     "+ 3, a text begins with 1, words at or beyond the embedding's rows are 2, words "
     "that it lacks are dropped",
     GROUP, true},
    {"labels", OPTION_STRING, AT(labels), NULL, 0, 0, NULL,
     "names of the classes in the model's order, with commas between, or a file with one "
     "a line; of a checkpoint too, in place of its own; without, a model of Keras has "
     "those of its export, 0,1,... or, with the word index, neg,pos",
     GROUP, true},
    {"maxlen", OPTION_INT, AT(maxlen), "0", 0, FACTS_MOST_LENGTH, NULL,
     "ids a row, where the model takes any; 0: as it says", GROUP, true},
    {"padding", OPTION_CHOICE, AT(padding), "auto", 0, 0, sides,
     "where pads stand; auto: as an export says, else pre, as pad_sequences has it",
     GROUP, true},
    {"truncating", OPTION_CHOICE, AT(truncating), "auto", 0, 0, sides,
     "which side a long text loses; auto: as an export says, else pre, as pad_sequences "
     "has it",
     GROUP, true},
    {"architecture", OPTION_STRING, AT(architecture), NULL, 0, 0, option_file,
     "of a file of weights alone: what model.to_json() gave", GROUP, true},
    {"logits", OPTION_BOOL, AT(logits), "false", 0, 0, NULL,
     "of a model whose last layer has no activation: it gives logits, as a loss with "
     "from_logits=True takes them",
     GROUP, true},
    {"outputs", OPTION_CHOICE, AT(outputs), "auto", 0, 0, outputs,
     "what several units of the last layer are: classes, of which a text has one, or "
     "labels, of which it may have any; auto: as the loss says",
     GROUP, true},
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
        .architecture = settings->architecture,
        .padding = (enum checkpoint_side)settings->padding,
        .truncating = (enum checkpoint_side)settings->truncating,
        .keras = {.maxlen = (int)settings->maxlen,
                  .head = (enum model_head)settings->head,
                  .gates = (enum model_gates)settings->recurrent_activation,
                  .mask = settings->mask,
                  .logits = settings->logits,
                  .outputs = (enum keras_outputs)settings->outputs,
                  .outputs_given = settings->outputs != KERAS_OUTPUTS_AUTO,
                  .asked = settings->head != MODEL_HEADS || settings->mask ||
                           settings->recurrent_activation != MODEL_GATES},
    };
}

bool import_is_same_file(const char *left, const char *right)
{
    struct stat a, b;
    return left && right && stat(left, &a) == 0 && stat(right, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int import_check_output(const char *model, const struct import_settings *settings,
                        const char *output)
{
    char *file = checkpoint_path(model);
    bool is_model = import_is_same_file(file, output);
    free(file);

    if (is_model)
        return fail(ERR_EXISTS, "-o %s would replace the model that is read", output);
    if (import_is_same_file(settings->tokenizer, output) ||
        import_is_same_file(settings->imdb_word_index, output))
        return fail(ERR_EXISTS, "%s would be replaced, but it is the model's tokenizer",
                    output);
    return OK;
}

void import_print_unsealed(bool is_unsealed, const char *path)
{
    char *note = is_unsealed ? h5_unsealed_note(path) : NULL;
    if (note)
        say_line(stderr, "rnntrain: note: %s", note);
    free(note);
}

static void print_notes(const char *path, const char *notes)
{
    while (*notes) {
        size_t n = strcspn(notes, "\n");
        say_line(stderr, "rnntrain: note: %s: %.*s", path, (int)n, notes);
        notes += n + (notes[n] == '\n');
    }
}

void import_print_notes(const struct checkpoint *info)
{
    import_print_unsealed(info->is_unsealed, info->path);
    if (info->keras)
        print_notes(info->path, info->keras->notes);
}

void import_print_training_notes(const struct checkpoint *info)
{
    char *notes = checkpoint_training_notes(info);
    print_notes(info->path, notes);
    free(notes);
}

void import_print_assumed(const struct checkpoint *info)
{
    if (info->assumes_padding || info->assumes_truncating)
        print_notes(info->path,
                    info->assumes_padding
                        ? "it does not say where pads stand: in front is assumed, as "
                          "pad_sequences has it; --padding post where they stood behind"
                        : "it does not say what a long text loses: its beginning is "
                          "assumed; --truncating post where it lost its end");
    if (info->has_no_names && classes_are_numbered(&info->facts))
        print_notes(info->path,
                    "it does not name its classes, which are called by their "
                    "numbers: --labels NAME,NAME gives names, in their order");
}
