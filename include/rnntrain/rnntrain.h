/* Trained text classifiers in your own program: open a checkpoint of rnntrain, have texts
 * judged.
 *
 *   struct rnntrain_model *model = NULL;
 *   const char *const texts[] = {"A touching film.", "Dull."};
 *   double probabilities[2 * 2];
 *   if (rnntrain_open("run/best.h5", &model) == RNNTRAIN_OK &&
 *       rnntrain_predict_texts(model, texts, 2, probabilities) == RNNTRAIN_OK)
 *       printf("%s %f\n", rnntrain_label(model, 1), probabilities[1]);
 *   rnntrain_close(model);
 *
 * Any number of threads may use one model, and open others, at the same time: weights and
 * tokenizer are only read, a call borrows a workspace, of which there are as many as
 * there were calls at once. A call computes on its own thread. A text gets the same bits
 * alone and among others, in any thread, and from `rnntrain predict`.
 *
 * Nothing is printed, and nothing ends the process: where memory gives out a call fails,
 * what it had taken is lost, and models can be used on.
 */
#ifndef RNNTRAIN_RNNTRAIN_H
#define RNNTRAIN_RNNTRAIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a function returns; rnntrain_message() says more. What is given back through a
 * pointer is set on RNNTRAIN_OK only. */
enum rnntrain_code {
    RNNTRAIN_OK = 0,
    RNNTRAIN_USAGE = 64,    /* an argument is NULL or out of range */
    RNNTRAIN_FORMAT = 65,   /* the file is damaged, or no checkpoint */
    RNNTRAIN_NO_INPUT = 66, /* the file cannot be opened */
    RNNTRAIN_INTERNAL = 70, /* a bug, or memory gave out */
    RNNTRAIN_IO = 74        /* the file cannot be read */
};

struct rnntrain_model;

/* Reads a checkpoint (best.h5, last.h5, ensemble.h5), the folder of a run, or a model of
 * Keras (.h5, .keras) into memory; the file is not needed any more. A model of Keras must
 * have rows of a fixed length, is read in a child process, and judges ids only: `rnntrain
 * import` gives it a tokenizer. The kernels are those of the processor. */
int rnntrain_open(const char *path, struct rnntrain_model **model);

/* NULL is fine. Nobody may use the model any more. */
void rnntrain_close(struct rnntrain_model *model);

/* C, 2 or more, and the names of classes 0 to C - 1 as the data set has them (NULL
 * beyond), valid until rnntrain_close. */
size_t rnntrain_classes(const struct rnntrain_model *model);
const char *rnntrain_label(const struct rnntrain_model *model, size_t number);

/* 1 where a text may have several labels, or none: each of the C probabilities stands for
 * itself, and a text has the labels above 0.5; 0 where it has one of C classes, whose
 * probabilities add up to 1. */
int rnntrain_is_multi_label(const struct rnntrain_model *model);

/* Ids that a row holds: longer texts lose their beginning or their end, as in
 * training. */
size_t rnntrain_maxlen(const struct rnntrain_model *model);

/* Ids are below it, from 1 on; 0 is the pad. */
size_t rnntrain_num_words(const struct rnntrain_model *model);

/* The probability from which on a text is given label `number`, where validation rows
 * chose it (rnntrain train --calibrate): of two classes that of number 1, of several
 * labels that of each. Where nothing was chosen, -1: labels are given above 0.5. */
double rnntrain_threshold(const struct rnntrain_model *model, size_t number);

/* Probabilities (n, C), row by row, of n texts in UTF-8; what is no UTF-8 becomes U+FFFD.
 * The class decided for is the first largest; of two classes the first wins a tie; of
 * several labels each is above 0.5; but where rnntrain_threshold says otherwise. n may be
 * 0. RNNTRAIN_USAGE if the model has no tokenizer. */
int rnntrain_predict_texts(struct rnntrain_model *model, const char *const *texts,
                           size_t n, double *probabilities);

/* Probabilities (n, C) of n texts that are ids of the model's own tokenizer, without
 * pads: text i has lengths[i] of them, and they stand one text behind the other. They are
 * padded and cut as in training. RNNTRAIN_USAGE, and nothing judged, if an id is not the
 * model's, or if the model or a member of it is linear, which reads n-grams of all
 * words. */
int rnntrain_predict_ids(struct rnntrain_model *model, const int32_t *ids,
                         const size_t *lengths, size_t n, double *probabilities);

/* How a judgement is explained: by what each word's vector adds to the logit of the class
 * decided for, all of which add up to it but for a gap that is told (integrated
 * gradients); or by judging the text once without each word. */
enum rnntrain_method { RNNTRAIN_INTEGRATED_GRADIENTS, RNNTRAIN_LEAVE_ONE_OUT };

/* Of n texts in UTF-8 as many lines of JSON, for rnntrain_free:
 *
 *   {"text": "...", "label": "pos", "probability": 0.91, "logit": 2.3, "baseline": 0.01,
 *    "method": "integrated-gradients", "gap": 0.00001, "points": 15,
 *    "words": [{"word": "fine", "start": 2, "end": 6, "share": 1.2}, ...],
 *    "ngrams": [{"ngram": "fine film", "share": 0.4}, ...]}
 *
 * start .. end - 1 are the word's bytes in "text", in which what is no UTF-8 is U+FFFD; a
 * share above 0 speaks for the label. "gap" is a share of the logit. "ngrams" are those
 * of a linear model or member, exactly; words have their shares too. By leave-one-out
 * each word has "without", the label's probability without it, and there is neither
 * baseline, gap nor points. RNNTRAIN_USAGE if the model has no tokenizer. */
int rnntrain_explain_texts(struct rnntrain_model *model, const char *const *texts,
                           size_t n, enum rnntrain_method method, char **lines);

/* Of what functions here hand over; NULL is fine. */
void rnntrain_free(void *memory);

/* The version of the library, as "0.1.0". */
const char *rnntrain_version(void);

/* What the last failure in this thread was, in one line without a final newline; ""
 * before the first. Valid until the thread's next call. */
const char *rnntrain_message(void);

#ifdef __cplusplus
}
#endif

#endif
