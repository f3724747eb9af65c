/* Fields of HDF5's own blocks, by the HDF5 File Format Specification: where an image has
 * which, and one of them changed. */
#include "mutant_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct field {
    size_t at;
    int width;
};

enum { MOST_MESSAGES = 2048 };

struct fields {
    const struct image *image;
    struct field *field;
    size_t n, room;
    size_t message[MOST_MESSAGES], n_messages; /* where messages of headers begin */
};

static bool holds(const struct image *image, size_t at, size_t n)
{
    return at <= image->n && n <= image->n - at;
}

static uint64_t number_at(const struct image *image, size_t at, int width)
{
    uint64_t number = 0;
    if (holds(image, at, (size_t)width))
        memcpy(&number, image->bytes + at, (size_t)width);
    return number;
}

static void add(struct fields *fields, size_t at, int width)
{
    if (!holds(fields->image, at, (size_t)width))
        return;
    if (fields->n == fields->room) {
        fields->room = 2 * fields->room + 1024;
        fields->field = xrealloc(fields->field, fields->room, sizeof *fields->field);
    }
    fields->field[fields->n++] = (struct field){at, width};
}

/* The eight bytes of each of n numbers. */
static void add_words(struct fields *fields, size_t at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(fields, at + 8 * i, 8);
}

/* The beginning of a message of a header, bytes and words; kinds of messages differ, but
 * all begin with versions, classes, counts. */
static void add_message(struct fields *fields, size_t at, size_t n)
{
    enum { ATTRIBUTE = 0xc, PREFIX = 8, FIRST = 8 };
    size_t body = at + PREFIX;

    if (fields->n_messages < MOST_MESSAGES)
        fields->message[fields->n_messages++] = at;

    add(fields, at, 2);
    add(fields, at + 2, 2);
    add(fields, at + 4, 1);
    for (size_t i = 0; i < n && i < FIRST; i++)
        add(fields, body + i, 1);
    for (size_t i = 2; i + 2 <= n && i < 2 * FIRST; i += 2)
        add(fields, body + i, 2);
    for (size_t i = 4; i + 4 <= n && i < 6 * FIRST; i += 4)
        add(fields, body + i, 4);
    add_words(fields, body, n / 8 < 8 ? n / 8 : 8);
    if (number_at(fields->image, at, 2) == ATTRIBUTE) /* its type and shape */
        for (size_t i = FIRST; i < n && i < 64; i++)
            add(fields, body + i, 1);
}

/* A header of version 1, but for blocks that continue it. */
static void add_header(struct fields *fields, size_t at)
{
    enum { PREFIX = 16, MESSAGE = 8 };
    const struct image *image = fields->image;
    if (!holds(image, at, PREFIX) || image->bytes[at] != 1)
        return;

    size_t end = at + PREFIX + (size_t)number_at(image, at + 8, 4);
    add(fields, at, 1);
    add(fields, at + 2, 2);
    add(fields, at + 4, 4);
    add(fields, at + 8, 4);
    at += PREFIX;
    while (at + MESSAGE <= end && end <= image->n) {
        size_t n = (size_t)number_at(image, at + 2, 2);
        add_message(fields, at, n);
        at += MESSAGE + n;
    }
}

/* Entries of 40 bytes: a name, a header, what is cached of it. */
static void add_symbols(struct fields *fields, size_t at)
{
    enum { ENTRY = 40, MOST = 64 };
    size_t n = (size_t)number_at(fields->image, at + 6, 2);

    add(fields, at + 4, 1);
    add(fields, at + 6, 2);
    for (size_t i = 0; i < n && i < MOST; i++) {
        size_t entry = at + 8 + i * ENTRY;
        add_words(fields, entry, 2);
        add(fields, entry + 16, 4);
        add_words(fields, entry + 24, 2);
        add_header(fields, (size_t)number_at(fields->image, entry + 8, 8));
    }
}

/* Kind, level, count, neighbours, then keys and children. */
static void add_tree(struct fields *fields, size_t at)
{
    enum { MOST = 48 };
    add(fields, at + 4, 1);
    add(fields, at + 5, 1);
    add(fields, at + 6, 2);
    add_words(fields, at + 8, 2);
    add_words(fields, at + 24, MOST);
    for (size_t i = 0; i < MOST; i++)
        add(fields, at + 24 + 4 * i, 4);
}

static void add_heap(struct fields *fields, size_t at)
{
    add(fields, at + 4, 1);
    add_words(fields, at + 8, 3);
    size_t names = (size_t)number_at(fields->image, at + 24, 8);
    add_words(fields, names, 32);
}

/* Blocks of later versions, and heaps of texts of any length. */
static void add_any(struct fields *fields, size_t at)
{
    for (size_t i = 4; i < 40; i++)
        add(fields, at + i, 1);
    add_words(fields, at + 8, 16);
}

static void add_superblock(struct fields *fields)
{
    for (size_t at = 8; at < 24; at++)
        add(fields, at, 1);
    add_words(fields, 24, 6);
    add(fields, 72, 4);
    add_words(fields, 80, 2);
    add_header(fields, (size_t)number_at(fields->image, 64, 8));
}

static const struct {
    char signature[5];
    void (*add)(struct fields *fields, size_t at);
} blocks[] = {{"SNOD", add_symbols}, {"TREE", add_tree}, {"HEAP", add_heap},
              {"GCOL", add_any},     {"OHDR", add_any},  {"OCHK", add_any},
              {"FRHP", add_any},     {"FHDB", add_any},  {"BTHD", add_any},
              {"BTLF", add_any}};

static void find_fields(const struct image *image, struct fields *fields)
{
    *fields = (struct fields){.image = image};
    add_superblock(fields);
    for (size_t at = 0; at + 4 <= image->n; at++)
        for (size_t i = 0; i < COUNT_OF(blocks); i++)
            if (image->bytes[at] == *blocks[i].signature &&
                !memcmp(image->bytes + at, blocks[i].signature, 4))
                blocks[i].add(fields, at);
}

/* What a field becomes: near what it was, at an edge, another field, any number. */
static uint64_t some_value(const struct fields *fields, const struct field *field,
                           struct fuzz *input)
{
    const struct image *image = fields->image;
    uint64_t number = number_at(image, field->at, field->width);
    const struct field *other = &fields->field[mutant_below(input, fields->n)];

    switch (fuzz_below(input, 8)) {
    case 0:
        return number + 1;
    case 1:
        return number - 1;
    case 2:
        return 2 * number + (uint64_t)fuzz_below(input, 2);
    case 3:
        return UINT64_MAX;
    case 4:
        return image->n - (uint64_t)fuzz_below(input, 16);
    case 5:
    case 6:
        return number_at(image, other->at, other->width);
    default:
        return (uint64_t)fuzz_number(input);
    }
}

/* A message becomes one of another kind, or takes the place of another. */
static void change_message(const struct fields *fields, struct image *image,
                           struct fuzz *input)
{
    enum { KINDS = 0x19, PREFIX = 8 };
    size_t at = fields->message[mutant_below(input, fields->n_messages)];
    size_t from = fields->message[mutant_below(input, fields->n_messages)];
    size_t n = (size_t)number_at(image, from + 2, 2) + PREFIX;

    if (fuzz_below(input, 2))
        image->bytes[at] = (char)fuzz_below(input, KINDS);
    else if (holds(image, from, n) && holds(image, at, n))
        memmove(image->bytes + at, image->bytes + from, n);
}

void mutant_change_fields(struct image *image, struct fuzz *input)
{
    struct fields fields;
    find_fields(image, &fields);
    bool is_message = fields.n_messages > 0 && fuzz_below(input, 8) == 7;

    if (is_message) {
        change_message(&fields, image, input);
    } else if (fields.n > 0) {
        const struct field *field = &fields.field[mutant_below(input, fields.n)];
        uint64_t value = some_value(&fields, field, input);
        memcpy(image->bytes + field->at, &value, (size_t)field->width);
    }
    free(fields.field);
}
