/* What the files say of themselves, and the classes that both name. */
#include "export/c/private.h"

static void begin_about(FILE *out, const struct c_export *export)
{
    fputs("/* A text classifier, exported by rnntrain " RNNTRAIN_VERSION ":\n *\n", out);
    c_describe_text(out, export);
    c_describe_network(out, export);
    c_describe_ensemble(out, export);
}

void c_write_header_about(FILE *out, const struct c_export *export)
{
    begin_about(out, export);
    fprintf(
        out,
        " *\n * It needs %s.c, the C library and its mathematics (-lm). Any number of "
        "threads may\n * call it at once. */\n",
        export->stem);
}

void c_write_source_about(FILE *out, const struct c_export *export)
{
    begin_about(out, export);
    fputs(" *\n * Hash of its weights:", out);
    for (int i = 0; i < export->n_members; i++) {
        const struct c_member *member = &export->members[i];
        uint64_t hash = params_hash(member->params, member->weights);
        fprintf(out, "%s %016llx", i ? "," : "", (unsigned long long)hash);
    }
    fputs(". */\n", out);
}

void c_write_classes(FILE *out, const struct c_export *export)
{
    fprintf(out, "#define %s_CLASSES %d\n", export->upper,
            chain_classes(export->members[0].chain));
}

void c_write_labels(FILE *out, const struct c_export *export)
{
    const struct facts *facts = &export->predictor->info.facts;
    fprintf(out, "const char *const %s_labels[%s_CLASSES] = {\n", export->prefix,
            export->upper);
    for (int i = 0; i < facts->n_labels; i++) {
        fputs("    ", out);
        c_write_literal(out, facts->labels[i]);
        fputs(",\n", out);
    }
    fputs("};\n", out);
}
