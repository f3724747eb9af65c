#include "corpus/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

static void keep_name(struct corpus *corpus, const char *name, int64_t *offset)
{
    size_t n = strlen(name) + 1;
    if (corpus->names_room - corpus->n_names < n) {
        corpus->names_room = 2 * corpus->names_room + n + 65536;
        corpus->names = xrealloc(corpus->names, corpus->names_room, 1);
    }
    *offset = (int64_t)corpus->n_names;
    corpus->n_names += n;
    memcpy(corpus->names + *offset, name, n);
}

/* The index of a document's place, which is added if it is new. Documents come place by
 * place, most of them. */
static int32_t place_index(struct corpus *corpus, const struct block *block,
                           const struct block_document *document)
{
    const char *path = block->strings + document->folder;
    char key[4096];
    int32_t n_before = corpus->place_names.n;

    int n = snprintf(key, sizeof key, "%d%s %s", document->source,
                     document->kind == PLACE_LINES ? "/" : "", path);
    if (n >= (int)sizeof key)
        n = (int)sizeof key - 1; /* longer than any path: only messages show it */
    int32_t index = words_add(&corpus->place_names, key, (size_t)n);
    if (index < n_before)
        return index;

    corpus->places = xrealloc(corpus->places, (size_t)index + 1, sizeof *corpus->places);
    corpus->places[index] = (struct corpus_place){document->source, document->kind, 0};
    return index;
}

static void count_guess(struct corpus_repairs *repairs, const char *encoding)
{
    struct corpus_guess *guess = repairs->guesses;
    const struct corpus_guess *end = guess + COUNT_OF(repairs->guesses);
    while (guess < end && guess->n && strcmp(guess->name, encoding))
        guess++;

    if (*encoding && guess < end) {
        memcpy(guess->name, encoding, sizeof guess->name);
        guess->n++;
    }
}

const char *corpus_encoding(const struct corpus *corpus)
{
    const struct corpus_guess *guesses = corpus->repairs.guesses, *most = guesses;
    for (size_t i = 1; i < COUNT_OF(corpus->repairs.guesses); i++)
        if (guesses[i].n > most->n)
            most = &guesses[i];
    return most->n ? most->name : NULL;
}

static void note_repair(struct corpus *corpus, const struct document *document,
                        const struct block_document *given)
{
    struct corpus_repairs *repairs = &corpus->repairs;
    repairs->n_parts += (int64_t)given->n_bad;
    count_guess(repairs, given->encoding);
    if (repairs->n_documents++ >= 3)
        return;
    char *name = corpus_name(corpus, document);
    char *longer =
        xasprintf("%s%s%s (byte %zu)", repairs->examples ? repairs->examples : "",
                  repairs->examples ? ", " : "", name, given->first_bad);
    free(repairs->examples);
    free(name);
    repairs->examples = longer;
}

void corpus_note(struct corpus *corpus, const char *about, char *text)
{
    corpus->notes =
        xrealloc(corpus->notes, (size_t)corpus->n_notes + 1, sizeof *corpus->notes);
    corpus->notes[corpus->n_notes++] = (struct corpus_note){about, text};
}

struct document *corpus_add(struct corpus *corpus, const struct block *block,
                            const struct block_document *given)
{
    if (corpus->n_documents == INT32_MAX / 2)
        die("more than %d documents", INT32_MAX / 2);
    if (corpus->n_documents == corpus->room) {
        corpus->room = corpus->room ? corpus->room + corpus->room / 2 : 4096;
        corpus->documents =
            xrealloc(corpus->documents, (size_t)corpus->room, sizeof *corpus->documents);
    }

    struct document *document = &corpus->documents[corpus->n_documents++];
    *document = (struct document){.place = place_index(corpus, block, given), .id = -1};
    if (given->id)
        keep_name(corpus, block->strings + given->id, &document->id);

    if (given->kind != PLACE_FOLDER) {
        const char *label = block->strings + given->label;
        document->has_set = given->is_multi_label;
        document->label = given->is_multi_label
                              ? label_lists_add_names(&corpus->sets, &corpus->labels,
                                                      label, given->n_labels)
                              : words_add(&corpus->labels, label, strlen(label));
        document->name = given->line;
        document->is_first_row = given->is_first_row;
    } else {
        keep_name(corpus, block->strings + given->name, &document->name);
        document->is_binary = given->is_binary;
    }

    if (given->n_bad)
        note_repair(corpus, document, given);
    return document;
}

char *corpus_name(const struct corpus *corpus, const struct document *document)
{
    const struct corpus_place *place = &corpus->places[document->place];
    const char *path = strchr(words_text(&corpus->place_names, document->place), ' ') + 1;
    const char *source = corpus->sources[place->source].path;
    if (place->kind != PLACE_FOLDER)
        return block_document_name(source, path, "", document->name);
    return block_document_name(source, path, corpus->names + document->name, 0);
}

char *corpus_digest(const struct corpus *corpus)
{
    struct sha256_ctx sha;
    unsigned char digest[SHA256_DIGEST_SIZE];
    char *text = xcalloc(2 * SHA256_DIGEST_SIZE + 1, 1);
    const int32_t *row = corpus->rows;

    sha256_init(&sha);
    for (int part = 0; part < DATASET_PARTS; part++)
        for (int i = 0; i < corpus->n_of_part[part]; i++) {
            const struct document *document = &corpus->documents[*row++];
            uint8_t byte = (uint8_t)part;
            sha256_update(&sha, 1, &byte);
            for (int32_t k = 0; corpus->classes && k < corpus_n_labels(corpus, document);
                 k++) {
                const char *name = corpus->classes[corpus_label(corpus, document, k)];
                sha256_update(&sha, strlen(name) + 1, (const uint8_t *)name);
            }
            sha256_update(&sha, sizeof document->hash, document->hash);
        }

    sha256_digest(&sha, sizeof digest, digest);
    for (int i = 0; i < SHA256_DIGEST_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return text;
}

static void release_layout(struct corpus_layout *layout)
{
    for (int part = 0; part < DATASET_PARTS; part++)
        free(layout->parts[part]);
    for (int i = 0; i < layout->n_read; i++)
        free(layout->read[i]);
    free(layout->read);
    free(layout->classes);
    left_out_release(&layout->left_out);
}

void corpus_release(struct corpus *corpus)
{
    for (int i = 0; i < corpus->n_classes; i++)
        free(corpus->classes[i]);
    for (int part = 0; part < DATASET_PARTS; part++)
        free(corpus->n_of_class[part]);
    for (int i = 0; i < corpus->n_notes; i++)
        free(corpus->notes[i].text);
    release_layout(&corpus->layout);

    words_release(&corpus->labels);
    words_release(&corpus->sets);
    free(corpus->declared);
    words_release(&corpus->place_names);
    free(corpus->notes);
    free(corpus->documents);
    free(corpus->places);
    free(corpus->names);
    free(corpus->repairs.examples);
    free(corpus->duplicates.conflict);
    free(corpus->rows);
    free(corpus->classes);
    *corpus = (struct corpus){0};
}
