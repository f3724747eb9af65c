#include "saved/checkpoint_private.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "data/classes.h"
#include "files/file.h"
#include "files/mapped.h"
#include "saved/tokenizer.h"

static int labels_of(const struct checkpoint_hints *hints, const char *labels, int n,
                     char ***names)
{
    const char *option = hints->labels_option ? hints->labels_option : "--labels";
    return classes_from_option(option, labels, n, names);
}

/* Whether the file has names of n classes, as an export of ours does. */
static bool names_classes(const struct keras_file *file, int n)
{
    return file->n_labels == (size_t)n &&
           classes_check(file->path, ERR_FORMAT, file->labels, n) == OK;
}

/* Data that name them otherwise are found out when the two are compared. */
static int name_classes(const struct checkpoint_hints *hints,
                        const struct keras_file *file, int n, struct checkpoint *info)
{
    struct facts *facts = &info->facts;
    const char *labels = hints->labels;
    bool is_named = !labels && names_classes(file, n);

    info->has_no_names = !labels && !is_named;
    facts->n_labels = n;
    if (!labels && !is_named && hints->word_index && n == 2 && !facts->multi_label)
        labels = "neg,pos";
    if (labels)
        return labels_of(hints, labels, n, &facts->labels);

    facts->labels = xcalloc((size_t)n, sizeof *facts->labels);
    for (int i = 0; i < n; i++)
        facts->labels[i] = is_named ? xstrdup(file->labels[i]) : xasprintf("%d", i);
    return OK;
}

/* Of the tokenizer's file. */
static void add_note(struct keras_model *keras, const char *path, const char *note)
{
    char *notes = xasprintf("%s%s: %s\n", keras->notes, path, note);
    free(keras->notes);
    keras->notes = notes;
}

/* As a hint says, or the model, where it takes texts. */
static int read_tokenizer(const struct checkpoint_hints *hints,
                          const struct checkpoint *info,
                          const struct text_options *options,
                          struct text_tokenizer **tokenizer, char **assumed)
{
    const char *own = info->keras->tokenizer;

    if (hints->word_index)
        return text_from_word_index_file(hints->word_index, options, tokenizer);
    if (hints->tokenizer)
        return saved_tokenizer(hints->tokenizer, options, tokenizer, assumed);
    return own ? text_from_json(own, info->path, options, tokenizer) : OK;
}

/* A model of Keras has one where it begins with a TextVectorization. */
static int take_tokenizer(const struct checkpoint_hints *hints, struct checkpoint *info)
{
    const struct facts *facts = &info->facts;
    struct text_options options = facts_padding(facts);
    const char *given = hints->word_index ? hints->word_index : hints->tokenizer;
    const char *path = given ? given : info->path;
    struct text_tokenizer *tokenizer = NULL;
    char *assumed = NULL;
    if (given && info->keras->tokenizer)
        return fail(
            ERR_USAGE,
            "%s: %s takes texts itself, by its TextVectorization: leave the option "
            "out",
            given, info->path);

    options.num_words = facts->num_words;
    if (options.maxlen == 0)
        options.maxlen = 1; /* nothing is padded here */
    int rc = read_tokenizer(hints, info, &options, &tokenizer, &assumed);
    if (rc || !tokenizer)
        return rc;
    if (text_max_id(tokenizer) >= facts->num_words)
        rc = fail(ERR_FORMAT,
                  "%s gives ids up to %d, but the embedding of %s has %d rows: it is not "
                  "the model's tokenizer",
                  path, text_max_id(tokenizer), info->path, facts->num_words);
    /* a data set of these words is to have as many ids as the embedding has rows */
    if (!rc && text_settings(tokenizer)->num_words == 0)
        text_set_rows(tokenizer, facts->num_words, options.maxlen);
    if (!rc)
        info->tokenizer = text_to_json(tokenizer, true);
    if (!rc && assumed)
        add_note(info->keras, path, assumed);
    text_free(tokenizer);
    free(assumed);
    return rc;
}

static char *provenance_of(const struct keras_model *keras)
{
    json_t *root = json_pack("{s:s}", "imported_from_keras", keras->version);
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text ? text : xstrdup("{}");
}

/* As an option, the file or the data say, in this order; else as pad_sequences does. */
static bool is_pre(enum checkpoint_side hint, const char *said, const bool *data,
                   bool *is_assumed)
{
    *is_assumed = hint == CHECKPOINT_SIDE_AUTO && !said && !data;
    if (hint != CHECKPOINT_SIDE_AUTO)
        return hint == CHECKPOINT_SIDE_PRE;
    if (said)
        return !strcmp(said, "pre");
    return data ? *data : true;
}

static int understand(const struct checkpoint_hints *hints, const struct keras_file *file,
                      struct checkpoint *info)
{
    struct keras_model *keras = info->keras = xcalloc(1, sizeof *info->keras);
    struct facts *facts = &info->facts;
    struct keras_hints wanted = hints->keras;
    if (hints->facts && !wanted.maxlen)
        wanted.maxlen = hints->facts->maxlen;

    int rc = keras_model_from(file, &wanted, keras);
    if (rc)
        return rc;

    info->config = xstrdup(keras->record);
    info->state = xasprintf("{\"step\":%lld}", (long long)keras->n_steps);
    info->provenance = provenance_of(keras);
    info->n_slots = keras->n_slots;

    facts->num_words = keras->config.vocabulary;
    facts->maxlen = keras->config.length;
    const char *padding = keras->tokenizer ? "post" : file->padding;
    const char *truncating = keras->tokenizer ? "post" : file->truncating;
    facts->pad_pre =
        is_pre(hints->padding, padding, hints->facts ? &hints->facts->pad_pre : NULL,
               &info->assumes_padding);
    facts->truncate_pre = is_pre(hints->truncating, truncating,
                                 hints->facts ? &hints->facts->truncate_pre : NULL,
                                 &info->assumes_truncating);
    facts->multi_label = chain_is_multi_label(&keras->config);
    rc = name_classes(hints, file, chain_classes(&keras->config), info);
    return rc ? rc : take_tokenizer(hints, info);
}

/* A checkpoint says all that hints could say, but for other names of its classes. */
static int refuse_hints(const char *path, const struct checkpoint_hints *hints)
{
    const char *given = hints->tokenizer      ? "--tokenizer"
                        : hints->word_index   ? "--imdb-word-index"
                        : hints->architecture ? "--architecture"
                        : hints->padding      ? "--padding"
                        : hints->truncating   ? "--truncating"
                        : hints->keras.asked  ? "--head, --mask or --recurrent-activation"
                        : hints->keras.maxlen ? "--maxlen"
                        : hints->keras.logits ? "--logits"
                        : hints->keras.outputs_given ? "--outputs"
                                                     : NULL;

    if (!given)
        return OK;
    return fail(ERR_USAGE,
                "%s is for models of Keras; %s is a checkpoint of rnntrain, "
                "which has its own",
                given, path);
}

/* The same names in another order would exchange what they mean. */
static int check_order(const struct checkpoint *info, const struct facts *named)
{
    int32_t *places = xcalloc((size_t)named->n_labels, sizeof *places);
    bool is_turned = classes_map(&info->facts, named, places) &&
                     !classes_in_order(places, named->n_labels);
    free(places);
    if (!is_turned)
        return OK;

    char *known = classes_shown(&info->facts), *given = classes_shown(named);
    int rc = fail(ERR_USAGE,
                  "%s: the names given to its classes, %s, are its own in another order, "
                  "%s: leave the option out, classes find each other by their names",
                  info->path, given, known);
    free(known);
    free(given);
    return rc;
}

/* A model of Keras that was imported without names has numbers in their place. */
static int rename_classes(const struct checkpoint_hints *hints, struct checkpoint *info)
{
    json_t *provenance = json_loads(info->provenance, 0, NULL);
    struct facts *facts = &info->facts;
    struct facts named = {.n_labels = facts->n_labels};
    bool has_numbers =
        json_object_get(provenance, "imported_from_keras") && classes_are_numbered(facts);

    info->has_no_names = has_numbers && !hints->labels;
    json_decref(provenance);
    if (!hints->labels)
        return OK;

    int rc = labels_of(hints, hints->labels, facts->n_labels, &named.labels);
    if (!rc && !has_numbers)
        rc = check_order(info, &named);
    if (rc) {
        facts_release(&named);
        return rc;
    }

    for (int i = 0; i < facts->n_labels; i++)
        free(facts->labels[i]);
    free(facts->labels);
    facts->labels = named.labels;
    return OK;
}

/* `unsealed`: its bytes; NULL: it is sealed. */
static int open_own(const char *path, const struct checkpoint_hints *hints,
                    const struct mapped *unsealed, struct checkpoint *result)
{
    struct checkpoint info = {.path = NULL};
    int rc = refuse_hints(path, hints);
    if (!rc)
        rc = unsealed
                 ? checkpoint_open_unsealed(path, unsealed->bytes, unsealed->n, &info)
                 : checkpoint_open(path, &info);
    if (rc)
        return rc;

    rc = rename_classes(hints, &info);
    if (rc)
        checkpoint_release(&info);
    else
        *result = info;
    return rc;
}

int checkpoint_import_bytes(const char *path, const struct checkpoint_hints *hints,
                            const struct mapped *bytes, struct checkpoint *result)
{
    struct checkpoint info = {.path = NULL};
    struct keras_file file = {0};

    int rc = keras_file_read(path, bytes->bytes, bytes->n, &file);
    if (!rc && file.is_checkpoint) {
        rc = open_own(path, hints, bytes, &info);
    } else if (!rc) {
        info.path = xstrdup(path);
        if (hints->architecture)
            rc = keras_file_take_architecture(&file, hints->architecture);
        if (!rc)
            rc = understand(hints, &file, &info);
    }
    keras_file_release(&file);

    if (rc) {
        checkpoint_release(&info);
        return rc;
    }
    *result = info;
    return OK;
}

static int import_unsealed(const char *path, const struct checkpoint_hints *hints,
                           struct checkpoint *info)
{
    struct mapped file = {0};
    int rc = mapped_file(path, &file);
    if (!rc)
        rc = checkpoint_import_bytes(path, hints, &file, info);
    mapped_release(&file);
    return rc;
}

int checkpoint_import(const char *path, const struct checkpoint_hints *hints,
                      struct checkpoint *info)
{
    const struct checkpoint_hints none = {.keras = keras_no_hints};
    char *file = checkpoint_path(path);
    bool is_sealed = false;
    int rc = OK;

    hints = hints ? hints : &none;
    if (hints->tokenizer && hints->word_index)
        rc = fail(ERR_USAGE, "--tokenizer and --imdb-word-index: give one of them");
    if (!rc)
        rc = checkpoint_check_path(file);
    if (!rc)
        rc = file_is_sealed(file, &is_sealed);

    if (!rc)
        rc = is_sealed ? open_own(file, hints, NULL, info)
                       : import_unsealed(file, hints, info);
    free(file);
    return rc;
}

int checkpoint_load_imported(const struct checkpoint *info, const struct params *params,
                             float *weights, float *const *slots)
{
    const struct keras_model *keras = info->keras;
    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *wanted = &params->tensors[i];
        const struct tensor *found =
            i < keras->params.n_tensors ? &keras->params.tensors[i] : NULL;
        if (!found || found->n_dims != wanted->n_dims ||
            found->shape[0] != wanted->shape[0] || found->shape[1] != wanted->shape[1] ||
            found->shape[2] != wanted->shape[2])
            return fail(ERR_FORMAT, "%s: %s/%s is (%zu, %zu), expected (%zu, %zu)",
                        info->path, wanted->layer, wanted->name,
                        found ? found->shape[0] : 0, found ? found->shape[1] : 0,
                        wanted->shape[0], wanted->shape[1]);
    }

    memcpy(weights, keras->weights, params->size * sizeof *weights);
    for (int i = 0; i < info->n_slots && slots; i++)
        memcpy(slots[i], keras->slots[i], params->size * sizeof *weights);
    return OK;
}
