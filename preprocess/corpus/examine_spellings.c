/* Labels that differ in their spelling alone.
 *
 * Blanks around a label and Unicode's normal form never make a class, unless
 * --merge-labels none says so. More is certain where all labels are numbers, of which
 * some were written as whole ones (pandas makes 1.0 of 1 where a value is missing), or
 * all are truth values; and where a part has a label that training lacks, which is one of
 * training's but for case, form or number: else it could be none at all. What is left,
 * spam and Spam, is said.
 */
#include "corpus/merging.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/spelling.h"

#include "text/fold.h"

/* What spellings that are merged have in common, and how that is said. */
static const struct rule {
    spelling_key *key;
    const char *said;
} rules[] = {
    [SPELLING_NONE] = {spelling_trimmed, "equal but for blanks around them"},
    [SPELLING_NFC] = {spelling_composed, "equal but for blanks or Unicode's form (NFC)"},
    [SPELLING_NUMBER] = {spelling_number, "equal as numbers"},
    [SPELLING_CASE] = {spelling_folded, "equal but for case, quotes or hyphens"},
};
static const struct rule whole_numbers = {spelling_whole_number, "equal as numbers"};

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

void ask_spellings(struct examination *examination, struct finding *finding)
{
    const struct rule *rule = find_rule(examination);
    struct merging merging;
    merging_begin(&merging, examination, rule->key);
    merging_name(&merging);

    char *shown = merging_show(&merging);
    if (shown) {
        finding->severity = FINDING_CORRECTED;
        finding->text = xasprintf("%s, so one class each: %s; --merge-labels none keeps "
                                  "spellings apart",
                                  rule->said, shown);
        free(shown);
    }
    examination->is_stale = merging_relabel(&merging);
    merging_end(&merging);
}

/* What strays are compared with: the classes. */
static bool is_anchor(const struct examination *examination, int32_t label)
{
    return examination->names.n ? merging_is_named(examination, label)
                                : examination->labels[label].n_of_part[DATASET_TRAIN] > 0;
}

/* The one anchor of each group, -2 where there are more, else -1: (2 labels.n). */
static void find_anchors(const struct merging *merging, int32_t *anchor)
{
    const struct examination *examination = merging->examination;
    int32_t n = examination->corpus->labels.n;
    for (int32_t group = 0; group < 2 * n; group++)
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

    int32_t *anchor = xcalloc(2 * (size_t)n, sizeof *anchor);
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
            merging_set_apart(&merging, label);
    }

    merging_name(&merging);
    for (int32_t label = 0; label < n; label++)
        if (is_anchor(examination, label))
            merging.name[merging.group[label]] = label;
    if (list.n)
        examination->is_stale = merging_relabel(&merging);

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
    merging_name(&merging);
    bool are_numbers = true;
    for (int32_t group = 0; group < merging.keys.n; group++)
        if (merging.n_spelled[group] > 1)
            are_numbers &= spelling_is_number(words_text(&merging.keys, group));

    char *shown = merging_show(&merging);
    if (shown) {
        finding->severity = FINDING_WARNING;
        finding->text = xasprintf("%s, classes of their own: %s; --merge-labels %s makes "
                                  "them one",
                                  are_numbers ? "equal as numbers"
                                              : "equal but for case, quotes or hyphens",
                                  shown, are_numbers ? "number" : "case");
        free(shown);
    }
    merging_end(&merging);
}

void ask_truth(struct examination *examination, struct finding *finding)
{
    struct list words = {0}, numbers = {0};
    bool is_other = false;
    for (int32_t label = 0; label < examination->corpus->labels.n && !is_other; label++) {
        const char *text = examine_label(examination, label);
        if (!examination->labels[label].n)
            continue;
        if (spelling_is_boolean(text))
            list_add(&words, ", ", examine_show(examination, label));
        else if (!strcmp(text, "0") || !strcmp(text, "1"))
            list_add(&numbers, ", ", examine_show(examination, label));
        else
            is_other = true;
    }

    bool is_mixed = words.n && numbers.n && !is_other;
    char *some = list_take(&words), *others = list_take(&numbers);
    if (is_mixed) {
        finding->severity = FINDING_WARNING;
        finding->text = xasprintf("%s and %s are classes of their own: write them alike "
                                  "if they mean the same",
                                  some, others);
    }
    free(some);
    free(others);
}

static bool is_quoted(const char *label)
{
    size_t n = strlen(label);
    return n > 2 && label[0] == '\'' && label[n - 1] == '\'';
}

void ask_quoted(struct examination *examination, struct finding *finding)
{
    if (!holds_for_all(examination, is_quoted))
        return;
    finding->severity = FINDING_WARNING;
    finding->text = xstrdup("all stand in single quotes, which stay part of their names, "
                            "and of texts: CSV has double ones");
}
