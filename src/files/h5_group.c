/* Names of objects: groups and the B-trees of their symbol tables. */
#include "files/h5_reader.h"

#include <stdlib.h>
#include <string.h>

enum { ADDRESS = 8, MOST_LEVEL = 16 };

int h5_node_read(const struct h5 *file, const char *name, enum h5_tree tree,
                 size_t key_bytes, int level, uint64_t at, uint64_t *left,
                 struct h5_node *node)
{
    enum { PREFIX = 24 };
    unsigned char prefix[PREFIX];
    struct h5_cursor cursor = {prefix + 4, PREFIX - 4, false};
    int rc = h5_copy(file, name, at, sizeof prefix, prefix);
    if (rc)
        return rc;

    uint64_t type = h5_take(&cursor, 1);
    int found = (int)h5_take(&cursor, 1);
    *node = (struct h5_node){
        .n = (size_t)h5_take(&cursor, 2), .key_bytes = key_bytes, .level = found};
    size_t n = node->n * (key_bytes + ADDRESS);

    if (memcmp(prefix, "TREE", 4) || type != (uint64_t)tree || found > MOST_LEVEL ||
        (level != H5_ANY_LEVEL && found != level))
        return h5_damaged(file, name, "its B-tree has a node that is none");
    if (!h5_may_read(left, PREFIX + n))
        return h5_damaged(file, name, "its B-tree has more nodes than the file holds");

    node->entries = xrealloc(NULL, n + 1, 1);
    return h5_copy(file, name, at + PREFIX, n, node->entries);
}

struct h5_cursor h5_node_key(const struct h5_node *node, size_t i)
{
    return (struct h5_cursor){node->entries + i * (node->key_bytes + ADDRESS),
                              node->key_bytes, false};
}

uint64_t h5_node_child(const struct h5_node *node, size_t i)
{
    struct h5_cursor child = h5_node_key(node, i);
    child = (struct h5_cursor){child.at + node->key_bytes, ADDRESS, false};
    return h5_take(&child, ADDRESS);
}

/* A search for one name in one group. */
struct search {
    const struct h5 *file;
    const char *group;  /* for messages */
    const char *wanted; /* (n_wanted), not closed by a 0 */
    size_t n_wanted;
    uint64_t names, n_names; /* the local heap's data */
    uint64_t left;           /* bytes that the walk may still read */
    bool is_found, is_soft;
    uint64_t at; /* the header of what was found */
};

/* Spec III.D: the heap's names end in a 0. */
static int read_heap(struct search *search, uint64_t at)
{
    enum { PREFIX = 32 };
    unsigned char prefix[PREFIX];
    struct h5_cursor length = {prefix + 8, 8, false}, begin = {prefix + 24, 8, false};
    int rc = h5_copy(search->file, search->group, at, sizeof prefix, prefix);
    if (rc)
        return rc;

    search->n_names = h5_take(&length, 8);
    search->names = h5_take(&begin, 8);
    if (memcmp(prefix, "HEAP", 4) || search->names > search->file->n ||
        search->n_names > search->file->n - search->names)
        return h5_damaged(search->file, search->group, "its names are no heap");
    return OK;
}

static int compare(const struct search *search, uint64_t name, bool *is_equal)
{
    char found[256];
    size_t n = search->n_wanted + 1;

    *is_equal = false;
    if (name >= search->n_names)
        return h5_damaged(search->file, search->group, "a name lies outside of its heap");
    if (n > sizeof found || n > search->n_names - name)
        return OK; /* another, shorter one */

    int rc = h5_copy(search->file, search->group, search->names + name, n, found);
    *is_equal = !rc && !memcmp(found, search->wanted, n - 1) && !found[n - 1];
    return rc;
}

/* Spec III.C: an entry is a name's place in the heap, the address of a header, and what
 * kind of link it is. */
static int search_entries(struct search *search, struct h5_cursor entries)
{
    enum { SOFT = 2, REST = 20 };
    int rc = OK;

    while (entries.left > 0 && !search->is_found && !rc) {
        uint64_t name = h5_take(&entries, 8), at = h5_take(&entries, 8);
        uint64_t cached = h5_take(&entries, 4);
        h5_take_bytes(&entries, REST);
        rc = compare(search, name, &search->is_found);
        if (search->is_found) {
            search->is_soft = cached == SOFT || at == H5_NOWHERE;
            search->at = at;
        }
    }
    return rc;
}

/* Spec III.B. */
static int search_symbols(struct search *search, uint64_t at)
{
    enum { PREFIX = 8, ENTRY = 40 };
    unsigned char prefix[PREFIX];
    struct h5_cursor count = {prefix + 6, 2, false};
    int rc = h5_copy(search->file, search->group, at, sizeof prefix, prefix);
    if (rc)
        return rc;

    size_t n = (size_t)h5_take(&count, 2) * ENTRY;
    if (memcmp(prefix, "SNOD", 4) || !h5_may_read(&search->left, PREFIX + n))
        return h5_damaged(search->file, search->group, "its list of names is none");

    unsigned char *entries = xrealloc(NULL, n + 1, 1);
    rc = h5_copy(search->file, search->group, at + PREFIX, n, entries);
    if (!rc)
        rc = search_entries(search, (struct h5_cursor){entries, n, false});
    free(entries);
    return rc;
}

static int search_node(struct search *search, uint64_t at, int level)
{
    struct h5_node node = {.n = 0};
    int rc = h5_node_read(search->file, search->group, H5_TREE_OF_GROUP, ADDRESS, level,
                          at, &search->left, &node);

    for (size_t i = 0; i < node.n && !search->is_found && !rc; i++) {
        uint64_t child = h5_node_child(&node, i);
        rc = node.level == 0 ? search_symbols(search, child)
                             : search_node(search, child, node.level - 1);
    }
    free(node.entries);
    return rc;
}

/* Searches a group whose header is at `at`; what is no group has no names. */
static int search_group(struct search *search, uint64_t at)
{
    struct h5_header header;
    struct h5_cursor table;
    int rc = h5_header_read(search->file, search->group, at, &header);

    if (!rc && h5_header_find(&header, H5_SYMBOL_TABLE, &table)) {
        uint64_t tree = h5_take(&table, 8), heap = h5_take(&table, 8);
        rc = table.is_short
                 ? h5_damaged(search->file, search->group, "its symbol table is cut")
                 : read_heap(search, heap);
        if (!rc)
            rc = search_node(search, tree, H5_ANY_LEVEL);
    }
    h5_header_release(&header);
    return rc;
}

/* Looks for the last part of `path` in the group at *at; then *at is what was found. */
static int step(const struct h5 *file, const char *path, const char *part, uint64_t *at)
{
    char *group = part == path + 1 ? xstrdup("/") : xstrndup(path, part - 1 - path);
    struct search search = {.file = file,
                            .group = group,
                            .wanted = part,
                            .n_wanted = strlen(part),
                            .left = file->n};

    int rc = search_group(&search, *at);
    if (!rc && search.is_found && search.is_soft)
        rc = h5_not_ours(file, path, "is a link to another name");
    if (!rc)
        *at = search.is_found ? search.at : H5_NOWHERE;
    free(group);
    return rc;
}

int h5_find(const struct h5 *file, const char *path, uint64_t *result)
{
    char *part = xstrdup(path);
    uint64_t at = file->root;
    int rc = OK;

    for (char *begin = part + 1; *begin && !rc && at != H5_NOWHERE;) {
        char *end = begin + strcspn(begin, "/"), after = *end;
        *end = '\0';
        rc = step(file, part, begin, &at);
        *end = after;
        begin = after ? end + 1 : end;
    }

    free(part);
    if (!rc)
        *result = at;
    return rc;
}

/* What cannot be found out is said when it is read. */
bool h5_exists(struct h5 *file, const char *path)
{
    uint64_t at = H5_NOWHERE;
    return h5_find(file, path, &at) != OK || at != H5_NOWHERE;
}
