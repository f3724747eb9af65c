/* Classes in a pickle: names of which some are known. None is looked up. */
#include "text/pickle_private.h"

#include <string.h>

static const struct known {
    const char *module, *name;
    enum pickle_class class;
} known[] = {
    {"collections", "OrderedDict", PICKLE_MAPPING},
    {"collections", "defaultdict", PICKLE_MAPPING},
    {"builtins", "dict", PICKLE_MAPPING},
    {"__builtin__", "dict", PICKLE_MAPPING},
    {"copyreg", "_reconstructor", PICKLE_RECONSTRUCT},
    {"copy_reg", "_reconstructor", PICKLE_RECONSTRUCT},
    {"builtins", "int", PICKLE_PLAIN},
    {"__builtin__", "int", PICKLE_PLAIN},
    {"__builtin__", "long", PICKLE_PLAIN},
    {"builtins", "object", PICKLE_PLAIN},
    {"__builtin__", "object", PICKLE_PLAIN},
};

static bool is_text(const char *text, size_t n, const char *expected)
{
    return n == strlen(expected) && !memcmp(text, expected, n);
}

/* Keras has moved it from keras to keras_preprocessing, tensorflow.python.keras and
 * keras.src.legacy: the ends of the names are alike. */
static bool is_tokenizer(const struct pickle_argument *given)
{
    static const char end[] = "preprocessing.text";
    size_t n = sizeof end - 1;
    return given->n >= n && !memcmp(given->text + given->n - n, end, n) &&
           is_text(given->more, given->n_more, "Tokenizer");
}

int pickle_run_class(struct pickle *pickle, const struct pickle_argument *given)
{
    int class = is_tokenizer(given) ? PICKLE_TOKENIZER : -1;
    for (size_t i = 0; i < COUNT_OF(known) && class < 0; i++)
        if (is_text(given->text, given->n, known[i].module) &&
            is_text(given->more, given->n_more, known[i].name))
            class = (int)known[i].class;

    if (class < 0)
        return pickle_refuse(pickle,
                             "it holds %.*s.%.*s, expected a Tokenizer of Keras, its "
                             "JSON or its word index",
                             given->n < 80 ? (int)given->n : 80, given->text,
                             given->n_more < 80 ? (int)given->n_more : 80, given->more);

    struct pickle_value *value = pickle_new(pickle, PICKLE_CLASS);
    if (value)
        value->number = class;
    return pickle_push(pickle, value);
}

int pickle_run_named_class(struct pickle *pickle, const struct pickle_argument *given)
{
    int rc = pickle_need(pickle, 2);
    if (rc)
        return rc;
    const struct pickle_value *module = pickle->stack[pickle->n_stack - 2];
    const struct pickle_value *name = pickle->stack[pickle->n_stack - 1];
    if (module->kind != PICKLE_STRING || name->kind != PICKLE_STRING)
        return pickle_refuse(pickle, "a class without a name");

    const struct pickle_argument names = {.opcode = given->opcode,
                                          .text = module->text,
                                          .n = module->n,
                                          .more = name->text,
                                          .n_more = name->n};
    pickle->n_stack -= 2;
    return pickle_run_class(pickle, &names);
}

static bool is_class(const struct pickle_value *value, enum pickle_class class)
{
    return value->kind == PICKLE_CLASS && value->number == (int64_t) class;
}

/* Python 2 gives an OrderedDict its entries as a list of pairs. */
static bool add_pairs(struct pickle *pickle, struct pickle_value *dict,
                      const struct pickle_value *pairs)
{
    for (size_t i = 0; i < pairs->n; i++) {
        const struct pickle_value *pair = pairs->items[i];
        if (pair->kind != PICKLE_LIST || pair->n != 2 ||
            !pickle_append_all(pickle, dict, pair))
            return false;
    }
    return true;
}

/* OrderedDict(), OrderedDict([[key, value], ...]), defaultdict(int), dict(). */
static struct pickle_value *make_mapping(struct pickle *pickle,
                                         const struct pickle_value *arguments)
{
    const struct pickle_value *given = arguments->n ? arguments->items[0] : NULL;
    bool has_pairs = given && given->kind == PICKLE_LIST;
    if (arguments->n > 1 || (given && !has_pairs && !is_class(given, PICKLE_PLAIN)))
        return NULL;

    struct pickle_value *dict = pickle_new(pickle, PICKLE_DICT);
    return !dict || !has_pairs || add_pairs(pickle, dict, given) ? dict : NULL;
}

/* What a class and its arguments make; NULL: nothing that is known. */
static struct pickle_value *make(struct pickle *pickle, const struct pickle_value *class,
                                 const struct pickle_value *arguments)
{
    bool is_reconstructed = is_class(class, PICKLE_RECONSTRUCT) && arguments->n == 3 &&
                            is_class(arguments->items[0], PICKLE_TOKENIZER);

    if (is_class(class, PICKLE_MAPPING))
        return make_mapping(pickle, arguments);
    if (is_reconstructed || (is_class(class, PICKLE_TOKENIZER) && !arguments->n))
        return pickle_new(pickle, PICKLE_OBJECT);
    return NULL;
}

int pickle_run_make(struct pickle *pickle, const struct pickle_argument *given)
{
    (void)given;
    int rc = pickle_need(pickle, 2);
    if (rc)
        return rc;
    const struct pickle_value *class = pickle->stack[pickle->n_stack - 2];
    const struct pickle_value *arguments = pickle->stack[pickle->n_stack - 1];

    struct pickle_value *made =
        arguments->kind == PICKLE_LIST ? make(pickle, class, arguments) : NULL;
    if (!made)
        return pickle_refuse(pickle, "it makes what is no part of a Tokenizer");
    pickle->n_stack -= 2;
    return pickle_push(pickle, made);
}

/* The object below gets the attributes of the dictionary. */
int pickle_run_build(struct pickle *pickle, const struct pickle_argument *given)
{
    (void)given;
    int rc = pickle_need(pickle, 2);
    if (rc)
        return rc;
    struct pickle_value *object = pickle->stack[pickle->n_stack - 2];
    const struct pickle_value *state = pickle->stack[pickle->n_stack - 1];
    if (object->kind != PICKLE_OBJECT || state->kind != PICKLE_DICT)
        return pickle_refuse(pickle, "it sets what is no part of a Tokenizer");

    if (!pickle_append_all(pickle, object, state))
        return pickle_too_many(pickle);
    pickle->n_stack--;
    return OK;
}
