#include "input/json_fields.h"

#include <stdlib.h>
#include <string.h>

#include "input/choose_list.h"
#include "input/json_labels.h"
#include "input/json_path.h"
#include "input/json_text.h"
#include "input/multi_labels.h"
#include "input/part_column.h"
#include "input/records.h"

/* The objects of a beginning, one after the other. */
struct objects {
    const struct beginning *beginning;
    size_t at;
};

/* The next whole line that is an object, to be released; NULL: there is none. */
static json_t *next_object(struct objects *objects)
{
    const struct beginning *beginning = objects->beginning;
    while (objects->at < beginning->n) {
        const char *text = beginning->text + objects->at;
        size_t left = beginning->n - objects->at;
        const char *stop = memchr(text, '\n', left);
        if (!stop && !beginning->whole)
            return NULL;

        size_t n = stop ? (size_t)(stop - text) : left;
        struct json_repairs repairs;
        json_error_t error;
        json_t *object = json_text_load(text, n, false, &repairs, &error);
        objects->at += n + 1;
        if (json_is_object(object))
            return object;
        json_decref(object);
    }
    return NULL;
}

char *json_field_text(const json_t *value)
{
    value = json_array_size(value) == 1 ? json_array_get(value, 0) : value;
    char *text = json_label_text(value);
    return text ? text : xstrdup("");
}

/* Lists as texts too: their items. */
static char *list_text(json_t *value)
{
    struct words items = {0};
    char *text = xstrdup("");
    if (json_labels_take(value, NULL, &items))
        items.n = 0;
    for (int32_t i = 0; i < items.n; i++) {
        char *longer = xasprintf("%s%s%s", text, i ? "," : "", words_text(&items, i));
        free(text);
        text = longer;
    }
    words_release(&items);
    return text;
}

/* The fields that are looked at: the first object's keys, and those of options that are
 * none of them. */
struct fields {
    int n;
    const char *names[SAMPLE_COLUMNS];
};

static void add_field(struct fields *fields, const char *name)
{
    for (int i = 0; i < fields->n; i++)
        if (!strcmp(fields->names[i], name))
            return;
    if (fields->n < SAMPLE_COLUMNS)
        fields->names[fields->n++] = name;
}

static struct fields fields_of(json_t *first, const struct choose_given *given)
{
    struct fields fields = {0};
    const char *key;
    json_t *value;
    json_object_foreach(first, key, value)
    {
        add_field(&fields, key);
    }
    if (given->text)
        add_field(&fields, given->text);
    if (given->label)
        add_field(&fields, given->label);
    return fields;
}

/* A row of the sample: the values of the fields; NULL: their names. */
static int sample_object(struct sample *sample, const struct fields *fields,
                         json_t *object, bool has_lists)
{
    struct field texts[SAMPLE_COLUMNS];
    for (int c = 0; c < fields->n; c++) {
        json_t *value = object ? json_path_get(object, fields->names[c]) : NULL;
        bool is_list = has_lists && json_labels_are_several(value);
        char *text = !object   ? xstrdup(fields->names[c])
                     : is_list ? list_text(value)
                               : json_field_text(value);
        texts[c] = (struct field){text, strlen(text)};
        json_decref(value);
    }

    int rc = sample_take(sample, &(struct delimited_row){texts, fields->n, 1});
    for (int c = 0; c < fields->n; c++)
        free((char *)(uintptr_t)texts[c].text);
    return rc;
}

/* The objects of the beginning as rows below the names of the fields. */
static void take_sample(const struct beginning *beginning, const struct fields *fields,
                        bool has_lists, struct sample *sample)
{
    struct objects objects = {.beginning = beginning};
    int rc = sample_object(sample, fields, NULL, has_lists);
    for (json_t *object; !rc && (object = next_object(&objects)); json_decref(object))
        rc = sample_object(sample, fields, object, has_lists);
}

/* An option's field need not stand in the first object. */
static const char *if_there(json_t *first, const char *option)
{
    json_t *value = option ? json_path_get(first, option) : NULL;
    json_decref(value);
    return value ? option : NULL;
}

/* The field that says the part, but that of the texts or labels. */
static void find_part(const struct sample *sample, struct layout *layout)
{
    const char *label = layout->label_field ? layout->label_field : "";
    int c = part_column_find(sample, -1, -1);
    const char *name = c < 0 ? NULL : sample->columns[c].first;
    if (name && strcmp(name, layout->text_field) && strcmp(name, label))
        layout->part_field = xstrdup(name);
}

/* Whether objects have several labels in the field. */
static bool have_several(const struct beginning *beginning, const char *field)
{
    struct objects objects = {.beginning = beginning};
    int n = 0, n_several = 0;
    for (json_t *object; (object = next_object(&objects)); json_decref(object)) {
        json_t *value = json_path_get(object, field);
        n++;
        n_several += json_labels_are_several(value);
        json_decref(value);
    }
    return multi_labels_are_meant(n_several, n);
}

static bool is_multi_label(const struct beginning *beginning, const struct layout *layout)
{
    const struct records_options *options = beginning->options;
    if (options->label_use != LABELS_REQUIRED)
        return false;
    if (layout->labels.n || options->label_separator ||
        options->multi_label == CHOICE_YES)
        return true;
    return layout->label_field && format_may_have_several(options) &&
           have_several(beginning, layout->label_field);
}

/* The fields that options list: several that make a text, of which the first stands for
 * all, and those of one label each. */
static int take_lists(const struct records_options *options, json_t *first,
                      struct choose_given *given, struct layout *layout)
{
    int rc = OK;
    if (!given->text && options->text_field && strchr(options->text_field, ',')) {
        rc = choose_cut_list("text-field", options->text_field, &layout->texts);
        if (!rc)
            given->text = if_there(first, layout->texts.names[0]);
    }
    if (rc || !options->label_columns || options->label_use != LABELS_REQUIRED)
        return rc;
    given->label_use = LABELS_UNUSED;
    return choose_cut_list("label-columns", options->label_columns, &layout->labels);
}

/* Chooses among all fields; where no label is found among single values, among lists. */
static int choose(const struct beginning *beginning, const struct fields *fields,
                  const struct choose_given *given, struct sample *sample, int *text,
                  int *label)
{
    int rc = choose_columns(given, sample, text, label);
    if (!rc || !format_may_have_several(beginning->options))
        return rc;
    sample_release(sample);
    *sample = (struct sample){.has_gaps = true};
    take_sample(beginning, fields, true, sample);
    return choose_columns(given, sample, text, label);
}

int json_fields_find(const struct beginning *beginning, json_t *first,
                     struct layout *layout)
{
    const struct records_options *options = beginning->options;
    struct choose_given given = {.name = beginning->name,
                                 .text = if_there(first, options->text_field),
                                 .label = if_there(first, options->label_field),
                                 .text_option = "text-field",
                                 .label_option = "label-field",
                                 .what = "fields",
                                 .has_names = true,
                                 .label_use = options->label_use};
    struct sample sample = {.has_gaps = options->label_separator != NULL};
    int text = -1, label = -1;
    int rc = take_lists(options, first, &given, layout);
    if (rc)
        return rc;

    bool needs_label = given.label_use == LABELS_REQUIRED;
    bool is_given = options->text_field && (options->label_field || !needs_label);
    struct fields fields = fields_of(first, &given);
    take_sample(beginning, &fields, false, &sample);
    if (!is_given)
        rc = choose(beginning, &fields, &given, &sample, &text, &label);
    layout->lacks_labels = rc && text >= 0 && label < 0;
    layout->names = choose_names(&sample);

    if (!rc) {
        layout->text_field = xstrdup(options->text_field ? options->text_field
                                                         : sample.columns[text].first);
        if (given.label_use != LABELS_UNUSED && (options->label_field || label >= 0))
            layout->label_field =
                xstrdup(options->label_field ? options->label_field
                                             : sample.columns[label].first);
        layout->multi_label = is_multi_label(beginning, layout);
    }
    if (!rc && options->label_use == LABELS_REQUIRED)
        find_part(&sample, layout);
    sample_release(&sample);
    return rc;
}
