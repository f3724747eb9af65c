/* Keras's initialisers of weights: pure functions of a seed and the number of the tensor,
 * its `stream`. Nothing here is collective.
 *
 * Sources: Glorot & Bengio 2010 (uniform); Saxe, McClelland & Ganguli 2014 (orthogonal).
 */
#ifndef RNNTRAIN_LAYERS_INITIAL_H
#define RNNTRAIN_LAYERS_INITIAL_H

#include "base/rng.h"

/* What a tensor's numbers are drawn from, element by element. */
struct rng init_stream(uint64_t seed, int stream);
/* n numbers of U(-limit, limit). Keras's Embedding has 'uniform', of limit 0.05. */
void init_uniform(uint64_t seed, int stream, double limit, size_t n, real *w);
/* Limit sqrt(6 / (fan_in + fan_out)), the fans being the stored shape's. */
void init_glorot_uniform(uint64_t seed, int stream, int fan_in, int fan_out, real *w);
/* Orthonormal rows (rows <= columns): the Q of a QR of a normal matrix, R's diagonal > 0.
 */
void init_orthogonal(uint64_t seed, int stream, int rows, int columns, real *w);

#endif
