/* What is known about ids, whoever keeps them: how many there are, in rows of which
 * length, padded on which side, of documents of which classes. A data set and a
 * checkpoint store it; a model of Keras says some of it. Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_FACTS_H
#define RNNTRAIN_DATA_FACTS_H

#include "base/base.h"
#include "data/rows.h"
#include "text/text.h"

struct h5;
struct h5_writer;

enum {
    FACTS_MOST_LENGTH = 1 << 20,    /* of a row */
    FACTS_MOST_LABELS = 65536,      /* classes */
    FACTS_MOST_MULTI_LABELS = 4096, /* labels of which a text may have several */
    FACTS_MOST_TWO_BYTES = 65536,   /* num_words up to which two bytes hold an id */
};

struct facts {
    int num_words;       /* V: ids are 0 .. num_words - 1, 0 is the pad */
    int maxlen;          /* T; 0: of a model of Keras that takes rows of any length */
    int n_labels;        /* C, 2 or more */
    char **labels;       /* (n_labels) names of the classes, owned; NULL: none is known */
    bool pad_pre;        /* pads stand in front of the words */
    bool truncate_pre;   /* long texts lose their beginning */
    bool multi_label;    /* a text has any of the labels, or none; false: exactly one */
    bool has_ngrams;     /* beside the ids (data/sparse.h); of a model: it reads them */
    bool has_characters; /* some of these are of characters */
    bool has_unlabelled; /* of a data set: texts without labels; of a model: false */
    bool has_vectors;    /* the same of vectors of words */
    int n_ngrams;        /* F: how many there are, where has_ngrams */
};

/* Where facts are stored: numbers as attributes of a group, beside them the labels. */
enum facts_form {
    FACTS_IN_DATASET,    /* / with padding and truncating "pre" or "post"; /labels */
    FACTS_IN_CHECKPOINT, /* /rnntrain with pad_pre and truncate_pre; /rnntrain/labels */
    FACTS_FORMS
};

/* ERR_FORMAT names the file and the attribute that is out of range. Attributes and
 * objects that are not known are ignored; a later version that writes one without which
 * the file means something else names it in an attribute "needs" beside these, which is
 * refused here. Of these names this version knows "multi_label", which it writes where
 * texts have several labels, "ngrams" where there are some, and in data sets
 * "unlabelled" and "vectors" likewise, a blank between them; other files have no such
 * attribute. */
int facts_read(struct h5 *file, enum facts_form form, struct facts *facts) NODISCARD;

/* The numbers, then the labels: other content may stand between them. */
void facts_write(struct h5_writer *file, enum facts_form form, const struct facts *facts);
void facts_write_labels(struct h5_writer *file, enum facts_form form,
                        const struct facts *facts);

/* Frees the labels; an all-zero struct is fine. */
void facts_release(struct facts *facts);

/* Whether rows of both are alike: as many ids, positions and classes, as many of them a
 * text, pads on one side. So a model that was trained on the one can read the other. */
bool facts_agree(const struct facts *a, const struct facts *b);

/* ERR_FORMAT where texts of the one have one label and those of the other several. The
 * paths stand in messages. */
int facts_check_multi_label(const struct facts *model, const char *model_path,
                            const struct facts *data, const char *data_path) NODISCARD;

/* All names of classes in n bytes, for others to copy: each with its '\0'. The caller's
 * to free; facts_set_labels makes n_labels names of such bytes. */
char *facts_pack_labels(const struct facts *facts, size_t *n);
void facts_set_labels(struct facts *facts, const char *packed);

/* Keras's word for a side. */
static inline const char *facts_side(bool is_pre)
{
    return is_pre ? "pre" : "post";
}

/* Bytes of an id in a file: 2 or 4. */
static inline int facts_id_bytes(const struct facts *facts)
{
    return facts->num_words <= FACTS_MOST_TWO_BYTES ? 2 : 4;
}

/* Bytes of the ids of a row in a file. */
static inline size_t facts_row_bytes(const struct facts *facts)
{
    return (size_t)facts->maxlen * (size_t)facts_id_bytes(facts);
}

/* n rows as a file has them, none of which is in memory yet. */
static inline struct rows facts_rows(const struct facts *facts, int n)
{
    return (struct rows){.n = n,
                         .maxlen = facts->maxlen,
                         .id_bytes = facts_id_bytes(facts),
                         .pad_pre = facts->pad_pre,
                         .n_labels = facts->multi_label ? facts->n_labels : 0};
}

/* How texts are padded. */
static inline struct text_options facts_padding(const struct facts *facts)
{
    return (struct text_options){.maxlen = facts->maxlen,
                                 .pad_pre = facts->pad_pre,
                                 .truncate_pre = facts->truncate_pre};
}

/* The tokenizer of this JSON, which `path` holds, with the padding of the facts;
 * ERR_FORMAT if it gives ids that num_words does not allow. Free with text_free. */
int facts_tokenizer(const struct facts *facts, const char *json, const char *path,
                    struct text_tokenizer **tokenizer) NODISCARD;
/* The JSON of that tokenizer as a checkpoint has it: of the words that have ids alone, in
 * the order of the index. The caller's to free. */
int facts_kept_json(const struct facts *facts, const char *json, const char *path,
                    char **kept) NODISCARD;

#endif
