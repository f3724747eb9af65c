/* Attributes of one value. */
#include "files/h5_reader.h"

#include <stdlib.h>
#include <string.h>

struct attribute {
    struct h5_value_type type;
    struct h5_space space;
    struct h5_cursor value; /* in the header's bytes */
};

/* What of an attribute's message says how it goes on, spec IV.A.2.m: version 1 pads each
 * part to 8 bytes, version 3 names the encoding of its name. */
struct parts {
    uint64_t version, flags;
    struct h5_cursor name, type, space, value;
};

static struct h5_cursor take_part(struct h5_cursor *message, const struct parts *parts,
                                  size_t n)
{
    size_t padded = parts->version == 1 ? (n + 7) / 8 * 8 : n;
    const unsigned char *bytes = h5_take_bytes(message, padded);
    return (struct h5_cursor){bytes, bytes ? n : 0, !bytes};
}

static bool take_parts(struct h5_cursor message, struct parts *parts)
{
    parts->version = h5_take(&message, 1);
    parts->flags = h5_take(&message, 1);
    size_t n_name = (size_t)h5_take(&message, 2), n_type = (size_t)h5_take(&message, 2),
           n_space = (size_t)h5_take(&message, 2);
    if (parts->version == 3)
        h5_take(&message, 1);

    parts->name = take_part(&message, parts, n_name);
    parts->type = take_part(&message, parts, n_type);
    parts->space = take_part(&message, parts, n_space);
    parts->value = message;
    return !message.is_short && parts->version >= 1 && parts->version <= 3;
}

static bool is_named(const struct parts *parts, const char *name)
{
    size_t n = strlen(name) + 1;
    return parts->name.left >= n && !memcmp(parts->name.at, name, n);
}

/* The attribute of that name; *is_there says whether there is one. */
static int find(const struct h5_header *header, const char *name, struct parts *parts,
                bool *is_there)
{
    *is_there = false;
    for (size_t i = 0; i < header->n && !*is_there; i++) {
        const struct h5_message *message = &header->messages[i];
        struct h5_cursor cursor = {header->bytes + message->at, message->n, false};
        if (message->kind != H5_ATTRIBUTE)
            continue;

        if (!take_parts(cursor, parts))
            return h5_damaged(header->file, header->name, "an attribute of it is cut");
        *is_there = is_named(parts, name);
    }
    return OK;
}

static int decode(const struct h5_header *header, const char *name,
                  struct attribute *attribute)
{
    bool is_there = false;
    struct parts parts = {.version = 0};
    int rc = find(header, name, &parts, &is_there);
    if (!rc && !is_there)
        rc = fail(ERR_FORMAT, "%s: attribute %s of %s is missing", header->file->path,
                  name, header->name);

    if (!rc && parts.version > 1 && parts.flags)
        rc = h5_not_ours(header->file, header->name,
                         "has an attribute whose type is another object's");
    if (!rc)
        rc = h5_decode_type(header->file, header->name, parts.type, &attribute->type);
    if (!rc)
        rc = h5_decode_space(header->file, header->name, parts.space, &attribute->space);
    attribute->value = parts.value;
    return rc;
}

/* A file may hold many values where one is expected. */
static bool is_single(const struct attribute *attribute)
{
    const struct h5_space *space = &attribute->space;
    return space->n_dims <= H5_MAX_DIMS && space->shape[0] == 1 && space->shape[1] == 1 &&
           attribute->type.bytes <= attribute->value.left;
}

bool h5_has_attribute(struct h5 *file, const char *object, const char *name)
{
    struct h5_header header;
    struct parts parts;
    uint64_t at = H5_NOWHERE;
    bool has = true;

    int rc = h5_find(file, object, &at);
    if (!rc && at == H5_NOWHERE)
        return false;
    if (rc) /* what cannot be found out is said when it is read */
        return true;

    rc = h5_header_read(file, object, at, &header);
    if (!rc)
        rc = find(&header, name, &parts, &has);
    h5_header_release(&header);
    return rc || has;
}

int h5_read_attribute_text(struct h5 *file, const char *object, const char *name,
                           char **text)
{
    struct h5_header header;
    struct attribute attribute = {.type = {.bytes = 0}};

    int rc = h5_header_open(file, object, &header);
    if (!rc)
        rc = decode(&header, name, &attribute);
    if (!rc && (attribute.type.class != H5_STRING || !is_single(&attribute)))
        rc = fail(ERR_FORMAT, "%s: attribute %s of %s is not one fixed-length string",
                  file->path, name, object);
    if (!rc)
        *text = xstrndup((const char *)attribute.value.at, attribute.type.bytes);

    h5_header_release(&header);
    return rc;
}

/* Two's complement of fewer bytes than 8 is made wider. */
static bool widen(const struct h5_value_type *type, uint64_t number, int64_t *value)
{
    size_t bits = 8 * type->bytes;
    uint64_t sign = (uint64_t)1 << (bits - 1);

    if (type->is_signed && bits < 64 && (number & sign))
        number |= ~(uint64_t)0 << bits;
    if (!type->is_signed && number > INT64_MAX)
        return false;

    memcpy(value, &number, sizeof number);
    return true;
}

int h5_read_attribute_int(struct h5 *file, const char *object, const char *name,
                          int64_t *value)
{
    struct h5_header header;
    struct attribute attribute = {.type = {.bytes = 0}};

    int rc = h5_header_open(file, object, &header);
    if (!rc)
        rc = decode(&header, name, &attribute);
    if (!rc &&
        (attribute.type.class != H5_WHOLE_NUMBER || !is_single(&attribute) ||
         !widen(&attribute.type, h5_take(&attribute.value, attribute.type.bytes), value)))
        rc = fail(ERR_FORMAT, "%s: attribute %s of %s is not one whole number",
                  file->path, name, object);

    h5_header_release(&header);
    return rc;
}
