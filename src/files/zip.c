#include "files/zip.h"

#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

bool zip_is_one(const char *bytes, size_t n)
{
    return n >= 4 && !memcmp(bytes, "PK\x03\x04", 4);
}

static int archive_error_of(const char *source, struct archive *archive)
{
    const char *why = archive_error_string(archive);
    why = why ? why : "it is damaged";
    return fail(ERR_FORMAT,
                "%s: this zip archive cannot be read: %.*s; copy or make it again",
                source, (int)strcspn(why, "\n"), why);
}

/* The open entry, piece by piece: its header need not say how long it is. */
static int read_entry(const char *source, const char *name, struct archive *archive,
                      size_t most, char **content, size_t *n_content)
{
    enum { PIECE = 1 << 20 };
    char *bytes = NULL;
    size_t used = 0;
    la_ssize_t n;

    do {
        bytes = xrealloc(bytes, used + PIECE + 1, 1);
        n = archive_read_data(archive, bytes + used, PIECE);
        used += n > 0 ? (size_t)n : 0;
    } while (n > 0 && used <= most);

    if (n == 0) {
        bytes[used] = '\0';
        *content = bytes;
        *n_content = used;
        return OK;
    }

    free(bytes);
    if (n > 0)
        return fail(ERR_FORMAT, "%s: %s in it has more than %zu MiB", source, name,
                    most >> 20);
    return archive_error_of(source, archive);
}

static struct archive *new_reader(void)
{
    struct archive *archive = archive_read_new();
    if (!archive)
        die("out of memory: an archive");
    archive_read_support_format_zip(archive);
    return archive;
}

int zip_read(const char *source, const char *bytes, size_t n, const char *name,
             size_t most, char **content, size_t *n_content)
{
    struct archive *archive = new_reader();
    struct archive_entry *entry = NULL;
    bool found = false;
    int status = ARCHIVE_OK, rc = OK;

    if (archive_read_open_memory(archive, bytes, n) != ARCHIVE_OK)
        rc = archive_error_of(source, archive);

    while (!rc && !found &&
           (status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        const char *path = archive_entry_pathname(entry);
        found = path && !strcmp(path, name);
    }

    if (!rc && !found && status != ARCHIVE_OK && status != ARCHIVE_EOF)
        rc = archive_error_of(source, archive);
    if (!rc && !found)
        rc = fail(ERR_FORMAT, "%s: a zip archive without %s: expected a .keras file",
                  source, name);

    if (!rc)
        rc = read_entry(source, name, archive, most, content, n_content);

    archive_read_free(archive);
    return rc;
}

static bool has_ends(const char *name, const char *begin, const char *end)
{
    size_t n = strlen(name), n_begin = strlen(begin), n_end = strlen(end);
    return n >= n_begin + n_end && !strncmp(name, begin, n_begin) &&
           !strcmp(name + n - n_end, end);
}

char *zip_find(const char *bytes, size_t n, const char *begin, const char *end)
{
    struct archive *archive = new_reader();
    struct archive_entry *entry = NULL;
    char *found = NULL;

    if (archive_read_open_memory(archive, bytes, n) == ARCHIVE_OK)
        while (!found && archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
            const char *name = archive_entry_pathname(entry);
            if (name && has_ends(name, begin, end))
                found = xstrdup(name);
        }
    archive_read_free(archive);
    return found;
}

static void write_entry(struct archive *archive, const struct zip_entry *entry)
{
    struct archive_entry *header = archive_entry_new();

    archive_entry_set_pathname(header, entry->name);
    archive_entry_set_filetype(header, AE_IFREG);
    archive_entry_set_perm(header, 0644);
    archive_entry_set_size(header, (la_int64_t)entry->n);

    if (archive_write_header(archive, header) != ARCHIVE_OK ||
        archive_write_data(archive, entry->bytes, entry->n) != (la_ssize_t)entry->n)
        die("a zip archive in memory: %s", archive_error_string(archive));

    archive_entry_free(header);
}

void zip_write(const struct zip_entry *entries, size_t n_entries, char **bytes, size_t *n)
{
    size_t room = 4096, used = 0;

    for (size_t i = 0; i < n_entries; i++)
        room += entries[i].n + 4096;
    char *content = xcalloc(room, 1);

    struct archive *archive = archive_write_new();
    if (!archive || archive_write_set_format_zip(archive) != ARCHIVE_OK ||
        archive_write_zip_set_compression_store(archive) != ARCHIVE_OK ||
        archive_write_open_memory(archive, content, room, &used) != ARCHIVE_OK)
        die("a zip archive in memory cannot be made");

    for (size_t i = 0; i < n_entries; i++)
        write_entry(archive, &entries[i]);
    if (archive_write_close(archive) != ARCHIVE_OK)
        die("a zip archive in memory: %s", archive_error_string(archive));

    archive_write_free(archive);
    *bytes = content;
    *n = used;
}
