/* Folders that would be classes, but each hold the files of a whole corpus. */
#include <stdlib.h>
#include <string.h>

#include "input/file_class.h"
#include "input/layout_private.h"

/* What the names of a folder's files say. */
struct said {
    unsigned parts;     /* a bit each */
    struct words kinds; /* words that classes are usually called */
};

static int node_of_file(const struct layout_folders *folders, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *above = xstrndup(path, slash ? (size_t)(slash - path) : 0);
    int node = layout_find_node(folders, above);
    free(above);
    return node;
}

static void add_name(struct said *said, const char *path)
{
    int part = place_part_of_file(path, NULL);
    struct word word = {0};
    if (part >= 0)
        said->parts |= 1U << part;
    const char *file = place_last_name(path);
    for (size_t at = 0; place_next_word(file, strlen(file), &at, &word);)
        if (file_class_is_usual(word.text, word.n))
            words_add(&said->kinds, word.text, word.n);
}

/* Two parts, or two classes. */
static bool says_corpus(const struct said *said)
{
    return (said->parts & (said->parts - 1)) || said->kinds.n > 1;
}

/* The class folders that say a corpus, the first two of them; false: one does not. */
static bool find_two(const struct layout_folders *folders, const struct said *said,
                     int two[2])
{
    int n = 0;
    for (int i = 0; i < folders->n_nodes; i++) {
        const struct layout_node *node = &folders->nodes[i];
        if (node->class_node != i)
            continue;
        if (!says_corpus(&said[i]))
            return false;
        if (n < 2)
            two[n] = i;
        n++;
    }
    return n >= 2;
}

void layout_check_same(const struct layout_view *view, struct layout_folders *folders)
{
    struct said *said = xcalloc((size_t)folders->n_nodes, sizeof *said);
    int two[2] = {0};
    for (int i = 0; i < view->n_places; i++) {
        const struct layout_place *place = &view->places[i];
        int node = place->kind == PLACE_RECORDS ? node_of_file(folders, place->path) : -1;
        if (node >= 0)
            add_name(&said[node], place->path);
    }

    if (find_two(folders, said, two)) {
        char *first = layout_shown(view, folders->nodes[two[0]].path);
        char *second = layout_shown(view, folders->nodes[two[1]].path);
        layout_refuse(&folders->refusal,
                      xasprintf("%s and %s each hold files called like parts or classes: "
                                "several corpora side by side? %s`rnnprep %s` takes one "
                                "corpus, `--format folders` makes classes of %s, %s and "
                                "the folders beside them",
                                first, second, layout_unpack(view), first,
                                folders->nodes[two[0]].name,
                                folders->nodes[two[1]].name));
        free(first);
        free(second);
    }
    for (int i = 0; i < folders->n_nodes; i++)
        words_release(&said[i].kinds);
    free(said);
}
