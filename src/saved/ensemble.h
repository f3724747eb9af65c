/* Ensembles in files: the checkpoint of the first member, as it is but for what only
 * training needs, and beside it
 *
 *   /rnntrain/ensemble/config   JSON {"bias":[...],"members":K,"rule":"sum",
 *                               "weights":[...]}; bias (outputs) and weights (K) of the
 *                               rule "sum" (model/ensemble.h)
 *   /rnntrain/ensemble/member1  uint8: the second member, a sealed checkpoint of its own,
 *   ...                         which is opened by the rules of any, and a zero behind
 *                               it; up to member K - 1
 *
 * Where the zero were not, a file that lost its own seal could end in a member's. The
 * first member's record has the later key "ensemble": K, so that a program which knows
 * nothing of this refuses to judge by a part. Keras reads the first member.
 *
 * All members are of one data set: ids of the same words, rows and classes alike, the
 * same n-grams where they read some, which is checked where an ensemble is written and
 * where it is read. Nothing here is collective.
 */
#ifndef RNNTRAIN_SAVED_ENSEMBLE_H
#define RNNTRAIN_SAVED_ENSEMBLE_H

#include "model/ensemble.h"
#include "saved/checkpoint.h"

enum { ENSEMBLE_MOST = 1024 }; /* members */

/* In a run's folder; checkpoint_path takes it before best.h5. */
#define ENSEMBLE_FILE "ensemble.h5"

/* The bytes of an ensemble of config->n checkpoints, sealed ones, in the order of
 * `paths`: for file_replace, the caller's to free. Optimizer's moments are left out.
 * ERR_FORMAT names two members that are not of one data set, and by what they differ;
 * ERR_USAGE: fewer than two, or one is an ensemble itself. */
int ensemble_image(const struct ensemble_config *config, const char *const *paths,
                   char **bytes, size_t *n) NODISCARD;

/* ERR_USAGE where an opened checkpoint is an ensemble, which `doing` cannot take: names
 * what can be taken instead. */
int ensemble_refuse(const struct checkpoint *info, const char *doing) NODISCARD;

/* Leaves of an opened ensemble member i, 0 .. n - 1, as a model alone. */
void ensemble_keep(struct checkpoint *info, int i);

#endif
