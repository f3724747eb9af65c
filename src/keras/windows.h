/* What Conv1D and the poolings of windows have in common in Keras. */
#ifndef RNNTRAIN_KERAS_WINDOWS_H
#define RNNTRAIN_KERAS_WINDOWS_H

#include "keras/kind.h"

/* A number that Keras writes as 3 or [3]; ERR_FORMAT unless it is from 1 to the most that
 * windows have. `old_key`: Keras 1's, or NULL. `otherwise`: where there is none, or null.
 */
int keras_read_window(const struct keras_reading *reading,
                      const struct keras_layer *layer, const char *key,
                      const char *old_key, int otherwise, int *value) NODISCARD;
/* ERR_FORMAT names a padding that is none of the first `n`. */
int keras_read_padding(const struct keras_reading *reading,
                       const struct keras_layer *layer, int n,
                       enum window_padding *padding) NODISCARD;

/* Sets the keys of these. */
void keras_write_windows(json_t *config, const char *size_key, int size, int strides,
                         enum window_padding padding);

#endif
