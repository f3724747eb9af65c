#include "input/sniff.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"

#include "input/block.h"
#include "input/container.h"
#include "input/place.h"

/* The formats in the order in which they are asked. */
static void order_formats(enum format order[FORMATS - FORMAT_FIRST])
{
    int n = 0;
    for (int sign = 0; sign < FORMAT_SIGNS; sign++)
        for (int format = FORMAT_FIRST; format < FORMATS; format++)
            if ((int)formats[format]->sign == sign)
                order[n++] = (enum format)format;
}

static bool is_of(const struct format_ops *format, const struct beginning *beginning)
{
    const char *separator = beginning->options->separator;
    return separator ? format->splits_at && format->splits_at(separator)
                     : format->looks_like(beginning);
}

/* Labels that stand in a file of their own, by its name. */
static bool is_of_labels(const char *name)
{
    static const char *const words[] = {"label", "labels", "sentiments", "topics", "y"};
    return place_has_word(name, words, COUNT_OF(words));
}

/* Names what every format was looked for by, and what can be said instead. */
static int refuse_unknown(const char *name, const enum format *order, size_t n_order)
{
    char *signs = xstrdup("");
    for (size_t i = 0; i < n_order; i++) {
        const char *shown = formats[order[i]]->sign_shown;
        char *longer = xasprintf("%s%s%s", signs, shown ? *signs ? ", no " : "no " : "",
                                 shown ? shown : "");
        free(signs);
        signs = longer;
    }

    bool are_labels = is_of_labels(name);
    char *names = names_join(format_names + FORMAT_FIRST, "|");
    int rc = fail(
        ERR_FORMAT,
        "%s: cannot tell what it is: %s; --format %s says so, --separator names "
        "the separator; a text a line and a file a class: --class NAME=%s for each%s%s%s",
        name, signs, names, block_operand(name, "FILE"),
        are_labels ? "; labels beside a file of texts, line by line: `paste " : "",
        are_labels ? name : "", are_labels ? " TEXTS >train.tsv` makes a table" : "");
    free(names);
    free(signs);
    return rc;
}

static int find_format(const struct beginning *beginning, enum format *format)
{
    enum format order[FORMATS - FORMAT_FIRST];
    int rc = container_check_page(beginning->name, beginning->text, beginning->n);
    if (rc)
        return rc;

    order_formats(order);
    for (size_t i = 0; i < COUNT_OF(order); i++)
        if (is_of(formats[order[i]], beginning)) {
            *format = order[i];
            return OK;
        }
    return refuse_unknown(beginning->name, order, COUNT_OF(order));
}

int sniff_layout(const struct records_options *options, const char *name,
                 const char *head, size_t n, bool whole, struct layout *layout)
{
    struct beginning beginning = {
        .options = options, .name = name, .text = head, .n = n, .whole = whole};
    while (beginning.visible < n && isspace((unsigned char)head[beginning.visible]))
        beginning.visible++;

    layout->format = options->format;
    int rc = OK;
    if (options->format < FORMAT_FIRST)
        rc = find_format(&beginning, &layout->format);
    if (!rc && options->header == CHOICE_YES && !formats[layout->format]->has_rows)
        rc = fail(ERR_USAGE, "%s: --header on: %s has no first row of names", name,
                  format_names[layout->format]);
    return rc ? rc : formats[layout->format]->lay_out(&beginning, layout);
}
