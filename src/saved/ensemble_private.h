/* What ensemble.c, which writes, ensemble_read.c and ensemble_members.c, which checks,
 * give to each other and to those who read and write checkpoints. */
#ifndef RNNTRAIN_SAVED_ENSEMBLE_PRIVATE_H
#define RNNTRAIN_SAVED_ENSEMBLE_PRIVATE_H

#include "files/h5_write.h"
#include "saved/ensemble.h"

#define ENSEMBLE_GROUP "/rnntrain/ensemble"
#define ENSEMBLE_CONFIG ENSEMBLE_GROUP "/config"
#define ENSEMBLE_KEY "ensemble" /* of the record */

/* Member i's array, 1 or more; the caller's to free. */
char *ensemble_member_path(int i);

/* The group of an ensemble of so many logits a row; `members` (config->n - 1). */
void ensemble_write(struct h5_writer *file, const struct ensemble_config *config,
                    int outputs, const struct checkpoint_bytes *members);

/* The members and the rule of an opened file that is an ensemble; nothing of another. */
int ensemble_read(struct h5 *file, struct checkpoint *info) NODISCARD;

/* The layers of one member. */
int ensemble_chain(const struct checkpoint *info, struct chain_config *chain) NODISCARD;

/* ERR_FORMAT unless all members are of one data set and the rule fits them. */
int ensemble_check(const struct checkpoint *info) NODISCARD;

/* Reads every number of the members but the first. */
int ensemble_examine(const struct checkpoint *info) NODISCARD;

/* The other members as they stand in the file; NULL where it is no ensemble. */
int ensemble_copy_members(const struct checkpoint *info,
                          struct checkpoint_bytes **members) NODISCARD;
void ensemble_free_members(int n, struct checkpoint_bytes *members);

#endif
