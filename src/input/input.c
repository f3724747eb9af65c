#define _GNU_SOURCE /* memmem */
#include "input/input.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/say.h"
#include "input/container.h"
#include "input/entry_names.h"
#include "input/folder.h"
#include "input/gunzip.h"
#include "input/tar_end.h"

enum { BLOCK = 1 << 18 };

/* Whether the mark of a zip archive's end was met. */
struct zip_watch {
    bool is_found;
    char last[3]; /* bytes of the block before */
    size_t n;
};

struct input {
    char *path;
    struct folder *folder; /* NULL: it is none, but: */
    struct archive *archive;
    struct archive_entry *entry;
    bool is_raw; /* one file, not an archive */
    bool has_failed;
    bool is_ended;  /* an entry of another, which was read to its end */
    bool is_told;   /* what failed is what this is an entry of, which says so itself */
    bool is_empty;  /* and that without a byte, of which libarchive has no entry */
    char *trouble;  /* NULL, or what reading its bytes failed of: libarchive, which skips
                      an entry by reading it, can put words of its own over that */
    int descriptor; /* 0: none */
    bool is_zip;    /* else bytes come out of this: */
    struct gunzip *gunzip;
    int64_t n_packed; /* that came out so far */
    char *block;      /* (n_block) */
    size_t n_block;
    struct archive *unpacked; /* and what that is unpacked by, whose bytes are watched */
    struct archive_entry *whole;
    struct tar_watch watch;
    struct zip_watch zip_end;
    struct input *outer; /* NULL, or what this is an entry of */
    const char *head;    /* n_head bytes of the entry that were read before; borrowed */
    size_t n_head;
    struct entry_names names; /* of an archive's files so far */
    locale_t utf8;            /* in which names are read */
    bool is_within; /* another input, whose locale it is: making one reads a file */
};

static int report_archive(const struct input *input)
{
    const char *message =
        input->trouble ? input->trouble : archive_error_string(input->archive);
    if (message && strstr(message, "too much memory"))
        return fail(ERR_FORMAT,
                    "%s: packed by zstd --long, with a larger window than is read; `zstd "
                    "-d --long=31 -c %s | rnnprep -` reads it",
                    input->path, input->path);
    if (input->is_told && message)
        return fail(ERR_FORMAT, "%s", message);

    message = message ? message : "cannot be read";
    return fail(ERR_FORMAT,
                "%s: %.*s; a file that is damaged or was cut short is to be copied again",
                input->path, (int)strcspn(message, "\n"), message);
}

/* What libarchive's readers give where reading fails. */
static la_ssize_t read_failed(struct archive *archive, struct input *input,
                              const char *message)
{
    if (!input->trouble)
        input->trouble = xstrdup(message ? message : "cannot be read");
    archive_set_error(archive, EIO, "%s", input->trouble);
    return -1;
}

static int read_descriptor(void *given, const char **bytes, size_t *n)
{
    struct input *input = given;
    for (*n = 0; *n < input->n_block;) {
        ssize_t got = read(input->descriptor, input->block + *n, input->n_block - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(ERR_IO, "cannot be read: %s", strerror(errno));
        if (got == 0)
            break;
        *n += (size_t)got;
    }
    *bytes = input->block;
    return OK;
}

/* What is packed, or what gzip has packed: libarchive does not check its checksums. */
static la_ssize_t read_packed(struct archive *archive, void *given, const void **bytes)
{
    struct input *input = given;
    const char *read = NULL;
    size_t n = 0;
    if (gunzip_read(input->gunzip, &read, &n))
        return read_failed(archive, input, fail_message());

    input->n_packed += (int64_t)n;
    *bytes = read;
    return (la_ssize_t)n;
}

/* Whether bytes stand behind the end of what bzip2 packed, which libarchive takes for
 * that of the file. */
static const char bytes_behind[] =
    "behind the end of what bzip2 packed stand other bytes, as where two files were "
    "joined";
static bool has_bytes_behind(struct input *input, struct archive *unpacks)
{
    const char *more = NULL;
    size_t n = 0;
    if (archive_filter_code(unpacks, 0) != ARCHIVE_FILTER_BZIP2)
        return false;
    return archive_filter_bytes(unpacks, -1) < input->n_packed ||
           gunzip_read(input->gunzip, &more, &n) || n > 0;
}

static bool has_zip_end(const char *bytes, size_t n)
{
    static const char mark[] = "PK\5\6"; /* in front of the size of the table */
    return memmem(bytes, n, mark, sizeof mark - 1) != NULL;
}

/* Looks for the mark, which can stand on both sides of a block's end. */
static void watch_zip_end(struct zip_watch *watch, const char *bytes, size_t n)
{
    enum { KEPT = sizeof watch->last };
    char seam[2 * KEPT];
    size_t n_first = n < KEPT ? n : KEPT, n_seam = watch->n + n_first;
    memcpy(seam, watch->last, watch->n);
    memcpy(seam + watch->n, bytes, n_first);
    watch->is_found =
        watch->is_found || has_zip_end(seam, n_seam) || has_zip_end(bytes, n);

    const char *end = n >= KEPT ? bytes + n : seam + n_seam;
    size_t n_before = n >= KEPT ? n : n_seam;
    watch->n = n_before < KEPT ? n_before : KEPT;
    memcpy(watch->last, end - watch->n, watch->n);
}

/* The bytes of the archive itself, out of what it is packed in. */
static la_ssize_t read_unpacked(struct archive *archive, void *given, const void **bytes)
{
    struct input *input = given;
    la_int64_t offset = 0;
    size_t n = 0;
    int status = archive_format(input->unpacked) == ARCHIVE_FORMAT_EMPTY
                     ? ARCHIVE_EOF
                     : archive_read_data_block(input->unpacked, bytes, &n, &offset);
    if (status == ARCHIVE_EOF)
        return has_bytes_behind(input, input->unpacked)
                   ? read_failed(archive, input, bytes_behind)
                   : 0;
    if (status < ARCHIVE_WARN || status == ARCHIVE_RETRY)
        return read_failed(archive, input, archive_error_string(input->unpacked));

    tar_watch_bytes(&input->watch, *bytes, n);
    if (n)
        watch_zip_end(&input->zip_end, *bytes, n);
    return (la_ssize_t)n;
}

static void support_filters(struct archive *archive)
{
    archive_read_support_filter_bzip2(archive); /* not _all, which would start programs */
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
}

static struct archive *new_archive(void)
{
    struct archive *archive = archive_read_new();
    support_filters(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    return archive;
}

/* A zip archive keeps its table at the end: libarchive reads it best from a file. */
static bool is_zip(int fd)
{
    char magic[4] = "";
    return pread(fd, magic, 4, 0) == 4 && !memcmp(magic, "PK\3\4", 4);
}

/* No larger than what is read, where its size is known: a corpus may hold very many
 * small files. */
static size_t block_size(bool is_known, int64_t size)
{
    enum { LEAST = 4096 };
    if (!is_known || size >= BLOCK)
        return BLOCK;
    return size < LEAST ? LEAST : (size_t)size;
}

static size_t block_size_of_file(int fd)
{
    struct stat status;
    bool is_known = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    return block_size(is_known, is_known ? status.st_size : 0);
}

static size_t block_size_of_entry(struct archive_entry *entry)
{
    return block_size(archive_entry_size_is_set(entry), archive_entry_size(entry));
}

/* What the descriptor gives, unpacked; its message if it cannot be. */
static const char *unpack(struct input *input)
{
    input->n_block = block_size_of_file(input->descriptor);
    input->block = xcalloc(input->n_block, 1);
    input->gunzip = gunzip_new(read_descriptor, input);
    input->unpacked = archive_read_new();
    input->whole = archive_entry_new();
    support_filters(input->unpacked);

    bool is_open =
        archive_read_open(input->unpacked, input, NULL, read_packed, NULL) == ARCHIVE_OK;
    int status = is_open ? archive_read_next_header2(input->unpacked, input->whole)
                         : ARCHIVE_FATAL;
    bool is_well =
        status == ARCHIVE_OK || status == ARCHIVE_WARN || status == ARCHIVE_EOF;
    const char *message = archive_error_string(input->unpacked);
    return is_well ? NULL : message ? message : "cannot be read";
}

static int open_stream(struct input *input, int fd)
{
    const char *trouble = NULL;
    int status = ARCHIVE_OK;
    input->descriptor = fd;
    input->archive = new_archive();
    input->entry = archive_entry_new();
    input->is_zip = is_zip(fd);
    if (input->is_zip) {
        status = archive_read_open_fd(input->archive, fd, BLOCK);
    } else {
        trouble = unpack(input);
        if (trouble)
            archive_set_error(input->archive, EIO, "%s", trouble);
        else
            status = archive_read_open(input->archive, input, NULL, read_unpacked, NULL);
    }
    return status == ARCHIVE_OK && !trouble ? OK : report_archive(input);
}

/* Whether a file's last bytes hold the mark of a zip archive's end, behind which a note
 * of at most 64 KiB may stand. */
static bool ends_as_zip(int fd)
{
    enum { TAIL = 66 << 10 };
    struct stat status;
    char *tail = xcalloc(TAIL, 1);
    off_t from =
        fstat(fd, &status) == 0 && status.st_size > TAIL ? status.st_size - TAIL : 0;
    ssize_t n = pread(fd, tail, TAIL, from);
    bool is_whole = n > 0 && has_zip_end(tail, (size_t)n);
    free(tail);
    return is_whole;
}

/* The bytes behind the last entry, up to the end, for what watches them. They may be
 * without end: zeros alone read as an archive. */
static int drain(struct input *input)
{
    enum { MOST_MIB = 256 }; /* of padding, of a zip archive's table */
    const void *bytes = NULL;
    la_ssize_t n = 1;
    int64_t n_behind = 0;

    while (n > 0 && n_behind >> 20 < MOST_MIB) {
        n = read_unpacked(input->archive, input, &bytes);
        n_behind += n;
    }
    if (n < 0)
        return report_archive(input);
    if (n == 0)
        return OK;
    return fail(ERR_FORMAT,
                "%s: more than %d MiB stand behind the mark of its end as an archive: it "
                "is none, or was made to be read without end; give what is in it as a "
                "folder",
                input->path, MOST_MIB);
}

static int check_zip_end(const struct input *input)
{
    if (input->is_zip ? ends_as_zip(input->descriptor) : input->zip_end.is_found)
        return OK;
    return fail(ERR_FORMAT,
                "%s: the zip archive is cut short: its table of contents is missing; "
                "copy it again",
                input->path);
}

static int check_tar_end(const struct input *input)
{
    enum tar_end end = tar_watch_end(&input->watch);
    if (end == TAR_END_MISSING)
        return fail(ERR_FORMAT,
                    "%s: the archive ends without the mark of its end: it was cut short, "
                    "copy it again; if it is whole, `(cat %s; head -c 1024 /dev/zero) | "
                    "rnnprep -` reads it",
                    input->path, input->path);
    if (end == TAR_END_ANOTHER)
        return fail(ERR_FORMAT,
                    "%s: a second archive begins behind the end of the first: unpack "
                    "both by `tar --ignore-zeros -xf %s` and give the folder",
                    input->path, input->path);
    return OK;
}

/* An archive that was cut between two entries, or joined with another, reads well. */
static int check_end(struct input *input)
{
    int format = archive_format(input->archive) & ARCHIVE_FORMAT_BASE_MASK;
    bool is_zip_archive = format == ARCHIVE_FORMAT_ZIP;
    bool is_tar = format == ARCHIVE_FORMAT_TAR && input->unpacked;
    if (!(is_zip_archive && (input->is_zip || input->unpacked)) && !is_tar)
        return OK;

    int rc = input->unpacked ? drain(input) : OK;
    if (rc)
        return rc;
    return is_tar ? check_tar_end(input) : check_zip_end(input);
}

/* libarchive gives no name that the locale cannot say, and a program may run in C's. */
static int next_header(struct input *input)
{
    locale_t before = uselocale(input->utf8);
    int status = archive_read_next_header2(input->archive, input->entry);
    uselocale(before);
    return status;
}

static int next_in_archive(struct input *input, struct input_entry *entry, bool *end)
{
    if (input->is_empty) {
        *end = true;
        return OK;
    }

    for (;;) {
        int status = next_header(input);
        if (status == ARCHIVE_EOF) {
            input->is_empty = archive_format(input->archive) == ARCHIVE_FORMAT_EMPTY;
            *entry = (struct input_entry){NULL, INPUT_FILE};
            *end = !input->is_empty;
            return check_end(input);
        }
        if (status < ARCHIVE_WARN || status == ARCHIVE_RETRY)
            return report_archive(input);

        input->is_raw = archive_format(input->archive) == ARCHIVE_FORMAT_RAW;
        const char *name = archive_entry_pathname(input->entry);
        int rc = entry_name_check(input->path, name);
        if (rc)
            return rc;
        if ((archive_format(input->archive) & ARCHIVE_FORMAT_BASE_MASK) ==
            ARCHIVE_FORMAT_ZIP) {
            rc = container_check_entry(input->path, name);
            if (rc)
                return rc;
        }

        if (archive_entry_is_data_encrypted(input->entry))
            return fail(ERR_FORMAT,
                        "%s: %.*s%s in it is encrypted: unpack it with its password, and "
                        "give what comes out",
                        input->path, SAY_SHORT(name, 60));

        mode_t type = archive_entry_filetype(input->entry);
        bool is_link = type == AE_IFLNK || archive_entry_hardlink(input->entry);
        if (!input->is_raw && type == AE_IFREG &&
            (rc = entry_names_add(&input->names, input->path, name)))
            return rc;
        *entry = input->is_raw
                     ? (struct input_entry){NULL, INPUT_FILE}
                     : (struct input_entry){name, is_link            ? INPUT_LINK
                                                  : type == AE_IFDIR ? INPUT_FOLDER
                                                  : type == AE_IFREG ? INPUT_FILE
                                                                     : INPUT_OTHER};
        return OK;
    }
}

static int open_path(struct input *input)
{
    struct stat status;
    int fd = strcmp(input->path, "-") ? open(input->path, O_RDONLY | O_CLOEXEC) : dup(0);
    if (fd < 0 || fstat(fd, &status) != 0)
        return fail(ERR_NO_INPUT,
                    "%s: cannot open: %s; expected a folder, a file or an archive",
                    input->path, strerror(errno));

    if (!S_ISDIR(status.st_mode))
        return open_stream(input, fd);

    close(fd);
    return folder_open(input->path, &input->folder);
}

/* Within an input, NULL: it is none's. */
static struct input *new_input(const char *path, const struct input *outer)
{
    struct input *input = xcalloc(1, sizeof *input);
    input->path = xstrdup(path);
    input->is_within = outer != NULL;
    input->utf8 = outer ? outer->utf8 : newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return input;
}

int input_open_file(const struct input *folder, const char *path, struct input **result)
{
    struct input *input = new_input(path, folder);
    int rc = open_path(input);
    if (rc) {
        input_close(input);
        return rc;
    }
    *result = input;
    return OK;
}

int input_open(const char *path, struct input **result)
{
    return input_open_file(NULL, path, result);
}

void input_close(struct input *input)
{
    if (!input)
        return;

    folder_close(input->folder);
    entry_names_release(&input->names);
    if (input->entry)
        archive_entry_free(input->entry);
    if (input->archive)
        archive_read_free(input->archive);
    if (input->whole)
        archive_entry_free(input->whole);
    if (input->unpacked)
        archive_read_free(input->unpacked);
    if (input->descriptor)
        close(input->descriptor);
    if (input->utf8 && !input->is_within)
        freelocale(input->utf8);
    gunzip_free(input->gunzip);
    free(input->block);
    free(input->trouble);
    free(input->path);
    free(input);
}

static int read_outer(void *given, const char **bytes, size_t *n)
{
    struct input *input = given;
    if (input->n_head) {
        *bytes = input->head;
        *n = input->n_head < BLOCK ? input->n_head : BLOCK;
        input->head += *n;
        input->n_head -= *n;
        return OK;
    }
    *bytes = input->block;
    *n = 0;
    if (!input->outer)
        return OK;

    int rc = input_read(input->outer, input->block, input->n_block, n);
    input->is_told |= rc != OK;
    return rc;
}

int input_open_entry(struct input *outer, const struct input_head *head, const char *name,
                     struct input **result)
{
    struct input *input = new_input(name, outer);
    input->outer = head->has_more ? outer : NULL;
    input->head = head->bytes;
    input->n_head = head->n;
    input->n_block = head->has_more ? block_size_of_entry(outer->entry) : 0;
    input->block = xcalloc(input->n_block + 1, 1);
    input->gunzip = gunzip_new(read_outer, input);
    input->archive = new_archive();
    input->entry = archive_entry_new();

    if (archive_read_open(input->archive, input, NULL, read_packed, NULL) != ARCHIVE_OK) {
        int rc = report_archive(input);
        input_close(input);
        return rc;
    }
    *result = input;
    return OK;
}

bool input_is_folder(const struct input *input)
{
    return input->folder != NULL;
}

int input_next(struct input *input, struct input_entry *entry, bool *end)
{
    return input->folder ? folder_next(input->folder, entry, end)
                         : next_in_archive(input, entry, end);
}

void input_follow_links(struct input *input)
{
    if (input->folder)
        folder_follow_links(input->folder);
}

bool input_has_failed(const struct input *input)
{
    return input->has_failed;
}

int input_read(struct input *input, char *bytes, size_t n, size_t *got)
{
    la_ssize_t read = input->is_empty ? 0 : archive_read_data(input->archive, bytes, n);
    if (read == 0 && !input->unpacked && !input->is_ended && input->gunzip) {
        input->is_ended = true;
        if (has_bytes_behind(input, input->archive))
            read = read_failed(input->archive, input, bytes_behind);
    }
    if (read < 0) {
        input->has_failed = true;
        return report_archive(input);
    }
    *got = (size_t)read;
    return OK;
}
