/* What the sources of layout share: a source's places as a tree of folders, what its
 * folders say and what its files say. */
#ifndef RNNTRAIN_INPUT_LAYOUT_PRIVATE_H
#define RNNTRAIN_INPUT_LAYOUT_PRIVATE_H

#include "input/layout.h"
#include "input/place.h"

/* The places of one source, and what messages call it. */
struct layout_view {
    const struct source *source;
    struct layout_place *places;
    int n_places;
    const char *common; /* the folders that all that could be data stands in: */
    size_t n_common;    /* bytes of a path, borrowed */
    enum format format;
};

/* The order of files in a folder that is read: folders before files, each by name. */
int layout_compare_paths(const char *a, const char *b);

/* "corpus/test.csv": a path of the source as messages have it, and as a user types it;
 * owned by the caller. */
char *layout_shown(const struct layout_view *view, const char *path);

/* What to do first where the source is no folder, whose files cannot be named:
 * "unpack it; then "; "" else. */
const char *layout_unpack(const struct layout_view *view);

/* What is to be refused, NULL: nothing yet. The first reason stays; takes the text. */
void layout_refuse(char **refusal, char *text);

/* "which part is it?": of a file or a folder that could be of any. */
void layout_refuse_part(const struct layout_view *view, const char *path, char **refusal);

struct layout_node {
    char *path;
    const char *name;    /* the last of the path */
    int parent;          /* -1: the source */
    int child, last;     /* the first and the last below; -1 */
    int next;            /* the next beside; -1 */
    int n_children;      /* those with documents */
    int64_t direct, all; /* documents in it, and with those below it */
    int part;            /* that its name says */
    bool is_part;        /* it says one, and there are folders below */
    bool holds_parts;    /* a folder below is the training part */
    int says;            /* decided: the part of documents in it; PLACE_NO_PART */
    int class_node;      /* and their class: a node, -1: they are none of ours */
};

struct layout_folders {
    struct layout_node *nodes; /* the first is the source */
    int n_nodes;
    struct words paths;            /* of nodes, whose numbers are these */
    struct words classes, parents; /* names of classes, paths of what they stand in */
    int64_t n_documents;           /* of ours */
    bool has_part[DATASET_PARTS];
    bool takes_classes; /* folders are classes, whatever they are called */
    char *refusal;      /* what cannot be told apart; NULL: nothing */
    bool is_unlabelled; /* and that for want of class folders */
};

/* Makes the tree; with `all`, documents that are called like records count too. */
void layout_read_folders(const struct layout_view *view, bool all,
                         struct layout_folders *folders);
/* Decides what its folders are. */
void layout_decide_folders(const struct layout_view *view,
                           struct layout_folders *folders);
/* Refuses class folders of which each holds files called like parts, or like classes. */
void layout_check_same(const struct layout_view *view, struct layout_folders *folders);
void layout_release_folders(struct layout_folders *folders);

/* The node of a folder, -1: there is none. */
int layout_find_node(const struct layout_folders *folders, const char *path);

/* What files of records say. */
struct layout_files {
    int64_t n_records; /* of ours */
    int n_ours;
    char *refusal; /* NULL: nothing is to be refused */
};

/* Decides which files are the corpus, if files are: places are marked. */
void layout_decide_files(const struct layout_view *view, struct layout_files *files);

/* The part of a file by its name, else by the nearest folder below what all share. *name:
 * which of them says it, *word: the word. */
int layout_part_of_file(const struct layout_view *view, const char *path,
                        struct word *name, struct word *word);

/* Files of unlabelled lines, a file a class: marks them if there are any; false: there
 * are none. */
bool layout_decide_lines(const struct layout_view *view, struct layout_files *files);

/* Marks a file as the corpus's, of the part that its path says. */
void layout_take_file(const struct layout_view *view, struct layout_place *place,
                      struct layout_files *files);

#endif
