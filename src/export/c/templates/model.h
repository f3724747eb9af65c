/* insert: header_about */
#ifndef MODEL_H
#define MODEL_H

/* insert: classes */

#ifdef __cplusplus
extern "C" {
#endif

/* The classes' names, in the order of probabilities. */
extern const char *const model_labels[MODEL_CLASSES];

#if WITH_MULTI_LABEL
#if WITH_LABEL_THRESHOLDS
/* A text has a label where its probability is not below that of the label here. */
extern const double model_thresholds[MODEL_CLASSES];

/* Judges a text: UTF-8, in which invalid parts count as U+FFFD. Sets the probability of
 * each label and returns the most probable one, an index of model_labels; -1 if memory is
 * exhausted, and then they are not set. */
#else
/* Judges a text: UTF-8, in which invalid parts count as U+FFFD. Sets the probability of
 * each label, which the text has where it is above 0.5, and returns the most probable
 * one, an index of model_labels; -1 if memory is exhausted, and then they are not set. */
#endif
#else
/* Judges a text: UTF-8, in which invalid parts count as U+FFFD. Returns the class decided
 * for, an index of model_labels, and sets the probabilities of all classes; -1 if memory
 * is exhausted, and then they are not set. */
#endif
int model_predict(const char *text, double probabilities[MODEL_CLASSES]);

#if WITH_IDS_ALONE
/* The same for n ids (0 or more) of a text before padding. Returns -1 also where an id is
 * not from 0 to the vocabulary's last. */
int model_predict_ids(const int *ids, int n, double *probabilities);

#endif
#ifdef __cplusplus
}
#endif

#endif
