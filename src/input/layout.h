/* Which of the places where a corpus could stand are the corpus, of which part and of
 * which class: decided once all of them are known, so that the order in which they were
 * met does not matter.
 *
 * Class folders: [.../]part/class/, or class/ beside others; what is deeper in a class
 * folder is the class's. A folder is a part if its name says so and it holds class
 * folders; else it is a class like its neighbours.
 * Files of records: their part is what the file's name says, else the nearest folder's.
 * Two class folders or more win over records beside them, records over a lone folder.
 * A name that all places begin with says nothing, as that of the corpus itself does.
 *
 * What cannot be told apart is refused with what to type instead.
 */
#ifndef RNNTRAIN_INPUT_LAYOUT_H
#define RNNTRAIN_INPUT_LAYOUT_H

#include "input/label_set.h"
#include "input/left_out.h"
#include "input/reader.h"

/* Where documents could stand: a folder with files of its own, or a file. */
struct layout_place {
    int id; /* the caller's */
    int source;
    enum place_kind kind;
    const char *path;        /* within the source, "": the source; borrowed */
    int64_t n;               /* documents or records */
    int64_t n_plain;         /* of a folder: those that are not called like records */
    struct label_set labels; /* of records */
    /* Of files: */
    bool is_named;       /* like records: .csv */
    bool is_told;        /* its format is known */
    const char *trouble; /* why its records cannot be read; NULL: they can; borrowed */
    const char *names;   /* of its columns, a line each; NULL: not known; borrowed */
    bool lacks_labels;   /* the trouble is that it has texts and no labels */

    /* Decided; the strings are owned, see layout_release_question. */
    bool is_ours;
    bool is_unlabelled; /* left out, as it is for judging: the others have labels */
    int part;           /* of the corpus; that which nothing says is train's */
    char *class_name;   /* of folders and lines */
    char *why;          /* what gave the part: "train_v2.csv: `train` in the name" */
};

/* What was decided of a source. */
struct layout_source {
    bool has_folders; /* its documents stand in class folders */
    char **parents;   /* folders that class folders stand in */
    int n_parents;
};

struct layout_question {
    const struct source *sources; /* borrowed */
    int n_sources;
    enum format format; /* what --format says */
    struct layout_place *places;
    int n_places;
};

/* `answers`: (n_sources), to be released. Places are brought into the order of their
 * paths: folders before files. */
int layout_decide(struct layout_question *question,
                  struct layout_source *answers) NODISCARD;

void layout_release_question(struct layout_question *question,
                             struct layout_source *answers);

#endif
