/* Checkpoints: a Keras model file (legacy HDF5, the dialect that Keras 2.2.4 to 3 load)
 * with the trainer's own state beside it under /rnntrain.
 *
 *   /                attributes keras_version, backend, model_config, training_config
 *   /model_weights/<layer>/<layer>/<weight>:0    float32, Keras shapes
 *   /rnntrain/config       JSON, the effective configuration (options_to_json)
 *   /rnntrain/state        JSON, deterministic: step, epoch, best value, wait, history
 *   /rnntrain/tokenizer    JSON, kept words only
 *   /rnntrain/labels       (C) strings
 *   /rnntrain/optimizer/<slot>  flat arrays (n parameters): first, second moment
 *   /rnntrain/ngrams       of a model of n-grams, which Keras does not know and which
 *                          has nothing for it: their list (data/ngrams_file.h)
 *   /rnntrain/trained      of weights that are averages over steps: those at which the
 *                          optimizer stands (flat)
 *   /rnntrain/best         the best weights so far (flat), where they are not the model's
 *   /rnntrain/ensemble     of an ensemble: its other members (saved/ensemble.h)
 *   /rnntrain/provenance   JSON, what may differ: ranks, kernel set, version
 *
 * Everything outside /rnntrain/provenance is the same bytes for equal runs. Files are
 * written whole (image in memory, trailer with SHA-256, fsync, rename); one process
 * writes. Nothing here is collective.
 */
#ifndef RNNTRAIN_SAVED_CHECKPOINT_H
#define RNNTRAIN_SAVED_CHECKPOINT_H

#include "base/base.h"
#include "data/facts.h"
#include "files/directory.h"
#include "files/mapped.h"
#include "keras/keras.h"
#include "layers/chain.h"
#include "layers/params.h"
#include "model/ensemble.h"
#include "model/options.h"
#include "text/ngrams.h"

enum { CHECKPOINT_MAX_SLOTS = 2 };

struct checkpoint {
    char *path;         /* where it was read from */
    char *config;       /* JSON */
    char *state;        /* JSON */
    char *provenance;   /* JSON */
    struct facts facts; /* of the data that it was trained on */
    char *tokenizer;    /* JSON, kept words only; NULL: of Keras, without one */
    struct h5 *file;    /* private: open until checkpoint_close; NULL: none was read */
    int n_slots;        /* optimizer arrays in the file */
    /* A model of Keras: its classes are called by numbers, or a rule; pads stand in
     * front, and long texts lose their beginning, as nothing says it. */
    bool has_no_names, assumes_padding, assumes_truncating;
    bool is_unsealed; /* another program opened it for writing (files/h5.h) */

    /* Of an ensemble, whose first member this is; n 0: it is one model, which may have a
     * decision. */
    struct ensemble_config ensemble;
    struct checkpoint *members; /* (ensemble.n - 1) the others; owned */

    /* Of a model of Keras, which checkpoint_import has read. */
    struct keras_model *keras; /* owned; NULL: the file is a checkpoint of rnntrain */
};

/* Of a row. */
enum checkpoint_side { CHECKPOINT_SIDE_AUTO, CHECKPOINT_SIDE_PRE, CHECKPOINT_SIDE_POST };

/* What a model of Keras does not say; strings may be NULL. `labels` may be given with a
 * checkpoint too, whose classes then have these names. */
struct checkpoint_hints {
    const char *tokenizer;  /* file: tokenizer.json of Keras */
    const char *word_index; /* file: imdb_word_index.json, {"the": 1, ...} */
    const char *labels; /* names of the classes, see classes_from_option; NULL: their own,
                           0,1,... or neg,pos */
    const char *labels_option; /* that gave them, for messages; NULL: --labels */
    const char *architecture;  /* file: model.to_json() of a file of weights alone */
    enum checkpoint_side padding, truncating;
    const struct facts *facts; /* of the data that it is to work on */
    struct keras_hints keras;
};

/* A sealed checkpoint, as a file has it. */
struct checkpoint_bytes {
    char *bytes; /* (n) */
    size_t n;
};

/* The model of a checkpoint that is written; all of it is borrowed. */
struct checkpoint_model {
    const struct chain_config *chain;
    const char *optimizer; /* Keras's optimizer_config, JSON: {"class_name": ..., ...} */
    const struct params *params;
    const float *weights;        /* (params->size) */
    const float *const *slots;   /* n_slots of as many; NULL where there are none */
    const float *best;           /* as many, or NULL: the weights are the best ones */
    const float *trained;        /* as many, where the weights are averages; or NULL */
    const struct ngrams *ngrams; /* that it reads, with facts.has_ngrams; else NULL */
    const struct checkpoint_bytes *members; /* (ensemble.n - 1) of an ensemble */
};

/* A checkpoint's bytes, for file_replace; the caller's to free. Of `info` path, file and
 * keras do not matter. */
int checkpoint_image(const struct checkpoint *info, const struct checkpoint_model *model,
                     char **bytes, size_t *n) NODISCARD;

/* The same of a large one, on disk: a file beside `name` in a directory, to be finished
 * by file_finish_keeping. */
struct file_target;
int checkpoint_build(const struct checkpoint *info, const struct checkpoint_model *model,
                     const struct directory *directory, const char *name,
                     struct file_target **target) NODISCARD;

/* Reads everything but the arrays; release with checkpoint_release. */
int checkpoint_open(const char *path, struct checkpoint *info) NODISCARD;
/* The same of a name in a directory that is held, wherever that is by now. */
int checkpoint_open_in(const struct directory *directory, const char *name,
                       struct checkpoint *info) NODISCARD;

/* The same of a large one before its seal is checked, and the check: as h5_open_ahead and
 * h5_believe. */
int checkpoint_open_ahead(const struct directory *directory, const char *name,
                          size_t most, struct checkpoint *info) NODISCARD;
int checkpoint_believe(const struct checkpoint *info, int rc) NODISCARD;

/* The file that a model's path stands for: itself, or where it is the folder of a run the
 * weights that are the run's result. The caller's to free. */
char *checkpoint_path(const char *path);
/* A folder that stands for no file: ERR_FORMAT names a SavedModel, and how it becomes a
 * model that is read; ERR_NO_INPUT any other. */
int checkpoint_check_path(const char *path) NODISCARD;

/* Reads everything but the arrays of a checkpoint, which may have lost its seal, or of a
 * model of Keras (keras/file.h), which has no tokenizer unless a hint names one (`hints`
 * NULL: none), and maxlen 0 where neither says it. ERR_USAGE: hints for a checkpoint,
 * which needs none. */
int checkpoint_import(const char *path, const struct checkpoint_hints *hints,
                      struct checkpoint *info) NODISCARD;

/* As checkpoint_import, of bytes without a seal, which a child process looks at. */
int checkpoint_import_bytes(const char *path, const struct checkpoint_hints *hints,
                            const struct mapped *bytes,
                            struct checkpoint *info) NODISCARD;

/* Whether the model that an opened checkpoint's record tells of is the one that its
 * arrays have: asked before memory is taken for it. ERR_FORMAT names the array. */
int checkpoint_check_model(const struct checkpoint *info,
                           const struct model_options *options) NODISCARD;

/* Reads the arrays of an opened checkpoint; every tensor's shape must match `params`,
 * every number must be finite (message: path, data set, expected and found). `slots` may
 * be NULL. */
int checkpoint_load(const struct checkpoint *info, const struct params *params,
                    float *weights, float *const *slots) NODISCARD;

/* Reads the best weights that stand beside the model's, finite ones; ERR_FORMAT if there
 * are none. */
int checkpoint_load_best(const struct checkpoint *info, const struct params *params,
                         float *weights) NODISCARD;
/* The same of those at which the optimizer stands, where the model's are averages. */
int checkpoint_load_trained(const struct checkpoint *info, const struct params *params,
                            float *weights) NODISCARD;

/* The tokenizer, NULL where there is none; free with text_free. */
int checkpoint_tokenizer(const struct checkpoint *info,
                         struct text_tokenizer **tokenizer) NODISCARD;

/* dataset_check_words of that; where data->tokenizer is a checkpoint's (keep_words), of
 * JSON that is the same at once. */
struct dataset;
int checkpoint_check_words(const struct checkpoint *info,
                           const struct dataset *data) NODISCARD;

/* Where each class of the data stands in the model, `places` (n_labels), compared by
 * name; where a model of Keras has no names, as they are numbered, and *note, the
 * caller's, says so (else it is NULL). ERR_FORMAT names both lists; `option` names the
 * model's classes. */
int checkpoint_map_classes(const struct checkpoint *info, const struct facts *data,
                           const char *data_path, const char *option, int32_t *places,
                           char **note) NODISCARD;

/* Itself or the member of an ensemble that reads n-grams (facts.has_ngrams), as all have
 * the same; NULL: none does. */
const struct checkpoint *checkpoint_with_ngrams(const struct checkpoint *info);
/* The n-grams that the model reads, where it does; ngrams_release. */
int checkpoint_ngrams(const struct checkpoint *info, struct ngrams *ngrams) NODISCARD;

/* What is otherwise when the model is trained further: lines, each with its '\n'; the
 * caller's. */
char *checkpoint_training_notes(const struct checkpoint *info);

/* A model without tokenizer reads ids that nothing vouches for: a line that says so; the
 * caller's. NULL: it has one. `how` says how to have them compared. */
char *checkpoint_note_of_words(const struct checkpoint *info, const char *data_path,
                               const char *how);

/* What the hashes in a checkpoint's state say of its weights and the best ones. */
enum checkpoint_sealed {
    CHECKPOINT_AS_RECORDED,
    CHECKPOINT_NOT_RECORDED, /* within an epoch, or imported: the model's have none */
    CHECKPOINT_CHANGED, /* a model and no run any more: its state keeps steps alone */
};

/* Seals an unsealed checkpoint again: its content, as checkpoint_import read it, is
 * written to `path`. */
int checkpoint_seal(const struct checkpoint *info, const char *path,
                    enum checkpoint_sealed *sealed) NODISCARD;

/* Closes the file: its arrays are read no more. */
void checkpoint_close(struct checkpoint *info);

void checkpoint_release(struct checkpoint *info);

#endif
