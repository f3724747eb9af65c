/* Labels that say that there is none.
 *
 * Programs write nan or null where a value is missing; none and n/a can be classes (in
 * corpora of stances none is the largest), and so can nan: the language of Min Nan, among
 * two hundred others. Rows of such a label are left out
 *
 * - if they are fewer than a quarter of those of the smallest other class, or
 * - if it is a word that only programs write, and there are fewer than 20 other classes;
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

/* What pandas takes for missing, and what databases and people write; folded. */
static const char *const programs_words[] = {
    "",    "nan",      "-nan", "null",   "(null)",  "<na>",    "#n/a",
    "#na", "#n/a n/a", "\\n",  "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"};
static const char *const peoples_words[] = {"none", "n/a",     "na", "n.a.",
                                            "nil",  "missing", "?",  "nat"};

static bool is_among(const char *folded, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(folded, words[i]))
            return true;
    return false;
}

static bool is_programs(const char *label)
{
    char *folded = spelling_folded(label);
    bool is = is_among(folded, programs_words, COUNT_OF(programs_words));
    free(folded);
    return is;
}

bool examine_says_missing(const char *label)
{
    char *folded = spelling_folded(label);
    bool says = is_among(folded, programs_words, COUNT_OF(programs_words)) ||
                is_among(folded, peoples_words, COUNT_OF(peoples_words));
    free(folded);
    return says;
}

static bool may_be_missing(const struct examination *examination, int32_t label)
{
    const struct label_facts *facts = &examination->labels[label];
    return facts->n && !facts->is_given &&
           examine_says_missing(examine_label(examination, label));
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
           (is_programs(text) && n_others < FEW_CLASSES);
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
        finding->text = xasprintf("%lld rows without a label: %s; --missing-labels keep "
                                  "makes classes of them",
                                  (long long)n, shown);
    }
    free(shown);
}

void ask_called_missing(struct examination *examination, struct finding *finding)
{
    struct list list = {0};
    bool is_asked = examination->options->missing_labels != MISSING_KEEP;
    for (int32_t label = 0; is_asked && label < examination->corpus->labels.n; label++)
        if (may_be_missing(examination, label))
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
