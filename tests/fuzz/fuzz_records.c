/* The readers of records in every format and some encodings: what comes of a file does
 * not depend on the pieces in which it is read. The first bytes choose. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "input/decode.h"
#include "input/records.h"

struct taken {
    uint64_t hash;
    int64_t n, line;
};

static int take(void *given, const struct text_record *record)
{
    struct taken *taken = given;
    fuzz_check(record->line > taken->line || taken->n == 0, "lines in order");
    taken->line = record->line;
    taken->n++;
    taken->hash = XXH64(record->label, record->n_label, taken->hash);
    taken->hash =
        XXH64(record->text, record->n_text, taken->hash + (uint64_t)record->line);
    return OK;
}

/* Reads the bytes in pieces of 4 and `piece` more. */
static int read_pieces(const struct records_options *options, const char *class_name,
                       const char *encoding, const struct fuzz *input, size_t piece,
                       struct taken *taken)
{
    struct records *records = records_new(options, "fuzz", class_name, take, taken);
    struct decoder decoder = {0};
    int rc = OK;
    bool last = false;

    for (size_t at = 0; !last && !rc;) {
        size_t n = input->n - at < piece + 4 ? input->n - at : piece + 4, n_text = 0;
        const char *text = NULL;
        last = at + n == input->n;
        decode_piece(&decoder, encoding, (const char *)input->bytes + at, n, last, &text,
                     &n_text);
        rc = records_feed(records, text, n_text, last);
        at += n;
    }
    fuzz_check(decoder.n_bad == 0 || decoder.first_bad < (int64_t)input->n, "a bad byte");
    fuzz_check(records_layout(records) != NULL, "a layout");

    decode_release(&decoder);
    records_free(records);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const encodings[] = {NULL, "utf-16", "latin1", "gb18030",
                                            "shift_jis"};
    static const char *const separators[] = {NULL, ";", "@@", " ", "\t"};
    struct fuzz input = {bytes, n};
    struct records_options options = {.format = (enum format)fuzz_below(&input, FORMATS)};

    options.separator = separators[fuzz_below(&input, 5)];
    options.header = (enum choice)fuzz_below(&input, 3);
    options.quoting = (enum choice)fuzz_below(&input, 3);
    const char *encoding = encodings[fuzz_below(&input, 5)];
    int columns = fuzz_below(&input, 4);
    options.text_column = columns & 1 ? "2" : NULL;
    options.label_column = columns & 2 ? "1" : NULL;
    const char *class_name = fuzz_below(&input, 8) ? NULL : "class";
    size_t piece = fuzz_byte(&input);

    struct taken whole = {0}, pieces = {0};
    int rc = read_pieces(&options, class_name, encoding, &input, SIZE_MAX / 2, &whole);
    int again = read_pieces(&options, class_name, encoding, &input, piece, &pieces);

    fuzz_check(rc == again && whole.n == pieces.n && whole.hash == pieces.hash,
               "the same records in pieces");
    fuzz_check(rc == OK || rc == ERR_FORMAT || rc == ERR_USAGE, "a code");
    fuzz_check(rc == OK || strlen(fail_message()) > 10, "a message");
    return 0;
}
