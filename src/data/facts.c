#include "data/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "data/classes.h"
#include "files/h5.h"
#include "files/h5_write.h"

/* How a file of one form spells the facts. */
struct form {
    const char *group, *labels;
    const char *of_group; /* behind an attribute's name, in messages */
    const char *padding, *truncating;
    bool has_side_names; /* "pre" and "post" in place of 1 and 0 */
};

static const struct form forms[] = {
    [FACTS_IN_DATASET] = {"/", "/labels", "", "padding", "truncating", true},
    [FACTS_IN_CHECKPOINT] = {"/rnntrain", "/rnntrain/labels", " of /rnntrain", "pad_pre",
                             "truncate_pre", false},
};
_Static_assert(COUNT_OF(forms) == FACTS_FORMS, "every form is described");

/* What files may need of who reads them. */
enum need {
    NEED_MULTI_LABEL,
    NEED_NGRAMS,
    NEED_CHARACTERS,
    NEED_UNLABELLED,
    NEED_VECTORS,
    NEEDS
};

static const struct {
    const char *name;
    bool is_of_dataset; /* alone */
} all_needs[] = {[NEED_MULTI_LABEL] = {"multi_label", false},
                 [NEED_NGRAMS] = {"ngrams", false},
                 [NEED_CHARACTERS] = {"ngram_characters", false},
                 [NEED_UNLABELLED] = {"unlabelled", true},
                 [NEED_VECTORS] = {"vectors", true}};
_Static_assert(COUNT_OF(all_needs) == NEEDS, "every need has a name");

static bool may_need(const struct form *form, int need)
{
    return form == &forms[FACTS_IN_DATASET] || !all_needs[need].is_of_dataset;
}

static int read_int(struct h5 *file, const struct form *form, const char *name, int least,
                    int most, int *value)
{
    int64_t number = 0;
    int rc = h5_read_attribute_int(file, form->group, name, &number);
    if (rc)
        return rc;

    if (number < least || number > most)
        return fail(ERR_FORMAT, "%s: attribute %s%s is %lld, expected %d to %d",
                    h5_path(file), name, form->of_group, (long long)number, least, most);
    *value = (int)number;
    return OK;
}

static int read_side_name(struct h5 *file, const struct form *form, const char *name,
                          bool *is_pre)
{
    char *text = NULL;
    int rc = h5_read_attribute_text(file, form->group, name, &text);
    if (!rc && strcmp(text, "pre") && strcmp(text, "post"))
        rc =
            fail(ERR_FORMAT, "%s: attribute %s%s is \"%s\", expected \"pre\" or \"post\"",
                 h5_path(file), name, form->of_group, text);
    if (!rc)
        *is_pre = !strcmp(text, "pre");
    free(text);
    return rc;
}

static int read_side(struct h5 *file, const struct form *form, const char *name,
                     bool *is_pre)
{
    int number = 0;
    if (form->has_side_names)
        return read_side_name(file, form, name, is_pre);
    int rc = read_int(file, form, name, 0, 1, &number);
    if (!rc)
        *is_pre = number;
    return rc;
}

static int read_labels(struct h5 *file, const struct form *form, struct facts *facts)
{
    size_t n = 0;
    int rc = h5_read_strings(file, form->labels, &n, &facts->labels);
    if (rc)
        return rc;

    int most = facts->multi_label ? FACTS_MOST_MULTI_LABELS : FACTS_MOST_LABELS;
    facts->n_labels = (int)n;
    if (n < 2 || n > (size_t)most)
        return fail(ERR_FORMAT, "%s: %s names %zu %s%s, expected 2 to %d", h5_path(file),
                    form->labels, n, facts->multi_label ? "label" : "class",
                    n == 1               ? ""
                    : facts->multi_label ? "s"
                                         : "es",
                    most);

    char *source = xasprintf("%s: %s", h5_path(file), form->labels);
    rc = classes_check(source, ERR_FORMAT, facts->labels, facts->n_labels);
    free(source);
    return rc;
}

/* Notes the names in a text, blanks between them; false: one of them is not known. */
static bool note_needs(const char *names, const struct form *form, bool needs[NEEDS])
{
    for (size_t n = 0; *names; names += n + (names[n] == ' ')) {
        int i = 0;
        n = strcspn(names, " ");
        while (i < NEEDS &&
               (strncmp(all_needs[i].name, names, n) || all_needs[i].name[n]))
            i++;
        if (i == NEEDS || !may_need(form, i))
            return false;
        needs[i] = true;
    }
    return true;
}

/* What this or a later version put into the file without which it means something
 * else. */
static int read_needs(struct h5 *file, const struct form *form, struct facts *facts)
{
    char *names = NULL;
    bool needs[NEEDS] = {false};
    if (!h5_has_attribute(file, form->group, "needs"))
        return OK;

    int rc = h5_read_attribute_text(file, form->group, "needs", &names);
    if (!rc && !note_needs(names, form, needs))
        rc = fail(ERR_FORMAT,
                  "%s: it needs %s, which this program, " RNNTRAIN_VERSION
                  ", does not know: update rnntrain",
                  h5_path(file), names);
    facts->multi_label = needs[NEED_MULTI_LABEL];
    facts->has_ngrams = needs[NEED_NGRAMS];
    facts->has_characters = needs[NEED_CHARACTERS];
    facts->has_unlabelled = needs[NEED_UNLABELLED];
    facts->has_vectors = needs[NEED_VECTORS];
    free(names);
    return rc;
}

static void write_needs(struct h5_writer *file, const struct form *form,
                        const struct facts *facts)
{
    const bool needs[NEEDS] = {[NEED_MULTI_LABEL] = facts->multi_label,
                               [NEED_NGRAMS] = facts->has_ngrams,
                               [NEED_CHARACTERS] = facts->has_characters,
                               [NEED_UNLABELLED] = facts->has_unlabelled,
                               [NEED_VECTORS] = facts->has_vectors};
    char names[96] = "";
    int n = 0;

    for (int i = 0; i < NEEDS; i++)
        if (needs[i] && may_need(form, i))
            n += snprintf(names + n, sizeof names - (size_t)n, "%s%s", n ? " " : "",
                          all_needs[i].name);
    if (n)
        h5_attribute_text(file, form->group, "needs", names);
}

int facts_read(struct h5 *file, enum facts_form stored, struct facts *result)
{
    const struct form *form = &forms[stored];
    struct facts facts = {0};
    int rc = read_needs(file, form, &facts);
    if (!rc)
        rc = read_int(file, form, "num_words", 2, INT32_MAX, &facts.num_words);
    if (!rc)
        rc = read_int(file, form, "maxlen", 1, FACTS_MOST_LENGTH, &facts.maxlen);
    if (!rc)
        rc = read_side(file, form, form->padding, &facts.pad_pre);
    if (!rc)
        rc = read_side(file, form, form->truncating, &facts.truncate_pre);
    if (!rc)
        rc = read_labels(file, form, &facts);

    if (rc) {
        facts_release(&facts);
        return rc;
    }
    *result = facts;
    return OK;
}

static void write_side(struct h5_writer *file, const struct form *form, const char *name,
                       bool is_pre)
{
    if (form->has_side_names)
        h5_attribute_text(file, form->group, name, facts_side(is_pre));
    else
        h5_attribute_int(file, form->group, name, is_pre);
}

void facts_write(struct h5_writer *file, enum facts_form stored,
                 const struct facts *facts)
{
    const struct form *form = &forms[stored];
    h5_attribute_int(file, form->group, "num_words", facts->num_words);
    h5_attribute_int(file, form->group, "maxlen", facts->maxlen);
    write_side(file, form, form->padding, facts->pad_pre);
    write_side(file, form, form->truncating, facts->truncate_pre);
    write_needs(file, form, facts);
}

void facts_write_labels(struct h5_writer *file, enum facts_form stored,
                        const struct facts *facts)
{
    h5_write_strings(file, forms[stored].labels, (size_t)facts->n_labels, facts->labels);
}

void facts_release(struct facts *facts)
{
    for (int i = 0; i < facts->n_labels && facts->labels; i++)
        free(facts->labels[i]);
    free(facts->labels);
    *facts = (struct facts){0};
}

bool facts_agree(const struct facts *a, const struct facts *b)
{
    return a->num_words == b->num_words && a->maxlen == b->maxlen &&
           a->n_labels == b->n_labels && a->multi_label == b->multi_label &&
           a->pad_pre == b->pad_pre;
}

int facts_check_multi_label(const struct facts *model, const char *model_path,
                            const struct facts *data, const char *data_path)
{
    if (model->multi_label == data->multi_label)
        return OK;
    return fail(ERR_FORMAT,
                "%s: its texts have %s each, the model of %s gives %s: use data of the "
                "kind that it was trained on",
                data_path, data->multi_label ? "several labels" : "one label", model_path,
                model->multi_label ? "several" : "one");
}

char *facts_pack_labels(const struct facts *facts, size_t *n)
{
    char *packed = NULL;
    *n = 0;
    for (int i = 0; i < facts->n_labels; i++) {
        size_t bytes = strlen(facts->labels[i]) + 1;
        packed = xrealloc(packed, *n + bytes, 1);
        memcpy(packed + *n, facts->labels[i], bytes);
        *n += bytes;
    }
    return packed;
}

void facts_set_labels(struct facts *facts, const char *packed)
{
    facts->labels = xcalloc((size_t)facts->n_labels, sizeof *facts->labels);
    for (int i = 0; i < facts->n_labels; i++) {
        facts->labels[i] = xstrdup(packed);
        packed += strlen(packed) + 1;
    }
}

static int check_ids(const struct facts *facts, const char *path, int max_id)
{
    return max_id < facts->num_words
               ? OK
               : fail(ERR_FORMAT, "%s: its tokenizer gives ids up to %d, num_words is %d",
                      path, max_id, facts->num_words);
}

int facts_tokenizer(const struct facts *facts, const char *json, const char *path,
                    struct text_tokenizer **result)
{
    struct text_options padding = facts_padding(facts);
    struct text_tokenizer *tokenizer = NULL;
    int rc = text_from_json(json, path, &padding, &tokenizer);
    if (rc)
        return rc;

    rc = check_ids(facts, path, text_max_id(tokenizer));
    if (rc)
        text_free(tokenizer);
    else
        *result = tokenizer;
    return rc;
}

int facts_kept_json(const struct facts *facts, const char *json, const char *path,
                    char **result)
{
    struct text_options padding = facts_padding(facts);
    struct text_tokenizer *tokenizer = NULL;
    char *kept = NULL;
    int max_id = 0, rc = OK;

    if (text_order_json(json, &padding, &kept, &max_id)) {
        rc = check_ids(facts, path, max_id);
    } else {
        rc = facts_tokenizer(facts, json, path, &tokenizer);
        kept = rc ? NULL : text_to_json(tokenizer, true);
        text_free(tokenizer);
    }

    if (rc)
        free(kept);
    else
        *result = kept;
    return rc;
}
