/* Whether models are members of one ensemble. */
#include "saved/ensemble_private.h"

#include <stdlib.h>
#include <string.h>

#include "data/classes.h"
#include "saved/record.h"

/* What two members say of the same thing; the texts are the caller's to free. */
struct difference {
    char *first, *other; /* NULL: they agree */
};

static struct difference of_numbers(const char *what, int first, int other)
{
    if (first == other)
        return (struct difference){NULL, NULL};
    return (struct difference){xasprintf("%d %s", first, what),
                               xasprintf("%d %s", other, what)};
}

static struct difference of_texts(const char *what, const char *first, const char *other)
{
    if (!strcmp(first, other))
        return (struct difference){NULL, NULL};
    return (struct difference){xasprintf("%s%s", what, first),
                               xasprintf("%s%s", what, other)};
}

static struct difference of_labels(const struct facts *first, const struct facts *other)
{
    for (int c = 0; c < first->n_labels; c++)
        if (strcmp(first->labels[c], other->labels[c])) {
            char *is = classes_shown(first), *found = classes_shown(other);
            struct difference difference = {
                xasprintf("the classes %s, class %d being %s", is, c, first->labels[c]),
                xasprintf("%s, it being %s", found, other->labels[c])};
            free(is);
            free(found);
            return difference;
        }
    return (struct difference){NULL, NULL};
}

/* Ids mean the same words where the same tokenizer gave them. */
static struct difference of_tokenizers(const char *first, const char *other)
{
    if (first && other && strcmp(first, other))
        return (struct difference){xstrdup("a tokenizer of its own"),
                                   xstrdup("another: words, or how texts are cut")};
    return of_texts("", first ? "a tokenizer" : "none", other ? "a tokenizer" : "none");
}

static struct difference difference_of(const struct checkpoint *a,
                                       const struct checkpoint *b)
{
    const struct facts *first = &a->facts, *other = &b->facts;
    struct difference found = of_numbers("ids", first->num_words, other->num_words);

    if (!found.first)
        found = of_numbers("positions", first->maxlen, other->maxlen);
    if (!found.first)
        found =
            of_texts("padding ", facts_side(first->pad_pre), facts_side(other->pad_pre));
    if (!found.first)
        found = of_texts("truncating ", facts_side(first->truncate_pre),
                         facts_side(other->truncate_pre));
    if (!found.first)
        found = of_texts("", first->multi_label ? "several labels a text" : "one a text",
                         other->multi_label ? "several labels a text" : "one a text");
    if (!found.first)
        found = of_numbers("classes", first->n_labels, other->n_labels);
    if (!found.first)
        found = of_labels(first, other);
    return found.first ? found : of_tokenizers(a->tokenizer, b->tokenizer);
}

static int refuse(const struct checkpoint *a, const struct checkpoint *b,
                  struct difference found)
{
    return fail(ERR_FORMAT,
                "%s and %s are no members of one ensemble: the first has %s, the second "
                "%s: members are trained on one data set",
                a->path, b->path, found.first, found.other);
}

static int check_facts(const struct checkpoint *a, const struct checkpoint *b)
{
    struct difference found = difference_of(a, b);
    int rc = found.first ? refuse(a, b, found) : OK;
    free(found.first);
    free(found.other);
    return rc;
}

int ensemble_chain(const struct checkpoint *info, struct chain_config *chain)
{
    const struct record_source source = {info->path, info->provenance};
    struct record record;

    int rc = record_read(info->config, &source, &record);
    return rc ? rc : model_options_chain(&record.model, &info->facts, chain);
}

static int check_outputs(const struct checkpoint *a, const struct chain_config *first,
                         const struct checkpoint *b)
{
    struct chain_config chain;
    int rc = ensemble_chain(b, &chain);

    if (!rc && !ensemble_agree(first, &chain))
        rc = fail(ERR_FORMAT,
                  "%s and %s are no members of one ensemble: the outputs of one are "
                  "sigmoids, each of a class, those of the other are not",
                  a->path, b->path);
    return rc;
}

/* Of the members that read n-grams all have the list of the first that does. */
static int check_ngrams(const struct checkpoint *a, const struct checkpoint *b)
{
    struct ngrams first = {0}, other = {0};

    int rc = checkpoint_ngrams(a, &first);
    if (!rc)
        rc = checkpoint_ngrams(b, &other);
    if (!rc && !ngrams_are_equal(&first, &other))
        rc = fail(ERR_FORMAT,
                  "%s and %s are no members of one ensemble: their n-grams are others: "
                  "members are trained on one data set",
                  a->path, b->path);
    ngrams_release(&first);
    ngrams_release(&other);
    return rc;
}

int ensemble_check(const struct checkpoint *info)
{
    const struct checkpoint *with_ngrams = info->facts.has_ngrams ? info : NULL;
    struct chain_config chain;
    int rc = ensemble_chain(info, &chain);

    for (int i = 0; i < info->ensemble.n - 1 && !rc; i++) {
        const struct checkpoint *other = &info->members[i];

        rc = check_facts(info, other);
        if (!rc)
            rc = check_outputs(info, &chain, other);
        if (!rc && other->facts.has_ngrams && with_ngrams)
            rc = check_ngrams(with_ngrams, other);
        if (other->facts.has_ngrams && !with_ngrams)
            with_ngrams = other;
    }
    return rc;
}
