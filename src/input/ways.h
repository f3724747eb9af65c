/* As what a file in a folder or an archive is read: what its path, and the paths before
 * it, leave open. */
#ifndef RNNTRAIN_INPUT_WAYS_H
#define RNNTRAIN_INPUT_WAYS_H

#include "input/format.h"
#include "input/place.h"

/* A set of 1 << enum place_kind. */
enum {
    WAY_DOCUMENT = 1 << PLACE_FOLDER,
    WAY_RECORDS = 1 << PLACE_RECORDS,
    WAY_LINES = 1 << PLACE_LINES
};

/* All-zero at the beginning of a source, but for what the user said. */
struct ways {
    enum format format;
    bool has_labels;      /* else a file that is not called like records is a document */
    struct words folders; /* whose files are looked into, and in how many of each */
    int *n_looked;
    int n_classes;      /* folders that are no parts among them */
    char *class_name;   /* the first class folder of a part that was met */
    bool knows_classes; /* a second one was */
};

void ways_release(struct ways *ways);

/* As what to read a file; 0: it is beside the corpus. */
int ways_of(struct ways *ways, const char *path);

/* Whether a path is in a part's folder of texts without labels, or that folder. */
bool ways_is_unlabelled(const char *path);

#endif
