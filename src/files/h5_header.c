/* Headers of objects: blocks of messages. */
#include "files/h5_reader.h"

#include <stdlib.h>
#include <string.h>

/* Bytes and blocks of a header: an attribute has at most 64 KiB, and a model of a few
 * thousand layers lists them in as many. */
enum { MOST_BYTES = 16 << 20, MOST_BLOCKS = 4096 };

/* What becomes of messages, by their numbers in spec IV.A.2. */
enum treatment { REFUSED, SKIPPED, KEPT };
static const struct {
    enum treatment treatment;
    const char *what; /* an object with it does, where it is refused */
} kinds[] = {
    [0x00] = {SKIPPED, "nothing"},
    [H5_DATASPACE] = {KEPT, "has a shape"},
    [0x02] = {REFUSED, "is a group that may hold links into other files"},
    [H5_DATATYPE] = {KEPT, "has a type"},
    [0x04] = {SKIPPED, "has a value for what was not written, of old"},
    [0x05] = {SKIPPED, "has a value for what was not written"},
    [0x06] = {REFUSED, "is a group that may hold links into other files"},
    [0x07] = {REFUSED, "has its values in another file"},
    [H5_LAYOUT] = {KEPT, "has a layout"},
    [0x09] = {REFUSED, "holds a message that no program knows"},
    [0x0a] = {REFUSED, "is a group of a later version of HDF5"},
    [H5_FILTERS] = {KEPT, "is packed"},
    [H5_ATTRIBUTE] = {KEPT, "has an attribute"},
    [0x0d] = {SKIPPED, "has a comment"},
    [0x0e] = {SKIPPED, "has a time, of old"},
    [0x0f] = {REFUSED, "shares messages with other objects"},
    [H5_CONTINUATION] = {KEPT, "goes on elsewhere"},
    [H5_SYMBOL_TABLE] = {KEPT, "is a group"},
    [0x12] = {SKIPPED, "has a time"},
    [0x13] = {REFUSED, "has B-trees of another size"},
    [0x14] = {REFUSED, "is laid out by a driver"},
    [0x15] = {REFUSED, "has attributes of a later version of HDF5"},
    [0x16] = {SKIPPED, "counts its names"},
};

/* Reads n more bytes into the header; *at is where they stand in it. */
static int add_block(struct h5_header *header, uint64_t from, uint64_t n, size_t *at)
{
    if (n > MOST_BYTES - header->n_bytes)
        return h5_damaged(header->file, header->name, "its header is too long");

    header->bytes = xrealloc(header->bytes, header->n_bytes + n + 1, 1);
    int rc =
        h5_copy(header->file, header->name, from, n, header->bytes + header->n_bytes);
    *at = header->n_bytes;
    header->n_bytes += n;
    return rc;
}

/* What is the same in all messages, spec IV.A.1.a. */
struct prefix {
    unsigned kind, n, flags;
};

static int check_message(const struct h5_header *header, const struct prefix *prefix)
{
    enum { IS_SHARED = 2, MUST_BE_KNOWN = 128 };
    bool is_known = prefix->kind < COUNT_OF(kinds);

    if (prefix->flags & IS_SHARED)
        return h5_not_ours(header->file, header->name,
                           "shares a type or message with other objects");
    if (is_known && kinds[prefix->kind].treatment == REFUSED)
        return h5_not_ours(header->file, header->name, kinds[prefix->kind].what);
    if (!is_known && (prefix->flags & MUST_BE_KNOWN))
        return h5_not_ours(header->file, header->name,
                           "holds what only a later version of HDF5 can read");
    return OK;
}

static void keep(struct h5_header *header, unsigned kind, size_t at, size_t n)
{
    header->messages =
        xrealloc(header->messages, header->n + 1, sizeof *header->messages);
    header->messages[header->n++] =
        (struct h5_message){(enum h5_message_kind)kind, at, n};
}

/* The messages of a block of n bytes, which stands in the header at `at`. */
static int read_block(struct h5_header *header, size_t at, size_t n)
{
    enum { PREFIX = 8 };
    size_t end = at + n;
    int rc = OK;

    while (!rc && end - at >= PREFIX) {
        struct h5_cursor cursor = {header->bytes + at, PREFIX, false};
        struct prefix prefix = {.kind = (unsigned)h5_take(&cursor, 2)};
        prefix.n = (unsigned)h5_take(&cursor, 2);
        prefix.flags = (unsigned)h5_take(&cursor, 1);
        at += PREFIX;

        if (prefix.n > end - at)
            return h5_damaged(header->file, header->name, "its header is cut");
        rc = check_message(header, &prefix);
        if (prefix.kind < COUNT_OF(kinds) && kinds[prefix.kind].treatment == KEPT)
            keep(header, prefix.kind, at, prefix.n);
        at += prefix.n;
    }
    return rc;
}

/* Blocks that messages name are read behind those that are there; the walk is over when
 * it has met all messages. */
static int read_continuations(struct h5_header *header)
{
    int n_blocks = 0;

    for (size_t i = 0; i < header->n; i++) {
        struct h5_message message = header->messages[i];
        struct h5_cursor cursor = {header->bytes + message.at, message.n, false};
        size_t at = 0;
        if (message.kind != H5_CONTINUATION)
            continue;

        uint64_t from = h5_take(&cursor, 8), n = h5_take(&cursor, 8);
        if (cursor.is_short || ++n_blocks > MOST_BLOCKS)
            return h5_damaged(header->file, header->name, "its header has no end");
        int rc = add_block(header, from, n, &at);
        if (!rc)
            rc = read_block(header, at, (size_t)n);
        if (rc)
            return rc;
    }
    return OK;
}

int h5_header_read(const struct h5 *file, const char *name, uint64_t at,
                   struct h5_header *header)
{
    enum { PREFIX = 16, VERSION = 1 };
    unsigned char prefix[PREFIX];
    struct h5_cursor length = {prefix + 8, 4, false};
    size_t begin = 0;

    *header = (struct h5_header){.file = file, .name = name};
    int rc = h5_copy(file, name, at, sizeof prefix, prefix);
    if (rc)
        return rc;

    if (!memcmp(prefix, "OHDR", 4))
        return h5_not_ours(file, name, "is of a later version of HDF5");
    if (prefix[0] != VERSION)
        return h5_damaged(file, name, "it has no header");

    uint64_t n = h5_take(&length, 4);
    rc = add_block(header, at + PREFIX, n, &begin);
    if (!rc)
        rc = read_block(header, begin, (size_t)n);
    return rc ? rc : read_continuations(header);
}

int h5_header_open(const struct h5 *file, const char *path, struct h5_header *header)
{
    uint64_t at = H5_NOWHERE;
    *header = (struct h5_header){.file = file, .name = path};

    int rc = h5_find(file, path, &at);
    if (!rc && at == H5_NOWHERE)
        rc = fail(ERR_FORMAT, "%s: %s is missing", file->path, path);
    return rc ? rc : h5_header_read(file, path, at, header);
}

void h5_header_release(struct h5_header *header)
{
    free(header->bytes);
    free(header->messages);
    *header = (struct h5_header){0};
}

bool h5_header_find(const struct h5_header *header, enum h5_message_kind kind,
                    struct h5_cursor *found)
{
    for (size_t i = 0; i < header->n; i++) {
        const struct h5_message *message = &header->messages[i];
        if (message->kind == kind) {
            *found = (struct h5_cursor){header->bytes + message->at, message->n, false};
            return true;
        }
    }
    return false;
}
