/* Bytes anywhere in an image. */
#include "mutant_private.h"

#include <string.h>

/* A number that may be the place of something in the file, from the k-th eight bytes on;
 * 0: there is none. */
static uint64_t some_place(const struct image *image, size_t k)
{
    for (size_t i = 8 * k % image->n; i + 8 <= image->n; i += 8) {
        uint64_t place = 0;
        memcpy(&place, image->bytes + i, sizeof place);
        if (place > 0 && place < image->n)
            return place;
    }
    return 0;
}

static void set_number(struct image *image, size_t at, struct fuzz *input, bool is_place)
{
    uint64_t number = is_place ? some_place(image, mutant_below(input, 65536))
                               : (uint64_t)fuzz_number(input);
    at -= at % 8;
    memcpy(image->bytes + at, &number, sizeof number);
}

/* A piece of the file stands in another place too, or the file ends there. */
static void set_piece(struct image *image, size_t at, struct fuzz *input)
{
    size_t n = 1 + fuzz_byte(input), from = mutant_below(input, 65536);
    if (n == 1)
        image->n = at + 8;
    else if (from + n <= image->n && at + n <= image->n)
        memmove(image->bytes + at, image->bytes + from, n);
}

void mutant_change_bytes(struct image *image, struct fuzz *input)
{
    size_t at = mutant_below(input, 65536) | (size_t)fuzz_byte(input) << 16;
    if (image->n < 16)
        return;

    at %= image->n - 8;
    switch (fuzz_below(input, 5)) {
    case 0:
        image->bytes[at] = (char)fuzz_byte(input);
        break;
    case 1:
        image->bytes[at] = (char)(image->bytes[at] ^ 1 << fuzz_below(input, 8));
        break;
    case 2:
        set_number(image, at, input, false);
        break;
    case 3:
        set_number(image, at, input, true);
        break;
    default:
        set_piece(image, at, input);
        break;
    }
}
