/* Packed files for tests of the readers. */
#ifndef RNNTRAIN_TESTS_UNIT_INPUT_PACKED_H
#define RNNTRAIN_TESTS_UNIT_INPUT_PACKED_H

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "../scratch.h"

static inline void write_gzip(const char *name, const char *bytes, size_t n)
{
    char *path = scratch_path(name);
    gzFile file = gzopen(path, "wb");
    assert_int_equal(gzwrite(file, bytes, (unsigned)n), n);
    assert_int_equal(gzclose(file), Z_OK);
    free(path);
}

struct packed {
    const char *name, *text; /* text NULL: a folder; "@...": a link */
};

static inline void write_archive(const char *name, bool zip, const struct packed *packed,
                                 int n)
{
    char *path = scratch_path(name);
    struct archive *archive = archive_write_new();
    if (zip)
        archive_write_set_format_zip(archive);
    else
        archive_write_set_format_ustar(archive);
    archive_write_add_filter_none(archive);
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);

    for (int i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();
        const char *text = packed[i].text;
        bool is_link = text && *text == '@';
        archive_entry_set_pathname(entry, packed[i].name);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_filetype(entry, !text     ? AE_IFDIR
                                          : is_link ? AE_IFLNK
                                                    : AE_IFREG);
        if (is_link)
            archive_entry_set_symlink(entry, text + 1);
        size_t n_text = text && !is_link ? strlen(text) : 0;
        archive_entry_set_size(entry, (la_int64_t)n_text);
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        if (n_text)
            assert_int_equal(archive_write_data(archive, text, n_text), n_text);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    free(path);
}

#endif
