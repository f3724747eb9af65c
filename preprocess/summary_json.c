#include "summary_private.h"

#include <string.h>

#include "figures.h"

static json_t *parts_json(const struct corpus *corpus)
{
    json_t *parts = json_object();
    for (int part = 0; part < DATASET_PARTS; part++) {
        json_t *counts = json_object();
        for (int c = 0; c < corpus->n_classes; c++)
            json_object_set_new(counts, corpus->classes[c],
                                json_integer(corpus->n_of_class[part][c]));
        if (corpus->n_of_part[part])
            json_object_set_new(parts, dataset_part_names[part], counts);
        else
            json_decref(counts);
    }
    return parts;
}

static json_t *notes_json(const struct corpus *corpus)
{
    json_t *notes = json_array();
    for (int i = 0; i < corpus->n_notes; i++)
        json_array_append_new(notes,
                              json_pack("{s:s, s:s}", "about", corpus->notes[i].about,
                                        "text", corpus->notes[i].text));
    return notes;
}

static json_t *weights_json(const struct corpus *corpus)
{
    json_t *weights = json_object();
    for (int c = 0; c < corpus->n_classes; c++)
        json_object_set_new(weights, corpus->classes[c],
                            json_real(figures_class_weight(corpus, c)));
    return weights;
}

static json_t *choices_json(const struct choices *choices, const char *name,
                            bool has_whole)
{
    json_t *list = json_array();
    for (int i = 0; i < choices->n; i++) {
        const struct candidate *choice = &choices->choice[i];
        json_t *entry = json_object();
        json_object_set_new(entry, name, json_integer(choice->value));
        json_object_set_new(entry, "kept", json_real(choice->kept));
        if (has_whole)
            json_object_set_new(entry, "whole_documents", json_real(choice->whole));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *lost_json(const struct text_tokenizer *tokenizer)
{
    json_t *lost = json_array();
    int first = figures_first_lost(tokenizer), known = text_n_words(tokenizer);
    for (int i = first; i <= known && i < first + 20; i++)
        json_array_append_new(lost, json_pack("[s, I]", text_word(tokenizer, i),
                                              (json_int_t)text_word_count(tokenizer, i)));
    return lost;
}

static json_t *lengths_json(const struct summary *summary)
{
    struct lengths lengths = figures_lengths(summary);
    json_t *histogram = json_array(), *result = json_object();
    for (int i = 0; i < lengths.n_bars; i++)
        json_array_append_new(
            histogram, json_pack("{s:i, s:i, s:i}", "from", lengths.bar[i].from, "to",
                                 lengths.bar[i].to, "documents", lengths.bar[i].n));

    json_object_set_new(result, "median", json_integer(figures_length(&lengths, 50)));
    json_object_set_new(result, "longest", json_integer(figures_length(&lengths, 100)));
    json_object_set_new(result, "histogram", histogram);
    json_object_set_new(result, "maxlen", choices_json(&lengths.maxlen, "maxlen", true));
    figures_release(&lengths);
    return result;
}

static json_t *duplicates_json(const struct corpus_duplicates *duplicates)
{
    json_t *within = json_object(), *in_train = json_object();
    for (int part = 0; part < DATASET_PARTS; part++) {
        json_object_set_new(within, dataset_part_names[part],
                            json_integer(duplicates->in_part[part]));
        if (part != DATASET_TRAIN)
            json_object_set_new(in_train, dataset_part_names[part],
                                json_integer(duplicates->in_train[part]));
    }
    return json_pack("{s:o, s:o, s:i, s:i}", "within", within, "also_in_train", in_train,
                     "texts_with_several_labels", duplicates->n_conflicts, "dropped",
                     duplicates->n_dropped);
}

/* The number of files left out whose reason begins so. */
static int64_t count_left_out(const struct left_out *left, const char *reason)
{
    int64_t n = 0;
    for (int i = 0; i < left->n; i++)
        if (!strncmp(left->reasons[i].what, reason, strlen(reason)))
            n += left->reasons[i].n;
    return n;
}

static void add_left_out(json_t *list, const struct left_out *left)
{
    for (int i = 0; i < left->n; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:s}", "what", left->reasons[i].what,
                                        "n", (json_int_t)left->reasons[i].n, "first",
                                        left->reasons[i].first));
}

/* How each part was recognised, as far as a name said it. */
static json_t *layout_json(const struct corpus_layout *layout)
{
    json_t *parts = json_object();
    for (int part = 0; part < DATASET_PARTS; part++)
        if (layout->parts[part])
            json_object_set_new(parts, dataset_part_names[part],
                                json_string(layout->parts[part]));
    return parts;
}

/* Texts may have several labels, or none. */
static void add_labels(json_t *root, const struct corpus *corpus)
{
    json_object_set_new(root, "multi_label", json_true());
    json_object_set_new(root, "labels_a_document",
                        json_real(figures_labels_a_document(corpus)));
    json_object_set_new(root, "documents_without_label",
                        json_integer(figures_unlabelled(corpus)));
}

/* What was read, and what was left out. */
static void add_reading(json_t *root, const struct summary *summary)
{
    const struct corpus *corpus = summary->corpus;
    const struct corpus_layout *layout = &corpus->layout;
    const struct left_out *met = &summary->notes->left_out;
    json_t *layouts = json_array(), *left_out = json_array();
    for (int i = 0; i < layout->n_read; i++)
        json_array_append_new(layouts, json_string(layout->read[i]));
    add_left_out(left_out, met);
    add_left_out(left_out, &layout->left_out);

    json_object_set_new(root, "read", layouts);
    json_object_set_new(root, "notes", notes_json(corpus));
    json_object_set_new(root, "parts_from", layout_json(layout));
    json_object_set_new(root, "documents", parts_json(corpus));
    if (corpus->is_multi_label)
        add_labels(root, corpus);
    else
        json_object_set_new(root, "class_weights", weights_json(corpus));
    json_object_set_new(root, "records_sorted_by_class", json_boolean(corpus->is_sorted));
    json_object_set_new(root, "left_out", left_out);
    json_object_set_new(root, "unlabelled_left_out",
                        json_integer(count_left_out(met, "files in unsup")));
    json_object_set_new(root, "beside_left_out",
                        json_integer(count_left_out(&layout->left_out, "files beside")));
}

static void add_words(json_t *root, const struct summary *summary)
{
    const struct tally *tally = summary->tally;
    json_object_set_new(root, "words", json_integer(tally->n_words));
    json_object_set_new(root, "words_without_id", json_integer(tally->n_unknown));
    json_object_set_new(root, "vocabulary",
                        json_integer(text_n_words(summary->tokenizer) -
                                     text_settings(summary->tokenizer)->index_from));
    json_object_set_new(root, "words_forgotten", json_integer(summary->n_forgotten));
    if (!summary->is_fitted)
        return;

    struct choices choices = figures_num_words(summary->tokenizer);
    json_object_set_new(root, "num_words", choices_json(&choices, "num_words", false));
    json_object_set_new(root, "most_frequent_lost", lost_json(summary->tokenizer));
}

static void add_ngrams(json_t *root, const struct summary *summary)
{
    const struct ngram_tally *tally = summary->ngram_tally;
    if (!summary->ngrams)
        return;
    json_object_set_new(root, "ngrams", json_integer(summary->ngrams->n_features));
    if (!tally)
        return;

    const char *length = summary->ngrams->characters ? "length" : "words";
    json_t *lengths = json_array();
    for (int k = 0; k < ngrams_longest(summary->ngrams); k++)
        json_array_append_new(
            lengths, json_pack("{s:i, s:I, s:I}", length, k + 1, "kept",
                               (json_int_t)tally->n_kept[k], "dropped",
                               (json_int_t)(tally->n_met[k] - tally->n_kept[k])));
    json_object_set_new(root, "ngrams_by_length", lengths);
    json_object_set_new(root, "ngrams_forgotten", json_integer(tally->n_forgotten));
}

static void add_vectors(json_t *root, const struct own_vectors *vectors)
{
    if (vectors)
        json_object_set_new(root, "vectors",
                            json_pack("{s:i, s:i}", "numbers", vectors->width, "words",
                                      own_vectors_n_known(vectors)));
}

static void add_rows(json_t *root, const struct summary *summary)
{
    const struct tally *tally = summary->tally;
    json_object_set_new(root, "ids", json_integer(tally->n_ids));
    json_object_set_new(root, "ids_truncated", json_integer(tally->n_truncated));
    json_object_set_new(root, "documents_truncated", json_integer(tally->n_longer));
    json_object_set_new(root, "documents_empty", json_integer(tally->n_empty));
    json_object_set_new(root, "lengths", lengths_json(summary));
}

char *summary_json(const struct summary *summary)
{
    const struct corpus *corpus = summary->corpus;
    json_t *root = json_object();
    add_reading(root, summary);
    if (summary->choosing)
        json_object_set_new(root, "chosen", choosing_json(summary->choosing));
    add_words(root, summary);
    add_ngrams(root, summary);
    add_vectors(root, summary->vectors);
    add_rows(root, summary);
    summary_add_unlabelled(root, summary);

    json_object_set_new(root, "duplicates", duplicates_json(&corpus->duplicates));
    json_object_set_new(root, "documents_repaired",
                        json_integer(corpus->repairs.n_documents));
    json_object_set_new(root, "invalid_parts",
                        json_integer(corpus->repairs.n_parts + summary->notes->n_bad));
    json_object_set_new(root, "output", json_string(summary->output));

    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    json_decref(root);
    return text;
}
