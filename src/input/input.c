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
#include <zlib.h>

#include "input/container.h"
#include "input/folder.h"
#include "input/gunzip.h"

enum { BLOCK = 1 << 18 };

struct input {
    char *path;
    struct folder *folder; /* NULL: it is none, but: */
    struct archive *archive;
    struct archive_entry *entry;
    bool is_raw; /* one file, not an archive */
    bool has_failed;
    bool is_empty; /* and that without a byte, of which libarchive has no entry */
    gzFile gzip;   /* what the archive is read through, unless it is a zip archive: */
    int zip;       /* its descriptor, 0: none */
    char *block;
    struct input *outer; /* NULL, or what this is an entry of */
    const char *head;    /* n_head bytes of the entry that were read before; borrowed */
    size_t n_head;
    struct gunzip *gunzip;
    locale_t utf8; /* in which names are read */
};

static int report_archive(const struct input *input)
{
    const char *message = archive_error_string(input->archive);
    if (message && strstr(message, "too much memory"))
        return fail(ERR_FORMAT,
                    "%s: packed by zstd --long, with a larger window than is read; `zstd "
                    "-d --long=31 -c %s | rnnprep -` reads it",
                    input->path, input->path);
    return fail(ERR_FORMAT, "%s: %s", input->path, message ? message : "cannot be read");
}

/* libarchive does not check the checksums of gzip; zlib does, and passes on the bytes of
 * files that are not gzip. */
static la_ssize_t read_through(struct archive *archive, void *given, const void **bytes)
{
    struct input *input = given;
    int n = gzread(input->gzip, input->block, BLOCK), status = Z_OK;
    gzerror(input->gzip, &status);
    if (n < 0 || (status != Z_OK && status != Z_STREAM_END)) {
        archive_set_error(
            archive, EIO, "%s",
            status == Z_ERRNO
                ? strerror(errno)
                : "the gzip archive is damaged or was cut short: copy it again");
        return -1;
    }
    *bytes = input->block;
    return n;
}

static struct archive *new_archive(void)
{
    struct archive *archive = archive_read_new();
    archive_read_support_filter_bzip2(archive); /* not _all, which would start programs */
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    return archive;
}

/* A zip archive keeps its table at the end: libarchive reads it best from a file. */
static bool is_zip(int fd)
{
    char magic[4] = "";
    return pread(fd, magic, 4, 0) == 4 && !memcmp(magic, "PK\3\4", 4);
}

static int open_stream(struct input *input, int fd)
{
    int status;
    input->archive = new_archive();
    input->entry = archive_entry_new();
    input->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (is_zip(fd)) {
        input->zip = fd;
        status = archive_read_open_fd(input->archive, fd, BLOCK);
    } else {
        input->gzip = gzdopen(dup(fd), "rb");
        if (!input->gzip)
            die("zlib cannot open a file descriptor");
        gzbuffer(input->gzip, BLOCK);
        input->block = xcalloc(BLOCK, 1);
        status = archive_read_open(input->archive, input, NULL, read_through, NULL);
    }
    return status == ARCHIVE_OK ? OK : report_archive(input);
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
            return OK;
        }
        if (status < ARCHIVE_WARN || status == ARCHIVE_RETRY)
            return report_archive(input);

        input->is_raw = archive_format(input->archive) == ARCHIVE_FORMAT_RAW;
        const char *name = archive_entry_pathname(input->entry);
        if (!name)
            return fail(ERR_FORMAT, "%s: an entry has no readable name", input->path);
        if ((archive_format(input->archive) & ARCHIVE_FORMAT_BASE_MASK) ==
            ARCHIVE_FORMAT_ZIP) {
            int rc = container_check_entry(input->path, name);
            if (rc)
                return rc;
        }

        mode_t type = archive_entry_filetype(input->entry);
        bool is_link = type == AE_IFLNK || archive_entry_hardlink(input->entry);
        if (!is_link && type != AE_IFREG && type != AE_IFDIR && !input->is_raw)
            continue;
        *entry = (struct input_entry){input->is_raw ? NULL : name, is_link ? INPUT_LINK
                                                                   : type == AE_IFDIR
                                                                       ? INPUT_FOLDER
                                                                       : INPUT_FILE};
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

    int rc = S_ISDIR(status.st_mode) ? folder_open(input->path, &input->folder)
                                     : open_stream(input, fd);
    if (fd != input->zip)
        close(fd);
    return rc;
}

int input_open(const char *path, struct input **result)
{
    struct input *input = xcalloc(1, sizeof *input);
    input->path = xstrdup(path);
    int rc = open_path(input);
    if (rc) {
        input_close(input);
        return rc;
    }
    *result = input;
    return OK;
}

void input_close(struct input *input)
{
    if (!input)
        return;

    folder_close(input->folder);
    if (input->entry)
        archive_entry_free(input->entry);
    if (input->archive)
        archive_read_free(input->archive);
    if (input->gzip)
        gzclose(input->gzip);
    if (input->zip)
        close(input->zip);
    if (input->utf8)
        freelocale(input->utf8);
    gunzip_free(input->gunzip);
    free(input->block);
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
    return input->outer ? input_read(input->outer, input->block, BLOCK, n) : OK;
}

static la_ssize_t read_entry(struct archive *archive, void *given, const void **bytes)
{
    struct input *input = given;
    const char *read = NULL;
    size_t n = 0;
    if (gunzip_read(input->gunzip, &read, &n)) {
        archive_set_error(archive, EIO, "%s", fail_message());
        return -1;
    }
    *bytes = read;
    return (la_ssize_t)n;
}

int input_open_entry(struct input *outer, const char *head, size_t n_head,
                     const char *name, struct input **result)
{
    struct input *input = xcalloc(1, sizeof *input);
    input->path = xstrdup(name);
    input->outer = outer;
    input->head = head;
    input->n_head = n_head;
    input->block = xcalloc(BLOCK, 1);
    input->gunzip = gunzip_new(read_outer, input);
    input->archive = new_archive();
    input->entry = archive_entry_new();
    input->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

    if (archive_read_open(input->archive, input, NULL, read_entry, NULL) != ARCHIVE_OK) {
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
    if (read < 0) {
        input->has_failed = true;
        return report_archive(input);
    }
    *got = (size_t)read;
    return OK;
}
