/* matrix_hash FILE: SHA-256 of each part's ids as a little-endian int32 matrix,
 * row-major. */
#include "data/dataset.h"

#include <stdio.h>
#include <stdlib.h>

#include <nettle/sha2.h>

static void print_hash(const struct dataset *data, enum dataset_part part)
{
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_init(&sha);
    for (int row = 0; row < data->part[part].n; row++)
        for (int t = 0; t < data->facts.maxlen; t++) {
            uint32_t id = (uint32_t)rows_id(&data->part[part], row, t);
            uint8_t bytes[4] = {(uint8_t)id, (uint8_t)(id >> 8), (uint8_t)(id >> 16),
                                (uint8_t)(id >> 24)};
            sha256_update(&sha, sizeof bytes, bytes);
        }
    sha256_digest(&sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        printf("%02x", digest[i]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct dataset data = {0};
    int rc = dataset_read(argc > 1 ? argv[1] : "dataset.h5", DATASET_WORDS_NONE,
                          DATASET_ALL, &data);

    if (rc) {
        fprintf(stderr, "%s\n", fail_message());
        return rc;
    }
    print_hash(&data, DATASET_TRAIN);
    print_hash(&data, DATASET_TEST);
    dataset_release(&data);
    return 0;
}
