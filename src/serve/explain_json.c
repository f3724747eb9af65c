#include "serve/explain.h"

static json_t *words_json(const struct explanation *explanation)
{
    json_t *words = json_array();

    for (size_t i = 0; i < explanation->n_words; i++) {
        const struct explained_word *word = &explanation->words[i];
        json_t *one = json_pack("{s:s, s:I, s:I, s:f}", "word", word->word, "start",
                                (json_int_t)word->start, "end", (json_int_t)word->end,
                                "share", word->share);
        if (explanation->method == EXPLAIN_LEAVE_ONE_OUT)
            json_object_set_new(one, "without", json_real(word->without));
        json_array_append_new(words, one);
    }
    return words;
}

static json_t *ngrams_json(const struct explanation *explanation)
{
    json_t *ngrams = json_array();

    for (size_t i = 0; i < explanation->n_ngrams; i++)
        json_array_append_new(ngrams, json_pack("{s:s, s:f}", "ngram",
                                                explanation->ngrams[i].words, "share",
                                                explanation->ngrams[i].share));
    return ngrams;
}

json_t *explanation_json(const struct explanation *explanation,
                         const struct predictor *predictor, const char *text)
{
    bool is_path = explanation->method == EXPLAIN_GRADIENTS;
    const char *label = predictor->info.facts.labels[explanation->class];
    json_t *root =
        json_pack("{s:s, s:s, s:f, s:f}", "text", text, "label", label, "probability",
                  explanation->probability, "logit", explanation->logit);

    if (is_path)
        json_object_set_new(root, "baseline", json_real(explanation->baseline));
    json_object_set_new(root, "method",
                        json_string(explain_method_names[explanation->method]));
    if (is_path) {
        json_object_set_new(root, "gap", json_real(explanation->gap));
        json_object_set_new(root, "points", json_integer(explanation->points));
    }
    json_object_set_new(root, "words", words_json(explanation));
    if (explanation->n_ngrams > 0)
        json_object_set_new(root, "ngrams", ngrams_json(explanation));
    return root;
}
