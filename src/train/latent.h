/* Latent semantic analysis (Deerwester et al. 1990) of the n-grams of all texts, with
 * labels and without: which n-grams go together, so that what labels say of some is known
 * of others too.
 *
 * An n-gram stands for
 *
 *   w = idf^2 |r|^(1/4),    idf = log(texts / (1 + texts that have it)),
 *
 * r its log-count ratio in labelled texts, of the class of which it says most; a text is
 * the vector of its n-grams' w over its length. N-grams of fewer than LATENT_LEAST texts,
 * and than one in LATENT_SHARE, are left out. With Q the first right singular vectors of
 * all texts A, texts are seen as rows of A Q, turned and scaled so that their components
 * do not depend on each other and have a mean square of 1. A linear model of these is one
 * of n-grams too, with weights w Q, so that whoever judges by it needs no components.
 *
 * Q = A^T U, U the first eigenvectors of A A^T by kernels/lanczos.h, on the passes of
 * linear_fit.h: the same bits on any number of ranks.
 */
#ifndef RNNTRAIN_TRAIN_LATENT_H
#define RNNTRAIN_TRAIN_LATENT_H

#include "train/linear_fit.h"

enum { LATENT_LEAST = 5, LATENT_SHARE = 15000 };

struct latent;

/* Collective. Of the task's rows and of `unlabelled`, NULL: none, of the same n-grams;
 * borrowed during the call. So many components, rounded up to a multiple of 16. */
struct latent *latent_new(const struct comm *comm, const struct linear_task *task,
                          const struct sparse *unlabelled, int width);
void latent_free(struct latent *latent); /* NULL is fine */

/* The task's rows (n, components); lives with it. */
const struct tall *latent_rows(const struct latent *latent);

/* Weights (components, K) become those of n-grams, (F, K), and their idf (F). */
void latent_unfold(const struct latent *latent, int outputs, const float *weights,
                   float *kernel, float *idf);

#endif
