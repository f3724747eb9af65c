/* Files of word vectors: any bytes. */
#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "input/vectors.h"

static void check(const struct vectors *vectors)
{
    int32_t n = 0;

    for (int i = 0; i < VECTORS_MATCHES; i++)
        n += vectors->n_of_match[i];
    fuzz_check(n == vectors->n, "every word is found or not");
    for (int32_t i = 0; i < vectors->n; i++)
        for (int j = 0; j < vectors->width; j++) {
            float value = vectors->values[(size_t)i * (size_t)vectors->width + (size_t)j];
            fuzz_check(isfinite(value), "a number is finite");
            fuzz_check(vectors->match[i] || value == 0, "a missing word has no vector");
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const wanted[] = {"the", "of", "The", "\xc3\x84rger", "a b", "zu"};
    const char *path = fuzz_file(bytes, n);
    struct vectors vectors = {0};
    struct words words = {0};
    int width = 0;

    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        words_add(&words, wanted[i], strlen(wanted[i]));
    int seen = vectors_width(path, &width);
    int rc = vectors_read(path, &words, &vectors);

    fuzz_check(rc == OK || rc == ERR_FORMAT || rc == ERR_NO_INPUT || rc == ERR_USAGE,
               "a code");
    fuzz_check(rc == OK || strstr(fail_message(), path) != NULL,
               "a message that names the file");
    fuzz_check(rc || (!seen && width == vectors.width), "the width that was seen");
    if (!rc) {
        check(&vectors);
        if (vectors.width > 1 && vectors.width < 64)
            vectors_reduce(&vectors, vectors.width / 2);
        check(&vectors);
    }
    vectors_release(&vectors);
    words_release(&words);
    return 0;
}
