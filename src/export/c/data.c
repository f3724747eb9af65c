/* What differs from model to model in an exported source: constants, words, tables,
 * weights. */
#include "export/c/private.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 90 };

/* Small things. */

void c_write_literal(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\t' || c == '\n')
            fputs(c == '\t' ? "\\t" : "\\n", out);
        else if (c < ' ' || c > '~')
            fprintf(out, "\\%03o", c);
        else if (strchr("\"\\?", c)) /* ?? may begin a trigraph */
            fprintf(out, "\\%c", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

/* One of the items of a list, in lines of at most COLUMNS. */
static void write_item(FILE *out, int *column, const char *item)
{
    int n = (int)strlen(item);
    if (*column == 0 || *column + 2 + n > COLUMNS) {
        fputs(*column ? "\n    " : "    ", out);
        *column = 4;
    } else {
        fputc(' ', out);
        ++*column;
    }
    fprintf(out, "%s,", item);
    *column += n + 1;
}

static int widest(const struct model_config *model)
{
    int most = 0;
    for (int i = 0; i < model->layers; i++)
        most = model->units[i] > most ? model->units[i] : most;
    return most;
}

/* What the files say of themselves. */

static void write_text_steps(FILE *out, const struct text_options *text)
{
    static const char *const tags[] = {" -> tags removed", " -> spaces for tags",
                                       " -> HTML's tags and references decoded", ""};
    fprintf(out, " *   text -> valid UTF-8%s%s%s -> %s\n", tags[text->tags],
            text->lower ? " -> lower case" : "",
            text->segment == TEXT_SEGMENT_SPLIT && *text->filters ? " -> filters" : "",
            text->segment == TEXT_SEGMENT_CHAR ? "characters" : "words");
}

static void write_recurrent(FILE *out, const struct model_config *model)
{
    bool resets_after = model->cell == CELL_GRU && model->reset_after;
    for (int i = 0; i < model->layers; i++)
        fprintf(out, " *   -> %s%s(%d%s%s)\n",
                model->bidirectional ? "Bidirectional " : "",
                model->cell == CELL_LSTM ? "LSTM" : "GRU", model->units[i],
                resets_after ? ", reset_after" : "",
                model->hard_sigmoid ? ", hard_sigmoid" : "");
}

static void write_pipeline(FILE *out, const struct c_export *export)
{
    static const char *const heads[] = {"last state", "all states", "their maximum",
                                        "their mean"};
    const struct model_config *model = export->model;
    write_text_steps(out, export->text);
    fprintf(out, " *   -> ids (%d) -> Embedding(%d, %d)%s\n", model->maxlen,
            model->vocabulary, model->embedding, model->mask ? ", pads skipped" : "");
    write_recurrent(out, model);
    fprintf(out, " *   -> %s", heads[model->head]);
    if (model->dense)
        fprintf(out, " -> Dense(%d, relu)", model->dense);
    fprintf(out, " -> Dense(%d, %s)\n", model_outputs(model),
            model->classes == 2 ? "sigmoid" : "softmax");
}

void c_write_header_about(FILE *out, const struct c_export *export)
{
    fputs("/* A text classifier, exported by rnntrain " RNNTRAIN_VERSION ":\n *\n", out);
    write_pipeline(out, export);
    fprintf(
        out,
        " *\n * It needs %s.c, the C library and its mathematics (-lm). Any number of "
        "threads may\n * call it at once. */\n",
        export->stem);
}

void c_write_source_about(FILE *out, const struct c_export *export)
{
    const struct predictor *predictor = export->predictor;
    uint64_t hash = params_hash(model_params(predictor->model), predictor->weights);
    fputs("/* A text classifier, exported by rnntrain " RNNTRAIN_VERSION ":\n *\n", out);
    write_pipeline(out, export);
    fprintf(out, " *\n * Hash of its weights: %016llx. */\n", (unsigned long long)hash);
}

void c_write_classes(FILE *out, const struct c_export *export)
{
    fprintf(out, "#define %s_CLASSES %d\n", export->upper, export->model->classes);
}

/* Tables. */

/* By bytes; a stop word before a word of the vocabulary. */
static int compare_words(const void *left, const void *right)
{
    const struct c_word *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order ? order : a->id - b->id;
}

static void make_words(struct c_export *export)
{
    const struct text_tokenizer *tokenizer = export->predictor->tokenizer;
    const struct text_options *text = export->text;
    int first = text->oov_token ? 2 : 1, limit = text->num_words;
    int last = text_n_words(tokenizer);
    last = limit && limit - 1 < last ? limit - 1 : last;
    size_t n = 0, n_kept = 1;
    struct c_word *words =
        xcalloc((size_t)(last + text->n_stop_words) + 1, sizeof *words);
    for (int id = first; id <= last; id++)
        if (*text_word(tokenizer, id))
            words[n++] = (struct c_word){text_word(tokenizer, id), id};
    for (int i = 0; i < text->n_stop_words; i++)
        words[n++] = (struct c_word){text->stop_words[i], 0};
    if (n == 0)
        words[n++] = (struct c_word){"", 0};
    qsort(words, n, sizeof *words, compare_words);
    for (size_t i = 1; i < n; i++)
        if (strcmp(words[i].text, words[n_kept - 1].text))
            words[n_kept++] = words[i];
    export->words = words;
    export->n_words = n_kept;
}

/* The id that a text without words has. */
static int32_t start_of(const struct text_tokenizer *tokenizer)
{
    struct text_ids ids = {0};
    text_encode(tokenizer, "", 0, &ids);
    int32_t start = ids.n ? ids.ids[0] : 0;
    text_ids_release(&ids);
    return start;
}

void c_make_tables(struct c_export *export)
{
    make_words(export);
    export->start = start_of(export->predictor->tokenizer);
    export->n_mappings = text_lower_mappings(&export->mappings);
    export->n_cased = text_property_bounds(TEXT_CASED, &export->cased);
    export->n_case_ignorable =
        text_property_bounds(TEXT_CASE_IGNORABLE, &export->case_ignorable);
    export->n_references = text_references(&export->references);
}

void c_release_tables(struct c_export *export)
{
    free(export->words);
    free(export->mappings);
    free(export->cased);
    free(export->case_ignorable);
    free(export->references);
}

static void write_words(FILE *out, const struct c_export *export)
{
    fputs("\n/* By their bytes. */\nstatic const struct word words[N_WORDS] = {\n", out);
    for (size_t i = 0; i < export->n_words; i++) {
        fputs("    {", out);
        c_write_literal(out, export->words[i].text);
        fprintf(out, ", %d},\n", export->words[i].id);
    }
    fputs("};\n", out);
}

static void write_references(FILE *out, const struct c_export *export)
{
    int column = 0;
    fputs("\nstatic const struct reference references[N_REFERENCES] = {\n", out);
    for (size_t i = 0; i < export->n_references; i++) {
        char item[64];
        snprintf(item, sizeof item, "{\"%s\", 0x%x}", export->references[i].name,
                 export->references[i].character);
        write_item(out, &column, item);
    }
    fputs("\n};\n", out);
}

static void write_mappings(FILE *out, const struct c_export *export)
{
    int column = 0;
    fputs("\nstatic const struct mapping mappings[N_MAPPINGS] = {\n", out);
    for (size_t i = 0; i < export->n_mappings; i++) {
        const struct text_mapping *mapping = &export->mappings[i];
        char item[64];
        snprintf(item, sizeof item, "{0x%x, 0x%x, %u, %d}", mapping->first, mapping->last,
                 mapping->step, mapping->distance);
        write_item(out, &column, item);
    }
    fputs("\n};\n", out);
}

static void write_bounds(FILE *out, const char *name, const uint32_t *bounds, size_t n)
{
    int column = 0;
    fprintf(out, "\nstatic const uint32_t %s = {\n", name);
    for (size_t i = 0; i < n; i++) {
        char item[16];
        snprintf(item, sizeof item, "0x%x", bounds[i]);
        write_item(out, &column, item);
    }
    fputs("\n};\n", out);
}

static void write_lower_case(FILE *out, const struct c_export *export)
{
    write_mappings(out, export);
    fputs(
        "\n/* Where runs of characters with these properties begin and end, in turns. */",
        out);
    write_bounds(out, "cased[N_CASED]", export->cased, export->n_cased);
    write_bounds(out, "case_ignorable[N_CASE_IGNORABLE]", export->case_ignorable,
                 export->n_case_ignorable);
}

/* Constants. */

static void write_constant(FILE *out, const char *name, size_t value, const char *comment)
{
    int n = fprintf(out, "    %s = %zu,", name, value);
    if (*comment)
        fprintf(out, "%*s/* %s */", n < 32 ? 32 - n : 1, "", comment);
    fputc('\n', out);
}

static void write_text_sizes(FILE *out, const struct c_export *export)
{
    int32_t unknown = text_unknown_id(export->predictor->tokenizer);
    write_constant(out, "N_WORDS", export->n_words, "");
    write_constant(out, "UNKNOWN", (size_t)unknown,
                   unknown ? "id of other words" : "other words are left out");
    if (export->start)
        write_constant(out, "START", (size_t) export->start, "id that begins every text");
    if (export->text->lower) {
        write_constant(out, "N_MAPPINGS", export->n_mappings, "of Unicode's lower case");
        write_constant(out, "N_CASED", export->n_cased, "");
        write_constant(out, "N_CASE_IGNORABLE", export->n_case_ignorable, "");
    }
    if (export->text->tags == TEXT_TAGS_HTML)
        write_constant(out, "N_REFERENCES", export->n_references, "named characters");
}

static void write_model_sizes(FILE *out, const struct model_config *model)
{
    int units = widest(model), outputs = model_directions(model) * units;
    int width = outputs > model->embedding ? outputs : model->embedding;
    write_constant(out, "VOCABULARY", (size_t)model->vocabulary, "ids; 0 is the pad");
    write_constant(out, "LENGTH", (size_t)model->maxlen, "ids that the model reads");
    write_constant(out, "EMBEDDING", (size_t)model->embedding, "numbers an id becomes");
    write_constant(out, "LAYERS", (size_t)model->layers, "recurrent ones");
    write_constant(out, "UNITS", (size_t)units, "most that a direction of them has");
    write_constant(out, "WIDTH", (size_t)width,
                   "most numbers that a layer takes or gives");
    write_constant(out, "FEATURES", (size_t)model_features(model), "of the last one");
    if (model->dense)
        write_constant(out, "HIDDEN", (size_t)model->dense, "units of the hidden layer");
    write_constant(out, "OUTPUTS", (size_t)model_outputs(model), "logits");
}

void c_write_constants(FILE *out, const struct c_export *export)
{
    const struct text_options *text = export->text;
    fputs("enum {\n", out);
    write_text_sizes(out, export);
    write_model_sizes(out, export->model);
    fputs("};\n", out);
    if (text->segment != TEXT_SEGMENT_SPLIT)
        return;
    fputs("\nstatic const char split[] = ", out);
    c_write_literal(out, text->split);
    fputs("; /* stands between words */\n", out);
    if (*text->filters) {
        fputs("static const char filters[] = ", out);
        c_write_literal(out, text->filters);
        fputs(";\n", out);
    }
}

/* Weights. */

/* "bidirectional_1/forward_lstm/kernel" as an identifier; the dense layers' by their
 * roles. */
static char *tensor_name(const struct c_export *export, int index)
{
    const struct params *params = model_params(export->predictor->model);
    const struct tensor *tensor = &params->tensors[index];
    if (index == 0)
        return xstrdup("embeddings");
    if (index >= params->n_tensors - 2)
        return xasprintf("output_%s", tensor->name);
    char *name = xasprintf("%s_%s", tensor->layer, tensor->name);
    for (char *c = name; *c; c++)
        *c = (char)(*c == '/' ? '_' : *c);
    return name;
}

static void write_tensor_type(FILE *out, const struct c_export *export, int index)
{
    const struct tensor *tensor = &model_params(export->predictor->model)->tensors[index];
    char *name = tensor_name(export, index);
    if (index == 0)
        fprintf(out, "static const float %s[VOCABULARY][EMBEDDING]", name);
    else if (tensor->n_dims == 2)
        fprintf(out, "static const float %s[%zu * %zu]", name, tensor->shape[0],
                tensor->shape[1]);
    else
        fprintf(out, "static const float %s[%zu]", name, tensor->size);
    free(name);
}

/* Hexadecimal, which is exact. */
static void write_numbers(FILE *out, const float *numbers, size_t n)
{
    int column = 0;
    for (size_t i = 0; i < n; i++) {
        char item[40];
        snprintf(item, sizeof item, "%af", (double)numbers[i]);
        write_item(out, &column, numbers[i] == 0 ? "0" : item);
    }
}

static void write_tensor(FILE *out, const struct c_export *export, int index)
{
    const struct tensor *tensor = &model_params(export->predictor->model)->tensors[index];
    const float *numbers = (const float *)(export->predictor->weights + tensor->offset);
    size_t rows = index == 0 ? tensor->shape[0] : 1, n = tensor->size / rows;
    fputc('\n', out);
    write_tensor_type(out, export, index);
    fputs(" = {\n", out);
    for (size_t r = 0; r < rows; r++) {
        fputs(index == 0 ? "    {\n" : "", out);
        write_numbers(out, numbers + r * n, n);
        fputs(index == 0 ? "\n    },\n" : "\n", out);
    }
    fputs("};\n", out);
}

static void write_cell(FILE *out, const struct c_export *export, int layer, int direction,
                       int indent)
{
    const struct model_config *model = export->model;
    int directions = model_directions(model);
    int inputs = layer ? directions * model->units[layer - 1] : model->embedding;
    fprintf(out, "%*s{%d, %d", indent, "", inputs, model->units[layer]);
    for (int i = 0; i < 3; i++) {
        char *name = tensor_name(export, 1 + 3 * (layer * directions + direction) + i);
        fprintf(out, ",\n%*s%s", indent + 1, "", name);
        free(name);
    }
    fputs("},\n", out);
}

/* All directions of all layers. */
static void write_cells(FILE *out, const struct c_export *export)
{
    bool both = export->model->bidirectional;
    fprintf(out, "\nstatic const struct cell cells[LAYERS]%s = {\n", both ? "[2]" : "");
    for (int i = 0; i < export->model->layers; i++) {
        fputs(both ? "    {\n" : "", out);
        for (int d = 0; d < 1 + both; d++)
            write_cell(out, export, i, d, both ? 8 : 4);
        fputs(both ? "    },\n" : "", out);
    }
    fputs("};\n", out);
}

void c_write_declarations(FILE *out, const struct c_export *export)
{
    const struct text_options *text = export->text;
    fputs("static const struct word words[N_WORDS];\n", out);
    if (text->lower)
        fputs("static const struct mapping mappings[N_MAPPINGS];\n"
              "static const uint32_t cased[N_CASED], case_ignorable[N_CASE_IGNORABLE];\n",
              out);
    if (text->tags == TEXT_TAGS_HTML)
        fputs("static const struct reference references[N_REFERENCES];\n", out);
    for (int i = 0; i < model_params(export->predictor->model)->n_tensors; i++) {
        write_tensor_type(out, export, i);
        fputs(";\n", out);
    }
    fprintf(out, "static const struct cell cells[LAYERS]%s;\n",
            export->model->bidirectional ? "[2]" : "");
}

void c_write_data(FILE *out, const struct c_export *export)
{
    const struct dataset *data = &export->predictor->info.data;
    const struct text_options *text = export->text;
    fprintf(out, "const char *const %s_labels[%s_CLASSES] = {\n", export->prefix,
            export->upper);
    for (int i = 0; i < data->n_labels; i++) {
        fputs("    ", out);
        c_write_literal(out, data->labels[i]);
        fputs(",\n", out);
    }
    fputs("};\n", out);
    write_words(out, export);
    if (text->tags == TEXT_TAGS_HTML)
        write_references(out, export);
    if (text->lower)
        write_lower_case(out, export);
    write_cells(out, export);
    for (int i = 0; i < model_params(export->predictor->model)->n_tensors; i++)
        write_tensor(out, export, i);
}
