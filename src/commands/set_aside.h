/* The rows of /train that a run set aside to validate on, where its data set has no
 * validation part: its record and its state say which, so that they can be judged
 * later. */
#ifndef RNNTRAIN_COMMANDS_SET_ASIDE_H
#define RNNTRAIN_COMMANDS_SET_ASIDE_H

#include "data/dataset.h"
#include "saved/checkpoint.h"
#include "saved/record.h"

/* Their numbers, ascending, *n of them, the caller's to free. `data` has its columns,
 * with the classes that it has in its file. ERR_USAGE: the model is of no run, the run
 * set no rows aside, or those of another data set; a later version split it. */
int set_aside_rows(const struct checkpoint *info, const struct record *record,
                   const struct dataset *data, int32_t **rows, int *n) NODISCARD;

/* Whether the run, on this very data set, validated on training rows though it has a
 * validation part. */
bool set_aside_others(const struct checkpoint *info, const struct record *record,
                      const struct dataset *data);

#endif
