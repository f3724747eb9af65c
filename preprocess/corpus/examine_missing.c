/* Labels that say that there is none.
 *
 * Programs write nan or null where a value is missing; none and n/a can be classes (in
 * corpora of stances none is the largest), and so can nan: the language of Min Nan, among
 * two hundred others. Rows of such a label are left out
 *
 * - if they are fewer than a quarter of those of the smallest other class, or
 * - if only programs write it, and there are fewer than 20 other classes;
 *
 * else it is a class. A class folder, a class of --class and one of the labels file are
 * meant. --missing-labels decides for all of them.
 */
#include "corpus/examine_private.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/spelling.h"

const char *const missing_rule_names[] = {
    [MISSING_AUTO] = "auto",     [MISSING_SKIP] = "skip", [MISSING_KEEP] = "keep",
    [MISSING_REFUSE] = "refuse", [MISSING_RULES] = NULL,
};
_Static_assert(COUNT_OF(missing_rule_names) == MISSING_RULES + 1, "a rule has no name");

enum kind {
    KIND_CLASS,
    KIND_SIGN,  /* a class as often as not */
    KIND_WORD,  /* of people, who may mean a class */
    KIND_VALUE, /* of programs: what pandas and databases write */
};

static const struct {
    const char *text; /* folded */
    enum kind kind;
} known[] = {{"", KIND_VALUE},         {"nan", KIND_VALUE},    {"-nan", KIND_VALUE},
             {"null", KIND_VALUE},     {"(null)", KIND_VALUE}, {"\\n", KIND_VALUE},
             {"<na>", KIND_VALUE},     {"#n/a", KIND_VALUE},   {"#n/a n/a", KIND_VALUE},
             {"#na", KIND_VALUE},      {"1.#ind", KIND_VALUE}, {"-1.#ind", KIND_VALUE},
             {"1.#qnan", KIND_VALUE},  {"nat", KIND_VALUE},    {"-1.#qnan", KIND_VALUE},
             {"undefined", KIND_WORD}, {"none", KIND_WORD},    {"n/a", KIND_WORD},
             {"na", KIND_WORD},        {"n.a.", KIND_WORD},    {"nil", KIND_WORD},
             {"missing", KIND_WORD},   {"?", KIND_WORD},       {"-", KIND_SIGN},
             {"--", KIND_SIGN},        {"_", KIND_SIGN}};

static enum kind kind_of(const char *label)
{
    char *folded = spelling_folded(label);
    enum kind kind = KIND_CLASS;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (!strcmp(folded, known[i].text))
            kind = known[i].kind;
    free(folded);
    return kind;
}

bool examine_says_missing(const char *label)
{
    return kind_of(label) != KIND_CLASS;
}

/* Whether the other labels are 0, 1, 2, ...: beside them -1 is what data sets of the
 * Hugging Face Hub have for none. */
static bool is_count(const struct examination *examination)
{
    bool has_zero = false;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        const char *text = examine_label(examination, label);
        if (!examination->labels[label].n || !strcmp(text, "-1"))
            continue;
        if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 6)
            return false;
        has_zero |= !strcmp(text, "0");
    }
    return has_zero;
}

static bool may_be_missing(const struct examination *examination, int32_t label)
{
    const struct label_facts *facts = &examination->labels[label];
    const char *text = examine_label(examination, label);
    if (!facts->n || facts->is_given)
        return false;
    return strcmp(text, "-1") ? examine_says_missing(text) : is_count(examination);
}

/* The other classes: how many, and documents of the smallest. */
static int count_others(const struct examination *examination, int32_t *smallest)
{
    int n = 0;
    *smallest = INT32_MAX;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        const struct label_facts *facts = &examination->labels[label];
        if (!facts->n || may_be_missing(examination, label))
            continue;
        n++;
        if (facts->n < *smallest)
            *smallest = facts->n;
    }
    return n;
}

static bool is_missing(const struct examination *examination, int32_t label, int n_others,
                       int32_t smallest)
{
    enum { FEW_CLASSES = 20 };
    const char *text = examine_label(examination, label);
    if (!*text || examination->options->missing_labels == MISSING_SKIP)
        return true;
    if (examination->options->missing_labels == MISSING_KEEP || n_others < 2)
        return false;
    return examination->labels[label].n < smallest / 4 ||
           (kind_of(text) == KIND_VALUE && n_others < FEW_CLASSES);
}

static void refuse(struct examination *examination, int32_t label,
                   struct finding *finding)
{
    char *place = examine_place(examination, label);
    finding->severity = FINDING_REFUSED;
    finding->text =
        xasprintf("%s: the label \"%s\" says that there is none: --missing-labels skip "
                  "leaves such rows out, keep makes them a class",
                  place, examine_label(examination, label));
    free(place);
}

void ask_missing(struct examination *examination, struct finding *finding)
{
    struct list list = {0};
    int32_t smallest = 0;
    int64_t n = 0;
    int n_others = count_others(examination, &smallest);

    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        if (!may_be_missing(examination, label))
            continue;
        if (examination->options->missing_labels == MISSING_REFUSE) {
            refuse(examination, label, finding);
            break;
        }
        if (!is_missing(examination, label, n_others, smallest))
            continue;
        n += examination->labels[label].n;
        list_add(&list, ", ", examine_show(examination, label));
        examine_drop(examination, label);
    }

    char *shown = list_take(&list);
    if (n) {
        finding->severity = FINDING_CORRECTED;
        finding->about = "left out";
        finding->text = xasprintf("%lld row%s without a label: %s; --missing-labels keep "
                                  "makes classes of them",
                                  (long long)n, n == 1 ? "" : "s", shown);
    }
    free(shown);
}

void ask_called_missing(struct examination *examination, struct finding *finding)
{
    struct list list = {0};
    bool is_asked = examination->options->missing_labels != MISSING_KEEP;
    for (int32_t label = 0; is_asked && label < examination->corpus->labels.n; label++)
        if (may_be_missing(examination, label) &&
            kind_of(examine_label(examination, label)) >= KIND_WORD)
            list_add(&list, ", ", examine_show(examination, label));
    if (!list.n)
        return;

    char *shown = list_take(&list);
    finding->severity = FINDING_WARNING;
    finding->text = xasprintf("%s: taken for a class, not for rows without a label; "
                              "--missing-labels skip leaves them out",
                              shown);
    free(shown);
}
