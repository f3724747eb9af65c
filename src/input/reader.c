#include "input/reader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input/file_class.h"
#include "input/input.h"
#include "input/record_file.h"
#include "input/strays.h"
#include "input/ways.h"

enum {
    BLOCK_BYTES = 512 << 10,
    BLOCK_FILES = 512, /* whose sizes are not known yet */
    PIECE_BYTES = 64 << 10,
    DOCUMENT_BYTES = 16 << 20 /* a larger file that could be records is no document */
};

struct reader {
    const struct source *sources; /* borrowed, as are the next two */
    const struct records_options *options;
    const char *encoding;
    int n_sources, source;       /* the next one to open */
    const struct source *others; /* (n_others) that somebody else reads; borrowed */
    int n_others;
    struct input *input;         /* of the source before it; NULL: none is open */
    struct ways ways;            /* of its files */
    char **apart;                /* what stands in it of the n_sources + n_others */
    struct input *file;          /* of a file of records in it */
    struct record_file *records; /* read from `file` or `input`; NULL: nothing is */
    enum place_kind kind;        /* of the records */
    char *path;                  /* the file that is read in several ways; owned */
    int left;                    /* the ways in which it is still to be read */
    char *bytes;                 /* of an archive's entry that is read so, n_bytes */
    size_t n_bytes, bytes_room;
    bool has_more;       /* the entry has more bytes than these */
    char *piece;         /* what all files of records are read into */
    struct block *block; /* where documents go */
    char *folder;        /* of the last document; owned */
    size_t folder_at;    /* the folder in the block's strings; 0: not yet there */
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

static void leave_out(struct reader *reader, const char *what, const char *path)
{
    left_out_add(&reader->notes.left_out, what,
                 block_document_name(source_of(reader)->path, "", path, 0));
}

static void note_folder(struct reader *reader, const char *path)
{
    struct reader_notes *notes = &reader->notes;
    notes->folders =
        xrealloc(notes->folders, (size_t)notes->n_folders + 1, sizeof *notes->folders);
    notes->folders[notes->n_folders++] =
        (struct reader_folder){reader->source - 1, xstrdup(path)};
}

static struct reader_file *note_file(struct reader *reader, const char *path,
                                     enum place_kind kind)
{
    struct reader_notes *notes = &reader->notes;
    notes->files =
        xrealloc(notes->files, (size_t)notes->n_files + 1, sizeof *notes->files);
    struct reader_file *file = &notes->files[notes->n_files++];
    *file = (struct reader_file){.source = reader->source - 1,
                                 .kind = kind,
                                 .path = xstrdup(path),
                                 .is_named = records_named(path)};
    return file;
}

/* Whether a file of records that cannot be read ends all: it was given by itself. */
static bool is_given(const struct reader *reader)
{
    return !reader->path;
}

static void note_records(struct reader *reader, int rc)
{
    struct reader_notes *notes = &reader->notes;
    char *trouble = rc ? xstrdup(fail_message()) : NULL, *first = NULL;
    struct reader_file *file =
        note_file(reader, reader->path ? reader->path : "", reader->kind);
    file->layout = record_file_layout(reader->records);
    file->is_told = record_file_is_told(reader->records);
    file->names = record_file_names(reader->records);
    file->labels = record_file_label_columns(reader->records);
    file->lacks_labels = rc && record_file_lacks_labels(reader->records);
    file->trouble = trouble;

    record_file_left_out(reader->records, &notes->left_out);
    notes->n_bad += record_file_bad(reader->records, &first);
    if (notes->bad)
        free(first);
    else
        notes->bad = first;
}

/* Begins records, at the first byte of the input. */
static void begin_records(struct reader *reader, struct input *input,
                          enum place_kind kind, const char *class_name)
{
    reader->kind = kind;
    reader->records = record_file_new(
        &(struct record_file_start){.source = source_of(reader),
                                    .source_number = reader->source - 1,
                                    .kind = kind,
                                    .class_name = class_name,
                                    .path = reader->path ? reader->path : "",
                                    .input = input,
                                    .options = reader->options,
                                    .encoding = reader->encoding,
                                    .piece = reader->piece});
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
    bool is_lost = rc && (is_given(reader) || input_has_failed(reader->input));
    if (end || rc) {
        note_records(reader, rc);
        end_records(reader);
    }
    return is_lost ? rc : OK;
}

/* An archive as a member of a corpus: a workbook is one too, which input_next refuses by
 * name at the entry that tells it. */
static int refuse_archive(struct input *archive, const char *name)
{
    enum { MOST_LOOKED_AT = 1000 };
    struct input_entry entry;
    bool end = false;
    int rc = OK;
    for (int i = 0; i < MOST_LOOKED_AT && !rc && !end; i++)
        rc = input_next(archive, &entry, &end);
    return rc ? rc
              : fail(ERR_FORMAT,
                     "%s: an archive in the corpus: unpack it, or give it as the corpus, "
                     "alone",
                     name);
}

/* A file of records in a folder or an archive; it may be compressed. */
static int open_file(struct reader *reader)
{
    struct input_entry entry;
    bool end = false, in_folder = input_is_folder(reader->input);
    const char *source = source_of(reader)->path;
    char *whole = xasprintf("%s/%s", block_source_name(source), reader->path);
    struct input_head head = {reader->bytes, reader->n_bytes,
                              reader->n_bytes == 0 || reader->has_more};

    int rc = in_folder ? input_open_file(reader->input, whole, &reader->file)
                       : input_open_entry(reader->input, &head, whole, &reader->file);
    if (!rc)
        rc = input_next(reader->file, &entry, &end);
    if (!rc && (end || entry.name))
        rc = refuse_archive(reader->file, whole);
    free(whole);
    return rc;
}

/* A class's file whose class its name says; else labelled texts. What cannot be opened
 * is noted, as what cannot be read is. */
static int begin_file(struct reader *reader, enum place_kind kind)
{
    struct word class_name = {0};
    int rc = open_file(reader);
    if (rc) {
        struct reader_file *file = note_file(reader, reader->path, kind);
        file->trouble = xstrdup(fail_message());
        end_records(reader);
        return input_has_failed(reader->input) ? rc : OK;
    }

    char *name = NULL;
    if (kind == PLACE_LINES && file_class(reader->path, &class_name))
        name = xstrndup(class_name.text, class_name.n);
    begin_records(reader, reader->file, kind, name);
    free(name);
    return OK;
}

/* What the folder is in which the file stands; most files share it with the last. */
static void find_folder(struct reader *reader, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (reader->folder && !strncmp(reader->folder, path, n) && !reader->folder[n])
        return;
    free(reader->folder);
    reader->folder = xstrndup(path, n);
    reader->folder_at = 0;
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

static struct block_document *add_document(struct reader *reader, const char *path)
{
    struct block *block = reader->block;
    find_folder(reader, path);
    size_t n_folder = strlen(reader->folder), skipped = n_folder ? n_folder + 1 : 0;
    if (!reader->folder_at)
        reader->folder_at = block_add_string(block, reader->folder, n_folder);

    struct block_document *document = block_add_document(block);
    document->source = reader->source - 1;
    document->kind = PLACE_FOLDER;
    document->folder = reader->folder_at;
    document->name = block_add_string(block, path + skipped, strlen(path) - skipped);
    return document;
}

/* A file that is a document and nothing else. */
static int take_document(struct reader *reader, const char *path)
{
    struct block_document *document = add_document(reader, path);
    document->is_unread = input_is_folder(reader->input);
    return document->is_unread ? OK : read_entry(reader, path, document);
}

/* The bytes of an archive's entry, as many as a document may have. */
static int read_bytes(struct reader *reader)
{
    reader->n_bytes = 0;
    for (size_t got = 1; got > 0 && reader->n_bytes <= BLOCK_MOST_TEXT;) {
        if (reader->bytes_room - reader->n_bytes < PIECE_BYTES) {
            reader->bytes_room = 2 * reader->bytes_room + PIECE_BYTES;
            reader->bytes = xrealloc(reader->bytes, reader->bytes_room, 1);
        }
        int rc =
            input_read(reader->input, reader->bytes + reader->n_bytes, PIECE_BYTES, &got);
        if (rc)
            return rc;
        reader->n_bytes += got;
    }
    reader->has_more = reader->n_bytes > BLOCK_MOST_TEXT;
    return OK;
}

/* A file that could be a document too. */
static void add_if_small(struct reader *reader)
{
    struct block *block = reader->block;
    struct stat status;
    if (input_is_folder(reader->input)) {
        char *whole = xasprintf("%s/%s", source_of(reader)->path, reader->path);
        if (stat(whole, &status) == 0 && status.st_size <= DOCUMENT_BYTES)
            add_document(reader, reader->path)->is_unread = true;
        free(whole);
        return;
    }
    if (reader->n_bytes > DOCUMENT_BYTES)
        return;

    struct block_document *document = add_document(reader, reader->path);
    block_need_text(block, reader->n_bytes);
    if (reader->n_bytes)
        memcpy(block->text + block->n_text, reader->bytes, reader->n_bytes);
    block->n_text += reader->n_bytes;
    document->n_text = reader->n_bytes;
}

/* The next way in which a file is read: as lines of a class only if they can be read
 * again, as labelled texts last, since these may take up what is left of the entry. */
static int take_way(struct reader *reader)
{
    static const int order[] = {WAY_DOCUMENT, WAY_LINES, WAY_RECORDS};
    int way = 0;
    for (size_t i = 0; i < COUNT_OF(order) && !way; i++)
        way = reader->left & order[i];
    reader->left &= ~way;

    if (way == WAY_DOCUMENT) {
        add_if_small(reader);
        return OK;
    }
    if (way == WAY_LINES && reader->has_more)
        return OK;
    return begin_file(reader, way == WAY_LINES ? PLACE_LINES : PLACE_RECORDS);
}

static void end_file(struct reader *reader)
{
    free(reader->path);
    reader->path = NULL;
    reader->n_bytes = 0;
    reader->has_more = false;
}

static int report_link(const struct reader *reader, const char *path)
{
    bool in_folder = input_is_folder(reader->input);
    return fail(ERR_FORMAT, "%s: %s is a link: %s", source_of(reader)->path, path,
                in_folder ? "--follow-links reads what it leads to; or put the file or "
                            "folder itself there"
                          : "what it leads to is not read from an archive; pack the file "
                            "itself (tar: --dereference --hard-dereference)");
}

/* Whether another source is the path. */
static bool is_apart(const struct reader *reader, const char *path)
{
    for (int i = 0; i < reader->n_sources + reader->n_others; i++) {
        const char *apart = reader->apart[i];
        size_t n = apart ? strlen(apart) : 0;
        if (n && !strncmp(apart, path, n) && (!path[n] || path[n] == '/'))
            return true;
    }
    return false;
}

/* A file, or a link. */
static int take_path(struct reader *reader, const char *path, enum input_kind kind)
{
    int ways = ways_of(&reader->ways, path);
    bool is_beside = !strchr(path, '/') && !records_named(path);
    if (kind == INPUT_LINK && is_beside && !input_is_folder(reader->input)) {
        leave_out(reader, "links", path);
        return OK;
    }
    if (ways && kind == INPUT_LINK)
        return report_link(reader, path);
    if (ways == WAY_DOCUMENT)
        return take_document(reader, path);
    if (!ways) {
        note_file(reader, path, PLACE_RECORDS);
        return OK;
    }

    reader->path = xstrdup(path);
    reader->left = ways;
    bool is_several = (ways & (ways - 1)) != 0;
    return is_several && !input_is_folder(reader->input) ? read_bytes(reader) : OK;
}

static int take_named(struct reader *reader, const char *path, enum input_kind kind)
{
    if (!*path || place_is_hidden(path) || is_apart(reader, path))
        return OK;
    if (strays_of_system(path)) {
        if (kind != INPUT_FOLDER)
            leave_out(reader, "files of the system or an editor", path);
        return OK;
    }
    if (reader->options->format < FORMAT_FIRST &&
        reader->options->label_use == LABELS_REQUIRED && ways_is_unlabelled(path)) {
        if (kind != INPUT_FOLDER)
            leave_out(reader, "files in unsup, which have no label", path);
        return OK;
    }

    if (kind == INPUT_FOLDER) {
        note_folder(reader, path);
        return OK;
    }
    if (kind == INPUT_OTHER) {
        leave_out(reader, LEFT_OUT_PIPES, path);
        return OK;
    }
    return take_path(reader, path, kind);
}

static int take_entry(struct reader *reader, const struct input_entry *entry)
{
    if (!entry->name && reader->options->format == FORMAT_FOLDERS)
        return fail(ERR_FORMAT, "%s: one file; --format folders expects class folders",
                    block_source_name(source_of(reader)->path));
    if (!entry->name) {
        begin_records(reader, reader->input, PLACE_RECORDS,
                      source_of(reader)->class_name);
        return OK;
    }

    char *path = tidy(entry->name);
    int rc = take_named(reader, path, entry->kind);
    free(path);
    return rc;
}

/* What the source holds of others, by paths within it. */
static void find_apart(struct reader *reader)
{
    char *here = realpath(source_of(reader)->path, NULL);
    size_t n = here ? strlen(here) : 0;
    for (int i = 0; i < reader->n_sources + reader->n_others; i++) {
        const struct source *source = i < reader->n_sources
                                          ? &reader->sources[i]
                                          : &reader->others[i - reader->n_sources];
        free(reader->apart[i]);
        reader->apart[i] = NULL;
        char *other = i == reader->source - 1 ? NULL : realpath(source->path, NULL);
        if (here && other && !strncmp(other, here, n) && other[n] == '/')
            reader->apart[i] = xstrdup(other + n + 1);
        free(other);
    }
    free(here);
}

static int open_source(struct reader *reader)
{
    int rc = input_open(reader->sources[reader->source++].path, &reader->input);
    ways_release(&reader->ways);
    reader->ways.format = reader->options->format;
    reader->ways.has_labels = reader->options->label_use == LABELS_REQUIRED;
    if (!rc && reader->options->follow_links)
        input_follow_links(reader->input);
    if (!rc)
        find_apart(reader);
    return rc;
}

static int take_next(struct reader *reader, bool *end)
{
    struct input_entry entry;
    int rc = OK;
    if (reader->records)
        return read_records(reader);
    if (reader->left)
        return take_way(reader);
    end_file(reader);

    if (!reader->input) {
        *end = reader->source == reader->n_sources;
        return *end ? OK : open_source(reader);
    }

    rc = input_next(reader->input, &entry, end);
    if (!rc && *end) {
        input_close(reader->input);
        reader->input = NULL;
        *end = false;
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
                              .n_sources = n_sources,
                              .notes = {.format = options->format}};
    reader->apart = xcalloc((size_t)n_sources + 1, sizeof *reader->apart);
    reader->piece = xcalloc(RECORD_FILE_PIECE, 1);
    return reader;
}

void reader_leave(struct reader *reader, const struct source *others, int n)
{
    size_t n_all = (size_t)reader->n_sources + (size_t)n;
    reader->others = others;
    reader->n_others = n;
    reader->apart = xrealloc(reader->apart, n_all + 1, sizeof *reader->apart);
    for (size_t i = 0; i < n_all; i++)
        reader->apart[i] = NULL;
}

static void release_notes(struct reader_notes *notes)
{
    for (int i = 0; i < notes->n_files; i++) {
        free(notes->files[i].path);
        free(notes->files[i].layout);
        free(notes->files[i].names);
        free(notes->files[i].labels);
        free(notes->files[i].trouble);
    }
    for (int i = 0; i < notes->n_folders; i++)
        free(notes->folders[i].path);
    free(notes->files);
    free(notes->folders);
    left_out_release(&notes->left_out);
    free(notes->bad);
}

void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    end_records(reader);
    end_file(reader);
    input_close(reader->input);
    release_notes(&reader->notes);
    for (int i = 0; i < reader->n_sources + reader->n_others; i++)
        free(reader->apart[i]);
    free(reader->apart);
    free(reader->bytes);
    free(reader->piece);
    free(reader->folder);
    ways_release(&reader->ways);
    free(reader);
}

const struct reader_notes *reader_notes(const struct reader *reader)
{
    return &reader->notes;
}
