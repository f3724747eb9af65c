/* The fixed parts of an exported source: real C, of which a model takes what it needs. */
#include "export/c/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void write_constants(FILE *out, const struct c_export *export)
{
    fputs("enum {\n", out);
    c_write_text_constants(out, export);
    c_write_network_constants(out, export);
    c_write_ensemble_constants(out, export);
    fputs("};\n", out);
}

static void write_text(FILE *out, const struct c_export *export)
{
    c_expand(out, export, c_template_text_c);
}

static void write_network(FILE *out, const struct c_export *export)
{
    c_expand(out, export, c_template_network_c);
}

static void write_curves(FILE *out, const struct c_export *export)
{
    c_expand(out, export, c_template_curves_c);
}

/* What stands for a line. */
static const struct {
    const char *line;
    void (*write)(FILE *out, const struct c_export *export);
} inserts[] = {
    {"/* insert: header_about */", c_write_header_about},
    {"/* insert: source_about */", c_write_source_about},
    {"/* insert: classes */", c_write_classes},
    {"/* insert: constants */", write_constants},
    {"/* insert: separators */", c_write_separators},
    {"/* insert: table_declarations */", c_write_table_declarations},
    {"/* insert: weight_declarations */", c_write_weight_declarations},
    {"/* insert: text */", write_text},
    {"/* insert: network */", write_network},
    {"/* insert: curves */", write_curves},
    {"/* insert: layers */", c_write_layers},
    {"/* insert: forward */", c_write_forward},
    {"/* insert: ensemble */", c_write_ensemble},
    {"/* insert: labels */", c_write_labels},
    {"/* insert: class_threshold */", c_write_class_threshold},
    {"/* insert: label_thresholds */", c_write_label_thresholds},
    {"/* insert: tables */", c_write_tables},
    {"/* insert: weights */", c_write_weights},
};

static bool insert(FILE *out, const struct c_export *export, const char *line, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(inserts); i++)
        if (strlen(inserts[i].line) == n && !memcmp(inserts[i].line, line, n)) {
            inserts[i].write(out, export);
            return true;
        }
    return false;
}

static bool *find_part(struct c_parts *parts, const char *name, size_t n)
{
    for (int i = 0; i < parts->n; i++)
        if (strlen(parts->part[i].name) == n && !memcmp(parts->part[i].name, name, n))
            return &parts->part[i].is_needed;
    return NULL;
}

void c_part(struct c_parts *parts, const char *name, bool is_needed)
{
    bool *known = find_part(parts, name, strlen(name));
    if (!known) {
        if (parts->n == (int)COUNT_OF(parts->part))
            die("a template has too many parts");
        parts->part[parts->n].name = name;
        known = &parts->part[parts->n++].is_needed;
    }
    *known = *known || is_needed;
}

/* Whether the model needs what stands under `#if WITH_<name>`. */
static bool needs(const struct c_export *export, const char *name, size_t n)
{
    const bool *is_needed = find_part((struct c_parts *)&export->parts, name, n);
    if (!is_needed)
        die("the template asks for an unknown part: %.*s", (int)n, name);
    return *is_needed;
}

/* The conditions that a line stands under. */
struct conditions {
    enum {
        KEPT,
        TAKEN,
        LEFT
    } of[8]; /* the preprocessor's own, ours if true, ours if not */
    int n;
};

static bool begins(const char *line, const char *with)
{
    return !strncmp(line, with, strlen(with));
}

static bool is_left_out(const struct conditions *conditions)
{
    for (int i = 0; i < conditions->n; i++)
        if (conditions->of[i] == LEFT)
            return true;
    return false;
}

/* Whether a line is a condition of ours, which no reader will see. */
static bool take_condition(struct conditions *conditions, const struct c_export *export,
                           const char *line, size_t n)
{
    static const char ours[] = "#if WITH_";
    if (begins(line, "#if")) {
        bool is_ours = begins(line, ours);
        size_t n_ours = strlen(ours);
        bool is_needed = is_ours && needs(export, line + n_ours, n - n_ours);
        if (conditions->n == (int)COUNT_OF(conditions->of))
            die("the template's conditions are too deep");
        conditions->of[conditions->n++] = !is_ours ? KEPT : is_needed ? TAKEN : LEFT;
        return is_ours;
    }

    bool ends = begins(line, "#endif");
    if ((!ends && !begins(line, "#else")) || conditions->n == 0)
        return false;

    int top = conditions->n - 1;
    bool is_ours = conditions->of[top] != KEPT;
    if (ends)
        conditions->n--;
    else if (is_ours)
        conditions->of[top] = conditions->of[top] == TAKEN ? LEFT : TAKEN;
    return is_ours;
}

static bool is_in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* What stands for "model" where a name of the template begins; NULL: none does. */
static const char *name_at(const struct c_export *export, const char *line)
{
    if (begins(line, "model_"))
        return export->prefix;
    if (begins(line, "MODEL_"))
        return export->upper;
    return begins(line, "model.c ") || begins(line, "model.h\"") ? export->stem : NULL;
}

static void write_line(FILE *out, const struct c_export *export, const char *line,
                       size_t n)
{
    const char *end = line + n;
    bool inside = false; /* a name or number */

    while (line < end) {
        const char *name = inside ? NULL : name_at(export, line);
        inside = is_in_name(*line);
        if (name)
            fputs(name, out);
        else
            fputc(*line, out);
        line += name ? strlen("model") : 1;
    }
    fputc('\n', out);
}

void c_expand(FILE *out, const struct c_export *export, const char *text)
{
    struct conditions conditions = {.n = 0};
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (!take_condition(&conditions, export, text, n) && !is_left_out(&conditions) &&
            !insert(out, export, text, n))
            write_line(out, export, text, n);
        text += n + 1;
    }
}
