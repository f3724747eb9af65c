/* Sealed files whose bytes a stranger chose: a checkpoint and a data set of ours, changed
 * where the input says, and sealed again. What opens is read to its end. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "files/file.h"
#include "saved/kind.h"
#include "serve/predictor.h"

struct image {
    char *bytes; /* with room for a trailer */
    size_t n;    /* without it */
};

static struct image read_image(const char *path)
{
    struct image image = {NULL, 0};
    fuzz_check(file_read(path, &image.bytes, &image.n) == OK, path);
    image.n -= FILE_TRAILER_BYTES;
    return image;
}

static uint64_t number_at(const char *bytes)
{
    uint64_t number = 0;
    memcpy(&number, bytes, sizeof number);
    return number;
}

/* A number that may be the place of something in the file, from the k-th eight bytes on;
 * 0: there is none. */
static uint64_t some_place(const struct image *image, size_t k)
{
    for (size_t i = 8 * k % image->n; i + 8 <= image->n; i += 8) {
        uint64_t place = number_at(image->bytes + i);
        if (place > 0 && place < image->n)
            return place;
    }
    return 0;
}

/* One change: a byte, a bit, a number that is large or at some edge, or a place that
 * leads to another one. */
static void change(struct image *image, struct fuzz *input)
{
    size_t at = fuzz_byte(input) | (size_t)fuzz_byte(input) << 8;
    at |= (size_t)fuzz_byte(input) << 16;
    int kind = fuzz_below(input, 4);
    uint64_t number = 0;

    at %= image->n - 8;
    if (kind == 0) {
        image->bytes[at] = (char)fuzz_byte(input);
        return;
    }
    if (kind == 1) {
        image->bytes[at] = (char)(image->bytes[at] ^ 1 << fuzz_below(input, 8));
        return;
    }

    at -= at % 8;
    if (kind == 2)
        number = (uint64_t)fuzz_number(input);
    else
        number = some_place(image, fuzz_byte(input) | (size_t)fuzz_byte(input) << 8);
    memcpy(image->bytes + at, &number, sizeof number);
}

static void try_checkpoint(const char *path)
{
    struct predictor predictor;
    int rc = predictor_open(&predictor, path, "baseline", NULL);

    fuzz_check(rc == OK || *fail_message(), "a message");
    if (!rc && predictor.tokenizer) {
        char text[] = "a good film", *texts[] = {text};
        int class = -1;
        double *probabilities =
            xcalloc((size_t)predictor.info.facts.n_labels, sizeof *probabilities);
        predictor_judge(&predictor, texts, 1, probabilities, &class);
        free(probabilities);
    }
    predictor_release(&predictor);
}

static void try_dataset(const char *path)
{
    struct dataset data = {0};
    struct text_tokenizer *tokenizer = NULL;
    uint64_t content = 0;
    int rc = dataset_read(path, DATASET_WORDS_ALL, DATASET_COLUMNS, &data);

    fuzz_check(rc == OK || *fail_message(), "a message");
    if (!rc)
        rc = dataset_content(&data, &content);
    if (!rc && !dataset_tokenizer(&data, &tokenizer))
        text_free(tokenizer);
    dataset_release(&data);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct image images[2]; /* a checkpoint, a data set */
    struct fuzz input = {bytes, n};
    struct saved_look look;

    if (!images[0].bytes) {
        images[0] = read_image(FUZZ_FIXTURES "/checkpoint_v1.h5");
        images[1] = read_image(FUZZ_FIXTURES "/dataset_v1.h5");
    }

    int which = fuzz_below(&input, 2);
    struct image image = {xcalloc(images[which].n + FILE_TRAILER_BYTES, 1),
                          images[which].n};
    memcpy(image.bytes, images[which].bytes, image.n);
    for (int left = 16; input.n > 0 && left > 0; left--)
        change(&image, &input);

    file_seal(image.bytes, image.n);
    const char *path = fuzz_file(image.bytes, image.n + FILE_TRAILER_BYTES);
    (void)!saved_look(path, &look);
    if (which == 0)
        try_checkpoint(path);
    else
        try_dataset(path);
    free(image.bytes);
    return 0;
}
