/* Whether labels are lists of labels, which are read as one each. */
#include "corpus/examine_private.h"

#include <stdlib.h>
#include <string.h>

#include "input/multi_labels.h"

static const char *const separators[] = {",", ";", "|"};

/* The pieces of all labels that documents have: how many labels have each. */
struct pieces {
    struct words words;
    int32_t n_labels[4096];
};

/* False: there are more than are counted. */
static bool count_pieces(const struct examination *examination, const char *separator,
                         struct pieces *pieces)
{
    struct words mine = {0};
    int32_t most = (int32_t)COUNT_OF(pieces->n_labels);
    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        const char *text = examine_label(examination, label);
        if (!examination->labels[label].n)
            continue;

        words_clear(&mine);
        multi_labels_split(&mine, text, strlen(text), separator);
        for (int32_t i = 0; i < mine.n && pieces->words.n < most; i++)
            pieces->n_labels[words_add(&pieces->words, words_text(&mine, i),
                                       words_length(&mine, i))]++;
    }
    words_release(&mine);
    return pieces->words.n < most;
}

/* Whether a label has two pieces or more, each of which other labels have too. */
static bool is_list(const struct pieces *pieces, const char *label, const char *separator)
{
    struct words mine = {0};
    multi_labels_split(&mine, label, strlen(label), separator);
    bool is = mine.n > 1;
    for (int32_t i = 0; i < mine.n && is; i++) {
        int32_t known =
            words_find(&pieces->words, words_text(&mine, i), words_length(&mine, i));
        is = known >= 0 && pieces->n_labels[known] > 1;
    }
    words_release(&mine);
    return is;
}

/* `"a,b" (3), "b,c" (2) and 4 more`: lists, where all labels with the separator are such
 * and there are two or more; else "". The caller's to free. */
static char *show_lists(const struct examination *examination, const char *separator)
{
    struct pieces pieces = {.words = {0}};
    struct list lists = {0};
    int n_others = 0;
    bool are_counted = count_pieces(examination, separator, &pieces);
    for (int32_t label = 0; label < examination->corpus->labels.n && are_counted;
         label++) {
        const char *text = examine_label(examination, label);
        if (!examination->labels[label].n || !strstr(text, separator))
            continue;
        if (is_list(&pieces, text, separator))
            list_add(&lists, ", ", examine_show(examination, label));
        else
            n_others++;
    }

    int n = lists.n;
    char *shown = list_take(&lists);
    words_release(&pieces.words);
    if (n > 1 && n_others == 0)
        return shown;
    free(shown);
    return xstrdup("");
}

void ask_several(struct examination *examination, struct finding *finding)
{
    for (size_t i = 0; i < COUNT_OF(separators) && !finding->text; i++) {
        char *shown = show_lists(examination, separators[i]);
        if (*shown) {
            finding->severity = FINDING_WARNING;
            finding->text =
                xasprintf("lists of labels, %s of their own here: %s; "
                          "--label-separator \"%s\" reads them as several labels a text",
                          examination->corpus->is_multi_label ? "labels" : "classes",
                          shown, separators[i]);
        }
        free(shown);
    }
}
