/* What a file is, before it is opened as that. Nothing here is collective. */
#ifndef RNNTRAIN_SAVED_KIND_H
#define RNNTRAIN_SAVED_KIND_H

#include "base/base.h"
#include "files/h5.h"

enum saved_kind {
    SAVED_OTHER, /* a model of Keras, or nothing that is known */
    SAVED_CHECKPOINT,
    SAVED_DATASET,
};

struct saved_look {
    enum saved_kind kind;
    enum h5_ending ending; /* of what rnntrain or rnnprep wrote */
    bool is_h5;            /* HDF5, whoever wrote it */
};

/* The trailer of a sealed file is checked, a file without one is looked at in a child
 * process (files/bounded.h). ERR_NO_INPUT, ERR_FORMAT: it is one of ours, and damaged. */
int saved_look(const char *path, struct saved_look *look) NODISCARD;

#endif
