#include "keras/private.h"

#include <stdlib.h>
#include <string.h>

#include "text/text.h"

/* TextVectorization, which makes ids of texts within a model: id 0 is a pad, 1 a word
 * that is not in the vocabulary; rows are filled up and cut behind. It becomes a
 * tokenizer that does the same.
 *
 * Source: Keras 3 keras/src/layers/preprocessing/text_vectorization.py. */

/* What tf.strings.split takes for blanks, besides the blank. */
static const char blanks[] = "\t\n\v\f\r";
static const char unknown[] = "[UNK]";

bool keras_is_vectorization(const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "class_name"));
    return name && !strcmp(name, "TextVectorization");
}

/* What it says of a key; `otherwise` where it says null, NULL where it is no text. */
static const char *text_of(const json_t *config, const char *key, const char *otherwise)
{
    const json_t *value = json_object_get(config, key);
    return !value || json_is_null(value) ? otherwise : json_string_value(value);
}

static bool is_standard(const char *name)
{
    for (int i = 0; name && text_standard_names[i]; i++)
        if (!strcmp(name, text_standard_names[i]))
            return true;
    return false;
}

/* The first thing in it that has no counterpart, and what is expected; NULL: none. */
static const char *find_odd(const json_t *config)
{
    const char *split = text_of(config, "split", NULL);
    const char *mode = text_of(config, "output_mode", "int");
    const char *encoding = text_of(config, "encoding", "utf-8");

    if (!is_standard(text_of(config, "standardize", "none")))
        return "a standardize of its author's own: expected "
               "\"lower_and_strip_punctuation\", \"lower\", \"strip_punctuation\" or "
               "None";
    if (!split || (strcmp(split, "whitespace") && strcmp(split, "character")))
        return "another split than \"whitespace\" or \"character\"";
    if (!json_is_null(json_object_get(config, "ngrams")) &&
        json_object_get(config, "ngrams"))
        return "ngrams: expected None";
    if (!mode || strcmp(mode, "int"))
        return "another output_mode than \"int\"";
    if (!encoding || strcmp(encoding, "utf-8"))
        return "another encoding than \"utf-8\"";
    return keras_is_set(config, "ragged") ? "ragged rows: expected ragged=False" : NULL;
}

/* Ids from 2 on, in the order of the vocabulary, whose first words may be those of ids 0
 * and 1. */
struct numbering {
    json_t *index; /* {"word": id} */
    size_t place;  /* in the vocabulary */
    int next;
};

static int add_word(const struct keras_reading *reading, const struct keras_layer *layer,
                    struct numbering *numbering, const char *word, size_t n)
{
    bool is_special =
        (numbering->place == 0 && n == 0) ||
        (numbering->place <= 1 && n == strlen(unknown) && !memcmp(word, unknown, n));
    numbering->place++;
    if (is_special)
        return OK;

    char *key = xstrndup(word, n);
    int rc = OK;
    if (n == 0 || json_object_get(numbering->index, key))
        rc = keras_refuse(reading, layer, "has the word \"%.64s\" twice", key);
    else
        json_object_set_new(numbering->index, key, json_integer(numbering->next++));
    free(key);
    return rc;
}

/* Each word has a row in the embedding: more of them only take memory. */
static int check_lines(const struct keras_reading *reading,
                       const struct keras_layer *layer, const char *lines)
{
    const struct keras_arrays *weights = &reading->file->weights;
    size_t most = 2, n = 1;

    for (size_t i = 0; i < weights->n; i++)
        most += weights->array[i].size;
    for (; *lines && n <= most; lines++)
        n += *lines == '\n';
    return n <= most ? OK
                     : keras_refuse(reading, layer,
                                    "has more words than the model has weights");
}

static int add_lines(const struct keras_reading *reading, const struct keras_layer *layer,
                     const char *lines, struct numbering *numbering)
{
    int rc = check_lines(reading, layer, lines);

    for (const char *end; lines && !rc; lines = *end ? end + 1 : NULL) {
        end = lines + strcspn(lines, "\n");
        rc = add_word(reading, layer, numbering, lines, (size_t)(end - lines));
    }
    return rc;
}

/* The words stand in the layer where its author gave them, else in the archive. */
static int number_words(const struct keras_reading *reading,
                        const struct keras_layer *layer, struct numbering *numbering)
{
    const json_t *given = json_object_get(layer->config, "vocabulary"), *word;
    size_t i;
    int rc = OK;

    json_object_set_new(numbering->index, unknown, json_integer(1));
    if (!json_is_array(given) && !reading->file->vocabulary)
        return keras_refuse(
            reading, layer,
            "has no words here: save the model as .keras, which has them");
    if (!json_is_array(given))
        return add_lines(reading, layer, reading->file->vocabulary, numbering);

    json_array_foreach(given, i, word)
    {
        if (!rc && !json_is_string(word))
            rc = keras_refuse(reading, layer,
                              "has a vocabulary of other things than words");
        if (!rc)
            rc = add_word(reading, layer, numbering, json_string_value(word),
                          json_string_length(word));
    }
    return rc;
}

/* As Tokenizer.to_json() has it, with what its reader passes over. Takes the index. */
static char *tokenizer_of(const json_t *config, json_t *index)
{
    bool by_character = !strcmp(text_of(config, "split", ""), "character");
    json_t *root = json_pack(
        "{s:s, s:{s:n, s:s, s:b, s:s, s:b, s:s, s:o}, s:s}", "class_name", "Tokenizer",
        "config", "num_words", "filters", by_character ? "" : blanks, "lower", 0, "split",
        " ", "char_level", by_character, "oov_token", unknown, "word_index", index,
        "standardize", text_of(config, "standardize", "none"));
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    if (!text)
        die("a vocabulary does not fit JSON");
    json_decref(root);
    return text;
}

/* The shape that inputs say is that of texts. */
static void drop_inputs(struct keras_reading *reading)
{
    while (reading->n_layers > 0)
        free(reading->layers[--reading->n_layers].group);
}

static bool follows_inputs(const struct keras_reading *reading)
{
    for (size_t i = 0; i < reading->n_layers; i++)
        if (reading->layers[i].class->role != KERAS_ROLE_INPUT)
            return false;
    return !reading->model->tokenizer;
}

static int read_rows(struct keras_reading *reading, const struct keras_layer *layer)
{
    const json_t *length = json_object_get(layer->config, "output_sequence_length");
    json_int_t n = json_integer_value(length);

    if (!length || json_is_null(length)) /* as long as the longest text of a batch */
        return OK;
    if (!json_is_integer(length) || n < 1 || n > FACTS_MOST_LENGTH)
        return keras_refuse(reading, layer,
                            "has an output_sequence_length of %lld: expected 1 to %d",
                            (long long)n, FACTS_MOST_LENGTH);
    reading->model->config.length = (int)n;
    return OK;
}

int keras_read_vectorization(struct keras_reading *reading,
                             const struct keras_layer *layer)
{
    const char *odd = find_odd(layer->config);
    struct numbering numbering = {.next = 2};

    if (!follows_inputs(reading))
        return keras_misplaced(reading, layer);
    drop_inputs(reading);
    if (odd)
        return keras_refuse(reading, layer, "has %s", odd);

    numbering.index = json_object();
    int rc = read_rows(reading, layer);
    if (!rc)
        rc = number_words(reading, layer, &numbering);
    if (rc)
        json_decref(numbering.index);
    else
        reading->model->tokenizer = tokenizer_of(layer->config, numbering.index);
    return rc;
}
