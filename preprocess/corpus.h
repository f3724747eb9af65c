/* A labelled corpus in memory, read from a folder or a tar archive of class folders:
 * [TOP/](train|validation|test)/<class>/<name>.txt. Anything else, and train/unsup, is
 * ignored.
 */
#ifndef PREPROCESS_CORPUS_H
#define PREPROCESS_CORPUS_H

#include "rnntrain/dataset.h"

struct document {
    enum dataset_part part;
    int label;        /* index in corpus.classes, once sorted */
    char *class_name; /* owned, as are the next two */
    char *name;       /* file name */
    char *text;       /* n bytes and a final 0 */
    size_t n;
};

struct corpus {
    struct document *documents;
    int n_documents, capacity;
    int n_of_part[DATASET_PARTS];
    char **classes; /* names in sorted order; the index is the label */
    int n_classes;
};

extern const char *const corpus_part_names[DATASET_PARTS];

/* Adds the documents of a folder or archive. With test_only, class folders without a
 * split above them count as the test part and other parts are ignored. */
int corpus_read(struct corpus *corpus, const char *path, bool test_only) NODISCARD;

/* Checks parts and classes, then sorts: part by part, class by class, names in byte
 * order. Classes stand in sorted order, but pos before neg where these are the two, as in
 * the notebook (the order decides ties in the vocabulary). */
int corpus_sort(struct corpus *corpus, const char *path) NODISCARD;

void corpus_release(struct corpus *corpus);

#endif
