/* Whether the labels are labels at all: names of columns, texts and ids are not. */
#include "corpus/examine_private.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/spelling.h"

#include "base/say.h"
#include "data/facts.h"
#include "input/column_names.h"

#include "text/fold.h"

enum { FEW_DOCUMENTS = 20 }; /* of which nothing can be said by counting */

/* Whether one of its words is what columns of labels are called: airline_sentiment. */
static bool names_labels(const char *label)
{
    return strlen(label) > 1 && column_name_is_likely(label) &&
           column_name_rank(label, column_label_names) >= 0;
}

/* Whether all other labels are numbers, or say that there is none. */
static bool others_are_numbers(const struct examination *examination, int32_t mine)
{
    int n = 0;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        const char *text = examine_label(examination, label);
        if (label == mine || !examination->labels[label].n || examine_says_missing(text))
            continue;
        if (!spelling_is_number(text))
            return false;
        n++;
    }
    return n > 0;
}

/* Names of columns are short beside texts. */
static bool is_short(const struct examination *examination, int32_t label)
{
    int64_t n = examination->labels[label].n_words;
    return n <= 4 || n * 4 * examination->n_documents < examination->n_words;
}

/* Classes with one document. */
static int count_single(const struct examination *examination)
{
    int n = 0;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++)
        n += examination->labels[label].n == 1;
    return n;
}

/* Whether it begins several files and other classes have more documents. */
static bool is_rarest(const struct examination *examination, int32_t mine)
{
    int32_t n = examination->labels[mine].n;
    if (n < 2 || examination->n_documents < FEW_DOCUMENTS)
        return false;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++)
        if (label != mine && examination->labels[label].n &&
            examination->labels[label].n <= n)
            return false;
    return true;
}

static bool is_in_first_rows(const struct examination *examination, int32_t label)
{
    const struct label_facts *facts = &examination->labels[label];
    return facts->n && facts->n == facts->n_first && !facts->is_given &&
           is_short(examination, label);
}

static void refuse_header(const struct examination *examination, int32_t label,
                          struct finding *finding)
{
    char *place = examine_place(examination, label);
    finding->severity = FINDING_REFUSED;
    finding->text = xasprintf("%s, the first row, is the only document of its class, "
                              "\"%.*s%s\": does it name the columns (--header on), or is "
                              "it a document (--header off)?",
                              place, SAY_SHORT(examine_label(examination, label), 60));
    free(place);
}

static void drop_header(struct examination *examination, int32_t label,
                        struct finding *finding)
{
    char *place = examine_place(examination, label);
    char *shown = examine_show(examination, label);
    finding->severity = FINDING_CORRECTED;
    finding->about = "left out";
    finding->text = xasprintf("first row that names the columns, %s: %s; --header off "
                              "keeps it",
                              shown, place);
    examine_drop(examination, label);
    free(shown);
    free(place);
}

void ask_header(struct examination *examination, struct finding *finding)
{
    if (examination->options->header_is_given)
        return;

    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        const char *text = examine_label(examination, label);
        if (!is_in_first_rows(examination, label) || spelling_is_number(text) ||
            examine_says_missing(text))
            continue;

        bool may_be_rare = examination->corpus->is_multi_label; /* as labels are */
        bool is_certain = names_labels(text) ||
                          (!may_be_rare && (others_are_numbers(examination, label) ||
                                            is_rarest(examination, label)));
        if (is_certain)
            drop_header(examination, label, finding);
        else if (!may_be_rare &&
                 count_single(examination) == 1) /* all others have two or more */
            refuse_header(examination, label, finding);
        if (finding->text)
            return;
    }
}

void ask_controls(struct examination *examination, struct finding *finding)
{
    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        char *trimmed = text_trimmed(examine_label(examination, label));
        if (examination->labels[label].n && text_has_control(trimmed)) {
            char *place = examine_place(examination, label);
            finding->severity = FINDING_REFUSED;
            finding->text = xasprintf("%s: the label \"%.*s%s\" holds a tab, a line end "
                                      "or another control character; expected the name "
                                      "of a class (--label-column, --label-field)",
                                      place, SAY_SHORT(trimmed, 60));
            free(place);
        }
        free(trimmed);
        if (finding->text)
            return;
    }
}

void ask_too_many(struct examination *examination, struct finding *finding)
{
    int32_t n = 0;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++)
        n += examination->labels[label].n > 0;
    int most =
        examination->corpus->is_multi_label ? FACTS_MOST_MULTI_LABELS : FACTS_MOST_LABELS;
    if (n <= most)
        return;
    finding->severity = FINDING_REFUSED;
    finding->text = examine_too_many(examination->corpus, n);
}

/* A part's documents, those whose class no other of them has, and the classes, of one
 * word, that several have. */
struct own {
    int n, n_own, n_again;
    int32_t example;
};

/* So many are none of ids, which do not come again, nor of texts, which have blanks. */
enum { MANY_AGAIN = 16 };

static struct own count_own(const struct examination *examination, int part)
{
    struct own own = {.example = -1};

    for (int32_t label = 0; label < examination->corpus->labels.n; label++) {
        const struct label_facts *facts = &examination->labels[label];
        bool is_known = part != DATASET_TRAIN && facts->n_of_part[DATASET_TRAIN] > 0;
        int n = facts->n_of_part[part];

        own.n += n;
        own.n_again += n > 1 && !strchr(examine_label(examination, label), ' ');
        if (n != 1 || is_known)
            continue;
        own.example = label;
        own.n_own++;
    }
    return own;
}

static char *show_own(const struct examination *examination, int32_t example, int n_own,
                      int n)
{
    static const char of_folders[] =
        "expected a folder a class; if they are classes, name them in a file for "
        "--labels";
    static const char of_records[] =
        "texts, ids, or a file without labels? Name the columns with --label-column and "
        "--text-column (JSON: --label-field, --text-field), or the classes in a file for "
        "--labels";
    const struct corpus *corpus = examination->corpus;
    const struct document *document =
        &corpus->documents[examination->labels[example].first];
    bool is_record = settle_is_record(corpus, document);
    const char *layout = is_record ? examine_layout(examination, example) : "";

    char *place = examine_place(examination, example);
    char *text = xasprintf(
        "%s: %d of %d %s documents have a class of their own, as \"%.*s%s\" (%s): %s%s%s",
        settle_path(corpus), n_own, n, dataset_part_names[document->part],
        SAY_SHORT(examine_label(examination, example), 60), place,
        is_record ? of_records : of_folders, *layout ? "; as it was read:" : "", layout);
    free(place);
    return text;
}

void ask_own_classes(struct examination *examination, struct finding *finding)
{
    for (int part = 0; part < DATASET_PARTS && !finding->text; part++) {
        struct own own = count_own(examination, part);
        if (own.n < FEW_DOCUMENTS || own.n_own * 2 <= own.n || examination->names.n)
            continue;

        finding->severity = own.n_again >= MANY_AGAIN ? FINDING_WARNING : FINDING_REFUSED;
        finding->text = show_own(examination, own.example, own.n_own, own.n);
    }
}

/* Different texts, counted up to `most`. */
static int32_t count_texts(const struct examination *examination, int32_t most)
{
    const struct corpus *corpus = examination->corpus;
    struct words texts = {0};
    for (int32_t i = 0; i < corpus->n_documents && texts.n < most; i++) {
        const struct document *document = &corpus->documents[i];
        if (document->part != CORPUS_DROPPED)
            words_add(&texts, (const char *)document->hash, sizeof document->hash);
    }
    int32_t n = texts.n;
    words_release(&texts);
    return n;
}

void ask_swapped(struct examination *examination, struct finding *finding)
{
    int32_t n = 0, example = -1;
    for (int32_t label = 0; label < examination->corpus->labels.n; label++)
        if (examination->labels[label].n) {
            example = label;
            n++;
        }

    int32_t n_texts = count_texts(examination, n);
    if (examination->n_documents < FEW_DOCUMENTS || examination->names.n ||
        examination->corpus->is_multi_label || n_texts >= n)
        return;
    const char *layout = examine_layout(examination, example);
    finding->severity = FINDING_REFUSED;
    finding->text = xasprintf(
        "%s: %d classes, as \"%.*s%s\", but %d different texts: are labels and texts "
        "swapped? Name the columns with --label-column and --text-column (JSON: "
        "--label-field, --text-field)%s%s",
        settle_path(examination->corpus), n,
        SAY_SHORT(examine_label(examination, example), 60), n_texts,
        *layout ? "; as it was read:" : "", layout);
}
