#include "export/export.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "export/marks.h"
#include "export/onnx/private.h"
#include "files/file.h"

/* ONNX 1.9 of 2021: the first operators that are as here, and all of them are in later
 * sets. */
enum { IR_VERSION = 7, OPSET_VERSION = 14, ML_OPSET_VERSION = 2 };

static void add_opset(Onnx__ModelProto *model, const char *domain, int version)
{
    size_t n = model->n_opset_import;
    Onnx__OperatorSetIdProto *opset = xcalloc(1, sizeof *opset);
    onnx__operator_set_id_proto__init(opset);
    opset->domain = xstrdup(domain);
    opset->has_version = true;
    opset->version = version;
    model->opset_import =
        xrealloc(model->opset_import, n + 1, sizeof(Onnx__OperatorSetIdProto *));
    model->opset_import[model->n_opset_import++] = opset;
}

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
static char *words_json(const struct onnx *onnx)
{
    const struct text_options *text = text_settings(onnx->tokenizer);
    char *marks = export_marks(onnx->tokenizer, onnx->ngrams);
    json_t *stops = json_array();
    for (int i = 0; i < text->n_stop_words; i++)
        json_array_append_new(stops, json_string(text->stop_words[i]));

    json_t *words = json_pack(
        "{s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:o}", "tags", text_tag_names[text->tags],
        "normalize", text_form_names[text->form], "lower", text->lower, "segment",
        text_segment_names[text->segment], "filters", text->filters, "punctuation", marks,
        "split", text->split, "stop_words", stops);
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

static void add_properties(Onnx__ModelProto *model, const struct onnx *onnx,
                           const struct facts *facts)
{
    add_property(model, "producer", xstrdup("rnntrain " RNNTRAIN_VERSION));
    add_property(model, "labels", labels_json(facts));
    if (facts->multi_label)
        add_property(model, "multi_label", xstrdup("true"));

    if (onnx->ngrams)
        add_property(model, "words", words_json(onnx));
    else
        add_ids_properties(model, facts);
    add_property(model, "weights_hash",
                 xasprintf("%016" PRIx64, params_hash(onnx->params, onnx->weights)));
}

static Onnx__ValueInfoProto *input_of(const struct onnx *onnx)
{
    if (onnx->ngrams)
        return onnx_matrix("words", ONNX__TENSOR_PROTO__DATA_TYPE__STRING, 0);
    return onnx_matrix("ids", ONNX__TENSOR_PROTO__DATA_TYPE__INT64, onnx->chain->length);
}

static Onnx__GraphProto *new_graph(const struct onnx *onnx)
{
    Onnx__GraphProto *graph = xcalloc(1, sizeof *graph);
    onnx__graph_proto__init(graph);
    graph->name = xstrdup("rnntrain");
    graph->input = xcalloc(1, sizeof(Onnx__ValueInfoProto *));
    graph->input[graph->n_input++] = input_of(onnx);
    graph->output = xcalloc(1, sizeof(Onnx__ValueInfoProto *));
    graph->output[graph->n_output++] =
        onnx_matrix("probabilities", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT,
                    chain_outputs(onnx->chain));
    return graph;
}

/* The whole model as a message, and in `onnx` what it was made from. */
static Onnx__ModelProto *new_model(struct onnx *onnx, const struct facts *facts)
{
    Onnx__ModelProto *model = xcalloc(1, sizeof *model);
    onnx__model_proto__init(model);
    model->has_ir_version = true;
    model->ir_version = IR_VERSION;
    model->producer_name = xstrdup("rnntrain");
    model->producer_version = xstrdup(RNNTRAIN_VERSION);

    add_opset(model, "", OPSET_VERSION);
    if (onnx->ngrams)
        add_opset(model, ONNX_ML, ML_OPSET_VERSION);
    add_properties(model, onnx, facts);
    model->graph = onnx->graph = new_graph(onnx);
    onnx_add_classifier(onnx);
    return model;
}

static int check_size(const struct onnx *onnx, const char *path, size_t n_bytes)
{
    const char *way = onnx->ngrams ? "keep fewer n-grams (rnnprep --ngram-min-count)"
                                   : "train with a smaller --embedding or --num-words";
    if (n_bytes <= INT32_MAX)
        return OK;
    return fail(ERR_USAGE,
                "%s: an ONNX file holds at most 2 GiB, this model takes %.1f: choose "
                "another format, or %s",
                path, (double)n_bytes / (double)(1 << 30), way);
}

static char *describe(const struct onnx *onnx, size_t n_bytes)
{
    return xasprintf(
        "ONNX opset %d, %zu nodes, %zu bytes: read back before it was written, all %zu "
        "weights are bit for bit those of the checkpoint and every node's inputs are "
        "there; it was not run, as that takes an ONNX runtime",
        OPSET_VERSION, onnx->graph->n_node, n_bytes, onnx->params->size);
}

static int write_model(const struct onnx *onnx, const Onnx__ModelProto *model,
                       const char *path, char **checked)
{
    size_t n = onnx__model_proto__get_packed_size(model);
    int rc = check_size(onnx, path, n);
    if (rc)
        return rc;

    char *bytes = xcalloc(n, 1);
    n = onnx__model_proto__pack(model, (uint8_t *)bytes);
    rc = onnx_check(onnx, path, bytes, n);
    if (!rc)
        rc = file_replace(path, bytes, n, false);
    free(bytes);
    if (!rc)
        *checked = describe(onnx, n);
    return rc;
}

int onnx_write(struct onnx *onnx, const struct facts *facts, const char *path,
               char **checked)
{
    int rc = check_size(onnx, path, onnx->params->size * sizeof *onnx->weights);
    if (rc)
        return rc;

    Onnx__ModelProto *model = new_model(onnx, facts);
    rc = write_model(onnx, model, path, checked);
    onnx__model_proto__free_unpacked(model, NULL);
    return rc;
}

int export_onnx(struct predictor *predictor, const char *path, char **checked)
{
    struct onnx onnx = {.chain = model_chain(predictor->model),
                        .params = model_params(predictor->model),
                        .weights = predictor->weights};
    if (!predictor_reads_ids(predictor)) {
        onnx.ngrams = &predictor->ngrams;
        onnx.tokenizer = predictor->tokenizer;
    }
    return onnx_write(&onnx, &predictor->info.facts, path, checked);
}
