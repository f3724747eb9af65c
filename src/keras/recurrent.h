/* What the files of recurrent layers share. */
#ifndef RNNTRAIN_KERAS_RECURRENT_H
#define RNNTRAIN_KERAS_RECURRENT_H

#include "keras/kind.h"

/* Keras's class of a cell, its own or CuDNN's. */
const char *keras_cell_class(enum recurrent_cell cell, bool is_cudnn);

/* recurrent_arrays.c */
int keras_recurrent_find(struct keras_reading *reading,
                         struct keras_part *part) NODISCARD;
int keras_recurrent_copy(struct keras_reading *reading, const struct keras_part *part,
                         const struct tensor *tensors) NODISCARD;

/* recurrent_shapes.c. Directions, 1 or 2; 0: the arrays are none of a recurrent layer. */
int keras_recurrent_directions(const struct keras_group *group);
json_t *keras_recurrent_describe(const struct keras_group *group,
                                 const struct keras_hints *hints, bool sequences);

#endif
