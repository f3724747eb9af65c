/* What the path of a document says: its part and its class. */
#ifndef RNNTRAIN_INPUT_PLACE_H
#define RNNTRAIN_INPUT_PLACE_H

#include "data/dataset.h"

enum place_kind {
    PLACE_SPLIT,      /* [.../]part/class/ */
    PLACE_CLASS,      /* [.../]class/, no part above it */
    PLACE_UNLABELLED, /* [.../]part/unsup/, and what is below */
    PLACE_BESIDE,     /* beside class folders: at the top, or in a part's own folder */
    PLACE_RECORDS     /* not a folder: a file of labelled texts */
};

struct place {
    enum place_kind kind;
    int part;               /* -1: the path does not say */
    const char *class_name; /* n_class bytes, within the path */
    size_t n_class;
    size_t n_parent; /* bytes of the path above the class folder */
};

/* The part that a file's name tells, its endings left out (sst2-test.csv.gz): train;
 * validation, valid, val or dev; test; alone or behind a '-', '_' or '.'; -1: none.
 * Folders alike. */
int place_part_of_file(const char *path);

/* The place of documents in a folder: names joined by '/', "" at the top. */
struct place place_of_folder(const char *folder);

/* Whether a name of the path begins with a dot ("." and ".." do not count). */
bool place_is_hidden(const char *path);

#endif
