/* The reader of our own HDF5 files: what its parts share.
 *
 * A seal shows damage, not origin: whoever made a file can seal it. So a file is read
 * here without HDF5, whose parser trusts what it reads, and only in the forms that HDF5
 * gives to what h5_write.h writes. Anything else is refused by name:
 *
 *   superblock       version 0, offsets and lengths of 8 bytes           spec II.A
 *   object headers   version 1 with continuation blocks                  spec IV.A.1.a
 *   groups           symbol tables: B-tree version 1, symbol nodes,
 *                    a local heap with the names                         spec III.A to D
 *   arrays           of 1 or 2 dimensions; compact, contiguous, or
 *                    chunked by whole rows, shuffled and deflated        spec IV.A.2.i, l
 *   attributes       of one value, in the object's header                spec IV.A.2.m
 *
 * "spec" is the HDF5 File Format Specification, version 3.0; numbers are little-endian.
 *
 * Nothing in a file is believed. Bytes are copied out of it, or out of the open file,
 * before they are looked at, since those on a disk may change meanwhile; each offset and
 * length is checked against the file; and a walk over blocks that name each other ends
 * when it has read as many bytes as the file has, because in a file of ours no two of
 * them share any. What an array claims to hold is checked against what is stored of it
 * before anybody takes memory for it. An open file never changes, so threads may read it
 * beside each other.
 */
#ifndef RNNTRAIN_FILES_H5_READER_H
#define RNNTRAIN_FILES_H5_READER_H

#include "files/h5.h"

struct h5 {
    char *path;                   /* where it was read from */
    unsigned char *bytes;         /* NULL: they are read from fd */
    bool is_lent;                 /* the bytes are others' */
    int fd;                       /* owned; -1: they are in memory */
    struct file_seal_check *seal; /* that is awaited; owned; NULL: the bytes are sealed */
    uint64_t n;                   /* bytes of content, without a trailer */
    uint64_t root;                /* where the root group's header is */
};

/* Where there is none, an address has this value. */
#define H5_NOWHERE UINT64_MAX

/* Opens n bytes of content, which it takes over, whatever the outcome; `path` is for
 * messages. */
int h5_open_image(const char *path, char *bytes, size_t n, struct h5 **file) NODISCARD;
/* The same of bytes that stay the caller's, or of a descriptor, which it takes over. */
int h5_open_lent(const char *path, const char *bytes, size_t n,
                 struct h5 **file) NODISCARD;
int h5_open_opened(const char *path, int fd, size_t n, struct h5 **file) NODISCARD;

/* Copies n bytes that begin at `at`; ERR_FORMAT if the file has none there, ERR_IO if the
 * device fails. `name` is the object that they belong to. */
int h5_copy(const struct h5 *file, const char *name, uint64_t at, size_t n,
            void *to) NODISCARD;

/* ERR_FORMAT: `name` is spoilt, `what` says how; or it is of a kind that our files do not
 * have, "is a link", "has ...". */
int h5_damaged(const struct h5 *file, const char *name, const char *what) NODISCARD;
int h5_not_ours(const struct h5 *file, const char *name, const char *what) NODISCARD;

/* Bytes in memory, taken from the front. Past their end there are zeros, and it is
 * `short`. */
struct h5_cursor {
    const unsigned char *at;
    size_t left;
    bool is_short;
};

/* A number of n bytes, at most 8. */
uint64_t h5_take(struct h5_cursor *cursor, size_t n);
/* n bytes; NULL where there are fewer. */
const unsigned char *h5_take_bytes(struct h5_cursor *cursor, size_t n);

/* Where a walk over blocks is allowed to go on: takes n bytes from what it may still
 * read. */
static inline bool h5_may_read(uint64_t *left, uint64_t n)
{
    bool may = n <= *left;
    *left -= may ? n : 0;
    return may;
}

/* Nodes of B-trees, spec III.A.1: a child for each of n keys, then one key more. Levels
 * fall towards the leaves, which bounds the depth. */
enum h5_tree { H5_TREE_OF_GROUP = 0, H5_TREE_OF_CHUNKS = 1 };
struct h5_node {
    unsigned char *entries; /* (n) of key and child; owned */
    size_t n, key_bytes;
    int level; /* 0: children are no nodes */
};
enum { H5_ANY_LEVEL = -1 };

/* Reads the node at `at`, which must be of that level; *left is what the walk may still
 * read. */
int h5_node_read(const struct h5 *file, const char *name, enum h5_tree tree,
                 size_t key_bytes, int level, uint64_t at, uint64_t *left,
                 struct h5_node *node) NODISCARD;
/* The key in front of child i, and where that is. */
struct h5_cursor h5_node_key(const struct h5_node *node, size_t i);
uint64_t h5_node_child(const struct h5_node *node, size_t i);

/* What messages of an object's header say, by their numbers in spec IV.A.2. */
enum h5_message_kind {
    H5_DATASPACE = 0x1,
    H5_DATATYPE = 0x3,
    H5_LAYOUT = 0x8,
    H5_FILTERS = 0xb,
    H5_ATTRIBUTE = 0xc,
    H5_CONTINUATION = 0x10,
    H5_SYMBOL_TABLE = 0x11,
};

struct h5_message {
    enum h5_message_kind kind;
    size_t at, n; /* in the header's bytes */
};

/* An object's header in memory: the messages of the kinds above, but continuations. */
struct h5_header {
    const struct h5 *file;
    const char *name;     /* of the object, borrowed */
    unsigned char *bytes; /* owned, its blocks one after the other */
    size_t n_bytes;
    struct h5_message *messages; /* (n) owned */
    size_t n;
};

/* Reads the header of the object at `path`. ERR_FORMAT: "... is missing", or it cannot be
 * read. Release with h5_header_release, also after a failure. */
int h5_header_open(const struct h5 *file, const char *path,
                   struct h5_header *header) NODISCARD;
/* The same, of a header that stands at `at`. */
int h5_header_read(const struct h5 *file, const char *name, uint64_t at,
                   struct h5_header *header) NODISCARD;
void h5_header_release(struct h5_header *header);

/* The first message of a kind; false where there is none. */
bool h5_header_find(const struct h5_header *header, enum h5_message_kind kind,
                    struct h5_cursor *message);

/* Finds an object's header; *at is H5_NOWHERE where there is no such path. Links that
 * are not hard are refused. */
int h5_find(const struct h5 *file, const char *path, uint64_t *at) NODISCARD;

/* A type, as far as values of it are read here. */
enum h5_class { H5_WHOLE_NUMBER, H5_REAL_NUMBER, H5_STRING, H5_OTHER_CLASS };
struct h5_value_type {
    enum h5_class class; /* numbers are little-endian and fill their bytes */
    bool is_signed;
    size_t bytes;
    unsigned stored; /* the class as the file numbers it, which messages name */
    bool is_big_endian;
};

/* n_dims 0: one value. More than H5_MAX_RANK: there are none here. */
struct h5_space {
    int n_dims;
    uint64_t shape[H5_MAX_DIMS]; /* 1 where there is no such dimension */
    uint64_t last;               /* of three: the last, which shape[1] contains */
};

struct h5_storage {
    enum { H5_COMPACT, H5_CONTIGUOUS, H5_CHUNKED } layout;
    struct h5_cursor compact; /* the values, in the header */
    uint64_t at, n;           /* of contiguous values; of the chunks' B-tree */
    int n_dims; /* of a chunk, one more than the array's: its value's size */
    uint64_t chunk[H5_MAX_DIMS + 1];
    bool is_packed; /* shuffled and deflated, and nothing else */
};

/* What messages say; ERR_FORMAT where they are spoilt or of a kind that is refused. */
int h5_decode_type(const struct h5 *file, const char *name, struct h5_cursor message,
                   struct h5_value_type *type) NODISCARD;
/* ERR_FORMAT: an array's values are of a type that is none of ours. */
int h5_other_type(const struct h5 *file, const char *name,
                  const struct h5_value_type *type) NODISCARD;
int h5_decode_space(const struct h5 *file, const char *name, struct h5_cursor message,
                    struct h5_space *space) NODISCARD;
int h5_decode_storage(const struct h5_header *header,
                      struct h5_storage *storage) NODISCARD;

/* Chunks of an array, as they are stored. */
struct h5_stored {
    uint64_t at;
    uint32_t n;
};

/* An array that is open to be read. */
struct h5_array {
    const struct h5 *file;
    const char *name; /* borrowed */
    struct h5_header header;
    struct h5_value_type type;
    struct h5_space space;
    struct h5_storage storage;
    uint64_t row_bytes;
    uint64_t n_stored;        /* bytes that hold its values, packed or not */
    struct h5_stored *chunks; /* (n_chunks) owned, in the order of their rows */
    size_t n_chunks;
};

/* Opens an array of at most H5_MAX_RANK dimensions, all of whose values are stored: so
 * its shape, times its type's size, is bounded by the file's size. Release with
 * h5_array_release, also after a failure. ERR_FORMAT. */
int h5_array_open(const struct h5 *file, const char *path,
                  struct h5_array *array) NODISCARD;
void h5_array_release(struct h5_array *array);
/* Rows first .. first + n - 1, which it has. */
int h5_array_read(const struct h5_array *array, uint64_t first, uint64_t n,
                  void *data) NODISCARD;

/* Opens the array at `path` and checks that it has this type and shape. */
int h5_array_open_as(const struct h5 *file, const char *path, enum h5_type type,
                     int n_dims, const size_t *shape, struct h5_array *array) NODISCARD;

/* Whether a text of n bytes is made of next to nothing: words and numbers pack to a
 * tenth, the lines of a log to a fiftieth. */
static inline bool h5_text_is_nothing(uint64_t n, uint64_t n_stored)
{
    enum { SMALL = 1 << 20, MOST_PACKED = 256 };
    return n > SMALL && n / MOST_PACKED > n_stored;
}

/* Lists the chunks of an array that has them. */
int h5_index_read(struct h5_array *array) NODISCARD;

/* The chunks of an open array that has them, which stays open. */
struct h5_chunks *h5_chunks_new(const struct h5_array *array);

#endif
