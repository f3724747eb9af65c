/* A model as C11: a source and a header that need only the C library. */
#include "export/c/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "files/file.h"

/* sentiment-2.c -> sentiment_2; a letter comes first. */
static char *identifier_of(const char *stem)
{
    char *name = xasprintf("%s%s", isalpha((unsigned char)*stem) ? "" : "model_", stem);
    for (char *c = name; *c; c++)
        if (!isascii((unsigned char)*c) || !isalnum((unsigned char)*c))
            *c = '_';
    return name;
}

static int check_path(const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t n = strlen(name);
    if (n < 3 || strcmp(name + n - 2, ".c"))
        return fail(ERR_USAGE, "%s: the name of a C source ends in .c", path);
    for (const char *c = name; *c; c++)
        if (iscntrl((unsigned char)*c) || strchr("\"\\?*", *c))
            return fail(ERR_USAGE,
                        "%s: a name that a source is to include has no \", \\, ?, * or "
                        "control characters",
                        path);
    return OK;
}

static void set_names(struct c_export *export, const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    export->path = xstrdup(path);
    export->header_path = xasprintf("%.*sh", (int)strlen(path) - 1, path);
    export->stem = xstrndup(name, strlen(name) - 2);

    export->prefix = identifier_of(export->stem);
    export->upper = xstrdup(export->prefix);
    for (char *c = export->upper; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    /* the templates' names end in the underscore that these begin with */
}

void c_prepare(struct c_export *export, const char *path)
{
    set_names(export, path);
    for (int i = 0; i < export->n_members; i++) {
        struct c_member *member = &export->members[i];
        member->export = export;
        if (export->rule)
            snprintf(member->prefix, sizeof member->prefix, "member%d_", i);
    }
    c_make_tables(export);
    c_text_parts(export, &export->parts);
    c_network_parts(export, &export->parts);
    c_ensemble_parts(export, &export->parts);
    c_threshold_parts(export, &export->parts);
}

void c_release(struct c_export *export)
{
    c_release_tables(export);
    free(export->path);
    free(export->header_path);
    free(export->stem);
    free(export->prefix);
    free(export->upper);
}

/* What would need ICU where the source is to run. */
static int check_text(const struct text_options *text)
{
    if (text->form != TEXT_FORM_NONE)
        return fail(ERR_USAGE,
                    "--to c: the data set was made with --normalize %s, which needs "
                    "ICU: export to another format, or make it with --normalize none",
                    text_form_names[text->form]);
    if (text->segment == TEXT_SEGMENT_ICU)
        return fail(ERR_USAGE, "--to c: the data set was made with --segment icu, which "
                               "needs ICU: export to another format, or make it with "
                               "--segment split or char");
    return OK;
}

/* The tables of n-grams are digits in strings, which objects have no room for beyond. */
static int check_size(const struct predictor *predictor)
{
    const double most = 1.5e9, digits_a_weight = 5;
    double n = 0;
    for (int i = 0; i < predictor->n; i++)
        if (chain_is_linear(model_chain(predictor->models[i])))
            n += digits_a_weight * (double)model_params(predictor->models[i])->size;

    if (n <= most)
        return OK;
    return fail(
        ERR_USAGE,
        "--to c: the weights of %s's n-grams take %.1f GB, and what compilers take "
        "ends at %.1f: keep fewer n-grams (rnnprep --ngram-min-count)",
        predictor->info.path, n / 1e9, most / 1e9);
}

/* Leaves one of several empty lines in a row. */
static void close_gaps(char *text, size_t *n)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (text[i] != '\n' || n_kept < 2 || text[n_kept - 1] != '\n' ||
            text[n_kept - 2] != '\n')
            text[n_kept++] = text[i];
    text[n_kept] = '\0';
    *n = n_kept;
}

char *c_file(const struct c_export *export, const char *text, size_t *n)
{
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, n);
    if (!out)
        die("memory is exhausted");
    c_expand(out, export, text);
    if (fclose(out))
        die("memory is exhausted");

    close_gaps(bytes, n);
    return bytes;
}

static int write_files(const struct c_export *export, char **checked)
{
    size_t n_header = 0, n_source = 0;
    char *header = c_file(export, c_template_model_h, &n_header), *said = NULL;
    char *source = c_file(export, c_template_model_c, &n_source);

    int rc = c_check(export, source, n_source, header, n_header, &said);
    if (!rc)
        rc = file_replace(export->header_path, header, n_header, false);
    if (!rc)
        rc = file_replace(export->path, source, n_source, false);

    if (!rc)
        *checked = said;
    else
        free(said);
    free(header);
    free(source);
    return rc;
}

/* The caller's to free. */
static struct c_member *members_of(const struct predictor *predictor)
{
    struct c_member *members = xcalloc((size_t)predictor->n, sizeof *members);
    for (int i = 0; i < predictor->n; i++)
        members[i] =
            (struct c_member){.chain = model_chain(predictor->models[i]),
                              .params = model_params(predictor->models[i]),
                              .weights = (const float *)predictor->all_weights[i]};
    return members;
}

int export_c(struct predictor *predictor, const char *path, char **checked)
{
    if (!predictor->tokenizer)
        return fail(ERR_USAGE, "--to c: %s has no tokenizer", predictor->info.path);
    const struct text_options *text = text_settings(predictor->tokenizer);
    int rc = check_path(path);
    if (!rc)
        rc = check_text(text);
    if (!rc)
        rc = check_size(predictor);
    if (!rc)
        rc = file_check_target(path);
    if (rc)
        return rc;

    struct c_export export = {.predictor = predictor,
                              .members = members_of(predictor),
                              .n_members = predictor->n,
                              .text = text};
    if (predictor->n > 1)
        export.rule = &predictor->info.ensemble;
    c_prepare(&export, path);
    rc = file_check_target(export.header_path);
    if (!rc)
        rc = write_files(&export, checked);
    c_release(&export);
    free(export.members);
    return rc;
}
