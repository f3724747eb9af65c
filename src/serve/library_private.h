/* What the sources of librnntrain's own functions share: an opened model and its pool of
 * workers. */
#ifndef RNNTRAIN_SERVE_LIBRARY_PRIVATE_H
#define RNNTRAIN_SERVE_LIBRARY_PRIVATE_H

#include "rnntrain/rnntrain.h"

#include <pthread.h>

#include "serve/predictor.h"

#define PUBLIC __attribute__((visibility("default")))

struct rnntrain_model {
    struct predictor predictor;
    pthread_mutex_t lock; /* of the pool */
    struct predictor_worker **idle;
    size_t n_idle, room;
};

/* An idle worker; NULL: there is none. */
struct predictor_worker *library_take_idle(struct rnntrain_model *model);
/* For later calls; where memory has no room for it, they make their own. */
void library_give_back(struct rnntrain_model *model, struct predictor_worker *worker);

/* The text itself, or its repaired copy, which is left in *copy. */
const char *library_clean_text(const char *text, char **copy);

#endif
