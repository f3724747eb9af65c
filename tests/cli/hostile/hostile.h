/* What make_hostile_models writes: files that look like a small model of Keras and are
 * wrong in one place each, for hostile_models.sh. Here is that model, Embedding, LSTM and
 * Dense, and what all of its files are made with. What HDF5 refuses ends the program. */
#ifndef RNNTRAIN_TESTS_HOSTILE_H
#define RNNTRAIN_TESTS_HOSTILE_H

#include <stddef.h>

#include <hdf5.h>

/* The model's configuration as Keras writes it; `rest` is ",\"key\":value...". */
#define LAYER(class, name, rest)                                                         \
    "{\"class_name\":\"" class "\",\"config\":{\"name\":\"" name "\"" rest "}}"
#define EMBEDDING_OF(rest) LAYER("Embedding", "embedding", rest)
#define EMBEDDING EMBEDDING_OF(",\"input_dim\":10,\"output_dim\":3,\"input_length\":4")
#define LSTM_OF(rest) LAYER("LSTM", "lstm", rest)
#define LSTM(rest) LSTM_OF(",\"units\":2,\"recurrent_activation\":\"sigmoid\"" rest)
#define DENSE(activation)                                                                \
    LAYER("Dense", "dense", ",\"units\":1,\"activation\":\"" activation "\"")
#define MODEL(layers)                                                                    \
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"m\",\"layers\":[" layers "]}" \
    "}"
#define CHAIN(embedding, layers, dense) MODEL(embedding "," layers "," dense)
#define GOOD CHAIN(EMBEDDING, LSTM(""), DENSE("sigmoid"))

/* Arrays that files have otherwise than the model. */
#define KERNEL "/model_weights/lstm/lstm/kernel:0"
#define DENSE_KERNEL "/model_weights/dense/dense/kernel:0"

extern const char *folder; /* where files are made, set by main */

hid_t must(hid_t id);

/* A new file in the folder; the caller closes it. */
hid_t begin(const char *name);
/* The same of the model with everything but the array at `left_out` (NULL: none). */
hid_t begin_without(const char *name, const char *left_out);
/* A whole file of the model's weights and another configuration. */
void make_configured(const char *name, const char *version, const char *config);

/* Every array of the model but the one at `left_out`, and the lists of names. */
void put_weights(hid_t file, const char *left_out);

/* Groups above a path are made where they are not there. */
void make_group(hid_t file, const char *path);
/* An array of one value throughout; the second one with these properties. */
void put(hid_t file, const char *path, int n_dims, hsize_t rows, hsize_t columns,
         float value);
void put_with(hid_t file, const char *path, int n_dims, const hsize_t *shape, float value,
              hid_t creation);
/* n strings of a fixed length, or of a variable one where `length` is 0. */
void set_texts(hid_t file, const char *object, const char *name, size_t length, size_t n,
               const void *texts);
/* Attribute of the file itself. */
void set_text(hid_t file, const char *name, const char *text);

/* One file each makes: what its name says is wrong. */
void make_configurations(void);
void make_links(void);
void make_arrays(void);
void make_moments(void);
void make_names(void);
/* Zip archives, of good.h5 and its configuration. */
void make_archives(void);

#endif
