/* Labelled documents, block by block, from whatever the sources are: class folders or
 * files of records, plain, packed in archives or compressed. */
#ifndef RNNTRAIN_INPUT_READER_H
#define RNNTRAIN_INPUT_READER_H

#include "input/block.h"
#include "input/left_out.h"
#include "input/records.h"

struct source {
    const char *path; /* a folder, a file or an archive; "-": standard input */
    /* Every line is a text of this class; NULL: texts have labels. */
    const char *class_name;
    /* -1: as names say; else of all texts, and those of other parts are left out. */
    int part;
};

struct reader;

/* All that is given is borrowed. */
struct reader *reader_new(const struct source *sources, int n_sources,
                          const struct records_options *options, const char *encoding);
void reader_free(struct reader *reader);

/* The next documents, into an empty block; *end: there are none. One thread at a time. */
int reader_take(struct reader *reader, struct block *block, bool *end) NODISCARD;

/* What else was met, once everything was taken. */
struct reader_notes {
    char **layouts; /* how each file of records was read: "reviews.csv: csv, ..." */
    int n_layouts;
    struct reader_folder { /* what looks like a class folder, with documents or without */
        int source;
        char *path;
    } * folders;
    int n_folders;
    int64_t n_unlabelled; /* files in train/unsup */
    int64_t n_beside;     /* files beside class folders */
    char *beside;         /* the first of them; NULL: none */
    struct left_out left_out;
    int64_t n_bad; /* sequences that --encoding does not have, in files of records */
    char *bad;     /* where the first is */
};
const struct reader_notes *reader_notes(const struct reader *reader);

#endif
