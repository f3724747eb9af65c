/* The text of a document, in valid UTF-8, by any thread. */
#ifndef RNNTRAIN_INPUT_LOAD_H
#define RNNTRAIN_INPUT_LOAD_H

#include "input/decode.h"
#include "input/reader.h"

/* All-zero at first; one a thread. */
struct load_memory {
    char *bytes, *clean;
    size_t room;
    char *folder; /* of the last file: most files share it with the next */
    int folder_fd;
    struct decoder decoder;
};

/* The text is borrowed until the next call; `encoding` NULL: UTF-8. */
int load_text(const struct source *sources, const char *encoding,
              const struct block *block, struct block_document *document,
              struct load_memory *memory, const char **text, size_t *n) NODISCARD;
void load_memory_release(struct load_memory *memory);

#endif
