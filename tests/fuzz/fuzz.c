#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

unsigned fuzz_byte(struct fuzz *input)
{
    if (input->n == 0)
        return 0;
    input->n--;
    return *input->bytes++;
}

int fuzz_below(struct fuzz *input, int n)
{
    return (int)(fuzz_byte(input) % (unsigned)n);
}

int64_t fuzz_number(struct fuzz *input)
{
    static const int64_t edges[] = {
        0,         -1,        65536,     65537, 1 << 20,          INT32_MAX,
        INT32_MIN, INT64_MAX, INT64_MIN, 8192,  (int64_t)1 << 32, 1 << 24};
    unsigned byte = fuzz_byte(input);
    if (byte >= 64)
        return byte % 16;
    return edges[byte % (sizeof edges / sizeof *edges)];
}

char *fuzz_text(struct fuzz *input)
{
    const void *end = input->n ? memchr(input->bytes, 0, input->n) : NULL;
    size_t n = end ? (size_t)((const uint8_t *)end - input->bytes) : input->n;
    char *text = malloc(n + 1);
    memcpy(text, input->bytes, n);
    text[n] = '\0';
    input->bytes += n + (end != NULL);
    input->n -= n + (end != NULL);
    return text;
}

const char *fuzz_file(const void *bytes, size_t n)
{
    static int fd = -1;
    static char path[32];
    if (fd < 0)
        fd = memfd_create("fuzz", 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    fuzz_check(ftruncate(fd, 0) == 0 && pwrite(fd, bytes, n, 0) == (ssize_t)n, "a file");
    return path;
}

void fuzz_check(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}
