/* What optim.c and optim_table.c, which updates a table row by row, share. */
#ifndef RNNTRAIN_TRAIN_OPTIM_PRIVATE_H
#define RNNTRAIN_TRAIN_OPTIM_PRIVATE_H

#include "train/optim.h"

/* The numbers of step t, whose gradient is multiplied by `scale`. */
struct update optim_update(const struct optim *optim, int64_t t, double scale);

#endif
