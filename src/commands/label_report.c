#include "commands/label_report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/say.h"

/* 0 where nothing is there to be divided by, as scikit-learn's zero_division has it. */
static double ratio(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static double precision_of(const struct label_counts *counts)
{
    return ratio(counts->true_positives,
                 counts->true_positives + counts->false_positives);
}

static double recall_of(const struct label_counts *counts)
{
    return ratio(counts->true_positives,
                 counts->true_positives + counts->false_negatives);
}

static double f1_of(const struct label_counts *counts)
{
    return score_f1(&(struct score){.labels = *counts});
}

/* Texts that have the label. */
static int64_t support_of(const struct label_counts *counts)
{
    return counts->true_positives + counts->false_negatives;
}

static double macro_f1(const struct label_counts *by_label, int n)
{
    double sum = 0;

    for (int c = 0; c < n; c++)
        sum += f1_of(&by_label[c]);
    return sum / n;
}

static void print_table(const struct facts *facts, const struct label_counts *by_label)
{
    say_line(stdout, "%-24s %9s %9s %9s %9s", "label", "precision", "recall", "f1",
             "support");
    for (int c = 0; c < facts->n_labels; c++)
        say_line(stdout, "%-24s %9.6f %9.6f %9.6f %9lld", facts->labels[c],
                 precision_of(&by_label[c]), recall_of(&by_label[c]), f1_of(&by_label[c]),
                 (long long)support_of(&by_label[c]));
}

static json_t *json_of(const char *part, const struct score *score,
                       const struct facts *facts, const struct label_counts *by_label)
{
    json_t *labels = json_object();

    for (int c = 0; c < facts->n_labels; c++)
        json_object_set_new(labels, facts->labels[c],
                            json_pack("{s:f,s:f,s:f,s:I}", "precision",
                                      precision_of(&by_label[c]), "recall",
                                      recall_of(&by_label[c]), "f1", f1_of(&by_label[c]),
                                      "support", (json_int_t)support_of(&by_label[c])));
    return json_pack("{s:s,s:f,s:f,s:f,s:f,s:i,s:o}", "part", part, "loss", score->loss,
                     "acc", score_accuracy(score), "f1", score_f1(score), "macro_f1",
                     macro_f1(by_label, facts->n_labels), "n", (int)score->n, "labels",
                     labels);
}

void label_report_print(const char *part, const struct score *score,
                        const struct facts *facts, const struct label_counts *by_label,
                        bool json)
{
    if (json) {
        json_t *root = json_of(part, score, facts, by_label);
        char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
        say_line(stdout, "%s", text ? text : "{}");
        free(text);
        json_decref(root);
        return;
    }

    say_line(stdout, "%s: loss %.6f  f1 %.6f  macro f1 %.6f  acc %.6f on %d rows", part,
             score->loss, score_f1(score), macro_f1(by_label, facts->n_labels),
             score_accuracy(score), (int)score->n);
    print_table(facts, by_label);
}
