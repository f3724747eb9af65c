/* What the fuzz targets share. A target is one function over bytes, in libFuzzer's form;
 * fuzz.sh builds it with libFuzzer, the tests with replay.c, which feeds it the seeds and
 * their mutants.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Bytes taken from the front, one decision at a time; zeros once they are used up. */
struct fuzz {
    const uint8_t *bytes;
    size_t n;
};

unsigned fuzz_byte(struct fuzz *input);
/* 0 .. n - 1 */
int fuzz_below(struct fuzz *input, int n);
/* A number that is small, large, negative or at some edge. */
int64_t fuzz_number(struct fuzz *input);
/* The next bytes up to a 0, or all, as a string; the caller's to free. */
char *fuzz_text(struct fuzz *input);

/* A regular file with these bytes that has a path and no place on a disk. Valid until the
 * next call. */
const char *fuzz_file(const void *bytes, size_t n);

/* Aborts, which is a finding. */
void fuzz_check(int holds, const char *what);

#endif
