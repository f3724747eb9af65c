/* Several models in one graph. Each is made as a graph of its own, whose names get a
 * prefix then; what they read has one name for all. */
#include "export/onnx/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_input(const Onnx__GraphProto *graph, const char *name)
{
    for (size_t i = 0; i < graph->n_input; i++)
        if (!strcmp(graph->input[i]->name, name))
            return true;
    return false;
}

/* But for what the graph reads, and outputs that nobody takes. */
static void rename_value(const Onnx__GraphProto *graph, const char *prefix, char **name)
{
    if (!**name || is_input(graph, *name))
        return;
    char *longer = xasprintf("%s%s", prefix, *name);
    free(*name);
    *name = longer;
}

static void take_node(Onnx__GraphProto *graph, const char *prefix, Onnx__NodeProto *node)
{
    rename_value(graph, prefix, &node->name);
    for (size_t i = 0; i < node->n_input; i++)
        rename_value(graph, prefix, &node->input[i]);
    for (size_t i = 0; i < node->n_output; i++)
        rename_value(graph, prefix, &node->output[i]);

    graph->node = xrealloc(graph->node, graph->n_node + 1, sizeof(Onnx__NodeProto *));
    graph->node[graph->n_node++] = node;
}

static void take_constant(Onnx__GraphProto *graph, const char *prefix,
                          Onnx__TensorProto *constant)
{
    rename_value(graph, prefix, &constant->name);
    graph->initializer = xrealloc(graph->initializer, graph->n_initializer + 1,
                                  sizeof(Onnx__TensorProto *));
    graph->initializer[graph->n_initializer++] = constant;
}

/* All of a member's graph; it is empty then. */
static void take(Onnx__GraphProto *graph, const char *prefix, Onnx__GraphProto *member)
{
    for (size_t i = 0; i < member->n_initializer; i++)
        take_constant(graph, prefix, member->initializer[i]);
    for (size_t i = 0; i < member->n_node; i++)
        take_node(graph, prefix, member->node[i]);
    member->n_initializer = member->n_node = 0;
}

static Onnx__NodeProto *last_node(const Onnx__GraphProto *graph)
{
    return graph->node[graph->n_node - 1];
}

/* Adds a member without what makes probabilities of its logits, whose name it gives, or
 * with it, and gives theirs; the caller's to free. */
static char *add_member(struct onnx *member, Onnx__GraphProto *graph, bool by_logits)
{
    Onnx__GraphProto own = ONNX__GRAPH_PROTO__INIT;
    own.n_input = graph->n_input;
    own.input = graph->input;
    own.n_output = graph->n_output;
    own.output = graph->output;

    member->graph = &own;
    onnx_add_classifier(member);
    take(graph, member->prefix, &own);
    free(own.node);
    free(own.initializer);
    member->graph = graph;

    Onnx__NodeProto *last = last_node(graph);
    char *name = xstrdup(by_logits ? last->input[0] : last->output[0]);
    if (by_logits) {
        onnx__node_proto__free_unpacked(last, NULL);
        graph->n_node--;
    }
    return name;
}

static void add_mean(struct onnx *joint, char **names, int n)
{
    joint->scope = NULL; /* it is what the graph gives */
    Onnx__NodeProto *mean = onnx_add_node(joint, "Mean", "probabilities", names[0], NULL);
    for (int i = 1; i < n; i++)
        onnx_add_input(mean, names[i]);
}

/* The logits of the mean, divided by the temperature. */
static void add_cooled_mean(struct onnx *joint, char **names, int n, double temperature)
{
    enum loss loss = joint->chain->layer[joint->chain->n_layers - 1].output.loss;

    joint->scope = "ensemble";
    Onnx__NodeProto *node = onnx_add_node(joint, "Mean", "mean", names[0], NULL);
    for (int i = 1; i < n; i++)
        onnx_add_input(node, names[i]);

    const char *mean = node->output[0];
    const char *logits = onnx_value(joint, "Log", "log", mean, NULL);
    if (loss != LOSS_CATEGORICAL) {
        const char *rest = onnx_value(joint, "Sub", "rest",
                                      onnx_add_number(joint, "one", 1), mean, NULL);
        const char *log_rest = onnx_value(joint, "Log", "log_rest", rest, NULL);
        logits = onnx_value(joint, "Sub", "logits", logits, log_rest, NULL);
    }
    const char *by = onnx_add_number(joint, "temperature", temperature);
    onnx_add_probabilities(joint, loss,
                           onnx_value(joint, "Div", "cooled", logits, by, NULL));
}

/* logits_i * weights[i] */
static const char *add_part(struct onnx *joint, const char *logits, int i, double weight)
{
    char name[32], of_weight[32];
    snprintf(name, sizeof name, "part%d", i);
    snprintf(of_weight, sizeof of_weight, "weight%d", i);
    return onnx_value(joint, "Mul", name, logits,
                      onnx_add_number(joint, of_weight, weight), NULL);
}

static void add_sum(struct onnx *joint, char **names, const struct ensemble_config *rule)
{
    int outputs = chain_outputs(joint->chain);
    enum loss loss = joint->chain->layer[joint->chain->n_layers - 1].output.loss;

    joint->scope = "ensemble";
    float *bias = onnx_add_floats(joint, "bias", 1, (int64_t[]){outputs});
    for (int c = 0; c < outputs; c++)
        bias[c] = (float)rule->bias[c];

    const char *sum = "ensemble/bias";
    for (int i = rule->n; i-- > 0;) {
        char name[32];
        snprintf(name, sizeof name, "sum%d", i);
        sum = onnx_value(joint, "Add", name, sum,
                         add_part(joint, names[i], i, rule->weights[i]), NULL);
    }
    onnx_add_probabilities(joint, loss, sum);
}

void onnx_add_ensemble(const struct onnx_export *export, Onnx__GraphProto *graph)
{
    bool is_sum = export->rule->rule == ENSEMBLE_SUM;
    char **names = xcalloc((size_t) export->n, sizeof *names);
    for (int i = 0; i < export->n; i++) {
        struct onnx *member = &export->members[i];
        snprintf(member->prefix, sizeof member->prefix, "member%d/", i);
        names[i] = add_member(member, graph, is_sum);
    }

    struct onnx joint = {.chain = export->members[0].chain, .graph = graph};
    double temperature = export->rule->decision.temperature;
    if (is_sum)
        add_sum(&joint, names, export->rule);
    else if (temperature > 0)
        add_cooled_mean(&joint, names, export->n, temperature);
    else
        add_mean(&joint, names, export->n);
    for (int i = 0; i < export->n; i++)
        free(names[i]);
    free(names);
}
