/* Messages of headers: types, shapes, and where an array's values are. */
#include "files/h5_reader.h"

#include <string.h>

/* The properties of a float32 behind its size, spec IV.A.2.d: offset and precision in
 * bits, exponent at 23 of 8 bits, mantissa at 0 of 23, bias 127. */
static const unsigned char float_properties[] = {0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0};

static bool is_float32(unsigned bits, const struct h5_cursor *properties)
{
    enum { LITTLE_ENDIAN_NORMAL_SIGN_31 = 0x1f20 };
    return bits == LITTLE_ENDIAN_NORMAL_SIGN_31 &&
           properties->left >= sizeof float_properties &&
           !memcmp(properties->at, float_properties, sizeof float_properties);
}

static bool is_whole_number(unsigned bits, size_t bytes, struct h5_cursor properties)
{
    enum { BIG_ENDIAN_BIT = 1 };
    uint64_t offset = h5_take(&properties, 2), precision = h5_take(&properties, 2);
    return !(bits & BIG_ENDIAN_BIT) && offset == 0 && precision == 8 * bytes &&
           (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8);
}

/* Spec IV.A.2.d. A type of another class or form is no mistake: nothing of it is read. */
int h5_decode_type(const struct h5 *file, const char *name, struct h5_cursor message,
                   struct h5_value_type *type)
{
    enum { NUMBER = 0, REAL = 1, STRING = 3, BIG_ENDIAN_BIT = 1, SIGNED_BIT = 8 };
    unsigned class = (unsigned)h5_take(&message, 1) & 15;
    unsigned bits = (unsigned)h5_take(&message, 3);
    size_t bytes = (size_t)h5_take(&message, 4);
    if (message.is_short)
        return h5_damaged(file, name, "its type is cut");

    *type = (struct h5_value_type){.class = H5_OTHER_CLASS, .bytes = bytes};
    if (class == NUMBER && is_whole_number(bits, bytes, message))
        type->class = H5_WHOLE_NUMBER;
    if (class == REAL && bytes == 4 && is_float32(bits, &message))
        type->class = H5_REAL_NUMBER;
    if (class == STRING && bytes > 0)
        type->class = H5_STRING;

    type->is_signed = bits & SIGNED_BIT;
    type->stored = class;
    type->is_big_endian = class <= REAL && (bits & BIG_ENDIAN_BIT);
    return OK;
}

int h5_other_type(const struct h5 *file, const char *name,
                  const struct h5_value_type *type)
{
    /* spec IV.A.2.d, by its numbers */
    static const char *const classes[] = {
        "whole numbers",
        "floating point numbers",
        "times",
        "strings",
        "bit fields",
        "opaque values",
        "records",
        "references",
        "values of an enumeration",
        "values of any length",
        "arrays",
    };
    const char *class =
        type->stored < COUNT_OF(classes) ? classes[type->stored] : "values";

    return fail(ERR_FORMAT,
                "%s: %s has a type that is not read here: %s%s of %zu bytes; expected "
                "uint8, uint16, int32, int64 or float32 as this machine has them, or "
                "strings of one length",
                file->path, name, type->is_big_endian ? "big-endian " : "", class,
                type->bytes);
}

/* Spec IV.A.2.b: version 1, or 2, which says more of shapes without dimensions. */
int h5_decode_space(const struct h5 *file, const char *name, struct h5_cursor message,
                    struct h5_space *space)
{
    enum { NO_VALUE = 2, RESERVED = 5, MOST = 1 << 30 };
    uint64_t version = h5_take(&message, 1), n_dims = h5_take(&message, 1);
    h5_take(&message, 1); /* flags: greatest dimensions, which come last */
    uint64_t kind = h5_take(&message, 1);
    if (version == 1)
        h5_take_bytes(&message, RESERVED - 1);

    if (message.is_short || version < 1 || version > 2)
        return h5_damaged(file, name, "its shape is of no version that is known");

    *space = (struct h5_space){.n_dims = H5_MAX_RANK + 1, .shape = {1, 1}, .last = 1};
    if (n_dims > H5_MAX_RANK || (version == 2 && kind == NO_VALUE))
        return OK;

    space->n_dims = (int)n_dims;
    for (uint64_t i = 0; i < n_dims && i < H5_MAX_DIMS; i++)
        space->shape[i] = h5_take(&message, 8);
    if (n_dims == H5_MAX_RANK)
        space->last = h5_take(&message, 8);
    bool is_deep = n_dims == H5_MAX_RANK;
    if (message.is_short || (is_deep && (space->last > MOST || space->shape[1] > MOST)))
        return h5_damaged(file, name, "its shape is cut");
    space->shape[1] *= space->last;
    return OK;
}

/* The numbers of its filters, spec IV.A.2.l, in version 1 each with a name. */
static int decode_filters(const struct h5_header *header, struct h5_cursor message,
                          bool *is_packed)
{
    enum { SHUFFLE = 2, DEFLATE = 1, EXPECTED = 2, RESERVED = 6, OURS_BELOW = 256 };
    static const uint64_t expected[EXPECTED] = {SHUFFLE, DEFLATE};
    uint64_t version = h5_take(&message, 1), n = h5_take(&message, 1);
    bool is_expected = n == EXPECTED;

    if (version == 1)
        h5_take_bytes(&message, RESERVED);

    for (uint64_t i = 0; i < n && is_expected; i++) {
        uint64_t filter = h5_take(&message, 2), n_name = 0;
        if (version == 1 || filter >= OURS_BELOW)
            n_name = h5_take(&message, 2);
        h5_take(&message, 2); /* flags */
        uint64_t n_values = h5_take(&message, 2);

        uint64_t padding = version == 1 ? n_values % 2 : 0;
        h5_take_bytes(&message, (size_t)(n_name + 4 * (n_values + padding)));
        is_expected = filter == expected[i];
    }

    if (message.is_short || version < 1 || version > 2)
        return h5_damaged(header->file, header->name, "its filters are cut");
    *is_packed = is_expected;
    return OK;
}

static void decode_compact(struct h5_cursor *message, struct h5_storage *storage)
{
    storage->layout = H5_COMPACT;
    storage->n = h5_take(message, 2);
    const unsigned char *values = h5_take_bytes(message, (size_t)storage->n);
    storage->compact = (struct h5_cursor){values, (size_t)storage->n, false};
}

static void decode_contiguous(struct h5_cursor *message, struct h5_storage *storage)
{
    storage->layout = H5_CONTIGUOUS;
    storage->at = h5_take(message, 8);
    storage->n = h5_take(message, 8);
}

static void decode_chunked(struct h5_cursor *message, struct h5_storage *storage)
{
    storage->layout = H5_CHUNKED;
    storage->n_dims = (int)h5_take(message, 1);
    storage->at = h5_take(message, 8);
    for (int i = 0; i < storage->n_dims && i < H5_MAX_DIMS + 1; i++)
        storage->chunk[i] = h5_take(message, 4);
}

/* Spec IV.A.2.i, version 3; the classes of later ones are named. */
static int decode_layout(const struct h5_header *header, struct h5_cursor message,
                         struct h5_storage *storage)
{
    enum { VERSION = 3, VIRTUAL = 3 };
    static void (*const decode[])(struct h5_cursor *, struct h5_storage *) = {
        decode_compact, decode_contiguous, decode_chunked};
    uint64_t version = h5_take(&message, 1), class = h5_take(&message, 1);

    if (version > VERSION && class == VIRTUAL)
        return h5_not_ours(header->file, header->name,
                           "is a virtual data set, which has its values in others");
    if (version != VERSION || class >= COUNT_OF(decode))
        return h5_not_ours(header->file, header->name,
                           "is laid out as another version of HDF5 does");

    decode[class](&message, storage);
    return message.is_short ? h5_damaged(header->file, header->name, "its layout is cut")
                            : OK;
}

int h5_decode_storage(const struct h5_header *header, struct h5_storage *storage)
{
    struct h5_cursor message;

    *storage = (struct h5_storage){.at = H5_NOWHERE};
    if (!h5_header_find(header, H5_LAYOUT, &message))
        return h5_damaged(header->file, header->name, "it does not say where it is");
    int rc = decode_layout(header, message, storage);
    if (!rc && h5_header_find(header, H5_FILTERS, &message))
        rc = decode_filters(header, message, &storage->is_packed);
    return rc;
}
