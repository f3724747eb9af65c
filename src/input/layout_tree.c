/* A source's folders as a tree. */
#include <stdlib.h>
#include <string.h>

#include "input/layout_private.h"

int layout_compare_paths(const char *a, const char *b)
{
    for (;;) {
        size_t n = strcspn(a, "/"), m = strcspn(b, "/"), least = n < m ? n : m;
        if (!a[n] != !b[m])
            return a[n] ? -1 : 1;

        int order = memcmp(a, b, least);
        if (order || n != m)
            return order ? order : n < m ? -1 : 1;
        if (!a[n])
            return 0;
        a += n + 1;
        b += m + 1;
    }
}

static int add_node(struct layout_folders *folders, const char *path, size_t n,
                    int parent)
{
    folders->nodes =
        xrealloc(folders->nodes, (size_t)folders->n_nodes + 1, sizeof *folders->nodes);
    struct layout_node *node = &folders->nodes[folders->n_nodes];
    *node = (struct layout_node){.path = xstrndup(path, n),
                                 .parent = parent,
                                 .child = -1,
                                 .last = -1,
                                 .next = -1,
                                 .says = PLACE_NO_PART,
                                 .class_node = -1};
    node->name = place_last_name(node->path);
    node->part = place_part_of_name(node->name, strlen(node->name), NULL);
    words_add(&folders->paths, path, n);
    return folders->n_nodes++;
}

/* Adds a folder and those above it that are not yet there. */
static int add_folder(struct layout_folders *folders, const char *path)
{
    int at = 0;
    for (size_t n = 0; path[n];) {
        n += path[n] == '/';
        n += strcspn(path + n, "/");

        int child = words_find(&folders->paths, path, n);
        if (child < 0) {
            child = add_node(folders, path, n, at);
            struct layout_node *parent = &folders->nodes[at];
            if (parent->child < 0)
                parent->child = child;
            else
                folders->nodes[parent->last].next = child;
            parent->last = child;
        }
        at = child;
    }
    return at;
}

/* What is below counts above: nodes come behind their parents. */
static void add_up(struct layout_folders *folders)
{
    for (int i = folders->n_nodes - 1; i >= 0; i--) {
        struct layout_node *node = &folders->nodes[i];
        node->all += node->direct;
        node->is_part = node->part >= 0 && node->n_children > 0;
        if (node->parent < 0 || !node->all)
            continue;

        struct layout_node *parent = &folders->nodes[node->parent];
        parent->all += node->all;
        parent->n_children++;
        parent->holds_parts |=
            node->holds_parts || (node->is_part && node->part == DATASET_TRAIN);
    }
}

void layout_read_folders(const struct layout_view *view, bool all,
                         struct layout_folders *folders)
{
    *folders = (struct layout_folders){.takes_classes = view->format == FORMAT_FOLDERS};
    add_node(folders, "", 0, -1);

    for (int i = 0; i < view->n_places; i++) {
        const struct layout_place *place = &view->places[i];
        if (place->kind != PLACE_FOLDER)
            continue;
        int node = add_folder(folders, place->path);
        folders->nodes[node].direct = all ? place->n : place->n_plain;
    }
    add_up(folders);
}

int layout_find_node(const struct layout_folders *folders, const char *path)
{
    return words_find(&folders->paths, path, strlen(path));
}

void layout_release_folders(struct layout_folders *folders)
{
    for (int i = 0; i < folders->n_nodes; i++)
        free(folders->nodes[i].path);
    free(folders->nodes);
    words_release(&folders->paths);
    words_release(&folders->classes);
    words_release(&folders->parents);
    free(folders->refusal);
    *folders = (struct layout_folders){0};
}
