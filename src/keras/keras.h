/* A classifier as Keras describes it: layers in JSON, weights layer by layer; both ways.
 *
 * Out: a chain of layers in the words of Keras 2 (which Keras 3 reads too) or of Keras 3,
 * and where each tensor stands in either layout. In: the layers and arrays of a file of
 * any era become a chain and its weights, or are refused by name. What Keras does
 * otherwise is said in notes. Nothing here is collective.
 *
 * Each kind of layer has a file here (kind.h), which reads it, writes it and knows its
 * arrays.
 *
 * Sources: Keras 2.0 to 2.3 keras/engine/saving.py and keras/layers; tf_keras 2
 * legacy/hdf5_format.py; Keras 3 keras/src/legacy/saving/legacy_h5_format.py and
 * saving/saving_lib.py.
 */
#ifndef RNNTRAIN_KERAS_KERAS_H
#define RNNTRAIN_KERAS_KERAS_H

#include "keras/file.h"
#include "layers/chain.h"
#include "layers/params.h"
#include "model/optimizer.h"
#include "model/options.h"

/* JSON texts, the caller's to free; `optimizer` is keras_optimizer_json's. The model and
 * how it is compiled, as the attributes model_config and training_config have them; both
 * as config.json of a .keras archive has them. */
char *keras_model_json(const struct chain_config *chain);
char *keras_compile_json(const struct chain_config *chain, const char *optimizer);
char *keras_archive_json(const struct chain_config *chain, const char *optimizer);

/* Keras's optimizer_config: {"class_name": "Adam", "config": {...}}. */
char *keras_optimizer_json(const struct optim_config *optimizer);

/* All layers in their order, InputLayer left out; `names` and its strings are the
 * caller's. */
size_t keras_layer_names(const struct chain_config *chain, char ***names);

/* Where a tensor of the chain's stands in a .weights.h5: "/layers/lstm/cell/vars/0"; the
 * caller's to free. */
char *keras_weight_path(const struct chain_config *chain, const struct params *params,
                        int tensor);

/* What a file may leave open. */
/* What several sigmoid units give: classes, of which a text has one, or labels, of which
 * it may have any. */
enum keras_outputs { KERAS_OUTPUTS_AUTO, KERAS_OUTPUTS_CLASSES, KERAS_OUTPUTS_LABELS };

struct keras_hints {
    int maxlen; /* ids of a row; 0: as the file says */
    /* Where the file has weights only. */
    enum model_head head;   /* MODEL_HEADS: as shapes say */
    enum model_gates gates; /* MODEL_GATES: as Keras's version has them */
    bool mask;
    enum keras_outputs outputs; /* KERAS_OUTPUTS_AUTO: as the loss says */
    bool outputs_given;         /* by a user */
    bool logits; /* a last layer without activation gives logits, not other numbers */
    /* A user asked for one of these: ERR_USAGE where the file says them itself. */
    bool asked;
};
extern const struct keras_hints keras_no_hints;

/* Those that a file of the chain's weights alone needs; maxlen is left open. */
struct keras_hints keras_hints_of(const struct chain_config *chain);

struct keras_model {
    struct chain_config config; /* length 0: the file does not say; pad_pre is not set */
    struct params params;
    float *weights;  /* (params.size), owned */
    int n_slots;     /* 2: Adam's moments, where the file has those of these weights */
    float *slots[2]; /* (params.size), owned */
    int64_t n_steps; /* that the moments have seen */
    /* Of a model that takes texts: its TextVectorization as a tokenizer in JSON; else
     * NULL. Rows are filled up, and cut, behind. */
    char *tokenizer;
    char *record;         /* JSON of rnntrain's options: model and optimizer */
    char *version;        /* Keras's */
    char *notes;          /* lines, each with its '\n': what is otherwise here */
    char *training_notes; /* the same, of what only matters when it is trained further */
};

/* ERR_FORMAT names layer, class and Keras's version of what is not supported. Release
 * with keras_model_release, also after a failure. */
int keras_model_from(const struct keras_file *file, const struct keras_hints *hints,
                     struct keras_model *model) NODISCARD;
void keras_model_release(struct keras_model *model);

#endif
