/* The weights as constants, in Keras's shapes and names; those of n-grams packed. */
#include "export/c/kind.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "export/c/packed.h"

/* "bidirectional_1/forward_lstm/kernel" as an identifier. */
char *c_tensor_name(const struct tensor *tensor)
{
    char *name = xasprintf("%s_%s", tensor->layer, tensor->name);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return name;
}

static bool is_of_ngrams(const struct c_export *export, const struct tensor *tensor)
{
    return c_reads_ngrams(export) && !strcmp(tensor->layer, export->chain->layer[0].name);
}

bool c_has_idf(const struct c_export *export)
{
    if (!c_reads_ngrams(export))
        return false;

    const struct tensor *idf =
        export_tensor(export->params, &export->chain->layer[0], 0, "idf");
    for (size_t i = 0; i < idf->size; i++)
        if (export->weights[idf->offset + i] != 0)
            return true;
    return false;
}

/* An idf of zeros changes nothing. */
static bool is_left_out(const struct c_export *export, const struct tensor *tensor)
{
    return is_of_ngrams(export, tensor) && !strcmp(tensor->name, "idf") &&
           !c_has_idf(export);
}

static void write_type(FILE *out, const struct tensor *tensor)
{
    char *name = c_tensor_name(tensor);
    if (tensor->n_dims == 2)
        fprintf(out, "static const float %s[%zu * %zu]", name, tensor->shape[0],
                tensor->shape[1]);
    else
        fprintf(out, "static const float %s[%zu]", name, tensor->size);
    free(name);
}

static void declare(FILE *out, const struct c_export *export, const struct tensor *tensor)
{
    if (!is_of_ngrams(export, tensor)) {
        write_type(out, tensor);
        fputs(";\n", out);
        return;
    }

    char *name = c_tensor_name(tensor);
    c_declare_packed(out, name, tensor->size, UINT32_MAX);
    free(name);
}

void c_write_weight_declarations(FILE *out, const struct c_export *export)
{
    for (int i = 0; i < export->params->n_tensors; i++) {
        const struct tensor *tensor = &export->params->tensors[i];
        if (!is_left_out(export, tensor))
            declare(out, export, tensor);
    }
}

/* Hexadecimal, which is exact. */
static void write_numbers(FILE *out, const float *numbers, size_t n)
{
    int column = 0;
    for (size_t i = 0; i < n; i++) {
        char item[40];
        snprintf(item, sizeof item, "%af", (double)numbers[i]);
        c_write_item(out, &column, numbers[i] == 0 ? "0" : item);
    }
}

static void write_tensor(FILE *out, const struct c_export *export,
                         const struct tensor *tensor)
{
    const float *weights = export->weights + tensor->offset;

    if (!is_of_ngrams(export, tensor)) {
        write_type(out, tensor);
        fputs(" = {\n", out);
        write_numbers(out, weights, tensor->size);
        fputs("\n};\n", out);
        return;
    }

    char *name = c_tensor_name(tensor);
    c_write_packed(out, name, tensor->size, UINT32_MAX, c_packed_float, weights);
    free(name);
}

void c_write_weights(FILE *out, const struct c_export *export)
{
    for (int i = 0; i < export->params->n_tensors; i++) {
        const struct tensor *tensor = &export->params->tensors[i];
        if (is_left_out(export, tensor))
            continue;
        fputs(i ? "\n" : "", out);
        write_tensor(out, export, tensor);
    }
}
