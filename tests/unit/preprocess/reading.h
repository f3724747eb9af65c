/* A corpus while it is read, and what became of it. */
#ifndef RNNTRAIN_TESTS_UNIT_READING_H
#define RNNTRAIN_TESTS_UNIT_READING_H

#include "corpus/corpus.h"

#include "../shown.h"

/* Of two sources, "corpus" and "-". */
struct reading {
    struct corpus corpus;
    struct block block;
    struct reader_notes notes;
};

static const struct source sources[] = {{"corpus", NULL, -1}, {"-", NULL, -1}};

static inline void begin(struct reading *reading)
{
    *reading = (struct reading){.corpus.sources = sources};
}

static inline void end(struct reading *reading)
{
    corpus_release(&reading->corpus);
    block_release(&reading->block);
}

/* Equal texts have equal numbers. Hash bytes 0 .. 7, which decide for test, are
 * `text` / 256; bytes 8 .. 15, for validation, `other` / 256. */
static inline void set_text(struct document *document, int text, int other)
{
    document->n_words = 1;
    document->hash[0] = (unsigned char)text;
    document->hash[8] = (unsigned char)other;
}

static inline struct document *add_file(struct reading *reading, const char *folder,
                                        const char *name, int text)
{
    block_clear(&reading->block);
    size_t at = block_add_string(&reading->block, folder, strlen(folder));
    struct block_document given = {.kind = PLACE_FOLDER, .folder = at};
    given.name = block_add_string(&reading->block, name, strlen(name));
    struct document *document = corpus_add(&reading->corpus, &reading->block, &given);
    set_text(document, text, text);
    return document;
}

/* Of standard input, or of a file there that is named like its part. */
static inline struct document *add_record(struct reading *reading, int part, int64_t line,
                                          const char *label, int text)
{
    block_clear(&reading->block);
    const char *file = part < 0 ? "" : dataset_part_names[part]; /* a part a file */
    size_t at = block_add_string(&reading->block, file, strlen(file));
    struct block_document given = {
        .source = 1, .kind = PLACE_RECORDS, .folder = at, .line = line};
    given.label = block_add_string(&reading->block, label, strlen(label));
    struct document *document = corpus_add(&reading->corpus, &reading->block, &given);
    set_text(document, text, text);
    return document;
}

static inline int settle(struct reading *reading, struct corpus_options options)
{
    return corpus_settle(&reading->corpus, 2, &options, &reading->notes);
}

#define PLAIN ((struct corpus_options){0})
#define WITH(...) ((struct corpus_options){__VA_ARGS__})

/* The rows, "PART: NAME=CLASS NAME=CLASS ...; ". */
static inline void expect_rows(const struct reading *reading, const char *expected)
{
    const struct corpus *corpus = &reading->corpus;
    const int32_t *row = corpus->rows;
    struct shown shown = {0};

    for (int part = 0; part < DATASET_PARTS; part++) {
        if (corpus->n_of_part[part] == 0)
            continue;
        shown_add(&shown, dataset_part_names[part], strlen(dataset_part_names[part]));
        shown_add(&shown, ":", 1);
        for (int i = 0; i < corpus->n_of_part[part]; i++) {
            const struct document *document = &corpus->documents[*row++];
            const char *class_name = corpus->classes[document->label];
            char *name = corpus_name(corpus, document);
            assert_int_equal(document->part, part);
            shown_add(&shown, " ", 1);
            shown_add(&shown, name, strlen(name));
            shown_add(&shown, "=", 1);
            shown_add(&shown, class_name, strlen(class_name));
            free(name);
        }
        shown_add(&shown, "; ", 2);
    }
    expect_shown(&shown, expected);
}

static inline void expect_classes(const struct reading *reading, const char *expected)
{
    struct shown shown = {0};
    for (int c = 0; c < reading->corpus.n_classes; c++) {
        const char *name = reading->corpus.classes[c];
        shown_add(&shown, name, strlen(name));
        shown_add(&shown, " ", 1);
    }
    expect_shown(&shown, expected);
}

static inline void refuse(struct reading *reading, struct corpus_options options,
                          int code, const char *message)
{
    assert_int_equal(settle(reading, options), code);
    expect_message(message);
    end(reading);
}

#endif
