#include "input/record_file.h"

#include <stdlib.h>
#include <string.h>

#include "input/decode.h"

struct record_file {
    struct record_file_start start; /* its path is owned */
    char *name;                     /* in messages; owned */
    char *class_name;               /* NULL: texts have labels; owned */
    struct records *records;
    struct decoder decoder;
    struct block *block; /* where documents go */
    size_t path_at;      /* the path in its strings; 0: not yet there */
    const char *key;     /* of the part that the path has; borrowed */
};

/* Where the path stands in the block's strings: that of the file and, as a name below it,
 * the key of the part of a JSON document. */
static size_t add_path(struct record_file *file, const char *part)
{
    const char *path = file->start.path;
    if (file->block->n == 0)
        file->path_at = 0;
    if (file->path_at && file->key == part)
        return file->path_at;

    char *whole = part ? xasprintf("%s%s%s", path, *path ? "/" : "", part) : NULL;
    const char *shown = whole ? whole : path;
    file->path_at = block_add_string(file->block, shown, strlen(shown));
    file->key = part;
    free(whole);
    return file->path_at;
}

static void add_labels(struct block_document *document, struct block *block,
                       const struct text_record *record)
{
    const struct words *labels = record->labels;
    document->is_multi_label = labels;
    document->n_labels = labels ? labels->n : 0;
    if (record->label)
        document->label = block_add_string(block, record->label, record->n_label);
    for (int32_t i = 0; labels && i < labels->n; i++) {
        size_t at =
            block_add_string(block, words_text(labels, i), words_length(labels, i));
        document->label = i ? document->label : at;
    }
}

/* 0: there is none, or nobody asks. */
static int add_id(const struct record_file *file, const struct text_record *record,
                  size_t *at)
{
    char *id = NULL;
    int rc = file->start.options->keeps_ids ? records_id(file->records, record, &id) : OK;

    if (rc)
        return fail(rc, "%s: %s", file->name, fail_message());
    *at = id ? block_add_string(file->block, id, strlen(id)) : 0;
    free(id);
    return OK;
}

static int take_record(void *given, const struct text_record *record)
{
    struct record_file *file = given;
    struct block *block = file->block;
    size_t path_at = add_path(file, record->part), id_at = 0;
    int rc = add_id(file, record, &id_at);
    if (rc)
        return rc;

    struct block_document *document = block_add_document(block);
    document->source = file->start.source_number;
    document->kind = file->start.kind;
    document->folder = path_at;
    add_labels(document, block, record);
    document->line = record->line;
    document->id = id_at;
    document->is_first_row = record->is_first;
    document->n_text = record->n_text;
    document->n_bad = record->n_bad;
    document->first_bad = record->first_bad;

    block_need_text(block, record->n_text);
    if (record->n_text)
        memcpy(block->text + block->n_text, record->text, record->n_text);
    block->n_text += record->n_text;
    return OK;
}

struct record_file *record_file_new(const struct record_file_start *start)
{
    struct record_file *file = xcalloc(1, sizeof *file);
    const struct source *source = start->source;
    const char *path = start->path;
    file->start = *start;
    file->start.path = xstrdup(path);
    file->name =
        xasprintf("%s%s%s", block_source_name(source->path), *path ? "/" : "", path);
    file->class_name = start->class_name ? xstrdup(start->class_name) : NULL;
    file->records =
        records_new(start->options, file->name, file->class_name, take_record, file);
    return file;
}

void record_file_free(struct record_file *file)
{
    if (!file)
        return;
    decode_release(&file->decoder);
    records_free(file->records);
    free((char *)(uintptr_t)file->start.path);
    free(file->name);
    free(file->class_name);
    free(file);
}

int record_file_read(struct record_file *file, struct block *block, bool *end)
{
    const char *text = NULL;
    size_t got = 0, n = 0;
    while (n < 4) { /* a decoder's first piece is that long, or the last */
        int rc = input_read(file->start.input, file->start.piece + n,
                            RECORD_FILE_PIECE - n, &got);
        if (rc)
            return rc;
        n += got;
        if (got == 0)
            break;
    }

    *end = got == 0;
    file->block = block;
    decode_piece(&file->decoder, file->start.encoding, file->start.piece, n, *end, &text,
                 &n);
    return records_feed(file->records, text, n, *end);
}

bool record_file_is_told(const struct record_file *file)
{
    return *records_layout(file->records) != '\0';
}

char *record_file_names(const struct record_file *file)
{
    const char *names = records_column_names(file->records);
    return names ? xstrdup(names) : NULL;
}

char *record_file_label_columns(const struct record_file *file)
{
    const struct layout_list *labels = records_label_columns(file->records);
    char *names = labels->n ? xstrdup("") : NULL;
    for (int i = 0; i < labels->n; i++) {
        char *longer = xasprintf("%s%s\n", names, labels->names[i]);
        free(names);
        names = longer;
    }
    return names;
}

bool record_file_lacks_labels(const struct record_file *file)
{
    return records_lack_labels(file->records);
}

char *record_file_layout(const struct record_file *file)
{
    const char *layout = records_layout(file->records);
    return xasprintf("%s: %s", file->name, *layout ? layout : "empty");
}

void record_file_left_out(struct record_file *file, struct left_out *left)
{
    left_out_append(left, records_left_out(file->records));
}

int64_t record_file_bad(const struct record_file *file, char **first)
{
    int64_t n = file->decoder.n_bad;
    *first =
        n ? xasprintf("%s: byte %lld", file->name, (long long)file->decoder.first_bad)
          : NULL;
    return n;
}
