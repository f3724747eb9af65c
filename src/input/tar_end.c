#include "input/tar_end.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 512,
    SIZE_AT = 124,
    SIZE_BYTES = 12,
    SUM_AT = 148,
    SUM_BYTES = 8,
    TYPE_AT = 156
};

static bool is_zero(const char block[BLOCK])
{
    return block[0] == 0 && !memcmp(block, block + 1, BLOCK - 1);
}

/* A number in octal digits, blanks around it. */
static uint64_t octal(const char *text, size_t n)
{
    uint64_t value = 0;
    size_t i = 0;
    while (i < n && text[i] == ' ')
        i++;
    for (; i < n && text[i] >= '0' && text[i] <= '7'; i++)
        value = value * 8 + (uint64_t)(text[i] - '0');
    return value;
}

/* The bytes of a header's entry: octal, or with the first bit set base 256. */
static uint64_t size_of(const char block[BLOCK])
{
    const unsigned char *size = (const unsigned char *)block + SIZE_AT;
    uint64_t value = 0;
    if (!(size[0] & 0x80))
        return octal(block + SIZE_AT, SIZE_BYTES);
    for (int i = SIZE_BYTES - 8; i < SIZE_BYTES; i++)
        value = value << 8 | size[i];
    return value;
}

/* The sum over the header, its own field as blanks. */
static bool is_header(const char block[BLOCK])
{
    uint64_t sum = 0;
    for (int i = 0; i < BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_BYTES ? ' ' : (unsigned char)block[i];
    return sum == octal(block + SUM_AT, SUM_BYTES);
}

/* The next byte of a pax header: of records "LENGTH KEY=VALUE\n", one of which may give
 * the size of the entry behind it, where the entry's own header has no room for it. */
static void take_pax_byte(struct tar_pax *pax, char byte)
{
    static const char key[] = " size=";
    bool is_digit = byte >= '0' && byte <= '9';
    if (pax->left == 0) {
        pax->length = is_digit ? pax->length * 10 + (uint64_t)(byte - '0') : pax->length;
        pax->n_length++;
        pax->n_key = 0;
        if (is_digit)
            return;
        pax->left = pax->length > pax->n_length ? pax->length - pax->n_length + 1 : 1;
        pax->length = pax->n_length = 0;
    }

    if (pax->n_key < sizeof key - 1) {
        pax->n_key = byte == key[pax->n_key] ? pax->n_key + 1 : sizeof key;
        if (pax->n_key == sizeof key - 1) {
            pax->size = 0;
            pax->has_size = true;
        }
    } else if (pax->n_key == sizeof key - 1 && is_digit) {
        pax->size = pax->size * 10 + (uint64_t)(byte - '0');
    }
    pax->left--;
}

static void take_pax(struct tar_watch *watch, const char block[BLOCK])
{
    size_t n = watch->n_pax < BLOCK ? (size_t)watch->n_pax : BLOCK;
    for (size_t i = 0; i < n; i++)
        take_pax_byte(&watch->pax, block[i]);
    watch->n_pax -= n;
}

/* Links and folders have no bytes, whatever their size says; what has headers of its own
 * behind the header (sparse files) is not followed. */
static void take_header(struct tar_watch *watch, const char block[BLOCK])
{
    char type = block[TYPE_AT];
    bool is_pax = type == 'x',
         is_beside = is_pax || type == 'g' || type == 'L' || type == 'K';
    bool has_bytes = !(type >= '1' && type <= '6');
    if (!is_header(block) || type == 'S') {
        watch->is_lost = true;
        return;
    }

    uint64_t size = size_of(block);
    if (is_pax)
        watch->pax = (struct tar_pax){0};
    watch->n_pax = is_pax ? size : 0;
    if (!is_beside && watch->pax.has_size)
        size = watch->pax.size;
    if (!is_beside)
        watch->pax = (struct tar_pax){0};
    watch->has_entries = true;
    watch->to_skip = has_bytes ? size / BLOCK + (size % BLOCK != 0) : 0;
}

static void take_block(struct tar_watch *watch, const char block[BLOCK])
{
    if (watch->is_lost || watch->has_another)
        return;
    if (watch->has_mark)
        watch->has_another = !is_zero(block) && is_header(block);
    else if (watch->to_skip > 0) {
        take_pax(watch, block);
        watch->to_skip--;
    } else if (is_zero(block))
        watch->has_mark = true;
    else
        take_header(watch, block);
}

void tar_watch_bytes(struct tar_watch *watch, const char *bytes, size_t n)
{
    while (n > 0 && !watch->is_lost) {
        bool is_passed = watch->to_skip > 0 && watch->n_pax == 0;
        if (watch->n_block == 0 && is_passed && n >= BLOCK) {
            uint64_t whole = n / BLOCK;
            whole = whole < watch->to_skip ? whole : watch->to_skip;
            watch->to_skip -= whole;
            bytes += whole * BLOCK;
            n -= whole * BLOCK;
            continue;
        }

        size_t room = BLOCK - watch->n_block, taken = n < room ? n : room;
        memcpy(watch->block + watch->n_block, bytes, taken);
        watch->n_block += taken;
        bytes += taken;
        n -= taken;
        if (watch->n_block == BLOCK) {
            take_block(watch, watch->block);
            watch->n_block = 0;
        }
    }
}

enum tar_end tar_watch_end(const struct tar_watch *watch)
{
    if (watch->is_lost || !watch->has_entries)
        return TAR_END_UNKNOWN;
    return watch->has_another ? TAR_END_ANOTHER
           : watch->has_mark  ? TAR_END_WHOLE
                              : TAR_END_MISSING;
}
