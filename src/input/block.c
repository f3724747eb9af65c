#include "input/block.h"

#include <stdlib.h>
#include <string.h>

size_t block_add_string(struct block *block, const char *text, size_t n)
{
    size_t at = block->n_strings;
    if (block->strings_room - at <= n + 8) { /* words_add_all reads so far */
        block->strings_room = 2 * block->strings_room + n + 4096;
        block->strings = xrealloc(block->strings, block->strings_room, 1);
    }
    if (n)
        memcpy(block->strings + at, text, n);
    block->strings[at + n] = '\0';
    block->n_strings += n + 1;
    return at;
}

void block_need_text(struct block *block, size_t n)
{
    if (block->text_room - block->n_text < n) {
        block->text_room = 2 * block->text_room + n;
        block->text = xrealloc(block->text, block->text_room, 1);
    }
}

struct block_document *block_add_document(struct block *block)
{
    if (block->n == block->room) {
        block->room = block->room ? 2 * block->room : 512;
        block->documents =
            xrealloc(block->documents, block->room, sizeof *block->documents);
    }
    struct block_document *document = &block->documents[block->n++];
    *document = (struct block_document){.text = block->n_text};
    return document;
}

void block_clear(struct block *block)
{
    block->n = block->n_text = block->n_strings = 0;
    block_add_string(block, "", 0);
}

void block_release(struct block *block)
{
    free(block->text);
    free(block->strings);
    free(block->documents);
    *block = (struct block){0};
}

static const char standard_input[] = "standard input";

const char *block_source_name(const char *path)
{
    return strcmp(path, "-") ? path : standard_input;
}

const char *block_operand(const char *name, const char *otherwise)
{
    return strcmp(name, standard_input) ? name : otherwise;
}

char *block_document_name(const char *source, const char *folder, const char *name,
                          int64_t line)
{
    const char *between = *folder && (line || *name) ? "/" : "";
    source = block_source_name(source);
    if (line)
        return xasprintf("%s%s%s: line %lld", source, *folder ? "/" : "", folder,
                         (long long)line);
    return xasprintf("%s/%s%s%s", source, folder, between, name);
}

int block_too_long(const char *name)
{
    return fail(ERR_FORMAT, "%s: longer than 64 MiB: not a document", name);
}
