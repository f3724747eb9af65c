/* What the folders of a source are: parts, classes, or neither. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input/file_class.h"
#include "input/layout_private.h"

/* Folders beside class folders that are none. */
static const char *const beside_folders[] = {
    "doc",   "docs",   "documentation", "notes", "script", "scripts", "src",   "code",
    "tools", "images", "figures",       "misc",  "extra",  "meta",    "utils", "papers",
};

struct walk {
    const struct layout_view *view;
    struct layout_folders *folders;
};

static struct layout_node *node_of(const struct walk *walk, int node)
{
    return &walk->folders->nodes[node];
}

/* The next child with documents, from `child` on; -1. */
static int with_documents(const struct walk *walk, int child)
{
    while (child >= 0 && node_of(walk, child)->all == 0)
        child = node_of(walk, child)->next;
    return child;
}

static int first_child(const struct walk *walk, int node)
{
    return with_documents(walk, node_of(walk, node)->child);
}

static int next_child(const struct walk *walk, int child)
{
    return with_documents(walk, node_of(walk, child)->next);
}

static bool is_beside(const struct layout_node *node)
{
    for (size_t i = 0; i < COUNT_OF(beside_folders); i++)
        if (!strcasecmp(node->name, beside_folders[i]))
            return true;
    return false;
}

static bool is_unlabelled(const struct layout_node *node)
{
    return !strcmp(node->name, "unsup");
}

static void take_tree(const struct walk *walk, int node, int part, int class_node)
{
    struct layout_node *taken = node_of(walk, node);
    taken->says = part;
    taken->class_node = class_node;
    for (int child = taken->child; child >= 0; child = node_of(walk, child)->next)
        take_tree(walk, child, part, class_node);
}

/* A class folder and all below it. */
static void take_class(const struct walk *walk, int node, int part, int class_node)
{
    struct layout_folders *folders = walk->folders;
    const struct layout_node *taken = node_of(walk, node),
                             *named = node_of(walk, class_node);
    const char *parent = node_of(walk, named->parent)->path;

    take_tree(walk, node, part, class_node);
    words_add(&folders->classes, named->name, strlen(named->name));
    words_add(&folders->parents, parent, strlen(parent));
    folders->n_documents += taken->all;
    if (part >= 0)
        folders->has_part[part] = true;
}

static bool is_number(const char *name)
{
    return strspn(name, "0123456789-_.") == strlen(name);
}

static int child_named(const struct walk *walk, int node, const char *name)
{
    int child = first_child(walk, node);
    while (child >= 0 && strcasecmp(node_of(walk, child)->name, name))
        child = next_child(walk, child);
    return child;
}

/* Whether two folders hold folders of the same names, at least two, that are more than
 * years or numbers. */
static bool are_alike(const struct walk *walk, int a, int b)
{
    bool has_name = false;
    if (node_of(walk, a)->n_children != node_of(walk, b)->n_children ||
        node_of(walk, a)->n_children < 2)
        return false;
    for (int child = first_child(walk, a); child >= 0; child = next_child(walk, child)) {
        const char *name = node_of(walk, child)->name;
        has_name |= !is_number(name);
        if (child_named(walk, b, name) < 0)
            return false;
    }
    return has_name;
}

/* How many children of a folder are called like classes that were taken. */
static int count_classes_in(const struct walk *walk, int node)
{
    int n = 0;
    for (int child = first_child(walk, node); child >= 0;
         child = next_child(walk, child)) {
        const char *name = node_of(walk, child)->name;
        n += words_find(&walk->folders->classes, name, strlen(name)) >= 0;
    }
    return n;
}

static void refuse_side_by_side(const struct walk *walk, int a, int b)
{
    const struct layout_view *view = walk->view;
    char *first = layout_shown(view, node_of(walk, a)->path);
    char *second = layout_shown(view, node_of(walk, b)->path);
    layout_refuse(
        &walk->folders->refusal,
        xasprintf("%s and %s: several corpora side by side, or classes with "
                  "subfolders? %s`rnnprep %s` takes one corpus, `--format folders` "
                  "makes classes of %s, %s and the folders beside them",
                  first, second, layout_unpack(view), first, node_of(walk, a)->name,
                  node_of(walk, b)->name));
    free(first);
    free(second);
}

/* A folder that could be a part, or the documents that a part lacks. */
static void refuse_left_out(const struct walk *walk, int node)
{
    layout_refuse_part(walk->view, node_of(walk, node)->path, &walk->folders->refusal);
}

static void look_for_parts(const struct walk *walk, int node);

/* Class folders of a part. */
static void look_into_part(const struct walk *walk, int node, int part)
{
    int child = first_child(walk, node), n = 0, n_parts = 0;
    for (int c = child; c >= 0; c = next_child(walk, c), n++)
        n_parts += node_of(walk, c)->is_part;

    if (n > 0 && n == n_parts) {
        look_for_parts(walk, node);
        return;
    }
    if (n == 1 && node_of(walk, child)->direct == 0 &&
        node_of(walk, child)->n_children > 1) {
        look_into_part(walk, child, part);
        return;
    }
    for (; child >= 0; child = next_child(walk, child))
        if (!is_unlabelled(node_of(walk, child)))
            take_class(walk, child, part, child);
}

/* Class folders beside part folders: the training part, if no other is there and they
 * have all classes of the others. */
static bool are_training_classes(const struct walk *walk, int node)
{
    int n = 0;
    for (int child = first_child(walk, node); child >= 0;
         child = next_child(walk, child)) {
        const struct layout_node *beside = node_of(walk, child);
        if (!beside->is_part)
            n += words_find(&walk->folders->classes, beside->name,
                            strlen(beside->name)) >= 0;
    }
    return !walk->folders->has_part[DATASET_TRAIN] && n >= 2 &&
           n == walk->folders->classes.n;
}

/* Folders beside those of parts. */
static void look_beside_parts(const struct walk *walk, int node)
{
    bool are_training = are_training_classes(walk, node);
    int n_known = 0;

    for (int child = first_child(walk, node); child >= 0;
         child = next_child(walk, child)) {
        const struct layout_node *beside = node_of(walk, child);
        bool is_known =
            words_find(&walk->folders->classes, beside->name, strlen(beside->name)) >= 0;
        if (beside->is_part)
            continue;
        if (are_training && is_known)
            take_class(walk, child, PLACE_NO_PART, child);
        else if (beside->part != PLACE_NO_PART || count_classes_in(walk, child) > 1 ||
                 (is_known && ++n_known > 1))
            refuse_left_out(walk, child);
    }
}

static void look_for_parts(const struct walk *walk, int node)
{
    for (int child = first_child(walk, node); child >= 0; child = next_child(walk, child))
        if (node_of(walk, child)->is_part)
            look_into_part(walk, child, node_of(walk, child)->part);
    look_beside_parts(walk, node);
}

/* Whether each class folder holds nothing but folders of parts: pos/train/, pos/test/. */
static bool are_classes_of_parts(const struct walk *walk, int node)
{
    for (int child = first_child(walk, node); child >= 0;
         child = next_child(walk, child)) {
        if (node_of(walk, child)->direct || node_of(walk, child)->n_children < 2)
            return false;
        for (int c = first_child(walk, child); c >= 0; c = next_child(walk, c))
            if (node_of(walk, c)->part < 0 || node_of(walk, c)->n_children > 0)
                return false;
    }
    return true;
}

static void refuse_unlabelled(const struct walk *walk, int a, int b)
{
    const struct layout_view *view = walk->view;
    const char *name = node_of(walk, a)->name;
    walk->folders->is_unlabelled = !walk->folders->refusal;
    layout_refuse(
        &walk->folders->refusal,
        xasprintf("%s: %s and %s are called like parts, but hold documents and no class "
                  "folders: expected %s/CLASS/ with a file a document; if they are "
                  "the classes, `--format folders` says so",
                  block_source_name(view->source->path), name, node_of(walk, b)->name,
                  name));
}

/* What folders side by side are, of which none is a part. */
struct beside {
    int n, n_leaf_parts; /* of those that could be classes */
    int n_inner, inner;  /* without documents of their own, the last of them */
    int n_notes;         /* called like what is beside a corpus */
};

static struct beside count_beside(const struct walk *walk, int node)
{
    struct beside beside = {.inner = -1};
    for (int child = first_child(walk, node); child >= 0;
         child = next_child(walk, child)) {
        const struct layout_node *found = node_of(walk, child);
        bool is_note = is_beside(found);
        beside.n += !is_note;
        beside.n_notes += is_note;
        beside.n_leaf_parts += !is_note && found->part >= 0;
        if (found->direct == 0 && found->n_children > 1 && !is_note) {
            beside.n_inner++;
            beside.inner = child;
        }
    }
    return beside;
}

/* Whether two folders of documents are called alike but for words of two parts:
 * sampled_train and sampled_test. */
static bool are_named_parts(const struct walk *walk, int a, int b)
{
    const struct layout_node *left = node_of(walk, a), *right = node_of(walk, b);
    struct word one = {0}, two = {0};
    int part = place_part_of_name(left->name, strlen(left->name), &one);
    int other = place_part_of_name(right->name, strlen(right->name), &two);
    if (part < 0 || other < 0 || part == other || left->n_children || right->n_children)
        return false;

    size_t n_front = (size_t)(one.text - left->name);
    const char *behind = one.text + one.n;
    return n_front == (size_t)(two.text - right->name) && n_front + strlen(behind) > 0 &&
           !strncasecmp(left->name, right->name, n_front) &&
           !strcasecmp(behind, two.text + two.n);
}

/* True: two of the folders are. */
static bool find_named_parts(const struct walk *walk, int node)
{
    for (int a = first_child(walk, node); a >= 0; a = next_child(walk, a))
        for (int b = node_of(walk, a)->part < 0 ? -1 : next_child(walk, a); b >= 0;
             b = next_child(walk, b))
            if (are_named_parts(walk, a, b)) {
                refuse_unlabelled(walk, a, b);
                return true;
            }
    return false;
}

static void look(const struct walk *walk, int node);

/* True: it was decided. */
static bool look_for_others(const struct walk *walk, int node)
{
    struct beside beside = count_beside(walk, node);
    int a = first_child(walk, node), b = a < 0 ? -1 : next_child(walk, a);

    if (beside.n > 1 && beside.n == beside.n_leaf_parts) {
        refuse_unlabelled(walk, a, b);
        return true;
    }
    if (find_named_parts(walk, node))
        return true;
    if (beside.n == 1 && beside.n_inner == 1) {
        look(walk, beside.inner);
        return true;
    }
    if (beside.n == 2 && beside.n_inner == 1 &&
        !is_number(node_of(walk, first_child(walk, beside.inner))->name)) {
        refuse_side_by_side(walk, a, b);
        return true;
    }

    for (; a >= 0; a = next_child(walk, a))
        for (b = next_child(walk, a); b >= 0 && node_of(walk, a)->n_children > 1;
             b = next_child(walk, b))
            if (are_alike(walk, a, b)) {
                refuse_side_by_side(walk, a, b);
                return true;
            }
    return false;
}

static void take_classes(const struct walk *walk, int node)
{
    bool have_parts = are_classes_of_parts(walk, node);
    for (int child = first_child(walk, node); child >= 0;
         child = next_child(walk, child)) {
        if (!have_parts) {
            take_class(walk, child, PLACE_NO_PART, child);
            continue;
        }
        for (int c = first_child(walk, child); c >= 0; c = next_child(walk, c))
            take_class(walk, c, node_of(walk, c)->part, child);
    }
}

/* Where no part was met above. */
static void look(const struct walk *walk, int node)
{
    int n = 0, n_parts = 0, n_split = 0, split = -1, other = -1;
    for (int child = first_child(walk, node); child >= 0;
         child = next_child(walk, child)) {
        n++;
        n_parts += node_of(walk, child)->is_part;
        if (node_of(walk, child)->holds_parts) {
            n_split++;
            other = split;
            split = child;
        }
    }

    int only = n == 1 ? first_child(walk, node) : -1;
    if (walk->folders->takes_classes && n > 1 && !n_parts)
        take_classes(walk, node);
    else if (n_parts)
        look_for_parts(walk, node);
    else if (n_split > 1)
        refuse_side_by_side(walk, other, split);
    else if (n_split == 1)
        look(walk, split);
    else if (only >= 0 && node_of(walk, only)->n_children > 0)
        look(walk, only);
    else if (only >= 0)
        take_class(walk, only, PLACE_NO_PART, only);
    else if (!are_classes_of_parts(walk, node) && look_for_others(walk, node))
        return;
    else
        take_classes(walk, node);
}

void layout_decide_folders(const struct layout_view *view, struct layout_folders *folders)
{
    struct walk walk = {view, folders};
    char *common = xstrndup(view->common, view->n_common);
    int top = layout_find_node(folders, common);
    free(common);

    top = top < 0 ? 0 : top;
    if (top > 0 && folders->nodes[top].n_children == 0)
        top = folders->nodes[top].parent;
    look(&walk, top);
}
