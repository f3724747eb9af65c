#include "export/export.h"

#include <stdlib.h>

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

static bool reads_ngrams(const struct onnx_export *export)
{
    for (int i = 0; i < export->n; i++)
        if (export->members[i].ngrams)
            return true;
    return false;
}

static const struct onnx *reader_of_ids(const struct onnx_export *export)
{
    for (int i = 0; i < export->n; i++)
        if (!export->members[i].ngrams)
            return &export->members[i];
    return NULL;
}

static Onnx__GraphProto *new_graph(const struct onnx_export *export)
{
    const struct onnx *network = reader_of_ids(export);
    Onnx__GraphProto *graph = xcalloc(1, sizeof *graph);
    onnx__graph_proto__init(graph);
    graph->name = xstrdup("rnntrain");

    graph->input = xcalloc(2, sizeof(Onnx__ValueInfoProto *));
    if (network)
        graph->input[graph->n_input++] = onnx_matrix(
            "ids", ONNX__TENSOR_PROTO__DATA_TYPE__INT64, network->chain->length);
    if (reads_ngrams(export))
        graph->input[graph->n_input++] =
            onnx_matrix("words", ONNX__TENSOR_PROTO__DATA_TYPE__STRING, 0);

    graph->output = xcalloc(1, sizeof(Onnx__ValueInfoProto *));
    graph->output[graph->n_output++] =
        onnx_matrix("probabilities", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT,
                    chain_outputs(export->members[0].chain));
    return graph;
}

/* The whole file as a message. */
static Onnx__ModelProto *new_model(const struct onnx_export *export)
{
    Onnx__ModelProto *model = xcalloc(1, sizeof *model);
    onnx__model_proto__init(model);
    model->has_ir_version = true;
    model->ir_version = IR_VERSION;
    model->producer_name = xstrdup("rnntrain");
    model->producer_version = xstrdup(RNNTRAIN_VERSION);

    add_opset(model, "", OPSET_VERSION);
    if (reads_ngrams(export))
        add_opset(model, ONNX_ML, ML_OPSET_VERSION);
    onnx_add_properties(model, export);
    model->graph = new_graph(export);

    if (export->n > 1) {
        onnx_add_ensemble(export, model->graph);
    } else {
        export->members->graph = model->graph;
        onnx_add_classifier(export->members);
    }
    return model;
}

static size_t n_weights(const struct onnx_export *export)
{
    size_t n = 0;
    for (int i = 0; i < export->n; i++)
        n += export->members[i].params->size;
    return n;
}

static int check_size(const struct onnx_export *export, const char *path, size_t n_bytes)
{
    const char *way = reads_ngrams(export)
                          ? "keep fewer n-grams (rnnprep --ngram-min-count)"
                          : "train with a smaller --embedding or --num-words";
    if (n_bytes <= INT32_MAX)
        return OK;
    return fail(ERR_USAGE,
                "%s: an ONNX file holds at most 2 GiB, this model takes %.1f: choose "
                "another format, or %s",
                path, (double)n_bytes / (double)(1 << 30), way);
}

static char *describe(const struct onnx_export *export, const Onnx__ModelProto *model,
                      size_t n_bytes)
{
    return xasprintf(
        "ONNX opset %d, %zu nodes, %zu bytes: read back before it was written, all %zu "
        "weights are bit for bit those of the checkpoint and every node's inputs are "
        "there; it was not run, as that takes an ONNX runtime",
        OPSET_VERSION, model->graph->n_node, n_bytes, n_weights(export));
}

static int write_model(const struct onnx_export *export, const Onnx__ModelProto *model,
                       const char *path, char **checked)
{
    size_t n = onnx__model_proto__get_packed_size(model);
    int rc = check_size(export, path, n);
    if (rc)
        return rc;

    char *bytes = xcalloc(n, 1);
    n = onnx__model_proto__pack(model, (uint8_t *)bytes);
    rc = onnx_check(export, path, bytes, n);
    if (!rc)
        rc = file_replace(path, bytes, n, false);
    free(bytes);
    if (!rc)
        *checked = describe(export, model, n);
    return rc;
}

int onnx_write(const struct onnx_export *export, const char *path, char **checked)
{
    int rc = check_size(export, path, n_weights(export) * sizeof(float));
    if (rc)
        return rc;

    Onnx__ModelProto *model = new_model(export);
    rc = write_model(export, model, path, checked);
    onnx__model_proto__free_unpacked(model, NULL);
    return rc;
}

bool export_has_onnx(void)
{
    return true;
}

int export_onnx(struct predictor *predictor, const char *path, char **checked)
{
    struct onnx *members = xcalloc((size_t)predictor->n, sizeof *members);
    for (int i = 0; i < predictor->n; i++) {
        const struct model *model = predictor->models[i];
        members[i] = (struct onnx){.chain = model_chain(model),
                                   .params = model_params(model),
                                   .weights = predictor->all_weights[i]};
        if (chain_is_linear(members[i].chain))
            members[i].ngrams = &predictor->ngrams;
    }

    const struct onnx_export export = {.members = members,
                                       .n = predictor->n,
                                       .rule = &predictor->info.ensemble,
                                       .facts = &predictor->info.facts,
                                       .tokenizer = predictor->tokenizer};
    int rc = onnx_write(&export, path, checked);
    free(members);
    return rc;
}
