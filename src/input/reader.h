/* Documents, block by block, from whatever the sources are: class folders or files of
 * records, plain, packed in archives or compressed.
 *
 * A source is read once, from its beginning to its end, and what a file is can depend on
 * files behind it: so a file that could be a document of a class folder, labelled texts
 * or lines of one class is read as each of them. Which of its documents count is decided
 * afterwards, see layout.h; the others are dropped.
 */
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

/* All that is given is borrowed. What a folder holds of other sources is theirs. */
struct reader *reader_new(const struct source *sources, int n_sources,
                          const struct records_options *options, const char *encoding);
void reader_free(struct reader *reader);

/* Before anything is taken: what its sources hold of these is somebody else's too;
 * borrowed. */
void reader_leave(struct reader *reader, const struct source *others, int n);

/* The next documents, into an empty block; *end: there are none. One thread at a time. */
int reader_take(struct reader *reader, struct block *block, bool *end) NODISCARD;

/* What else was met, once everything was taken. */
struct reader_notes {
    enum format format;  /* what the user said */
    struct reader_file { /* what was read as records, or could have been */
        int source;
        enum place_kind kind;
        char *path;        /* within the source, "": the source */
        char *layout;      /* "reviews.csv: csv, ..."; NULL: it was not read */
        char *trouble;     /* why it could not be read to its end; NULL: it was */
        char *names;       /* of its columns or fields, a line each; NULL: not known */
        char *labels;      /* that have a column each, a line each; NULL: none */
        bool is_named;     /* like records */
        bool lacks_labels; /* that is why it could not be read: there are texts */
        bool is_told;      /* its format was found */
    } * files;
    int n_files;
    struct reader_folder { /* folders that were met by themselves */
        int source;
        char *path;
    } * folders;
    int n_folders;
    struct left_out left_out;
    int64_t n_bad; /* sequences that --encoding does not have, in files of records */
    char *bad;     /* where the first is */
};
const struct reader_notes *reader_notes(const struct reader *reader);

#endif
