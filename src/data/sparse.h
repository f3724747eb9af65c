/* The n-grams of a data set's rows, as sparse rows of ones.
 *
 *   /ngrams               the list of F n-grams: see ngrams_file.h
 *   /train/ngrams/start   (rows + 1) int64     /train/ngrams/index   int32
 *   the same of /validation and /test where there are such parts, and of /unlabelled
 *   where a text of it has one
 *
 * Only data sets that rnnprep --ngrams made have them (facts.has_ngrams); their root
 * attribute `needs` names "ngrams". In Python a part is
 * scipy.sparse.csr_matrix((ones, index, start), (rows, F)). Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_SPARSE_H
#define RNNTRAIN_DATA_SPARSE_H

#include "data/dataset.h"
#include "text/ngrams.h"

/* Row i has the features index[start[i]] .. index[start[i + 1] - 1], ascending, each
 * below n_features. Borrowed arrays; start[0] is 0. */
struct sparse {
    size_t n_rows, n_features;
    const uint64_t *start; /* (n_rows + 1) */
    const uint32_t *index; /* (start[n_rows]) */
};

/* The list of n-grams of a data set that has one, checked; ngrams_release. How many
 * there are, and how many ones a part's rows have, `data` says once it is open. */
int dataset_ngrams(const struct dataset *data, struct ngrams *ngrams) NODISCARD;

/* How many there are, and in a line for each number of words those that most documents
 * have: n lines, h5_free_texts; none where there are none. */
int dataset_describe_ngrams(const struct dataset *data, size_t *n,
                            char ***lines) NODISCARD;

/* Rows first .. first + n - 1 of a part, read from the file and checked (message: path,
 * data set, row), into memory of the caller: `start` (n + 1), and `index`, which is
 * allocated by the call for exactly these rows and is the caller's to free. n may be 0.
 * The file is open: with DATASET_COLUMNS it is until dataset_release; with DATASET_ALL
 * only where it has n-grams. */
int sparse_load(const struct dataset *data, enum dataset_part part, size_t first,
                size_t n, uint64_t *start, uint32_t **index) NODISCARD;

/* All rows of a part in one block of the caller's, so that ranks can share it: its bytes,
 * a multiple of 64, or 0 where the part has no rows; the rows as they stand in it, which
 * borrow it; and what reads and checks them into it. The file is open as above; of
 * `data`, n_ones of the part is all that the first two need beside facts and rows. */
size_t sparse_block_bytes(const struct dataset *data, enum dataset_part part);
struct sparse sparse_block_rows(const struct dataset *data, enum dataset_part part,
                                void *block);
int sparse_block_load(const struct dataset *data, enum dataset_part part,
                      void *block) NODISCARD;

/* The same piece by piece, for parts that memory should not hold: from the first row on,
 * without gaps. The rows are borrowed until the next call; there are `most` of them, or
 * what is left of the part. */
struct sparse_reader;
int sparse_reader_open(const struct dataset *data, enum dataset_part part,
                       struct sparse_reader **reader) NODISCARD;
int sparse_reader_next(struct sparse_reader *reader, size_t most,
                       struct sparse *rows) NODISCARD;
void sparse_reader_close(struct sparse_reader *reader); /* NULL is fine */

#endif
