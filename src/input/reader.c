#include "input/reader.h"

#include <stdlib.h>
#include <string.h>

#include "input/input.h"
#include "input/record_file.h"

enum {
    BLOCK_BYTES = 512 << 10,
    BLOCK_FILES = 512, /* whose sizes are not known yet */
    PIECE_BYTES = 64 << 10
};

struct reader {
    const struct source *sources; /* borrowed, as are the next two */
    const struct records_options *options;
    const char *encoding;
    int n_sources, source;       /* the next one to open */
    struct input *input;         /* of the source before it; NULL: none is open */
    struct input *file;          /* of a file of records in it */
    struct record_file *records; /* read from `file` or `input`; NULL: nothing is */
    struct block *block;         /* where documents go */
    char *folder;                /* of the last file, and what it says; owned */
    struct place place;
    size_t folder_at; /* the folder in the block's strings; 0: not yet there */
    bool knows_parts, knows_classes; /* documents of part/class/, class/ were met */
    struct reader_notes notes;
};

/* The path without empty names, "." and a final '/'; owned by the caller. */
static char *tidy(const char *path)
{
    char *result = xcalloc(strlen(path) + 1, 1);
    size_t used = 0;
    for (const char *name = path; *name;) {
        size_t n = strcspn(name, "/");
        if (n && !(n == 1 && *name == '.')) {
            if (used)
                result[used++] = '/';
            memcpy(result + used, name, n);
            used += n;
        }
        name += n + (name[n] == '/');
    }
    return result;
}

static const struct source *source_of(const struct reader *reader)
{
    return &reader->sources[reader->source - 1];
}

static void note_beside(struct reader *reader, const char *path)
{
    if (reader->notes.n_beside++ == 0)
        reader->notes.beside = block_document_name(source_of(reader)->path, "", path, 0);
}

static void note_folder(struct reader *reader, const char *path)
{
    struct reader_notes *notes = &reader->notes;
    notes->folders =
        xrealloc(notes->folders, (size_t)notes->n_folders + 1, sizeof *notes->folders);
    notes->folders[notes->n_folders++] =
        (struct reader_folder){reader->source - 1, xstrdup(path)};
}

static void note_records(struct reader *reader)
{
    struct reader_notes *notes = &reader->notes;
    notes->layouts =
        xrealloc(notes->layouts, (size_t)notes->n_layouts + 1, sizeof *notes->layouts);
    notes->layouts[notes->n_layouts++] = record_file_layout(reader->records);

    record_file_left_out(reader->records, &notes->left_out);
    char *first = NULL;
    notes->n_bad += record_file_bad(reader->records, &first);
    if (notes->bad)
        free(first);
    else
        notes->bad = first;
}

/* Begins a file of records; `path` is within the source, "" if it is the source. */
static void begin_records(struct reader *reader, const char *path)
{
    reader->records = record_file_new(
        &(struct record_file_start){.source = source_of(reader),
                                    .source_number = reader->source - 1,
                                    .path = path,
                                    .input = reader->file ? reader->file : reader->input,
                                    .options = reader->options,
                                    .encoding = reader->encoding});
}

static void end_records(struct reader *reader)
{
    record_file_free(reader->records);
    input_close(reader->file);
    reader->records = NULL;
    reader->file = NULL;
}

static int read_records(struct reader *reader)
{
    bool end = false;
    int rc = record_file_read(reader->records, reader->block, &end);
    if (end || rc) {
        note_records(reader);
        end_records(reader);
    }
    return rc;
}

/* A file of records in a folder or an archive; it may be compressed. */
static int open_file(struct reader *reader, const char *path)
{
    struct input_entry entry;
    bool end = false;
    char *whole = xasprintf("%s/%s", block_source_name(source_of(reader)->path), path);
    int rc = input_is_folder(reader->input)
                 ? input_open(whole, &reader->file)
                 : input_open_entry(reader->input, whole, &reader->file);
    if (!rc)
        rc = input_next(reader->file, &entry, &end);
    if (!rc && (end || entry.name))
        rc = fail(ERR_FORMAT,
                  "%s: an archive in the corpus: unpack it, or give it as the corpus, "
                  "alone",
                  whole);
    free(whole);
    return rc;
}

/* The entry's text, from the archive. */
static int read_entry(struct reader *reader, const char *path,
                      struct block_document *document)
{
    struct block *block = reader->block;
    for (size_t got = 1; got > 0;) {
        block_need_text(block, PIECE_BYTES);
        int rc =
            input_read(reader->input, block->text + block->n_text, PIECE_BYTES, &got);
        if (rc)
            return rc;
        block->n_text += got;
        document->n_text += got;
        if (document->n_text > BLOCK_MOST_TEXT)
            return block_too_long(path);
    }
    return OK;
}

/* A file in the folder that was found last. */
static int take_file(struct reader *reader, const char *path)
{
    struct block *block = reader->block;
    struct block_document *document = block_add_document(block);
    size_t n_folder = strlen(reader->folder);
    int part = source_of(reader)->part;
    if (!reader->folder_at)
        reader->folder_at = block_add_string(block, reader->folder, n_folder);

    document->source = reader->source - 1;
    document->kind = reader->place.kind;
    document->part = part >= 0 ? part : reader->place.part;
    document->folder = reader->folder_at;
    document->name =
        block_add_string(block, path + n_folder + 1, strlen(path) - n_folder - 1);
    document->is_unread = input_is_folder(reader->input);
    return document->is_unread ? OK : read_entry(reader, path, document);
}

static int report_link(const struct reader *reader, const char *path)
{
    return fail(
        ERR_FORMAT,
        "%s: %s is a link: put the file or folder itself there (tar: --dereference "
        "--hard-dereference)",
        source_of(reader)->path, path);
}

/* What the folder says in which a path's file stands; most files share it with the
 * last. */
static void find_place(struct reader *reader, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (reader->folder && !strncmp(reader->folder, path, n) && !reader->folder[n])
        return;
    free(reader->folder);
    reader->folder = xstrndup(path, n);
    reader->place = place_of_folder(reader->folder);
    reader->folder_at = 0;
}

/* Whether a file in the folder that was found last has records, not one document. */
static bool has_records(const struct reader *reader, const char *path)
{
    if (reader->options->format != FORMAT_AUTO)
        return reader->options->format != FORMAT_FOLDERS;
    return reader->place.kind != PLACE_SPLIT && !reader->knows_classes &&
           records_named(path);
}

/* A file in the folder that was found last, which no other part has. */
static int take_member(struct reader *reader, const char *path, enum input_kind kind)
{
    enum place_kind place = reader->place.kind;
    bool is_records = has_records(reader, path);
    bool is_class =
        place == PLACE_SPLIT || (place == PLACE_CLASS && !reader->knows_parts);

    if (place == PLACE_UNLABELLED && reader->options->format < FORMAT_FIRST) {
        reader->notes.n_unlabelled++;
        return OK;
    }
    if (!is_class && !is_records) {
        note_beside(reader, path);
        return OK;
    }
    if (kind == INPUT_LINK)
        return report_link(reader, path);

    if (!is_records) {
        reader->knows_parts |= place == PLACE_SPLIT;
        reader->knows_classes = true;
        return take_file(reader, path);
    }

    int rc = open_file(reader, path);
    if (!rc)
        begin_records(reader, path);
    return rc;
}

/* A file, or a link. */
static int take_path(struct reader *reader, const char *path, enum input_kind kind)
{
    int part = source_of(reader)->part;
    find_place(reader, path);
    bool is_other = part >= 0 && reader->place.part >= 0 && reader->place.part != part;
    return is_other ? OK : take_member(reader, path, kind);
}

static int take_folder(struct reader *reader, const char *path, bool is_link)
{
    struct place place = place_of_folder(path);
    int part = source_of(reader)->part;
    if (part >= 0 && place.part >= 0 && part != place.part)
        return OK;
    if (place.kind == PLACE_SPLIT && is_link)
        return report_link(reader, path);
    if (!is_link && (place.kind == PLACE_SPLIT || place.kind == PLACE_CLASS))
        note_folder(reader, path);
    return OK;
}

static int take_entry(struct reader *reader, const struct input_entry *entry)
{
    if (!entry->name && reader->options->format == FORMAT_FOLDERS)
        return fail(ERR_FORMAT, "%s: one file; --format folders expects class folders",
                    block_source_name(source_of(reader)->path));
    if (!entry->name) {
        begin_records(reader, "");
        return OK;
    }

    char *path = tidy(entry->name);
    int rc = OK;
    if (*path && !place_is_hidden(path)) {
        if (entry->kind != INPUT_FILE)
            rc = take_folder(reader, path, entry->kind == INPUT_LINK);
        if (!rc && entry->kind != INPUT_FOLDER)
            rc = take_path(reader, path, entry->kind);
    }
    free(path);
    return rc;
}

static int take_next(struct reader *reader, bool *end)
{
    struct input_entry entry;
    int rc = OK;
    if (reader->records)
        return read_records(reader);

    if (!reader->input) {
        *end = reader->source == reader->n_sources;
        return *end ? OK
                    : input_open(reader->sources[reader->source++].path, &reader->input);
    }

    rc = input_next(reader->input, &entry, end);
    if (!rc && *end) {
        input_close(reader->input);
        reader->input = NULL;
        *end = false;
        reader->knows_parts = reader->knows_classes = false;
        return OK;
    }
    return rc ? rc : take_entry(reader, &entry);
}

/* The sizes of files that were not read are not known. */
static bool is_full(const struct block *block)
{
    return block->n_text >= BLOCK_BYTES ||
           (block->n >= BLOCK_FILES && block->documents[block->n - 1].is_unread);
}

int reader_take(struct reader *reader, struct block *block, bool *end)
{
    bool none = false;
    int rc = OK;
    reader->block = block;
    reader->folder_at = 0;
    while (!rc && !none && !is_full(block))
        rc = take_next(reader, &none);
    *end = none && block->n == 0;
    return rc;
}

struct reader *reader_new(const struct source *sources, int n_sources,
                          const struct records_options *options, const char *encoding)
{
    struct reader *reader = xcalloc(1, sizeof *reader);
    *reader = (struct reader){.sources = sources,
                              .options = options,
                              .encoding = encoding,
                              .n_sources = n_sources};
    return reader;
}

void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    struct reader_notes *notes = &reader->notes;
    end_records(reader);
    input_close(reader->input);
    for (int i = 0; i < notes->n_layouts; i++)
        free(notes->layouts[i]);
    for (int i = 0; i < notes->n_folders; i++)
        free(notes->folders[i].path);
    free(notes->layouts);
    free(notes->folders);
    left_out_release(&notes->left_out);
    free(notes->beside);
    free(notes->bad);
    free(reader->folder);
    free(reader);
}

const struct reader_notes *reader_notes(const struct reader *reader)
{
    return &reader->notes;
}
