/* What a file says of itself: labels, and how texts become what it reads. */
#include "export/onnx/private.h"

#include <inttypes.h>
#include <stdlib.h>

#include <jansson.h>

#include "export/marks.h"

/* Takes the value over. */
static void add_property(Onnx__ModelProto *model, const char *key, char *value)
{
    size_t n = model->n_metadata_props;
    Onnx__StringStringEntryProto *entry = xcalloc(1, sizeof *entry);
    onnx__string_string_entry_proto__init(entry);
    entry->key = xstrdup(key);
    entry->value = value;
    model->metadata_props =
        xrealloc(model->metadata_props, n + 1, sizeof(Onnx__StringStringEntryProto *));
    model->metadata_props[model->n_metadata_props++] = entry;
}

/* A JSON list: column c of the probabilities belongs to label c, a single one to label
 * 1. */
static char *labels_json(const struct facts *facts)
{
    json_t *labels = json_array();
    for (int c = 0; c < facts->n_labels; c++)
        json_array_append_new(labels, json_string(facts->labels[c]));
    char *text = json_dumps(labels, JSON_COMPACT);
    json_decref(labels);
    if (!text)
        die("labels do not fit JSON");
    return text;
}

/* How a text is cut into words: what rnnprep did to it, in the order of the keys. */
static char *words_json(const struct onnx_export *export, const struct ngrams *ngrams)
{
    const struct text_options *text = text_settings(export->tokenizer);
    char *marks = ngrams ? export_marks(export->tokenizer, ngrams) : xstrdup("");
    json_t *stops = json_array();
    for (int i = 0; i < text->n_stop_words; i++)
        json_array_append_new(stops, json_string(text->stop_words[i]));

    json_t *words = json_pack(
        "{s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:o}", "tags", text_tag_names[text->tags],
        "normalize", text_form_names[text->form], "lower", text->lower, "segment",
        text_segment_names[text->segment], "filters", text->filters, "punctuation", marks,
        "split", text->split, "stop_words", stops);
    if (ngrams && ngrams->characters)
        json_object_set_new(words, "characters", json_integer(ngrams->characters));
    char *said = words ? json_dumps(words, JSON_COMPACT) : NULL;
    if (!said)
        die("words do not fit JSON");
    json_decref(words);
    free(marks);
    return said;
}

/* How ids are made from words; the words themselves are the tokenizer's. */
static void add_ids_properties(Onnx__ModelProto *model, const struct facts *facts)
{
    add_property(model, "num_words", xasprintf("%d", facts->num_words));
    add_property(model, "maxlen", xasprintf("%d", facts->maxlen));
    add_property(model, "padding", xstrdup(facts->pad_pre ? "pre" : "post"));
    add_property(model, "truncating", xstrdup(facts->truncate_pre ? "pre" : "post"));
}

static char *rule_of(const struct onnx_export *export)
{
    return xasprintf("%s of %d models", ensemble_rule_names[export->rule->rule],
                     export->n);
}

/* Of each member, with blanks between them. */
static char *hashes_of(const struct onnx_export *export)
{
    char *hashes = xstrdup("");
    for (int i = 0; i < export->n; i++) {
        const struct onnx *member = &export->members[i];
        char *longer = xasprintf("%s%s%016" PRIx64, hashes, i ? " " : "",
                                 params_hash(member->params, member->weights));
        free(hashes);
        hashes = longer;
    }
    return hashes;
}

/* The temperature is in the weights, or in the graph; thresholds are for whoever reads
 * probabilities: of two classes the second one's, of labels each one's. */
static void add_decision(Onnx__ModelProto *model, const struct decision *decision)
{
    json_t *thresholds = json_array();

    for (int i = 0; i < decision->n_thresholds; i++)
        json_array_append_new(thresholds, json_real(decision->threshold[i]));
    if (decision->temperature > 0)
        add_property(model, "temperature", xasprintf("%.17g", decision->temperature));
    if (decision->n_thresholds) {
        add_property(model, "thresholds", json_dumps(thresholds, JSON_COMPACT));
        add_property(model, "threshold_metric",
                     xstrdup(decision_metric_names[decision->metric]));
    }
    json_decref(thresholds);
}

void onnx_add_properties(Onnx__ModelProto *model, const struct onnx_export *export)
{
    const struct ngrams *ngrams = NULL;
    bool reads_ids = false;
    for (int i = 0; i < export->n; i++) {
        reads_ids = reads_ids || !export->members[i].ngrams;
        ngrams = ngrams ? ngrams : export->members[i].ngrams;
    }

    add_property(model, "producer", xstrdup("rnntrain " RNNTRAIN_VERSION));
    add_property(model, "labels", labels_json(export->facts));
    if (export->facts->multi_label)
        add_property(model, "multi_label", xstrdup("true"));
    if (export->n > 1)
        add_property(model, "ensemble", rule_of(export));

    if (reads_ids)
        add_ids_properties(model, export->facts);
    if (export->tokenizer)
        add_property(model, "words", words_json(export, ngrams));
    add_property(model, "weights_hash", hashes_of(export));
    add_decision(model, &export->rule->decision);
}
