/* The weights as constants, in Keras's shapes and names. */
#include "export/c/kind.h"

#include <ctype.h>
#include <stdlib.h>

/* "bidirectional_1/forward_lstm/kernel" as an identifier. */
char *c_tensor_name(const struct tensor *tensor)
{
    char *name = xasprintf("%s_%s", tensor->layer, tensor->name);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return name;
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

void c_write_weight_declarations(FILE *out, const struct c_export *export)
{
    for (int i = 0; i < export->params->n_tensors; i++) {
        write_type(out, &export->params->tensors[i]);
        fputs(";\n", out);
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

void c_write_weights(FILE *out, const struct c_export *export)
{
    for (int i = 0; i < export->params->n_tensors; i++) {
        const struct tensor *tensor = &export->params->tensors[i];
        fputs(i ? "\n" : "", out);
        write_type(out, tensor);
        fputs(" = {\n", out);
        write_numbers(out, export->weights + tensor->offset, tensor->size);
        fputs("\n};\n", out);
    }
}
