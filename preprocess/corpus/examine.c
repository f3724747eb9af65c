#include "corpus/examine_private.h"

#include <stdlib.h>
#include <string.h>

#include "corpus/label_sets.h"

#include "base/say.h"
#include "data/facts.h"

/* A correction is looked at by the questions behind it. */
static question *const questions[] = {
    ask_header,         ask_controls, ask_spellings,   ask_strays,  ask_missing,
    ask_called_missing, ask_too_many, ask_own_classes, ask_swapped, ask_several,
    ask_alike,          ask_truth,    ask_quoted,
};

static void count_document(struct examination *examination, int32_t i)
{
    const struct corpus *corpus = examination->corpus;
    const struct document *document = &corpus->documents[i];
    const struct corpus_place *place = &corpus->places[document->place];

    for (int32_t k = 0; k < corpus_n_labels(corpus, document); k++) {
        struct label_facts *label =
            &examination->labels[corpus_label(corpus, document, k)];
        if (label->n++ == 0)
            label->first = i;
        label->n_of_part[document->part]++;
        label->n_first += document->is_first_row;
        label->is_given |=
            place->kind != PLACE_RECORDS || corpus->sources[place->source].class_name;
        if (document->n_words > label->n_words)
            label->n_words = document->n_words;
    }

    examination->n_documents++;
    examination->n_words += document->n_words;
}

static void count(struct examination *examination)
{
    const struct corpus *corpus = examination->corpus;
    free(examination->labels);
    examination->labels = xcalloc((size_t)corpus->labels.n, sizeof *examination->labels);
    examination->n_documents = 0;
    examination->n_words = 0;
    examination->is_stale = false;

    for (int32_t label = 0; label < corpus->labels.n; label++) {
        const char *text = examine_label(examination, label);
        examination->labels[label].first = -1;
        examination->labels[label].is_given =
            words_find(&examination->names, text, strlen(text)) >= 0;
    }
    for (int32_t i = 0; i < corpus->n_declared; i++)
        examination->labels[corpus->declared[i]].is_given = true;
    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (corpus->documents[i].part != CORPUS_DROPPED)
            count_document(examination, i);
}

int corpus_examine(struct corpus *corpus, const struct corpus_options *options,
                   const struct reader_notes *notes, char *const *names, int n)
{
    struct examination examination = {
        .corpus = corpus, .options = options, .notes = notes, .is_stale = true};
    int rc = OK;
    for (int i = 0; i < n; i++) { /* those that no document has are spellings too */
        words_add(&examination.names, names[i], strlen(names[i]));
        words_add(&corpus->labels, names[i], strlen(names[i]));
    }

    for (size_t i = 0; i < COUNT_OF(questions) && !rc; i++) {
        struct finding finding = {.about = "labels"};
        if (examination.is_stale)
            count(&examination);
        questions[i](&examination, &finding);
        if (finding.severity == FINDING_REFUSED)
            rc = fail(ERR_FORMAT, "%s", finding.text);
        else if (finding.severity != FINDING_NONE)
            corpus_note(corpus, finding.about, xstrdup(finding.text));
        free(finding.text);
    }
    words_release(&examination.names);
    free(examination.labels);
    return rc;
}

void examine_drop(struct examination *examination, int32_t label)
{
    struct corpus *corpus = examination->corpus;
    for (int32_t i = 0; i < corpus->n_documents; i++)
        if (label_sets_hold(corpus, &corpus->documents[i], label))
            corpus->documents[i].part = CORPUS_DROPPED;
    examination->is_stale = true;
}

enum { MOST = 3 }; /* pieces that a list shows */

void list_add(struct list *list, const char *between, char *piece)
{
    if (list->n < MOST) {
        char *longer =
            xasprintf("%s%s%s", list->n ? list->text : "", list->n ? between : "", piece);
        free(list->text);
        list->text = longer;
    }
    list->n++;
    free(piece);
}

char *list_take(struct list *list)
{
    char *text = list->n > MOST ? xasprintf("%s and %d more", list->text, list->n - MOST)
                                : xstrdup(list->n ? list->text : "");
    free(list->text);
    *list = (struct list){0};
    return text;
}

char *examine_show(const struct examination *examination, int32_t label)
{
    return xasprintf("\"%.*s%s\" (%d)", SAY_SHORT(examine_label(examination, label), 60),
                     examination->labels[label].n);
}

char *examine_place(const struct examination *examination, int32_t label)
{
    const struct corpus *corpus = examination->corpus;
    return corpus_name(corpus, &corpus->documents[examination->labels[label].first]);
}

const char *examine_layout(const struct examination *examination, int32_t label)
{
    const struct corpus_layout *read = &examination->corpus->layout;
    char *place = examine_place(examination, label);
    char *line = strstr(place, ": line ");
    size_t n = line ? (size_t)(line - place) : strlen(place);

    const char *layout = "";
    for (int i = 0; i < read->n_read && !*layout; i++)
        if (!strncmp(read->read[i], place, n) && read->read[i][n] == ':')
            layout = read->read[i] + n + 1;
    free(place);
    return layout;
}

char *examine_too_many(const struct corpus *corpus, int32_t n)
{
    bool is_multi_label = corpus->is_multi_label;
    return xasprintf("%s: %d %s or more; a data set %shas %d at most: are these labels, "
                     "as \"%.*s%s\"? (--label-column, --label-field)",
                     settle_path(corpus), n, is_multi_label ? "labels" : "classes",
                     is_multi_label ? "with several labels a text " : "",
                     is_multi_label ? FACTS_MOST_MULTI_LABELS : FACTS_MOST_LABELS,
                     SAY_SHORT(words_text(&corpus->labels, n - 1), 60));
}

int corpus_check_labels(const struct corpus *corpus)
{
    enum { SPELLINGS = 4096 }; /* that may yet turn out to be one class */
    if (corpus->labels.n <= FACTS_MOST_LABELS + SPELLINGS)
        return OK;
    char *text = examine_too_many(corpus, corpus->labels.n);
    int rc = fail(ERR_FORMAT, "%s", text);
    free(text);
    return rc;
}
