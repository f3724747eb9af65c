/* What joins the members' judgements. */
#include "export/c/private.h"

#include "model/ensemble.h"

static bool is_sum(const struct c_export *export)
{
    return export->rule && export->rule->rule == ENSEMBLE_SUM;
}

/* Means are decided as the logits of one model are, where that was chosen. */
static bool is_decided_mean(const struct c_export *export)
{
    return export->rule && !is_sum(export) && decision_is_there(&export->rule->decision);
}

void c_ensemble_parts(const struct c_export *export, struct c_parts *parts)
{
    c_part(parts, "ALONE", !export->rule);
    c_part(parts, "ENSEMBLE", export->rule);
    c_part(parts, "SUM_OF_LOGITS", is_sum(export));
    c_part(parts, "MEAN_OF_PROBABILITIES", export->rule && !is_sum(export));
    c_part(parts, "DECIDED_MEAN", is_decided_mean(export));
}

void c_write_ensemble_constants(FILE *out, const struct c_export *export)
{
    if (!export->rule)
        return;
    c_write_constant(out, "N_MEMBERS", (size_t) export->n_members, "that judge together");
    if (is_sum(export) || is_decided_mean(export))
        c_write_constant(out, "OUTPUTS", (size_t)chain_outputs(export->members[0].chain),
                         "logits");
}

void c_describe_ensemble(FILE *out, const struct c_export *export)
{
    if (!export->rule)
        return;
    fprintf(out, " *   -> %s of the %d members' %s\n",
            ensemble_rule_names[export->rule->rule], export->n_members,
            is_sum(export) ? "logits, weighed" : "probabilities");
}

/* Hexadecimal, which is exact. */
static void write_numbers(FILE *out, const char *name, const double *numbers, int n)
{
    int column = 0;

    fprintf(out, "static const double %s[%d] = {\n", name, n);
    for (int i = 0; i < n; i++) {
        char item[40];
        snprintf(item, sizeof item, "%a", numbers[i]);
        c_write_item(out, &column, item);
    }
    fputs("\n};\n", out);
}

static void write_members(FILE *out, const struct c_export *export)
{
    int column = 0;

    fputs("/* The logits of each member. */\n"
          "static const double *(*const members[N_MEMBERS])(struct workspace *) = {\n",
          out);
    for (int i = 0; i < export->n_members; i++) {
        char item[48];
        snprintf(item, sizeof item, "%sfind_logits", export->members[i].prefix);
        c_write_item(out, &column, item);
    }
    fputs("\n};\n\n", out);
}

void c_write_ensemble(FILE *out, const struct c_export *export)
{
    if (!export->rule)
        return;

    write_members(out, export);
    if (is_sum(export)) {
        write_numbers(out, "member_weights", export->rule->weights, export->n_members);
        write_numbers(out, "sum_bias", export->rule->bias,
                      chain_outputs(export->members[0].chain));
        fputc('\n', out);
    } else if (is_decided_mean(export)) {
        double temperature = export->rule->decision.temperature;
        fprintf(out,
                "/* Logits of the means are divided by it. */\n"
                "static const double temperature = %a;\n\n",
                temperature > 0 ? temperature : 1);
    }
    c_expand(out, export, c_template_ensemble_c);
}
