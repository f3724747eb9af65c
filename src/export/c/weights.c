/* The weights as constants, in Keras's shapes and names; those of n-grams packed. */
#include "export/c/kind.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "export/c/packed.h"

/* "bidirectional_1/forward_lstm/kernel" as an identifier. */
char *c_tensor_name(const struct c_member *member, const struct tensor *tensor)
{
    char *name = xasprintf("%s%s_%s", member->prefix, tensor->layer, tensor->name);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return name;
}

char *c_weights_name(const struct c_place *place, int direction, const char *name)
{
    const struct c_member *member = place->member;
    return c_tensor_name(member,
                         export_tensor(member->params, place->layer, direction, name));
}

static bool is_of_ngrams(const struct c_member *member, const struct tensor *tensor)
{
    return chain_is_linear(member->chain) &&
           !strcmp(tensor->layer, member->chain->layer[0].name);
}

bool c_has_idf(const struct c_member *member)
{
    if (!chain_is_linear(member->chain))
        return false;

    const struct tensor *idf =
        export_tensor(member->params, &member->chain->layer[0], 0, "idf");
    for (size_t i = 0; i < idf->size; i++)
        if (member->weights[idf->offset + i] != 0)
            return true;
    return false;
}

/* An idf of zeros changes nothing. */
static bool is_left_out(const struct c_member *member, const struct tensor *tensor)
{
    return is_of_ngrams(member, tensor) && !strcmp(tensor->name, "idf") &&
           !c_has_idf(member);
}

static void write_type(FILE *out, const char *name, const struct tensor *tensor)
{
    if (tensor->n_dims == 2)
        fprintf(out, "static const float %s[%zu * %zu]", name, tensor->shape[0],
                tensor->shape[1]);
    else
        fprintf(out, "static const float %s[%zu]", name, tensor->size);
}

static void declare(FILE *out, const struct c_member *member, const struct tensor *tensor)
{
    char *name = c_tensor_name(member, tensor);

    if (is_of_ngrams(member, tensor)) {
        c_declare_packed(out, name, tensor->size, UINT32_MAX);
    } else {
        write_type(out, name, tensor);
        fputs(";\n", out);
    }
    free(name);
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

static void write_array(FILE *out, const struct c_member *member,
                        const struct tensor *tensor)
{
    const float *weights = member->weights + tensor->offset;
    char *name = c_tensor_name(member, tensor);

    if (is_of_ngrams(member, tensor)) {
        c_write_packed(out, name, tensor->size, UINT32_MAX, c_packed_float, weights);
    } else {
        write_type(out, name, tensor);
        fputs(" = {\n", out);
        write_numbers(out, weights, tensor->size);
        fputs("\n};\n", out);
    }
    free(name);
}

/* What is to be done with each tensor that is written; `between` stands between them. */
static void for_each(FILE *out, const struct c_export *export, const char *between,
                     void (*act)(FILE *out, const struct c_member *member,
                                 const struct tensor *tensor))
{
    const char *before = "";

    for (int m = 0; m < export->n_members; m++) {
        const struct c_member *member = &export->members[m];
        for (int i = 0; i < member->params->n_tensors; i++) {
            const struct tensor *tensor = &member->params->tensors[i];
            if (is_left_out(member, tensor))
                continue;
            fputs(before, out);
            act(out, member, tensor);
            before = between;
        }
    }
}

void c_write_weight_declarations(FILE *out, const struct c_export *export)
{
    for_each(out, export, "", declare);
}

void c_write_weights(FILE *out, const struct c_export *export)
{
    for_each(out, export, "\n", write_array);
}
