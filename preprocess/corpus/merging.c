#include "corpus/merging.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/label_sets.h"

static enum style style_of(const char *text)
{
    size_t n_upper = 0, n_lower = 0;
    for (const char *c = text; *c; c++) {
        n_upper += *c >= 'A' && *c <= 'Z';
        n_lower += *c >= 'a' && *c <= 'z';
    }
    return n_upper == 0 ? STYLE_LOWER : n_lower == 0 ? STYLE_UPPER : STYLE_CAPITAL;
}

bool merging_is_named(const struct examination *examination, int32_t label)
{
    const char *text = examine_label(examination, label);
    return words_find(&examination->names, text, strlen(text)) >= 0;
}

/* Whether a is the better name: one that is given; of numbers the shorter; the style and
 * then the spelling that most documents have. */
static bool is_better(const struct merging *merging, int32_t a, int32_t b)
{
    const struct examination *examination = merging->examination;
    const struct label_facts *facts = examination->labels;
    const char *x = examine_label(examination, a), *y = examine_label(examination, b);
    if (merging_is_named(examination, a) != merging_is_named(examination, b))
        return merging_is_named(examination, a);
    if (spelling_is_number(x) && strlen(x) != strlen(y))
        return strlen(x) < strlen(y);

    int64_t n_x = merging->n_of_style[style_of(x)],
            n_y = merging->n_of_style[style_of(y)];
    if (n_x != n_y)
        return n_x > n_y;
    return facts[a].n != facts[b].n ? facts[a].n > facts[b].n : strcmp(x, y) < 0;
}

void merging_set_apart(struct merging *merging, int32_t label)
{
    char *key = xasprintf("\x01%s", examine_label(merging->examination, label));
    merging->group[label] = words_add(&merging->keys, key, strlen(key));
    free(key);
}

/* Names that the labels file gives apart stay apart. */
static void part_named(struct merging *merging)
{
    const struct examination *examination = merging->examination;
    int32_t n = examination->corpus->labels.n;
    int32_t *n_named = xcalloc((size_t)n, sizeof *n_named);
    for (int32_t label = 0; label < n; label++)
        n_named[merging->group[label]] += merging_is_named(examination, label);

    for (int32_t label = 0; label < n; label++)
        if (n_named[merging->group[label]] > 1 && merging_is_named(examination, label))
            merging_set_apart(merging, label);
    free(n_named);
}

void merging_begin(struct merging *merging, const struct examination *examination,
                   spelling_key *key)
{
    size_t n = (size_t)examination->corpus->labels.n;
    *merging = (struct merging){.examination = examination, .key = key};
    merging->group = xcalloc(n, sizeof *merging->group);
    merging->n_spelled = xcalloc(2 * n, sizeof *merging->n_spelled);
    merging->name = xcalloc(2 * n, sizeof *merging->name);

    for (int32_t label = 0; label < (int32_t)n; label++) {
        const char *text = examine_label(examination, label);
        char *shared = key(text);
        merging->group[label] = words_add(&merging->keys, shared, strlen(shared));
        merging->n_of_style[style_of(text)] += examination->labels[label].n;
        free(shared);
    }
    for (size_t group = 0; group < 2 * n; group++)
        merging->name[group] = -1;
    part_named(merging);
}

void merging_name(struct merging *merging)
{
    const struct examination *examination = merging->examination;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        int32_t group = merging->group[label], *name = &merging->name[group];
        merging->n_spelled[group] += examination->labels[label].n > 0;
        if (examination->labels[label].n == 0 && !merging_is_named(examination, label))
            continue;
        if (*name < 0 || is_better(merging, label, *name))
            *name = label;
    }
}

void merging_end(struct merging *merging)
{
    words_release(&merging->keys);
    free(merging->group);
    free(merging->n_spelled);
    free(merging->name);
}

/* What a label becomes; the caller's to free. */
static char *name_of(const struct merging *merging, int32_t label)
{
    const struct examination *examination = merging->examination;
    int32_t group = merging->group[label], name = merging->name[group];
    const char *text = examine_label(examination, name < 0 ? label : name);
    if (name >= 0 && merging_is_named(examination, name))
        return xstrdup(text);
    bool composes = merging->n_spelled[group] > 1 && merging->key != spelling_trimmed;
    return composes ? spelling_composed(text) : spelling_trimmed(text);
}

bool merging_relabel(const struct merging *merging)
{
    struct corpus *corpus = merging->examination->corpus;
    struct words names = {0};
    bool changes = false;
    int32_t *becomes = xcalloc((size_t)corpus->labels.n, sizeof *becomes);
    for (int32_t label = 0; label < corpus->labels.n; label++) {
        char *name = name_of(merging, label);
        becomes[label] = words_add(&names, name, strlen(name));
        changes |= strcmp(name, words_text(&corpus->labels, label)) != 0;
        free(name);
    }

    if (!changes) {
        words_release(&names);
        free(becomes);
        return false;
    }

    label_sets_relabel(corpus, becomes);
    free(becomes);
    words_release(&corpus->labels);
    corpus->labels = names;
    return true;
}

/* `"0" (15) and "0.0" (15)` */
static char *show_group(const struct merging *merging, int32_t group)
{
    const struct examination *examination = merging->examination;
    struct list list = {0};
    for (int32_t label = 0; label < examination->corpus->labels.n; label++)
        if (merging->group[label] == group && examination->labels[label].n)
            list_add(&list, " and ", examine_show(examination, label));
    return list_take(&list);
}

char *merging_show(const struct merging *merging)
{
    enum { LOOKED_AT = 3 }; /* as many as a list shows */
    struct list list = {0};
    for (int32_t group = 0; group < merging->keys.n; group++)
        if (merging->n_spelled[group] > 1)
            list_add(&list, "; ",
                     list.n < LOOKED_AT ? show_group(merging, group) : xstrdup(""));
    return list.n ? list_take(&list) : NULL;
}
