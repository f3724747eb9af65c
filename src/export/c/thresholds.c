/* From which probability on a class or label is given, where that was chosen. */
#include "export/c/private.h"

static const struct decision *decision_of(const struct c_export *export)
{
    return &export->predictor->info.ensemble.decision;
}

static bool has_labels(const struct c_export *export)
{
    return export->predictor->info.facts.multi_label;
}

void c_threshold_parts(const struct c_export *export, struct c_parts *parts)
{
    bool is_there = decision_of(export)->n_thresholds > 0;

    c_part(parts, "CLASS_THRESHOLD", is_there && !has_labels(export));
    c_part(parts, "LABEL_THRESHOLDS", is_there && has_labels(export));
}

void c_write_class_threshold(FILE *out, const struct c_export *export)
{
    if (decision_of(export)->n_thresholds && !has_labels(export))
        fprintf(out,
                "/* From this probability on a text is of the second class. */\n"
                "static const double class_threshold = %a;\n\n",
                *decision_of(export)->threshold);
}

void c_write_label_thresholds(FILE *out, const struct c_export *export)
{
    const struct decision *decision = decision_of(export);
    if (!decision->n_thresholds || !has_labels(export))
        return;

    fprintf(out, "\nconst double %s_thresholds[%s_CLASSES] = {\n", export->prefix,
            export->upper);
    for (int c = 0; c < decision->n_thresholds; c++)
        fprintf(out, "    %a,\n", decision->threshold[c]);
    fputs("};\n", out);
}
