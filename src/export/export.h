/* Models for other programs: what `rnntrain export` writes, one source a format.
 *
 * Each takes an opened model and writes one file (and what belongs to it) atomically,
 * after it has been checked: read back by our own reader, or built and run, and compared
 * with the model on random rows. `checked` gets one sentence for the user that says how,
 * the caller's to free; a model that the format cannot carry is refused with ERR_USAGE
 * before anything is written.
 */
#ifndef RNNTRAIN_EXPORT_EXPORT_H
#define RNNTRAIN_EXPORT_EXPORT_H

#include "serve/predictor.h"

/* FORMAT(constant, stem, name for --to, usual suffix, whether what is written takes
 * texts, whether it can say n-grams, help): a format is its row here and a source that
 * defines export_<stem>. */
#define EXPORT_FORMAT_LIST(FORMAT)                                                       \
    FORMAT(KERAS, keras, "keras", ".keras", false, false,                                \
           "an archive that Keras 3 loads")                                              \
    FORMAT(KERAS3_WEIGHTS, keras3_weights, "keras3-weights", ".weights.h5", false,       \
           false, "what Keras 3's load_weights takes")                                   \
    FORMAT(ONNX, onnx, "onnx", ".onnx", false, true, "a model for ONNX's runtimes")      \
    FORMAT(C, c, "c", ".c", true, true, "a C source, and its header beside it")

#define EXPORT_FORMAT(NAME, stem, ...) EXPORT_##NAME,
enum { EXPORT_FORMAT_LIST(EXPORT_FORMAT) EXPORT_FORMATS };
#undef EXPORT_FORMAT

#define EXPORT_FORMAT(NAME, stem, ...)                                                   \
    int export_##stem(struct predictor *predictor, const char *path, char **checked)     \
        NODISCARD;
EXPORT_FORMAT_LIST(EXPORT_FORMAT)
#undef EXPORT_FORMAT

struct export_format {
    const char *name, *suffix, *help;
    bool takes_texts;  /* it needs the model's tokenizer */
    bool takes_ngrams; /* and says a linear model of n-grams */
    int (*write)(struct predictor *predictor, const char *path, char **checked);
};
extern const struct export_format export_formats[EXPORT_FORMATS];

/* ERR_USAGE where the format cannot say the model. */
int export_check(const struct predictor *predictor,
                 const struct export_format *format) NODISCARD;

/* Keras has a layer for no n-grams: of an opened ensemble with one network that is kept
 * alone, and *note, the caller's, says so; NULL: it is no ensemble. ERR_USAGE where there
 * are several networks. */
int export_keras_part(struct checkpoint *info, char **note) NODISCARD;

/* Whether this program can write ONNX. */
bool export_has_onnx(void);

/* The format whose suffix a file's name has; NULL: it has none of them. */
const struct export_format *export_named(const char *path);

#endif
