/* Where the chunks of an array are: its B-tree becomes a list. */
#include "files/h5_reader.h"

#include <stdlib.h>

/* A walk over the tree. */
struct walk {
    struct h5_array *array;
    size_t key_bytes, n_found;
    uint64_t chunk_rows, chunk_bytes;
    uint64_t left;   /* bytes that it may still read */
    uint64_t unused; /* bytes that no chunk has taken yet */
};

static int spoilt(const struct h5_array *array, const char *what)
{
    return h5_damaged(array->file, array->name, what);
}

/* Spec III.A.1: a key is the bytes that are stored, filters that were left out, the
 * chunk's first element, and a 0. */
static int add_chunk(struct walk *walk, struct h5_cursor key, uint64_t at)
{
    enum { MOST_PACKED = 1032 }; /* bytes that deflate makes of one at most */
    struct h5_array *array = walk->array;
    uint64_t n = h5_take(&key, 4), skipped = h5_take(&key, 4), row = h5_take(&key, 8);
    uint64_t k = row / walk->chunk_rows;
    bool is_first = row % walk->chunk_rows == 0;

    while (key.left > 0)
        is_first &= h5_take(&key, 8) == 0;
    if (!is_first || k >= array->n_chunks || array->chunks[k].n)
        return spoilt(array, "its chunks do not lie side by side");
    if (skipped)
        return h5_not_ours(array->file, array->name, "has chunks that are not packed");

    if (n == 0 || at > array->file->n || n > array->file->n - at)
        return spoilt(array, "a chunk lies behind the end of the file");
    if (!h5_may_read(&walk->unused, n))
        return spoilt(array, "its chunks share their bytes");
    if (walk->chunk_bytes / MOST_PACKED > n)
        return spoilt(array, "a chunk is too short for its values");

    array->chunks[k] = (struct h5_stored){at, (uint32_t)n};
    walk->n_found++;
    return OK;
}

static int walk_node(struct walk *walk, uint64_t at, int level)
{
    struct h5_node node = {.n = 0};
    int rc = h5_node_read(walk->array->file, walk->array->name, H5_TREE_OF_CHUNKS,
                          walk->key_bytes, level, at, &walk->left, &node);

    for (size_t i = 0; i < node.n && !rc; i++) {
        uint64_t child = h5_node_child(&node, i);
        rc = node.level == 0 ? add_chunk(walk, h5_node_key(&node, i), child)
                             : walk_node(walk, child, node.level - 1);
    }
    free(node.entries);
    return rc;
}

/* Chunks are whole rows of a number of bytes that memory can hold. */
static bool is_ours(const struct h5_array *array)
{
    const struct h5_storage *storage = &array->storage;
    enum { MOST_CHUNK = 256 << 20 };
    bool is_whole = storage->n_dims == array->space.n_dims + 1 &&
                    storage->chunk[storage->n_dims - 1] == array->type.bytes &&
                    (storage->n_dims == 2 || storage->chunk[1] == array->space.shape[1]);

    return storage->is_packed && is_whole && storage->chunk[0] > 0 &&
           array->row_bytes > 0 && storage->chunk[0] <= MOST_CHUNK / array->row_bytes;
}

int h5_index_read(struct h5_array *array)
{
    const struct h5_storage *storage = &array->storage;
    if (!is_ours(array))
        return fail(ERR_FORMAT,
                    "%s: %s is not stored in chunks of rows, shuffled and deflated: make "
                    "the file again with rnnprep",
                    array->file->path, array->name);

    struct walk walk = {.array = array,
                        .key_bytes = 8 + 8 * (size_t)storage->n_dims,
                        .chunk_rows = storage->chunk[0],
                        .chunk_bytes = storage->chunk[0] * array->row_bytes,
                        .left = array->file->n,
                        .unused = array->file->n};
    uint64_t rows = array->space.shape[0];
    uint64_t n = rows / walk.chunk_rows + (rows % walk.chunk_rows != 0);

    if (n > array->file->n / walk.key_bytes)
        return spoilt(array, "it says that it has more rows than the file holds");
    array->chunks = xcalloc((size_t)n, sizeof *array->chunks);
    array->n_chunks = (size_t)n;

    int rc = n == 0 ? OK : walk_node(&walk, storage->at, H5_ANY_LEVEL);
    array->n_stored = array->file->n - walk.unused;
    if (!rc && walk.n_found != n)
        rc = spoilt(array, "some of its rows are not stored");
    return rc;
}
