#include "input/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input/container.h"
#include "input/decode_guess.h"

#include "text/text.h"

static void close_folder(struct load_memory *memory)
{
    if (memory->folder && memory->folder_fd >= 0)
        close(memory->folder_fd);
    free(memory->folder);
    memory->folder = NULL;
}

/* Opens a file in a folder; -1 and errno on failure. */
static int open_in(const char *source, const char *folder, const char *name,
                   struct load_memory *memory)
{
    size_t n = strlen(source);
    const char *last = memory->folder;
    if (!last || strncmp(last, source, n) || last[n] != '/' ||
        strcmp(last + n + 1, folder)) {
        close_folder(memory);
        memory->folder = xasprintf("%s/%s", source, folder);
        memory->folder_fd = open(memory->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (memory->folder_fd < 0)
        return -1;
    return openat(memory->folder_fd, name, O_RDONLY | O_CLOEXEC);
}

/* The bytes of a document that is a file in a folder. */
static int read_file(const char *source, const struct block *block,
                     const struct block_document *document, struct load_memory *memory,
                     size_t *n)
{
    const char *folder = block->strings + document->folder;
    const char *name = block->strings + document->name;
    int fd = open_in(source, folder, name, memory), error = errno, rc = OK;
    ssize_t got = 1;
    size_t used = 0;
    bool end = false; /* a regular file gives less than was asked for at its end only */

    while (fd >= 0 && got >= 0 && !end && used <= BLOCK_MOST_TEXT) {
        if (memory->room - used < 8192) {
            memory->room = 2 * memory->room + 65536;
            memory->bytes = xrealloc(memory->bytes, memory->room, 1);
        }
        got = read(fd, memory->bytes + used, memory->room - used);
        error = errno;
        end = got >= 0 && (size_t)got < memory->room - used;
        used += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);

    if (fd < 0 || got < 0 || used > BLOCK_MOST_TEXT) {
        char *path = block_document_name(source, folder, name, 0);
        rc = fd < 0    ? fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(error))
             : got < 0 ? fail(ERR_IO, "%s: cannot read: %s", path, strerror(error))
                       : block_too_long(path);
        free(path);
    }
    *n = used;
    return rc;
}

/* Text has no zero bytes but by mistake; pictures and tables of programs have some near
 * their beginning. */
static bool has_zeros(const char *bytes, size_t n)
{
    enum { LOOKED_AT = 8000, MOST_ZEROS = 3 };
    const char *end = bytes + (n < LOOKED_AT ? n : LOOKED_AT);
    int n_zeros = 0;
    for (const char *at = bytes; at < end; at++) {
        at = memchr(at, 0, (size_t)(end - at));
        if (!at)
            break;
        n_zeros++;
    }
    return n_zeros > MOST_ZEROS;
}

static void note_bad(struct block_document *document, size_t n, size_t first)
{
    if (n && !document->n_bad)
        document->first_bad = first;
    document->n_bad += n;
}

/* Looks at what stands around the first invalid sequence. */
static void guess_encoding(struct block_document *document, const char *bytes, size_t n)
{
    enum { BEFORE = 1024, MOST = 4096, FEWEST = 3 };
    size_t first = document->first_bad < BEFORE ? 0 : document->first_bad - BEFORE;
    if (document->n_bad >= FEWEST && first < n)
        decode_guess(bytes + first, n - first < MOST ? n - first : MOST, FEWEST,
                     document->encoding);
}

int load_text(const struct source *sources, const char *encoding,
              const struct block *block, struct block_document *document,
              struct load_memory *memory, const char **text, size_t *n)
{
    const char *bytes = block->text + document->text;
    size_t n_bytes = document->n_text, n_clean = 0, first_bad = 0;
    if (document->is_unread) {
        int rc =
            read_file(sources[document->source].path, block, document, memory, &n_bytes);
        if (rc)
            return rc;
        bytes = memory->bytes;
    }
    bool is_file = document->kind == PLACE_FOLDER;
    bool is_of_program =
        is_file && !encoding && container_check("", bytes, n_bytes) != OK;

    size_t n_mark = 0; /* of UTF-8, whose text stands where it was read */
    if (is_file) {
        size_t n_read = n_bytes;
        decode_release(&memory->decoder);
        decode_piece(&memory->decoder, encoding, bytes, n_bytes, true, &bytes, &n_bytes);
        n_mark = memory->decoder.from ? 0 : n_read - n_bytes;
        document->is_binary =
            is_of_program || (!memory->decoder.from && has_zeros(bytes, n_bytes));
        n_bytes = document->is_binary ? 0 : n_bytes;
        note_bad(document, (size_t)memory->decoder.n_bad,
                 (size_t)memory->decoder.first_bad);
    }

    free(memory->clean);
    memory->clean = NULL;
    size_t n_bad = text_repair_utf8(bytes, n_bytes, &memory->clean, &n_clean, &first_bad);
    note_bad(document, n_bad, n_mark + first_bad);
    if (is_file && !encoding && !memory->decoder.from)
        guess_encoding(document, bytes, n_bytes);
    *text = n_bad ? memory->clean : bytes;
    *n = n_bad ? n_clean : n_bytes;
    return OK;
}

void load_memory_release(struct load_memory *memory)
{
    close_folder(memory);
    free(memory->bytes);
    free(memory->clean);
    decode_release(&memory->decoder);
    *memory = (struct load_memory){0};
}
