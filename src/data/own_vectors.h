/* Word vectors that a data set brings of its own (rnnprep --vectors).
 *
 *   /vectors         (num_words, width) float32, row = id; zeros of ids without a vector
 *   /vectors_known   (num_words) uint8, 1: the id has a vector
 *
 * Only data sets of which facts.has_vectors is said have them; their root attribute
 * `needs` names "vectors". Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_OWN_VECTORS_H
#define RNNTRAIN_DATA_OWN_VECTORS_H

#include "data/dataset.h"
#include "text/words.h"

enum { OWN_VECTORS_MOST_WIDTH = 8192 };

struct own_vectors {
    int num_words, width;
    float *values;        /* (num_words, width), finite */
    unsigned char *known; /* (num_words) 0 or 1 */
};

/* Room for the vectors of num_words ids, none of which is known yet. */
struct own_vectors own_vectors_new(int num_words, int width);
void own_vectors_release(struct own_vectors *vectors); /* an all-zero struct is fine */

int own_vectors_n_known(const struct own_vectors *vectors);

/* Reads and checks those of a data set that has some and is open. ERR_FORMAT names the
 * array and the id. */
int dataset_own_vectors(const struct dataset *data,
                        struct own_vectors *vectors) NODISCARD;

/* A line for people on those of an open data set, to be freed; NULL: it has none. */
int dataset_describe_vectors(const struct dataset *data, char **line) NODISCARD;

/* The words of ids below num_words, each once, in the order of ids; ids: (num_words). */
void own_vectors_words(const struct text_tokenizer *tokenizer, int num_words,
                       struct words *words, int32_t *ids);

#endif
