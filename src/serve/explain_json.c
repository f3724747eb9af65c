#include "serve/explain.h"

#include <math.h>

/* JSON has no word for what is not finite: the key is left out. */
static void set_number(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, isfinite(value) ? json_real(value) : NULL);
}

static json_t *words_json(const struct explanation *explanation)
{
    json_t *words = json_array();

    for (size_t i = 0; i < explanation->n_words; i++) {
        const struct explained_word *word = &explanation->words[i];
        json_t *one = json_pack("{s:s, s:I, s:I}", "word", word->word, "start",
                                (json_int_t)word->start, "end", (json_int_t)word->end);
        set_number(one, "share", word->share);
        if (explanation->method == EXPLAIN_LEAVE_ONE_OUT)
            set_number(one, "without", word->without);
        json_array_append_new(words, one);
    }
    return words;
}

static json_t *ngrams_json(const struct explanation *explanation)
{
    json_t *ngrams = json_array();

    for (size_t i = 0; i < explanation->n_ngrams; i++) {
        json_t *one = json_pack("{s:s}", "ngram", explanation->ngrams[i].words);
        set_number(one, "share", explanation->ngrams[i].share);
        json_array_append_new(ngrams, one);
    }
    return ngrams;
}

json_t *explanation_json(const struct explanation *explanation,
                         const struct predictor *predictor, const char *text)
{
    bool is_path = explanation->method == EXPLAIN_GRADIENTS;
    const char *label = predictor->info.facts.labels[explanation->class];
    json_t *root = json_pack("{s:s, s:s}", "text", text, "label", label);

    set_number(root, "probability", explanation->probability);
    set_number(root, "logit", explanation->logit);
    if (is_path)
        set_number(root, "baseline", explanation->baseline);
    json_object_set_new(root, "method",
                        json_string(explain_method_names[explanation->method]));
    if (is_path) {
        set_number(root, "gap", explanation->gap);
        json_object_set_new(root, "points", json_integer(explanation->points));
    }
    json_object_set_new(root, "words", words_json(explanation));
    if (explanation->n_ngrams > 0)
        json_object_set_new(root, "ngrams", ngrams_json(explanation));
    return root;
}
