#define _GNU_SOURCE /* qsort_r */
#include "corpus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "rnntrain/text.h"

const char *const corpus_part_names[DATASET_PARTS] = {"train", "validation", "test"};

enum { MAX_DOCUMENT = 64 << 20 }; /* bytes; a longer text is not a review */

/* Where an entry belongs. */

/* What the path of an entry says; the strings point into the path, which is cut up. */
struct place {
    bool has_part;
    enum dataset_part part;
    char *class_name;
    char *file; /* NULL: the entry is the class folder itself */
};

static int part_of(const char *name)
{
    for (int part = 0; part < DATASET_PARTS; part++)
        if (!strcmp(name, corpus_part_names[part]))
            return part;
    return -1;
}

static bool is_text_file(const char *name)
{
    size_t n = strlen(name);
    return *name != '.' && n > 4 && !strcmp(name + n - 4, ".txt");
}

/* Reads .../part/class[/file.txt]; false if the path is none of ours. */
static bool locate(char *path, bool is_folder, bool test_only, struct place *place)
{
    enum { DEPTH = 3 }; /* the last names of the path: part, class, file */
    char *names[DEPTH] = {0}, *rest = NULL;
    int n = 0;
    for (char *name = strtok_r(path, "/", &rest); name;
         name = strtok_r(NULL, "/", &rest)) {
        if (!strcmp(name, "."))
            continue;
        if (n == DEPTH)
            memmove(names, names + 1, (size_t)--n * sizeof *names);
        names[n++] = name;
    }
    place->file = is_folder || n == 0 ? NULL : names[--n];
    if (n < 1 || (place->file && !is_text_file(place->file)))
        return false;
    place->class_name = names[n - 1];
    int part = n >= 2 ? part_of(names[n - 2]) : -1;
    place->has_part = part >= 0;
    place->part = part >= 0 ? (enum dataset_part)part : DATASET_TEST;
    if (!strcmp(place->class_name, "unsup") || part_of(place->class_name) >= 0)
        return false;
    return test_only ? place->part == DATASET_TEST && (place->has_part || place->file)
                     : place->has_part;
}

/* Reading. */

static void add_document(struct corpus *corpus, const struct place *place, char *text,
                         size_t n)
{
    if (corpus->n_documents == corpus->capacity) {
        corpus->capacity = corpus->capacity ? 2 * corpus->capacity : 1024;
        corpus->documents = xrealloc(corpus->documents, (size_t)corpus->capacity,
                                     sizeof *corpus->documents);
    }
    corpus->documents[corpus->n_documents++] =
        (struct document){.part = place->part,
                          .class_name = xstrdup(place->class_name),
                          .name = xstrdup(place->file ? place->file : ""),
                          .text = text,
                          .n = n};
}

static int read_entry(struct archive *archive, const char *path, const char *name,
                      char **text, size_t *n)
{
    size_t capacity = 8192, used = 0;
    char *bytes = xrealloc(NULL, capacity, 1);
    for (;;) {
        if (capacity - used < 2)
            bytes = xrealloc(bytes, capacity *= 2, 1);
        la_ssize_t got = archive_read_data(archive, bytes + used, capacity - used - 1);
        if (got == 0)
            break;
        used += got > 0 ? (size_t)got : 0;
        if (got < 0 || used > MAX_DOCUMENT) {
            free(bytes);
            return fail(ERR_FORMAT, "%s: %s: %s", path, name,
                        got < 0 ? archive_error_string(archive)
                                : "longer than 64 MiB: not a document");
        }
    }
    bytes[used] = '\0';
    *text = bytes;
    *n = used;
    return OK;
}

/* Whether a path is that of a document or of a class folder. */
static bool names_ours(const char *path, bool is_folder, bool test_only)
{
    struct place place = {0};
    char *copy = xstrdup(path);
    bool ours = locate(copy, is_folder, test_only, &place);
    free(copy);
    return ours;
}

/* Takes one entry; folders of classes are kept as documents without text, so that an
 * empty class is noticed. */
static int take_entry(struct corpus *corpus, struct archive *archive,
                      struct archive_entry *entry, const char *path, size_t skip,
                      bool test_only)
{
    const char *name = archive_entry_pathname(entry);
    if (!name)
        return fail(ERR_FORMAT, "%s: an entry has no readable name", path);
    struct place place = {0};
    char *copy = xstrdup(strlen(name) >= skip ? name + skip : "");
    bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
    bool is_link =
        archive_entry_filetype(entry) == AE_IFLNK || archive_entry_hardlink(entry);
    bool is_file = archive_entry_filetype(entry) == AE_IFREG && !is_link;
    int rc = OK;
    if (is_link &&
        (names_ours(copy, false, test_only) || names_ours(copy, true, test_only)))
        rc = fail(ERR_FORMAT,
                  "%s: %s is a link: put the file or folder itself there (tar: "
                  "--dereference --hard-dereference)",
                  path, name);
    if (!rc && (is_folder || is_file) && locate(copy, is_folder, test_only, &place)) {
        char *text = NULL;
        size_t n = 0;
        if (is_file)
            rc = read_entry(archive, path, name, &text, &n);
        if (!rc)
            add_document(corpus, &place, text, n);
    }
    free(copy);
    return rc;
}

static int read_entries(struct corpus *corpus, struct archive *archive, const char *path,
                        bool is_folder, bool test_only)
{
    size_t skip = is_folder ? strlen(path) : 0;
    struct archive_entry *entry = archive_entry_new();
    int rc = OK, status;
    while (!rc && (status = archive_read_next_header2(archive, entry)) != ARCHIVE_EOF) {
        if (status < ARCHIVE_WARN || status == ARCHIVE_RETRY)
            rc = fail(ERR_FORMAT, "%s: %s", path, archive_error_string(archive));
        else
            rc = take_entry(corpus, archive, entry, path, skip, test_only);
        if (!rc && is_folder && archive_read_disk_can_descend(archive))
            archive_read_disk_descend(archive);
    }
    archive_entry_free(entry);
    return rc;
}

static struct archive *open_folder(const char *path, int *status)
{
    struct archive *archive = archive_read_disk_new();
    archive_read_disk_set_symlink_hybrid(archive); /* follows `path` itself only */
    *status = archive_read_disk_open(archive, path);
    return archive;
}

static struct archive *open_archive(const char *path, int *status)
{
    struct archive *archive = archive_read_new();
    archive_read_support_filter_gzip(archive); /* not _all, which would start programs */
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_tar(archive);
    *status = archive_read_open_filename(archive, path, (size_t)1 << 18);
    return archive;
}

/* libarchive does not check a gzip file's CRC; zlib does. */
static int check_gzip(const char *path)
{
    enum { BLOCK = 1 << 18 };
    gzFile file = gzopen(path, "rb");
    if (!file)
        return fail(ERR_NO_INPUT, "%s: cannot open: %s", path, strerror(errno));
    char *block = xrealloc(NULL, BLOCK, 1);
    int n = 0, status, rc = OK;
    if (!gzdirect(file)) /* another format passes through unread */
        do
            n = gzread(file, block, BLOCK);
        while (n > 0);
    const char *message = gzerror(file, &status);
    if (n < 0 || (status != Z_OK && status != Z_STREAM_END))
        rc = fail(ERR_FORMAT, "%s: the gzip archive is damaged (%s): copy it again", path,
                  message);
    free(block);
    gzclose(file);
    return rc;
}

int corpus_read(struct corpus *corpus, const char *path, bool test_only)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return fail(ERR_NO_INPUT, "%s: %s; expected a folder or a tar archive", path,
                    strerror(errno));
    bool is_folder = S_ISDIR(info.st_mode);
    int status = ARCHIVE_OK, rc = is_folder ? OK : check_gzip(path);
    if (rc)
        return rc;
    struct archive *archive =
        is_folder ? open_folder(path, &status) : open_archive(path, &status);
    if (status != ARCHIVE_OK)
        rc = fail(ERR_FORMAT,
                  "%s: %s; expected a folder or a tar archive (gz, bz2, xz, zst)", path,
                  archive_error_string(archive));
    else
        rc = read_entries(corpus, archive, path, is_folder, test_only);
    archive_read_free(archive);
    return rc;
}

/* Order. */

static int compare_strings(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The distinct classes of the training part, sorted. */
static void find_classes(struct corpus *corpus)
{
    char **names = xcalloc((size_t)corpus->n_documents, sizeof *names);
    int n = 0;
    for (int i = 0; i < corpus->n_documents; i++)
        if (corpus->documents[i].part == DATASET_TRAIN)
            names[n++] = corpus->documents[i].class_name;
    qsort(names, (size_t)n, sizeof *names, compare_strings);
    for (int i = 0; i < n; i++)
        if (i == 0 || strcmp(names[i], names[i - 1])) {
            corpus->classes = xrealloc(corpus->classes, (size_t)corpus->n_classes + 1,
                                       sizeof *corpus->classes);
            corpus->classes[corpus->n_classes++] = xstrdup(names[i]);
        }
    free(names);
}

static int label_documents(struct corpus *corpus, const char *path)
{
    for (int i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        char **class_name =
            bsearch(&document->class_name, corpus->classes, (size_t)corpus->n_classes,
                    sizeof(char *), compare_strings);
        if (!class_name)
            return fail(ERR_FORMAT, "%s: class %s is in %s but not in train", path,
                        document->class_name, corpus_part_names[document->part]);
        document->label = (int)(class_name - corpus->classes);
    }
    return OK;
}

/* Removes the entries that stand for folders; each class must have had a document too. */
static int drop_folders(struct corpus *corpus, const char *path)
{
    size_t n_cells = (size_t)(corpus->n_classes * DATASET_PARTS);
    int *seen = xcalloc(n_cells, sizeof *seen), kept = 0, rc = OK;
    bool *named = xcalloc(n_cells, sizeof *named);
    for (int i = 0; i < corpus->n_documents; i++) {
        struct document *document = &corpus->documents[i];
        int cell = document->label * DATASET_PARTS + (int)document->part;
        named[cell] = true;
        if (document->text) {
            seen[cell]++;
            corpus->n_of_part[document->part]++;
            corpus->documents[kept++] = *document;
        } else {
            free(document->class_name);
            free(document->name);
        }
    }
    corpus->n_documents = kept;
    for (int cell = 0; cell < (int)n_cells && !rc; cell++)
        if (named[cell] && !seen[cell])
            rc = fail(ERR_FORMAT,
                      "%s: %s/%s holds no .txt file: add some or remove the folder", path,
                      corpus_part_names[cell % DATASET_PARTS],
                      corpus->classes[cell / DATASET_PARTS]);
    free(seen);
    free(named);
    return rc;
}

/* Place of a class in the order of rows; see corpus_sort. */
static int class_rank(const struct corpus *corpus, int label)
{
    bool is_imdb = corpus->n_classes == 2 && !strcmp(corpus->classes[0], "neg") &&
                   !strcmp(corpus->classes[1], "pos");
    return is_imdb ? 1 - label : label;
}

static int compare_documents(const void *left, const void *right, void *context)
{
    const struct document *a = left, *b = right;
    const struct corpus *corpus = context;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    if (a->label != b->label)
        return class_rank(corpus, a->label) < class_rank(corpus, b->label) ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* An archive may hold a name twice, and a class any bytes. */
static int check_names(const struct corpus *corpus, const char *path)
{
    for (int i = 1; i < corpus->n_documents; i++) {
        const struct document *a = &corpus->documents[i - 1], *b = &corpus->documents[i];
        if (a->part == b->part && a->label == b->label && !strcmp(a->name, b->name))
            return fail(ERR_FORMAT, "%s: %s/%s/%s is there twice", path,
                        corpus_part_names[b->part], b->class_name, b->name);
    }
    for (int c = 0; c < corpus->n_classes; c++) {
        if (!text_is_utf8(corpus->classes[c]))
            return fail(ERR_FORMAT, "%s: the name of class %d is not valid UTF-8", path,
                        c);
    }
    return OK;
}

int corpus_sort(struct corpus *corpus, const char *path)
{
    find_classes(corpus);
    if (corpus->n_classes == 0)
        return fail(ERR_FORMAT,
                    "%s: no training documents; expected train/<class>/*.txt in it",
                    path);
    if (corpus->n_classes == 1)
        return fail(
            ERR_FORMAT,
            "%s: one class only (%s); a classifier needs train/<class>/ for two or more",
            path, corpus->classes[0]);
    int rc = label_documents(corpus, path);
    if (!rc)
        rc = drop_folders(corpus, path);
    if (!rc)
        qsort_r(corpus->documents, (size_t)corpus->n_documents, sizeof *corpus->documents,
                compare_documents, corpus);
    return rc ? rc : check_names(corpus, path);
}

void corpus_release(struct corpus *corpus)
{
    for (int i = 0; i < corpus->n_documents; i++) {
        free(corpus->documents[i].class_name);
        free(corpus->documents[i].name);
        free(corpus->documents[i].text);
    }
    for (int i = 0; i < corpus->n_classes; i++)
        free(corpus->classes[i]);
    free(corpus->documents);
    free(corpus->classes);
    *corpus = (struct corpus){0};
}
