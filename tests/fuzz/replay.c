/* replay SEEDS [SECONDS]: every file of the folder through the target, then mutants of
 * them for so many seconds, the same ones each time. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/rng.h"
#include "files/file.h"

struct seed {
    char *bytes;
    size_t n;
};

static struct seed *read_seeds(const char *folder, int *n)
{
    DIR *directory = opendir(folder);
    struct seed *seeds = NULL;

    if (!directory)
        die("%s: no such folder", folder);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char *path = xasprintf("%s/%s", folder, entry->d_name);
        struct seed seed;
        if (entry->d_name[0] != '.' && !file_read(path, &seed.bytes, &seed.n)) {
            seeds = xrealloc(seeds, (size_t)*n + 1, sizeof *seeds);
            seeds[(*n)++] = seed;
        }
        free(path);
    }
    closedir(directory);
    return seeds;
}

/* Some bytes changed, a piece cut out or doubled. */
static size_t mutate(struct rng *rng, uint32_t *index, char *bytes, size_t n)
{
    for (uint32_t changes = 1 + rng_below(rng, (*index)++, 8); changes > 0 && n > 0;
         changes--) {
        uint32_t at = rng_below(rng, (*index)++, (uint32_t)n);
        uint32_t length = rng_below(rng, (*index)++, (uint32_t)(n - at)) % 64;

        switch (rng_below(rng, (*index)++, 4)) {
        case 0:
            bytes[at] = (char)rng_below(rng, (*index)++, 256);
            break;
        case 1:
            bytes[at] = (char)(bytes[at] ^ 1 << rng_below(rng, (*index)++, 8));
            break;
        case 2:
            memmove(bytes + at, bytes + at + length, n - at - length);
            n -= length;
            break;
        default:
            memmove(bytes + at + length, bytes + at, n - at);
            n += length;
            break;
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    int n = 0;

    if (argc < 2)
        die("expected a folder of seeds");
    struct seed *seeds = read_seeds(argv[1], &n);
    if (n == 0)
        die("%s: it has no seeds", argv[1]);
    for (int i = 0; i < n; i++)
        LLVMFuzzerTestOneInput((const uint8_t *)seeds[i].bytes, seeds[i].n);

    double end = seconds_now() + (argc > 2 ? strtod(argv[2], NULL) : 0);
    int64_t mutants = 0;
    for (; seconds_now() < end; mutants++) {
        struct rng rng = {.seed = (uint64_t)mutants, .purpose = RNG_TEST};
        uint32_t index = 0;
        const struct seed *seed = &seeds[mutants % n];
        char *copy = xcalloc(seed->n + 1024, 1);
        memcpy(copy, seed->bytes, seed->n);
        size_t changed = mutate(&rng, &index, copy, seed->n);
        LLVMFuzzerTestOneInput((const uint8_t *)copy, changed);
        free(copy);
    }

    printf("%d seeds, %lld mutants\n", n, (long long)mutants);
    for (int i = 0; i < n; i++)
        free(seeds[i].bytes);

    free(seeds);
    return 0;
}
