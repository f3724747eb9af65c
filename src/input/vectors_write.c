#include "input/vectors_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "files/file.h"
#include "input/vectors.h"

static const struct ending {
    const char *text;
    enum vectors_form form;
} endings[] = {{".bin", VECTORS_BINARY}, {".vec", VECTORS_TEXT}, {".txt", VECTORS_GLOVE}};
static const char packed_ending[] = ".gz";

static bool ends_in(const char *path, size_t n, const char *ending)
{
    size_t n_ending = strlen(ending);
    return n > n_ending && !memcmp(path + n - n_ending, ending, n_ending);
}

static const struct ending *find_ending(const char *path, bool *is_packed)
{
    size_t n = strlen(path);

    *is_packed = ends_in(path, n, packed_ending);
    n -= *is_packed ? strlen(packed_ending) : 0;
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (ends_in(path, n, endings[i].text))
            return &endings[i];
    return NULL;
}

int vectors_write_check(const char *path)
{
    bool is_packed;
    if (find_ending(path, &is_packed))
        return OK;
    return fail(ERR_USAGE,
                "--output %s: its ending says no form: expected .bin (word2vec binary), "
                ".vec (word2vec text) or .txt (GloVe's), each also with .gz behind it",
                path);
}

bool vectors_write_takes(const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strchr(" \t\r\n", word[i]))
            return false;
    return n > 0;
}

static void put_text(FILE *out, const float *values, int width)
{
    for (int i = 0; i < width; i++)
        fprintf(out, " %.6g", (double)values[i]);
}

static void put_floats(FILE *out, const float *values, int width)
{
    putc(' ', out);
    for (int i = 0; i < width; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        for (int shift = 0; shift < 32; shift += 8)
            putc((int)(bits >> shift & 0xff), out);
    }
}

/* The whole file; the caller's to free. */
static char *make_image(enum vectors_form form, const struct words *words, int width,
                        const float *values, size_t *n)
{
    char *image = NULL;
    FILE *out = open_memstream(&image, n);
    if (!out)
        die("out of memory: a file of vectors");

    if (form != VECTORS_GLOVE)
        fprintf(out, "%d %d\n", words->n, width);
    for (int32_t i = 0; i < words->n; i++) {
        const float *row = values + (size_t)i * (size_t)width;
        fwrite(words_text(words, i), 1, words_length(words, i), out);
        if (form == VECTORS_BINARY)
            put_floats(out, row, width);
        else
            put_text(out, row, width);
        putc('\n', out);
    }
    if (fclose(out) != 0)
        die("out of memory: a file of vectors");
    return image;
}

/* As gzip does it, without name or time: equal bytes give equal ones. */
static char *pack(char *image, size_t *n)
{
    enum { WINDOW = 15 + 16, MEMORY = 8 };
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW, MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        die("zlib cannot begin to deflate");

    size_t room = deflateBound(&stream, *n), at = 0, used = 0;
    char *packed = xcalloc(room, 1);
    for (int status = Z_OK; status == Z_OK;) {
        size_t left = *n - at, part = left < 1U << 30 ? left : 1U << 30;
        size_t free_room = room - used < 1U << 30 ? room - used : 1U << 30;
        stream.next_in = (unsigned char *)image + at;
        stream.avail_in = (unsigned)part;
        stream.next_out = (unsigned char *)packed + used;
        stream.avail_out = (unsigned)free_room;
        status = deflate(&stream, part == left ? Z_FINISH : Z_NO_FLUSH);
        at += part - stream.avail_in;
        used += free_room - stream.avail_out;
    }

    deflateEnd(&stream);
    free(image);
    *n = used;
    return packed;
}

int vectors_write(const char *path, const struct words *words, int width,
                  const float *values)
{
    bool is_packed = false;
    const struct ending *ending = find_ending(path, &is_packed);
    int rc = vectors_write_check(path);
    if (rc)
        return rc;

    size_t n = 0;
    char *image = make_image(ending->form, words, width, values, &n);
    if (is_packed)
        image = pack(image, &n);
    rc = file_replace(path, image, n, false);
    free(image);
    return rc;
}
