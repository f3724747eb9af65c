/* Values over epochs as one line of small bars, the least and the greatest being the
 * lowest and the highest. Not collective.
 */
#ifndef RNNTRAIN_TRAIN_SPARKLINE_H
#define RNNTRAIN_TRAIN_SPARKLINE_H

#include "base/base.h"

/* Of n values, in at most `width` columns, each the mean of its values; what is no number
 * leaves a gap. The caller's to free. */
char *sparkline(const double *values, int n, int width, bool is_unicode);

/* Whether the terminal's encoding, by the environment, has such bars. */
bool sparkline_is_unicode(void);

#endif
