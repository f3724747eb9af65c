/* Labels that differ in their spelling alone.
 *
 * Blanks around a label and Unicode's normal form never make a class, unless
 * --merge-labels none says so. More is certain where all labels are numbers, of which
 * some were written as whole ones (pandas makes 1.0 of 1 where a value is missing), or
 * all are truth values; and where a part has a label that training lacks, which is one of
 * training's but for case, form or number: else it could be none at all. What is left,
 * spam and Spam, is said.
 */
#include "corpus/examine_private.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/spelling.h"

#include "text/fold.h"

typedef char *spelling_key(const char *label);

/* What spellings that are merged have in common, and how that is said. */
static const struct rule {
    spelling_key *key;
    const char *said;
} rules[] = {
    [SPELLING_NONE] = {spelling_trimmed, "equal but for blanks around them"},
    [SPELLING_NFC] = {spelling_composed, "the same in Unicode's normal form NFC"},
    [SPELLING_NUMBER] = {spelling_number, "equal as numbers"},
    [SPELLING_CASE] = {spelling_folded, "equal but for case"},
};
static const struct rule whole_numbers = {spelling_whole_number, "equal as numbers"};

enum style { STYLE_LOWER, STYLE_UPPER, STYLE_CAPITAL, STYLES }; /* true, TRUE, True */

/* Labels in groups that become one class each. */
struct merging {
    const struct examination *examination;
    struct words keys;          /* a group each */
    int32_t *group;             /* (labels.n) of each label */
    int32_t *n_spelled;         /* (keys.n) labels of the group that documents have */
    int32_t *name;              /* (keys.n) the label whose spelling names it; -1: none */
    int64_t n_of_style[STYLES]; /* documents */
};

/* Whether it holds for all labels that documents have and that are no missing values. */
static bool holds_for_all(const struct examination *examination,
                          bool (*claim)(const char *label))
{
    int n = 0;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        const char *text = examine_label(examination, label);
        if (!examination->labels[label].n || examine_says_missing(text))
            continue;
        if (!claim(text))
            return false;
        n++;
    }
    return n > 0;
}

static const struct rule *find_rule(const struct examination *examination)
{
    enum spelling_rule given = examination->options->merge_labels;
    if (given != SPELLING_AUTO)
        return &rules[given];
    return holds_for_all(examination, spelling_is_number)    ? &whole_numbers
           : holds_for_all(examination, spelling_is_boolean) ? &rules[SPELLING_CASE]
                                                             : &rules[SPELLING_NFC];
}

static enum style style_of(const char *text)
{
    size_t n_upper = 0, n_lower = 0;
    for (const char *c = text; *c; c++) {
        n_upper += *c >= 'A' && *c <= 'Z';
        n_lower += *c >= 'a' && *c <= 'z';
    }
    return n_upper == 0 ? STYLE_LOWER : n_lower == 0 ? STYLE_UPPER : STYLE_CAPITAL;
}

static bool is_named(const struct examination *examination, int32_t label)
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
    if (is_named(examination, a) != is_named(examination, b))
        return is_named(examination, a);
    if (spelling_is_number(x) && strlen(x) != strlen(y))
        return strlen(x) < strlen(y);

    int64_t n_x = merging->n_of_style[style_of(x)],
            n_y = merging->n_of_style[style_of(y)];
    if (n_x != n_y)
        return n_x > n_y;
    return facts[a].n != facts[b].n ? facts[a].n > facts[b].n : strcmp(x, y) < 0;
}

/* A group of its own for a label. */
static void set_apart(struct merging *merging, int32_t label)
{
    char *key = xasprintf("\x01%s", examine_label(merging->examination, label));
    merging->group[label] = words_add(&merging->keys, key, strlen(key));
    free(key);
}

static void merging_begin(struct merging *merging, const struct examination *examination,
                          spelling_key *key)
{
    size_t n = (size_t)examination->corpus->labels.n;
    *merging = (struct merging){.examination = examination};
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
}

/* Names the groups and counts their spellings. */
static void merging_name(struct merging *merging)
{
    const struct examination *examination = merging->examination;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        int32_t group = merging->group[label], *name = &merging->name[group];
        merging->n_spelled[group] += examination->labels[label].n > 0;
        if (examination->labels[label].n == 0 && !is_named(examination, label))
            continue;
        if (*name < 0 || is_better(merging, label, *name))
            *name = label;
    }
}

static void merging_end(struct merging *merging)
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
    if (name >= 0 && is_named(examination, name))
        return xstrdup(text);
    return merging->n_spelled[group] > 1 ? spelling_composed(text)
                                         : spelling_trimmed(text);
}

/* Gives all documents the names of their labels' groups. */
static void relabel(const struct merging *merging)
{
    struct corpus *corpus = merging->examination->corpus;
    struct words names = {0};
    int32_t *becomes = xcalloc((size_t)corpus->labels.n, sizeof *becomes);
    for (int32_t label = 0; label < corpus->labels.n; label++) {
        char *name = name_of(merging, label);
        becomes[label] = words_add(&names, name, strlen(name));
        free(name);
    }

    for (int32_t i = 0; i < corpus->n_documents; i++)
        corpus->documents[i].label = becomes[corpus->documents[i].label];
    for (int32_t p = 0; p < corpus->place_names.n; p++)
        if (corpus->places[p].label >= 0)
            corpus->places[p].label = becomes[corpus->places[p].label];
    free(becomes);
    words_release(&corpus->labels);
    corpus->labels = names;
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

/* The groups with several spellings, NULL: none; the caller's to free. */
static char *show_groups(const struct merging *merging)
{
    enum { LOOKED_AT = 3 }; /* as many as a list shows */
    struct list list = {0};
    for (int32_t group = 0; group < merging->keys.n; group++)
        if (merging->n_spelled[group] > 1)
            list_add(&list, "; ",
                     list.n < LOOKED_AT ? show_group(merging, group) : xstrdup(""));
    return list.n ? list_take(&list) : NULL;
}

/* Names that the labels file gives apart stay apart. */
static void part_named(struct merging *merging)
{
    const struct examination *examination = merging->examination;
    int32_t n = examination->corpus->labels.n;
    int32_t *n_named = xcalloc((size_t)n, sizeof *n_named);
    for (int32_t label = 0; label < n; label++)
        n_named[merging->group[label]] += is_named(examination, label);

    for (int32_t label = 0; label < n; label++)
        if (n_named[merging->group[label]] > 1 && is_named(examination, label))
            set_apart(merging, label);
    free(n_named);
}

void ask_spellings(struct examination *examination, struct finding *finding)
{
    const struct rule *rule = find_rule(examination);
    struct merging merging;
    merging_begin(&merging, examination, rule->key);
    part_named(&merging);
    merging_name(&merging);

    char *shown = show_groups(&merging);
    if (shown) {
        finding->severity = FINDING_CORRECTED;
        finding->text = xasprintf("%s, so one class each: %s; --merge-labels none keeps "
                                  "spellings apart",
                                  rule->said, shown);
        free(shown);
    }
    relabel(&merging);
    merging_end(&merging);
}

/* What strays are compared with: the classes. */
static bool is_anchor(const struct examination *examination, int32_t label)
{
    return examination->names.n ? is_named(examination, label)
                                : examination->labels[label].n_of_part[DATASET_TRAIN] > 0;
}

/* The one anchor of each group, -2 where there are more, else -1. */
static void find_anchors(const struct merging *merging, int32_t *anchor)
{
    const struct examination *examination = merging->examination;
    int32_t n = examination->corpus->labels.n;
    for (int32_t group = 0; group < n; group++)
        anchor[group] = -1;
    for (int32_t label = 0; label < n; label++)
        if (is_anchor(examination, label)) {
            int32_t *mine = &anchor[merging->group[label]];
            *mine = *mine == -1 ? label : -2;
        }
}

void ask_strays(struct examination *examination, struct finding *finding)
{
    int32_t n = examination->corpus->labels.n;
    struct merging merging;
    if (examination->options->merge_labels != SPELLING_AUTO || n == 0)
        return;

    int32_t *anchor = xcalloc((size_t)n, sizeof *anchor);
    struct list list = {0};
    merging_begin(&merging, examination, spelling_folded);
    find_anchors(&merging, anchor);
    for (int32_t label = 0; label < n; label++) {
        int32_t mine = anchor[merging.group[label]];
        if (mine >= 0 && mine != label && examination->labels[label].n) {
            char *stray = examine_show(examination, label);
            list_add(&list, ", ",
                     xasprintf("%s is %s", stray, examine_label(examination, mine)));
            free(stray);
        }
        if (mine < 0)
            set_apart(&merging, label);
    }

    merging_name(&merging);
    for (int32_t label = 0; label < n; label++)
        if (is_anchor(examination, label))
            merging.name[merging.group[label]] = label;
    if (list.n)
        relabel(&merging);

    char *shown = list_take(&list);
    if (*shown) {
        finding->severity = FINDING_CORRECTED;
        finding->text =
            xasprintf("%s lacks these spellings, so %s; --merge-labels nfc "
                      "takes them for classes",
                      examination->names.n ? "the labels file" : "train", shown);
    }
    free(shown);
    free(anchor);
    merging_end(&merging);
}

void ask_alike(struct examination *examination, struct finding *finding)
{
    struct merging merging;
    if (examination->options->merge_labels != SPELLING_AUTO)
        return;

    merging_begin(&merging, examination, spelling_folded);
    part_named(&merging);
    merging_name(&merging);
    bool are_numbers = true;
    for (int32_t group = 0; group < merging.keys.n; group++)
        if (merging.n_spelled[group] > 1)
            are_numbers &= spelling_is_number(words_text(&merging.keys, group));

    char *shown = show_groups(&merging);
    if (shown) {
        finding->severity = FINDING_WARNING;
        finding->text = xasprintf("%s, classes of their own: %s; --merge-labels %s makes "
                                  "them one",
                                  are_numbers ? "equal as numbers" : "equal but for case",
                                  shown, are_numbers ? "number" : "case");
        free(shown);
    }
    merging_end(&merging);
}
